"""What an operator does to a wall, without a window."""

from __future__ import annotations

import pytest

from config.site import CameraId
from console.state.layouts import LayoutId
from console.state.tiles import RECENT_COUNT, WHOLE, TileAddress, TileAlarm, WindowId
from console.state.wall import UnknownTile, WallState
from console.state.wall_wants import Importance, ViewSize, wants
from vision.alerts import AlertKind

MAIN = WindowId("main")
SIDE = WindowId("side")
CAMERAS = [CameraId(f"cam-{i:03d}") for i in range(1, 21)]


def tile(index: int, window: WindowId = MAIN) -> TileAddress:
    return TileAddress(window, index)


@pytest.fixture
def wall() -> WallState:
    numbers = dict(enumerate(CAMERAS, start=1))
    state = WallState(numbers.get)
    state.open_window(MAIN, LayoutId("2x2"))
    state.fill(CAMERAS)
    return state


def alarm(camera: int, alert_id: str = "a", priority: int = 3, since: int = 0) -> TileAlarm:
    return TileAlarm(alert_id, CAMERAS[camera], AlertKind.SMOKE, "here", since, priority=priority)


def shown(wall: WallState, window: WindowId = MAIN) -> list[CameraId | None]:
    return [wall.tile(a).camera_id for a in wall.addresses() if a.window_id == window]


def test_first_start_fills_the_tiles_with_the_first_cameras(wall: WallState) -> None:
    assert shown(wall) == CAMERAS[:4]


def test_a_called_number_comes_to_the_selected_tile(wall: WallState) -> None:
    wall.select(tile(2))
    assert wall.call_number(9) == tile(2)
    assert wall.tile(tile(2)).camera_id == CAMERAS[8]
    assert wall.tile(tile(2)).recent == (CAMERAS[2],)


def test_an_unknown_number_says_so_and_changes_nothing(wall: WallState) -> None:
    with pytest.raises(UnknownTile, match="no camera has the number 999"):
        wall.call_number(999)
    assert shown(wall) == CAMERAS[:4]


def test_a_tile_remembers_its_last_eight_cameras(wall: WallState) -> None:
    for camera in CAMERAS[5:17]:
        wall.call(camera)
    recent = wall.tile(tile(0)).recent
    assert recent == tuple(reversed(CAMERAS[8:16]))
    assert len(recent) == RECENT_COUNT
    wall.step_back(tile(0))
    assert wall.tile(tile(0)).camera_id == CAMERAS[15]


def test_a_pinned_tile_is_never_overwritten(wall: WallState) -> None:
    wall.set_pinned(tile(0), True)
    assert wall.call(CAMERAS[10]) == tile(1)
    assert wall.tile(tile(0)).camera_id == CAMERAS[0]
    for index in range(4):
        wall.set_pinned(tile(index), True)
    with pytest.raises(UnknownTile, match="pinned"):
        wall.call(CAMERAS[11])


def test_a_smaller_layout_keeps_what_it_cannot_show(wall: WallState) -> None:
    wall.select(tile(3))
    wall.set_layout(MAIN, LayoutId("1x1"))
    assert shown(wall) == CAMERAS[:1]
    assert wall.selected == tile(0)
    wall.set_layout(MAIN, LayoutId("2x2"))
    assert shown(wall) == CAMERAS[:4]


def test_swap_works_across_windows(wall: WallState) -> None:
    wall.open_window(SIDE, LayoutId("1x1"))
    wall.put_camera(tile(0, SIDE), CAMERAS[9])
    wall.swap(tile(0), tile(0, SIDE))
    assert shown(wall, SIDE) == [CAMERAS[0]]
    assert shown(wall)[0] == CAMERAS[9]


def test_a_full_tile_fills_the_window_and_goes_back(wall: WallState) -> None:
    wall.toggle_full(tile(1))
    assert list(wall.placed(MAIN, 800, 600)) == [1]
    assert wall.placed(MAIN, 800, 600)[1].width_px == 800
    wall.toggle_full()
    assert list(wall.placed(MAIN, 800, 600)) == [0, 1, 2, 3]


def test_arrows_follow_what_the_eye_sees(wall: WallState) -> None:
    wall.set_layout(MAIN, LayoutId("1+5"))
    wall.select(tile(0))
    wall.move_selection(1, 0)
    assert wall.selected == tile(1)
    wall.move_selection(0, 1)
    assert wall.selected == tile(2)
    wall.move_selection(-1, 0)
    assert wall.selected == tile(0)
    wall.move_selection(0, -1)
    assert wall.selected == tile(0)


def test_arrows_go_on_into_the_next_window(wall: WallState) -> None:
    wall.open_window(SIDE, LayoutId("2x2"))
    wall.select(tile(1))
    wall.move_selection(1, 0)
    assert wall.selected == tile(0, SIDE)


def test_digital_zoom_stays_inside_the_picture(wall: WallState) -> None:
    wall.set_region(tile(0), (0.8, 0.8, 1.3, 1.3))
    assert wall.tile(tile(0)).region_norm == (0.5, 0.5, 1.0, 1.0)
    assert wall.tile(tile(0)).zoom == pytest.approx(2.0)
    wall.call(CAMERAS[7], tile(0))
    assert wall.tile(tile(0)).region_norm == WHOLE


def test_the_most_urgent_alarm_of_a_camera_is_shown(wall: WallState) -> None:
    wall.alarms.raised(alarm(0, "old", since=1))
    wall.alarms.raised(alarm(0, "urgent", priority=1, since=9))
    found = wall.alarms.of(CAMERAS[0])
    assert found is not None
    assert found.alert_id == "urgent"
    wall.alarms.cleared("urgent")
    wall.alarms.cleared("old")
    assert wall.alarms.of(CAMERAS[0]) is None


def test_wants_put_alarm_before_selection_before_the_rest(wall: WallState) -> None:
    wall.select(tile(2))
    wall.alarms.raised(alarm(3))
    found = wants(wall, {MAIN: ViewSize(962, 542)})
    assert [(w.camera_id, w.importance) for w in found] == [
        (CAMERAS[3], Importance.ALARM),
        (CAMERAS[2], Importance.SELECTED),
        (CAMERAS[0], Importance.REST),
        (CAMERAS[1], Importance.REST),
    ]
    assert {(w.width_px, w.height_px) for w in found} == {(480, 270)}


def test_what_nobody_sees_wants_key_frames_only(wall: WallState) -> None:
    hidden = wants(wall, {MAIN: ViewSize(962, 542, visible=False)})
    assert {w.importance for w in hidden} == {Importance.HIDDEN}
    assert all(w.keyframes_only for w in hidden)
    wall.toggle_full(tile(1))
    seen = wants(wall, {MAIN: ViewSize(962, 542)})
    assert [w.camera_id for w in seen if not w.keyframes_only] == [CAMERAS[1]]


def test_a_camera_beyond_the_layout_wants_nothing(wall: WallState) -> None:
    wall.set_layout(MAIN, LayoutId("1x1"))
    assert [w.camera_id for w in wants(wall, {MAIN: ViewSize(962, 542)})] == [CAMERAS[0]]


def test_a_restart_finds_the_same_wall(wall: WallState) -> None:
    wall.open_window(SIDE, LayoutId("1+7"), screen="HDMI-2")
    wall.put_camera(tile(3, SIDE), CAMERAS[12])
    wall.set_pinned(tile(3, SIDE), True)
    wall.set_region(tile(0), (0.25, 0.25, 0.75, 0.75))
    wall.select(tile(3, SIDE))
    again = WallState()
    heard: list[WindowId] = []
    again.window_changed.connect(heard.append)
    again.restore(wall.remember())
    assert dict(again.windows) == dict(wall.windows)
    assert again.selected == tile(3, SIDE)
    assert heard == [MAIN, SIDE]


def test_a_damaged_memory_is_refused_and_changes_nothing(wall: WallState) -> None:
    before = dict(wall.windows)
    with pytest.raises(ValueError, match=r"."):
        wall.restore(b'{"windows": [{"id": 3}]}')
    assert dict(wall.windows) == before


def test_listeners_hear_only_real_changes(wall: WallState) -> None:
    heard: list[WindowId] = []
    wall.window_changed.connect(heard.append)
    wall.put_camera(tile(0), CAMERAS[0])
    wall.set_pinned(tile(0), False)
    assert heard == []
    wall.set_pinned(tile(0), True)
    assert heard == [MAIN]
