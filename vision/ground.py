"""Ground: where a point of a camera's picture lies on the map, with an error in metres.

From at least four pairs picture ↔ map: a plane-to-plane homography, fitted with numpy alone, so that
a seat may ask it too (the console loads no OpenCV). Without calibration the camera's own place with
an honest large error. Assumes flat ground.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.geometry import GeoPoint, ImagePoint, east_north_m, moved
from config.site import Calibration, Camera
from ingest.errors import Misconfigured
from vision.boxes import Box

#: What "somewhere in this camera's view" means for a street camera without calibration.
CAMERA_PLACE_ERROR_M = 80.0
#: A point above the calibrated horizon (smoke over roofs) is somewhere further out.
SKY_ERROR_M = 200.0
#: How well the foot of a box is known: share of the picture (about 6 px of 640).
FOOT_ERROR_NORM = 0.01
PAIRS_MIN = 4
#: Steps of the fit; it stands still after four or five.
_STEPS_MOST = 12


class CalibrationUnusable(Misconfigured):
    """The pairs of a calibration do not determine the ground plane."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the map; `error_m` is one standard deviation or an honest bound."""

    point: GeoPoint
    error_m: float


class Ground:
    """The ground plane of one calibrated camera. Immutable."""

    def __init__(self, calibration: Calibration) -> None:
        """Fits the plane.

        Raises:
            CalibrationUnusable: fewer than four pairs, or nearly all on one line.
        """
        pairs = calibration.pairs
        if len(pairs) < PAIRS_MIN:
            raise CalibrationUnusable(
                f"camera {calibration.camera_id}: {len(pairs)} calibration pairs, "
                f"at least {PAIRS_MIN} are needed"
            )
        self._origin = pairs[0].place
        image = np.array([[pair.image.x_norm, pair.image.y_norm] for pair in pairs])
        ground = np.array([east_north_m(self._origin, pair.place) for pair in pairs])
        self._to_ground = _homography(image, ground, str(calibration.camera_id))
        self._to_image = np.linalg.inv(self._to_ground)
        depths = np.column_stack((image, np.ones(len(image)))) @ self._to_ground[2]
        self._near_sign = float(np.sign(np.median(depths)))
        projected = np.array([self._projected(x, y)[0] for x, y in image])
        errors = np.hypot(*(projected - ground).T)
        # Four pairs always fit exactly: then the residual says nothing about the map's error.
        freedom = max(1, 2 * len(pairs) - 8)
        self.residual_m = float(np.sqrt((errors**2).sum() / freedom))

    def place(self, x_norm: float, y_norm: float) -> Place | None:
        """The ground under a point of the picture; None at or above the horizon."""
        (east, north), depth = self._projected(x_norm, y_norm)
        if depth * self._near_sign <= 1e-6 or math.hypot(east, north) > 5_000:
            return None
        spread = self._spread_m(x_norm, y_norm)
        return Place(moved(self._origin, east, north), math.hypot(spread, self.residual_m, 1.0))

    def image_of(self, point: GeoPoint) -> ImagePoint | None:
        """Where the picture shows a place; None when it is outside or behind the camera."""
        east, north = east_north_m(self._origin, point)
        x, y, w = self._to_image @ np.array([east, north, 1.0])
        if abs(w) < 1e-12:
            return None
        x_norm, y_norm = float(x / w), float(y / w)
        if not (0 <= x_norm <= 1 and 0 <= y_norm <= 1) or self.place(x_norm, y_norm) is None:
            return None
        return ImagePoint(x_norm, y_norm)

    def _projected(self, x_norm: float, y_norm: float) -> tuple[tuple[float, float], float]:
        east, north, depth = self._to_ground @ np.array([x_norm, y_norm, 1.0])
        safe = depth if abs(depth) > 1e-12 else 1e-12
        return (float(east / safe), float(north / safe)), float(depth)

    def _spread_m(self, x_norm: float, y_norm: float) -> float:
        """How far the foot's uncertainty reaches on the ground: grows towards the horizon."""
        step = FOOT_ERROR_NORM
        (east, north), _ = self._projected(x_norm, y_norm)
        worst = 0.0
        for dx, dy in ((step, 0.0), (-step, 0.0), (0.0, step), (0.0, -step)):
            (east_2, north_2), depth = self._projected(x_norm + dx, y_norm + dy)
            if depth * self._near_sign <= 1e-6:
                return SKY_ERROR_M
            worst = max(worst, math.hypot(east_2 - east, north_2 - north))
        return min(worst, SKY_ERROR_M)


def _homography(
    image: NDArray[np.float64], ground: NDArray[np.float64], camera: str
) -> NDArray[np.float64]:
    for points in (image, ground):
        spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
        if spread[1] < 0.02 * spread[0]:
            raise CalibrationUnusable(
                f"camera {camera}: the calibration pairs lie on one line; "
                "choose points across the picture"
            )
    found = _fitted(image, ground)
    if not np.isfinite(found).all() or abs(np.linalg.det(found)) < 1e-12:
        raise CalibrationUnusable(f"camera {camera}: the calibration pairs contradict each other")
    return found


def _fitted(image: NDArray[np.float64], ground: NDArray[np.float64]) -> NDArray[np.float64]:
    """The plane with the least squared error on the ground: a linear fit, then damped Gauss-Newton
    steps (Hartley & Zisserman, Multiple View Geometry, 4.1 to 4.5). Not finite where nothing fits.
    """
    from_image, from_ground = _normaliser(image), _normaliser(ground)
    points, wanted = _mapped(from_image, image), _mapped(from_ground, ground)
    rows = []
    for (x, y), (east, north) in zip(points, wanted, strict=True):
        rows.append((x, y, 1.0, 0.0, 0.0, 0.0, -east * x, -east * y, -east))
        rows.append((0.0, 0.0, 0.0, x, y, 1.0, -north * x, -north * y, -north))
    plane = np.linalg.svd(np.array(rows))[2][-1].reshape(3, 3)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        plane = plane / plane[2, 2]
        if len(image) > PAIRS_MIN and np.isfinite(plane).all():
            plane = _refined(plane, points, wanted)
        whole = np.linalg.inv(from_ground) @ plane @ from_image
        return np.asarray(whole / whole[2, 2], np.float64)


def _refined(
    plane: NDArray[np.float64], points: NDArray[np.float64], wanted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """`plane` with the least squared distance between where `points` fall and `wanted`."""
    best, damping = plane, 1e-3
    error, slope = _misfit(best, points, wanted)
    for _ in range(_STEPS_MOST):
        square = slope.T @ slope
        step = np.linalg.solve(square + damping * np.diag(np.diag(square)), -slope.T @ error)
        moved_plane = best + np.append(step, 0.0).reshape(3, 3)
        moved_error, moved_slope = _misfit(moved_plane, points, wanted)
        if not (moved_error**2).sum() < (error**2).sum():  # also where it is no number
            damping *= 10
            continue
        best, error, slope, damping = moved_plane, moved_error, moved_slope, damping / 10
    return best


def _misfit(
    plane: NDArray[np.float64], points: NDArray[np.float64], wanted: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Errors (2n) and their slope by the first eight numbers of `plane` (2n × 8)."""
    whole = np.column_stack((points, np.ones(len(points))))
    numerators, depth = whole @ plane[:2].T, whole @ plane[2]
    fallen = numerators / depth[:, None]
    nothing = np.zeros_like(whole)
    per_depth = whole / depth[:, None]
    east = np.hstack((per_depth, nothing, -fallen[:, :1] * per_depth[:, :2]))
    north = np.hstack((nothing, per_depth, -fallen[:, 1:] * per_depth[:, :2]))
    return (fallen - wanted).T.ravel(), np.vstack((east, north))


def _normaliser(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """To the middle of `points`, at a mean distance of √2: what makes the linear fit well behaved."""
    middle = points.mean(axis=0)
    scale = math.sqrt(2) / float(np.hypot(*(points - middle).T).mean())
    return np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1.0]])


def _mapped(plane: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(points * (plane[0, 0], plane[1, 1]) + plane[:2, 2], np.float64)


class Placer:
    """Gives a camera's alerts their place. Immutable."""

    def __init__(self, camera: Camera, calibration: Calibration | None) -> None:
        """Raises CalibrationUnusable."""
        self._camera_place = camera.place
        self._ground = Ground(calibration) if calibration is not None else None

    def place(self, box: Box) -> Place | None:
        """Where the foot of the box stands; the camera's own place without calibration."""
        if self._ground is not None:
            found = self._ground.place((box[0] + box[2]) / 2, box[3])
            if found is not None:
                return found
        if self._camera_place is None:
            return None
        error_m = SKY_ERROR_M if self._ground is not None else CAMERA_PLACE_ERROR_M
        return Place(self._camera_place, error_m)


def calibration_of(camera: Camera, calibrations: Sequence[Calibration]) -> Calibration | None:
    """The calibration of a camera, if the site has one."""
    return next((each for each in calibrations if each.camera_id == camera.id), None)
