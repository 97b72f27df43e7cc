"""MapHand: what the mouse and the keys do on the map: drag, click, hover, frame, measure.

Decides nothing: a click tells the session what was meant. Threads: GUI thread only.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF

from config.geometry import GeoPoint
from console.state.measure import Measure
from console.state.session import ConsoleSession, SelectionKind
from console.views import theme, words
from console.views.map_chrome import HoverCard
from console.views.map_layers.markers import Marker, Markers
from console.views.map_picker import MapPicker, MarkerGround
from console.views.words import translate

#: A press that moves less than this is a click.
CLICK_SLACK_PX = 5
KEY_PAN_PX = 120
_PANS = {
    Qt.Key.Key_Left: (KEY_PAN_PX, 0),
    Qt.Key.Key_Right: (-KEY_PAN_PX, 0),
    Qt.Key.Key_Up: (0, KEY_PAN_PX),
    Qt.Key.Key_Down: (0, -KEY_PAN_PX),
}


class Ground(MarkerGround, Protocol):
    """The part of `MapView` used here."""

    def pan(self, dx_px: float, dy_px: float) -> None: ...
    def pick(self, x_px: float, y_px: float) -> None: ...
    def marker_at(self, x_px: float, y_px: float) -> Marker | None: ...
    def seen(self, kind: SelectionKind) -> Markers: ...
    def setCursor(self, shape: Qt.CursorShape) -> None: ...
    def update(self) -> None: ...


class MapHand:
    """One map's tools: `measure` and `picker` are taken up by a command and laid down by Esc."""

    def __init__(self, view: Ground, session: ConsoleSession, card: HoverCard) -> None:
        self._view, self._session, self._card = view, session, card
        self._press: QPointF | None = None
        self._dragged = False
        self._frame: QRectF | None = None
        #: What the frame is drawn around: cameras, or with Ctrl people.
        self._frames = SelectionKind.CAMERA
        self.measure = Measure()
        self.picker = MapPicker(view, card)

    # -- mouse

    def press(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.picker.close()
            self._press, self._dragged = event.position(), False
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._frame = QRectF(event.position(), event.position())
                control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
                self._frames = SelectionKind.INSPECTOR if control else SelectionKind.CAMERA

    def move(self, event: QMouseEvent) -> None:
        position = event.position()
        if self._press is None or not event.buttons() & Qt.MouseButton.LeftButton:
            self._hover(position)
            return
        moved = position - self._press
        if not self._dragged and moved.manhattanLength() <= CLICK_SLACK_PX:
            return
        self._dragged = True
        self._card.hide()
        if self._frame is not None:
            self._frame = QRectF(self._press, position).normalized()
            self._view.update()
        else:
            self._view.pan(moved.x(), moved.y())
            self._press = position

    def release(self, event: QMouseEvent) -> None:
        pressed, self._press = self._press, None
        frame, self._frame = self._frame, None
        if pressed is None or event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position()
        if self._dragged:
            if frame is not None:
                self._take(frame)
        elif self.measure.is_open:
            self.measure.add(self._place_at(at))
        else:
            self._view.pick(at.x(), at.y())
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self._session.aim_wanted.emit(self._place_at(at))

    def _hover(self, position: QPointF) -> None:
        if self.measure.is_open:
            self._view.setCursor(Qt.CursorShape.CrossCursor)
            self._card.hide()
            return
        marker = self._view.marker_at(position.x(), position.y())
        pointing = Qt.CursorShape.PointingHandCursor if marker else Qt.CursorShape.ArrowCursor
        self._view.setCursor(pointing)
        self._card.show_for(marker)

    def _take(self, frame: QRectF) -> None:
        """Cameras inside go to the wall, as many as it has free tiles for; people into a list."""
        self._view.update()
        middle = frame.center()
        if self._frames is SelectionKind.INSPECTOR:
            self._take_people(frame)
            return
        inside = [
            marker
            for marker in self._view.seen(SelectionKind.CAMERA)
            if frame.contains(QPointF(marker.x_px, marker.y_px))
        ]
        inside.sort(key=lambda m: (m.x_px - middle.x()) ** 2 + (m.y_px - middle.y()) ** 2)
        called = self._session.call_cameras([marker.id for marker in inside])
        if not inside:
            text = translate("Map", "No camera in the frame.")
        elif called < len(inside):
            text = translate(
                "Map", "{0} of {1} cameras went to the wall: it has no more free tiles."
            )
        else:
            text = translate("Map", "{0} cameras went to the wall.")
        self._session.say(text.format(called, len(inside)))

    def _take_people(self, frame: QRectF) -> None:
        """Everybody inside by their place, grouped on the map or not."""
        to_screen = self._view.projection.to_screen
        found = [
            person.inspector_id
            for person in self._session.people.all()
            if frame.contains(QPointF(*to_screen(person.place)))
        ]
        if found:
            self._session.people_wanted.emit(tuple(found))
        else:
            self._session.say(translate("Map", "Nobody in the frame."))

    # -- keys

    def key(self, event: QKeyEvent) -> bool:
        """Does what a key means on the map; False when it means nothing here."""
        key = Qt.Key(event.key())
        if self.picker.is_open:
            return self.picker.key(event)
        if key in _PANS:
            self._view.pan(*_PANS[key])
            return True
        if not self.measure.is_open:
            return False
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.measure.add(self._view.projection.centre)
        elif event.text() == "f":
            self._keep()
        elif key is Qt.Key.Key_Backspace:
            self.measure.remove_last()
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._view.zoom_in()
        elif key is Qt.Key.Key_Minus:
            self._view.zoom_out()
        elif key is Qt.Key.Key_Escape or event.text() == "M":
            self.measure.close()
        else:
            return False
        return True

    def _keep(self) -> None:
        if not self.measure.keep():
            text = translate(
                "Map", "A fence needs three corners or more, and sides that do not cross."
            )
            self._session.say(text)

    def _place_at(self, at: QPointF) -> GeoPoint:
        return self._view.projection.to_place(at.x(), at.y())

    # -- drawing

    def paint(self, painter: QPainter) -> None:
        """Frame and measure, over everything."""
        if self._frame is not None and self._dragged:
            painter.setPen(QPen(theme.colour(theme.COLOURS.accent), 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(theme.colour(theme.COLOURS.accent, 0.14))
            painter.drawRect(self._frame)
        if self.measure.is_open:
            self._paint_measure(painter)
        if self.picker.is_open:
            self.picker.paint(painter)
            self._paint_words(painter, self.picker.text())

    def _paint_measure(self, painter: QPainter) -> None:
        projection = self._view.projection
        middle = QPointF(projection.width_px / 2, projection.height_px / 2)
        points = [QPointF(*projection.to_screen(place)) for place in self.measure.points]
        if self.measure.area_m2 is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(theme.COLOURS.accent, 0.14))
            painter.drawPolygon(QPolygonF(points))
        for width, ink in ((5.0, theme.COLOURS.background), (2.5, theme.COLOURS.accent)):
            painter.setPen(QPen(theme.colour(ink), width))
            painter.drawPolyline(QPolygonF(points))
            painter.drawLine(middle - QPointF(8, 0), middle + QPointF(8, 0))
            painter.drawLine(middle - QPointF(0, 8), middle + QPointF(0, 8))
        painter.setBrush(theme.colour(theme.COLOURS.text))
        painter.setPen(QPen(theme.colour(theme.COLOURS.background), 1.5))
        for point in points:
            painter.drawEllipse(point, 4, 4)
        self._paint_words(painter, self.measure_text())

    def measure_text(self) -> str:
        """Length and area so far, or how to begin."""
        if not self.measure.points:
            return translate(
                "Map", "Click, or Enter at the cross: points · Backspace: one back · Esc: end"
            )
        text = words.distance_text(self.measure.length_m)
        area = self.measure.area_m2
        if area is not None:
            text += " · " + words.area_text(area) + " · " + translate("Map", "F: keep as a fence")
        return text

    def _paint_words(self, painter: QPainter, text: str) -> None:
        painter.setFont(theme.font(theme.SIZE_BODY_PX, bold=True))
        width = painter.fontMetrics().horizontalAdvance(text) + 20
        plate = QRectF((self._view.projection.width_px - width) / 2, 12, width, 28)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(theme.COLOURS.background, 0.85))
        painter.drawRoundedRect(plate, 4, 4)
        painter.setPen(theme.colour(theme.COLOURS.text))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)
