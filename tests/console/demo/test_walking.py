"""Inspectors keep to the streets and take the short way."""

from __future__ import annotations

import itertools
import math
import random

from hypothesis import given
from hypothesis import strategies as st

from console.demo.walking import HURRY_MPS, Walker, on_street, way

points = st.tuples(st.floats(-50, 1000), st.floats(-50, 750))


def length(path: list[tuple[float, float]]) -> float:
    return sum(math.dist(a, b) for a, b in itertools.pairwise(path))


@given(points, points)
def test_a_way_is_as_short_as_the_grid_allows(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    path = way(start, end)
    a, b = on_street(start), on_street(end)
    manhattan = abs(a[0] - b[0]) + abs(a[1] - b[1])
    detour = 2 * 190  # round one block where both lie in the middle of parallel streets
    assert manhattan - 1e-6 <= length(path[:-1]) <= manhattan + detour


def test_who_is_sent_arrives_and_stays() -> None:
    walker = Walker((0.0, 0.0), random.Random(1))
    walker.send((190.0, 100.0))
    for _ in range(round(290 / HURRY_MPS) + 3):
        walker.step(1.0)
    assert walker.arrived
    assert walker.at == (190.0, 100.0)
    walker.step(1.0)
    assert walker.speed_mps == 0.0


def test_patrol_goes_on_for_ever_on_streets() -> None:
    walker = Walker((190.0, 80.0), random.Random(2))
    for _ in range(2000):
        walker.step(1.0)
        assert math.dist(walker.at, on_street(walker.at)) < 0.5


def test_a_released_walker_patrols_again() -> None:
    walker = Walker((0.0, 0.0), random.Random(3))
    walker.send((0.0, 50.0))
    walker.release()
    walker.step(1.0)
    assert walker.speed_mps > 0.0
