"""Map matching: a scattered trail laid onto the streets it was most likely walked along.

A hidden Markov model after Newson and Krumm (2009): each fix may have been at a few street nodes
near it (the nearer the likelier), and between two fixes the way along the streets should be about
as long as the straight line. Viterbi picks the likeliest chain; the ways between are filled in with
times by distance. Where no street is near, or across a gap, the fixes stay as they are. Pure.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from config.geometry import EARTH_RADIUS_M
from console.desk.trail_rules import GAP_S
from ingest.positions.trails import TrailPoint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Streets further from a fix than this are no candidates; phones between houses scatter 5–30 m.
REACH_M = 40.0
CANDIDATES_MOST = 6
#: Standard deviation of a fix, and by how much a way may typically be longer than the line.
SCATTER_M = 10.0
DETOUR_M = 12.0
#: Fixes nearer than this to the last one taken say nothing of the way, only of the scatter.
STEP_M = 30.0
#: Fixes so near in time are averaged first: what scatters to and fro is no walk to and fro.
SMOOTH_S = 12.0
#: A way is followed so much further than the straight line.
WAY_FACTOR, WAY_MORE_M = 3.0, 150.0
#: Streets this far around a trail are looked at.
MARGIN_DEG = 0.003


class StreetGraph(Struct, frozen=True):
    """What matching needs of a network: places (N, 2) lat, lon and a csr of metres, walked both ways."""

    places_deg: NDArray[np.float64]
    metres: Any


def matched(trail: Sequence[TrailPoint], graph: StreetGraph) -> list[TrailPoint]:
    """The trail along streets; times stay in order, first and last moment stay."""
    found: list[TrailPoint] = []
    for part in _parts(trail):
        found += _Part(part, graph).points()
    return found


def _parts(trail: Sequence[TrailPoint]) -> list[list[TrailPoint]]:
    """The trail cut at its gaps."""
    parts: list[list[TrailPoint]] = []
    for point in trail:
        if not parts or point.fix_ms - parts[-1][-1].fix_ms > GAP_S * 1000:
            parts.append([])
        parts[-1].append(point)
    return parts


class _Part:
    """A stretch without a gap."""

    def __init__(self, trail: list[TrailPoint], graph: StreetGraph) -> None:
        import numpy as np

        self._trail = trail
        lat = np.array([point.lat_deg for point in trail])
        lon = np.array([point.lon_deg for point in trail])
        self._scale = np.array([1.0, np.cos(np.radians(lat.mean()))])
        flat = np.radians(np.column_stack([lat, lon]) * self._scale) * EARTH_RADIUS_M
        self._flat = _smoothed(flat, np.array([point.fix_ms for point in trail]))
        near = (
            (graph.places_deg[:, 0] >= lat.min() - MARGIN_DEG)
            & (graph.places_deg[:, 0] <= lat.max() + MARGIN_DEG)
            & (graph.places_deg[:, 1] >= lon.min() - MARGIN_DEG)
            & (graph.places_deg[:, 1] <= lon.max() + MARGIN_DEG)
        )
        nodes = np.flatnonzero(near)
        self._places_deg = graph.places_deg[nodes]
        self._nodes = np.radians(self._places_deg * self._scale) * EARTH_RADIUS_M
        self._metres = graph.metres[nodes][:, nodes]

    def points(self) -> list[TrailPoint]:
        import numpy as np
        from scipy.spatial import cKDTree

        if not len(self._nodes):
            return self._trail
        tree = cKDTree(self._nodes)
        kept = self._thinned()
        found: list[TrailPoint] = []
        chain: list[tuple[int, NDArray[np.int64], NDArray[np.float64]]] = []
        for row in kept:
            asked = tree.query(self._flat[row], k=CANDIDATES_MOST, distance_upper_bound=REACH_M)
            away, nodes = np.atleast_1d(asked[0]), np.atleast_1d(asked[1])
            usable = away < REACH_M
            if usable.any():
                chain.append((row, nodes[usable], away[usable]))
                continue
            found += self._along(chain)
            found.append(self._trail[row])
            chain = []
        return [*found, *self._along(chain)]

    def _thinned(self) -> list[int]:
        """Rows that moved on, and the last one."""
        import numpy as np

        kept = [0]
        for row in range(1, len(self._trail)):
            if np.hypot(*(self._flat[row] - self._flat[kept[-1]])) >= STEP_M:
                kept.append(row)
        last = len(self._trail) - 1
        return kept if kept[-1] == last else [*kept, last]

    def _along(
        self, chain: list[tuple[int, NDArray[np.int64], NDArray[np.float64]]]
    ) -> list[TrailPoint]:
        """The likeliest way through the candidates of fixes in a row."""
        import numpy as np

        if not chain:
            return []
        costs = [0.5 * (chain[0][2] / SCATTER_M) ** 2]
        steps: list[tuple[NDArray[np.int64], NDArray[np.int32]]] = []
        for (row, nodes, _), (next_row, next_nodes, away) in itertools.pairwise(chain):
            line_m = float(np.hypot(*(self._flat[next_row] - self._flat[row])))
            ways_m, before = self._ways(nodes, line_m)
            jump = np.abs(ways_m[:, next_nodes] - line_m) / DETOUR_M
            total = costs[-1][:, None] + jump + 0.5 * (away / SCATTER_M) ** 2
            best = np.argmin(total, axis=0)
            cost = total[best, np.arange(len(next_nodes))]
            if not np.isfinite(cost).any():  # no way in between: two walks, not one
                cut = len(steps) + 1
                return [*self._filled(chain[:cut], costs, steps), *self._along(chain[cut:])]
            costs.append(cost)
            steps.append((best, before))
        return self._filled(chain, costs, steps)

    def _ways(
        self, nodes: NDArray[np.int64], line_m: float
    ) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
        """Metres from each node to every other, as far as it makes sense, and how they go."""
        from scipy.sparse.csgraph import dijkstra

        limit_m = WAY_FACTOR * line_m + WAY_MORE_M
        found: tuple[NDArray[np.float64], NDArray[np.int32]] = dijkstra(
            self._metres, indices=nodes, limit=limit_m, return_predecessors=True
        )
        return found

    def _filled(
        self,
        chain: list[tuple[int, NDArray[np.int64], NDArray[np.float64]]],
        costs: list[NDArray[np.float64]],
        steps: list[tuple[NDArray[np.int64], NDArray[np.int32]]],
    ) -> list[TrailPoint]:
        """Back along the cheapest chain, with the street corners in between."""
        import numpy as np

        choice = int(np.argmin(costs[-1]))
        ways: list[list[int]] = []
        for index in range(len(steps), 0, -1):
            best, before = steps[index - 1]
            former = int(best[choice])
            way = [int(chain[index][1][choice])]
            start = int(chain[index - 1][1][former])
            while way[-1] != start:
                way.append(int(before[former, way[-1]]))
            ways.append(way[::-1])
            choice = former
        first = self._trail[chain[0][0]]
        found = [self._point(int(chain[0][1][choice]), first.fix_ms)]
        for index, way in enumerate(reversed(ways), start=1):
            began, ended = (self._trail[chain[at][0]].fix_ms for at in (index - 1, index))
            found += self._timed(way, began, ended)
        return found

    def _timed(self, way: list[int], began_ms: int, ended_ms: int) -> list[TrailPoint]:
        """The corners after the first, each when somebody of even pace comes by."""
        import numpy as np

        if len(way) == 1:
            return [self._point(way[0], ended_ms)]
        legs = np.hypot(*np.diff(self._nodes[way], axis=0).T)
        share = np.cumsum(legs) / max(float(legs.sum()), 1e-9)
        times = began_ms + np.rint(share * (ended_ms - began_ms)).astype(np.int64)
        return [self._point(node, ms) for node, ms in zip(way[1:], times.tolist(), strict=True)]

    def _point(self, node: int, fix_ms: int) -> TrailPoint:
        lat_deg, lon_deg = self._places_deg[node].tolist()
        return TrailPoint(fix_ms, lat_deg, lon_deg)


def _smoothed(flat: NDArray[np.float64], times_ms: NDArray[np.int64]) -> NDArray[np.float64]:
    """(N, 2) metres, each the mean of those within `SMOOTH_S` of it."""
    import numpy as np

    low = np.searchsorted(times_ms, times_ms - round(SMOOTH_S * 1000), side="left")
    high = np.searchsorted(times_ms, times_ms + round(SMOOTH_S * 1000), side="right")
    sums = np.vstack([np.zeros(2), np.cumsum(flat, axis=0)])
    found: NDArray[np.float64] = (sums[high] - sums[low]) / (high - low)[:, None]
    return found
