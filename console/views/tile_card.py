"""The card of a tile without a live picture: what happened, since when, what comes next.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from console.views import theme
from console.views.tile_status import TileMode, TileStatus

#: How dark the last picture lies behind a card.
DIM_ALPHA = 0.78
#: A card has the tile for itself: its type grows with the tile, readable at four metres.
TITLE_SHARE, TITLE_PX = 0.052, (13, 44)
LINE_SHARE, LINE_PX = 0.034, (11, 28)
LINE_HEIGHT = 1.6


def paint_card(
    painter: QPainter, rect: QRect, status: TileStatus, ratio: float, *, over_picture: bool
) -> None:
    """Title and lines of `status` in the middle of `rect`, over the dimmed last picture.

    Args:
        rect: the tile, device pixels; `ratio`: device pixels per point.
    """
    colours = theme.DARK if over_picture else theme.COLOURS
    if over_picture:
        painter.fillRect(rect, theme.colour(colours.background, DIM_ALPHA))
    lost = status.mode is TileMode.LOST
    title_px = _type_px(rect, ratio, TITLE_SHARE, TITLE_PX)
    line_px = _type_px(rect, ratio, LINE_SHARE, LINE_PX)
    rows = [(status.title, title_px, colours.text if lost else colours.secondary, True)]
    rows += [(line, line_px, colours.secondary, False) for line in status.lines]
    mark_px = title_px * LINE_HEIGHT if lost else 0.0
    y = rect.center().y() - (mark_px + sum(size * LINE_HEIGHT for _, size, _, _ in rows)) / 2
    if lost:
        _paint_lost_mark(painter, QPointF(rect.center().x(), y + title_px / 2), title_px)
        y += mark_px
    for text, size, ink, bold in rows:
        area = QRectF(rect.x() + size, y, max(1, rect.width() - 2 * size), size * LINE_HEIGHT)
        _paint_row(painter, text, area, size, QColor(ink), bold=bold)
        y += size * LINE_HEIGHT


def _type_px(rect: QRect, ratio: float, share: float, bounds: tuple[int, int]) -> int:
    least, most = bounds
    return round(min(most * ratio, max(least * ratio, rect.height() * share)))


def _paint_row(
    painter: QPainter, text: str, area: QRectF, size_px: int, ink: QColor, *, bold: bool
) -> None:
    font = theme.font(size_px, bold=bold)
    shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.setFont(font)
    painter.setPen(ink)
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, shown)


def _paint_lost_mark(painter: QPainter, centre: QPointF, size_px: float) -> None:
    """A red disc with a bar: loss is told by shape as well as by colour."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.COLOURS.red))
    painter.drawEllipse(centre, size_px * 0.55, size_px * 0.55)
    painter.setBrush(QColor("#FFFFFF"))
    bar = QRectF(0, 0, size_px * 0.56, size_px * 0.14)
    bar.moveCenter(centre)
    painter.drawRect(bar)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
