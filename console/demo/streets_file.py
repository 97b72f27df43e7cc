"""Writes the demonstration city's streets as OpenStreetMap data (`streets.osm.pbf`).

Streets are cut at every junction and share its node, so that routes can turn there. Adds the
river, the park and the buildings' outlines, which the map draws. One call, one file.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Way

from console.demo.blocks import building_outlines
from console.demo.city import (
    CROSS_STREETS,
    EXTENT_M,
    LONG_STREETS,
    PARK_BLOCK,
    STREETS,
    Axis,
    Street,
    block_bounds,
    to_geo,
)

#: Streets go on this far beyond the district's edge.
BEYOND_M = 260.0


class _Writer:
    """Collects nodes (one per place) and ways, then writes them in id order."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[int, int], int] = {}
        self._points: list[tuple[int, float, float]] = []
        self._ways: list[tuple[list[int], dict[str, str]]] = []

    def node(self, x_m: float, y_m: float) -> int:
        key = (round(x_m * 10), round(y_m * 10))
        if key not in self._nodes:
            self._nodes[key] = len(self._nodes) + 1
            place = to_geo(x_m, y_m)
            self._points.append((self._nodes[key], place.lon_deg, place.lat_deg))
        return self._nodes[key]

    def way(self, points: Iterable[tuple[float, float]], **tags: str) -> None:
        self._ways.append(([self.node(x, y) for x, y in points], tags))

    def area(self, bounds: tuple[float, float, float, float], **tags: str) -> None:
        x0, y0, x1, y1 = bounds
        self.way([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)], **tags)

    def write(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        with osmium.SimpleWriter(str(path)) as writer:
            for node_id, lon_deg, lat_deg in self._points:
                writer.add_node(Node(id=node_id, location=(lon_deg, lat_deg), version=1))
            for number, (nodes, tags) in enumerate(self._ways, start=1):
                writer.add_way(Way(id=number, nodes=nodes, tags=tags, version=1))


def _street_points(street: Street) -> list[tuple[float, float]]:
    crossing = CROSS_STREETS if street.axis is Axis.LONG else LONG_STREETS
    low, high = (
        (EXTENT_M[1], EXTENT_M[3]) if street.axis is Axis.LONG else (EXTENT_M[0], EXTENT_M[2])
    )
    if street.axis is Axis.LONG:
        low = crossing[0].at_m  # the river lies south of the last street
    alongs = [low - BEYOND_M, *(other.at_m for other in crossing), high + BEYOND_M]
    if street.axis is Axis.LONG:
        alongs = alongs[1:]
    return [street.point(along) for along in alongs]


def write_streets(path: Path) -> None:
    """Writes the whole network to `path` (overwritten)."""
    writer = _Writer()
    for street in STREETS:
        points = _street_points(street)
        for a, b in itertools.pairwise(points):
            writer.way(
                (a, b),
                highway=street.street_class.value,
                name=street.name,
                lanes=str(2 * street.profile.lanes_per_side),
                surface="asphalt",
            )
    _add_areas(writer)
    writer.write(path)


def _add_areas(writer: _Writer) -> None:
    x0, _, x1, _ = EXTENT_M
    river = (x0 - BEYOND_M, -150.0, x1 + BEYOND_M, -40.0)
    writer.area(river, natural="water", water="river", name="青澜河")
    px0, py0, px1, py1 = block_bounds(*PARK_BLOCK)
    park = (px0 + 14, py0 + 14, px1 - 14, py1 - 14)
    writer.area(park, leisure="park", name="东关公园")
    middle = ((park[0] + park[2]) / 2, (park[1] + park[3]) / 2)
    writer.way([(px0, middle[1]), middle, (px1, middle[1])], highway="footway", name="公园步道")
    writer.way([(middle[0], py0), middle, (middle[0], py1)], highway="footway", name="公园步道")
    for outline in building_outlines():
        writer.area(outline.bounds, building="yes", **{"building:levels": str(outline.storeys)})
