"""Trails drawn into a tile's picture: where a moving thing's foot was, fading towards its past.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.state.tile_geometry import Placement
from console.state.track_trails import Trail
from console.views import theme

#: A dark line beneath a light one: seen on any picture, and no colour that means something.
_LINES = ((4.0, theme.DARK.background, 0.55), (2.0, theme.DARK.text, 0.95))
_FOOT_PX = 3.5


def paint_trails(
    painter: QPainter,
    trails: Sequence[Trail],
    placement: Placement,
    tile: QRect,
    picture: QRect,
    ratio: float,
) -> None:
    """Lines of `trails` over the picture, clipped to it; device pixels of the window."""
    painter.save()
    painter.setClipRect(picture, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for trail in trails:
        places = [
            QPointF(tile.x() + x, tile.y() + y)
            for x, y in (placement.box_px((u, v, u, v))[:2] for u, v in trail.points)
        ]
        for width, ink, strength in _LINES:
            _paint_line(painter, places, width * ratio, ink, strength * trail.opacity)
        painter.setPen(QPen(theme.colour(theme.DARK.background, trail.opacity), ratio))
        painter.setBrush(theme.colour(theme.DARK.text, trail.opacity))
        painter.drawEllipse(places[-1], _FOOT_PX * ratio, _FOOT_PX * ratio)
    painter.restore()


def _paint_line(
    painter: QPainter, places: Sequence[QPointF], width: float, ink: str, strength: float
) -> None:
    """The newest part is strongest."""
    count = len(places) - 1
    for at in range(count):
        pen = QPen(QColor(theme.colour(ink, strength * (at + 1) / count)), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(places[at], places[at + 1])
