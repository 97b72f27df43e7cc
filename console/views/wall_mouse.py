"""WallMouse: what clicks, drags and the wheel do to a wall window's tiles.

Click selects · double click full tile · wheel zooms at the pointer · drag pans a zoomed tile and
swaps unzoomed ones · double right click whole picture. Changes `WallState` only.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from console.state.tiles import WHOLE, Region, WindowId
from console.state.wall import WallState
from console.views.tile_painter import TilePainter

#: One notch of a wheel (120 eighths of a degree) zooms by this factor.
ZOOM_PER_NOTCH = 1.25
LARGEST_ZOOM = 20.0
#: A press that moves less than this is a click.
DRAG_PX = 8


class WallMouse:
    """The mouse over one wall view."""

    def __init__(
        self, wall: WallState, window_id: WindowId, tile_at: Callable[[QPoint], TilePainter | None]
    ) -> None:
        self._wall = wall
        self._window_id = window_id
        self._tile_at = tile_at
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

    def moved(self, event: QMouseEvent) -> None:
        if self._pressed is None or self._pressed_at is None or self._region == WHOLE:
            return
        if event.buttons() & Qt.MouseButton.LeftButton:
            step = event.position() - self._pressed_at
            self._wall.set_region(self._pressed.address, self._panned(step, self._pressed))

    def _panned(self, step: QPointF, tile: TilePainter) -> Region:
        x1, y1, x2, y2 = self._region
        dx = step.x() / max(1, tile.placement.width_px) * (x2 - x1)
        dy = step.y() / max(1, tile.placement.height_px) * (y2 - y1)
        dx = min(max(dx, x2 - 1.0), x1)
        dy = min(max(dy, y2 - 1.0), y1)
        return (x1 - dx, y1 - dy, x2 - dx, y2 - dy)

    def released(self, event: QMouseEvent) -> None:
        start, origin = self._pressed, self._pressed_at
        self._pressed = self._pressed_at = None
        if start is None or origin is None or self._region != WHOLE:
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


def zoomed(region: Region, x_norm: float, y_norm: float, notches: float) -> Region:
    """`region` zoomed by wheel notches so that the picture point stays under the pointer."""
    x1, y1, x2, y2 = region
    now = 1.0 / (x2 - x1)
    then = min(LARGEST_ZOOM, max(1.0, now * ZOOM_PER_NOTCH**notches))
    if then <= 1.001:
        return WHOLE
    share = now / then
    left = x_norm - (x_norm - x1) * share
    top = y_norm - (y_norm - y1) * share
    return (left, top, left + (x2 - x1) * share, top + (y2 - y1) * share)
