"""OwnTracks over HTTP: one JSON message a post, `_type` location. Pure.

https://owntracks.org/booklet/tech/json/: lat lon tst(s) vel(km/h) cog acc(m) tid topic.
"""

from __future__ import annotations

from typing import Any

from config.site import DeviceId
from ingest.positions.fix import Fix, FixSource
from ingest.positions.osmand import ACCURACY_MAX_M, SPEED_MAX_MPS
from ingest.positions.reading import FixInvalid, device_id, optional_number, place, utc_ns

KMH_MPS = 1 / 3.6


def fix_from_message(body: Any, header_device: str | None, received_utc_ns: int) -> Fix | None:
    """A fix, or None for message types without a place. Raises FixInvalid.

    The device is the X-Limit-D header, else the last word of the topic, else `tid`.
    """
    if not isinstance(body, dict) or not isinstance(body.get("_type"), str):
        raise FixInvalid("expected an OwnTracks message with _type")
    if body["_type"] != "location":
        return None
    topic = body.get("topic")
    named = topic.rsplit("/", 1)[-1] if isinstance(topic, str) else body.get("tid")
    speed_kmh = optional_number("vel", body.get("vel"), 0, SPEED_MAX_MPS * 3.6)
    course = optional_number("cog", body.get("cog"), 0, 360)
    stamp = body.get("tst")
    return Fix(
        device_id=DeviceId(device_id(header_device or named)),
        place=place(body.get("lat"), body.get("lon")),
        fix_utc_ns=received_utc_ns if stamp is None else utc_ns(stamp),
        received_utc_ns=received_utc_ns,
        source=FixSource.OWNTRACKS,
        speed_mps=None if speed_kmh is None else speed_kmh * KMH_MPS,
        course_deg=None if course is None else course % 360.0,
        accuracy_m=optional_number("acc", body.get("acc"), 0, ACCURACY_MAX_M),
    )
