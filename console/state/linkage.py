"""Linkage: which cameras see a place, in the order an operator wants them (视频联动).

Pure. Calibrated views first (the place lies on ground the calibration covers), then cameras
whose cone covers it, then the nearest. Distances in metres, places WGS-84.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

from msgspec import Struct

from config.geometry import GeoPoint, bearing_deg, distance_m, east_north_m
from config.site import Calibration, Camera, CameraId

#: A cone without calibration is believed this far.
CONE_RANGE_M = 120.0
#: Beyond this a camera shows nothing useful of a place.
NEAREST_RANGE_M = 300.0
#: One degree of latitude is at least this long anywhere (WGS-84 at the equator).
METRES_PER_DEGREE = 110_570.0
#: Calibrated ground is believed a little beyond its own corners.
HULL_GROWTH = 1.35


class View(enum.IntEnum):
    """How a camera sees a place; lower is better."""

    CALIBRATED = 0
    CONE = 1
    NEAREST = 2


class Sight(Struct, frozen=True):
    """One camera that may show a place."""

    camera_id: CameraId
    view: View
    away_m: float


def hull(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Convex hull, counter-clockwise (Andrew's monotone chain)."""
    ordered = sorted(set(points))
    if len(ordered) < 3:
        return ordered

    def half(line: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        chain: list[tuple[float, float]] = []
        for point in line:
            while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        return chain[:-1]

    return half(ordered) + half(ordered[::-1])


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _inside(corners: Sequence[tuple[float, float]], point: tuple[float, float]) -> bool:
    pairs = zip(corners, (*corners[1:], corners[0]), strict=True)
    return len(corners) > 2 and all(_turn(a, b, point) >= 0 for a, b in pairs)


def covers_ground(calibration: Calibration, place: GeoPoint) -> bool:
    """Whether the place lies on (or just beyond) the ground the calibration was taken on."""
    origin = calibration.pairs[0].place
    corners = hull([east_north_m(origin, pair.place) for pair in calibration.pairs])
    if len(corners) < 3:
        return False
    middle = (
        sum(x for x, _y in corners) / len(corners),
        sum(y for _x, y in corners) / len(corners),
    )
    grown = [
        (middle[0] + (x - middle[0]) * HULL_GROWTH, middle[1] + (y - middle[1]) * HULL_GROWTH)
        for x, y in corners
    ]
    return _inside(grown, east_north_m(origin, place))


def looks_at(camera: Camera, place: GeoPoint) -> bool:
    """Whether the place lies in the camera's cone (bearing, field of view, range)."""
    if camera.place is None or camera.bearing_deg is None:
        return False
    if distance_m(camera.place, place) > CONE_RANGE_M:
        return False
    off = (bearing_deg(camera.place, place) - camera.bearing_deg + 180.0) % 360.0 - 180.0
    return abs(off) <= (camera.fov_deg or 60.0) / 2


def sights_of(
    place: GeoPoint,
    cameras: Sequence[Camera],
    calibrations: Mapping[CameraId, Calibration],
    *,
    first: str | None = None,
    limit: int = 9,
) -> list[Sight]:
    """Cameras that see `place`, best first; `first` (the camera that raised it) leads."""
    found: list[tuple[bool, Sight]] = []
    for camera in cameras:
        sight = _sight(place, camera, calibrations.get(camera.id))
        if camera.id == first:
            found.append((False, sight or Sight(camera.id, View.NEAREST, 0.0)))
        elif sight is not None:
            found.append((True, sight))
    found.sort(key=lambda item: (item[0], item[1].view, item[1].away_m))
    return [sight for _later, sight in found[:limit]]


def _is_far(a: GeoPoint, b: GeoPoint) -> bool:
    """Beyond `NEAREST_RANGE_M` by latitude alone: spares the trigonometry of most of a city."""
    return abs(a.lat_deg - b.lat_deg) * METRES_PER_DEGREE > NEAREST_RANGE_M


def _sight(place: GeoPoint, camera: Camera, calibration: Calibration | None) -> Sight | None:
    if camera.place is None or not camera.enabled:
        return None
    if calibration is None and _is_far(camera.place, place):
        return None
    away_m = distance_m(camera.place, place)
    if calibration is not None and covers_ground(calibration, place):
        return Sight(camera.id, View.CALIBRATED, away_m)
    if looks_at(camera, place):
        return Sight(camera.id, View.CONE, away_m)
    return Sight(camera.id, View.NEAREST, away_m) if away_m <= NEAREST_RANGE_M else None
