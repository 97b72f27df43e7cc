"""RasterPainting: one paint of a wall window with QPainter: only what changed, tile by tile.

Counts what it costs for the bench and the health page. Threads: GUI thread only.
"""

from __future__ import annotations

import time
from collections.abc import Collection

from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from console.views import theme
from console.views.tile_look import scaled
from console.views.tile_painter import TilePainter
from console.views.wall_clock import WallClock


class RasterPainting:
    """`paint_count`, `longest_paint_ms`: paints, and the slowest of them in milliseconds."""

    def __init__(self) -> None:
        self.paint_count = 0
        self.longest_paint_ms = 0.0

    def paint(
        self,
        widget: QWidget,
        event: QPaintEvent,
        tiles: Collection[TilePainter],
        tiles_region: QRegion,
        clock: WallClock | None,
    ) -> list[TilePainter]:
        """Paints what the event asks for; returns the tiles it touched.

        `tiles_region`: what the tiles cover together, in device pixels.
        """
        began = time.perf_counter()
        painter = QPainter(widget)
        ratio = widget.devicePixelRatioF()
        region = event.region()
        if ratio != 1.0:
            painter.scale(1 / ratio, 1 / ratio)
            region = QRegion(scaled(event.rect(), ratio))
        if not region.subtracted(tiles_region).isEmpty():
            region = QRegion(region.boundingRect())
            painter.fillRect(region.boundingRect(), QColor(theme.COLOURS.background))
        touched = [tile for tile in tiles if region.intersects(tile.rect)]
        if ratio == 1.0 and region.rectCount() > 1:
            painter = _unclipped(painter)
            for tile in touched:
                painter.setClipRegion(region.intersected(tile.rect))
                tile.paint(painter)
            painter.setClipRegion(region)
        else:
            for tile in touched:
                tile.paint(painter)
        if clock is not None and region.intersects(clock.rect):
            clock.paint(painter, round(widget.height() * ratio), ratio)
        painter.end()
        self.paint_count += 1
        self.longest_paint_ms = max(self.longest_paint_ms, (time.perf_counter() - began) * 1e3)
        return touched


def _unclipped(painter: QPainter) -> QPainter:
    """A painter on the same pixels without the widget's clip, which the caller then sets.

    A clip of several rectangles sends every blit through Qt's span code and its thread pool
    (measured: 0.08 ms instead of 0.045 ms a tile, and two busy threads); one rectangle at a
    time is a plain copy of lines.
    """
    device = painter.paintEngine().paintDevice()
    if not isinstance(device, QImage):
        return painter
    origin = painter.deviceTransform()
    painter.end()
    direct = QPainter(device)
    direct.translate(origin.dx(), origin.dy())
    return direct
