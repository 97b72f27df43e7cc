"""How inspectors move: on the street network, patrolling or on their way to a place. Pure.

Positions are city metres. A walker goes along the streets from junction to junction; sent
somewhere, it takes the shortest way and stops there.
"""

from __future__ import annotations

import heapq
import math
import random
from dataclasses import dataclass, field

from console.demo.city import CROSS_STREETS, LONG_STREETS

Point = tuple[float, float]
#: Walking, and on the electric bicycle inspectors take when sent somewhere, metres a second.
PATROL_MPS, HURRY_MPS = 1.4, 6.5
ARRIVED_M = 3.0

_XS = tuple(street.at_m for street in LONG_STREETS)
_YS = tuple(street.at_m for street in CROSS_STREETS)


def neighbours(at: tuple[int, int]) -> list[tuple[int, int]]:
    """Junctions one block away."""
    column, row = at
    around = ((column - 1, row), (column + 1, row), (column, row - 1), (column, row + 1))
    return [(c, r) for c, r in around if 0 <= c < len(_XS) and 0 <= r < len(_YS)]


def junction_point(at: tuple[int, int]) -> Point:
    return _XS[at[0]], _YS[at[1]]


def on_street(point: Point) -> Point:
    """The nearest point on a centre line."""
    x, y = point
    near_x = min(_XS, key=lambda at: abs(at - x))
    near_y = min(_YS, key=lambda at: abs(at - y))
    if abs(near_x - x) <= abs(near_y - y):
        return near_x, min(max(y, _YS[0]), _YS[-1])
    return min(max(x, _XS[0]), _XS[-1]), near_y


def _ends(point: Point) -> list[tuple[int, int]]:
    """Junctions at both ends of the block edge a street point lies on."""
    x, y = point
    columns = [i for i, at in enumerate(_XS) if abs(at - x) < 0.01]
    rows = [i for i, at in enumerate(_YS) if abs(at - y) < 0.01]
    if columns and rows:
        return [(columns[0], rows[0])]
    if columns:
        above = next((i for i, at in enumerate(_YS) if at >= y), len(_YS) - 1)
        return [(columns[0], max(0, above - 1)), (columns[0], above)]
    right = next((i for i, at in enumerate(_XS) if at >= x), len(_XS) - 1)
    return [(max(0, right - 1), rows[0]), (right, rows[0])]


def way(start: Point, end: Point) -> list[Point]:
    """Corner points of the shortest way along the streets, from `start` to `end` itself."""
    a, b = on_street(start), on_street(end)
    if _same_edge(a, b):
        return [a, b, end]
    goals = {junction: math.dist(junction_point(junction), b) for junction in _ends(b)}
    heap: list[tuple[float, tuple[int, int], tuple[tuple[int, int], ...]]]
    heap = [(math.dist(a, junction_point(j)), j, (j,)) for j in _ends(a)]
    heapq.heapify(heap)
    best: tuple[float, tuple[tuple[int, int], ...]] | None = None
    seen: set[tuple[int, int]] = set()
    while heap:
        cost, junction, trail = heapq.heappop(heap)
        if best is not None and cost >= best[0]:
            break
        if junction in goals and (best is None or cost + goals[junction] < best[0]):
            best = (cost + goals[junction], trail)
        if junction in seen:
            continue
        seen.add(junction)
        for following in neighbours(junction):
            step = math.dist(junction_point(junction), junction_point(following))
            heapq.heappush(heap, (cost + step, following, (*trail, following)))
    assert best is not None
    return [a, *(junction_point(j) for j in best[1]), b, end]


def _same_edge(a: Point, b: Point) -> bool:
    return set(_ends(a)) == set(_ends(b)) and (abs(a[0] - b[0]) < 0.01 or abs(a[1] - b[1]) < 0.01)


@dataclass
class Walker:
    """One inspector on the move. `step` moves it on; `sent` is set while on its way to a case."""

    at: Point
    rng: random.Random
    course_deg: float = 0.0
    speed_mps: float = 0.0
    route: list[Point] = field(default_factory=list)
    sent: bool = False

    def send(self, place: Point) -> None:
        """Goes to `place` by the shortest way, quickly."""
        self.route = way(self.at, place)
        self.sent = True

    def release(self) -> None:
        """Back to patrol."""
        self.sent = False
        self.route = []

    @property
    def arrived(self) -> bool:
        return self.sent and not self.route

    def step(self, seconds: float) -> None:
        """Moves on for `seconds`; stands when it was sent and has arrived."""
        if not self.route and not self.sent:
            self._choose()
        pace = HURRY_MPS if self.sent else PATROL_MPS
        left = pace * seconds
        self.speed_mps = pace if self.route else 0.0
        while left > 0 and self.route:
            target = self.route[0]
            away = math.dist(self.at, target)
            if away > 0.01:
                self.course_deg = (
                    math.degrees(math.atan2(target[0] - self.at[0], target[1] - self.at[1])) % 360
                )
            if away <= left:
                self.at, left = target, left - away
                self.route.pop(0)
            else:
                part = left / away
                self.at = (
                    self.at[0] + (target[0] - self.at[0]) * part,
                    self.at[1] + (target[1] - self.at[1]) * part,
                )
                left = 0.0

    def _choose(self) -> None:
        """The next junction of the round: not the one behind if there is another."""
        here = on_street(self.at)
        choices = [j for end in _ends(here) for j in [end, *neighbours(end)]]
        far = [j for j in choices if 20 < math.dist(junction_point(j), here) < 260]
        self.route = way(self.at, junction_point(self.rng.choice(far or choices)))
