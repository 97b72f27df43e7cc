"""A layout drawn as itself, for buttons, menus and the palette. Threads: GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from console.state.layout_cutting import CANVAS, boxes_of
from console.state.layouts import Layout
from console.views import theme

ICON_PX = QSize(22, 14)


def layout_icon(layout: Layout, size: QSize = ICON_PX, ratio: float = 2.0) -> QIcon:
    """Every tile of the layout as a small grey field."""
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    across, down = size.width() / CANVAS, size.height() / CANVAS
    for box in boxes_of(layout):
        area = QRectF(
            box.left * across,
            box.top * down,
            (box.right - box.left) * across,
            (box.bottom - box.top) * down,
        )
        painter.fillRect(area.adjusted(0.5, 0.5, -0.5, -0.5), QColor(theme.COLOURS.secondary))
    painter.end()
    return QIcon(pixmap)
