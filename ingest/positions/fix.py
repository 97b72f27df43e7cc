"""Fix: one position report of one device, WGS-84, with the device's own time."""

from __future__ import annotations

import enum

from msgspec import Struct

from config.geometry import GeoPoint
from config.site import DeviceId, InspectorId


class FixSource(enum.Enum):
    OSMAND = "osmand"
    OWNTRACKS = "owntracks"
    JT808 = "jt808"
    GPSD = "gpsd"
    FIELD = "field"
    REPLAY = "replay"


class Fix(Struct, frozen=True):
    """Where a device says it was at `fix_utc_ns` (its own clock); `received_utc_ns` is ours."""

    device_id: DeviceId
    place: GeoPoint
    fix_utc_ns: int
    received_utc_ns: int
    source: FixSource
    speed_mps: float | None = None
    course_deg: float | None = None
    accuracy_m: float | None = None
    inspector_id: InspectorId | None = None


class PositionEntry(Struct, frozen=True):
    """One element of `fixes` in gridwall.position.fixed.v1 (CONTRACT §5)."""

    inspector_id: InspectorId | None
    device_id: DeviceId
    lat_deg: float
    lon_deg: float
    speed_mps: float | None
    course_deg: float | None
    accuracy_m: float | None
    fix_utc: str
    source: str
    live: bool


class PositionFixedData(Struct, frozen=True):
    """`data` of gridwall.position.fixed.v1."""

    fixes: tuple[PositionEntry, ...]
