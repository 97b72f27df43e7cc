"""Roads: streets.osm.pbf as a graph; distances and routes between places.

The extract is read once, in a thread of its own, because a city takes seconds; until then, and
where there is none, distances are straight lines and say so (`dispatch_rules`). The graph itself is
immutable; any thread may ask it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from config.geometry import GeoPoint, distance_m
from config.travel import Travel
from console.desk.map_matching import StreetGraph
from console.desk.routing import Route, Routing
from console.desk.street_extract import StreetNetworkUnreadable, read_extract

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

#: Longer edges get nodes in between, so that the nearest node is the nearest street: on a block of
#: 200 m the walk to a corner would otherwise be up to 100 m wrong.
NODE_DISTANCE_MAX_M = 10.0
#: A route is first looked for within so many times the straight line (a grid of streets: at most
#: the root of two), and so much more.
ROAD_OVER_LINE, ROAD_MORE_M = 1.45, 200.0
#: A place further than this from any street has no way there.
SNAP_MAX_M = 500.0
_EARTH_RADIUS_M = 6_371_008.8


class _Roads(Struct, frozen=True):
    """The graph of one kind of traveller.

    Attributes:
        along, against: csr, metres from row to column, in and against the way of travel.
        island: (N,) number of the piece a node hangs together with (directions left aside).
        nodes: (K,) nodes this traveller can be at; tree: over their places.
    """

    along: Any
    against: Any
    island: NDArray[np.int32]
    nodes: NDArray[np.int64]
    tree: Any


class StreetNetwork:
    """Streets as nodes and edges in metres, for people on foot and on electric bicycles."""

    def __init__(
        self,
        lat_deg: NDArray[np.float64],
        lon_deg: NDArray[np.float64],
        edges: NDArray[np.int64],
        rides: NDArray[np.bool_] | None = None,
    ) -> None:
        """`lat_deg`, `lon_deg`: (N,) nodes; `edges`: (M, 2) node numbers.

        `rides`: (M, 2), whether a bicycle may go from the first to the second and back; None: always.
        """
        import numpy as np

        lengths = _lengths_m(lat_deg, lon_deg, edges)
        self._pieces_deg = np.stack(
            [np.column_stack([lat_deg[ends], lon_deg[ends]]) for ends in edges.T], axis=1
        )
        if rides is None:
            rides = np.ones((len(edges), 2), dtype=bool)
        lat_deg, lon_deg, pairs, lengths, edge = _with_nodes_between(
            lat_deg, lon_deg, edges, lengths
        )
        self._lat_deg, self._lon_deg = lat_deg, lon_deg
        self._scale = np.array([1.0, np.cos(np.radians(lat_deg.mean()))])
        both = np.concatenate([pairs, pairs[:, ::-1]])
        twice = np.tile(lengths, 2)
        walked = self._roads(both, twice)
        self._of = {Travel.WALKING: walked, Travel.E_BIKE: walked}
        if not rides.all():
            allowed = np.concatenate([rides[edge, 0], rides[edge, 1]])
            self._of[Travel.E_BIKE] = self._roads(both[allowed], twice[allowed])

    def _roads(self, arcs: NDArray[np.int64], lengths_m: NDArray[np.float64]) -> _Roads:
        import numpy as np
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components
        from scipy.spatial import cKDTree

        count = len(self._lat_deg)
        arcs, lengths_m = _shortest_arcs(arcs, lengths_m)
        along = coo_array((lengths_m, (arcs[:, 0], arcs[:, 1])), shape=(count, count)).tocsr()
        _, island = connected_components(along, directed=False)
        nodes = np.unique(arcs)
        places = np.column_stack([self._lat_deg[nodes], self._lon_deg[nodes]]) * self._scale
        against = along.T.tocsr()
        differing: Any = against != along
        return _Roads(along, against if differing.nnz else along, island, nodes, cKDTree(places))

    @property
    def node_count(self) -> int:
        return len(self._lat_deg)

    @classmethod
    def load(cls, path: Path) -> StreetNetwork:
        """Reads an OSM extract. Raises StreetNetworkUnreadable."""
        extract = read_extract(path)
        return cls(extract.lat_deg, extract.lon_deg, extract.edges, extract.rides)

    def distances_m(
        self,
        goal: GeoPoint,
        starts: Sequence[GeoPoint],
        within_m: float = float("inf"),
        travel: Travel = Travel.WALKING,
    ) -> list[float | None]:
        """Metres along the streets from each start to the goal, with the walks to and from the street.

        None: no way at all. Infinite: further than `within_m`, up to where streets are followed.
        """
        import numpy as np
        from scipy.sparse.csgraph import dijkstra

        roads = self._of[travel]
        origin = self._nearest(goal, roads)
        if origin is None or not starts:
            return [None] * len(starts)
        places = np.array([(start.lat_deg, start.lon_deg) for start in starts])
        degrees, rows = roads.tree.query(places * self._scale)
        nodes = roads.nodes[rows]
        walks_m = np.radians(degrees) * _EARTH_RADIUS_M
        reach = dijkstra(roads.against, indices=np.array(origin[0]), limit=within_m)
        metres = reach[nodes] + origin[1] + walks_m
        metres[metres > within_m] = np.inf
        is_cut_off = (walks_m > SNAP_MAX_M) | (roads.island[nodes] != roads.island[origin[0]])
        if np.isinf(within_m):
            is_cut_off |= np.isinf(metres)  # one-way streets lead out, but not in
        return [
            None if cut_off else road
            for cut_off, road in zip(is_cut_off.tolist(), metres.tolist(), strict=True)
        ]

    def route(
        self, start: GeoPoint, end: GeoPoint, travel: Travel = Travel.WALKING
    ) -> Route | None:
        """The shortest way; None where the streets do not connect the two."""
        import numpy as np
        from scipy.sparse.csgraph import dijkstra

        roads = self._of[travel]
        origin, target = self._nearest(start, roads), self._nearest(end, roads)
        if origin is None or target is None:
            return None
        if roads.island[origin[0]] != roads.island[target[0]]:
            return None
        limit_m = ROAD_OVER_LINE * distance_m(start, end) + ROAD_MORE_M
        for limit in (limit_m, 2 * limit_m + 2 * SNAP_MAX_M, np.inf):
            reach, before = dijkstra(
                roads.along, indices=np.array(origin[0]), limit=limit, return_predecessors=True
            )
            if np.isfinite(reach[target[0]]):
                break
        else:
            return None
        metres = float(reach[target[0]] + origin[1] + target[1])
        nodes = [target[0]]
        while nodes[-1] != origin[0]:
            nodes.append(int(before[nodes[-1]]))
        along = [GeoPoint(self._lat_deg[n], self._lon_deg[n]) for n in reversed(nodes)]
        return Route(metres, (start, *along, end))

    def streets_near(
        self, places: Sequence[GeoPoint], margin_m: float, most: int
    ) -> list[tuple[GeoPoint, GeoPoint]]:
        """Pieces of street in the box around `places` widened by `margin_m`; at most `most`."""
        import numpy as np

        points = np.array([(place.lat_deg, place.lon_deg) for place in places])
        margin_deg = np.degrees(margin_m / _EARTH_RADIUS_M) / self._scale
        low, high = points.min(axis=0) - margin_deg, points.max(axis=0) + margin_deg
        first, last = self._pieces_deg.min(axis=1), self._pieces_deg.max(axis=1)
        inside = ((last >= low) & (first <= high)).all(axis=1)
        return [
            (GeoPoint(float(a[0]), float(a[1])), GeoPoint(float(b[0]), float(b[1])))
            for a, b in self._pieces_deg[inside][:most]
        ]

    @property
    def graph(self) -> StreetGraph:
        """What is walked, for `map_matching`."""
        import numpy as np

        places = np.column_stack([self._lat_deg, self._lon_deg])
        return StreetGraph(places, self._of[Travel.WALKING].along)

    def nodes_near(
        self, lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """(N,) the nearest node of each place on foot, however far."""
        import numpy as np

        roads = self._of[Travel.WALKING]
        _, rows = roads.tree.query(np.column_stack([lat_deg, lon_deg]) * self._scale)
        return np.asarray(roads.nodes[rows], dtype=np.int64)

    def edges(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(M, 2) node numbers of what is walked, each edge in both directions, and (M,) metres."""
        import numpy as np

        pieces = self._of[Travel.WALKING].along.tocoo()
        return np.column_stack([pieces.row, pieces.col]), pieces.data

    def _nearest(self, place: GeoPoint, roads: _Roads) -> tuple[int, float] | None:
        """The nearest node and the metres to it; None where there is no street near."""
        import numpy as np

        scaled = np.array([place.lat_deg, place.lon_deg]) * self._scale
        degrees, row = roads.tree.query(scaled)
        metres = float(np.radians(degrees)) * _EARTH_RADIUS_M
        return None if metres > SNAP_MAX_M else (int(roads.nodes[row]), metres)


def _lengths_m(
    lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64], edges: NDArray[np.int64]
) -> NDArray[np.float64]:
    import numpy as np

    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    a, b = edges[:, 0], edges[:, 1]
    half = np.sin((lat[b] - lat[a]) / 2) ** 2
    half += np.cos(lat[a]) * np.cos(lat[b]) * np.sin((lon[b] - lon[a]) / 2) ** 2
    found: NDArray[np.float64] = 2 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(half))
    return np.maximum(found, 0.01)  # a zero would vanish from a sparse matrix


def _shortest_arcs(
    arcs: NDArray[np.int64], lengths_m: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """One arc per ordered pair of nodes, the shortest: a csr matrix would add parallel ones up."""
    import numpy as np

    order = np.lexsort((lengths_m, arcs[:, 1], arcs[:, 0]))
    arcs, lengths_m = arcs[order], lengths_m[order]
    first = np.ones(len(arcs), dtype=bool)
    first[1:] = (arcs[1:] != arcs[:-1]).any(axis=1)
    return arcs[first], lengths_m[first]


def _with_nodes_between(
    lat_deg: NDArray[np.float64],
    lon_deg: NDArray[np.float64],
    edges: NDArray[np.int64],
    lengths_m: NDArray[np.float64],
) -> tuple[
    NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.float64],
    NDArray[np.int64],
]:  # fmt: skip
    """The same streets with no piece longer than `NODE_DISTANCE_MAX_M`; last: each piece's edge."""
    import numpy as np

    parts = np.maximum(1, np.ceil(lengths_m / NODE_DISTANCE_MAX_M).astype(np.int64))
    edge = np.repeat(np.arange(len(edges)), parts)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(parts) - parts, parts)
    a, b = edges[edge, 0], edges[edge, 1]
    inner = step > 0  # the piece starts at a new node; its number counts on from the old ones
    share = step[inner] / parts[edge][inner]
    new_lat = lat_deg[a][inner] * (1 - share) + lat_deg[b][inner] * share
    new_lon = lon_deg[a][inner] * (1 - share) + lon_deg[b][inner] * share
    starts = a.copy()
    starts[inner] = len(lat_deg) + np.arange(int(inner.sum()))
    is_last = step == parts[edge] - 1
    ends = np.where(is_last, b, np.roll(starts, -1))
    return (
        np.concatenate([lat_deg, new_lat]),
        np.concatenate([lon_deg, new_lon]),
        np.column_stack([starts, ends]),
        lengths_m[edge] / parts[edge],
        edge,
    )


class StreetService:
    """The network of the site's file, read in the background when the file is new.

    Threads: any may call `routing`; one short-lived reader thread per file version.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: tuple[Path, int] | None = None
        self._network: StreetNetwork | None = None
        self._cause = "the site has no street network"
        self._reader: threading.Thread | None = None

    def routing(self, path: Path | None) -> Routing:
        """Road distances, or why there are none yet."""
        with self._lock:
            key = self._key_of(path)
            if key != self._key:
                self._key, self._network = key, None
                self._cause = "the site has no street network"
                if key is not None:
                    self._read_later(key)
            network = self._network
            if network is None:
                return Routing(None, self._cause)
            return Routing(
                network.distances_m, self._cause, network.route, network.graph,
                network.streets_near,
            )  # fmt: skip

    def wait_read(self, timeout_s: float) -> bool:
        """Waits until the file is read or has failed; False when it takes longer."""
        reader = self._reader
        if reader is not None:
            reader.join(timeout_s)
        return reader is None or not reader.is_alive()

    @staticmethod
    def _key_of(path: Path | None) -> tuple[Path, int] | None:
        try:
            return None if path is None else (path, path.stat().st_mtime_ns)
        except OSError:
            return None

    def _read_later(self, key: tuple[Path, int]) -> None:
        self._cause = "the street network is being read"
        self._reader = threading.Thread(
            target=self._read, args=(key,), name="street-network", daemon=True
        )
        self._reader.start()

    def _read(self, key: tuple[Path, int]) -> None:
        network, cause = None, ""
        try:
            network = StreetNetwork.load(key[0])
        except StreetNetworkUnreadable as error:
            log.warning("%s; distances stay straight lines", error)
            cause = str(error)
        with self._lock:
            if self._key == key:
                self._network, self._cause = network, cause
