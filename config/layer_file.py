"""A further map layer (layers/*.geojson) to features. Tells what is wrong; returns what is whole. Pure.

A mistake in a layer never stops a site: every problem is a warning, the feature is left out.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from config.csv_register import coordinates_look_swapped
from config.datum import to_wgs84
from config.geometry import GeoPoint
from config.grid import feature_lines
from config.planar import crossing_edges
from config.problems import FileProblems, shown
from config.site import Datum
from config.text_file import read_text

#: Warnings told of one file; the last one says how many more there are.
PROBLEMS_MOST = 20
#: Old GeoJSON names its coordinate system; these mean longitude and latitude in degrees.
_DEGREE_SYSTEMS = ("CRS84", "EPSG::4326", "EPSG:4326", "EPSG::4490", "EPSG:4490")
#: Properties that name a feature, in this order.
_NAME_KEYS = ("name", "名称", "title", "label", "id")


class Shape(enum.Enum):
    POINT = "point"
    LINE = "line"
    AREA = "area"


class Feature(Struct, frozen=True):
    """One thing of a layer. `parts`: points, lines, or outer rings (first point ≠ last)."""

    shape: Shape
    parts: tuple[tuple[GeoPoint, ...], ...]
    name: str = ""


class _Wrong(ValueError):
    """A geometry that cannot be shown: what was found, what was expected."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found)
        self.found, self.expected = found, expected


def read_layer(content: bytes, datum: Datum, problems: FileProblems) -> tuple[Feature, ...]:
    """The features of a layer file, in the site's own coordinate system `datum`."""
    text = read_text(content, problems)
    if text is None:
        return ()
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else None
        problems.warning(f"a layer that cannot be read ({error})", "valid GeoJSON", line=line)
        return ()
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Feature":
        raw = [document]
    elif kind == "FeatureCollection" and isinstance(document.get("features"), list):
        raw = document["features"]
    else:
        problems.warning(shown(kind), "a FeatureCollection", line=1, key="type")
        return ()
    if not _is_in_degrees(document, problems):
        return ()
    return _features(raw, feature_lines(text), datum, problems)


def _is_in_degrees(document: dict[str, Any], problems: FileProblems) -> bool:
    crs = document.get("crs")
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or name.endswith(_DEGREE_SYSTEMS):
        return True
    problems.warning(
        f"coordinates of {shown(name)}: the layer is left out",
        "longitude and latitude in degrees; export it as EPSG:4326",
        key="crs",
    )
    return False


def _features(
    raw: list[Any], lines: list[int], datum: Datum, problems: FileProblems
) -> tuple[Feature, ...]:
    found: list[Feature] = []
    left_out = 0
    for index, entry in enumerate(raw):
        try:
            found.extend(_shapes(entry, datum))
        except _Wrong as wrong:
            left_out += 1
            if left_out <= PROBLEMS_MOST:
                problems.warning(
                    f"{wrong.found}: it is left out",
                    wrong.expected,
                    line=lines[index] if index < len(lines) else None,
                    key=f"features[{index}]",
                )
    if left_out > PROBLEMS_MOST:
        text = f"{left_out - PROBLEMS_MOST} more features that are left out"
        problems.warning(text, "features like the ones above should be")
    return tuple(found)


def _shapes(entry: Any, datum: Datum) -> Iterator[Feature]:
    if not isinstance(entry, dict) or entry.get("type") != "Feature":
        raise _Wrong(shown(entry), "a GeoJSON Feature")
    geometry = entry.get("geometry")
    if not isinstance(geometry, dict):
        raise _Wrong("a feature without geometry", "a geometry")
    kind, raw = geometry.get("type"), geometry.get("coordinates")
    name = _name_of(entry)
    match kind:
        case "Point":
            yield Feature(Shape.POINT, (_points([raw], datum, 1),), name)
        case "MultiPoint":
            yield Feature(Shape.POINT, tuple((point,) for point in _points(raw, datum, 1)), name)
        case "LineString":
            yield Feature(Shape.LINE, (_points(raw, datum, 2),), name)
        case "MultiLineString":
            yield Feature(Shape.LINE, tuple(_points(one, datum, 2) for one in _list(raw)), name)
        case "Polygon":
            yield Feature(Shape.AREA, (_ring(raw, datum),), name)
        case "MultiPolygon":
            yield Feature(Shape.AREA, tuple(_ring(one, datum) for one in _list(raw)), name)
        case _:
            raise _Wrong(f"geometry {shown(kind)}", "points, lines or polygons")


def _name_of(entry: dict[str, Any]) -> str:
    properties = entry.get("properties")
    if isinstance(properties, dict):
        for key in _NAME_KEYS:
            value = properties.get(key)
            if isinstance(value, str | int) and str(value).strip():
                return str(value).strip()[:60]
    return ""


def _list(raw: Any) -> list[Any]:
    if not isinstance(raw, list) or not raw:
        raise _Wrong(shown(raw), "a list of coordinates")
    return raw


def _points(raw: Any, datum: Datum, least: int) -> tuple[GeoPoint, ...]:
    points = tuple(_point(one, datum) for one in _list(raw))
    if len(points) < least:
        raise _Wrong(f"a line of {len(points)} points", f"at least {least}")
    return points


def _point(raw: Any, datum: Datum) -> GeoPoint:
    if (
        not isinstance(raw, list)
        or len(raw) < 2
        or not all(isinstance(value, int | float) for value in raw[:2])
    ):
        raise _Wrong(shown(raw), "[lon, lat] numbers")
    lon, lat = float(raw[0]), float(raw[1])
    if coordinates_look_swapped(lat, lon):
        raise _Wrong(f"[{lon:g}, {lat:g}]: they look swapped", "[lon, lat] in this order")
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise _Wrong(f"[{lon:g}, {lat:g}]", "degrees on the globe (EPSG:4326)")
    return to_wgs84(datum, lat, lon)


def _ring(raw: Any, datum: Datum) -> tuple[GeoPoint, ...]:
    """The outer ring; holes are not drawn as holes."""
    points = _points(_list(raw)[0], datum, 4)
    if points[0] != points[-1]:
        raise _Wrong("a ring that is not closed", "the last point like the first")
    longitudes = [point.lon_deg for point in points]
    if max(longitudes) - min(longitudes) > 180:
        raise _Wrong("a polygon across the date line", "one polygon on each side of it")
    ring = points[:-1]
    if crossing_edges([(point.lon_deg, point.lat_deg) for point in ring]) is not None:
        raise _Wrong("a ring that crosses itself", "a simple polygon")
    return ring
