"""The people sheet by keyboard: who does what, who does not come, devices, patrol round, link."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from config.geometry import moved
from config.site import InspectorId, Language
from console.bridge.people_line import PeopleLine
from console.desk.case import CaseId
from console.desk.field_desk import qr_svg
from console.desk.units import SetBy, Unit, UnitState
from console.views.moment_dialog import MomentDialog
from console.views.people_sheet import Page, PeopleSheet
from ingest.feed.envelope import utc_text
from tests.console.seat_kit import CENTRE
from tests.console.views.conftest import Seat

#: Pictures to look at go here when the variable names a folder.
PICTURES = os.environ.get("GRIDWALL_PICTURES")


@pytest.fixture
def sheet(seat: Seat) -> PeopleSheet:
    line = PeopleLine(seat.hub, seat.errands, "seat 1", seat.window)
    seat.window.people_sheet.connect_line(line)
    seat.fill()
    now_ns = seat.clock.utc_ns()

    def unit(
        number: int, state: UnitState, minutes: float, case: str = "", late: bool = False
    ) -> Unit:
        since = utc_text(now_ns - round(minutes * 60e9))
        case_id = CaseId(case) if case else None
        who = InspectorId(f"insp-{number}")
        return Unit(who, state, since, None, case_id, SetBy.CASE, "seat 1", late)

    seat.session.units.replace(
        [
            unit(1, UnitState.CALLED, 3, "2026-000001", late=True),
            unit(2, UnitState.ON_SCENE, 12, "2026-000002"),
            unit(3, UnitState.BUSY, 40),
        ]
    )
    seat.hub.answers["devices"] = {
        "devices": [
            {"device_id": "013812345678", "inspector_id": "insp-1", "source": "jt808",
             "counts": {"ok": 1204, "jump": 3, "late": 41}, "last_fix_ms": 0,
             "last_heard_ms": now_ns // 1_000_000 - 4_000, "accuracy_m": 6.0},
            {"device_id": "stray-7", "inspector_id": None, "source": "osmand", "counts": {"ok": 2, "zero": 9},
             "last_fix_ms": 0, "last_heard_ms": now_ns // 1_000_000 - 400_000, "accuracy_m": None},
        ]
    }  # fmt: skip
    point = {
        "checkpoint_class": "消火栓",
        "grid_id": "37020300100000",
        "inspector_id": "insp-1",
        "dwell_s": 30.0,
    }
    seat.hub.answers["patrol.coverage"] = {
        "from_ms": 1_767_225_600_000, "until_ms": 1_767_240_000_000, "visited": 1,
        "visits": [
            {**point, "checkpoint_id": "k1", "name": "延吉路消火栓", "visited_ms": 1_767_230_000_000,
             "visited_by": "insp-1"},
            {**point, "checkpoint_id": "k2", "name": "台东配电箱", "visited_ms": None, "visited_by": None},
        ],
        "back_check": {"37020300100000": {"patrol": 4, "others": 9}},
    }  # fmt: skip
    seat.hub.answers["patrol.rounds"] = {"rounds": []}
    url = "https://field.example/field/#t=" + "x" * 43
    seat.hub.answers["field.link"] = {
        "inspector_id": "insp-2", "url": url, "qr_svg": qr_svg(url), "until_utc": "2026-12-25T00:00:00Z",
    }  # fmt: skip
    seat.hub.answers["unit.set"] = {"ok": True}
    return seat.window.people_sheet


def texts(sheet: PeopleSheet) -> list[list[str]]:
    table = sheet.table
    return [
        [
            item.text() if (item := table.item(row, column)) else ""
            for column in range(table.columnCount())
        ]
        for row in range(table.rowCount())
    ]


def button(sheet: PeopleSheet, state: UnitState) -> QPushButton:
    return next(b for b in sheet.findChildren(QPushButton) if b.property("state") == state.value)


def picture(seat: Seat, name: str) -> None:
    if PICTURES:
        seat.window.grab().save(str(Path(PICTURES) / f"{name}.png"))


def test_who_does_not_come_stands_first_and_esc_closes(seat: Seat, sheet: PeopleSheet) -> None:
    seat.key(Qt.Key.Key_U)
    assert sheet.isVisible()
    assert [row[:2] for row in texts(sheet)] == [
        ["王建国", "called · does not come"],
        ["李晓梅", "on scene"],
        ["Müller-Şahin Ayşe", "busy"],
        ["赵磊", "available"],
    ]
    assert "1 do not come" in sheet.summary.text()
    picture(seat, "people-en")
    seat.key(Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_a_state_is_set_by_hand_unless_a_case_decides(seat: Seat, sheet: PeopleSheet) -> None:
    seat.key(Qt.Key.Key_U)
    sheet.table.selectRow(0)
    assert not button(sheet, UnitState.OFF).isEnabled()
    assert "the case decides" in button(sheet, UnitState.OFF).toolTip()
    sheet.table.selectRow(3)
    button(sheet, UnitState.OFF).click()
    seat.wait(lambda: any(op == "unit.set" for op, _ in seat.hub.asked))
    fields = dict(seat.hub.asked)["unit.set"]
    assert (fields["inspector_id"], fields["state"], fields["actor"]) == ("insp-4", "off", "seat 1")


def test_unknown_devices_are_listed_with_what_became_of_their_fixes(
    seat: Seat, sheet: PeopleSheet
) -> None:
    sheet.open()
    sheet.show_page(Page.DEVICES)
    seat.wait(lambda: sheet.table.rowCount() == 2)
    known, stray = texts(sheet)
    assert (known[1], known[5]) == ("王建国", "good 1204 · late 41 · jump 3")
    assert (stray[0], stray[1], stray[5]) == ("stray-7", "nobody", "good 2 · no fix 9")
    assert "1 carried by nobody" in sheet.summary.text()
    picture(seat, "devices-en")


def test_missed_points_stand_first_and_enter_goes_there(seat: Seat, sheet: PeopleSheet) -> None:
    sheet.open()
    sheet.show_page(Page.PATROL)
    seat.wait(lambda: sheet.table.rowCount() == 2)
    assert [row[0] for row in texts(sheet)] == ["台东配电箱", "延吉路消火栓"]
    assert texts(sheet)[0][4] == "missed"
    assert "1 of 2 visited · found by patrols 4, by others 9" in sheet.summary.text()
    picture(seat, "patrol-en")


def test_the_trail_of_one_is_replayed_on_the_map_until_esc(seat: Seat, sheet: PeopleSheet) -> None:
    now_ms = seat.clock.utc_ns() // 1_000_000
    places = [moved(CENTRE, 4.0 * step, 120.0 - 2.0 * step) for step in range(60)]
    fixes = [
        [now_ms - 600_000 + 10_000 * step, place.lat_deg, place.lon_deg]
        for step, place in enumerate(places)
    ]
    seat.hub.answers["trail.read"] = {"trails": {"insp-2": fixes}}
    seat.translators.use(Language.CHINESE)
    seat.key(Qt.Key.Key_U)
    sheet.table.selectRow(1)
    next(b for b in sheet.findChildren(QPushButton) if b.text() == "轨迹回放").click()
    replay = seat.session.replay
    seat.wait(lambda: replay.is_open)
    assert dict(seat.hub.asked)["trail.read"]["inspector_ids"] == ("insp-2",)
    assert not sheet.isVisible()
    replay.seek(now_ms - 200_000)
    assert seat.window.map_view.trail_bar.isVisible()
    picture(seat, "replay-zh")
    seat.key(Qt.Key.Key_Escape)
    assert not replay.is_open
    assert not seat.window.map_view.trail_bar.isVisible()


def test_a_link_is_shown_once_as_a_code_and_forgotten(seat: Seat, sheet: PeopleSheet) -> None:
    seat.translators.use(Language.CHINESE)
    seat.key(Qt.Key.Key_U)
    picture(seat, "people-zh")
    sheet.table.selectRow(1)
    next(b for b in sheet.findChildren(QPushButton) if b.text() == "现场页面链接").click()
    seat.wait(lambda: sheet.link_card.isVisible())
    picture(seat, "link-zh")
    seat.key(Qt.Key.Key_Escape)
    assert not sheet.link_card.isVisible()
    assert sheet.isVisible()
    assert "#t=" not in QApplication.clipboard().text()


@pytest.mark.qt_log_ignore("propagateSizeHints")  # no window manager here
def test_everybody_stands_where_they_were_at_a_moment(seat: Seat, sheet: PeopleSheet) -> None:
    now_ms = seat.clock.utc_ns() // 1_000_000
    place = moved(CENTRE, 40, 20)
    fixes = [
        [now_ms - 7_200_000 + minute * 60_000, place.lat_deg, place.lon_deg] for minute in range(90)
    ]
    seat.hub.answers["trail.read"] = {"trails": {"insp-1": fixes, "insp-2": fixes}}
    seat.key(Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    dialog = sheet.moment_dialog
    offered = dialog.moment_ms
    assert 0 <= now_ms - 3_600_000 - offered < 60_000  # an hour ago, whole minutes
    seat.qtbot.keyClick(dialog.time, Qt.Key.Key_Return)
    replay = seat.session.replay
    seat.wait(lambda: replay.is_open)
    asked = dict(seat.hub.asked)["trail.read"]
    assert asked["inspector_ids"] is None
    assert asked["from_utc"] == utc_text((offered - 1_800_000) * 1_000_000)
    assert asked["until_utc"] == utc_text((offered + 1_800_000) * 1_000_000)
    assert replay.at_ms == offered
    assert not replay.is_playing
    assert {placed.inspector_id for placed in replay.placed()} == {"insp-1", "insp-2"}


@pytest.mark.qt_log_ignore("propagateSizeHints")  # no window manager here
def test_a_moment_is_chosen_by_arrows_and_never_in_the_future(qtbot: QtBot) -> None:
    now_ms = round(datetime(2026, 5, 4, 12, 30).timestamp() * 1000)
    dialog = MomentDialog(now_ms, now_ms - 3_600_000)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(dialog.time.hasFocus)
    for _ in range(2):
        qtbot.keyClick(dialog.time, Qt.Key.Key_Up)
    assert not dialog.accept_button.isEnabled()
    assert "not happened" in dialog.note.text()
    for _ in range(3):
        qtbot.keyClick(dialog.time, Qt.Key.Key_Down)
    assert dialog.accept_button.isEnabled()
    assert dialog.moment_ms == now_ms - 2 * 3_600_000
    if PICTURES:
        dialog.grab().save(str(Path(PICTURES) / "moment.png"))


def test_a_planned_round_says_who_patrolled_how_long(seat: Seat, sheet: PeopleSheet) -> None:
    person = {"inspector_id": "insp-2", "patrolled_s": 5400.0, "is_enough": False}
    other = {"inspector_id": "insp-3", "patrolled_s": 7500.0, "is_enough": True}
    planned = {"round_id": "r1", "name": "上午联合巡查", "from_ms": 1_767_225_600_000,
               "until_ms": 1_767_236_400_000, "state": "ended", "least_s": 7200.0,
               "people": [other, person], "together_s": 4800.0}  # fmt: skip
    seat.hub.answers["patrol.rounds"] = {"rounds": [planned]}
    seat.key(Qt.Key.Key_U)
    sheet.show_page(Page.PATROL)
    seat.wait(lambda: sheet.round_box.count() == 2)
    seat.wait(lambda: len(texts(sheet)) == 2)
    assert sheet.round_box.isVisible()
    assert "上午联合巡查" in sheet.round_box.itemText(1)
    asked = len(seat.hub.asked)
    sheet.round_box.setFocus()
    QTest.keyClick(sheet.round_box, Qt.Key.Key_Down)
    seat.wait(lambda: len(texts(sheet)) == 4)
    rows = texts(sheet)
    assert rows[0][0] == "李晓梅"
    assert rows[0][4] == "patrolled 1 h 30 min of 2 h 0 min"
    assert "together" in sheet.summary.text()
    coverages = [fields for op, fields in seat.hub.asked[asked:] if op == "patrol.coverage"]
    assert coverages[-1]["round_id"] == "r1"
    picture(seat, "rounds")
