"""Alarms on the wall: by priority and age, back by themselves, never under an operator's hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from config.linkage_settings import AlarmRegion, LinkageSettings
from config.settings import Settings
from config.site import CameraId
from console.state.alarm_calls import AlarmCalls
from console.state.alarm_regions import AlarmRegions, Demand
from console.state.intake import FeedIntake
from console.state.layouts import LayoutId
from console.state.session import ConsoleSession
from console.state.snapshot_parts import SnapshotParts
from console.state.tiles import Tile, TileAddress, TileAlarm, WallMemory, WindowId
from console.state.wall import MAIN_WINDOW, WallState
from ingest.clock import ManualClock
from tests.console.seat_kit import alert, camera_id, case, fake_site
from vision.alerts import AlertKind

S = 1_000_000_000
SECOND_MONITOR = WindowId("monitor B")
ONE_REGION = LinkageSettings(
    (AlarmRegion(("smoke", "fire"), tiles=(3, 4), priority=1, views=2),),
    hold_s=600.0, return_after_s=10.0, touched_s=120.0,
)  # fmt: skip


def _demand(alert_id: str, *cameras: int, kind: AlertKind = AlertKind.SMOKE, priority: int = 1, since: int = 0) -> Demand:  # fmt: skip
    ids = tuple(camera_id(number) for number in cameras)
    return Demand(TileAlarm(alert_id, ids[0], kind, "somewhere", since, priority=priority), ids)


class Stage:
    """A wall of 2×2 showing cameras 1…4, and its alarm regions."""

    def __init__(self, rules: LinkageSettings = ONE_REGION) -> None:
        self.wall = WallState()
        self.wall.open_window(MAIN_WINDOW, LayoutId("2x2"))
        self.wall.fill([camera_id(number) for number in range(1, 5)])
        self.now = 1_000 * S
        self.windows: list[WindowId] = [MAIN_WINDOW]
        self.regions = AlarmRegions(self.wall, rules, lambda: self.windows, self.now)
        self.open: dict[str, Demand] = {}

    def raise_(self, *demands: Demand) -> None:
        for demand in demands:
            self.wall.alarms.raised(demand.alarm)
            self.open[demand.alarm.alert_id] = demand
        self.regions.want(self.open.values(), self.now)

    def clear(self, alert_id: str) -> None:
        self.open.pop(alert_id, None)
        self.wall.alarms.cleared(alert_id)
        self.regions.want(self.open.values(), self.now)

    def pass_(self, seconds: float) -> None:
        self.now += round(seconds * S)
        self.regions.tick(self.now)

    def shown(self, window: WindowId = MAIN_WINDOW) -> list[int | None]:
        tiles = (self.wall.tile(TileAddress(window, index)) for index in range(4))
        return [int(tile.camera_id[-4:]) if tile.camera_id else None for tile in tiles]


THIRD, FOURTH = TileAddress(MAIN_WINDOW, 2), TileAddress(MAIN_WINDOW, 3)


def test_a_camera_that_stands_beside_the_region_as_large_is_not_shown_twice() -> None:
    stage = Stage()
    stage.raise_(_demand("a", 2, 9))
    assert stage.shown() == [1, 2, 9, 4]
    assert stage.regions.waiting.get() == 0
    stage.wall.put_camera(TileAddress(MAIN_WINDOW, 1), camera_id(8))
    stage.pass_(1)
    assert stage.shown() == [1, 8, 9, 2]


def test_an_alarm_brings_its_camera_and_the_next_view_and_both_go_back() -> None:
    stage = Stage()
    before = stage.wall.remember()
    stage.raise_(_demand("a", 8, 9))
    assert stage.shown() == [1, 2, 8, 9]
    further = stage.wall.alarms.of(camera_id(9))
    assert further is not None
    assert further.is_further_view
    stage.clear("a")
    assert stage.shown() == [1, 2, 8, 9]
    stage.pass_(10)
    assert stage.wall.remember() == before
    assert stage.wall.alarms.of(camera_id(9)) is None


def test_every_alarm_has_its_own_camera_before_any_has_a_second_view() -> None:
    stage = Stage()
    stage.raise_(_demand("a", 8, 9, since=1))
    stage.raise_(_demand("b", 7, 9, since=2))
    assert stage.shown() == [1, 2, 8, 7]
    assert stage.regions.waiting.get() == 0


def test_a_more_urgent_alarm_takes_the_tile_of_a_later_one_which_is_counted() -> None:
    rules = LinkageSettings((AlarmRegion(("smoke", "fire", "parking"), tiles=(4,)),))
    stage = Stage(rules)
    stage.raise_(_demand("p", 8, kind=AlertKind.PARKING, priority=3))
    stage.raise_(_demand("q", 9, kind=AlertKind.PARKING, priority=3, since=5))
    assert stage.shown() == [1, 2, 3, 8]
    assert stage.regions.waiting.get() == 1
    stage.raise_(_demand("f", 7, kind=AlertKind.FIRE, since=9))
    assert stage.shown() == [1, 2, 3, 7]
    assert stage.regions.waiting.get() == 2
    shown = stage.wall.alarms.of(camera_id(7))
    assert shown is not None
    assert shown.waiting_count == 2
    stage.regions.acknowledge(["f"], stage.now)
    assert stage.shown() == [1, 2, 3, 8]
    stage.regions.acknowledge(["p", "q"], stage.now)
    assert stage.shown() == [1, 2, 3, 4]
    assert stage.regions.waiting.get() == 0


def test_two_alarms_of_one_camera_share_its_tile_and_nobody_waits() -> None:
    stage = Stage(LinkageSettings((AlarmRegion(("smoke", "fire"), tiles=(4,)),)))
    stage.raise_(_demand("a", 8), _demand("b", 8, kind=AlertKind.FIRE))
    assert stage.shown() == [1, 2, 3, 8]
    assert stage.regions.waiting.get() == 0


def test_an_alarm_nobody_acknowledges_gives_its_tiles_back_after_the_hold_time_for_good() -> None:
    stage = Stage()
    stage.raise_(_demand("a", 8, 9))
    stage.pass_(599)
    assert stage.shown() == [1, 2, 8, 9]
    stage.pass_(1)
    assert stage.shown() == [1, 2, 3, 4]
    stage.raise_(_demand("a", 8, 9))  # an update of the same alert brings nothing back
    assert stage.shown() == [1, 2, 3, 4]


def test_a_pinned_tile_and_one_touched_just_now_are_left_alone() -> None:
    stage = Stage()
    stage.wall.set_pinned(THIRD, True)
    stage.wall.select(FOURTH)
    stage.raise_(_demand("a", 8, 9))
    assert stage.shown() == [1, 2, 3, 4]
    assert stage.regions.waiting.get() == 1
    stage.pass_(120)
    assert stage.shown() == [1, 2, 3, 8]


def test_a_tile_the_operator_works_in_during_the_alarm_goes_back_only_when_they_let_it_rest() -> (
    None
):
    stage = Stage()
    stage.raise_(_demand("a", 8, 9))
    stage.wall.set_region(THIRD, (0.2, 0.2, 0.6, 0.6))
    stage.regions.acknowledge(["a"], stage.now)
    assert stage.shown() == [1, 2, 8, 4]
    stage.pass_(119)
    assert stage.shown() == [1, 2, 8, 4]
    stage.pass_(1)
    assert stage.shown() == [1, 2, 3, 4]


def test_what_the_operator_puts_over_an_alarm_is_theirs() -> None:
    stage = Stage()
    stage.raise_(_demand("a", 8))
    stage.wall.put_camera(THIRD, camera_id(20))
    stage.clear("a")
    stage.pass_(1_000)
    assert stage.shown() == [1, 2, 20, 4]


def test_an_unplugged_monitor_sends_its_alarms_to_one_that_is_there() -> None:
    stage = Stage(LinkageSettings((AlarmRegion(("smoke",), monitor=1, tiles=(1,)),)))
    stage.wall.open_window(SECOND_MONITOR, LayoutId("2x2"))
    stage.windows = [MAIN_WINDOW, SECOND_MONITOR]
    stage.raise_(_demand("a", 8))
    assert stage.shown(SECOND_MONITOR) == [8, None, None, None]
    stage.windows = [MAIN_WINDOW]
    stage.pass_(1)
    assert stage.shown(SECOND_MONITOR) == [None] * 4
    assert stage.shown() == [8, 2, 3, 4]
    stage.clear("a")
    stage.pass_(10)
    assert stage.shown() == [1, 2, 3, 4]


def test_another_layout_during_an_alarm_loses_nothing() -> None:
    stage = Stage()
    stage.raise_(_demand("a", 8, 9))
    stage.wall.set_layout(MAIN_WINDOW, LayoutId("1x1"))
    stage.pass_(200)
    stage.wall.set_layout(MAIN_WINDOW, LayoutId("2x2"))
    assert stage.shown() == [1, 2, 3, 4]


def test_a_restart_during_an_alarm_remembers_the_wall_of_before() -> None:
    stage = Stage()
    before = msgspec.json.decode(stage.wall.remember(), type=WallMemory)
    stage.raise_(_demand("a", 8, 9))
    memory = stage.wall.remember(stage.regions.before())
    assert msgspec.json.decode(memory, type=WallMemory) == before


def test_without_a_region_nothing_moves() -> None:
    stage = Stage(LinkageSettings())
    stage.raise_(_demand("a", 8, 9))
    assert stage.shown() == [1, 2, 3, 4]
    assert stage.regions.waiting.get() == 0


_TILE = st.integers(0, 3)
_CAMERA = st.integers(1, 12)
_ALERT = st.sampled_from("abcde")
_OPERATOR = st.one_of(
    st.tuples(st.just("pin"), _TILE, st.booleans()),
    st.tuples(st.just("put"), _TILE, _CAMERA),
    st.tuples(st.just("zoom"), _TILE, st.sampled_from([0.2, 0.4])),
    st.tuples(st.just("select"), _TILE, st.none()),
    st.tuples(st.just("swap"), _TILE, _TILE),
    st.tuples(st.just("full"), _TILE, st.none()),
    st.tuples(st.just("layout"), st.sampled_from(["1x1", "2x2", "3x2"]), st.none()),
)
_ALARM = st.one_of(
    st.tuples(
        st.just("raise"),
        _ALERT,
        st.tuples(st.lists(_CAMERA, min_size=1, max_size=3, unique=True), st.integers(1, 3)),
    ),
    st.tuples(st.just("clear"), _ALERT, st.none()),
    st.tuples(st.just("acknowledge"), _ALERT, st.none()),
    st.tuples(st.just("wait"), st.integers(1, 300), st.none()),
)
_RULES = LinkageSettings(
    (
        AlarmRegion(("fire",), tiles=(2,), priority=1),
        AlarmRegion(("smoke",), tiles=(2, 3, 4), priority=2, views=3),
    )
)


class Watched(Stage):
    """Notes every touch by itself, and looks at every change the regions make."""

    def __init__(self) -> None:
        super().__init__(_RULES)
        self.touched: dict[int, int] = {}
        self.ever: set[int] = set()

    def tiles(self) -> list[Tile]:
        return [self.wall.tile(TileAddress(MAIN_WINDOW, index)) for index in range(4)]

    def operator(self, act: Callable[[], None], *selected: int) -> None:
        was = self.tiles()
        act()
        changed = {index for index in range(4) if self.tiles()[index] != was[index]}
        for index in changed | set(selected):
            self.touched[index] = self.now
        self.ever |= changed

    def by_itself(self, act: Callable[[], None]) -> None:
        was = self.tiles()
        act()
        for index, tile in enumerate(self.tiles()):
            if tile != was[index]:
                assert not was[index].pinned
                assert self.now - self.touched.get(index, -(10**15)) >= 120 * S

    def step(self, name: str, first: object, second: object) -> None:
        at = TileAddress(MAIN_WINDOW, first if isinstance(first, int) else 0)
        if name == "raise":
            cameras, priority = second  # type: ignore[misc]
            kind = AlertKind.FIRE if priority == 1 else AlertKind.SMOKE
            demand = _demand(str(first), *cameras, kind=kind, priority=priority, since=ord(str(first)))  # fmt: skip
            self.by_itself(lambda: self.raise_(demand))
        elif name == "clear":
            self.by_itself(lambda: self.clear(str(first)))
        elif name == "acknowledge":
            self.by_itself(lambda: self.regions.acknowledge([str(first)], self.now))
        elif name == "wait":
            self.now += int(str(first)) * S
            self.by_itself(lambda: self.regions.tick(self.now))
        else:
            self.operate(name, at, first, second)

    def operate(self, name: str, at: TileAddress, first: object, second: object) -> None:
        wall = self.wall
        if name == "pin":
            self.operator(lambda: wall.set_pinned(at, bool(second)))
        elif name == "put":
            self.operator(lambda: wall.put_camera(at, camera_id(int(str(second)))))
        elif name == "zoom":
            edge = float(str(second))
            self.operator(lambda: wall.set_region(at, (edge, edge, edge + 0.5, edge + 0.5)))
        elif name == "select":
            is_other = wall.selected != at
            self.operator(lambda: wall.select(at), *([at.index] if is_other else []))
        elif name == "swap":
            self.operator(lambda: wall.swap(at, TileAddress(MAIN_WINDOW, int(str(second)))))
        elif name == "full":
            self.operator(lambda: wall.toggle_full(at))
        else:
            self.operator(lambda: wall.set_layout(MAIN_WINDOW, LayoutId(str(first))))


@given(st.lists(st.one_of(_OPERATOR, _ALARM), max_size=40))
@settings(max_examples=300, deadline=None)
def test_nothing_pinned_or_touched_is_ever_taken_and_everything_goes_back(
    steps: list[tuple[str, object, object]],
) -> None:
    stage = Watched()
    first = stage.tiles()
    for step in steps:
        stage.step(*step)
    stage.operator(lambda: stage.wall.set_layout(MAIN_WINDOW, LayoutId("2x2")))
    for alert_id in "abcde":
        stage.step("clear", alert_id, None)
    for _ in range(3):
        stage.step("wait", 300, None)
    for index, tile in enumerate(stage.tiles()):
        if index not in stage.ever:
            assert tile == first[index]
        address = TileAddress(MAIN_WINDOW, index)
        assert not stage.regions.holds(address) or tile.pinned
    assert not stage.wall.alarms.by_id


class TestInASeat:
    @pytest.fixture
    def session(self, tmp_path: Path) -> ConsoleSession:
        site = msgspec.structs.replace(
            fake_site(tmp_path, 12),
            settings=Settings(linkage=ONE_REGION),
        )
        wall = WallState()
        wall.open_window(MAIN_WINDOW, LayoutId("2x2"))
        wall.fill([camera_id(number) for number in range(7, 11)])
        return ConsoleSession(site, wall, ManualClock(mono_ns=10**15))

    def test_an_alert_of_the_feed_brings_the_best_views_of_its_place(
        self, session: ConsoleSession
    ) -> None:
        calls = AlarmCalls(session, lambda: [MAIN_WINDOW])
        now = session.clock.utc_ns()
        smoke = alert(1, now_utc_ns=now, kind=AlertKind.SMOKE, camera=1)
        raw = msgspec.json.encode
        FeedIntake(session).take_snapshot(SnapshotParts(alerts=(Raw(raw(smoke)),)))
        shown = [session.wall.tile(TileAddress(MAIN_WINDOW, index)).camera_id for index in (2, 3)]
        assert shown[0] == camera_id(1)
        assert shown[1] not in (None, camera_id(1), camera_id(10))
        session.cases.apply([case(1, now_utc_ns=now, kind="smoke", priority=1)], now)
        session.asking.acknowledge(case(1, now_utc_ns=now).case_id)
        assert session.wall.tile(THIRD).camera_id == camera_id(9)
        calls.close()

    def test_a_parking_alert_has_no_region_and_moves_nothing(self, session: ConsoleSession) -> None:
        calls = AlarmCalls(session, lambda: [MAIN_WINDOW])
        now = session.clock.utc_ns()
        raw = msgspec.json.encode(alert(1, now_utc_ns=now, camera=1))
        FeedIntake(session).take_snapshot(SnapshotParts(alerts=(Raw(raw),)))
        assert CameraId("cam-0001") not in {
            session.wall.tile(address).camera_id for address in session.wall.addresses()
        }
        calls.close()
