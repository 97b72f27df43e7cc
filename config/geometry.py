"""Points and lengths that every package speaks: WGS-84 places and 0..1 picture points.

Decides nothing; pure functions and frozen values. Every stored place is WGS-84
(other datums are converted once at the edge, see `config.datum`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec import Struct

#: Mean Earth radius in metres (IUGG R1); good to 0.3 % anywhere, enough for a district.
EARTH_RADIUS_M = 6_371_008.8


class GeoPoint(Struct, frozen=True):
    """A place on the ground, WGS-84 degrees.

    Raises:
        ValueError: latitude outside -90..90 or longitude outside -180..180.
    """

    lat_deg: float
    lon_deg: float

    def __post_init__(self) -> None:
        if not -90.0 <= self.lat_deg <= 90.0:
            raise ValueError(f"latitude {self.lat_deg} is outside -90..90")
        if not -180.0 <= self.lon_deg <= 180.0:
            raise ValueError(f"longitude {self.lon_deg} is outside -180..180")


class ImagePoint(Struct, frozen=True):
    """A point of a camera's picture: 0,0 is the top left corner, 1,1 the bottom right.

    Raises:
        ValueError: a coordinate outside 0..1.
    """

    x_norm: float
    y_norm: float

    def __post_init__(self) -> None:
        if not (0.0 <= self.x_norm <= 1.0 and 0.0 <= self.y_norm <= 1.0):
            raise ValueError(f"picture point {self.x_norm},{self.y_norm} is outside 0..1")


def distance_m(a: GeoPoint, b: GeoPoint) -> float:
    """Great-circle distance in metres (haversine)."""
    lat_a, lat_b = math.radians(a.lat_deg), math.radians(b.lat_deg)
    half_lat = (lat_b - lat_a) / 2
    half_lon = math.radians(b.lon_deg - a.lon_deg) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))


def bearing_deg(a: GeoPoint, b: GeoPoint) -> float:
    """Initial bearing from `a` to `b`, degrees clockwise from north, 0 ≤ result < 360."""
    lat_a, lat_b = math.radians(a.lat_deg), math.radians(b.lat_deg)
    d_lon = math.radians(b.lon_deg - a.lon_deg)
    y = math.sin(d_lon) * math.cos(lat_b)
    x = math.cos(lat_a) * math.sin(lat_b) - math.sin(lat_a) * math.cos(lat_b) * math.cos(d_lon)
    return math.degrees(math.atan2(y, x)) % 360.0


def moved(origin: GeoPoint, east_m: float, north_m: float) -> GeoPoint:
    """The point `east_m` and `north_m` metres from `origin` (local tangent plane)."""
    lat = origin.lat_deg + math.degrees(north_m / EARTH_RADIUS_M)
    lon = origin.lon_deg + math.degrees(
        east_m / (EARTH_RADIUS_M * math.cos(math.radians(origin.lat_deg)))
    )
    return GeoPoint(lat, lon)


def east_north_m(origin: GeoPoint, point: GeoPoint) -> tuple[float, float]:
    """`point` as (east, north) metres from `origin` (local tangent plane)."""
    north = math.radians(point.lat_deg - origin.lat_deg) * EARTH_RADIUS_M
    east = (
        math.radians(point.lon_deg - origin.lon_deg)
        * EARTH_RADIUS_M
        * math.cos(math.radians(origin.lat_deg))
    )
    return east, north


def ring_centre(ring: Sequence[GeoPoint]) -> GeoPoint:
    """Mean of a ring's corner points (for labels and map jumps, not for areas)."""
    if not ring:
        raise ValueError("a ring needs at least one point")
    return GeoPoint(
        sum(p.lat_deg for p in ring) / len(ring), sum(p.lon_deg for p in ring) / len(ring)
    )
