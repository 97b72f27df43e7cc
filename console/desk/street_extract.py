"""Street extract: streets.osm.pbf as nodes and edges, and who may use each in which direction.

OSM's access rules for two kinds of traveller: on foot everything but motorways, both ways; on an
electric bicycle no steps and no footways (unless `bicycle=` allows), one-way streets in their
direction unless cycles are excepted (wiki.openstreetmap.org/wiki/OSM_tags_for_routing).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: OSM highways nobody on foot or on a scooter can use, and ways that do not exist.
_NOT_FOR_PEOPLE = frozenset(
    {"motorway", "motorway_link", "construction", "proposed", "raceway", "abandoned", "platform"}
)
_ON_FOOT_ONLY = frozenset({"steps", "footway", "pedestrian", "corridor", "bridleway"})
_ALLOWED = frozenset({"yes", "designated", "permissive", "official"})
_FORBIDDEN = frozenset({"no", "dismount"})
_ONE_WAY = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1}


class StreetNetworkUnreadable(ValueError):
    """The file is no street extract."""


class Access(Struct, frozen=True):
    """Who may use a way: on foot always both ways; on a bicycle `forward` and `backward`."""

    forward: bool = True
    backward: bool = True


class Extract(Struct, frozen=True):
    """`lat_deg, lon_deg`: (N,); `edges`: (M, 2) node numbers; `rides`: (M, 2) bool, each direction."""

    lat_deg: NDArray[np.float64]
    lon_deg: NDArray[np.float64]
    edges: NDArray[np.int64]
    rides: NDArray[np.bool_]


def read_extract(path: Path) -> Extract:
    """Raises StreetNetworkUnreadable."""
    import numpy as np
    import osmium

    reading = _Reading()
    try:
        ways: Any = (
            osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY)
            .with_locations()
            .with_filter(osmium.filter.KeyFilter("highway"))
        )
        for entity in ways:
            if (
                entity.is_way()
                and entity.tags.get("highway", "construction") not in _NOT_FOR_PEOPLE
            ):
                reading.add(entity)
    except (RuntimeError, OSError) as error:
        raise StreetNetworkUnreadable(f"{path.name} is no OSM extract: {error}") from error
    if not reading.edges:
        raise StreetNetworkUnreadable(f"{path.name} holds no streets")
    return Extract(
        np.array(reading.lats),
        np.array(reading.lons),
        np.array(reading.edges, dtype=np.int64),
        np.array(reading.rides, dtype=bool),
    )


def bicycle_access(tags: Any) -> Access:
    """What a way's tags say of bicycles. `tags`: anything with `get(key, default)`."""
    allowed = tags.get("bicycle", "")
    kind = tags.get("highway", "")
    if allowed in _FORBIDDEN or (kind in _ON_FOOT_ONLY and allowed not in _ALLOWED):
        return Access(False, False)
    direction = _ONE_WAY.get(tags.get("oneway", ""), 0)
    if not direction and tags.get("junction", "") in {"roundabout", "circular"}:
        direction = 1
    excepted = tags.get("oneway:bicycle", "") == "no" or any(
        tags.get(key, "").startswith("opposite")
        for key in ("cycleway", "cycleway:left", "cycleway:right")
    )
    if not direction or excepted:
        return Access()
    return Access(direction > 0, direction < 0)


class _Reading:
    """Nodes numbered in the order they come."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self.lats: list[float] = []
        self.lons: list[float] = []
        self.edges: list[tuple[int, int]] = []
        self.rides: list[tuple[bool, bool]] = []

    def add(self, way: Any) -> None:
        access = bicycle_access(way.tags)
        rides = (access.forward, access.backward)
        previous: int | None = None
        for node in way.nodes:
            if not node.location.valid():
                previous = None
                continue
            number = self._numbers.get(node.ref)
            if number is None:
                number = self._numbers[node.ref] = len(self.lats)
                self.lats.append(node.location.lat)
                self.lons.append(node.location.lon)
            if previous is not None and previous != number:
                self.edges.append((previous, number))
                self.rides.append(rides)
            previous = number
