"""Groups: where hundreds stand too close to be told apart, one plate says how many of what.

Cells are fixed to the ground, so that panning never regroups. What matters now (the open case, an
urgent one, somebody sent, a lost camera or one that sees the place) is never grouped; a plate with
cases shows the worst of their lights. Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from console.state.cases import Light
from console.state.map_layers import MapLayer
from console.state.map_projection import MapProjection
from console.state.session import SelectionKind
from console.views import theme
from console.views.lights import paint_light
from console.views.map_layers.markers import Markers
from console.views.words import translate

#: A layer is grouped from so many markers in sight on, in cells of this size that hold so many.
DENSE_COUNT = {MapLayer.CASES: 60}
DENSE_OTHERS_COUNT = 250
CELL_PX = 104
LEAST_COUNT = 6
_ID_PREFIX = "group:"
_ORDER = (MapLayer.CASES, MapLayer.PEOPLE, MapLayer.CAMERAS, MapLayer.CHECKPOINTS)

#: From what hurts least to what hurts most.
_BADNESS = (Light.NONE, Light.GREEN, Light.AMBER, Light.RED)

Cell = tuple[int, int]


class Groups:
    """What one sheet groups; made anew with it."""

    def __init__(self, projection: MapProjection, *, is_on: bool) -> None:
        self.is_on = is_on
        left, top = projection.world_at(0, 0)
        self._origin = np.array((left, top)) * projection.scale_px
        self._counts: dict[Cell, dict[MapLayer, int]] = {}
        self._sums: dict[Cell, NDArray[np.float64]] = {}
        self._boxes: dict[Cell, QRectF] = {}
        self._lights: dict[Cell, Light] = {}

    def singles(
        self,
        layer: MapLayer,
        points: NDArray[np.float64],
        apart: NDArray[np.bool_] | None = None,
        lights: Sequence[Light] = (),
    ) -> NDArray[np.intp]:
        """Which of `points` (N, 2) are painted one by one; the others are counted here.

        `apart`: (N,) those that are never grouped. `lights`: of cases, one each.
        """
        everything = np.arange(len(points))
        if not self.is_on or len(points) < DENSE_COUNT.get(layer, DENSE_OTHERS_COUNT):
            return everything
        cells = np.floor((points + self._origin) / CELL_PX).astype(np.int64)
        corners, which, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
        which = which.reshape(-1)
        is_grouped = counts[which] >= LEAST_COUNT
        if apart is not None:
            is_grouped &= ~apart
        members, numbers = points[is_grouped], which[is_grouped]
        totals = np.bincount(numbers, minlength=len(corners))
        sums = [np.bincount(numbers, axis, minlength=len(corners)) for axis in members.T]
        for index in np.flatnonzero(totals).tolist():
            cell: Cell = tuple(corners[index].tolist())
            self._counts.setdefault(cell, {})[layer] = int(totals[index])
            added = np.array([axis[index] for axis in sums])
            self._sums[cell] = self._sums.get(cell, np.zeros(2)) + added
        if lights:
            for place in np.flatnonzero(is_grouped).tolist():
                x, y = cells[place].tolist()
                worst = self._lights.get((x, y), Light.NONE)
                self._lights[(x, y)] = max(worst, lights[place], key=_BADNESS.index)
        return everything[~is_grouped]

    def add(self, other: Groups, left_px: float, top_px: float) -> None:
        """What another picture of this zoom counted, laid under this one at left, top."""
        for cell, counts in other._counts.items():
            self._counts.setdefault(cell, {}).update(counts)
            total = sum(counts.values())
            moved = other._sums[cell] + np.array((left_px, top_px)) * total
            self._sums[cell] = self._sums.get(cell, np.zeros(2)) + moved
        self._lights.update(other._lights)

    def place(self) -> None:
        """Where the plates stand; called when every layer has been counted."""
        metrics = QFontMetricsF(theme.font(theme.SIZE_DENSE_PX, bold=True))
        for cell, counts in self._counts.items():
            middle = self._sums[cell] / sum(counts.values())
            width = sum(metrics.horizontalAdvance(str(n)) + 22 for n in counts.values()) + 6
            box = QRectF(middle[0] - width / 2, middle[1] - 11, width, 22)
            self._boxes[cell] = box

    def steps(self, painter: QPainter) -> Iterator[None]:
        """The plates: a sign and a number for each kind."""
        painter.setFont(theme.font(theme.SIZE_DENSE_PX, bold=True))
        for cell, box in self._boxes.items():
            painter.setPen(QPen(theme.colour(theme.COLOURS.line), 1.0))
            painter.setBrush(theme.colour(theme.COLOURS.raised, 0.94))
            painter.drawRoundedRect(box, 4, 4)
            x = box.left() + 6
            for layer in _ORDER:
                count = self._counts[cell].get(layer)
                if count is not None:
                    light = self._lights.get(cell) if layer is MapLayer.CASES else None
                    x = _paint_count(painter, layer, count, x, box, light)
            yield

    def markers(self) -> Markers:
        """The plates for the pointer."""
        ids = [f"{_ID_PREFIX}{x}:{y}" for x, y in self._boxes]
        middles = [box.center().toTuple() for box in self._boxes.values()]
        points = np.array(middles, dtype=np.float64).reshape(-1, 2)
        return Markers(SelectionKind.GROUP, ids, points)

    def text_of(self, group_id: str) -> str:
        """How many of what a plate stands for."""
        x, y = map(int, group_id.removeprefix(_ID_PREFIX).split(":"))
        counts = self._counts.get((x, y), {})
        texts = {
            MapLayer.CASES: translate("Map", "{0} cases"),
            MapLayer.PEOPLE: translate("Map", "{0} inspectors"),
            MapLayer.CAMERAS: translate("Map", "{0} cameras"),
            MapLayer.CHECKPOINTS: translate("Map", "{0} check points"),
        }
        parts = [texts[layer].format(counts[layer]) for layer in _ORDER if layer in counts]
        return " · ".join(parts) + "\n" + translate("Map", "click: closer")


def _paint_count(
    painter: QPainter, layer: MapLayer, count: int, x: float, box: QRectF, light: Light | None
) -> float:
    """One sign with its number; where the next begins."""
    middle = QPointF(x + 5, box.center().y())
    ink = theme.COLOURS.text if layer is MapLayer.PEOPLE else theme.COLOURS.secondary
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(ink))
    if light is not None:
        paint_light(painter, middle, light, 5.0)
    elif layer is MapLayer.PEOPLE:
        corners = ((0.0, -5.0), (4.5, 4.0), (-4.5, 4.0))
        painter.drawPolygon(QPolygonF([middle + QPointF(dx, dy) for dx, dy in corners]))
    elif layer is MapLayer.CAMERAS:
        painter.drawEllipse(middle, 4.2, 4.2)
    else:
        painter.drawRect(QRectF(middle.x() - 3.5, middle.y() - 3.5, 7, 7))
    text = str(count)
    width = painter.fontMetrics().horizontalAdvance(text)
    painter.setPen(theme.colour(theme.COLOURS.text))
    room = QRectF(x + 13, box.top(), width + 4, box.height())
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
    return x + 22 + width
