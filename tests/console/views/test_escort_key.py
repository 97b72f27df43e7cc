"""The key that follows an inspector, at a whole seat."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.console.views.conftest import Seat


def said(seat: Seat) -> str:
    notice = seat.session.notice.get()
    return "" if notice is None else notice.text


def test_one_key_follows_the_selected_inspector_and_ends_it(seat: Seat) -> None:
    seat.key(Qt.Key.Key_W)
    assert "Select an inspector" in said(seat)
    seat.fill()
    seat.session.select_inspector("insp-1")
    seat.key(Qt.Key.Key_W)
    followed = seat.commander.escort.escort.followed
    assert followed is not None
    assert followed.inspector_id == "insp-1"
    assert seat.wall.tile(followed.address).camera_id == followed.camera_id
    seat.key(Qt.Key.Key_W)
    assert seat.commander.escort.escort.followed is None
    assert "not followed any more" in said(seat)
