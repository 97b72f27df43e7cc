"""What every door for positions shares: numbers, times and places from hostile text. Pure."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from config.geometry import GeoPoint

#: One knot in metres a second (international nautical mile 1852 m / 3600 s).
KNOT_MPS = 1852.0 / 3600.0
#: Below this a number of a time stamp is seconds, above it milliseconds (1e11 s = year 5138).
MILLISECONDS_FROM = 1e11
#: Years a fix may be from.
YEARS = range(2000, 2200)


class FixInvalid(ValueError):
    """A report that cannot be used; the text names the field, what it holds and what was expected."""


def number(name: str, text: object, low: float, high: float) -> float:
    """A finite number within bounds. Raises FixInvalid."""
    try:
        value = float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise FixInvalid(f"{name} is {str(text)[:40]!r}; expected a number") from error
    if not math.isfinite(value) or not low <= value <= high:
        raise FixInvalid(f"{name} is {value}; expected {low:g} to {high:g}")
    return value


def optional_number(name: str, text: object, low: float, high: float) -> float | None:
    """Like `number`; absent, empty or negative (the phones' "unknown") is None."""
    if text is None or text == "":
        return None
    value = number(name, text, -1e9, 1e9)
    return None if value < low else number(name, value, low, high)


def place(lat: object, lon: object) -> GeoPoint:
    """A WGS-84 place. Raises FixInvalid."""
    if lat is None or lon is None:
        raise FixInvalid("lat and lon are needed")
    return GeoPoint(number("lat", lat, -90, 90), number("lon", lon, -180, 180))


def utc_ns(text: object) -> int:
    """Seconds or milliseconds since 1970, or ISO 8601 (UTC where it has no zone). Raises FixInvalid."""
    shown = str(text)[:40]
    try:
        seconds = float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return _iso_ns(shown)
    if not math.isfinite(seconds):
        raise FixInvalid(f"timestamp is {shown!r}; expected seconds since 1970")
    if abs(seconds) >= MILLISECONDS_FROM:
        seconds /= 1000.0
    return _checked_ns(seconds, shown)


def _iso_ns(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise FixInvalid(
            f"timestamp is {text!r}; expected seconds, milliseconds or ISO 8601"
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return _checked_ns(moment.timestamp(), text)


def _checked_ns(seconds: float, shown: str) -> int:
    try:
        year = datetime.fromtimestamp(seconds, UTC).year
    except (ValueError, OverflowError, OSError) as error:
        raise FixInvalid(f"timestamp is {shown!r}, which is no date") from error
    if year not in YEARS:
        raise FixInvalid(f"timestamp is {shown!r}, year {year}; expected {YEARS[0]} or later")
    return round(seconds * 1000) * 1_000_000


def device_id(text: object) -> str:
    """A device id of printable characters. Raises FixInvalid."""
    shown = str(text).strip() if text is not None else ""
    if not 0 < len(shown) <= 64 or not shown.isprintable():
        raise FixInvalid("id is missing or no device id (1 to 64 printable characters)")
    return shown
