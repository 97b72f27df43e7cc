"""What was learned stands in the case view as learned, and one key takes it over."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from console.state.candidates import ActOffer
from console.views.act_dialog import ActDialog
from tests.console.views.conftest import Seat

CONTROL = Qt.KeyboardModifier.ControlModifier


def _learned(seat: Seat, *, allowed: bool = True) -> None:
    seat.fill()
    plain = seat.hub.answers["case"]

    def answer(fields: dict[str, Any]) -> dict[str, Any]:
        return {
            **plain(fields),
            "acts": [{"act": "amend", "allowed": allowed, "reason": "not_allowed"}],
            "suggestions": {
                "rule_unit": "Traffic police",
                "unit": [
                    {"label": "Street office", "confidence": 0.87,
                     "reasons": [{"id": "learned_words", "values": {"words": "占道"}}]},
                    {"label": "Duty", "confidence": 0.06},
                ],
                "model": {"trained_utc": "2026-11-01T00:00:00Z", "cases": 1000},
            },
        }  # fmt: skip

    seat.hub.answers["case"] = answer
    seat.key(Qt.Key.Key_Return)
    seat.wait(lambda: seat.window.case_view.learned.isVisible())


def test_what_was_learned_is_marked_with_confidence_and_reason(seat: Seat) -> None:
    _learned(seat)
    text = seat.window.case_view.learned.text()
    assert text.startswith("Learned")
    assert "Street office 87%" in text
    assert "占道" in text
    assert "Enter" in text


def test_one_key_takes_it_over_and_says_where_it_came_from(seat: Seat) -> None:
    _learned(seat)
    seat.key(Qt.Key.Key_Return, CONTROL)
    seat.wait(lambda: bool(seat.hub.acts))
    sent = seat.hub.acts[-1]
    assert sent["act"] == "amend"
    assert sent["unit"] == "Street office"
    assert "0.87" in sent["suggested"]


def test_a_form_has_the_rules_unit_first_then_what_was_learned(seat: Seat, qtbot: QtBot) -> None:
    _learned(seat)
    row = seat.session.cases.get(seat.session.open_case.get())
    assert row is not None
    offer = ActOffer("fallback", True, needs=("unit", "note"))
    dialog = ActDialog(row, (offer,), seat.session)
    qtbot.addWidget(dialog)
    box = dialog.input("unit")
    assert isinstance(box, QComboBox)
    assert [box.itemText(n) for n in range(3)] == [
        "Traffic police", "Street office · Learned 87%", "Duty · Learned 6%",
    ]  # fmt: skip
    assert box.currentData() == "Traffic police"


def test_nothing_is_sent_where_the_act_is_not_allowed(seat: Seat) -> None:
    _learned(seat, allowed=False)
    assert "Enter" not in seat.window.case_view.learned.text()
    seat.key(Qt.Key.Key_Return, CONTROL)
    seat.wait(lambda: "role" in seat.session.notice.get().text)  # type: ignore[union-attr]
    assert not seat.hub.acts
