"""Ctrl+F: all cases of all years, read page by page, over a hub's own `cases` of a real store."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest

from console.desk.case import CaseId, CaseState
from console.state import archive as archive_state
from console.state.archive import Archive, ArchiveQuery, ArchiveState, PageAsked
from console.state.candidates import Reason
from console.views.archive_dialog import ArchiveDialog
from ingest.errors import RetryLater
from tests.console.seat_kit import case
from tests.console.views.conftest import Seat

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
COUNT = 450


def with_archive(seat: Seat) -> list[dict[str, Any]]:
    """A hub with `COUNT` closed cases; what it was asked."""
    seat.fill(2)
    asked: list[dict[str, Any]] = []
    now = seat.clock.utc_ns()
    rows = [
        msgspec.to_builtins(
            case(1000 + n, now_utc_ns=now, age_s=n * 60.0, state=CaseState.CLOSED, kind="stall")
        )
        for n in range(COUNT)
    ]

    def answer(fields: dict[str, Any]) -> dict[str, Any]:
        asked.append(fields)
        wanted = [row for row in rows if fields["filter"].get("text", "") in row["case_id"]]
        first = int(fields["after"] or 0)
        last = first + fields["limit"]
        return {"cases": wanted[first:last], "after": str(last) if last < len(wanted) else None}

    seat.hub.answers["cases"] = answer
    seat.hub.answers["count"] = {"count": COUNT}
    return asked


def opened_list(seat: Seat) -> ArchiveDialog:
    seat.key(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    dialog: ArchiveDialog = seat.window.queue_view.archive_dialog
    assert dialog.isVisible()
    seat.wait(lambda: seat.session.archive.state is ArchiveState.IDLE)
    return dialog


def test_a_case_of_long_ago_is_found_by_words_and_opened_by_keys(seat: Seat) -> None:
    asked = with_archive(seat)
    dialog = opened_list(seat)
    seat.wait(lambda: dialog.told.text() == f"{COUNT} cases")
    QTest.keyClicks(dialog.text_edit, "1444")
    seat.wait(lambda: len(seat.session.archive.rows) == 1)
    assert asked[-1]["filter"] == {"text": "1444"}
    assert dialog.told.text() == "1 cases"
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert seat.opened == CaseId("2026-001444")
    row = seat.session.cases.get("2026-001444")
    assert row is not None
    assert row.ended
    assert seat.opened not in seat.session.queue.order, "the queue keeps to what is open"


def test_the_list_reads_on_as_one_scrolls_and_misses_nothing(seat: Seat) -> None:
    asked = with_archive(seat)
    dialog = opened_list(seat)
    assert dialog.table.rowCount() < COUNT
    bar = dialog.list.verticalScrollBar()

    def scrolled() -> bool:
        bar.setValue(bar.maximum())
        return dialog.table.rowCount() == COUNT

    seat.wait(scrolled)
    ids = [row.id for row in seat.session.archive.rows]
    assert len(set(ids)) == COUNT
    assert [one["after"] for one in asked] == [None, "200", "400"]
    dialog.reject()


def test_kind_state_and_day_become_the_hubs_filter(seat: Seat) -> None:
    asked = with_archive(seat)
    dialog = opened_list(seat)
    dialog.kind_box.setCurrentIndex(dialog.kind_box.findData("stall"))
    dialog.state_box.setCurrentIndex(dialog.state_box.findData("closed"))
    dialog.day_edit.setDate(QDate(2026, 3, 1))
    dialog.day_box.setChecked(True)
    dialog.order_box.setCurrentIndex(1)
    seat.wait(lambda: asked[-1]["sort"] == "oldest")
    wanted = asked[-1]["filter"]
    assert (wanted["kind"], wanted["state"]) == ("stall", "closed")
    assert wanted["since_utc"] < wanted["until_utc"]
    dialog.reject()


def test_a_hub_that_is_away_is_said_and_asked_again(seat: Seat) -> None:
    with_archive(seat)
    good = seat.hub.answers["cases"]
    seat.hub.answers["cases"] = RetryLater("the hub did not answer in time")
    seat.key(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    dialog: ArchiveDialog = seat.window.queue_view.archive_dialog
    seat.wait(lambda: seat.session.archive.state is ArchiveState.FAILED)
    assert "the hub did not answer in time" in dialog.told.text()
    assert dialog.again_button.isVisible()
    seat.hub.answers["cases"] = good
    QTest.mouseClick(dialog.again_button, Qt.MouseButton.LeftButton)
    seat.wait(lambda: len(seat.session.archive.rows) == 200)
    assert not dialog.again_button.isVisible()
    dialog.reject()


def test_an_answer_to_an_older_question_changes_nothing_and_the_list_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    archive = Archive()
    asked: list[PageAsked] = []
    archive.page_wanted.connect(asked.append)
    archive.search(ArchiveQuery("one"))
    archive.search(ArchiveQuery("two"))
    row = case(1, now_utc_ns=10**18, age_s=1)
    archive.take(asked[0], [row], None, 10**18)
    assert archive.rows == ()
    archive.fail(asked[0], Reason("late"))
    assert archive.state is ArchiveState.READING
    monkeypatch.setattr(archive_state, "SHOWN_MOST", 1)
    archive.take(asked[1], [row], "more", 10**18)
    assert (len(archive.rows), archive.has_more, archive.is_cut) == (1, False, True)
    archive.more()
    assert len(asked) == 2
