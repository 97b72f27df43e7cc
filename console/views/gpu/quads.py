"""Quads: picture parts as corners for the GPU. Pure arithmetic; any thread.

A corner is nine floats: place in the window (device pixels), place in its texture (pixels), the
bounds that sampling may not leave (left, top, right, bottom, pixels), and the layer.
"""

from __future__ import annotations

import enum

import numpy as np
from numpy.typing import NDArray

from console.bridge.tile_image import TileImage
from console.views.tile_picture import PicturePart
from ingest.frames.frame import ColourMatrix, ColourRange, Colours

FLOATS = 9
#: Two triangles: which of left/top (0) and right/bottom (1) each of the six corners takes.
_RIGHT = np.array([0, 1, 0, 0, 1, 1])
_BOTTOM = np.array([0, 0, 1, 1, 0, 1])


class Layer(enum.IntEnum):
    """What a quad's colour comes from; known by number to the fragment shader."""

    PICTURES = 0
    LOOK = 1
    GROUND = 2
    PLANES_601 = 3
    PLANES_709 = 4
    PLANES_601_FULL = 5
    PLANES_709_FULL = 6


Corners = NDArray[np.float32]
NO_CORNERS: Corners = np.empty((0, FLOATS), np.float32)


_PLANES = {
    Colours(ColourMatrix.BT601, ColourRange.LIMITED): Layer.PLANES_601,
    Colours(ColourMatrix.BT709, ColourRange.LIMITED): Layer.PLANES_709,
    Colours(ColourMatrix.BT601, ColourRange.FULL): Layer.PLANES_601_FULL,
    Colours(ColourMatrix.BT709, ColourRange.FULL): Layer.PLANES_709_FULL,
}


def layer_of(image: TileImage) -> Layer:
    """What turns this picture into colours."""
    return Layer.PICTURES if image.planes is None else _PLANES[image.planes.colours]


def part_corners(part: PicturePart, place: tuple[int, int]) -> Corners:
    """The corners of one part, shape (6, 9) or (0, 9); `place`: its picture's in the atlas."""
    r = part.target
    box = (float(r.x()), float(r.y()), float(r.x() + r.width()), float(r.y() + r.height()))
    if part.image is None:
        return _corners(box, (0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 1.0, 1.0), Layer.GROUND)
    width, height = part.image.size
    x, y, w, h = part.source_px or (0.0, 0.0, float(width), float(height))
    left, top = max(0.0, x), max(0.0, y)
    right, bottom = min(float(width), x + w), min(float(height), y + h)
    if right <= left or bottom <= top:
        return NO_CORNERS
    sx, sy = r.width() / w, r.height() / h
    shown = (
        box[0] + (left - x) * sx, box[1] + (top - y) * sy,
        box[0] + (right - x) * sx, box[1] + (bottom - y) * sy,
    )  # fmt: skip
    ax, ay = place
    source = (left + ax, top + ay, right + ax, bottom + ay)
    bounds = (float(ax), float(ay), float(ax + width), float(ay + height))
    return _corners(shown, source, bounds, layer_of(part.image))


def look_corners(width_px: int, height_px: int) -> Corners:
    """The layer over the whole window."""
    box = (0.0, 0.0, float(width_px), float(height_px))
    return _corners(box, box, box, Layer.LOOK)


def _corners(
    box: tuple[float, float, float, float],
    source: tuple[float, float, float, float],
    bounds: tuple[float, float, float, float],
    layer: Layer,
) -> Corners:
    found = np.empty((6, FLOATS), np.float32)
    for column, edges in ((0, box), (2, source)):
        found[:, column] = np.where(_RIGHT, edges[2], edges[0])
        found[:, column + 1] = np.where(_BOTTOM, edges[3], edges[1])
    found[:, 4:8] = bounds
    found[:, 8] = layer
    return found
