"""Signing in at a seat, by keys, against a hub that says yes, no, or that the pass is over."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.app.console_sign_in import SeatSignIn
from console.bridge.signed_client import SignedClient
from console.desk.sign_in_data import PASS_KEY
from ingest.feed.query import QueryRefused
from tests.console.views.conftest import Seat

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # no window manager here
WHO = {
    "name": "wang", "display": "王芳", "roles": ["clerk"], "streets": [], "until_ns": 1, "pass": "p.s",
}  # fmt: skip


class Desk:
    def __init__(self, seat: Seat, *, needed: bool = True) -> None:
        self.seat = seat
        seat.hub.answers["operator.who"] = {"needed": needed}
        seat.hub.answers["operator.sign_in"] = self.answer
        self.client = SignedClient(seat.hub)  # type: ignore[arg-type]
        self.sign_in = SeatSignIn(seat.session, self.client, seat.errands, "seat 1")

    def answer(self, fields: dict[str, Any]) -> dict[str, Any] | Exception:
        if fields["password"] != "right":
            return QueryRefused("name and password do not fit together", None, {})
        return WHO

    def type(self, name: str, password: str) -> None:
        self.seat.wait(lambda: self.sign_in.dialog is not None)
        dialog = self.sign_in.dialog
        assert dialog is not None
        dialog.name_edit.setText(name)
        dialog.password_edit.setFocus()
        QTest.keyClicks(dialog.password_edit, password)
        QTest.keyClick(dialog.password_edit, Qt.Key.Key_Return)


def test_whoever_takes_the_seat_signs_in_and_the_header_says_who(seat: Seat) -> None:
    desk = Desk(seat)
    desk.sign_in.start(seat.window)
    desk.type("wang", "wrong")
    dialog = desk.sign_in.dialog
    assert dialog is not None
    seat.wait(lambda: "do not fit" in dialog.note)
    assert dialog.password_edit.text() == ""
    desk.type("wang", "right")
    seat.wait(lambda: desk.sign_in.dialog is None)
    assert seat.session.operator.get() == "王芳"
    assert seat.window.header._operator.text() == "王芳"
    desk.client.ask("act", case_id="c")
    assert seat.hub.acts[-1][PASS_KEY] == "p.s"


def test_a_pass_the_hub_does_not_take_any_more_asks_again(seat: Seat) -> None:
    desk = Desk(seat)
    desk.sign_in.start(seat.window)
    desk.type("wang", "right")
    seat.wait(lambda: desk.sign_in.dialog is None)
    seat.hub.answers["act"] = QueryRefused("the shift's pass is over", None, {"sign_in": True})
    with pytest.raises(QueryRefused):
        desk.client.ask("act", case_id="c")
    seat.wait(lambda: desk.sign_in.dialog is not None)
    assert seat.session.operator.get() is None
    assert not desk.client.is_signed_in
    assert desk.sign_in.dialog is not None
    assert desk.sign_in.dialog.name_edit.text() == "wang"
    desk.sign_in.dialog.reject()


def test_a_hand_over_ends_the_turn_and_a_site_without_operators_says_so(seat: Seat) -> None:
    desk = Desk(seat)
    desk.sign_in.start(seat.window)
    desk.type("wang", "right")
    seat.wait(lambda: desk.sign_in.dialog is None)
    desk.sign_in.hand_over()
    assert not desk.client.is_signed_in
    seat.wait(lambda: desk.sign_in.dialog is not None)
    assert desk.sign_in.dialog is not None
    desk.sign_in.dialog.reject()
    seat.hub.answers["operator.who"] = {"needed": False}
    desk.sign_in.hand_over()
    seat.wait(lambda: seat.session.notice.get() is not None)
    notice = seat.session.notice.get()
    assert notice is not None
    assert "names no operators" in notice.text
