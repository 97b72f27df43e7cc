"""Losses in a real window: one line in the header, the list behind it, maintenance with a reason."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from config.site import CameraId
from console.bridge.shelf_line import ShelfLine
from console.desk.shelf_data import ShelfData, ShelfKind
from console.state.feed_status import FeedState, FeedStatus
from console.views.shelf_desk import ShelfDesk
from console.views.shelf_dialog import ShelfDialog
from ingest.cameras.health import CameraHealthData
from tests.console.seat_kit import camera_id
from tests.console.views.conftest import Seat

#: The platform of the tests has no window manager that would take a dialog's sizes.
offscreen_dialog = pytest.mark.qt_log_ignore("propagateSizeHints")
NOW = "2026-01-01T00:00:00Z"


def _lose(seat: Seat, *numbers: int, state: str = "lost") -> None:
    for number in numbers:
        entry = CameraHealthData(camera_id(number), state, 0.0, None, NOW, "unreachable")
        seat.session.health.apply(entry)
    seat.session.tick()


def _asked(seat: Seat) -> dict[str, object]:
    found: dict[str, object] = {}
    seat.hub.answers["shelf.set"] = lambda fields: found.update(fields) or {"ok": True}
    return found


def test_a_switch_is_one_line_in_the_header_and_its_cameras_stand_behind_it(seat: Seat) -> None:
    _lose(seat, 1, 2, 3, 4, 5)
    header = seat.window.header
    header.retranslate()
    assert "5 cameras lost behind switch A" in header.texts()["lost"]
    seat.key(Qt.Key.Key_L)
    losses = seat.window.loss_list
    assert losses.isVisible()
    assert losses.lines() == ["5 cameras lost behind switch A"]
    top = losses.tree.topLevelItem(0)
    assert top is not None
    assert top.childCount() == 5
    assert "cannot be reached" in top.child(0).text(0)
    QTest.keyClick(losses.tree, Qt.Key.Key_Escape)
    seat.key(Qt.Key.Key_Escape)
    assert not losses.isVisible()


def test_recovering_together_is_told_once(seat: Seat) -> None:
    desk = ShelfDesk(
        seat.session, ShelfLine(seat.session, seat.hub, seat.errands, "seat 1"), seat.window
    )
    _lose(seat, 1, 2, 3, 4, 5)
    _lose(seat, 1, 2, 3, 4, 5, state="live")
    notice = seat.session.notice.get()
    assert notice is not None
    assert notice.text == "5 cameras behind switch A are back"
    desk.deleteLater()


@offscreen_dialog
def test_maintenance_needs_a_reason_and_goes_to_the_hub(seat: Seat) -> None:
    asked = _asked(seat)
    desk = ShelfDesk(
        seat.session, ShelfLine(seat.session, seat.hub, seat.errands, "seat 1"), seat.window
    )
    losses = seat.window.loss_list
    losses.maintenance_asked.connect(desk.maintenance)
    _lose(seat, 1, 2, 3, 4, 5)
    seat.key(Qt.Key.Key_L)
    assert not losses.maintenance_button.isEnabled()  # the hub is away, and it says so
    assert "hub" in losses.maintenance_button.toolTip()
    seat.session.feed.set(FeedStatus(FeedState.LIVE, seat.clock.mono_ns()))
    losses.fill()
    assert losses.maintenance_button.isEnabled()

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ShelfDialog)
        assert not dialog.accept_button.isEnabled()
        QTest.keyClicks(dialog.edit, "new switch")
        dialog.durations.setCurrentIndex(1)
        QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, answer)
    QTest.mouseClick(losses.maintenance_button, Qt.MouseButton.LeftButton)
    seat.wait(lambda: asked)
    assert asked["what"] == "maintenance"
    assert asked["reason"] == "new switch"
    assert asked["duration_s"] == 900.0
    assert asked["by"] == "seat 1"
    ids = tuple(camera_id(number) for number in range(1, 6))
    seat.session.shelves.set(
        ShelfData(
            "s1", ShelfKind.MAINTENANCE, ids, "new switch", "seat 1", NOW, "2100-01-01T00:00:00Z"
        )
    )
    seat.session.losses.refresh()
    assert losses.lines() == ["Maintenance: 5 cameras · new switch · seat 1"]
    assert losses.end_button.isEnabled()
    desk.deleteLater()


@offscreen_dialog
def test_the_alerts_of_the_open_case_are_put_aside(seat: Seat) -> None:
    asked = _asked(seat)
    desk = ShelfDesk(
        seat.session, ShelfLine(seat.session, seat.hub, seat.errands, "seat 1"), seat.window
    )
    desk.put_alerts_aside()
    notice = seat.session.notice.get()
    assert notice is not None
    assert "Open a case" in notice.text
    seat.fill()
    seat.session.open(seat.session.queue.order[0])

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, ShelfDialog)
        QTest.keyClicks(dialog.edit, "street works")
        QTest.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, answer)
    desk.put_alerts_aside()
    seat.wait(lambda: asked)
    row = seat.session.cases.get(seat.session.open_case.get())
    assert row is not None
    assert asked["camera_ids"] == [CameraId(str(row.case.camera_id))]
    assert asked["kinds"] == [row.case.kind]
    desk.deleteLater()
