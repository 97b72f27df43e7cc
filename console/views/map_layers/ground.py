"""The static ground: waters, parks, buildings, streets, grid cells and their names, in one pixmap.

Painted once per zoom and region with a margin around the window, then blitted; the markers'
layers never repaint it. Threads: GUI thread only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPixmap, QPolygonF, QTransform

from config.site import GridCell, GridLevel
from console.state.basemap import STREET_WIDTH_M, AreaKind, BaseMap, StreetLine
from console.state.map_projection import MapProjection, worlds_of
from console.views import theme
from console.views.map_layers.names import NamePlacer

#: Paths are kept relative to their middle and this much larger: QPainterPath compares its
#: points with a tolerance that would merge neighbouring corners of world coordinates (0..1).
PATH_SCALE = 2.0**24
#: Widest and narrowest stroke of a street, device-independent pixels.
STREET_MIN_PX = (2.6, 2.2, 1.8, 1.4, 1.0, 0.8, 0.7)
#: From this zoom on a thing is drawn.
BUILDINGS_FROM_ZOOM = 15.2
FOOTWAYS_FROM_ZOOM = 14.5
COMMUNITIES_FROM_ZOOM = 13.0
CELLS_FROM_ZOOM = 15.0


class Ground:
    """The base map and the grid, ready to be painted at any projection."""

    def __init__(self, basemap: BaseMap, grid: Sequence[GridCell]) -> None:
        self._basemap = basemap
        self._origin = _middle(basemap, grid)
        self._areas = {
            kind: self._joined([area.world for area in basemap.areas if area.kind is kind])
            for kind in AreaKind
        }
        self._streets = [
            self._joined([s.world for s in basemap.streets if s.rank == rank], closed=False)
            for rank in range(len(STREET_WIDTH_M))
        ]
        self._cells = [(cell, self._joined(_rings(cell))) for cell in grid]
        self._cell_middles = {
            cell.id: np.mean(np.concatenate(_rings(cell)), axis=0) for cell in grid if cell.rings
        }

    @property
    def attribution(self) -> str:
        return self._basemap.attribution

    def _joined(self, lines: Sequence[NDArray[np.float64]], *, closed: bool = True) -> QPainterPath:
        path = QPainterPath()
        for world in lines:
            local = (world - np.array(self._origin)) * PATH_SCALE
            path.addPolygon(QPolygonF([QPointF(x, y) for x, y in local.tolist()]))
            if closed:
                path.closeSubpath()
        return path

    def painted(self, projection: MapProjection, ratio: float, *, cells: bool) -> QPixmap:
        """The ground of `projection` as a pixmap of device pixel ratio `ratio`."""
        pixmap = QPixmap(round(projection.width_px * ratio), round(projection.height_px * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(theme.colour(theme.COLOURS.map_land))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_shapes(painter, projection, cells=cells)
        self._paint_names(painter, projection, cells=cells)
        painter.end()
        return pixmap

    def _paint_shapes(self, painter: QPainter, projection: MapProjection, *, cells: bool) -> None:
        left, top = projection.screen_of_world(*self._origin)
        scale = projection.scale_px / PATH_SCALE
        painter.setTransform(QTransform(scale, 0, 0, scale, left, top), True)
        colours = theme.COLOURS
        self._fill(painter, AreaKind.WATER, colours.map_water)
        self._fill(painter, AreaKind.PARK, colours.map_park)
        if projection.zoom >= BUILDINGS_FROM_ZOOM:
            self._fill(painter, AreaKind.BUILDING, colours.panel)
        for rank in range(len(STREET_WIDTH_M) - 1, -1, -1):
            if rank < 5 or projection.zoom >= FOOTWAYS_FROM_ZOOM:
                self._stroke_streets(painter, projection, rank)
        if cells:
            self._stroke_cells(painter, projection)
        painter.resetTransform()

    def _fill(self, painter: QPainter, kind: AreaKind, colour: str) -> None:
        painter.fillPath(self._areas[kind], theme.colour(colour))

    def _stroke_streets(self, painter: QPainter, projection: MapProjection, rank: int) -> None:
        width = max(STREET_MIN_PX[rank], STREET_WIDTH_M[rank] / projection.metres_per_px)
        major = rank <= 2
        colours = theme.COLOURS
        pen = QPen(theme.colour(colours.map_street_major if major else colours.map_street), width)
        pen.setCosmetic(True)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if rank == 6:
            pen.setDashPattern([2.0, 3.0])
        painter.strokePath(self._streets[rank], pen)

    def _stroke_cells(self, painter: QPainter, projection: MapProjection) -> None:
        for cell, path in self._cells:
            pen = _cell_pen(cell.level, projection.zoom)
            if pen is not None:
                painter.strokePath(path, pen)

    def _paint_names(self, painter: QPainter, projection: MapProjection, *, cells: bool) -> None:
        placer = NamePlacer(painter, projection)
        for area in self._basemap.areas:
            if area.name and area.kind is not AreaKind.BUILDING:
                placer.place_area(area.name, area.world)
        by_name: dict[str, list[StreetLine]] = defaultdict(list)
        for street in self._basemap.streets:
            if street.name and (street.rank < 6 or projection.zoom >= 16.5):
                by_name[street.name].append(street)
        for name, lines in sorted(by_name.items(), key=lambda item: min(s.rank for s in item[1])):
            placer.place_street(name, [line.world for line in lines], min(s.rank for s in lines))
        if cells:
            self._paint_cell_names(placer, projection)

    def _paint_cell_names(self, placer: NamePlacer, projection: MapProjection) -> None:
        for cell, _path in self._cells:
            wanted = {
                GridLevel.DISTRICT: False,
                GridLevel.STREET: projection.zoom < 15.5,
                GridLevel.COMMUNITY: 14.5 <= projection.zoom < 17,
                GridLevel.CELL: projection.zoom >= 17,
            }[cell.level]
            middle = self._cell_middles.get(cell.id)
            if wanted and middle is not None:
                placer.place_cell(cell.name, (float(middle[0]), float(middle[1])), cell.level)


def _rings(cell: GridCell) -> list[NDArray[np.float64]]:
    return [
        worlds_of(
            np.array([point.lat_deg for point in ring]), np.array([point.lon_deg for point in ring])
        )
        for ring in cell.rings
        if len(ring) > 2
    ]


def _middle(basemap: BaseMap, grid: Sequence[GridCell]) -> tuple[float, float]:
    bounds = basemap.bounds
    if bounds is not None:
        return (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    rings = [ring for cell in grid for ring in _rings(cell)]
    if not rings:
        return 0.5, 0.5
    middle = np.concatenate(rings).mean(axis=0)
    return float(middle[0]), float(middle[1])


def _cell_pen(level: GridLevel, zoom: float) -> QPen | None:
    width, alpha, from_zoom = {
        GridLevel.DISTRICT: (2.0, 0.9, 0.0),
        GridLevel.STREET: (1.8, 0.95, 0.0),
        GridLevel.COMMUNITY: (1.2, 0.75, COMMUNITIES_FROM_ZOOM),
        GridLevel.CELL: (1.0, 0.5, CELLS_FROM_ZOOM),
    }[level]
    if zoom < from_zoom:
        return None
    pen = QPen(theme.colour(theme.COLOURS.map_grid, alpha), width)
    pen.setCosmetic(True)
    if level in (GridLevel.COMMUNITY, GridLevel.CELL):
        pen.setDashPattern([4.0, 4.0] if level is GridLevel.COMMUNITY else [2.0, 4.0])
    return pen
