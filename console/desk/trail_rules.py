"""What a trail says: length, stops, time per grid cell, where somebody was at a moment. Pure.

Receivers scatter and fall silent: movement below the scatter is standing, and a gap is a gap, never
a straight walk through houses.
"""

from __future__ import annotations

import bisect
import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from config.directory import SiteDirectory
from config.geometry import GeoPoint, distance_m
from ingest.positions.trails import TrailPoint

#: Within this much of where it began a stay is a stop, metres; phones in streets scatter 5–20 m.
STOP_RADIUS_M = 30.0
#: A stop lasts at least this long, seconds: longer than a red light.
STOP_S = 180.0
#: Two fixes further apart than this in time are a gap: what lies between is not known.
GAP_S = 300.0


class Stop(Struct, frozen=True):
    """A stay at one spot, as long as it is known."""

    lat_deg: float
    lon_deg: float
    from_ms: int
    until_ms: int

    @property
    def lasted_s(self) -> float:
        return (self.until_ms - self.from_ms) / 1000


class TrailSummary(Struct, frozen=True):
    """A trail in numbers. `dwell_s`: seconds per grid cell ("" outside); `gap_s`: not known."""

    first_ms: int
    last_ms: int
    fixes: int
    distance_m: float
    moving_s: float
    gap_s: float
    stops: tuple[Stop, ...]
    dwell_s: dict[str, float]


class Sighting(Struct, frozen=True):
    """Where somebody was at a moment. `age_s`: to the nearest fix; between two it is interpolated."""

    inspector_id: str
    lat_deg: float
    lon_deg: float
    age_s: float


def summary(trail: Sequence[TrailPoint], directory: SiteDirectory) -> TrailSummary | None:
    """The trail in numbers; None for an empty one."""
    if not trail:
        return None
    found = stops(trail)
    metres = moving_s = gap_s = 0.0
    dwell_s: dict[str, float] = defaultdict(float)
    for a, b in itertools.pairwise(trail):
        seconds = (b.fix_ms - a.fix_ms) / 1000
        if seconds > GAP_S:
            gap_s += seconds
            continue
        cell = directory.cell_at(_place(a))
        dwell_s[cell.id if cell else ""] += seconds
        if not _within(found, a, b):
            metres += distance_m(_place(a), _place(b))
            moving_s += seconds
    return TrailSummary(
        trail[0].fix_ms, trail[-1].fix_ms, len(trail), round(metres, 1), moving_s, gap_s,
        tuple(found), {key: round(value, 1) for key, value in dwell_s.items()},
    )  # fmt: skip


def stops(trail: Sequence[TrailPoint]) -> list[Stop]:
    """Stays of at least `STOP_S` within `STOP_RADIUS_M` of where they began."""
    found: list[Stop] = []
    start = 0
    for index in range(1, len(trail) + 1):
        ends = index == len(trail)
        if not ends:
            seconds = (trail[index].fix_ms - trail[index - 1].fix_ms) / 1000
            away_m = distance_m(_place(trail[start]), _place(trail[index]))
            if away_m <= STOP_RADIUS_M and seconds <= GAP_S:
                continue
        first, last = trail[start], trail[index - 1]
        if (last.fix_ms - first.fix_ms) / 1000 >= STOP_S:
            middle = trail[start:index]
            lat = sum(point.lat_deg for point in middle) / len(middle)
            lon = sum(point.lon_deg for point in middle) / len(middle)
            found.append(Stop(lat, lon, first.fix_ms, last.fix_ms))
        start = index
    return found


def _within(found: Sequence[Stop], a: TrailPoint, b: TrailPoint) -> bool:
    return any(stop.from_ms <= a.fix_ms and b.fix_ms <= stop.until_ms for stop in found)


def where_at(
    trails: Mapping[str, Sequence[TrailPoint]], at_ms: int, window_s: float
) -> list[Sighting]:
    """Who was where at a moment; nobody whose nearest fix is further away than `window_s`."""
    found = []
    for who, trail in trails.items():
        sighting = _sighting(who, trail, at_ms, window_s)
        if sighting is not None:
            found.append(sighting)
    return found


def _sighting(
    who: str, trail: Sequence[TrailPoint], at_ms: int, window_s: float
) -> Sighting | None:
    after = bisect.bisect_right(trail, at_ms, key=lambda point: point.fix_ms)
    before = trail[after - 1] if after else None
    following = trail[after] if after < len(trail) else None
    near = [point for point in (before, following) if point is not None]
    if not near:
        return None
    nearest = min(near, key=lambda point: abs(point.fix_ms - at_ms))
    age_s = abs(nearest.fix_ms - at_ms) / 1000
    if age_s > window_s:
        return None
    if before is None or following is None or following.fix_ms - before.fix_ms > GAP_S * 1000:
        return Sighting(who, nearest.lat_deg, nearest.lon_deg, age_s)
    share = (at_ms - before.fix_ms) / (following.fix_ms - before.fix_ms)
    lat = before.lat_deg + (following.lat_deg - before.lat_deg) * share
    lon = before.lon_deg + (following.lon_deg - before.lon_deg) * share
    return Sighting(who, lat, lon, age_s)


def _place(point: TrailPoint) -> GeoPoint:
    return GeoPoint(point.lat_deg, point.lon_deg)
