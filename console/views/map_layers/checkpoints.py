"""Check points on the map: a square each with the sign of its class; in the present round: visited filled, missed hollow.

Threads: GUI thread only.
"""

from __future__ import annotations

import enum
from collections.abc import Generator, Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF

from config.site import Checkpoint
from console.state.map_layers import MapLayer, MapLayers
from console.state.map_projection import MapProjection, worlds_of
from console.state.session import ConsoleSession, SelectionKind
from console.views import theme
from console.views.map_layers.groups import Groups
from console.views.map_layers.markers import Labels, Markers, parts_of, sprite

#: Below this zoom thousands of squares are only a stain.
FROM_ZOOM = 13.0
NAMES_FROM_ZOOM = 16.6
SPRITE_PX = 18
#: From here on a point shows the first letter of its class, this high.
SIGNS_FROM_ZOOM = 15.0
SIGN_PX = 10


class _Look(enum.Enum):
    UNKNOWN = "unknown"
    VISITED = "visited"
    MISSED = "missed"


class CheckpointLayer:
    """All check points of the site."""

    def __init__(self, session: ConsoleSession, layers: MapLayers) -> None:
        self._session = session
        self._layers = layers
        self._classes: NDArray[np.object_] = np.zeros(0, dtype=object)
        self._points: tuple[Checkpoint, ...] = ()
        self._world: NDArray[np.float64] = np.zeros((0, 2))
        self._sprites: dict[tuple[_Look, str, float], QPixmap] = {}
        self.reload()

    @property
    def classes(self) -> list[str]:
        """Every class there is, in order."""
        return sorted(set(self._classes.tolist()))

    def reload(self) -> None:
        """The register or the theme changed."""
        self._sprites.clear()
        self._points = self._session.site.checkpoints
        self._classes = np.array([each.checkpoint_class for each in self._points], dtype=object)
        places = [point.place for point in self._points]
        self._world = worlds_of(
            np.array([place.lat_deg for place in places]),
            np.array([place.lon_deg for place in places]),
        )

    def steps(
        self,
        painter: QPainter,
        projection: MapProjection,
        ratio: float,
        labels: Labels,
        groups: Groups,
    ) -> Generator[None, None, Markers]:
        """Paints those in sight, a little at a time; which were painted."""
        if projection.zoom < FROM_ZOOM or not self._points:
            return Markers(SelectionKind.CHECKPOINT)
        screen = projection.screens_of(self._world)
        size = np.array((projection.width_px, projection.height_px))
        shown = np.flatnonzero(((screen > -20) & (screen < size + 20)).all(axis=1))
        wanted = self._layers.checkpoint_class
        if wanted:
            shown = shown[self._classes[shown] == wanted]
        shown = shown[groups.singles(MapLayer.CHECKPOINTS, screen[shown])]
        points = screen[shown]
        rows = [self._points[index] for index in shown.tolist()]
        visited = self._session.patrol.get()
        has_signs = projection.zoom >= SIGNS_FROM_ZOOM
        looks = [
            (_look(row.id, visited), row.checkpoint_class[:1] if has_signs else "") for row in rows
        ]
        self.paint_route(painter, projection)
        corners = np.rint(points - SPRITE_PX / 2).astype(int).tolist()
        sprites = {look: self._sprite(*look, ratio) for look in set(looks)}
        yield
        for part in parts_of(len(rows)):
            for look, (left, top) in zip(looks[part], corners[part], strict=True):
                painter.drawPixmap(left, top, sprites[look])
            yield
        if projection.zoom >= NAMES_FROM_ZOOM:
            for row, (x, y) in zip(rows, points.tolist(), strict=True):
                if labels.is_full:
                    break
                labels.paint(painter, row.name, x + 10, y, theme.COLOURS.secondary)
                yield
        return Markers(SelectionKind.CHECKPOINT, [row.id for row in rows], points)

    def paint_route(self, painter: QPainter, projection: MapProjection) -> None:
        """The planned route of the round that is looked at: a dashed line from point to point."""
        route = self._session.patrol_route.get()
        if len(route) < 2:
            return
        world = worlds_of(
            np.array([place.lat_deg for place in route]),
            np.array([place.lon_deg for place in route]),
        )
        line = QPolygonF([QPointF(x, y) for x, y in projection.screens_of(world).tolist()])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour(theme.COLOURS.background, 0.8), 5.0))
        painter.drawPolyline(line)
        painter.setPen(QPen(theme.colour(theme.COLOURS.secondary), 2.0, Qt.PenStyle.DashLine))
        painter.drawPolyline(line)

    def _sprite(self, look: _Look, sign: str, ratio: float) -> QPixmap:
        key = (look, sign, ratio)
        if key not in self._sprites:
            self._sprites[key] = _drawn(look, sign, ratio)
        return self._sprites[key]


def _look(point_id: str, visited: Mapping[str, int | None]) -> _Look:
    if point_id not in visited:
        return _Look.UNKNOWN
    return _Look.MISSED if visited[point_id] is None else _Look.VISITED


def _drawn(look: _Look, sign: str, ratio: float) -> QPixmap:
    pixmap, painter = sprite(SPRITE_PX, ratio)
    colours = theme.COLOURS
    ink = {
        _Look.UNKNOWN: colours.secondary,
        _Look.VISITED: colours.green,
        _Look.MISSED: colours.amber,
    }
    painter.setPen(QPen(theme.colour(ink[look]), 1.5))
    fill = Qt.BrushStyle.NoBrush if look is _Look.MISSED else theme.colour(ink[look], 0.75)
    painter.setBrush(fill)
    if not sign:
        painter.drawRect(QRectF(-3.5, -3.5, 7, 7))
        painter.end()
        return pixmap
    box = QRectF(-7.5, -7.5, 15, 15)
    painter.drawRoundedRect(box, 2, 2)
    painter.setFont(theme.font(SIGN_PX, bold=True))
    filled = look is not _Look.MISSED
    painter.setPen(theme.colour(colours.background if filled else ink[look]))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, sign)
    painter.end()
    return pixmap
