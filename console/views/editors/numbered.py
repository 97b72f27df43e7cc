"""Numbered points, the same in the picture and on the map, and which one the hand is on. Pure painting."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.views import theme

RADIUS_PX = 10
GRAB_PX = 14


def paint_number(painter: QPainter, at: QPointF, number: int, *, is_held: bool) -> None:
    """A disc with its number and a dot that is the point itself."""
    ink = theme.DARK.accent if is_held else theme.DARK.text
    middle = at - QPointF(0, RADIUS_PX + 6)
    painter.setPen(QPen(QColor(theme.DARK.background), 1.5))
    painter.setBrush(QColor(ink))
    painter.drawEllipse(at, 3.5, 3.5)
    painter.drawEllipse(middle, RADIUS_PX, RADIUS_PX)
    painter.setFont(theme.font(theme.SIZE_DENSE_PX, bold=True))
    painter.setPen(QColor(theme.DARK.background))
    box = QRectF(middle.x() - RADIUS_PX, middle.y() - RADIUS_PX, 2 * RADIUS_PX, 2 * RADIUS_PX)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number))


def near(at: QPointF, points: Sequence[QPointF | None]) -> int | None:
    """The point whose dot or disc the hand is on."""
    found = []
    for index, point in enumerate(points):
        if point is not None:
            away = min(
                (point - at).manhattanLength(),
                (point - QPointF(0, RADIUS_PX + 6) - at).manhattanLength(),
            )
            found.append((away, index))
    nearest = min(found, default=None)
    return nearest[1] if nearest is not None and nearest[0] <= GRAB_PX else None
