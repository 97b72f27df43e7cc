"""The map over several monitors: its parts join, move as one, and give way to what must be seen."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.site import CameraId
from console.state.layouts import LayoutId
from console.state.map_projection import MapProjection
from console.state.map_spans import MapSpan
from console.state.spans import MonitorPlace
from console.state.tiles import TileAddress, TileAlarm, WindowId
from console.state.wall import WallState
from vision.alerts import AlertKind

WINDOWS = [WindowId(name) for name in ("A", "B", "C")]
MAIN = MapProjection(0.8, 0.4, 15.0, 800, 600)


def wall_of(count: int, bezel_px: float = 0.0) -> tuple[WallState, MapSpan]:
    wall = WallState()
    for number, window_id in enumerate(WINDOWS[:count]):
        wall.open_window(window_id, LayoutId("2x2"))
        for index in range(4):
            camera = CameraId(f"cam-{number}{index}")
            wall.put_camera(TileAddress(window_id, index), camera)
    span = MapSpan(wall)
    span.set_monitors(places(count), bezel_px)
    return wall, span


def places(count: int) -> list[MonitorPlace]:
    return [
        MonitorPlace(window_id, number * 1920, 0, 1920, 1080)
        for number, window_id in enumerate(WINDOWS[:count])
    ]


def alarm(camera: str) -> TileAlarm:
    return TileAlarm("a", CameraId(camera), AlertKind.SMOKE, "somewhere", 0)


@given(st.floats(0, 100), st.integers(1, 3))
def test_parts_join_but_for_the_frames_between(bezel_px: float, count: int) -> None:
    _wall, span = wall_of(count, bezel_px)
    assert span.start(MAIN)
    for one, other in pairwise(WINDOWS[:count]):
        left, right = span.part(one), span.part(other)
        gap = (right.world_at(0, 0)[0] - left.world_at(1920, 0)[0]) * span.whole.scale_px
        assert gap == pytest.approx(2 * bezel_px, abs=1e-3)
        assert left.world_at(0, 0)[1] == pytest.approx(right.world_at(0, 0)[1], abs=1e-12)
    assert (span.whole.centre_x, span.whole.centre_y) == (0.8, 0.4)


def test_the_same_ground_fills_the_wall() -> None:
    _wall, span = wall_of(2)
    span.start(MAIN)
    shown = MAIN.height_px / MAIN.scale_px
    assert span.whole.height_px / span.whole.scale_px == pytest.approx(shown)


def test_a_part_that_is_moved_takes_the_others_along_and_rounding_moves_nothing() -> None:
    _wall, span = wall_of(3, 20.0)
    span.start(MAIN)
    told: list[None] = []
    span.changed.connect(lambda: told.append(None))
    span.moved(WINDOWS[2], span.part(WINDOWS[2]))
    assert not told
    span.moved(WINDOWS[2], span.part(WINDOWS[2]).zoomed(1.5, 100, 900).panned(30, -40))
    assert len(told) == 1
    wanted = span.part(WINDOWS[2])
    assert wanted.zoom == span.part(WINDOWS[0]).zoom == span.whole.zoom
    span.moved(WINDOWS[2], wanted)
    assert len(told) == 1


def test_a_monitor_with_a_pinned_tile_takes_no_part() -> None:
    wall, span = wall_of(2)
    wall.set_pinned(TileAddress(WINDOWS[0], 1), True)
    assert span.start(MAIN)
    assert span.covered == (WINDOWS[1],)
    wall.set_pinned(TileAddress(WINDOWS[1], 1), True)
    assert not span.is_open
    assert not span.start(MAIN)


def test_an_alarm_uncovers_its_monitor_while_it_lasts() -> None:
    wall, span = wall_of(2)
    span.start(MAIN)
    wall.alarms.raised(alarm("cam-01"))
    assert span.covered == (WINDOWS[1],)
    assert span.leader == WINDOWS[1]
    wall.alarms.cleared("a")
    assert span.covered == tuple(WINDOWS[:2])


def test_a_tile_lent_to_an_alarm_uncovers_and_its_return_covers_again() -> None:
    wall, span = wall_of(2)
    span.start(MAIN)
    lent = TileAddress(WINDOWS[0], 2)
    held = {lent}
    span.is_lent = lambda address: address in held
    wall.put_camera(lent, CameraId("far"))
    assert span.covered == (WINDOWS[1],)
    held.clear()
    wall.put_camera(lent, CameraId("cam-02"))
    assert span.covered == tuple(WINDOWS[:2])


def test_a_person_who_uses_a_covered_window_gets_it_and_a_tour_does_not() -> None:
    wall, span = wall_of(2)
    toured = TileAddress(WINDOWS[0], 0)
    span.is_toured = lambda address: address == toured
    span.start(MAIN)
    wall.put_camera(toured, CameraId("next"))
    assert span.covered == tuple(WINDOWS[:2])
    wall.put_camera(TileAddress(WINDOWS[0], 1), CameraId("called"))
    assert span.covered == (WINDOWS[1],)


def test_the_map_shrinks_and_grows_with_its_monitors() -> None:
    _wall, span = wall_of(3)
    span.start(MAIN)
    span.set_monitors(places(2), 0.0)
    assert span.covered == tuple(WINDOWS[:2])
    assert span.whole.width_px == 2 * 1920
    span.set_monitors([], 0.0)
    assert not span.is_open


def test_a_scene_brings_it_back_as_it_was() -> None:
    _wall, span = wall_of(2)
    assert span.position is None
    span.start(MAIN)
    kept, part = span.position, span.part(WINDOWS[1])
    assert kept is not None
    assert kept.over_wall
    span.end()
    assert span.restore(kept)
    assert span.part(WINDOWS[1]) == part
