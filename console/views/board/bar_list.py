"""BarList: a ranking as quiet horizontal bars with their numbers. Threads: GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from console.views import theme

ROW_PX = 34
_NAME_SHARE = 0.36


class BarList(QWidget):
    """Rows of (name, count, colour); the longest bar is the largest count."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[tuple[str, int, str], ...] = ()
        self.empty_text = ""

    def show_rows(self, rows: Sequence[tuple[str, int, str]]) -> None:
        self.rows = tuple(rows)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, max(1, len(self.rows)) * ROW_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme.font(theme.SIZE_TITLE_PX)
        painter.setFont(font)
        colours = theme.COLOURS
        if not self.rows:
            painter.setPen(theme.colour(colours.disabled))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.empty_text)
            return
        most = max(count for _name, count, _colour in self.rows)
        name_width = self.width() * _NAME_SHARE
        room = self.width() - name_width - 64
        for row, (name, count, colour) in enumerate(self.rows):
            top = row * ROW_PX
            painter.setPen(theme.colour(colours.text))
            label = QRectF(0, top, name_width - 12, ROW_PX)
            shown = QFontMetricsF(font).elidedText(name, Qt.TextElideMode.ElideRight, label.width())
            painter.drawText(label, Qt.AlignmentFlag.AlignVCenter, shown)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(colour, 0.9))
            bar = QRectF(name_width, top + 9, max(3.0, room * count / most), ROW_PX - 18)
            painter.drawRoundedRect(bar, 2, 2)
            painter.setPen(theme.colour(colours.text))
            number = QRectF(bar.right() + 10, top, 60, ROW_PX)
            painter.drawText(number, Qt.AlignmentFlag.AlignVCenter, str(count))
