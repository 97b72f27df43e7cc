"""The static ground: waters, parks, buildings, streets, grid cells and their names.

Kept in patches of neighbouring lines, so that a paint touches what is in sight only, and painted in
steps. Threads: GUI thread only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF, QTransform

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
FOOTWAY_NAMES_FROM_ZOOM = 16.5
#: Patches across the world (about a kilometre each), and the most lines one paints in one step.
PATCHES = 2.0**15
PATCH_LINES = 48


@dataclass(frozen=True, slots=True)
class Patch:
    """Lines that lie near each other: one path relative to the ground's origin, and its bounds."""

    path: QPainterPath
    bounds: QRectF


@dataclass(frozen=True, slots=True)
class _Name:
    """A street by its name: all its lines, its best rank, and where it lies (world)."""

    text: str
    rank: int
    lines: tuple[NDArray[np.float64], ...]
    box: tuple[float, float, float, float]


class Ground:
    """The base map and the grid, ready to be painted at any projection."""

    def __init__(self, basemap: BaseMap, grid: Sequence[GridCell]) -> None:
        self._basemap = basemap
        self._origin = np.array(_middle(basemap, grid))
        self._areas = {
            kind: self._patches([area.world for area in basemap.areas if area.kind is kind])
            for kind in AreaKind
        }
        self._streets = [
            self._patches([s.world for s in basemap.streets if s.rank == rank], closed=False)
            for rank in range(len(STREET_WIDTH_M))
        ]
        self._cells = [
            (cell, self._patch(_rings(cell), closed=True)) for cell in grid if cell.rings
        ]
        self._cell_middles = {
            cell.id: np.mean(np.concatenate(_rings(cell)), axis=0) for cell in grid if cell.rings
        }
        self._names = _names_of(basemap.streets)

    @property
    def attribution(self) -> str:
        return self._basemap.attribution

    def _patches(self, lines: Sequence[NDArray[np.float64]], *, closed: bool = True) -> list[Patch]:
        """The lines, neighbours together."""
        near: dict[tuple[int, int], list[NDArray[np.float64]]] = defaultdict(list)
        for world in lines:
            x, y = world.mean(axis=0).tolist()
            near[int(x * PATCHES), int(y * PATCHES)].append(world)
        return [
            self._patch(group[start : start + PATCH_LINES], closed=closed)
            for group in near.values()
            for start in range(0, len(group), PATCH_LINES)
        ]

    def _patch(self, lines: Sequence[NDArray[np.float64]], *, closed: bool) -> Patch:
        path = QPainterPath()
        for world in lines:
            local = (world - self._origin) * PATH_SCALE
            path.addPolygon(QPolygonF([QPointF(x, y) for x, y in local.tolist()]))
            if closed:
                path.closeSubpath()
        return Patch(path, path.controlPointRect())

    def steps(
        self,
        painter: QPainter,
        projection: MapProjection,
        *,
        cells: bool,
        over: Callable[[], Iterator[None]] | None = None,
    ) -> Iterator[None]:
        """Paints the ground of `projection`, a little at a time.

        `over` paints a raster base map over streets and names; the cells lie over that.
        """
        left, top = projection.screen_of_world(*self._origin.tolist())
        scale = projection.scale_px / PATH_SCALE
        place = QTransform(scale, 0, 0, scale, left, top)
        window = QRectF(0, 0, projection.width_px, projection.height_px)
        seen = place.inverted()[0].mapRect(window.adjusted(-40, -40, 40, 40))
        painter.setTransform(place, True)
        yield from self._shape_steps(painter, projection, seen)
        painter.resetTransform()
        names = NamePlacer(painter, projection)
        yield from self._name_steps(names, projection)
        if over is not None:
            yield from over()
            names = NamePlacer(painter, projection)
        if cells:
            painter.setTransform(place, True)
            yield from self._cell_steps(painter, projection, seen)
            painter.resetTransform()
            yield from self._cell_name_steps(names, projection)

    def _shape_steps(
        self, painter: QPainter, projection: MapProjection, seen: QRectF
    ) -> Iterator[None]:
        colours = theme.COLOURS
        fills = [(AreaKind.WATER, colours.map_water), (AreaKind.PARK, colours.map_park)]
        if projection.zoom >= BUILDINGS_FROM_ZOOM:
            fills.append((AreaKind.BUILDING, colours.panel))
        for kind, colour in fills:
            for patch in _in_sight(self._areas[kind], seen):
                painter.fillPath(patch.path, theme.colour(colour))
                yield
        for rank in range(len(STREET_WIDTH_M) - 1, -1, -1):
            if rank < 5 or projection.zoom >= FOOTWAYS_FROM_ZOOM:
                pen = _street_pen(rank, projection)
                for patch in _in_sight(self._streets[rank], seen):
                    painter.strokePath(patch.path, pen)
                    yield

    def _cell_steps(
        self, painter: QPainter, projection: MapProjection, seen: QRectF
    ) -> Iterator[None]:
        for cell, patch in self._cells:
            cell_pen = _cell_pen(cell.level, projection.zoom)
            if cell_pen is not None and patch.bounds.intersects(seen):
                painter.strokePath(patch.path, cell_pen)
                yield

    def _name_steps(self, placer: NamePlacer, projection: MapProjection) -> Iterator[None]:
        for area in self._basemap.areas:
            if area.name and area.kind is not AreaKind.BUILDING:
                placer.place_area(area.name, area.world)
                yield
        west, north = projection.world_at(0, 0)
        east, south = projection.world_at(projection.width_px, projection.height_px)
        for name in self._names:
            x1, y1, x2, y2 = name.box
            is_drawn = name.rank < 6 or projection.zoom >= FOOTWAY_NAMES_FROM_ZOOM
            if is_drawn and x1 < east and x2 > west and y1 < south and y2 > north:
                placer.place_street(name.text, name.lines, name.rank)
                yield

    def _cell_name_steps(self, placer: NamePlacer, projection: MapProjection) -> Iterator[None]:
        west, north = projection.world_at(0, 0)
        east, south = projection.world_at(projection.width_px, projection.height_px)
        for cell, _patch in self._cells:
            wanted = {
                GridLevel.DISTRICT: False,
                GridLevel.STREET: projection.zoom < 15.5,
                GridLevel.COMMUNITY: 14.5 <= projection.zoom < 17,
                GridLevel.CELL: projection.zoom >= 17,
            }[cell.level]
            middle = self._cell_middles.get(cell.id)
            if not wanted or middle is None:
                continue
            x, y = float(middle[0]), float(middle[1])
            if west < x < east and north < y < south:
                placer.place_cell(cell.name, (x, y), cell.level)
                yield


def _in_sight(patches: Iterable[Patch], seen: QRectF) -> Iterator[Patch]:
    return (patch for patch in patches if patch.bounds.intersects(seen))


def _names_of(streets: Iterable[StreetLine]) -> list[_Name]:
    """One entry a name, the most important first."""
    by_name: dict[str, list[StreetLine]] = defaultdict(list)
    for street in streets:
        if street.name:
            by_name[street.name].append(street)
    found = []
    for text, lines in by_name.items():
        points = np.concatenate([line.world for line in lines])
        (x1, y1), (x2, y2) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        rank = min(line.rank for line in lines)
        found.append(_Name(text, rank, tuple(line.world for line in lines), (x1, y1, x2, y2)))
    return sorted(found, key=lambda name: name.rank)


def _street_pen(rank: int, projection: MapProjection) -> QPen:
    width = max(STREET_MIN_PX[rank], STREET_WIDTH_M[rank] / projection.metres_per_px)
    colours = theme.COLOURS
    pen = QPen(theme.colour(colours.map_street_major if rank <= 2 else colours.map_street), width)
    pen.setCosmetic(True)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    if rank == 6:
        pen.setDashPattern([2.0, 3.0])
    return pen


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
