"""RouteKeeper: the way of whoever is on the open case, found again when they have moved.

Threads: GUI thread only; one search takes about a millisecond on a district's graph.
"""

from __future__ import annotations

import numpy as np

from config.geometry import GeoPoint, distance_m
from console.state.basemap import BaseMap
from console.state.map_projection import world_of
from console.state.routes import StreetGraph
from console.state.session import ConsoleSession
from console.views.map_layers.cases import CaseLayer

#: The route is found again when its walker has moved this far, metres.
ROUTE_STEP_M = 8.0


class RouteKeeper:
    """Puts the route into the case layer; a straight dashed line where no street joins."""

    def __init__(self, session: ConsoleSession, layer: CaseLayer) -> None:
        self._session = session
        self._layer = layer
        self._graph = StreetGraph(BaseMap())
        self._ends: tuple[GeoPoint, GeoPoint] | None = None

    def set_basemap(self, basemap: BaseMap) -> None:
        self._graph = StreetGraph(basemap)
        self._ends = None
        self.refresh()

    def refresh(self) -> None:
        """None while nobody is on the open case, or the case ended."""
        row = self._session.cases.get(self._session.open_case.get())
        person = self._session.people.get(row.case.inspector_id) if row is not None else None
        if row is None or person is None or row.place is None or row.ended:
            self._ends, self._layer.route = None, None
            return
        if self._ends is not None and self._is_near(person.place, row.place):
            return
        self._ends = (person.place, row.place)
        found = self._graph.route(person.place, row.place)
        self._layer.route_follows_streets = found is not None
        straight = np.array([world_of(person.place), world_of(row.place)])
        self._layer.route = straight if found is None else found[0]

    def _is_near(self, start: GeoPoint, end: GeoPoint) -> bool:
        assert self._ends is not None
        return self._ends[1] == end and distance_m(self._ends[0], start) < ROUTE_STEP_M
