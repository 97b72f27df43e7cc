"""ReplayBar: what steers a tile's replay by mouse; every part of it has a key too.

A strip along the lower edge of the tile: a step back, play or pause, a step forward, the span that is
kept with its gaps and the alert's beginning, the speed, and the way back to live. Decides nothing.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from console.state.replay import ReplayPart, TileReplay, TileReplays
from console.state.tiles import TileAddress
from console.views import theme, tile_texts
from console.views.tile_look import REPLAY_BAR_PX

_BUTTON_PX = 30
_SPEED_PX = 44
_LIVE_PX = 58
#: Below this width a bar has no more than the span.
_WHOLE_PX = 330


class ReplayBar(QWidget):
    """The bar of one tile; shows itself while the tile is in replay."""

    def __init__(self, replays: TileReplays, address: TileAddress, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.address = address
        self._replays = replays
        self._scrubs = False
        self._disconnect = [
            replays.changed.connect(self._on_changed),
            replays.shown_changed.connect(self._on_changed),
        ]

    def release(self) -> None:
        """Lets go of the replays. Twice is harmless."""
        for disconnect in self._disconnect:
            disconnect()
        self._disconnect = []

    def place_in(self, tile: QRect) -> None:
        """Along the lower edge of a tile, points of the parent."""
        self.setGeometry(tile.x(), tile.bottom() + 1 - REPLAY_BAR_PX, tile.width(), REPLAY_BAR_PX)

    def _on_changed(self, address: TileAddress) -> None:
        if address == self.address:
            self.update()

    def parts(self) -> dict[ReplayPart, QRect]:
        """Where each part lies, points of the bar."""
        if self.width() < _WHOLE_PX:
            return {ReplayPart.SPAN: QRect(10, 0, self.width() - 20, REPLAY_BAR_PX)}
        x, found = 4, {}
        for part in (ReplayPart.BACK, ReplayPart.PLAY, ReplayPart.FORWARD):
            found[part] = QRect(x, 0, _BUTTON_PX, REPLAY_BAR_PX)
            x += _BUTTON_PX
        right = self.width() - 4 - _LIVE_PX
        found[ReplayPart.LIVE] = QRect(right, 0, _LIVE_PX, REPLAY_BAR_PX)
        found[ReplayPart.SPEED] = QRect(right - _SPEED_PX, 0, _SPEED_PX, REPLAY_BAR_PX)
        found[ReplayPart.SPAN] = QRect(x + 8, 0, right - _SPEED_PX - x - 16, REPLAY_BAR_PX)
        return found

    # -- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        part = next((part for part, rect in self.parts().items() if rect.contains(at)), None)
        if part is ReplayPart.SPAN:
            self._scrubs = True
            self._seek(at.x())
        elif part is ReplayPart.BACK:
            self._replays.step(self.address, -1)
        elif part is ReplayPart.FORWARD:
            self._replays.step(self.address, 1)
        elif part is ReplayPart.PLAY:
            self._replays.toggle_pause(self.address)
        elif part is ReplayPart.SPEED:
            slower = event.button() == Qt.MouseButton.RightButton
            self._replays.change_speed(self.address, -1 if slower else 1)
        elif part is ReplayPart.LIVE:
            self._replays.live(self.address)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._scrubs and event.buttons() & Qt.MouseButton.LeftButton:
            self._seek(event.position().toPoint().x())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._scrubs = False

    def _seek(self, x: int) -> None:
        replay = self._replays.of(self.address)
        if replay is None or replay.shown.to_mono_ns <= replay.shown.from_mono_ns:
            return
        span = self.parts()[ReplayPart.SPAN]
        share = min(1.0, max(0.0, (x - span.left()) / max(1, span.width() - 1)))
        start, end = replay.shown.from_mono_ns, replay.shown.to_mono_ns
        self._replays.seek(self.address, start + round(share * (end - start)))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._tell(event.pos(), event.globalPos())
            return True
        return super().event(event)

    def _tell(self, at: QPoint, where: QPoint) -> None:
        for part, rect in self.parts().items():
            if rect.contains(at):
                QToolTip.showText(where, tile_texts.replay_part_text(part), self, rect)

    # -- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.DARK.background))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        replay = self._replays.of(self.address)
        if replay is None:
            return
        parts = self.parts()
        self._paint_span(painter, replay, parts.pop(ReplayPart.SPAN))
        painter.setFont(theme.font(theme.SIZE_DENSE_PX, bold=True))
        for part, rect in parts.items():
            painter.setPen(QColor(theme.DARK.text))
            if part is ReplayPart.SPEED:
                painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, f"{replay.speed:g}×")
            elif part is ReplayPart.LIVE:
                self._paint_live(painter, rect)
            else:
                _paint_sign(painter, part, QRectF(rect).center(), is_paused=replay.is_paused)

    def _paint_live(self, painter: QPainter, rect: QRect) -> None:
        box = QRectF(rect).adjusted(2, 6, -4, -6)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QColor(theme.DARK.secondary))
        painter.drawRoundedRect(box, theme.RADIUS_PX, theme.RADIUS_PX)
        painter.setPen(QColor(theme.DARK.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, tile_texts.live_text())

    def _paint_span(self, painter: QPainter, replay: TileReplay, rect: QRect) -> None:
        """The kept span; what was played so far is light, gaps are holes, the alert is a tick."""
        shown = replay.shown
        line = QRectF(rect.left(), rect.center().y() - 2, rect.width(), 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.DARK.line))
        painter.drawRect(line)
        length = shown.to_mono_ns - shown.from_mono_ns
        if length <= 0:
            return

        def x_of(mono_ns: int) -> float:
            share = min(1.0, max(0.0, (mono_ns - shown.from_mono_ns) / length))
            return line.left() + share * line.width()

        at = x_of(replay.position_mono_ns)
        painter.setBrush(QColor(theme.DARK.text))
        painter.drawRect(QRectF(line.left(), line.top(), at - line.left(), line.height()))
        painter.setBrush(QColor(theme.DARK.background))
        for start, end in shown.gaps:
            painter.drawRect(
                QRectF(x_of(start), line.top(), x_of(end) - x_of(start), line.height())
            )
        if replay.alert_mono_ns is not None and replay.alert_mono_ns >= shown.from_mono_ns:
            painter.setBrush(QColor(theme.DARK.alarm))
            painter.drawRect(QRectF(x_of(replay.alert_mono_ns) - 1.5, line.top() - 5, 3, 15))
        for mark_ns, way in ((replay.mark_from_ns, 1), (replay.mark_to_ns, -1)):
            if mark_ns is not None:
                _paint_bracket(painter, x_of(mark_ns), line, way)
        painter.setBrush(QColor(theme.DARK.text))
        painter.drawEllipse(QPointF(at, line.center().y()), 6, 6)


def _paint_bracket(painter: QPainter, x: float, line: QRectF, way: int) -> None:
    """Where an export begins (way 1) or ends (−1)."""
    painter.setBrush(QColor(theme.DARK.accent))
    painter.drawRect(QRectF(x - 1, line.top() - 6, 2, line.height() + 12))
    for y in (line.top() - 6, line.bottom() + 4):
        painter.drawRect(QRectF(x if way > 0 else x - 6, y, 6, 2))


def _paint_sign(painter: QPainter, part: ReplayPart, centre: QPointF, *, is_paused: bool) -> None:
    """Step back, play, pause, step forward as plain shapes."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.DARK.text))
    x, y = centre.x(), centre.y()
    if part is ReplayPart.PLAY and not is_paused:
        painter.drawRect(QRectF(x - 5, y - 6, 4, 12))
        painter.drawRect(QRectF(x + 1, y - 6, 4, 12))
        return
    way = -1 if part is ReplayPart.BACK else 1
    tip = QPointF(x + 6 * way, y)
    painter.drawPolygon(QPolygonF([QPointF(x - 4 * way, y - 6), QPointF(x - 4 * way, y + 6), tip]))
    if part is not ReplayPart.PLAY:
        painter.drawRect(QRectF(x - 8 if way > 0 else x + 5, y - 6, 3, 12))
