"""Q: which cases are shown, kept under names, remembered; which ask, and that smoke always does."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.desk.case import CaseId, CaseState
from console.state.case_filters import EVERYTHING, CaseChoice, CaseFilters
from console.state.seat_memory import SeatMemory
from console.views.filter_dialog import FilterDialog
from tests.console.seat_kit import case
from tests.console.views.conftest import Seat

LEFT = Qt.MouseButton.LeftButton
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def fill(seat: Seat) -> None:
    """One proposal of each kind; the smoke has priority 1."""
    seat.fill(0)
    now = seat.clock.utc_ns()
    rows = [
        case(
            number,
            now_utc_ns=now,
            state=CaseState.PROPOSED,
            age_s=100,
            kind=kind,
            priority=priority,
        )
        for number, (kind, priority) in enumerate(
            (("parking", 3), ("stall", 3), ("smoke", 1)), start=1
        )
    ]
    seat.session.cases.apply(rows, now)
    seat.session.tick()


def dialog(seat: Seat) -> FilterDialog:
    seat.key(Qt.Key.Key_Q)
    found: FilterDialog = seat.window.queue_view.filter_dialog
    assert found.isVisible()
    return found


def tick(open_dialog: FilterDialog, kind: str) -> None:
    kinds = open_dialog.kinds
    rows = (kinds.item(row) for row in range(kinds.count()))
    kinds.setCurrentItem(next(item for item in rows if item.data(Qt.ItemDataRole.UserRole) == kind))
    QTest.keyClick(kinds, Qt.Key.Key_Space)


def test_the_list_shows_what_was_ticked_and_says_so(seat: Seat) -> None:
    fill(seat)
    assert len(seat.session.queue.order) == 3
    chosen = dialog(seat)
    tick(chosen, "parking")
    QTest.mouseClick(chosen.apply_button, LEFT)
    assert seat.session.queue.order == (CaseId("2026-000001"),)
    chip = seat.window.queue_view.filter_chip
    assert chip.isVisible()
    assert chip.text() == "Only Illegal parking  ✕"
    assert len(seat.session.asking.rows()) == 3, "shown or not, everything asks"
    QTest.mouseClick(chip, LEFT)
    assert len(seat.session.queue.order) == 3
    assert not chip.isVisible()


def test_a_subscription_quietens_the_rest_but_never_smoke(seat: Seat) -> None:
    fill(seat)
    chosen = dialog(seat)
    tick(chosen, "stall")
    chosen.subscribe_box.setChecked(True)
    QTest.mouseClick(chosen.apply_button, LEFT)
    assert {row.case.kind for row in seat.session.asking.rows()} == {"stall", "smoke"}
    assert "asks only for Street stall" in seat.window.queue_view.filter_chip.text()
    QTest.mouseClick(seat.window.queue_view.filter_chip, LEFT)
    assert len(seat.session.asking.rows()) == 3


def test_a_choice_is_kept_called_again_and_remembered(seat: Seat) -> None:
    fill(seat)
    chosen = dialog(seat)
    tick(chosen, "stall")
    assert not chosen.keep_button.isEnabled(), "it has no name yet"
    chosen.name_edit.setText("市容")
    QTest.mouseClick(chosen.keep_button, LEFT)
    chosen.reject()
    again = dialog(seat)
    assert [again.kept.item(row).text() for row in range(again.kept.count())] == [
        "All cases",
        "市容",
    ]
    again.kept.setCurrentRow(1)
    QTest.mouseClick(again.apply_button, LEFT)
    assert seat.session.queue.order == (CaseId("2026-000002"),)
    assert seat.window.queue_view.filter_chip.text() == "Only 市容  ✕"
    memory = seat.window.remembered(SeatMemory())
    assert [choice.name for choice in memory.filters] == ["市容"]
    other = CaseFilters()
    other.restore(memory.filters, memory.shown_cases, memory.subscription)
    assert (other.kept, other.shown.kinds) == (seat.session.filters.kept, ("stall",))
    last = dialog(seat)
    last.kept.setCurrentRow(1)
    QTest.mouseClick(last.remove_button, LEFT)
    last.reject()
    assert seat.session.filters.kept == ()


def test_scope_and_choice_go_together(seat: Seat) -> None:
    fill(seat)
    seat.session.filters.show(CaseChoice(states=(CaseState.FILED,)))
    assert seat.session.queue.order == ()
    assert "No case of this choice" in seat.window.queue_view.empty_text()
    seat.session.filters.show(EVERYTHING)
    assert len(seat.session.queue.order) == 3


@pytest.mark.parametrize(
    ("choice", "admitted"),
    [
        (CaseChoice(), True),
        (CaseChoice(kinds=("parking",)), True),
        (CaseChoice(kinds=("stall",)), False),
        (CaseChoice(kinds=("parking",), states=(CaseState.FILED,)), False),
        (CaseChoice(streets=("nowhere",)), False),
        (CaseChoice(items=("0101",)), False),
    ],
)
def test_what_a_choice_lets_through(seat: Seat, choice: CaseChoice, *, admitted: bool) -> None:
    fill(seat)
    row = seat.session.cases.get("2026-000001")
    assert row is not None
    assert choice.admits(row) is admitted
