"""Markers: what a layer put on the screen, so that the pointer can find it again.

Threads: GUI thread only.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPixmap

from console.state.session import SelectionKind
from console.views import theme

#: A click this near to a marker's middle means the marker.
PICK_RADIUS_PX = 14.0


@dataclass(frozen=True, slots=True)
class Marker:
    """One thing on the screen, in the map widget's pixels."""

    kind: SelectionKind
    id: str
    x_px: float
    y_px: float


def nearest(markers: Iterable[Marker], x_px: float, y_px: float) -> Marker | None:
    """The marker under the pointer; the nearest of several."""
    best: Marker | None = None
    best_px = PICK_RADIUS_PX
    for marker in markers:
        away_px = math.hypot(marker.x_px - x_px, marker.y_px - y_px)
        if away_px <= best_px:
            best, best_px = marker, away_px
    return best


def sprite(size_px: int, ratio: float) -> tuple[QPixmap, QPainter]:
    """An empty transparent pixmap and an antialiasing painter on it, origin in its middle."""
    pixmap = QPixmap(round(size_px * ratio), round(size_px * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(size_px / 2, size_px / 2)
    return pixmap, painter


class Labels:
    """Names beside markers, first come first served: one that would cover another is left out."""

    def __init__(self) -> None:
        self._taken: list[QRectF] = []

    def keep_free(self, box: QRectF) -> None:
        """Nothing is written here."""
        self._taken.append(box)

    def paint(self, painter: QPainter, text: str, x_px: float, y_px: float, colour: str) -> bool:
        """A name on a translucent plate, its left middle at x, y. False when there is no room."""
        font = theme.font(theme.SIZE_DENSE_PX)
        metrics = QFontMetricsF(font)
        width = metrics.horizontalAdvance(text)
        plate = QRectF(x_px, y_px - metrics.height() / 2, width + 8, metrics.height())
        if any(plate.intersects(box) for box in self._taken):
            return False
        self._taken.append(plate)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(theme.COLOURS.background, 0.78))
        painter.drawRoundedRect(plate, 3, 3)
        painter.setFont(font)
        painter.setPen(theme.colour(colour))
        baseline = y_px + (metrics.ascent() - metrics.descent()) / 2
        painter.drawText(QPointF(x_px + 4, baseline), text)
        return True
