"""X: every act the hub offers, with what must be entered, and why the others cannot be done."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit

from console.desk.act_input import INPUTS
from console.desk.case import CaseState
from console.desk.workflow import REQUESTABLE, SATISFACTION_SCORES, offers, shipped_table
from console.state.act_form import SCORES, WANTED, FieldKind, fields_of
from console.state.candidates import ActOffer
from console.state.cases import CaseRow
from console.views.act_dialog import ActDialog
from tests.console.views.conftest import Seat


def _offers(row: CaseRow) -> tuple[ActOffer, ...]:
    """As the hub makes them for a plain operator."""
    return tuple(
        ActOffer(
            one.act,
            one.allowed,
            one.reason.id if one.reason else "",
            one.reason.english if one.reason else "",
            one.reason.values if one.reason else {},
            one.who_may,
            one.needs,
        )
        for one in offers(shipped_table(), row.case, frozenset({"operator"}))
    )


@pytest.fixture
def row(seat: Seat) -> CaseRow:
    seat.fill()
    found = seat.session.cases.get("2026-000001")
    assert found is not None
    return found


@pytest.fixture
def dialog(seat: Seat, row: CaseRow, qtbot: Any) -> ActDialog:
    made = ActDialog(row, _offers(row), seat.session)
    qtbot.addWidget(made)
    return made


def test_what_can_be_done_stands_first_and_the_rest_says_why_and_who(
    dialog: ActDialog, row: CaseRow
) -> None:
    allowed = [offer.allowed for offer in _offers(row)]
    assert 0 < sum(allowed) < len(allowed)
    assert dialog.list.count() == len(allowed)
    assert dialog.offer is not None
    assert dialog.offer.allowed
    dialog.choose("verify")
    assert not dialog.accept_button.isEnabled()
    assert "duty head" in dialog._why.text() or "supervisor" in dialog._why.text()


def test_an_act_waits_for_what_it_needs(dialog: ActDialog) -> None:
    dialog.choose("suspend")
    assert not dialog.accept_button.isEnabled()
    note = dialog.input("note")
    assert isinstance(note, QLineEdit)
    note.setText("until the road is open")
    assert dialog.accept_button.isEnabled()
    assert (dialog.act, dialog.request) == ("suspend", {"note": "until the road is open"})


def test_choices_come_from_the_site_and_the_queue(dialog: ActDialog, row: CaseRow) -> None:
    dialog.choose("merge")
    into = dialog.input("into")
    assert isinstance(into, QComboBox)
    others = [into.itemData(index) for index in range(into.count())]
    assert others == ["2026-000002", "2026-000003"]
    assert dialog.request == {"into": "2026-000002"}


def test_minutes_that_are_no_number_are_told(seat: Seat, qtbot: Any) -> None:
    seat.fill(state=CaseState.DISPATCHED)
    row = seat.session.cases.get("2026-000001")
    assert row is not None
    dialog = ActDialog(row, _offers(row), seat.session)
    qtbot.addWidget(dialog)
    dialog.choose("extend")
    note, minutes = dialog.input("note"), dialog.input("minutes")
    assert isinstance(note, QLineEdit)
    assert isinstance(minutes, QLineEdit)
    note.setText("parts are missing")
    minutes.setText("soon")
    assert not dialog.accept_button.isEnabled()
    minutes.setText("90")
    assert dialog.request == {"note": "parts are missing", "minutes": 90.0}


def test_every_need_of_the_shipped_table_has_a_field(seat: Seat, row: CaseRow) -> None:
    table = shipped_table()
    for act in table.acts:
        for transition in table.rows_of(act):
            offer = ActOffer(act, True, needs=transition.needs)
            fields = {one.name: one for one in fields_of(offer, row, seat.session)}
            assert set(transition.needs) <= fields.keys() <= INPUTS
    assert tuple(str(score) for score in SATISFACTION_SCORES) == SCORES
    assert REQUESTABLE == WANTED


def test_reinforcing_offers_people_who_are_not_on_it(seat: Seat, row: CaseRow) -> None:
    (helper, *_) = fields_of(ActOffer("reinforce", True, needs=("helper_id",)), row, seat.session)
    assert helper.kind is FieldKind.PERSON
    assert helper.choices
    assert row.case.inspector_id not in helper.choices


def test_x_asks_and_sends_what_was_chosen_to_the_hub(seat: Seat, row: CaseRow) -> None:
    asked: list[tuple[ActOffer, ...]] = []

    def ask(_row: CaseRow, offered: tuple[ActOffer, ...]) -> tuple[str, dict[str, object]]:
        asked.append(offered)
        return "suspend", {"note": "waits for the owner"}

    seat.commander._ask_act = ask
    seat.key(Qt.Key.Key_X)
    assert not asked  # nothing is open yet
    seat.key(Qt.Key.Key_Down)
    seat.key(Qt.Key.Key_Return)
    seat.wait(lambda: seat.session.detail.get())
    seat.key(Qt.Key.Key_X)
    assert len(asked) == 1
    seat.wait(lambda: [f for op, f in seat.hub.asked if op == "act"])
    (sent,) = [fields for op, fields in seat.hub.asked if op == "act"]
    assert (sent["act"], sent["note"]) == ("suspend", "waits for the owner")


def test_the_likeliest_same_matter_is_told_and_stands_first_for_merging(
    seat: Seat, qtbot: Any
) -> None:
    seat.fill()
    row = seat.session.cases.get("2026-000001")
    assert row is not None
    alike = {"case_id": "2026-000003", "title": "Parking", "away_m": 12.0, "apart_s": 420.0}
    answer = seat._detail({"id": "2026-000001"})
    seat.hub.answers["case"] = {**answer, "duplicates": [{**alike, "is_same_item": True}]}
    seat.session.open(row.id)
    seat.wait(lambda: seat.window.case_view.alike.isVisible())
    text = seat.window.case_view.alike.text()
    assert "2026-000003 (12 m, 7 min)" in text
    assert "X: merge" in text
    dialog = ActDialog(row, _offers(row), seat.session)
    qtbot.addWidget(dialog)
    dialog.choose("merge")
    into = dialog.input("into")
    assert isinstance(into, QComboBox)
    assert into.itemData(0) == "2026-000003"
    seat.hub.answers["case"] = answer
    seat.desk.read_case(row.id)
    seat.wait(lambda: not seat.window.case_view.alike.isVisible())


def test_another_seat_at_the_same_case_is_told(seat: Seat) -> None:
    seat.fill()
    hold = {"case_id": "2026-000001", "seat": "seat 3", "actor": "王芳"}
    seat.hub.answers["case.hold"] = {"holds": [hold]}
    seat.session.open(seat.session.queue.order[0])
    assert seat.session.open_case.get() == "2026-000001"
    seat.desk.look()
    seat.wait(lambda: seat.window.case_view.held.isVisible())
    assert "seat 3 · 王芳" in seat.window.case_view.held.text()
    asked = [fields for op, fields in seat.hub.asked if op == "case.hold"]
    assert (asked[-1]["seat"], asked[-1]["case_id"]) == ("seat 1", "2026-000001")
    seat.hub.answers["case.hold"] = {"holds": []}
    seat.desk.look()
    seat.wait(lambda: not seat.window.case_view.held.isVisible())
