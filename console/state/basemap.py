"""BaseMap: the streets, waters, parks and buildings of `streets.osm.pbf`, as arrays to draw.

Reads the file once (blocking: call it off the GUI thread), keeps world coordinates
(`console.state.map_projection`) and the street graph's node ids. Draws nothing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray
from osmium.osm import Way

from console.state.map_projection import worlds_of
from ingest.errors import Misconfigured

#: OSM `highway` → rank, widest first; anything else with a name is a path.
STREET_RANKS = {
    "motorway": 0,
    "trunk": 0,
    "primary": 1,
    "secondary": 2,
    "tertiary": 3,
    "residential": 4,
    "unclassified": 4,
    "living_street": 4,
    "service": 5,
    "pedestrian": 5,
    "footway": 6,
    "cycleway": 6,
    "path": 6,
}
#: Carriageway width per rank in metres, for drawing to scale when near.
STREET_WIDTH_M = (26.0, 22.0, 16.0, 12.0, 9.0, 6.0, 3.0)


class AreaKind(enum.Enum):
    WATER = "water"
    PARK = "park"
    BUILDING = "building"


@dataclass(frozen=True, slots=True)
class StreetLine:
    """One way. `world` is (N, 2) world coordinates, `nodes` the N node ids."""

    name: str
    rank: int
    world: NDArray[np.float64]
    nodes: tuple[int, ...]
    one_way: bool = False


@dataclass(frozen=True, slots=True)
class AreaShape:
    """One closed way. `world` is (N, 2), first point = last."""

    kind: AreaKind
    name: str
    world: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BaseMap:
    """Everything static under the markers. `attribution` empty where nobody must be named."""

    streets: tuple[StreetLine, ...] = ()
    areas: tuple[AreaShape, ...] = ()
    attribution: str = ""

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, north, east, south in world coordinates; None when empty."""
        if not self.streets:
            return None
        points = np.concatenate([street.world for street in self.streets])
        (west, north), (east, south) = points.min(axis=0), points.max(axis=0)
        return float(west), float(north), float(east), float(south)


def read_basemap(path: Path) -> BaseMap:
    """The map in an OSM extract.

    Raises:
        Misconfigured: the file is no OSM data or is cut short.
    """
    try:
        return _read(path)
    except (RuntimeError, OSError, ValueError) as error:
        raise Misconfigured(
            f"{path.name} cannot be read as OSM data ({error}): the map shows no streets"
        ) from error


def _read(path: Path) -> BaseMap:
    streets: list[StreetLine] = []
    areas: list[AreaShape] = []
    processor = osmium.FileProcessor(str(path)).with_locations()
    for entity in processor:
        if not isinstance(entity, Way):
            continue
        tags = dict(entity.tags)
        located = [node for node in entity.nodes if node.location.valid()]
        if len(located) < 2:
            continue
        lat = np.array([node.location.lat for node in located])
        lon = np.array([node.location.lon for node in located])
        world = worlds_of(lat, lon)
        world.setflags(write=False)
        name = tags.get("name", "")
        if "highway" in tags:
            nodes = tuple(int(node.ref) for node in located)
            rank = STREET_RANKS.get(tags["highway"].removesuffix("_link"), 6)
            streets.append(StreetLine(name, rank, world, nodes, tags.get("oneway") == "yes"))
        elif (kind := _area_kind(tags)) is not None and entity.is_closed():
            areas.append(AreaShape(kind, name, world))
    return BaseMap(tuple(streets), tuple(areas), _attribution(processor))


def _area_kind(tags: dict[str, str]) -> AreaKind | None:
    if tags.get("natural") == "water" or tags.get("waterway") == "riverbank":
        return AreaKind.WATER
    if tags.get("leisure") in ("park", "garden") or tags.get("landuse") in ("grass", "forest"):
        return AreaKind.PARK
    return AreaKind.BUILDING if "building" in tags else None


def _attribution(processor: osmium.FileProcessor) -> str:
    # a file that was drawn with pyosmium (which signs as libosmium) holds no OpenStreetMap data
    generator = processor.header.get("generator", "")
    return "" if generator.startswith("libosmium") else "© OpenStreetMap contributors"
