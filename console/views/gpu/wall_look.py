"""WallLook: everything of a wall window but its pictures, as a transparent layer made by QPainter.

The same painting as the raster compositor's, so that text and frames are the same to the pixel.
Painted again only where something looks different. Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPainter, QRegion

from console.views.compositor import WallScene


class WallLook:
    """`image`: premultiplied, device pixels of the window. `mark` what is to be painted again."""

    def __init__(self) -> None:
        self.image = QImage()
        self._stale = QRegion()

    def resize(self, width_px: int, height_px: int) -> bool:
        """True when the layer is another one now, to be painted whole."""
        if (self.image.width(), self.image.height()) == (width_px, height_px):
            return False
        self.image = QImage(width_px, height_px, QImage.Format.Format_ARGB32_Premultiplied)
        self.image.fill(Qt.GlobalColor.transparent)
        self._stale = QRegion(self.image.rect())
        return True

    def mark(self, region: QRegion) -> None:
        self._stale += region

    def paint(self, scene: WallScene, ratio: float) -> list[QRect]:
        """Paints what was marked; returns the rectangles that changed."""
        stale, self._stale = self._stale.intersected(self.image.rect()), QRegion()
        if stale.isEmpty():
            return []
        changed = []
        painter = QPainter(self.image)
        for tile in scene.tile_painters.values():
            part = stale.intersected(tile.rect)
            if part.isEmpty():
                continue
            changed.append(part.boundingRect())
            painter.setClipRegion(part)
            _clear(painter, part.boundingRect())
            tile.paint_look(painter)
        between = stale.subtracted(scene.tiles_region)
        if not between.isEmpty():
            painter.setClipRegion(between)
            _clear(painter, between.boundingRect())
            changed.append(between.boundingRect())
        clock = scene.wall_clock
        if clock is not None and stale.intersects(clock.rect):
            painter.setClipRegion(stale)
            clock.paint(painter, self.image.height(), ratio)
        painter.end()
        return changed


def _clear(painter: QPainter, rect: QRect) -> None:
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    painter.fillRect(rect, Qt.GlobalColor.transparent)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
