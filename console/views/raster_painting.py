"""RasterCompositor: one paint of a wall window with QPainter: only what changed, tile by tile.

Threads: GUI thread only.
"""

from __future__ import annotations

import time
from collections.abc import Collection

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from console.views import theme
from console.views.compositor import WallScene
from console.views.tile_look import scaled
from console.views.tile_painter import TilePainter
from console.views.tile_status import CARDS

#: One paint event paints tiles for this long; after a new layout all of them are new, plates included.
PAINT_BUDGET_S = 0.008


class RasterCompositor:
    """Paints into the widget's backing store; works everywhere.

    Tiles that do not fit in an event's time keep what is there until the next event, in which they
    come first.
    """

    takes_planes = False

    def __init__(self, widget: QWidget, scene: WallScene) -> None:
        self._widget, self._scene = widget, scene
        #: Put off and not painted since, the longest waiting first.
        self._waiting: list[TilePainter] = []
        self._size = QSize()

    def pictures_changed(self, tiles: Collection[TilePainter]) -> None:
        region = QRegion()
        for tile in tiles:
            # a card goes with the first picture
            region += tile.rect if tile.mode in CARDS else tile.picture_rect
            region += tile.overview_rect
        self.look_changed(region)

    def look_changed(self, region: QRegion) -> None:
        ratio = self._widget.devicePixelRatioF()
        if ratio == 1.0:
            self._widget.update(region)
            return
        self._widget.update(scaled(region.boundingRect(), 1 / ratio))

    def paint(self, event: QPaintEvent) -> None:
        """Paints what the event asks for."""
        began = time.perf_counter()
        touched = self._paint(event)
        self._scene.painting.paint_took((time.perf_counter() - began) * 1e3)
        for tile in touched:
            # a ring that moved on under the brush left a torn picture: paint it again
            if tile.feed is not None and not tile.feed.still_valid():
                self._scene.painting.repaint_count += 1
                self.look_changed(QRegion(tile.picture_rect))

    def _paint(self, event: QPaintEvent) -> list[TilePainter]:
        """Returns the tiles it touched."""
        widget, tiles = self._widget, self._scene.tile_painters.values()
        painter = QPainter(widget)
        ratio = widget.devicePixelRatioF()
        region = event.region()
        if ratio != 1.0:
            painter.scale(1 / ratio, 1 / ratio)
            region = QRegion(scaled(event.rect(), ratio))
        if not region.subtracted(self._scene.tiles_region).isEmpty():
            region = QRegion(region.boundingRect())
            # beside the tiles alone: one that is put off keeps its picture
            painter.setClipRegion(region.subtracted(self._scene.tiles_region))
            painter.fillRect(region.boundingRect(), QColor(theme.COLOURS.background))
            painter.setClipping(False)
        touched = [tile for tile in tiles if region.intersects(tile.rect)]
        turns = {tile: turn for turn, tile in enumerate(self._waiting)}
        touched.sort(key=lambda tile: turns.get(tile, len(turns)))
        if ratio == 1.0 and region.rectCount() > 1:
            painter = _unclipped(painter)
            done = _paint_in_time(painter, touched, region)
            painter.setClipRegion(region)
        else:
            done = _paint_in_time(painter, touched)
        painted, shown = set(touched[:done]), set(tiles)
        self._waiting = [tile for tile in self._waiting if tile in shown - painted]
        self._put_off(touched[done:], region, painter)
        clock = self._scene.wall_clock
        if clock is not None and region.intersects(clock.rect):
            clock.paint(painter, round(widget.height() * ratio), ratio)
        painter.end()
        return touched[:done]

    def _put_off(self, tiles: list[TilePainter], region: QRegion, painter: QPainter) -> None:
        """These are painted with the next event. A window of a new size has nothing there yet."""
        self._waiting += [tile for tile in tiles if tile not in self._waiting]
        left = QRegion()
        for tile in tiles:
            left += region.intersected(tile.rect)
            if self._size != self._widget.size():
                painter.fillRect(tile.rect, QColor(theme.COLOURS.panel))
        self._size = self._widget.size()
        if tiles:
            # by a timer: what else is due has its turn before
            QTimer.singleShot(0, self._widget, lambda: self.look_changed(left))

    def resized(self) -> None:
        self._widget.update()

    def look_alive(self) -> None:
        """Qt's own painting needs no watching."""

    def release(self) -> None:
        """Holds nothing."""


def _paint_in_time(painter: QPainter, tiles: list[TilePainter], clip: QRegion | None = None) -> int:
    """Paints at least the first of them, each under its part of `clip`; returns how many."""
    ends_s = time.perf_counter() + PAINT_BUDGET_S
    for done, tile in enumerate(tiles, start=1):
        if clip is not None:
            painter.setClipRegion(clip.intersected(tile.rect))
        tile.paint(painter)
        if time.perf_counter() > ends_s:
            return done
    return len(tiles)


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
