"""Marking cases and acting on all of them, and dividing the list, with the keys an operator has."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest

from console.desk.case import CaseState
from console.state.grouping import Grouping
from console.state.marked import MARKED_MOST
from console.state.seat_memory import SeatMemory
from console.views.case_row import HEAD_HEIGHT_PX, ROW_HEIGHT_PX
from ingest.feed.query import QueryRefused
from tests.console.seat_kit import case
from tests.console.views.conftest import Seat

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def mark(seat: Seat, count: int) -> None:
    """The first `count` cases, by keys alone."""
    seat.key(Qt.Key.Key_Home)
    for _ in range(count):
        seat.key(Qt.Key.Key_Insert)


def notice(seat: Seat) -> str:
    said = seat.session.notice.get()
    return "" if said is None else said.text


def test_one_key_files_every_marked_case_with_the_version_that_was_seen(seat: Seat) -> None:
    seat.fill(6, CaseState.PROPOSED)
    mark(seat, 5)
    wanted = {(row.id, "file", row.case.version) for row in seat.session.marked.rows()}
    assert len(wanted) == 5
    assert seat.window.queue_view.mark_chip.text() == "5 marked · acts are for all of them  ✕"
    seat.key(Qt.Key.Key_Up)  # back to a marked one: the act is for all of them
    seat.key(Qt.Key.Key_Return, SHIFT)
    seat.wait(lambda: notice(seat) == "File: 5 cases")
    asked = {(one["case_id"], one["act"], one["version"]) for one in seat.hub.acts}
    assert asked == wanted
    states = [row.case.state for row in seat.session.cases.open_rows()]
    assert sorted(state.value for state in states) == ["filed"] * 5 + ["proposed"]
    assert len(seat.session.marked) == 0, "nothing was refused: the marks are done with"
    assert not seat.window.queue_view.mark_chip.isVisible()


def test_a_case_that_is_not_marked_is_acted_on_alone(seat: Seat) -> None:
    seat.fill(4, CaseState.PROPOSED)
    mark(seat, 2)
    cursor = seat.session.cursor.get()
    assert cursor is not None
    assert cursor not in seat.session.marked
    seat.key(Qt.Key.Key_Return, SHIFT)
    seat.wait(lambda: seat.hub.acts)
    assert [one["case_id"] for one in seat.hub.acts] == [cursor]
    assert len(seat.session.marked) == 2


def test_a_reason_is_asked_once_and_refusals_are_told_and_stay_marked(seat: Seat) -> None:
    seat.fill(3)
    first = seat.session.queue.order[0]
    done = seat.hub.answers["act"]

    def answer(fields: dict[str, Any]) -> Any:
        if fields["case_id"] == first:
            return QueryRefused("somebody was faster", None, {"reason": "", "values": {}})
        return done(fields)

    seat.hub.answers["act"] = answer
    mark(seat, 3)
    seat.key(Qt.Key.Key_X, CTRL | SHIFT)
    seat.wait(lambda: "refused" in notice(seat))
    assert notice(seat) == "Void: 2 cases · 1 refused: somebody was faster"
    assert {one["note"] for one in seat.hub.acts} == {"why"}
    assert [row.id for row in seat.session.marked.rows()] == [first]


def test_who_is_sent_is_never_decided_for_many_at_once(seat: Seat) -> None:
    seat.fill(3)
    mark(seat, 3)
    seat.commander.act("dispatch")
    assert notice(seat) == "This is done case by case: Esc takes the marks away."
    assert seat.hub.acts == []
    seat.key(Qt.Key.Key_Escape)
    assert len(seat.session.marked) == 0


def test_one_look_acknowledges_all_marked_cases(seat: Seat) -> None:
    seat.fill(4, CaseState.PROPOSED)
    assert len(seat.session.asking.rows()) == 4
    mark(seat, 3)
    seat.key(Qt.Key.Key_Up)
    seat.key(Qt.Key.Key_Space)
    assert len(seat.session.asking.rows()) == 1


def test_the_mouse_marks_with_control_and_opens_nothing(seat: Seat) -> None:
    seat.fill(3)
    listed = seat.window.queue_view.list
    place = listed.visualRect(listed.model().index(1, 0)).center()
    QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, CTRL, place)
    assert seat.session.queue.order[1] in seat.session.marked
    assert seat.opened is None


def test_marks_are_bounded_and_what_did_not_fit_is_told(seat: Seat) -> None:
    seat.fill(MARKED_MOST + 3)
    seat.key(Qt.Key.Key_A, CTRL)
    assert len(seat.session.marked) == MARKED_MOST
    assert notice(seat) == f"3 more were not marked: {MARKED_MOST} at once at most."


def fill_kinds(seat: Seat) -> None:
    seat.fill(0)
    now = seat.clock.utc_ns()
    kinds = (("stall", 3), ("parking", 3), ("smoke", 1), ("stall", 3), ("parking", 3))
    rows = [
        case(number, now_utc_ns=now, age_s=100 - number, kind=kind, priority=priority)
        for number, (kind, priority) in enumerate(kinds, start=1)
    ]
    seat.session.cases.apply(rows, now)
    seat.session.tick()


def test_a_grouped_list_begins_with_what_burns_and_says_its_parts(seat: Seat) -> None:
    fill_kinds(seat)
    seat.key(Qt.Key.Key_Q, SHIFT)
    queue = seat.session.queue
    assert queue.grouping is Grouping.KIND
    rows = [queue.row(each) for each in queue.order]
    assert [row.case.kind for row in rows if row] == [
        "smoke", "stall", "stall", "parking", "parking",
    ]  # fmt: skip
    heads = [(head.value, head.count) for each in queue.order if (head := queue.head(each))]
    assert heads == [("smoke", 1), ("stall", 2), ("parking", 2)]
    assert seat.window.queue_view.filter_chip.text() == "By kind  ✕"
    listed = seat.window.queue_view.list
    model = listed.model()

    def height(row: int) -> int:
        found: QRect = listed.visualRect(model.index(row, 0))
        return found.height()

    seat.wait(lambda: height(1) == ROW_HEIGHT_PX + HEAD_HEIGHT_PX)
    assert height(2) == ROW_HEIGHT_PX
    memory = seat.window.remembered(SeatMemory())
    assert memory.grouping is Grouping.KIND


def test_control_a_marks_the_part_under_the_cursor(seat: Seat) -> None:
    fill_kinds(seat)
    seat.window.queue_view.group_by(Grouping.KIND)
    seat.session.cursor.set(seat.session.queue.order[1])
    seat.key(Qt.Key.Key_A, CTRL)
    assert {row.case.kind for row in seat.session.marked.rows()} == {"stall"}
    assert len(seat.session.marked) == 2


def test_a_new_case_of_another_part_moves_nothing_under_the_cursor(seat: Seat) -> None:
    fill_kinds(seat)
    seat.window.queue_view.group_by(Grouping.KIND)
    seat.window.queue_view.list.setFocus()
    before = seat.session.queue.order
    seat.session.cursor.set(before[2])
    seat.session.queue.protect(cursor=before[2], pointer=None)
    now = seat.clock.utc_ns()
    seat.session.cases.apply([case(9, now_utc_ns=now, age_s=1, kind="smoke", priority=1)], now)
    assert seat.session.queue.order[:3] == before[:3]
    assert seat.session.queue.waiting_count == 1
