"""OsmAnd protocol as Traccar Client and OsmAnd send it: query form and JSON form. Pure.

Query: `id lat lon timestamp speed(knots) bearing accuracy batt`; newer Traccar clients post
`{"location": {"timestamp": …, "coords": {…}}, "device_id": …}` with speed in metres a second.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.site import DeviceId
from ingest.positions.fix import Fix, FixSource
from ingest.positions.reading import (
    KNOT_MPS,
    FixInvalid,
    device_id,
    optional_number,
    place,
    utc_ns,
)

#: No vehicle of a city is faster, metres a second; used to refuse nonsense, not to filter jumps.
SPEED_MAX_MPS = 500.0
ACCURACY_MAX_M = 1_000_000.0


def fix_from_query(query: Mapping[str, str], received_utc_ns: int) -> Fix:
    """A fix from the query form; without `timestamp` it is from now. Raises FixInvalid."""
    lat, lon = query.get("lat"), query.get("lon")
    if lat is None and "location" in query:
        lat, _, lon = query["location"].partition(",")
    knots = optional_number("speed", query.get("speed"), 0, SPEED_MAX_MPS / KNOT_MPS)
    stamp = query.get("timestamp") or query.get("time")
    return Fix(
        device_id=DeviceId(device_id(query.get("id") or query.get("deviceid"))),
        place=place(lat, lon),
        fix_utc_ns=utc_ns(stamp) if stamp else received_utc_ns,
        received_utc_ns=received_utc_ns,
        source=FixSource.OSMAND,
        speed_mps=None if knots is None else knots * KNOT_MPS,
        course_deg=_course(query.get("bearing") or query.get("heading")),
        accuracy_m=optional_number("accuracy", query.get("accuracy"), 0, ACCURACY_MAX_M),
    )


def fix_from_json(body: Any, received_utc_ns: int) -> Fix:
    """A fix from the JSON form. Raises FixInvalid."""
    location = body.get("location") if isinstance(body, dict) else None
    if not isinstance(location, dict) or not isinstance(location.get("coords"), dict):
        raise FixInvalid("expected an object with location.coords and device_id")
    coords: dict[str, Any] = location["coords"]
    stamp = location.get("timestamp")
    return Fix(
        device_id=DeviceId(device_id(body.get("device_id") or body.get("id"))),
        place=place(coords.get("latitude"), coords.get("longitude")),
        fix_utc_ns=received_utc_ns if stamp in (None, "") else utc_ns(stamp),
        received_utc_ns=received_utc_ns,
        source=FixSource.OSMAND,
        speed_mps=optional_number("speed", coords.get("speed"), 0, SPEED_MAX_MPS),
        course_deg=_course(coords.get("heading")),
        accuracy_m=optional_number("accuracy", coords.get("accuracy"), 0, ACCURACY_MAX_M),
    )


def _course(text: object) -> float | None:
    course = optional_number("bearing", text, 0, 360)
    return None if course is None else course % 360.0
