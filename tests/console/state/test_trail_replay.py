"""Replay of trails: who is where at the moment shown, gaps, speed, end."""

from __future__ import annotations

import pytest

from config.geometry import GeoPoint, moved
from console.state.map_projection import place_of
from console.state.trails import SPEEDS, Known, TrailReplay
from ingest.positions.trails import TrailPoint

HERE = GeoPoint(36.1, 120.3)


def trail(*fixes: tuple[float, float]) -> tuple[TrailPoint, ...]:
    """Fixes (second, east m)."""
    places = [(second, moved(HERE, east_m, 0)) for second, east_m in fixes]
    return tuple(TrailPoint(round(s * 1000), p.lat_deg, p.lon_deg) for s, p in places)


def opened(**trails: tuple[TrailPoint, ...]) -> TrailReplay:
    replay = TrailReplay()
    assert replay.open(trails)
    return replay


def test_between_two_fixes_somebody_is_on_the_line() -> None:
    replay = opened(p1=trail((0, 0), (10, 100)))
    replay.seek(2_500)
    (one,) = replay.placed()
    assert place_of(*one.world).lon_deg == pytest.approx(moved(HERE, 25, 0).lon_deg, abs=1e-7)
    assert one.known is Known.SURE


def test_in_a_gap_somebody_stays_where_last_seen_and_it_shows() -> None:
    replay = opened(p1=trail((0, 0), (1_000, 500)), p2=trail((900, 0), (1_000, 0)))
    replay.seek(500_000)
    (one,) = replay.placed()
    assert one.known is Known.GAP
    assert place_of(*one.world).lon_deg == pytest.approx(HERE.lon_deg, abs=1e-7)
    assert [len(pieces) for pieces in replay.tails()] == [0, 0]


def test_it_plays_at_its_speed_and_stops_at_the_end() -> None:
    replay = opened(p1=trail((0, 0), (60, 10)))
    while replay.speed != 60:
        replay.next_speed()
    replay.advance(0.5)
    assert replay.at_ms == 30_000
    replay.advance(10)
    assert (replay.at_ms, replay.is_playing) == (60_000, False)
    replay.toggle()
    assert (replay.at_ms, replay.is_playing) == (0, True)
    assert (SPEEDS[0], SPEEDS[-1]) == (1, 60)


def test_nothing_is_kept_after_it_is_closed() -> None:
    replay = opened(p1=trail((0, 0), (60, 10)))
    replay.close()
    assert (replay.people, replay.placed(), replay.is_open) == ((), [], False)
    assert not replay.open({"p1": ()})
