"""Queues: whether a standing vehicle waits in traffic rather than being parked.

Signs that need no traffic light: vehicles that stopped together nose to tail (or stood so when
the camera was first seen), a vehicle cut off by the picture's edge, whose queue may go on outside,
a place others drove through just now; and, against them, traffic that drives past: whoever waits
is not overtaken. Boxes, times and paths only; the thread of the pipeline.
"""

from __future__ import annotations

import itertools
import math
from collections import OrderedDict
from collections.abc import Sequence, Set
from dataclasses import dataclass

from vision.boxes import Box, centre, distance_in_sizes, size
from vision.tuning import ParkingTuning

#: A box this near to the picture's edge is cut off by it.
EDGE_NORM = 0.01
#: A way must begin and end at least this far (sizes) from a place to lead past it.
_APART_SIZES = 1.0
#: Sightings on each side of the nearest point: a single jump to a neighbour is a mistaken track.
_SIDE_COUNT = 2
#: Suddenly this many times faster than before is no car but another one.
_JUMP_RATIO = 3.0
_SLOW_SIZES_PER_S = 0.4
#: Moving less than this, in sizes, over this time is standing.
_STOOD_SIZES = 0.4
_STOOD_S = 1.5
#: Ways remembered: a few minutes of a busy street.
_DRIVES_MAX = 64


@dataclass(frozen=True, slots=True)
class Stopped:
    """A standing vehicle: where, since when, whether it stood there at the very start, who passed.

    `passed_by`: numbers of the tracks that drove past it. `moved_off_s`: last moment one that
    stood beside it moved off.
    """

    box: Box
    since_s: float
    since_before: bool
    passed_by: Set[int] = frozenset()
    moved_off_s: float = float("-inf")


def chain(start: Stopped, others: Sequence[Stopped], tuning: ParkingTuning) -> list[Stopped]:
    """Vehicles linked to the first by nearness and time of stopping, itself first."""
    linked, left = [start], list(others)
    for one in linked:
        near = [
            other
            for other in left
            if _together(one, other, tuning.queue_window_s)
            and distance_in_sizes(one.box, other.box) <= tuning.queue_gap_sizes
        ]
        linked += near
        left = [other for other in left if other not in near]
    return linked


def _together(a: Stopped, b: Stopped, window_s: float) -> bool:
    """Whether two stopped at about the same time; of two that were there before nobody knows."""
    if a.since_before or b.since_before:
        return a.since_before and b.since_before
    return abs(a.since_s - b.since_s) <= window_s


def is_cut_off(box: Box) -> bool:
    """Whether the picture's edge cuts the box."""
    return (
        box[0] <= EDGE_NORM
        or box[1] <= EDGE_NORM
        or box[2] >= 1 - EDGE_NORM
        or box[3] >= 1 - EDGE_NORM
    )


def came_driving(path: Sequence[tuple[float, Box]]) -> bool:
    """Whether something drove all along its known way: one that stood first waited itself."""
    moved = _moved_at_first(path)
    return moved is not None and moved > _STOOD_SIZES


def stood_first(path: Sequence[tuple[float, Box]]) -> bool:
    """Whether something stood where its known way begins."""
    moved = _moved_at_first(path)
    return moved is not None and moved <= _STOOD_SIZES


def _moved_at_first(path: Sequence[tuple[float, Box]]) -> float | None:
    """Sizes it moved in its first _STOOD_S seconds; None where less is known."""
    start_s, start = path[0]
    after = next((box for at_s, box in path if at_s - start_s >= _STOOD_S), None)
    return None if after is None else distance_in_sizes(start, after)


def drove_past(path: Sequence[tuple[float, Box]], standing: Box, within_sizes: float) -> bool:
    """Whether a path leads past (or through) a place: near by, from one side of it to the other.

    Args:
        path: (second, box) of something that moves, oldest first, as `since_jump` gives it.
        within_sizes: how near its middle comes, in mean sizes of the two.
    """
    points = _relative(path, standing)
    if len(points) < 2 * _SIDE_COUNT:
        return False
    if min(_length(points[0]), _length(points[-1])) < _APART_SIZES:
        return False
    ways = [_nearest(a, b) for a, b in itertools.pairwise(points)]
    index = min(range(len(ways)), key=lambda each: _length(ways[each]))
    nearest = ways[index]
    if _length(nearest) > within_sizes or not (
        _SIDE_COUNT <= index + 1 <= len(points) - _SIDE_COUNT
    ):
        return False
    towards = nearest[0] - points[0][0], nearest[1] - points[0][1]
    away = points[-1][0] - nearest[0], points[-1][1] - nearest[1]
    if min(_length(towards), _length(away)) < 0.5:
        return False
    turn = (towards[0] * away[0] + towards[1] * away[1]) / (_length(towards) * _length(away))
    return turn > 0.5


def since_jump(path: Sequence[tuple[float, Box]]) -> Sequence[tuple[float, Box]]:
    """The way since it last jumped: a track that was handed to another vehicle."""
    start, speeds = 0, list[float]()
    for index, (before, after) in enumerate(itertools.pairwise(path), 1):
        speed = distance_in_sizes(before[1], after[1]) / max(1e-3, after[0] - before[0])
        usual = sum(speeds) / len(speeds) if speeds else speed
        if speed > _JUMP_RATIO * max(usual, _SLOW_SIZES_PER_S):
            start, speeds = index, []
        else:
            speeds.append(speed)
    return path[start:]


class Drives:
    """Ways vehicles took lately: where they drive is a lane. Threads: one."""

    def __init__(self) -> None:
        self._paths: OrderedDict[int, list[tuple[float, Box]]] = OrderedDict()

    def note(self, track_id: int, path: Sequence[tuple[float, Box]]) -> None:
        """Takes the way (without jumps) of a moving vehicle as far as it is known; the oldest way gives place."""
        self._paths[track_id] = list(path)
        if len(self._paths) > _DRIVES_MAX:
            self._paths.popitem(last=False)

    def through(self, place: Box, within_sizes: float, but: int) -> int:
        """How many drove through a place, the vehicle `but` not counted."""
        return sum(
            track_id != but and drove_past(path, place, within_sizes)
            for track_id, path in self._paths.items()
        )


_Point = tuple[float, float]


def _length(point: _Point) -> float:
    return math.hypot(*point)


def _relative(path: Sequence[tuple[float, Box]], standing: Box) -> list[_Point]:
    """Middles of the path, seen from the standing box, in mean sizes of the two."""
    (x, y), (width, height) = centre(standing), size(standing)
    points = []
    for _, box in path:
        (px, py), (w, h) = centre(box), size(box)
        points.append(((px - x) * 2 / max(1e-6, w + width), (py - y) * 2 / max(1e-6, h + height)))
    return points


def _nearest(a: _Point, b: _Point) -> _Point:
    """The point of the way from a to b that is nearest to the origin."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    share = 0.0 if square == 0 else min(1.0, max(0.0, -(a[0] * dx + a[1] * dy) / square))
    return a[0] + share * dx, a[1] + share * dy
