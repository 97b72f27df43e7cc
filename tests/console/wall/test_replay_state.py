"""Which tiles show the past, from where, and what their keys mean. No window."""

from __future__ import annotations

import pytest
from msgspec import structs

from config.site import CameraId
from console.state.keys import KeyMode
from console.state.layouts import LayoutId
from console.state.replay import (
    BACK_S,
    BEFORE_ALERT_S,
    JUMP_S,
    MOST,
    SPEEDS,
    ReplayShown,
    TileReplay,
)
from console.state.tile_tools import TileTools
from console.state.tiles import TileAddress, TileAlarm
from console.state.wall import MAIN_WINDOW, WallState
from ingest.clock import ManualClock
from vision.alerts import AlertKind

CAMERAS = [CameraId(f"cam-{i}") for i in range(1, 10)]
SECOND_NS = 1_000_000_000
NOW = 1000 * SECOND_NS


def tile(index: int) -> TileAddress:
    return TileAddress(MAIN_WINDOW, index)


class Desk:
    def __init__(self) -> None:
        self.clock = ManualClock(mono_ns=NOW)
        self.wall = WallState()
        self.wall.open_window(MAIN_WINDOW, LayoutId("3x3"))
        self.wall.fill(CAMERAS)
        self.tools = TileTools(self.wall, self.clock)
        self.replays = self.tools.replays

    def at(self, index: int = 0) -> TileReplay:
        found = self.replays.of(tile(index))
        assert found is not None
        return found

    def shows(self, from_s: float, to_s: float, at_s: float | None = None) -> None:
        shown = ReplayShown(
            None if at_s is None else round(at_s * 1e9), round(from_s * 1e9), round(to_s * 1e9)
        )
        self.replays.tell(tile(0), shown)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_replay_begins_with_what_was_just_missed(desk: Desk) -> None:
    assert desk.replays.start(tile(0))
    assert desk.at().at_mono_ns == NOW - BACK_S * 1e9
    assert desk.tools.key_mode() is KeyMode.REPLAY
    desk.wall.select(tile(1))
    assert desk.tools.key_mode() is None, "the keys are the selected tile's"
    desk.replays.live(tile(0))
    assert not desk.replays.all


def test_an_alert_tile_is_replayed_from_ten_seconds_before_the_alert(desk: Desk) -> None:
    began_utc_ns = desk.clock.utc_ns() - 20 * SECOND_NS
    desk.wall.alarms.raised(TileAlarm("a", CAMERAS[0], AlertKind.SMOKE, "place", began_utc_ns))
    desk.replays.start(tile(0))
    assert desk.at().alert_mono_ns == NOW - 20 * SECOND_NS
    assert desk.at().at_mono_ns == NOW - (20 + BEFORE_ALERT_S) * SECOND_NS


def test_seeking_stays_within_what_is_kept_and_forgets_steps(desk: Desk) -> None:
    desk.replays.start(tile(0))
    desk.shows(940, 1000, 985)
    desk.replays.step(tile(0), -1)
    assert desk.at().is_paused
    desk.replays.step(tile(0), -1)
    assert desk.at().step_total == -2
    desk.replays.jump(tile(0), -JUMP_S)
    assert desk.at().position_mono_ns == 980 * SECOND_NS
    assert desk.at().step_total == 0
    count = desk.at().seek_count
    desk.replays.seek(tile(0), 0)
    assert desk.at().position_mono_ns == 940 * SECOND_NS
    assert desk.at().seek_count == count + 1
    desk.replays.seek(tile(0), 2000 * SECOND_NS)
    assert desk.at().position_mono_ns == 1000 * SECOND_NS
    desk.replays.to_start(tile(0))
    assert desk.at().position_mono_ns == 940 * SECOND_NS


def test_speed_has_its_bounds_and_sets_a_standing_replay_going(desk: Desk) -> None:
    desk.replays.start(tile(0))
    desk.replays.toggle_pause(tile(0))
    for _ in range(10):
        desk.replays.change_speed(tile(0), 1)
    assert desk.at().speed == SPEEDS[-1]
    assert not desk.at().is_paused
    for _ in range(10):
        desk.replays.change_speed(tile(0), -1)
    assert desk.at().speed == SPEEDS[0]


def test_another_camera_in_the_tile_is_live(desk: Desk) -> None:
    heard: list[TileAddress] = []
    desk.replays.changed.connect(heard.append)
    desk.replays.start(tile(0))
    desk.wall.swap(tile(0), tile(1))
    assert not desk.replays.all
    assert heard == [tile(0), tile(0)]
    desk.replays.start(tile(1))
    desk.wall.close_window(MAIN_WINDOW)
    assert not desk.replays.all


def test_no_more_than_four_and_none_without_a_camera(desk: Desk) -> None:
    desk.wall.put_camera(tile(8), None)
    assert not desk.replays.start(tile(8))
    for index in range(MOST):
        assert desk.replays.start(tile(index))
    assert not desk.replays.start(tile(MOST))


def test_what_is_told_of_a_tile_that_is_live_again_is_forgotten(desk: Desk) -> None:
    desk.shows(1, 2)
    assert not desk.replays.all
    desk.replays.start(tile(0))
    first = desk.at()
    desk.shows(1, 2)
    assert desk.at() == structs.replace(first, shown=desk.at().shown)
