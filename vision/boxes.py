"""Boxes as plain tuples (left, top, right, bottom) in 0..1 of the picture: pure arithmetic.

Tracks and rules live in 0..1 so that a stream may change its size without anybody noticing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

Box = tuple[float, float, float, float]


def size(box: Box) -> tuple[float, float]:
    """(width, height)."""
    return box[2] - box[0], box[3] - box[1]


def area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def centre(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def intersection(a: Box, b: Box) -> float:
    """Common area."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    return width * height if width > 0 and height > 0 else 0.0


def iou(a: Box, b: Box) -> float:
    """Intersection over union."""
    common = intersection(a, b)
    whole = area(a) + area(b) - common
    return common / whole if whole > 0 else 0.0


def covered_share(box: Box, by: Box) -> float:
    """Share of `box` that lies inside `by`."""
    own = area(box)
    return intersection(box, by) / own if own > 0 else 0.0


def containment(a: Box, b: Box) -> float:
    """Common area as a share of the smaller of the two."""
    smaller = min(area(a), area(b))
    return intersection(a, b) / smaller if smaller > 0 else 0.0


def union(boxes: Iterable[Box]) -> Box:
    """The smallest box around all of them. Raises ValueError when there is none."""
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def grown(box: Box, share: float) -> Box:
    """The box with `share` of its width and height added on each side, within the picture."""
    more_x, more_y = (box[2] - box[0]) * share, (box[3] - box[1]) * share
    return (
        max(0.0, box[0] - more_x),
        max(0.0, box[1] - more_y),
        min(1.0, box[2] + more_x),
        min(1.0, box[3] + more_y),
    )


def mixed(a: Box, b: Box, share_of_b: float) -> Box:
    """Each edge between the two: 0 gives `a`, 1 gives `b`."""
    keep = 1.0 - share_of_b
    return (
        a[0] * keep + b[0] * share_of_b,
        a[1] * keep + b[1] * share_of_b,
        a[2] * keep + b[2] * share_of_b,
        a[3] * keep + b[3] * share_of_b,
    )


def lower_half(box: Box) -> Box:
    """The half that stands on the ground."""
    return box[0], (box[1] + box[3]) / 2, box[2], box[3]


def distance_in_sizes(a: Box, b: Box) -> float:
    """Distance of the centres in units of the boxes' mean width and height."""
    ax1, ay1, ax2, ay2 = a
    bx1, by1, bx2, by2 = b
    across = (ax1 + ax2 - bx1 - bx2) / max(2e-6, ax2 - ax1 + bx2 - bx1)
    along = (ay1 + ay2 - by1 - by2) / max(2e-6, ay2 - ay1 + by2 - by1)
    return math.hypot(across, along)


def clipped(box: Box) -> Box:
    """The part inside the picture."""
    return max(0.0, box[0]), max(0.0, box[1]), min(1.0, box[2]), min(1.0, box[3])
