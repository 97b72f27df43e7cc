"""The second look: part of a picture, at its full resolution, through the detector again."""

from __future__ import annotations

from collections.abc import Sequence

from vision.boxes import Box
from vision.detector import Detector, Picture
from vision.pictures import crop, size_px
from vision.pipeline import CameraPipeline
from vision.rules.rule import Look
from vision.tracks import Sighting

#: A crop smaller than this is widened: a detector needs surroundings to know smoke by.
_SIDE_MIN_PX = 160


def second_look(pipeline: CameraPipeline, detector: Detector, picture: Picture) -> Look:
    """A look for `FrameContext.look`; valid as long as `picture` is."""
    width_px, height_px = size_px(picture)

    def look(box: Box) -> Sequence[Sighting]:
        left, top, right, bottom = _widened(box, width_px, height_px)
        part = crop(picture, left, top, right, bottom)
        left, top = left & ~1, top & ~1
        found = detector.detect([part], pipeline.floor)[0]
        return pipeline.sightings(found.moved(left, top), width_px, height_px)

    return look


def _widened(box: Box, width_px: int, height_px: int) -> tuple[int, int, int, int]:
    """The box in pixels, at least _SIDE_MIN_PX on a side, inside the picture."""
    left, right = _span(box[0] * width_px, box[2] * width_px, width_px)
    top, bottom = _span(box[1] * height_px, box[3] * height_px, height_px)
    return left, top, right, bottom


def _span(low: float, high: float, limit: int) -> tuple[int, int]:
    missing = max(0.0, min(_SIDE_MIN_PX, limit) - (high - low)) / 2
    low, high = low - missing, high + missing
    shift = max(0.0, -low) - max(0.0, high - limit)
    return max(0, int(low + shift)), min(limit, int(high + shift) + 1)
