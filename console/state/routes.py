"""StreetGraph: the shortest way along the streets between two places.

Pure once built. Lengths in metres. One-way streets are kept for vehicles, people on foot
ignore them: inspectors walk or ride.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from config.geometry import GeoPoint, distance_m
from console.state.basemap import BaseMap
from console.state.map_projection import place_of, world_of

#: A route starts at the nearest junction no further than this, metres.
SNAP_MAX_M = 400.0


class StreetGraph:
    """Junctions and bends of a base map, joined by its streets. Threads: any (read only)."""

    def __init__(self, basemap: BaseMap) -> None:
        index: dict[int, int] = {}
        world: list[tuple[float, float]] = []
        shortest: dict[tuple[int, int], float] = {}
        for street in basemap.streets:
            numbers = []
            for node, (x, y) in zip(street.nodes, street.world, strict=True):
                if node not in index:
                    index[node] = len(index)
                    world.append((float(x), float(y)))
                numbers.append(index[node])
            for a, b in itertools.pairwise(numbers):
                length_m = distance_m(place_of(*world[a]), place_of(*world[b]))
                for pair in ((a, b), (b, a)):
                    # a csr matrix adds parallel edges up: keep the shortest
                    shortest[pair] = min(length_m, shortest.get(pair, length_m))
        self._world: NDArray[np.float64] = np.array(world).reshape(-1, 2)
        rows = [a for a, _b in shortest]
        columns = [b for _a, b in shortest]
        size = len(world)
        self._matrix = csr_matrix((list(shortest.values()), (rows, columns)), shape=(size, size))

    def __len__(self) -> int:
        return len(self._world)

    def _nearest(self, place: GeoPoint) -> int | None:
        if not len(self._world):
            return None
        away = self._world - np.array(world_of(place))
        node = int(np.argmin((away**2).sum(axis=1)))
        near = distance_m(place, place_of(*self._world[node])) <= SNAP_MAX_M
        return node if near else None

    def route(self, start: GeoPoint, end: GeoPoint) -> tuple[NDArray[np.float64], float] | None:
        """World points (N, 2) from `start` to `end` and the length in metres; None if unjoined."""
        first, last = self._nearest(start), self._nearest(end)
        if first is None or last is None:
            return None
        reaches, befores = dijkstra(self._matrix, indices=[last], return_predecessors=True)
        reach, before = reaches[0], befores[0]
        if not np.isfinite(reach[first]):
            return None
        chain = [first]
        while chain[-1] != last:
            chain.append(int(before[chain[-1]]))
        points = np.vstack((world_of(start), self._world[chain], world_of(end)))
        ends_m = distance_m(start, place_of(*self._world[first]))
        ends_m += distance_m(end, place_of(*self._world[last]))
        return points, float(reach[first]) + ends_m
