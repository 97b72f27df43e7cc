"""Datums: GCJ-02 and BD-09 (Chinese map systems) to and from WGS-84.

Conversion happens once, at the edge; inside everything is WGS-84. Pure functions. The formulas are
the published ones of the Chinese obfuscation (Krasovsky 1940 ellipsoid; the "eviltransform"
derivation); reference values of DOMAIN §3 are the tests.
"""

from __future__ import annotations

import math

from config.geometry import GeoPoint
from config.site import Datum

#: Krasovsky 1940: semi-major axis in metres and squared eccentricity, as GCJ-02 uses them.
_KRASOVSKY_AXIS_M = 6_378_245.0
_KRASOVSKY_ECCENTRICITY_SQUARED = 0.00669342162296594323
#: Frequency of BD-09's ripple. The reference pair of DOMAIN §3 (eviltransform's) was made with pi;
#: most other ports use pi * 3000 / 180, which moves a point by up to 10 m. See README, caveats.
_BAIDU_RIPPLE = math.pi
#: The shift exists only inside this box (DOMAIN §3).
_CHINA_LAT_DEG = (3.86, 53.55)
_CHINA_LON_DEG = (73.66, 135.05)
#: Inverse by fixed-point iteration: each round gains three digits; stop at 0.01 mm.
_INVERSE_ROUNDS = 10
_INVERSE_TOLERANCE_DEG = 1e-10


def in_china(lat_deg: float, lon_deg: float) -> bool:
    """Whether the Chinese shift applies at these coordinates."""
    return (
        _CHINA_LAT_DEG[0] <= lat_deg <= _CHINA_LAT_DEG[1]
        and _CHINA_LON_DEG[0] <= lon_deg <= _CHINA_LON_DEG[1]
    )


def _shift_deg(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    x, y = lon_deg - 105.0, lat_deg - 35.0
    waves = 20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)
    root_x = math.sqrt(abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root_x
    north += 2.0 / 3.0 * (waves + 20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3 * math.pi))
    north += 2.0 / 3.0 * (160.0 * math.sin(y / 12 * math.pi) + 320.0 * math.sin(y * math.pi / 30))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root_x
    east += 2.0 / 3.0 * (waves + 20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3 * math.pi))
    east += 2.0 / 3.0 * (150.0 * math.sin(x / 12 * math.pi) + 300.0 * math.sin(x / 30 * math.pi))
    lat_rad = math.radians(lat_deg)
    squash = 1 - _KRASOVSKY_ECCENTRICITY_SQUARED * math.sin(lat_rad) ** 2
    meridian_m = (
        _KRASOVSKY_AXIS_M * (1 - _KRASOVSKY_ECCENTRICITY_SQUARED) / (squash * math.sqrt(squash))
    )
    parallel_m = _KRASOVSKY_AXIS_M / math.sqrt(squash) * math.cos(lat_rad)
    return math.degrees(north / meridian_m), math.degrees(east / parallel_m)


def wgs84_to_gcj02(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """(lat, lon) in GCJ-02 degrees; unchanged outside China."""
    if not in_china(lat_deg, lon_deg):
        return lat_deg, lon_deg
    north, east = _shift_deg(lat_deg, lon_deg)
    return lat_deg + north, lon_deg + east


def gcj02_to_wgs84(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """(lat, lon) in WGS-84 degrees to better than 1 mm; unchanged outside China."""
    if not in_china(lat_deg, lon_deg):
        return lat_deg, lon_deg
    lat, lon = lat_deg, lon_deg
    for _ in range(_INVERSE_ROUNDS):
        north, east = _shift_deg(lat, lon)
        d_lat, d_lon = lat_deg - north - lat, lon_deg - east - lon
        lat, lon = lat + d_lat, lon + d_lon
        if max(abs(d_lat), abs(d_lon)) < _INVERSE_TOLERANCE_DEG:
            break
    return lat, lon


def gcj02_to_bd09(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """(lat, lon) in BD-09 degrees."""
    radius = math.hypot(lon_deg, lat_deg) + 0.00002 * math.sin(lat_deg * _BAIDU_RIPPLE)
    angle = math.atan2(lat_deg, lon_deg) + 0.000003 * math.cos(lon_deg * _BAIDU_RIPPLE)
    return radius * math.sin(angle) + 0.006, radius * math.cos(angle) + 0.0065


def bd09_to_gcj02(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """(lat, lon) in GCJ-02 degrees (the published approximate inverse, good to a metre)."""
    x, y = lon_deg - 0.0065, lat_deg - 0.006
    radius = math.hypot(x, y) - 0.00002 * math.sin(y * _BAIDU_RIPPLE)
    angle = math.atan2(y, x) - 0.000003 * math.cos(x * _BAIDU_RIPPLE)
    return radius * math.sin(angle), radius * math.cos(angle)


def bd09_to_wgs84(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """(lat, lon) in WGS-84 degrees."""
    return gcj02_to_wgs84(*bd09_to_gcj02(lat_deg, lon_deg))


def wgs84_to_bd09(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """(lat, lon) in BD-09 degrees."""
    return gcj02_to_bd09(*wgs84_to_gcj02(lat_deg, lon_deg))


def to_wgs84(datum: Datum, lat_deg: float, lon_deg: float) -> GeoPoint:
    """A register's coordinates as a WGS-84 place. Raises ValueError outside the globe."""
    if datum is Datum.GCJ02:
        lat_deg, lon_deg = gcj02_to_wgs84(lat_deg, lon_deg)
    elif datum is Datum.BD09:
        lat_deg, lon_deg = bd09_to_wgs84(lat_deg, lon_deg)
    return GeoPoint(lat_deg, lon_deg)


def from_wgs84(datum: Datum, place: GeoPoint) -> tuple[float, float]:
    """A WGS-84 place as (lat, lon) of a register's own system (for writing registers)."""
    if datum is Datum.GCJ02:
        return wgs84_to_gcj02(place.lat_deg, place.lon_deg)
    if datum is Datum.BD09:
        return wgs84_to_bd09(place.lat_deg, place.lon_deg)
    return place.lat_deg, place.lon_deg
