"""Shades under everything that stands on the map: cells by open cases, and where cases crowd (heat).

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPolygonF

from config.site import GridCell
from console.state.grid_load import level_at, load_of, shade_of
from console.state.map_projection import MapProjection, world_of, worlds_of
from console.state.session import ConsoleSession
from console.views import theme

#: From few open cases to many; one colour, so that it never looks like a light.
SHADES = (0.10, 0.18, 0.27, 0.38)
#: One cell of the heat map, pixels, and how far a case reaches, in cells.
HEAT_CELL_PX = 8
HEAT_REACH = 4
#: Of the glow this much is painted in one step.
HEAT_BAND_PX = 256
#: So many cases at one spot are the full colour.
HEAT_FULL = 4.0
HEAT_ALPHA = 0.55


class LoadLayer:
    """Grid cells coloured by their open cases; the level follows the zoom."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session
        self._cells: dict[str, GridCell] = {}
        self._worlds: dict[str, list[NDArray[np.float64]]] = {}
        self.reload()

    def reload(self) -> None:
        """The grid changed."""
        self._cells = {cell.id: cell for cell in self._session.site.grid}
        self._worlds.clear()

    def steps(self, painter: QPainter, projection: MapProjection) -> Iterator[None]:
        level = level_at(projection.zoom, (cell.level for cell in self._cells.values()))
        if level is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        for cell_id, count in load_of(self._session.cases.open_rows(), self._cells, level).items():
            painter.setBrush(theme.colour(theme.COLOURS.accent, SHADES[shade_of(count)]))
            for world in self._world_of(cell_id):
                points = projection.screens_of(world)
                painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in points.tolist()]))
            yield

    def _world_of(self, cell_id: str) -> list[NDArray[np.float64]]:
        if cell_id not in self._worlds:
            self._worlds[cell_id] = [
                worlds_of(
                    np.array([point.lat_deg for point in ring]),
                    np.array([point.lon_deg for point in ring]),
                )
                for ring in self._cells[cell_id].rings
            ]
        return self._worlds[cell_id]


class HeatLayer:
    """Where open cases crowd: each spreads a little, and what adds up glows."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session

    def steps(self, painter: QPainter, projection: MapProjection) -> Iterator[None]:
        places = [row.place for row in self._session.cases.open_rows() if row.place is not None]
        if not places:
            return
        worlds = np.array([world_of(place) for place in places])
        yield
        density = heat_of(projection.screens_of(worlds), projection.width_px, projection.height_px)
        yield
        image = _glow(density)
        yield
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        whole = QRectF(0, 0, image.width() * HEAT_CELL_PX, image.height() * HEAT_CELL_PX)
        for top in range(0, projection.height_px, HEAT_BAND_PX):
            painter.setClipRect(QRectF(0, top, whole.width(), HEAT_BAND_PX))
            painter.drawImage(whole, image)
            painter.setClipping(False)
            yield


def heat_of(screen: NDArray[np.float64], width_px: int, height_px: int) -> NDArray[np.float64]:
    """Cases per heat cell, spread out; shape (rows, columns) of `HEAT_CELL_PX` squares.

    `screen` is (N, 2) pixels; a case in the middle of a cell counts 1.0 there.
    """
    shape = (height_px // HEAT_CELL_PX + 1, width_px // HEAT_CELL_PX + 1)
    reach = 3 * HEAT_REACH
    wide = np.zeros((shape[0] + 2 * reach, shape[1] + 2 * reach))
    cells = np.floor(screen / HEAT_CELL_PX).astype(int) + reach
    inside = ((cells >= 0) & (cells < (wide.shape[1], wide.shape[0]))).all(axis=1)
    np.add.at(wide, (cells[inside, 1], cells[inside, 0]), 1.0)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / HEAT_REACH) ** 2)
    # whole rows and columns at a time: a convolution row by row takes four times as long
    high = np.zeros((shape[0], wide.shape[1]))
    for offset, weight in enumerate(bell.tolist()):
        high += weight * wide[offset : offset + shape[0]]
    heat = np.zeros(shape)
    for offset, weight in enumerate(bell.tolist()):
        heat += weight * high[:, offset : offset + shape[1]]
    return heat


def _glow(density: NDArray[np.float64]) -> QImage:
    """Premultiplied pixels of one colour, stronger where there is more."""
    share = np.clip(density / HEAT_FULL, 0.0, 1.0) ** 0.7 * HEAT_ALPHA
    share[density < 0.08] = 0.0
    colour = theme.colour(theme.COLOURS.amber)
    pixels = np.empty((*density.shape, 4), np.uint8)
    channels = (colour.blue(), colour.green(), colour.red(), 255)
    for index, value in enumerate(channels):
        pixels[..., index] = share * value
    height, width = density.shape
    return QImage(
        pixels.tobytes(), width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied
    ).copy()
