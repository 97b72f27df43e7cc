"""A site's further layers on the map: spots by shape, lines, areas by outline; names when near.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from console.state.map_layers import MapLayers, site_layer_name
from console.state.map_projection import MapProjection
from console.state.session import SelectionKind
from console.state.site_layers import SiteLayer
from console.views import theme
from console.views.map_layers.markers import Labels, Markers, parts_of, sprite

SPOTS_FROM_ZOOM = 12.5
NAMES_FROM_ZOOM = 16.2
SPRITE_PX = 14


def _circle(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(0, 0), 4, 4)


def _triangle(painter: QPainter) -> None:
    painter.drawPolygon(QPolygonF([QPointF(0, -5), QPointF(4.5, 4), QPointF(-4.5, 4)]))


def _diamond(painter: QPainter) -> None:
    painter.drawPolygon(QPolygonF([QPointF(0, -5), QPointF(5, 0), QPointF(0, 5), QPointF(-5, 0)]))


def _cross(painter: QPainter) -> None:
    painter.drawLine(QPointF(-4, -4), QPointF(4, 4))
    painter.drawLine(QPointF(-4, 4), QPointF(4, -4))


#: Layers differ by shape, not by colour: colour means something here. In the files' order.
SHAPES: tuple[Callable[[QPainter], None], ...] = (_circle, _triangle, _diamond, _cross)


class SiteLayers:
    """All further layers."""

    def __init__(self, layers: MapLayers) -> None:
        self._layers = layers
        self._known: tuple[SiteLayer, ...] = ()

    def set(self, known: tuple[SiteLayer, ...]) -> None:
        self._known = known

    def counts(self) -> dict[str, int]:
        """Features by the layer's switch."""
        return {site_layer_name(layer.name): layer.feature_count for layer in self._known}

    def name_of(self, feature_id: str) -> str:
        """What a marker of ours stands for: layer and name."""
        layer_index, spot = map(int, feature_id.split(":"))
        layer = self._known[layer_index]
        name = layer.point_names[spot]
        return f"{layer.name} · {name}" if name else layer.name

    def ground_steps(
        self, painter: QPainter, projection: MapProjection
    ) -> Generator[None, None, None]:
        """Areas and lines, under everything that stands."""
        ink = theme.COLOURS.secondary
        for layer in self._on():
            painter.setPen(QPen(theme.colour(ink, 0.9), 1.5, Qt.PenStyle.DashLine))
            painter.setBrush(theme.colour(ink, 0.08))
            for world in layer.areas:
                if (polygon := _in_sight(world, projection)) is not None:
                    painter.drawPolygon(polygon)
                    yield
            painter.setPen(QPen(theme.colour(ink, 0.9), 2.0))
            for world in layer.lines:
                if (polygon := _in_sight(world, projection)) is not None:
                    painter.drawPolyline(polygon)
                    yield

    def steps(
        self, painter: QPainter, projection: MapProjection, ratio: float, labels: Labels
    ) -> Generator[None, None, Markers]:
        """Spots in sight, and the names of what is near; which spots were painted."""
        ids: list[str] = []
        places = [np.zeros((0, 2))]
        for index, layer in enumerate(self._known):
            is_on = self._layers.is_on(site_layer_name(layer.name))
            if not is_on or projection.zoom < SPOTS_FROM_ZOOM:
                continue
            screen = projection.screens_of(layer.points)
            size = np.array((projection.width_px, projection.height_px))
            shown = np.flatnonzero(((screen > -20) & (screen < size + 20)).all(axis=1))
            points = screen[shown]
            pixmap, brush = sprite(SPRITE_PX, ratio)
            brush.setPen(QPen(theme.colour(theme.COLOURS.text), 1.5))
            brush.setBrush(theme.colour(theme.COLOURS.background, 0.6))
            SHAPES[index % len(SHAPES)](brush)
            brush.end()
            corners = np.rint(points - SPRITE_PX / 2).astype(int).tolist()
            for part in parts_of(len(corners)):
                for left, top in corners[part]:
                    painter.drawPixmap(left, top, pixmap)
                yield
            ids += [f"{index}:{spot}" for spot in shown.tolist()]
            places.append(points)
            if projection.zoom >= NAMES_FROM_ZOOM:
                yield from _names(painter, layer, shown.tolist(), points.tolist(), labels)
        return Markers(SelectionKind.FEATURE, ids, np.concatenate(places))

    def _on(self) -> list[SiteLayer]:
        return [one for one in self._known if self._layers.is_on(site_layer_name(one.name))]


def _names(
    painter: QPainter,
    layer: SiteLayer,
    shown: list[int],
    points: list[list[float]],
    labels: Labels,
) -> Generator[None, None, None]:
    for spot, (x, y) in zip(shown, points, strict=True):
        name = layer.point_names[spot]
        if labels.is_full:
            return
        if name:
            labels.paint(painter, name, x + 8, y, theme.COLOURS.secondary)
            yield


def _in_sight(world: np.typing.NDArray[np.float64], projection: MapProjection) -> QPolygonF | None:
    screen = projection.screens_of(world)
    low, high = screen.min(axis=0), screen.max(axis=0)
    window = QRectF(0, 0, projection.width_px, projection.height_px)
    box = QRectF(QPointF(*low.tolist()), QPointF(*high.tolist())).adjusted(-1, -1, 1, 1)
    if not window.intersects(box):
        return None
    return QPolygonF([QPointF(x, y) for x, y in screen.tolist()])
