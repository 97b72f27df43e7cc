"""Fences on the map: a dashed outline and the name, under everything that stands.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from console.state.map_projection import MapProjection, worlds_of
from console.state.session import ConsoleSession
from console.views import theme
from console.views.map_layers.markers import Labels

NAMES_FROM_ZOOM = 13.5
#: Smaller than this on the screen a fence is not drawn.
LEAST_PX = 6.0


class FenceLayer:
    """Every fence of the site."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session
        self._rings: list[tuple[str, NDArray[np.float64]]] = []
        self.reload()

    def reload(self) -> None:
        """The register changed."""
        self._rings = [
            (
                fence.name,
                worlds_of(
                    np.array([point.lat_deg for point in fence.ring]),
                    np.array([point.lon_deg for point in fence.ring]),
                ),
            )
            for fence in self._session.site.fences
        ]

    def steps(self, painter: QPainter, projection: MapProjection, labels: Labels) -> Iterator[None]:
        ink = theme.COLOURS.accent
        size = np.array((projection.width_px, projection.height_px))
        for name, world in self._rings:
            screen = projection.screens_of(world)
            low, high = screen.min(axis=0), screen.max(axis=0)
            if (high < 0).any() or (low > size).any() or (high - low).max() < LEAST_PX:
                continue
            painter.setPen(QPen(theme.colour(ink, 0.9), 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(theme.colour(ink, 0.05))
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in screen.tolist()]))
            if projection.zoom >= NAMES_FROM_ZOOM:
                top = screen[int(np.argmin(screen[:, 1]))]
                labels.paint(painter, name, float(top[0]) + 6, float(top[1]) - 10, ink)
            yield
