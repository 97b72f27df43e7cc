"""Aim: from a place on the ground to pan and tilt of the camera that shows it best. Pure.

A mount is declared (height, bearing at pan 0, scales) or solved from at least four presets whose
places are known. The ground is taken as level: a slope of 5 % at 100 m moves the picture's middle
by what the error estimate says for a height off by 5 m.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping

import numpy as np
from msgspec import Struct
from scipy.optimize import least_squares

from config.geometry import GeoPoint, bearing_deg, distance_m
from config.site import Camera, CameraId, PtzMount
from ingest.ptz.device import PtzPosition

#: What a mount declared by hand is trusted to.
DECLARED_ERROR_DEG = 1.5
#: A worse fit is no calibration: a preset stands at the wrong place.
WORST_ERROR_DEG = 6.0
#: The picture shows this much of the ground around the place, where the lens can.
SHOWN_M = 30.0
_NEAREST_M = 1.0


class Reason(Struct, frozen=True):
    """Why a camera was chosen, or was not: an id with values; the texts are the console's."""

    id: str
    values: Mapping[str, float | str] = {}

    @property
    def english(self) -> str:
        return ENGLISH[self.id].format_map(self.values)


ENGLISH = {
    "aim_calibrated": "calibrated, {distance_m} m away, ± {error_m} m",
    "aim_no_mount": "it has no entry in ptz.toml",
    "aim_no_place": "it has no place in cameras.csv",
    "aim_presets_unread": "the positions of its calibrated presets have not been read yet",
    "aim_bad_fit": "its presets do not fit together (off by {error_deg}°)",
    "aim_too_far": "the place is {distance_m} m away, limit {range_m} m",
    "aim_out_of_reach": "the place is beyond its reach",
    "aim_held": "turned by {owner}",
    "aim_raised_it": "it sees the place already",
}


class NoAim(Exception):
    """This camera cannot show the place, for this reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.english)
        self.reason = reason


class Mount(Struct, frozen=True):
    """A solved mount. Bearings clockwise from north, elevations above the horizon."""

    pan_zero_deg: float
    pan_deg: float
    tilt_zero_deg: float
    tilt_deg: float
    height_m: float
    error_deg: float
    fov_wide_deg: float | None = None
    fov_tele_deg: float | None = None


class Aim(Struct, frozen=True):
    """Where to turn, how far the place is, and how far the picture's middle may be off."""

    camera_id: CameraId
    position: PtzPosition
    distance_m: float
    error_m: float

    @property
    def reason(self) -> Reason:
        values = {"distance_m": round(self.distance_m), "error_m": max(1, round(self.error_m))}
        return Reason("aim_calibrated", values)


def solved(mount: PtzMount, place: GeoPoint, presets: Mapping[str, PtzPosition] | None) -> Mount:
    """The mount with all its angles; presets win over what was declared where there are enough.

    Args:
        place: where the camera hangs.
        presets: token → position as the camera tells it; None: not read yet.

    Raises:
        NoAim: presets are needed and not known, or do not fit.
    """
    if len(mount.presets) < 4:
        return _declared(mount)
    known = [
        (presets[preset.token], preset.place)
        for preset in mount.presets
        if presets is not None and preset.token in presets
    ]
    sights = [
        _Sight(position.pan_norm, position.tilt_norm, *_angles(place, at))
        for position, at in known
        if position.pan_norm is not None and position.tilt_norm is not None
    ]
    if len(sights) < 4:
        if mount.height_m is not None and mount.home_bearing_deg is not None:
            return _declared(mount)
        raise NoAim(Reason("aim_presets_unread"))
    return _fitted(mount, tuple(sights))


def _declared(mount: PtzMount) -> Mount:
    assert mount.height_m is not None
    assert mount.home_bearing_deg is not None
    return Mount(
        mount.home_bearing_deg, mount.pan_deg, mount.tilt_zero_deg, mount.tilt_deg, mount.height_m,
        DECLARED_ERROR_DEG, mount.fov_wide_deg, mount.fov_tele_deg,
    )  # fmt: skip


class _Sight(Struct, frozen=True):
    pan_norm: float
    tilt_norm: float
    bearing_deg: float
    distance_m: float


def _angles(place: GeoPoint, at: GeoPoint) -> tuple[float, float]:
    return bearing_deg(place, at), max(_NEAREST_M, distance_m(place, at))


@functools.lru_cache(maxsize=256)
def _fitted(mount: PtzMount, sights: tuple[_Sight, ...]) -> Mount:
    """Least squares over bearing at pan 0, both scales, elevation at tilt 0 and height; kept."""
    pan = np.array([sight.pan_norm for sight in sights])
    tilt = np.array([sight.tilt_norm for sight in sights])
    bearing = np.array([sight.bearing_deg for sight in sights])
    distance = np.array([sight.distance_m for sight in sights])

    def errors(values: np.ndarray) -> np.ndarray:
        pan_zero, pan_scale, tilt_zero, tilt_scale, height = values
        off_pan = (pan_zero + pan * pan_scale - bearing + 180.0) % 360.0 - 180.0
        elevation = -np.degrees(np.arctan2(height, distance))
        off_tilt = tilt_zero + tilt * tilt_scale - elevation
        held = (tilt_scale - mount.tilt_deg) / 45.0  # height and scale trade off on few presets
        return np.concatenate([off_pan, off_tilt, [held]])

    zero = np.exp(1j * np.radians(bearing - pan * mount.pan_deg)).mean()
    guess = [
        float(np.degrees(np.angle(zero))) % 360.0,
        mount.pan_deg, mount.tilt_zero_deg, mount.tilt_deg, mount.height_m or 8.0,
    ]  # fmt: skip
    best = least_squares(errors, guess, bounds=_BOUNDS)
    off = errors(best.x)[: 2 * len(sights)]
    error_deg = float(np.sqrt(np.mean(off**2)))
    if error_deg > WORST_ERROR_DEG:
        raise NoAim(Reason("aim_bad_fit", {"error_deg": round(error_deg, 1)}))
    pan_zero, pan_scale, tilt_zero, tilt_scale, height = (float(value) for value in best.x)
    return Mount(
        pan_zero % 360.0, pan_scale, tilt_zero, tilt_scale, height, max(0.3, error_deg),
        mount.fov_wide_deg, mount.fov_tele_deg,
    )  # fmt: skip


_BOUNDS = ([-400.0, 5.0, -120.0, -180.0, 0.5], [760.0, 720.0, 120.0, 180.0, 500.0])


def aimed(
    camera: Camera,
    mount: PtzMount | None,
    presets: Mapping[str, PtzPosition] | None,
    target: GeoPoint,
    range_m: float,
) -> Aim:
    """Where this camera must turn to show `target` in the middle. Raises NoAim."""
    if mount is None:
        raise NoAim(Reason("aim_no_mount"))
    if camera.place is None:
        raise NoAim(Reason("aim_no_place"))
    bearing, away_m = _angles(camera.place, target)
    if away_m > range_m:
        raise NoAim(Reason("aim_too_far", {"distance_m": round(away_m), "range_m": round(range_m)}))
    model = solved(mount, camera.place, presets)
    turn = (bearing - model.pan_zero_deg + 180.0) % 360.0 - 180.0
    elevation = -math.degrees(math.atan2(model.height_m, away_m))
    pan, tilt = turn / model.pan_deg, (elevation - model.tilt_zero_deg) / model.tilt_deg
    if abs(pan) > 1.0 or abs(tilt) > 1.0:
        raise NoAim(Reason("aim_out_of_reach"))
    position = PtzPosition(round(pan, 5), round(tilt, 5), _zoom(model, away_m))
    off = math.radians(model.error_deg)
    along_m = off * (away_m**2 + model.height_m**2) / model.height_m
    return Aim(camera.id, position, away_m, math.hypot(off * away_m, along_m))


def _zoom(model: Mount, away_m: float) -> float | None:
    """So that SHOWN_M fill the picture; lenses zoom about evenly in the logarithm of their angle."""
    wide, tele = model.fov_wide_deg, model.fov_tele_deg
    if wide is None or tele is None or tele >= wide:
        return None
    wanted = math.degrees(2 * math.atan2(SHOWN_M / 2, away_m))
    share = math.log(wide / min(wide, max(tele, wanted))) / math.log(wide / tele)
    return round(share, 4)
