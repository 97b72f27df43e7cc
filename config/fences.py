"""fences.toml to values: areas of the map whose crossing by inspectors is told (电子围栏). Pure.

Tells every mistake; returns what is whole.
"""

from __future__ import annotations

from config.csv_register import coordinates_look_swapped
from config.datum import to_wgs84
from config.geometry import GeoPoint
from config.planar import crossing_edges, ring_area
from config.problems import FileProblems, did_you_mean, one_of, shown
from config.site import Datum, Fence, FenceId, FenceWatch, Hours
from config.times import parse_hours
from config.toml_document import read_toml
from config.toml_table import Table, is_number, tables_of

_KEYS = ("id", "name", "ring", "watch", "hours")
#: A fence smaller than this (about 3 m × 3 m) is a slip of the mouse, square degrees.
AREA_MIN_DEG2 = 1e-9
POINTS_MOST = 500


def read_fences(content: bytes, datum: Datum, problems: FileProblems) -> tuple[Fence, ...]:
    """fences.toml."""
    document = read_toml(content, problems)
    if document is None:
        return ()
    fences = [_fence(table, datum) for table in tables_of(document, "fence", problems)]
    return tuple(fence for fence in fences if fence is not None)


def _fence(table: Table, datum: Datum) -> Fence | None:
    table.warn_unknown(_KEYS)
    identity, name = table.identity("id"), table.text("name")
    ring, watch, hours = _ring(table, datum), _watch(table), _hours(table)
    if identity is None or name is None or ring is None or watch is None:
        return None
    return Fence(FenceId(identity), name, ring, watch, hours)


def _watch(table: Table) -> FenceWatch | None:
    value = table.values.get("watch", FenceWatch.BOTH.value)
    names = [watch.value for watch in FenceWatch]
    if value in names:
        return FenceWatch(value)
    hint = did_you_mean(value, names) if isinstance(value, str) else ""
    table.error("watch", shown(value) + hint, one_of(names))
    return None


def _hours(table: Table) -> Hours | None:
    value = table.values.get("hours")
    if value is None:
        return None
    try:
        if isinstance(value, str):
            return parse_hours(value)
    except ValueError:
        pass
    table.error("hours", shown(value), 'hours like "07:00-22:00"')
    return None


def _ring(table: Table, datum: Datum) -> tuple[GeoPoint, ...] | None:
    raw = table.values.get("ring")
    if not isinstance(raw, list):
        table.error("ring", "nothing" if raw is None else shown(raw), "[[lat, lon], …]")
        return None
    points: list[tuple[float, float]] = []
    for index, entry in enumerate(raw):
        is_pair = isinstance(entry, list) and len(entry) == 2 and all(map(is_number, entry))
        if not is_pair or abs(entry[0]) > 90 or abs(entry[1]) > 180:
            table.error("ring", f"point {index + 1} is {shown(entry)}", "[lat, lon] in degrees")
            return None
        if coordinates_look_swapped(*entry):
            table.error("ring", f"point {index + 1} is lon, lat", "[lat, lon] in degrees")
            return None
        points.append((float(entry[0]), float(entry[1])))
    if len(points) > 3 and points[0] == points[-1]:
        points = points[:-1]
    if not 3 <= len(points) <= POINTS_MOST:
        table.error("ring", f"{len(points)} points", f"3 to {POINTS_MOST} different points")
        return None
    crossing = crossing_edges(points)
    if crossing is not None:
        found = f"edges {crossing[0] + 1} and {crossing[1] + 1} cross"
        table.error("ring", found, "a ring that does not cross itself")
        return None
    if abs(ring_area(points)) < AREA_MIN_DEG2:
        table.error("ring", "a ring without area", "a ring with an area")
        return None
    return tuple(to_wgs84(datum, lat, lon) for lat, lon in points)
