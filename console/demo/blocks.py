"""Buildings of the demonstration city: a seeded, fixed set of boxes along every street.

The renderer raises them, the map draws their outlines. Pure; the same list on every call.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

from console.demo.city import CROSS_STREETS, LONG_STREETS, PARK_BLOCK, Street

_SEED = 20_170_628


@dataclass(frozen=True, slots=True)
class Building:
    """One block of flats, shops or offices; bounds are x0, y0, x1, y1 in the city frame."""

    bounds: tuple[float, float, float, float]
    storeys: int
    shops: bool
    style: int
    seed: int

    @property
    def height_m(self) -> float:
        return 0.6 + (4.0 if self.shops else 3.0) + (self.storeys - 1) * 3.0


def _kerb_m(street: Street) -> float:
    return street.profile.half_width_m + street.profile.pavement_m


def _row(rng: random.Random, low: float, high: float) -> list[tuple[float, float]]:
    """Cuts low..high into building fronts of 14–34 m with small gaps."""
    fronts, at = [], low
    while high - at > 12:
        length = min(rng.uniform(15, 34), high - at)
        if high - at - length < 13:
            length = high - at
        fronts.append((at, at + length))
        at += length + rng.choice((0.0, 0.0, 2.5, 5.0))
    return fronts


def _building(
    rng: random.Random, bounds: tuple[float, float, float, float], busy: bool
) -> Building:
    storeys = rng.choice((3, 4, 5, 6, 6, 7)) if not busy else rng.choice((5, 6, 7, 9, 12, 15))
    return Building(bounds, storeys, rng.random() < 0.8, rng.randrange(6), rng.randrange(1 << 30))


def _block(rng: random.Random, column: int, row: int) -> list[Building]:
    """Buildings round the edge of one block, fronts at the back of the pavement."""
    west, east = LONG_STREETS[column], LONG_STREETS[column + 1]
    south, north = CROSS_STREETS[row], CROSS_STREETS[row + 1]
    x0, x1 = west.at_m + _kerb_m(west), east.at_m - _kerb_m(east)
    y0, y1 = south.at_m + _kerb_m(south), north.at_m - _kerb_m(north)
    found = []
    for low, high in _row(rng, x0, x1):
        set_back, depth = rng.choice((0.0, 0.6, 1.5)), rng.uniform(11, 14)
        found.append(
            _building(rng, (low, y0 + set_back, high, y0 + depth), south.profile.lanes_per_side > 1)
        )
        set_back, depth = rng.choice((0.0, 0.6, 1.5)), rng.uniform(11, 14)
        found.append(
            _building(rng, (low, y1 - depth, high, y1 - set_back), north.profile.lanes_per_side > 1)
        )
    for low, high in _row(rng, y0 + 19, y1 - 19):
        set_back, depth = rng.choice((0.0, 0.6, 1.5)), rng.uniform(11, 14)
        found.append(
            _building(rng, (x0 + set_back, low, x0 + depth, high), west.profile.lanes_per_side > 1)
        )
        set_back, depth = rng.choice((0.0, 0.6, 1.5)), rng.uniform(11, 14)
        found.append(
            _building(rng, (x1 - depth, low, x1 - set_back, high), east.profile.lanes_per_side > 1)
        )
    return found


def _edge(rng: random.Random) -> list[Building]:
    """One row beyond the outermost streets, so that no view ends in nothing."""
    found = []
    xs, ys = [s.at_m for s in LONG_STREETS], [s.at_m for s in CROSS_STREETS]
    for column in range(len(xs) - 1):
        for low, high in _row(rng, xs[column] + 14, xs[column + 1] - 14):
            top = ys[-1] + _kerb_m(CROSS_STREETS[-1])
            found.append(_building(rng, (low, top + 0.5, high, top + 13), True))
    for row in range(len(ys) - 1):
        for low, high in _row(rng, ys[row] + 14, ys[row + 1] - 14):
            left = xs[0] - _kerb_m(LONG_STREETS[0])
            right = xs[-1] + _kerb_m(LONG_STREETS[-1])
            found.append(_building(rng, (left - 13, low, left - 0.5, high), True))
            found.append(_building(rng, (right + 0.5, low, right + 13, high), False))
    return found


@cache
def building_outlines() -> tuple[Building, ...]:
    """Every building of the city; the park block is free."""
    rng = random.Random(_SEED)
    found: list[Building] = []
    for column in range(len(LONG_STREETS) - 1):
        for row in range(len(CROSS_STREETS) - 1):
            block = _block(rng, column, row)
            if (column, row) != PARK_BLOCK:
                found += block
    return tuple(found + _edge(rng))
