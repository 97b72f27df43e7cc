"""Trails on the map while they are replayed: the walk so far, everybody at that moment.

A ring instead of a disc means: not known just then, last seen there. Threads: GUI thread only.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from console.state.map_projection import MapProjection
from console.state.people import People
from console.state.trails import Known, TrailReplay
from console.views import theme
from console.views.map_layers.markers import Labels

#: Names of more people than this would only cover the map.
NAMES_MOST = 60
_RADIUS_PX = 5.0


class TrailLayer:
    """Paints a replay; nothing while none is open."""

    def __init__(self, replay: TrailReplay, people: People) -> None:
        self._replay = replay
        self._people = people

    def paint(self, painter: QPainter, projection: MapProjection, labels: Labels) -> None:
        colours = theme.COLOURS
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour(colours.accent), 2.0))
        for pieces in self._replay.tails():
            for piece in pieces:
                points = projection.screens_of(piece)
                painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points.tolist()]))
        placed = self._replay.placed()
        for one in placed:
            ((x, y),) = projection.screens_of(np.array([one.world])).tolist()
            is_sure = one.known is Known.SURE
            ink = theme.colour(colours.accent if is_sure else colours.disabled)
            painter.setPen(QPen(theme.colour(colours.background) if is_sure else ink, 1.6))
            painter.setBrush(ink if is_sure else theme.colour(colours.background))
            painter.drawEllipse(QPointF(x, y), _RADIUS_PX, _RADIUS_PX)
            if len(placed) <= NAMES_MOST and not labels.is_full:
                name = self._people.name_of(one.inspector_id)
                labels.paint(painter, name, x + 9, y, colours.text if is_sure else colours.disabled)
