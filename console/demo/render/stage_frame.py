"""The street in front of a camera as its film knows it: segments, times, directions, walking. Pure."""

from __future__ import annotations

import enum
import itertools
import math

from console.demo.cameras import Happening, StreetCamera
from console.demo.city import Axis
from console.demo.render.figures import Looks, walking
from console.demo.render.objects import Cast

#: Length of a loop of traffic and of every segment, seconds.
LOOP_S = 10.0
#: The camera at the traffic lights needs a whole phase.
RED_LIGHT_LOOP_S = 36.0
#: When a car has stopped, a stall stands, smoke shows, in segment ARRIVE; when it is gone, in LEAVE.
STOPPED_S, PUT_UP_S, SMOKING_S = 6.0, 5.5, 1.5
DROVE_OFF_S, PACKED_S, CLEARED_S = 2.0, 3.0, 4.0
WALK_MPS = 1.3


class Segment(enum.Enum):
    IDLE = "idle"
    ARRIVE = "arrive"
    STAY = "stay"
    LEAVE = "leave"


def segments_of(camera: StreetCamera) -> tuple[Segment, ...]:
    """The segments of a camera's film."""
    if camera.happening in {Happening.NOTHING, Happening.RED_LIGHT}:
        return (Segment.IDLE,)
    return tuple(Segment)


def duration_s(camera: StreetCamera) -> float:
    return RED_LIGHT_LOOP_S if camera.happening is Happening.RED_LIGHT else LOOP_S


class StageFrame:
    """Directions on one camera's street. `ahead` counts from the camera down its view."""

    def __init__(self, camera: StreetCamera) -> None:
        self.camera = camera
        self.half_m = camera.street.profile.half_width_m
        self.pavement_m = camera.street.profile.pavement_m
        base = math.pi / 2 if camera.street.axis is Axis.LONG else 0.0
        self.base_rad = base if camera.forward > 0 else base + math.pi

    def direction(self, side: int) -> int:
        """+1 where traffic of that side moves away from the camera (right-hand traffic)."""
        return side * self.camera.forward

    def heading(self, side: int) -> float:
        return self.base_rad if self.direction(side) > 0 else self.base_rad + math.pi

    def walk(
        self, cast: Cast, looks: Looks, points: tuple[tuple[float, float], ...], gone: float
    ) -> None:
        (ahead, offset), (da, do) = along(points, gone)
        x, y = self.camera.ahead(ahead, offset)
        x2, y2 = self.camera.ahead(ahead + da, offset + do)
        cast.person(x, y, math.atan2(y2 - y, x2 - x), looks, walking(gone, looks))


def path_length(points: tuple[tuple[float, float], ...]) -> float:
    return sum(math.dist(a, b) for a, b in itertools.pairwise(points))


def along(
    points: tuple[tuple[float, float], ...], gone: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    for a, b in itertools.pairwise(points):
        length = math.dist(a, b)
        if gone <= length:
            part = gone / max(length, 1e-6)
            step = ((b[0] - a[0]) / length, (b[1] - a[1]) / length)
            return (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part), step
        gone -= length
    return points[-1], (0.0, 1.0)
