"""Causes: people and traffic that explain why a place changes, so that it is no smoke. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vision.boxes import Box, grown, iou, size
from vision.classes import ObjectClass
from vision.tracks import Track

#: A "vehicle" that fills the region (overlap) and whose foot stays (sizes) is the plume itself.
_SAME_IOU = 0.4
_FOOT_SIZES = 0.3
#: Margin, in sizes, around people and traffic: detectors' boxes cut shadows and elbows off.
_CAUSE_MARGIN = 0.2


@dataclass(frozen=True, slots=True)
class Cause:
    """Somebody or something that explains a change; `stays`: a vehicle whose foot does not move."""

    around: Box
    box: Box
    stays: bool

    def explains(self, region: Box) -> bool:
        """Whether changes there may be its doing: not when it is the plume under another name."""
        return not (self.stays and iou(self.box, region) >= _SAME_IOU)


def other_causes(tracks: Sequence[Track], now_s: float, within_s: float) -> list[Cause]:
    """Where people and traffic are or were a moment ago: what changes there is no smoke."""
    causes = []
    for track in tracks:
        if not track.travelled and track.object_class is not ObjectClass.PERSON:
            continue
        lately = [box for at_s, box in track.history if now_s - at_s <= within_s]
        stays = track.object_class is not ObjectClass.PERSON and _foot_stays(lately)
        causes += [Cause(grown(box, _CAUSE_MARGIN), box, stays) for box in reversed(lately)]
    return causes


def _foot_stays(boxes: Sequence[Box]) -> bool:
    """Whether a thing only grew: the middle of its foot is where it was."""
    if not boxes:
        return False
    first, last = boxes[0], boxes[-1]
    width, height = size(last)
    across = (first[0] + first[2] - last[0] - last[2]) / 2 / max(width, 1e-6)
    return math.hypot(across, (first[3] - last[3]) / max(height, 1e-6)) < _FOOT_SIZES
