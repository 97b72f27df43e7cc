"""zones.toml to values. Tells every mistake; returns what is whole. Pure."""

from __future__ import annotations

from typing import Any

from config.geometry import ImagePoint
from config.planar import XY, crossing_edges, ring_area, ring_contains
from config.problems import FileProblems, Noun, did_you_mean, one_of, shown
from config.site import ALL_DAYS, CameraId, Hours, Licence, Zone, ZoneId, ZoneKind
from config.times import parse_days, parse_hours
from config.toml_document import read_toml
from config.toml_table import Table, is_number, tables_of

#: Limits where a zone names none (CONTRACT §3); a mask has no limit.
DEFAULT_LIMIT_S = {
    ZoneKind.SMOKE_WATCH: 3.0,
    ZoneKind.NO_PARKING: 180.0,
    ZoneKind.NO_TRADING: 120.0,
    ZoneKind.MASK: 0.0,
    ZoneKind.NO_CYCLE_PARKING: 300.0,
    ZoneKind.CROWD_WATCH: 20.0,
}
_ZONE_KEYS = (
    "id", "camera", "kind", "polygon", "limit_s", "hours", "days", "preset", "licence", "people_max",
)  # fmt: skip
_LICENCE_KEYS = ("name", "polygon", "hours", "days")
#: Licensed places of one zone; a street has fewer.
LICENCES_MAX = 50
#: How many people are no crowd yet, where a crowd_watch zone does not say, and what it may say.
PEOPLE_MAX_DEFAULT = 15
PEOPLE_MAX_RANGE = (3, 300)
#: A day; a longer limit is a slip of units.
LIMIT_MAX_S = 86_400.0
#: A polygon smaller than this is a slip of the mouse: 1 px × 1 px of a 1000 px picture.
AREA_MIN_NORM = 1e-6


def read_zones(content: bytes, problems: FileProblems) -> tuple[Zone, ...]:
    """zones.toml."""
    document = read_toml(content, problems)
    if document is None:
        return ()
    zones = [_zone(table) for table in tables_of(document, "zone", problems)]
    return tuple(zone for zone in zones if zone is not None)


def _zone(table: Table) -> Zone | None:
    table.warn_unknown(_ZONE_KEYS)
    identity, camera = table.identity("id"), table.reference("camera", Noun.CAMERA)
    kind = _kind(table)
    polygon = _polygon(table)
    limit_s = _limit_s(table, kind)
    hours, days = _hours(table), _days(table)
    preset = table.text("preset") if "preset" in table.values else None
    people_max = _people_max(table, kind)
    licences = _licences(table, kind)
    if identity is None or camera is None or kind is None or polygon is None:
        return None
    _warn_outside(table, polygon, licences)
    return Zone(
        ZoneId(identity), CameraId(camera), kind, polygon, limit_s, hours, days, preset,
        tuple(licence for licence in licences if licence is not None), people_max,
    )  # fmt: skip


def _people_max(table: Table, kind: ZoneKind | None) -> int:
    value = table.values.get("people_max")
    if kind is not ZoneKind.CROWD_WATCH:
        if value is not None and kind is not None:
            table.error("people_max", f"in a {kind.value} zone", "people_max in crowd_watch only")
        return 0
    if value is None:
        return PEOPLE_MAX_DEFAULT
    low, high = PEOPLE_MAX_RANGE
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        table.error("people_max", shown(value), f"a whole number of people, {low} to {high}")
        return PEOPLE_MAX_DEFAULT
    return value


def _licences(table: Table, kind: ZoneKind | None) -> list[Licence | None]:
    """One entry per `[[zone.licence]]`; None for one that is not whole."""
    if "licence" not in table.values:
        return []
    entries = table.tables("licence")
    if entries and kind not in (ZoneKind.NO_TRADING, None):
        table.error("licence", f"in a {kind.value} zone", "licences in no_trading zones only")
        return []
    if len(entries) > LICENCES_MAX:
        table.error("licence", f"{len(entries)} places", f"at most {LICENCES_MAX} in one zone")
        return []
    return [_licence(entry) for entry in entries]


def _licence(table: Table) -> Licence | None:
    table.warn_unknown(_LICENCE_KEYS)
    polygon, hours, days = _polygon(table), _hours(table), _days(table)
    name = table.text("name") if table.values.get("name", "") != "" else None
    return None if polygon is None else Licence(polygon, name or "", hours, days)


def _warn_outside(
    table: Table, polygon: tuple[ImagePoint, ...], licences: list[Licence | None]
) -> None:
    """A licence no corner of which touches its zone was drawn somewhere else by mistake."""
    zone = [(point.x_norm, point.y_norm) for point in polygon]
    for index, licence in enumerate(licences):
        if licence is None:
            continue
        ring = [(point.x_norm, point.y_norm) for point in licence.polygon]
        inside = any(ring_contains(zone, *point) for point in ring)
        if not inside and not any(ring_contains(ring, *point) for point in zone):
            found = f"licence {index + 1} lies outside its zone and changes nothing"
            table.warning("licence", found, "a place inside the zone")


def _kind(table: Table) -> ZoneKind | None:
    text = table.text("kind")
    names = [kind.value for kind in ZoneKind]
    if text is None:
        return None
    if text not in names:
        table.error("kind", shown(text) + did_you_mean(text, names), one_of(names))
        return None
    return ZoneKind(text)


def _limit_s(table: Table, kind: ZoneKind | None) -> float:
    value = table.values.get("limit_s")
    if value is None:
        return DEFAULT_LIMIT_S[kind] if kind else 0.0
    if not is_number(value) or not 0 < value <= LIMIT_MAX_S:
        table.error("limit_s", shown(value), f"seconds above 0, at most {LIMIT_MAX_S:g}")
        return 0.0
    return float(value)


def _hours(table: Table) -> Hours:
    value = table.values.get("hours")
    if value is None:
        return Hours()
    try:
        if isinstance(value, str):
            return parse_hours(value)
    except ValueError:
        pass
    table.error("hours", shown(value), 'hours like "07:00-22:00"')
    return Hours()


def _days(table: Table) -> frozenset[int]:
    value = table.values.get("days")
    if value is None:
        return ALL_DAYS
    try:
        return parse_days(value)
    except ValueError:
        table.error("days", shown(value), '"mon-fri", ["sat", "sun"] or "all"')
        return ALL_DAYS


def _polygon(table: Table) -> tuple[ImagePoint, ...] | None:
    raw = table.values.get("polygon")
    if not isinstance(raw, list):
        table.error("polygon", "nothing" if raw is None else shown(raw), "[[x, y], …] in 0..1")
        return None
    points = _image_points(table, raw)
    if points is None:
        return None
    if len(points) > 3 and points[0] == points[-1]:
        points = points[:-1]
    if len(points) < 3:
        table.error("polygon", f"{len(points)} points", "at least 3 different points")
        return None
    crossing = crossing_edges(points)
    if crossing is not None:
        found = f"edges {crossing[0] + 1} and {crossing[1] + 1} cross"
        table.error("polygon", found, "a polygon that does not cross itself")
        return None
    if abs(ring_area(points)) < AREA_MIN_NORM:
        table.error("polygon", "a polygon without area", "a polygon with an area")
        return None
    return tuple(ImagePoint(x, y) for x, y in points)


def _image_points(table: Table, raw: list[Any]) -> list[XY] | None:
    points = []
    for index, entry in enumerate(raw):
        if not isinstance(entry, list) or len(entry) != 2 or not all(map(is_number, entry)):
            table.error("polygon", f"point {index + 1} is {shown(entry)}", "[x, y]")
            return None
        if not all(0 <= value <= 1 for value in entry):
            hint = " (pixels?)" if max(entry) > 2 else ""
            found = f"point {index + 1} is {shown(entry)}{hint}"
            table.error("polygon", found, "x and y in 0..1 of the picture")
            return None
        points.append((float(entry[0]), float(entry[1])))
    return points
