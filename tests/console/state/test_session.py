"""The session: what a selection brings with it, and what the feed may do to it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from msgspec import Raw

from config.geometry import GeoPoint, moved
from console.desk.case import CaseId, CaseState
from console.state.intake import FeedIntake
from console.state.layouts import LayoutId
from console.state.linkage import View, sights_of
from console.state.people import Presence
from console.state.session import ConsoleSession, SelectionKind
from console.state.snapshot_parts import SnapshotParts
from console.state.tiles import TileAddress
from console.state.wall import MAIN_WINDOW, WallState
from ingest.clock import ManualClock
from ingest.feed.envelope import Event, Noun, new_event
from tests.console.seat_kit import (
    alert,
    camera_id,
    case,
    case_event,
    fake_site,
    position,
    position_event,
    snapshot,
)
from vision.alerts import AlertData, AlertKind


@pytest.fixture
def session(tmp_path: Path) -> ConsoleSession:
    wall = WallState()
    wall.open_window(MAIN_WINDOW, LayoutId("2x2"))
    return ConsoleSession(fake_site(tmp_path), wall, ManualClock())


def _fill(session: ConsoleSession) -> None:
    now = session.clock.utc_ns()
    FeedIntake(session).take_snapshot(
        snapshot(
            [case(1, now_utc_ns=now, camera=5), case(2, now_utc_ns=now, camera=2)],
            [alert(1, now_utc_ns=now, camera=5)],
            [position(1, now_utc_ns=now)],
        )
    )


def _alert_event(verb: str, data: AlertData, session: ConsoleSession) -> Event:
    return new_event(Noun.ALERT, verb, data, source="worker", utc_ns=session.clock.utc_ns())


def test_opening_a_case_calls_its_camera_moves_the_map_and_asks_for_evidence(
    session: ConsoleSession,
) -> None:
    _fill(session)
    places: list[GeoPoint] = []
    asked: list[CaseId] = []
    session.map_wanted.connect(places.append)
    session.case_opened.connect(asked.append)
    session.open(CaseId("2026-000001"))
    row = session.cases.get("2026-000001")
    assert row is not None
    assert session.wall.tile(TileAddress(MAIN_WINDOW, 0)).camera_id == camera_id(5)
    assert places == [row.place]
    assert asked == [row.id]
    assert session.sights.get()[0].camera_id == camera_id(5)


def test_a_camera_that_is_on_the_wall_already_is_selected_there_and_nothing_is_replaced(
    session: ConsoleSession,
) -> None:
    _fill(session)
    session.wall.put_camera(TileAddress(MAIN_WINDOW, 3), camera_id(5))
    session.open(CaseId("2026-000001"))
    assert session.wall.selected == TileAddress(MAIN_WINDOW, 3)
    assert session.wall.tile(TileAddress(MAIN_WINDOW, 0)).camera_id is None


def test_a_desk_fills_its_linked_tiles_with_the_cameras_that_see_the_place(
    session: ConsoleSession,
) -> None:
    _fill(session)
    session.fills_tiles = True
    session.open(CaseId("2026-000001"))
    shown = [tile.camera_id for tile in session.wall.window(MAIN_WINDOW).tiles[:4]]
    assert shown[0] == camera_id(5)
    assert len(set(shown)) == 4


def test_a_case_without_a_place_still_shows_its_camera(session: ConsoleSession) -> None:
    now = session.clock.utc_ns()
    FeedIntake(session).take_snapshot(
        snapshot([case(1, now_utc_ns=now, camera=3, with_place=False)], [], [])
    )
    session.open(CaseId("2026-000001"))
    assert session.wall.tile(TileAddress(MAIN_WINDOW, 0)).camera_id == camera_id(3)


def test_a_point_of_the_map_brings_the_cameras_that_see_it_and_leaves_the_map_alone(
    session: ConsoleSession,
) -> None:
    places: list[GeoPoint] = []
    session.map_wanted.connect(places.append)
    first = session.site.cameras[0].place
    assert first is not None
    session.select_place(moved(first, 20, 25))
    assert places == []
    assert session.sights.get()[0].view is View.CALIBRATED
    assert session.wall.tile(TileAddress(MAIN_WINDOW, 0)).camera_id == camera_id(1)


def test_digits_call_a_camera_and_an_unknown_number_is_refused(session: ConsoleSession) -> None:
    assert session.call_number(4)
    assert session.wall.tile(TileAddress(MAIN_WINDOW, 0)).camera_id == camera_id(4)
    assert not session.call_number(99)


def test_an_inspector_is_found_on_the_map_with_the_nearest_camera(session: ConsoleSession) -> None:
    _fill(session)
    places: list[GeoPoint] = []
    session.map_wanted.connect(places.append)
    session.select_inspector("insp-1")
    selected = session.selection.get()
    assert selected is not None
    assert selected.kind is SelectionKind.INSPECTOR
    assert places
    assert session.sights.get()


def test_an_alert_frames_its_tiles_until_it_is_cleared(session: ConsoleSession) -> None:
    raised: list[str] = []
    session.alert_raised.connect(lambda data: raised.append(data.alert_id))
    data = alert(7, now_utc_ns=session.clock.utc_ns(), kind=AlertKind.SMOKE, camera=2)
    FeedIntake(session).take_events([_alert_event("raised", data, session)])
    alarm = session.wall.alarms.of(camera_id(2))
    assert alarm is not None
    assert alarm.priority == 1
    FeedIntake(session).take_events([_alert_event("updated", data, session)])
    FeedIntake(session).take_events([_alert_event("cleared", data, session)])
    assert session.wall.alarms.of(camera_id(2)) is None
    assert raised == ["alert-7"]


def test_a_snapshot_after_a_gap_takes_away_alarms_that_ended_meanwhile(
    session: ConsoleSession,
) -> None:
    _fill(session)
    assert session.wall.alarms.of(camera_id(5)) is not None
    FeedIntake(session).take_snapshot(snapshot([], [], []))
    assert session.wall.alarms.of(camera_id(5)) is None


def test_the_newest_fix_wins_and_a_late_one_never_moves_a_marker(session: ConsoleSession) -> None:
    now = session.clock.utc_ns()
    FeedIntake(session).take_events([position_event([position(1, now_utc_ns=now)], now)])
    person = session.people.get("insp-1")
    assert person is not None
    old = msgspec.structs.replace(position(1, now_utc_ns=now, age_s=60), lat_deg=36.2)
    late = msgspec.structs.replace(
        position(1, now_utc_ns=now + 9_000_000_000, live=False), lat_deg=36.3
    )
    FeedIntake(session).take_events([position_event([old], now), position_event([late], now)])
    assert session.people.get("insp-1") == person


def test_a_person_is_greyed_after_five_minutes_and_offline_after_ten(
    session: ConsoleSession,
) -> None:
    now = session.clock.utc_ns()
    session.people.replace([position(1, now_utc_ns=now, age_s=0)])
    person = session.people.get("insp-1")
    assert person is not None
    seconds = 1_000_000_000
    assert person.presence(now + 299 * seconds) is Presence.LIVE
    assert person.presence(now + 300 * seconds) is Presence.GREYED
    assert person.presence(now + 600 * seconds) is Presence.OFFLINE


@pytest.mark.logs_warnings("rubbish on the feed is said once per event")
def test_rubbish_on_the_feed_is_left_out_and_the_rest_is_taken(session: ConsoleSession) -> None:
    now = session.clock.utc_ns()
    good = case_event(case(1, now_utc_ns=now), now)
    bad = [
        msgspec.structs.replace(good, data=Raw(b'{"case_id": 7}')),
        msgspec.structs.replace(good, type="gridwall.alert.exploded.v1"),
        msgspec.structs.replace(good, type="gridwall.nonsense.is.v1"),
        msgspec.structs.replace(good, type="nothing"),
    ]
    FeedIntake(session).take_events([*bad, good])
    assert len(session.cases) == 1
    FeedIntake(session).take_snapshot(SnapshotParts(cases=(Raw(b"[]"), good.data)))
    assert len(session.cases) == 1


def test_selection_and_acknowledgements_survive_a_fresh_snapshot(session: ConsoleSession) -> None:
    _fill(session)
    session.open(CaseId("2026-000002"))
    session.asking.acknowledge(CaseId("2026-000002"))
    _fill(session)
    assert session.open_case.get() == CaseId("2026-000002")
    assert session.asking.acknowledged == {CaseId("2026-000002")}


def test_a_changed_register_keeps_cases_and_positions(session: ConsoleSession) -> None:
    _fill(session)
    session.set_site(fake_site(session.site.folder, camera_count=9))
    assert session.directory.by_number(9) is not None
    assert len(session.cases) == 2
    assert len(session.people) == 1


def test_only_open_priority_one_cases_are_in_the_strip(session: ConsoleSession) -> None:
    now = session.clock.utc_ns()
    FeedIntake(session).take_snapshot(
        snapshot(
            [
                case(1, now_utc_ns=now, priority=1, kind="fire"),
                case(2, now_utc_ns=now, priority=3),
                case(3, now_utc_ns=now, priority=1, state=CaseState.CLOSED),
            ],
            [],
            [],
        )
    )
    assert [row.id for row in session.asking.urgent()] == [CaseId("2026-000001")]


def test_calibrated_views_come_before_cones_and_cones_before_the_nearest(tmp_path: Path) -> None:
    site = fake_site(tmp_path)
    first = site.cameras[0].place
    assert first is not None
    calibrations = {one.camera_id: one for one in site.calibrations}
    sights = sights_of(moved(first, 20, 25), site.cameras, calibrations)
    assert sights[0].camera_id == camera_id(1)
    assert [sight.view for sight in sights] == sorted(sight.view for sight in sights)
    led = sights_of(moved(first, 20, 25), site.cameras, calibrations, first=camera_id(6))
    assert led[0].camera_id == camera_id(6)
