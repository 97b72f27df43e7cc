"""grid.geojson to grid cells, and the neighbours that follow from their borders.

Tells every mistake with the line where its feature starts. Pure; any thread.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import msgspec

from config.csv_register import coordinates_look_swapped
from config.datum import to_wgs84
from config.geometry import GeoPoint
from config.planar import XY, box_of, crossing_edges, ring_area
from config.problems import FileProblems, Noun, did_you_mean, one_of, shown
from config.site import Datum, GridCell, GridId, GridLevel, UnitName
from config.text_file import read_text

#: A corner this near another cell's edge touches it (2e-6 ° ≈ 0.2 m).
_ON_EDGE_DEG = 2e-6
#: Buckets of the border index: 0.005 ° ≈ 500 m, a few cells each.
_BUCKET_DEG = 0.005


class _Feature:
    """One feature of the file with the line where it starts."""

    def __init__(self, index: int, line: int | None, problems: FileProblems) -> None:
        self._path, self._line, self._problems = f"features[{index}]", line, problems

    def error(self, key: str, found: str, expected: str) -> None:
        self._problems.error(found, expected, line=self._line, key=f"{self._path}.{key}")

    def saw(self, identity: str) -> bool:
        return self._problems.saw(identity, line=self._line, key=f"{self._path}.properties.id")

    def refers_to_parent(self, parent: str | None) -> None:
        key = f"{self._path}.properties.parent"
        self._problems.refers(Noun.CELL, parent, line=self._line, key=key)

    def warning(self, key: str, found: str, expected: str) -> None:
        self._problems.warning(found, expected, line=self._line, key=f"{self._path}.{key}")


def read_grid(content: bytes, datum: Datum, problems: FileProblems) -> tuple[GridCell, ...]:
    """grid.geojson; neighbours are filled in."""
    text = read_text(content, problems)
    if text is None:
        return ()
    if not text.strip():
        problems.error("an empty file", "a GeoJSON FeatureCollection", line=1)
        return ()
    try:
        document = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        problems.error(str(error), "valid JSON", line=line)
        return ()
    features = _features(document, problems)
    lines = feature_lines(text)
    cells = []
    for index, raw in enumerate(features):
        feature = _Feature(index, lines[index] if index < len(lines) else None, problems)
        cell = _cell(feature, raw, datum)
        if cell is not None:
            cells.append(cell)
    _check_parents(cells, problems)
    return with_neighbours(tuple(cells))


def _check_parents(cells: list[GridCell], problems: FileProblems) -> None:
    """A parent is of a higher level; this also rules out circles of parents."""
    order = list(GridLevel)
    by_id = {cell.id: cell for cell in cells}
    for cell in cells:
        parent = by_id.get(cell.parent) if cell.parent else None
        if parent is not None and order.index(parent.level) >= order.index(cell.level):
            found = f"parent {shown(parent.id)} of level {parent.level.value}"
            expected = f"a level above {cell.level.value}"
            line = problems.seen.get(cell.id)
            problems.error(found, expected, line=line, key=f"{cell.id}: properties.parent")


def _features(document: Any, problems: FileProblems) -> list[Any]:
    kind = document.get("type") if isinstance(document, dict) else None
    if kind != "FeatureCollection":
        problems.error(shown(kind), "a FeatureCollection", line=1, key="type")
        return []
    features = document.get("features")
    if not isinstance(features, list):
        problems.error(shown(features), "a list of features", line=1, key="features")
        return []
    return features


def feature_lines(text: str) -> list[int]:
    """The 1-based line where each element of `"features": […]` starts, in a valid document."""
    start = text.find('"features"')
    position = text.find("[", start) + 1
    if start < 0 or position == 0:
        return []
    lines: list[int] = []
    decoder, line, counted = json.JSONDecoder(), 1, 0
    while True:
        while position < len(text) and text[position] in " \t\n\r,":
            position += 1
        if position >= len(text) or text[position] == "]":
            return lines
        line += text.count("\n", counted, position)
        counted = position
        lines.append(line)
        try:
            _value, position = decoder.raw_decode(text, position)
        except json.JSONDecodeError:
            return lines


def _cell(feature: _Feature, raw: Any, datum: Datum) -> GridCell | None:
    if not isinstance(raw, dict) or raw.get("type") != "Feature":
        feature.error("type", shown(raw), "a GeoJSON Feature")
        return None
    properties = raw.get("properties")
    if not isinstance(properties, dict):
        feature.error("properties", shown(properties), "an object with id, level, name")
        return None
    identity = _text(properties.get("id", raw.get("id")))
    if identity is None:
        feature.error("properties.id", shown(properties.get("id")), "a text")
    elif not feature.saw(identity):
        identity = None
    parent, unit = _text(properties.get("parent")), _text(properties.get("unit"))
    feature.refers_to_parent(parent)
    name = _text(properties.get("name"))
    if name is None:
        feature.error("properties.name", shown(properties.get("name")), "a text")
    level = _level(feature, properties.get("level"))
    rings = _rings(feature, raw.get("geometry"), datum)
    if identity is None or name is None or level is None or not rings:
        return None
    return GridCell(
        id=GridId(identity),
        level=level,
        name=name,
        parent=GridId(parent) if parent else None,
        unit=UnitName(unit) if unit else None,
        rings=rings,
    )


def _text(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None


def _level(feature: _Feature, value: object) -> GridLevel | None:
    names = [level.value for level in GridLevel]
    if value in names:
        return GridLevel(value)
    hint = did_you_mean(value, names) if isinstance(value, str) else ""
    feature.error("properties.level", shown(value) + hint, one_of(names))
    return None


def _rings(feature: _Feature, geometry: Any, datum: Datum) -> tuple[tuple[GeoPoint, ...], ...]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in {"Polygon", "MultiPolygon"}:
        feature.error("geometry.type", shown(kind), "Polygon or MultiPolygon")
        return ()
    coordinates = geometry.get("coordinates")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(polygons, list) or not polygons:
        feature.error("geometry.coordinates", shown(polygons), "rings of [lon, lat]")
        return ()
    rings = []
    for polygon in polygons:
        if not isinstance(polygon, list) or not polygon:
            feature.error("geometry.coordinates", shown(polygon), "rings of [lon, lat]")
            return ()
        if len(polygon) > 1:
            found = f"{len(polygon) - 1} hole(s), ignored"
            feature.warning("geometry.coordinates", found, "a polygon without holes")
        ring = _ring(feature, polygon[0], datum)
        if ring is None:
            return ()
        rings.append(ring)
    return tuple(rings)


def _ring(feature: _Feature, raw: Any, datum: Datum) -> tuple[GeoPoint, ...] | None:
    key = "geometry.coordinates"
    try:
        points: list[XY] = [
            (float(p[0]), float(p[1])) for p in msgspec.convert(raw, list[list[float]])
        ]
    except (msgspec.ValidationError, IndexError):
        feature.error(key, shown(raw), "a ring of [lon, lat] numbers")
        return None
    for lon, lat in points:
        if coordinates_look_swapped(lat, lon):
            feature.error(key, f"[{lon:g}, {lat:g}]: they look swapped", "[lon, lat] in this order")
            return None
        if not (abs(lat) <= 90 and abs(lon) <= 180):
            feature.error(key, f"[{lon:g}, {lat:g}]", "[lon, lat] in degrees on the globe")
            return None
    if len(points) < 4:
        feature.error(key, f"a ring of {len(points)} points", "at least 4, the last like the first")
        return None
    if points[0] != points[-1]:
        feature.error(key, "a ring that is not closed", "the last point like the first")
        return None
    points = _without_repeats(points[:-1])
    if len(points) < 3:
        feature.error(key, "a ring without area", "a ring with an area")
        return None
    crossing = crossing_edges(points)
    if crossing is not None:
        found = f"edges {crossing[0] + 1} and {crossing[1] + 1} cross"
        feature.error(key, found, "a ring that does not cross itself")
        return None
    if ring_area(points) == 0:
        feature.error(key, "a ring without area", "a ring with an area")
        return None
    return tuple(to_wgs84(datum, lat, lon) for lon, lat in points)


def _without_repeats(points: list[XY]) -> list[XY]:
    return [p for i, p in enumerate(points) if p != points[i - 1]]


def with_neighbours(cells: tuple[GridCell, ...]) -> tuple[GridCell, ...]:
    """The cells with `neighbours`: cells of the same level that share a corner or a piece of border."""
    near: dict[GridId, set[GridId]] = defaultdict(set)
    for level in GridLevel:
        _find_neighbours([cell for cell in cells if cell.level is level], near)
    return tuple(
        msgspec.structs.replace(cell, neighbours=tuple(sorted(near[cell.id]))) for cell in cells
    )


def _find_neighbours(cells: list[GridCell], near: dict[GridId, set[GridId]]) -> None:
    """Corners meet corners by rounding; corners meet edges (T-junctions) by a bucket index."""
    corners: dict[tuple[int, int], list[tuple[XY, GridId]]] = defaultdict(list)
    rings = [
        (cell.id, [(p.lon_deg, p.lat_deg) for p in ring]) for cell in cells for ring in cell.rings
    ]
    for cell_id, ring in rings:
        for x, y in ring:
            corners[_bucket(x), _bucket(y)].append(((x, y), cell_id))
    for cell_id, ring in rings:
        previous = ring[-1]
        for point in ring:
            for other in _touching(corners, previous, point):
                if other != cell_id:
                    near[cell_id].add(other)
                    near[other].add(cell_id)
            previous = point


def _bucket(value: float) -> int:
    return int(value // _BUCKET_DEG)


def _touching(corners: dict[tuple[int, int], list[tuple[XY, GridId]]], a: XY, b: XY) -> set[GridId]:
    """Cells with a corner on the edge a–b."""
    left, low, right, high = box_of((a, b))
    found: set[GridId] = set()
    for column in range(_bucket(left - _ON_EDGE_DEG), _bucket(right + _ON_EDGE_DEG) + 1):
        for row in range(_bucket(low - _ON_EDGE_DEG), _bucket(high + _ON_EDGE_DEG) + 1):
            for point, cell_id in corners.get((column, row), ()):
                if cell_id not in found and _is_on_edge(point, a, b):
                    found.add(cell_id)
    return found


def _is_on_edge(p: XY, a: XY, b: XY) -> bool:
    dx, dy = b[0] - a[0], b[1] - a[1]
    squared = dx * dx + dy * dy
    along = 0.0 if squared == 0 else ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / squared
    along = min(1.0, max(0.0, along))
    x, y = a[0] + along * dx - p[0], a[1] + along * dy - p[1]
    return x * x + y * y <= _ON_EDGE_DEG * _ON_EDGE_DEG
