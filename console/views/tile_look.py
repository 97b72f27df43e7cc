"""How a tile is dressed: fonts by tile size and text on plates.

Everything here ends in a QPixmap that is made once per text and blitted per frame; nothing here
knows a stream or a camera. All sizes are device pixels: a wall view paints unscaled. Read `theme.COLOURS` at paint time.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPixmap

from console.views import theme

#: Overlay type is 2.2 % of the tile's height, never under 11 px (UI.md).
TEXT_SHARE = 0.022
TEXT_MIN_PX = 11
#: Plates are dark enough that white text keeps a contrast above 7:1 on a white picture.
PLATE_ALPHA = 0.72
#: Height of the bar that steers a replay along a tile's lower edge, points.
REPLAY_BAR_PX = 32
#: Bound of the plate cache; a wall of 64 tiles uses about 130.
PLATE_COUNT = 512


def text_px(tile_height_px: float, ratio: float = 1.0, *, larger: float = 1.0) -> int:
    """Type size in device pixels for a tile of this height on a screen of this pixel ratio."""
    return round(max(TEXT_MIN_PX * ratio, tile_height_px * TEXT_SHARE) * larger)


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one colour and weight on a plate."""

    text: str
    colour: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class PlateKey:
    """Everything a plate's pixmap depends on."""

    spans: tuple[Span, ...]
    size_px: int
    background: str
    alpha: float
    width_px: int | None = None


class PlateCache:
    """Rendered plates, least recently used out first."""

    def __init__(self) -> None:
        self._plates: OrderedDict[PlateKey, QPixmap] = OrderedDict()

    def plate(self, key: PlateKey) -> QPixmap:
        """The pixmap of `key`, drawn on first use."""
        known = self._plates.get(key)
        if known is not None:
            self._plates.move_to_end(key)
            return known
        drawn = _draw_plate(key)
        self._plates[key] = drawn
        if len(self._plates) > PLATE_COUNT:
            self._plates.popitem(last=False)
        return drawn

    def clear(self) -> None:
        """After a change of theme or language."""
        self._plates.clear()


def scaled(rect: QRect, ratio: float) -> QRect:
    """The smallest rectangle of whole pixels around `rect` times `ratio`."""
    left, top = int(rect.left() * ratio), int(rect.top() * ratio)
    right, bottom = int((rect.right() + 1) * ratio + 1), int((rect.bottom() + 1) * ratio + 1)
    return QRect(left, top, right - left, bottom - top)


def plate_width_px(spans: tuple[Span, ...], size_px: int) -> float:
    """The width a plate of `spans` takes, without limit."""
    return sum(_advance(span, size_px) for span in spans) + 2 * _padding_px(size_px)


def _advance(span: Span, size_px: int) -> float:
    return QFontMetricsF(theme.font(size_px, bold=span.bold)).horizontalAdvance(span.text)


def _padding_px(size_px: int) -> float:
    return max(4.0, size_px * 0.45)


def _draw_plate(key: PlateKey) -> QPixmap:
    padding = _padding_px(key.size_px)
    full = plate_width_px(key.spans, key.size_px)
    width = min(full, key.width_px) if key.width_px is not None else full
    height = round(key.size_px * 1.62)
    pixmap = QPixmap(max(1, round(width)), max(1, height))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(key.background, key.alpha))
    radius = min(theme.RADIUS_PX, height / 4)
    painter.drawRoundedRect(QRectF(0, 0, width, height), radius, radius)
    _draw_spans(painter, key, QRectF(padding, 0, width - 2 * padding, height))
    painter.end()
    return pixmap


def _draw_spans(painter: QPainter, key: PlateKey, area: QRectF) -> None:
    """Runs of text one after the other; the one that does not fit is cut with an ellipsis."""
    x = area.left()
    for span in key.spans:
        font = theme.font(key.size_px, bold=span.bold)
        metrics = QFontMetricsF(font)
        room = area.right() - x
        if room <= 0:
            return
        text = metrics.elidedText(span.text, Qt.TextElideMode.ElideRight, room + 1)
        baseline = area.center().y() + (metrics.ascent() - metrics.descent()) / 2
        painter.setFont(font)
        painter.setPen(QColor(span.colour))
        painter.drawText(QPointF(x, baseline), text)
        x += metrics.horizontalAdvance(text)
