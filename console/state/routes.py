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

#: A route starts at the nearest point of a street no further than this, metres.
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
        self._edges: NDArray[np.int64] = np.array(
            [pair for pair in shortest if pair[0] < pair[1]], dtype=np.int64
        ).reshape(-1, 2)
        self._matrix = csr_matrix((list(shortest.values()), (rows, columns)), shape=(size, size))

    def __len__(self) -> int:
        return len(self._world)

    def _joined(self, place: GeoPoint) -> tuple[tuple[float, float], int, int] | None:
        """(world point on the nearest street, the two nodes it lies between); None when far."""
        if not len(self._edges):
            return None
        here = np.array(world_of(place))
        start, end = self._world[self._edges[:, 0]], self._world[self._edges[:, 1]]
        along = end - start
        length = np.maximum((along**2).sum(axis=1), 1e-30)
        share = np.clip(((here - start) * along).sum(axis=1) / length, 0.0, 1.0)
        points = start + along * share[:, None]
        edge = int(np.argmin(((points - here) ** 2).sum(axis=1)))
        point = (float(points[edge, 0]), float(points[edge, 1]))
        if distance_m(place, place_of(*point)) > SNAP_MAX_M:
            return None
        return point, int(self._edges[edge, 0]), int(self._edges[edge, 1])

    def route(self, start: GeoPoint, end: GeoPoint) -> tuple[NDArray[np.float64], float] | None:
        """World points (N, 2) from `start` to `end` and the length in metres; None if unjoined."""
        first, last = self._joined(start), self._joined(end)
        if first is None or last is None:
            return None
        if first[1:] == last[1:]:
            return _measured([world_of(start), first[0], last[0], world_of(end)])
        reaches, befores = dijkstra(self._matrix, indices=list(last[1:]), return_predecessors=True)
        best: tuple[float, list[int]] | None = None
        for node in first[1:]:
            for row, goal in enumerate(last[1:]):
                ends_m = self._apart_m(first[0], node) + self._apart_m(last[0], goal)
                total_m = float(reaches[row][node]) + ends_m
                if np.isfinite(total_m) and (best is None or total_m < best[0]):
                    best = (total_m, _chain(befores[row], node, goal))
        if best is None:
            return None
        nodes = [(float(x), float(y)) for x, y in self._world[best[1]]]
        return _measured([world_of(start), first[0], *nodes, last[0], world_of(end)])

    def _apart_m(self, point: tuple[float, float], node: int) -> float:
        return distance_m(place_of(*point), place_of(*self._world[node]))


def _chain(before: NDArray[np.int32], node: int, goal: int) -> list[int]:
    chain = [node]
    while chain[-1] != goal:
        chain.append(int(before[chain[-1]]))
    return chain


def _measured(points: list[tuple[float, float]]) -> tuple[NDArray[np.float64], float]:
    places = [place_of(*point) for point in points]
    length_m = sum(distance_m(a, b) for a, b in itertools.pairwise(places))
    return np.array(points), length_m
