"""MapPicker: what stands on the map, chosen by keys: arrows go from marker to marker, Enter picks.

Threads: GUI thread only.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPen

from console.state.map_projection import MapProjection
from console.state.observable import Signal
from console.views import theme
from console.views.map_chrome import HoverCard
from console.views.map_layers.markers import Marker
from console.views.words import translate

RING_PX = 15.0
#: Where an arrow leads, in pixels: x to the right, y down.
_WAYS = {
    Qt.Key.Key_Left: (-1.0, 0.0),
    Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0),
    Qt.Key.Key_Down: (0.0, 1.0),
}


class MarkerGround(Protocol):
    """The part of `MapView` used here."""

    @property
    def projection(self) -> MapProjection: ...
    def zoom_in(self) -> None: ...
    def zoom_out(self) -> None: ...
    def pick_marker(self, marker: Marker) -> None: ...
    def again(self, marker: Marker) -> Marker | None: ...
    def beside(
        self, x_px: float, y_px: float, way: tuple[float, float] | None
    ) -> Marker | None: ...


class MapPicker:
    """Taken up by `open`, laid down by Enter (which picks) or Esc. `changed()` after every key."""

    def __init__(self, view: MarkerGround, card: HoverCard) -> None:
        self.changed: Signal[[]] = Signal()
        self.is_open = False
        self._view, self._card = view, card
        self._chosen: Marker | None = None

    @property
    def chosen(self) -> Marker | None:
        """The marker the ring is around, where it is now; None when it left the map."""
        return None if self._chosen is None else self._view.again(self._chosen)

    def open(self) -> None:
        """Begins at whatever stands nearest to the middle of the map."""
        self.is_open = True
        self._choose(self._view.beside(*self._middle(), None))

    def close(self) -> None:
        if not self.is_open:
            return
        self.is_open = False
        self._choose(None)

    def key(self, event: QKeyEvent) -> bool:
        """Does what a key means while choosing; False when it means nothing."""
        key = Qt.Key(event.key())
        if key in _WAYS:
            at = self.chosen
            start = self._middle() if at is None else (at.x_px, at.y_px)
            found = self._view.beside(*start, _WAYS[key])
            if found is not None:
                self._choose(found)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            chosen = self.chosen
            self.close()
            if chosen is not None:
                self._view.pick_marker(chosen)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._view.zoom_in()
        elif key is Qt.Key.Key_Minus:
            self._view.zoom_out()
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_M):
            self.close()
        else:
            return False
        return True

    def text(self) -> str:
        if self._chosen is None:
            return translate("Map", "Nothing stands here · +, -: closer, wider · Esc: end")
        return translate("Map", "Arrows: the next marker · Enter: open it · Esc: end")

    def paint(self, painter: QPainter) -> None:
        """A ring around what Enter would open."""
        chosen = self.chosen
        if chosen is None:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for ink, width in ((theme.COLOURS.background, 5.0), (theme.COLOURS.accent, 2.5)):
            painter.setPen(QPen(theme.colour(ink), width))
            painter.drawEllipse(QPointF(chosen.x_px, chosen.y_px), RING_PX, RING_PX)

    def _choose(self, marker: Marker | None) -> None:
        self._chosen = marker
        self._card.show_for(marker)
        self.changed.emit()

    def _middle(self) -> tuple[float, float]:
        projection = self._view.projection
        return projection.width_px / 2, projection.height_px / 2
