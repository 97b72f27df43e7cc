"""PtzOverlay: the tile of a camera that is turned: a grip in the middle, presets, what the keys do.

Lies over its tile and takes the mouse there: a pull from the middle turns, the wheel zooms, a click
on a preset goes there. While the tile says in words why it has no picture, grip and presets are not
shown: the words stand in the middle. Says what the hand does; decides nothing.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from console.views import theme
from console.views.words import translate
from ingest.ptz.device import PtzPreset

# Presets with a digit of their own.
SHOWN_PRESETS = 9
# Tiles narrower than this show the grip alone.
ROOMY_PX = 420
# Tiles narrower than this name the main keys only; `?` has all.
WIDE_PX = 760
ROW_PX, LIST_PX = 22, 168
EDGE_PX = 8


class PtzOverlay(QWidget):
    """Signals: `pulled(x, y)` shares of the smaller half, down positive; `let_go`; `wheeled(notches)`;
    `preset_chosen(index)`."""

    pulled = Signal(float, float)
    let_go = Signal()
    wheeled = Signal(float)
    preset_chosen = Signal(int)

    def __init__(self, parent: QWidget, has_words: Callable[[], bool]) -> None:
        """`has_words`: whether a card stands in the tile instead of a picture."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._presets: tuple[PtzPreset, ...] = ()
        self._current: str | None = None
        self._pull: QPointF | None = None
        self._has_words = has_words
        self._is_worded = False
        self.hide()

    @property
    def presets(self) -> tuple[PtzPreset, ...]:
        return self._presets

    def show_presets(self, presets: Sequence[PtzPreset]) -> None:
        self._presets = tuple(presets)
        self.update()

    def show_current(self, token: str | None) -> None:
        """The preset the camera stands at."""
        if token != self._current:
            self._current = token
            self.update()

    def cover(self, tile: QRect) -> None:
        """Lies over `tile` (pixels of the parent) and is seen."""
        self.setGeometry(tile)
        self.show()
        self.raise_()

    def look_at_tile(self) -> None:
        """The tile may have words now, or a picture. A pull that began goes on."""
        is_worded = self._has_words()
        if is_worded is not self._is_worded:
            self._is_worded = is_worded
            self.update()

    # -- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        row = self._row_at(event.position())
        if row is not None:
            self.preset_chosen.emit(row)
            return
        if self._is_worded:
            return  # neither grip nor presets are there to be taken
        self._tell_pull(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pull is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._tell_pull(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._pull is not None:
            self.drop()
            self.let_go.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.wheeled.emit(event.angleDelta().y() / 120)
        event.accept()

    def drop(self) -> None:
        """The grip goes back to the middle."""
        self._pull = None
        self.update()

    def _tell_pull(self, at: QPointF) -> None:
        self._pull = at
        half = max(1.0, min(self.width(), self.height()) / 2)
        middle = QRectF(self.rect()).center()
        self.pulled.emit((at.x() - middle.x()) / half, (at.y() - middle.y()) / half)
        self.update()

    # -- presets

    @property
    def _is_roomy(self) -> bool:
        return self.width() >= ROOMY_PX

    @property
    def lists_presets(self) -> bool:
        """Whether the presets are seen, and can be clicked."""
        return self._is_roomy and bool(self._presets) and not self._is_worded

    @property
    def shows_grip(self) -> bool:
        return self._pull is not None or not self._is_worded

    def _list_rect(self) -> QRect:
        count = min(SHOWN_PRESETS, len(self._presets))
        height = count * ROW_PX + 8
        return QRect(
            self.width() - LIST_PX - EDGE_PX, (self.height() - height) // 2, LIST_PX, height
        )

    def _row_at(self, at: QPointF) -> int | None:
        box = self._list_rect()
        if not self.lists_presets or not box.contains(at.toPoint()):
            return None
        row = int((at.y() - box.y() - 4) // ROW_PX)
        return row if 0 <= row < min(SHOWN_PRESETS, len(self._presets)) else None

    # -- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.shows_grip:
            self._paint_grip(painter)
        if self.lists_presets:
            self._paint_presets(painter)
        if self._is_roomy:
            self._paint_keys(painter)
        painter.end()

    def _paint_grip(self, painter: QPainter) -> None:
        middle = QRectF(self.rect()).center()
        radius = max(10.0, min(self.width(), self.height()) * 0.045)
        accent = QColor(theme.DARK.accent)
        for ink, width in ((theme.colour(theme.DARK.background, 0.7), 4.5), (accent, 2.0)):
            painter.setPen(QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, radius, radius)
            if self._pull is not None:
                painter.drawLine(middle, self._pull)
        if self._pull is not None:
            painter.setBrush(accent)
            painter.setPen(QPen(QColor(theme.DARK.background), 1.5))
            painter.drawEllipse(self._pull, radius * 0.45, radius * 0.45)

    def _paint_presets(self, painter: QPainter) -> None:
        box = self._list_rect()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(theme.DARK.background, 0.82))
        painter.drawRoundedRect(box, theme.RADIUS_PX, theme.RADIUS_PX)
        painter.setFont(theme.font(theme.SIZE_BODY_PX))
        metrics = painter.fontMetrics()
        for index, preset in enumerate(self._presets[:SHOWN_PRESETS]):
            row = QRect(box.x() + 10, box.y() + 4 + index * ROW_PX, box.width() - 20, ROW_PX)
            is_here = preset.token == self._current
            painter.setPen(QColor(theme.DARK.secondary))
            painter.drawText(row, Qt.AlignmentFlag.AlignVCenter, str(index + 1))
            painter.setPen(QColor(theme.DARK.accent if is_here else theme.DARK.text))
            name = ("● " if is_here else "") + preset.name
            name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, row.width() - 20)
            painter.drawText(row.adjusted(20, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_keys(self, painter: QPainter) -> None:
        text = translate("Ptz", "Arrow keys turn · PgUp PgDn zoom · Esc leaves")
        if self.width() >= WIDE_PX:
            text = translate(
                "Ptz",
                "Pull from the middle or arrow keys turn · PgUp PgDn zoom · 1-9 preset · Home · S save · Esc",
            )
        painter.setFont(theme.font(theme.SIZE_DENSE_PX))
        metrics = painter.fontMetrics()
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, self.width() - 48)
        width = metrics.horizontalAdvance(text) + 20
        box = QRectF((self.width() - width) / 2, EDGE_PX + 26, width, 24)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(theme.DARK.background, 0.78))
        painter.drawRoundedRect(box, theme.RADIUS_PX, theme.RADIUS_PX)
        painter.setPen(QColor(theme.DARK.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
