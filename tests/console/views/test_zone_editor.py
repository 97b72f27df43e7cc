"""The zone editor by hand and by key, and what the hub says to what was drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTime
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from config.geometry import ImagePoint
from config.load import load_site
from config.site import CameraId, Zone, ZoneId, ZoneKind
from config.writer import put_register
from console.app.console_editors import SeatEditors
from console.bridge.register_line import RegisterLine
from console.state.keys import CommandId
from console.state.zone_draft import ZoneDraft
from console.views.editors.zone_editor import ZoneEditor
from ingest.feed.query import QueryRefused
from tests.console.seat_kit import camera_id
from tests.console.views.conftest import Seat
from tests.console.views.fake_seat import FakePictures

CAMERA = CameraId("cam-1")
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # no window manager here


def zones() -> tuple[Zone, ...]:
    corners = ((0.2, 0.2), (0.6, 0.2), (0.6, 0.6), (0.2, 0.6))
    polygon = tuple(ImagePoint(x, y) for x, y in corners)
    return (Zone(ZoneId("a"), CAMERA, ZoneKind.NO_PARKING, polygon, 180.0),)


class Hub:
    """Takes what is saved; says yes, or why not."""

    def __init__(self) -> None:
        self.saved: list[list[dict[str, Any]]] = []
        self.refusal = ""

    def save(
        self,
        entries: list[dict[str, Any]],
        then: Callable[[], None],
        failed: Callable[[str], None],
    ) -> None:
        self.saved.append(entries)
        if self.refusal:
            failed(self.refusal)
        else:
            then()


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def editor(qtbot: QtBot, hub: Hub) -> Iterator[ZoneEditor]:
    picture = QImage(640, 360, QImage.Format.Format_RGB32)
    picture.fill(0)
    window = ZoneEditor(ZoneDraft(CAMERA, zones()), "West gate", lambda: picture, hub.save)
    qtbot.addWidget(window)
    window.resize(1100, 640)
    window.show()
    yield window
    window.done(0)  # also with unsaved changes


def at(editor: ZoneEditor, x: float, y: float) -> QPoint:
    point: QPointF = editor.canvas.to_widget(x, y)
    return point.toPoint()


def test_a_corner_pulled_with_the_mouse_is_saved_with_every_other_zone(
    qtbot: QtBot, editor: ZoneEditor, hub: Hub
) -> None:
    button = Qt.MouseButton.LeftButton
    qtbot.mousePress(editor.canvas, button, pos=at(editor, 0.6, 0.6))
    qtbot.mouseMove(editor.canvas, at(editor, 0.8, 0.75))
    qtbot.mouseRelease(editor.canvas, button, pos=at(editor, 0.8, 0.75))
    qtbot.keyClick(editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    corner = hub.saved[0][0]["polygon"][2]
    assert corner["x_norm"] == pytest.approx(0.8, abs=0.01)
    assert corner["y_norm"] == pytest.approx(0.75, abs=0.01)
    assert not editor.isVisible()


def test_keys_alone_draw_a_zone(qtbot: QtBot, editor: ZoneEditor, hub: Hub) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(editor, Qt.Key.Key_N, control)
    qtbot.keyClick(editor.canvas, Qt.Key.Key_Period)
    qtbot.keyClick(editor.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(editor.canvas, Qt.Key.Key_Plus)
    qtbot.keyClick(editor, Qt.Key.Key_S, control)
    drawn = hub.saved[0][1]
    assert drawn["id"] == "cam-1-z1"
    assert len(drawn["polygon"]) == 5
    assert drawn["polygon"][0] == {"x_norm": 0.33, "y_norm": 0.35}


def test_a_licensed_place_is_drawn_named_and_saved_with_its_zone(
    qtbot: QtBot, editor: ZoneEditor, hub: Hub
) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    panel = editor.panel
    panel.kind.setCurrentIndex(panel.kind.findData(ZoneKind.NO_TRADING))
    assert not panel.name.isVisible()
    qtbot.keyClick(editor, Qt.Key.Key_L, control)
    assert panel.name.isVisible()
    assert not panel.kind.isEnabled()
    assert panel.list.count() == 2
    panel.name.setText("Cart 12")
    panel.name.editingFinished.emit()
    panel.start.setTime(QTime(6, 0))
    panel.end.setTime(QTime(9, 0))
    qtbot.mouseClick(editor.canvas, Qt.MouseButton.LeftButton, pos=at(editor, 0.23, 0.23))
    assert panel.kind.isEnabled()  # the zone itself is in the hand again
    qtbot.keyClick(editor, Qt.Key.Key_S, control)
    licence = hub.saved[0][0]["licences"][0]
    assert licence["name"] == "Cart 12"
    assert licence["hours"] == {"start": "06:00:00", "end": "09:00:00"}
    assert hub.saved[0][0]["hours"]["start"] == "00:00:00"


def test_a_crowd_zone_asks_for_a_number_of_people(editor: ZoneEditor, hub: Hub) -> None:
    panel = editor.panel
    assert not panel.people.isVisible()
    panel.kind.setCurrentIndex(panel.kind.findData(ZoneKind.CROWD_WATCH))
    assert panel.people.isVisible()
    panel.people.setValue(40)
    assert editor.entries()[0]["people_max"] == 40


def test_a_refusal_stays_in_the_window_and_nothing_drawn_is_lost(
    qtbot: QtBot, editor: ZoneEditor, hub: Hub
) -> None:
    hub.refusal = "zones was changed meanwhile; read it again and repeat your change"
    qtbot.keyClick(editor.canvas, Qt.Key.Key_Right)
    editor.save()
    assert editor.isVisible()
    assert "changed meanwhile" in editor.note
    hub.refusal = ""
    editor.save()
    assert not editor.isVisible()
    assert hub.saved[0] == hub.saved[1]


def test_a_wrong_outline_cannot_be_saved_and_says_what_to_do(
    qtbot: QtBot, editor: ZoneEditor, hub: Hub
) -> None:
    button = Qt.MouseButton.LeftButton
    qtbot.mousePress(editor.canvas, button, pos=at(editor, 0.2, 0.2))
    qtbot.mouseMove(editor.canvas, at(editor, 0.9, 0.4))
    qtbot.mouseRelease(editor.canvas, button, pos=at(editor, 0.9, 0.4))
    editor.save()
    assert hub.saved == []
    assert "crosses itself" in editor.note


def test_leaving_with_unsaved_zones_takes_two_keys(qtbot: QtBot, editor: ZoneEditor) -> None:
    qtbot.keyClick(editor.canvas, Qt.Key.Key_Down)
    editor.reject()
    assert editor.isVisible()
    assert "not saved" in editor.note
    editor.reject()
    assert not editor.isVisible()


def test_from_the_key_to_the_hub_and_back(seat: Seat) -> None:
    """The version read goes back with the change, and a second seat's change is not overwritten."""
    camera = camera_id(1)
    read = [msgspec.structs.replace(zone, camera_id=camera) for zone in zones()]
    content = msgspec.to_builtins(read, enc_hook=str)
    seat.hub.answers["register.get"] = {"version": "v7", "content": content}
    editors = SeatEditors(
        seat.session,
        RegisterLine(seat.hub, seat.errands, "seat 1"),
        FakePictures(seat.wall, seat.clock),
    )
    seat.wall.call(camera)
    assert editors.run(CommandId.EDIT_ZONES, seat.window)
    seat.wait(lambda: editors.editor is not None)
    editor = editors.editor
    assert isinstance(editor, ZoneEditor)
    assert editor.canvas.has_picture
    seat.qtbot.keyClick(editor.canvas, Qt.Key.Key_Right)

    seat.hub.answers["register.put"] = QueryRefused("zones was changed meanwhile", None, {})
    editor.save()
    seat.wait(lambda: "changed meanwhile" in editor.note)
    seat.hub.answers["register.put"] = {}
    editor.save()
    seat.wait(lambda: editors.editor is None)
    put = [fields for op, fields in seat.hub.asked if op == "register.put"]
    assert [fields["version"] for fields in put] == ["v7", "v7"]
    assert put[1]["content"][0]["polygon"][0]["x_norm"] == pytest.approx(0.202)


def test_without_a_camera_the_key_says_what_to_do(seat: Seat) -> None:
    editors = SeatEditors(
        seat.session,
        RegisterLine(seat.hub, seat.errands, "seat 1"),
        FakePictures(seat.wall, seat.clock),
    )
    assert editors.run(CommandId.EDIT_ZONES, seat.window)
    notice = seat.session.notice.get()
    assert notice is not None
    assert "Select a tile" in notice.text
    assert not any(op == "register.get" for op, _ in seat.hub.asked)


def test_what_the_draft_sends_is_what_the_site_folder_takes(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text('name = "t"\n')
    (tmp_path / "cameras.csv").write_text("id,name,main_url\ncam-1,West,rtsp://h/1\n")
    (tmp_path / "zones.toml").write_text(
        '# drawn in spring\n[[zone]]\nid = "a"  # by the gate\ncamera = "cam-1"\n'
        'kind = "no_parking"\npolygon = [[0.2, 0.2], [0.6, 0.2], [0.6, 0.6]]\n'
    )
    draft = ZoneDraft(CAMERA, load_site(tmp_path).zones)
    draft.nudge(0.1, 0.0)
    draft.set_day(6, holds=False)
    draft.add(ZoneKind.MASK)
    put_register(tmp_path, "zones", draft.entries())
    assert load_site(tmp_path).zones == draft.zones
    assert "# by the gate" in (tmp_path / "zones.toml").read_text()
