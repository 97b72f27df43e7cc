"""WallClock: the running clock of a wall window: a hung window is seen to be hung (UI.md).

Threads: GUI thread only.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QPixmap

from console.views import theme
from console.views.tile_look import PLATE_ALPHA, PlateCache, PlateKey, Span, text_px


class WallClock:
    """A plate at the top left. `rect` is where it lies now, device pixels."""

    def __init__(self, plates: PlateCache) -> None:
        self.rect = QRect()
        self._plates = plates
        self._text = ""

    def step(self, utc_ns: int) -> bool:
        """Takes the time; True when the plate reads differently now."""
        text = time.strftime("%H:%M:%S", time.localtime(utc_ns / 1e9))
        changed, self._text = text != self._text, text
        return changed

    def place(self, window_height_px: int, top_px: int, ratio: float) -> QRect:
        """Moves it under what takes `top_px` of the window's top; returns what to repaint."""
        former, plate = self.rect, self._plate(window_height_px, ratio)
        margin = round(6 * ratio)
        self.rect = QRect(margin, margin + top_px, plate.width(), plate.height())
        return former.united(self.rect)

    def paint(self, painter: QPainter, window_height_px: int, ratio: float) -> None:
        painter.drawPixmap(self.rect.topLeft(), self._plate(window_height_px, ratio))

    def _plate(self, window_height_px: int, ratio: float) -> QPixmap:
        size = max(text_px(0, ratio, larger=1.2), round(window_height_px * 0.015))
        key = PlateKey(
            (Span(self._text, theme.DARK.text, bold=True),),
            size, theme.DARK.background, PLATE_ALPHA,
        )  # fmt: skip
        return self._plates.plate(key)
