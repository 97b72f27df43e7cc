"""Values as entries of their register: what `register.get` gave, in the words of the files.

A console changes values (`{"camera_id": …, "polygon": [{"x_norm": …}]}`) and sends them back; the
files say `camera` and `[[x, y]]`. An entry already in the file's words passes unchanged. Places go
back into the site's own coordinate system. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from config.datum import from_wgs84
from config.geometry import GeoPoint
from config.site import ALL_DAYS, Datum

Entry = Mapping[str, Any]

#: Decimals of a written degree: 1e-7 ° is a centimetre.
_DEGREE_DECIMALS = 7


def file_entry(register: str, entry: Entry, datum: Datum) -> dict[str, Any]:
    """One entry in the words of its file.

    Raises:
        KeyError, TypeError, ValueError: a nested value that is not of the shape `register.get` gives.
    """
    convert = _CONVERSIONS.get(register)
    return dict(entry) if convert is None else convert(dict(entry), datum)


def _zone(entry: dict[str, Any], datum: Datum) -> dict[str, Any]:
    _rename(entry, "camera_id", "camera")
    if "polygon" in entry:
        entry["polygon"] = [_image_point(point) for point in entry["polygon"]]
    _hours(entry, "hours")
    _days(entry)
    if entry.get("kind") == "mask":
        entry.pop("limit_s", None)
    if entry.get("kind") != "crowd_watch" and entry.get("people_max") == 0:
        entry["people_max"] = None
    if "licences" in entry:
        entry["licence"] = [_licence(dict(each)) for each in entry.pop("licences")] or None
    return entry


def _licence(entry: dict[str, Any]) -> dict[str, Any]:
    """A table of its own below its zone: keys without a value are left out."""
    entry["polygon"] = [_image_point(point) for point in entry["polygon"]]
    _hours(entry, "hours")
    _days(entry)
    return {key: value for key, value in entry.items() if value is not None and value != ""}


def _calibration(entry: dict[str, Any], datum: Datum) -> dict[str, Any]:
    _rename(entry, "camera_id", "id")
    entry["pairs"] = [_pair(pair, datum) for pair in entry["pairs"]]
    return entry


def _pair(pair: Any, datum: Datum) -> list[float]:
    if not isinstance(pair, Mapping):
        return list(pair)
    return [*_image_point(pair["image"]), *_lat_lon(pair["place"], datum)]


def _placed(entry: dict[str, Any], datum: Datum) -> dict[str, Any]:
    if "place" in entry:
        place = entry.pop("place")
        entry["lat"], entry["lon"] = (None, None) if place is None else _lat_lon(place, datum)
    _rename(entry, "checkpoint_class", "class")
    return entry


def _inspector(entry: dict[str, Any], datum: Datum) -> dict[str, Any]:
    _hours(entry, "shift")
    return entry


def _rename(entry: dict[str, Any], old: str, new: str) -> None:
    if old in entry:
        entry[new] = entry.pop(old)


def _image_point(point: Any) -> list[float]:
    return [point["x_norm"], point["y_norm"]] if isinstance(point, Mapping) else list(point)


def _lat_lon(place: Mapping[str, float], datum: Datum) -> list[float]:
    lat, lon = from_wgs84(datum, GeoPoint(place["lat_deg"], place["lon_deg"]))
    return [round(lat, _DEGREE_DECIMALS), round(lon, _DEGREE_DECIMALS)]


def _hours(entry: dict[str, Any], key: str) -> None:
    """`{"start": "07:00:00", "end": "22:00:00"}` → `07:00-22:00`; all day is no entry."""
    hours = entry.get(key)
    if isinstance(hours, Mapping):
        start, end = str(hours["start"])[:5], str(hours["end"])[:5]
        entry[key] = None if start == end else f"{start}-{end}"


def _days(entry: dict[str, Any]) -> None:
    """Numbers, 0 = Monday; every day is no entry."""
    days = entry.get("days")
    if isinstance(days, list | tuple) and all(isinstance(day, int) for day in days):
        entry["days"] = None if set(days) == set(ALL_DAYS) else sorted(days)


def _mount(entry: dict[str, Any], datum: Datum) -> dict[str, Any]:
    _rename(entry, "camera_id", "camera")
    entry["presets"] = [
        [preset["token"], *_lat_lon(preset["place"], datum)]
        if isinstance(preset, Mapping)
        else list(preset)
        for preset in entry.get("presets") or ()
    ] or None
    return entry


def _fence(entry: dict[str, Any], datum: Datum) -> dict[str, Any]:
    entry["ring"] = [
        _lat_lon(point, datum) if isinstance(point, Mapping) else list(point)
        for point in entry["ring"]
    ]
    _hours(entry, "hours")
    return entry


def _round(entry: dict[str, Any], datum: Datum) -> dict[str, Any]:
    _hours(entry, "hours")
    _days(entry)
    return entry


_CONVERSIONS: dict[str, Callable[[dict[str, Any], Datum], dict[str, Any]]] = {
    "zones": _zone,
    "calibration": _calibration,
    "ptz": _mount,
    "fences": _fence,
    "rounds": _round,
    "cameras": _placed,
    "checkpoints": _placed,
    "inspectors": _inspector,
}
