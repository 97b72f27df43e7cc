"""WallMouse: what clicks, drags and the wheel do to a wall window's tiles.

Click selects · double click full tile · wheel zooms at the pointer · drag pans a zoomed tile and
swaps unzoomed ones · double right click whole picture · a press in a zoomed tile's little map goes
there · with the zoom tool a drag frames what to show. Changes `WallState` only.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from console.state.tile_tools import TileTools
from console.state.tiles import WHOLE, Region, WindowId
from console.state.wall import WallState
from console.state.zoom import around, moved, zoomed
from console.views.tile_painter import TilePainter

#: A press that moves less than this is a click.
DRAG_PX = 8


class WallMouse:
    """The mouse over one wall view."""

    def __init__(
        self,
        wall: WallState,
        window_id: WindowId,
        tile_at: Callable[[QPoint], TilePainter | None],
        repaint: Callable[[TilePainter], None],
        tools: TileTools | None = None,
    ) -> None:
        self._wall = wall
        self._window_id = window_id
        self._tile_at = tile_at
        self._repaint = repaint
        self._tools = tools
        self._in_map = False
        self._pressed_at: QPointF | None = None
        self._pressed: TilePainter | None = None
        self._region: Region = WHOLE

    def pressed(self, event: QMouseEvent) -> None:
        tile = self._tile_at(event.position().toPoint())
        self._pressed = tile
        self._pressed_at = event.position()
        if tile is not None:
            self._region = tile.tile.region_norm
            self._wall.select(tile.address)
            self._in_map = tile.overview_rect.contains(_device(event, tile))
            if self._in_map:
                self._go_to(tile, event)

    def moved(self, event: QMouseEvent) -> None:
        tile, origin = self._pressed, self._pressed_at
        if tile is None or origin is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        if self._in_map:
            self._go_to(tile, event)
        elif self._has_tool(tile):
            tile.band = QRect(_device(event, tile), (origin * tile.ratio).toPoint()).normalized()
            tile.band &= tile.picture_rect
            self._repaint(tile)
        elif self._region != WHOLE:
            self._wall.set_region(tile.address, self._panned(event.position() - origin, tile))

    def _has_tool(self, tile: TilePainter) -> bool:
        return self._tools is not None and self._tools.zoom.address == tile.address

    def _go_to(self, tile: TilePainter, event: QMouseEvent) -> None:
        """The point of the little map in the middle of the tile."""
        at, r = _device(event, tile), tile.overview_rect
        x1, y1, x2, y2 = region = tile.tile.region_norm
        x, y = (at.x() - r.x()) / max(1, r.width()), (at.y() - r.y()) / max(1, r.height())
        step = moved(region, x - (x1 + x2) / 2, y - (y1 + y2) / 2)
        self._wall.set_region(tile.address, step)

    def _take_band(self, tile: TilePainter) -> None:
        """What was framed becomes what is shown."""
        band, tile.band = tile.band, None
        self._repaint(tile)
        if band is None or max(band.width(), band.height()) <= DRAG_PX:
            return
        place, r = tile.placement, tile.rect
        left, top = place.point_norm(band.left() - r.x(), band.top() - r.y())
        right, bottom = place.point_norm(band.right() - r.x(), band.bottom() - r.y())
        self._wall.set_region(tile.address, around((left, top, right, bottom), 1.0))

    def _panned(self, step: QPointF, tile: TilePainter) -> Region:
        x1, y1, x2, y2 = self._region
        step *= tile.ratio
        dx = step.x() / max(1, tile.placement.width_px) * (x2 - x1)
        dy = step.y() / max(1, tile.placement.height_px) * (y2 - y1)
        return moved(self._region, -dx, -dy)

    def released(self, event: QMouseEvent) -> None:
        start, origin = self._pressed, self._pressed_at
        self._pressed = self._pressed_at = None
        if start is None or origin is None:
            return
        if start.band is not None:
            self._take_band(start)
            return
        if self._region != WHOLE or self._has_tool(start):
            return
        far = (event.position() - origin).manhattanLength() > DRAG_PX
        target = self._tile_at(event.position().toPoint())
        if far and target is not None and target.address != start.address:
            self._wall.swap(start.address, target.address)
            self._wall.select(target.address)

    def double_clicked(self, event: QMouseEvent) -> None:
        tile = self._tile_at(event.position().toPoint())
        if tile is None:
            return
        if event.button() == Qt.MouseButton.RightButton:
            self._wall.set_region(tile.address, WHOLE)
        else:
            self._wall.toggle_full(tile.address)

    def wheel(self, event: QWheelEvent) -> None:
        tile = self._tile_at(event.position().toPoint())
        notches = event.angleDelta().y() / 120
        if tile is None or tile.tile.camera_id is None or notches == 0:
            return
        at = event.position() * tile.ratio
        x, y = tile.placement.point_norm(at.x() - tile.rect.x(), at.y() - tile.rect.y())
        self._wall.set_region(tile.address, zoomed(tile.tile.region_norm, x, y, notches))
        event.accept()


def _device(event: QMouseEvent, tile: TilePainter) -> QPoint:
    return (event.position() * tile.ratio).toPoint()
