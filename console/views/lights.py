"""The three lights of time, each with a shape of its own (colour never speaks alone)."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from console.state.cases import Light
from console.views import theme


def light_colour(light: Light) -> str:
    """`#rrggbb` of a light; grey where no limit runs."""
    return {
        Light.RED: theme.COLOURS.red,
        Light.AMBER: theme.COLOURS.amber,
        Light.GREEN: theme.COLOURS.green,
        Light.NONE: theme.COLOURS.disabled,
    }[light]


def paint_light(painter: QPainter, centre: QPointF, light: Light, radius_px: float = 5.0) -> None:
    """Disc = in time, triangle = nearly due, diamond = late, ring = no limit."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = theme.colour(light_colour(light))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    x, y, r = centre.x(), centre.y(), radius_px
    if light is Light.GREEN:
        painter.drawEllipse(centre, r * 0.9, r * 0.9)
    elif light is Light.AMBER:
        corners = [QPointF(x, y - r), QPointF(x + r, y + r * 0.85), QPointF(x - r, y + r * 0.85)]
        painter.drawPolygon(QPolygonF(corners))
    elif light is Light.RED:
        r *= 1.15
        corners = [QPointF(x, y - r), QPointF(x + r, y), QPointF(x, y + r), QPointF(x - r, y)]
        painter.drawPolygon(QPolygonF(corners))
    else:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colour, 1.4))
        painter.drawEllipse(QRectF(x - r * 0.8, y - r * 0.8, r * 1.6, r * 1.6))
    painter.restore()
