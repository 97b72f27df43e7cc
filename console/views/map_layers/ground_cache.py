"""GroundCache: the painted ground and where it is good for.

One pixmap with a margin round the window; while the map flies or is being wheeled the old one
is moved and stretched, and painted anew when it rests. Threads: GUI thread only.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPixmap

from console.state.map_projection import MapProjection
from console.views import theme
from console.views.map_layers.ground import Ground

#: Ground painted beyond each edge of the window, as a share of it: room to drag.
MARGIN = 0.35


class GroundCache:
    """`paint_count` and `paint_ms` (of the last one) are for the bench and the tests."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.paint_count = 0
        self.paint_ms = 0.0
        self._pixmap: QPixmap | None = None
        self._shown = MapProjection()

    def set_ground(self, ground: Ground) -> None:
        self.ground = ground
        self.forget()

    def forget(self) -> None:
        """The next paint is a fresh one (theme, layers, registers)."""
        self._pixmap = None

    def paint(
        self,
        painter: QPainter,
        projection: MapProjection,
        ratio: float,
        *,
        cells: bool,
        is_moving: bool,
    ) -> None:
        """Paints the ground of `projection`; a moving map gets what is there."""
        pixmap = self._pixmap
        if pixmap is None or not (is_moving or self._covers(projection)):
            pixmap = self._fresh(projection, ratio, cells=cells)
        left, top = projection.screen_of_world(*self._shown.world_at(0, 0))
        scale = projection.scale_px / self._shown.scale_px
        if abs(scale - 1.0) < 1e-9 and self._covers(projection):
            painter.drawPixmap(round(left), round(top), pixmap)  # whole pixels stay sharp
            return
        window = QRectF(0, 0, projection.width_px, projection.height_px)
        painter.fillRect(window, theme.colour(theme.COLOURS.map_land))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.translate(left, top)
        painter.scale(scale, scale)
        painter.drawPixmap(QPointF(0, 0), pixmap)
        painter.restore()

    def _covers(self, projection: MapProjection) -> bool:
        if self._shown.zoom != projection.zoom:
            return False
        left, top = projection.screen_of_world(*self._shown.world_at(0, 0))
        right, bottom = left + self._shown.width_px, top + self._shown.height_px
        return (
            left <= 0
            and top <= 0
            and right >= projection.width_px
            and bottom >= projection.height_px
        )

    def _fresh(self, projection: MapProjection, ratio: float, *, cells: bool) -> QPixmap:
        began = time.perf_counter()
        self.paint_count += 1
        width = round(projection.width_px * (1 + 2 * MARGIN))
        height = round(projection.height_px * (1 + 2 * MARGIN))
        self._shown = projection.resized(width, height)
        self._pixmap = self.ground.painted(self._shown, ratio, cells=cells)
        self.paint_ms = (time.perf_counter() - began) * 1e3
        return self._pixmap
