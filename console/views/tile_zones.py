"""Zones drawn into a tile's picture: outline by kind of line, never by colour alone, and the kind's word.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from config.site import Zone, ZoneKind
from console.state.tile_geometry import Placement
from console.views import theme
from console.views.tile_texts import zone_kind_text

ZONE_LINES = {
    ZoneKind.NO_PARKING: Qt.PenStyle.SolidLine,
    ZoneKind.NO_TRADING: Qt.PenStyle.DashLine,
    ZoneKind.SMOKE_WATCH: Qt.PenStyle.DotLine,
    ZoneKind.MASK: Qt.PenStyle.DashDotLine,
    ZoneKind.NO_CYCLE_PARKING: Qt.PenStyle.SolidLine,
    ZoneKind.CROWD_WATCH: Qt.PenStyle.DashDotDotLine,
}
#: A licensed place inside a no-trading zone.
LICENCE_LINE = Qt.PenStyle.DotLine


def paint_zones(
    painter: QPainter,
    zones: Sequence[Zone],
    placement: Placement,
    tile: QRect,
    picture: QRect,
    size_px: int,
) -> None:
    """Outlines and words of `zones` over the picture, clipped to it; device pixels of the window."""
    painter.save()
    painter.setClipRect(picture, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setFont(theme.font(size_px))
    for zone in zones:
        corners = [
            placement.box_px((point.x_norm, point.y_norm, point.x_norm, point.y_norm))[:2]
            for point in zone.polygon
        ]
        outline = QPolygonF([QPointF(tile.x() + x, tile.y() + y) for x, y in corners])
        for width, ink, style in (
            (4.0, theme.colour(theme.DARK.background, 0.7), Qt.PenStyle.SolidLine),
            (2.0, QColor(theme.DARK.text), ZONE_LINES[zone.kind]),
        ):
            painter.setPen(QPen(ink, width, style))
            painter.drawPolygon(outline)
        _paint_word(painter, zone_kind_text(zone.kind), outline.boundingRect().center(), size_px)
    painter.restore()


def _paint_word(painter: QPainter, text: str, centre: QPointF, size_px: int) -> None:
    """Light on a dark shadow: readable on any picture."""
    width = painter.fontMetrics().horizontalAdvance(text)
    at = QPointF(centre.x() - width / 2, centre.y() + size_px / 3)
    painter.setPen(QColor(theme.DARK.background))
    painter.drawText(at + QPointF(1, 1), text)
    painter.setPen(QColor(theme.DARK.text))
    painter.drawText(at, text)
