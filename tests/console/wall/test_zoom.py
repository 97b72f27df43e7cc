"""Digital zoom: the keyboard's tool, and tiles that go to an alert's box by themselves and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.site import CameraId
from console.state.layouts import LayoutId
from console.state.linked_zoom import HOLD_S, TILES_MOST, LinkedZoom
from console.state.tile_geometry import covers, placement
from console.state.tiles import WHOLE, Aspect, Region, TileAddress, TileAlarm
from console.state.wall import MAIN_WINDOW, WallState
from console.state.zoom import LARGEST_ZOOM, ZoomTool, around, moved, zoomed
from ingest.cameras.stream_info import even_box
from ingest.clock import ManualClock
from vision.alerts import AlertKind

CAMERAS = [CameraId(f"cam-{i}") for i in range(1, 5)]
BOX: Region = (0.4, 0.5, 0.5, 0.6)
unit = st.floats(0, 1, allow_nan=False)


def tile(index: int) -> TileAddress:
    return TileAddress(MAIN_WINDOW, index)


def alarm(camera: int, alert_id: str, box: Region | None = BOX) -> TileAlarm:
    return TileAlarm(alert_id, CAMERAS[camera], AlertKind.PARKING, "place", 0, box_norm=box)


@pytest.fixture
def wall() -> WallState:
    made = WallState()
    made.open_window(MAIN_WINDOW, LayoutId("2x2"))
    made.fill(CAMERAS)
    return made


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(mono_ns=1_000_000_000_000)


@given(unit, unit, st.floats(-30, 30), st.floats(-2, 2), st.floats(-2, 2))
def test_whatever_the_hand_does_the_part_stays_inside_the_picture_and_keeps_its_shape(
    x: float, y: float, notches: float, dx: float, dy: float
) -> None:
    made = WallState()
    made.open_window(MAIN_WINDOW, LayoutId("1x1"))
    made.put_camera(tile(0), CAMERAS[0])
    made.set_region(tile(0), moved(zoomed(WHOLE, x, y, notches), dx, dy))
    x1, y1, x2, y2 = made.tile(tile(0)).region_norm
    assert 0 <= x1 < x2 <= 1
    assert 0 <= y1 < y2 <= 1
    assert x2 - x1 == pytest.approx(y2 - y1, abs=2e-4)
    assert made.tile(tile(0)).zoom <= LARGEST_ZOOM + 0.1


@given(unit, unit, st.floats(0.05, 0.9), st.sampled_from(((1920, 1080), (704, 576), (640, 360))))
def test_what_is_painted_lies_exactly_where_it_was_cut_out(
    x: float, y: float, side: float, picture: tuple[int, int]
) -> None:
    region = around((x, y, x, y), 0.0, side)
    place = placement(480, 270, *picture, Aspect.AUTO, region)
    left, top, right, bottom = even_box(place.region_norm, *picture)
    edges = (left / picture[0], top / picture[1], right / picture[0], bottom / picture[1])
    assert place.region_norm == pytest.approx(edges, abs=6e-5)
    again = placement(480, 270, *picture, Aspect.AUTO, place.region_norm)
    assert again.region_norm == place.region_norm
    assert covers(WHOLE, place.region_norm)


def test_the_tool_zooms_in_moves_and_leaves_the_zoom_or_takes_it_back(wall: WallState) -> None:
    tool = ZoomTool(wall)
    assert tool.toggle()
    assert tool.address == tile(0)
    assert wall.tile(tile(0)).zoom == pytest.approx(2.0)
    tool.zoom(2)
    tool.pan(1, 0)
    region = wall.tile(tile(0)).region_norm
    assert wall.tile(tile(0)).zoom == pytest.approx(2 * 1.25**2, abs=0.01)
    assert region[0] + region[2] > 1.1
    tool.leave()
    assert tool.address is None
    assert wall.tile(tile(0)).region_norm == region
    tool.pan(1, 0)
    assert wall.tile(tile(0)).region_norm == region, "a tool that was laid down does nothing"
    tool.whole()
    assert wall.tile(tile(0)).region_norm == WHOLE


def test_the_tool_is_laid_down_when_another_tile_is_selected_and_needs_a_camera(
    wall: WallState,
) -> None:
    tool = ZoomTool(wall)
    heard: list[TileAddress] = []
    tool.changed.connect(heard.append)
    tool.toggle()
    wall.select(tile(1))
    assert tool.address is None
    assert heard == [tile(0), tile(0)]
    wall.put_camera(tile(1), None)
    assert not tool.toggle()


def test_a_tile_goes_to_the_box_of_the_alert_and_back_by_itself(
    wall: WallState, clock: ManualClock
) -> None:
    linked = LinkedZoom(wall, clock)
    wall.alarms.raised(alarm(0, "a"))
    assert wall.tile(tile(0)).region_norm == WHOLE, "an alert alone moves nothing"
    linked.follow(CAMERAS[0], ["a"])
    shown = wall.tile(tile(0))
    assert covers(shown.region_norm, BOX)
    assert shown.zoom == pytest.approx(1 / 0.26, abs=0.1)
    assert shown.zoomed_for == "a"
    clock.advance(HOLD_S - 0.1)
    linked.tick()
    assert wall.tile(tile(0)).region_norm != WHOLE
    clock.advance(0.2)
    linked.tick()
    assert wall.tile(tile(0)).region_norm == WHOLE
    assert wall.tile(tile(0)).zoomed_for is None


def test_the_end_of_the_alert_or_another_case_takes_the_zoom_back(
    wall: WallState, clock: ManualClock
) -> None:
    linked = LinkedZoom(wall, clock)
    for camera, name in enumerate("ab"):
        wall.alarms.raised(alarm(camera, name))
    linked.follow(CAMERAS[0], ["a"])
    linked.follow(CAMERAS[1], ["b"])
    assert wall.tile(tile(0)).region_norm == WHOLE
    assert wall.tile(tile(1)).zoomed_for == "b"
    wall.alarms.cleared("b")
    assert wall.tile(tile(1)).region_norm == WHOLE


def test_the_operators_own_zoom_is_never_overridden(wall: WallState, clock: ManualClock) -> None:
    linked = LinkedZoom(wall, clock)
    own = (0.0, 0.0, 0.5, 0.5)
    wall.alarms.raised(alarm(0, "a"))
    wall.set_region(tile(0), own)
    linked.follow(CAMERAS[0], ["a"])
    assert wall.tile(tile(0)).region_norm == own
    # a touch during the zoom makes it the operator's: it does not go back
    wall.set_region(tile(0), WHOLE)
    linked.follow(CAMERAS[0], ["a"])
    wall.set_region(tile(0), own)
    clock.advance(HOLD_S + 1)
    linked.tick()
    wall.alarms.cleared("a")
    assert wall.tile(tile(0)).region_norm == own


def test_pinned_tiles_wide_boxes_and_a_flood_are_left_alone(
    wall: WallState, clock: ManualClock
) -> None:
    linked = LinkedZoom(wall, clock)
    wall.set_pinned(tile(0), True)
    wall.alarms.raised(alarm(0, "pinned"))
    linked.follow(CAMERAS[0], ["pinned"])
    wall.alarms.raised(alarm(1, "wide", (0.1, 0.1, 0.9, 0.9)))
    linked.follow(CAMERAS[1], ["wide"])
    wall.alarms.raised(alarm(2, "nowhere", None))
    linked.follow(CAMERAS[2], ["nowhere"])
    assert all(wall.tile(tile(i)).region_norm == WHOLE for i in range(3))
    wall.set_layout(MAIN_WINDOW, LayoutId("3x3"))
    for index in range(9):
        wall.put_camera(tile(index), CAMERAS[3])
        wall.set_pinned(tile(index), False)
    wall.alarms.raised(alarm(3, "everywhere"))
    linked.follow(CAMERAS[3], ["everywhere"])
    assert sum(wall.tile(a).zoomed_for is not None for a in wall.addresses()) == TILES_MOST


def test_a_restart_brings_back_the_operators_zoom_only(wall: WallState, clock: ManualClock) -> None:
    wall.alarms.raised(alarm(0, "a"))
    LinkedZoom(wall, clock).follow(CAMERAS[0], ["a"])
    wall.set_region(tile(1), (0.0, 0.0, 0.5, 0.5))
    again = WallState()
    again.restore(wall.remember())
    assert again.tile(tile(0)).region_norm == WHOLE
    assert again.tile(tile(1)).region_norm == (0.0, 0.0, 0.5, 0.5)
