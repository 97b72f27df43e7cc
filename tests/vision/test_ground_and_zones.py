"""Places on the map with honest errors; membership and hours of zones."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone

import cv2
import numpy as np
import pytest

from config.geometry import GeoPoint, ImagePoint, distance_m, east_north_m, moved
from config.site import Calibration, CalibrationPair, Camera, CameraId, Hours, ZoneKind
from tests.vision.street import zone
from vision.ground import CAMERA_PLACE_ERROR_M, CalibrationUnusable, Ground, Placer
from vision.zones import Anchor, ZoneArea, zone_in_force

CAMERA_ID = CameraId("cam-1")
ORIGIN = GeoPoint(36.1, 120.4)


def _pixel(east_m: float, north_m: float, height_m: float = 6.0) -> ImagePoint | None:
    """A pinhole camera at the origin, looking north, tilted 12° down, 60° wide, 16:9."""
    tilt = np.radians(12)
    forward = north_m * np.cos(tilt) + height_m * np.sin(tilt)
    down = height_m * np.cos(tilt) - north_m * np.sin(tilt)
    if forward <= 0.1:
        return None
    focal = 0.5 / np.tan(np.radians(30))
    x, y = 0.5 + focal * east_m / forward, 0.5 + focal * 16 / 9 * down / forward
    return ImagePoint(float(x), float(y)) if 0 <= x <= 1 and 0 <= y <= 1 else None


def _calibration(noise_m: float = 0.0, places: tuple[tuple[float, float], ...] = ()) -> Calibration:
    random = np.random.default_rng(4)
    pairs = []
    for east, north in places or ((-4, 12), (4, 12), (-8, 30), (8, 30), (0, 18), (3, 25)):
        pixel = _pixel(east, north)
        assert pixel is not None
        off = random.normal(0, noise_m, 2) if noise_m else (0.0, 0.0)
        pairs.append(CalibrationPair(pixel, moved(ORIGIN, east + off[0], north + off[1])))
    return Calibration(CAMERA_ID, tuple(pairs))


def test_a_calibrated_camera_places_a_foot_to_the_metre() -> None:
    ground = Ground(_calibration())
    pixel = _pixel(2.0, 22.0)
    assert pixel is not None
    place = ground.place(pixel.x_norm, pixel.y_norm)
    assert place is not None
    assert distance_m(place.point, moved(ORIGIN, 2.0, 22.0)) < 0.3
    back = ground.image_of(place.point)
    assert back is not None
    assert abs(back.x_norm - pixel.x_norm) < 1e-3


def test_the_error_grows_with_distance_and_with_bad_pairs() -> None:
    good, bad = Ground(_calibration()), Ground(_calibration(noise_m=2.0))
    near, far = _pixel(0, 12), _pixel(0, 45)
    assert near is not None
    assert far is not None
    near_place, far_place = good.place(near.x_norm, near.y_norm), good.place(far.x_norm, far.y_norm)
    assert near_place is not None
    assert far_place is not None
    assert near_place.error_m < far_place.error_m
    assert bad.residual_m > good.residual_m
    worse = bad.place(near.x_norm, near.y_norm)
    assert worse is not None
    assert worse.error_m > near_place.error_m


@pytest.mark.parametrize("noise_m", [0.0, 0.5, 2.0])
def test_the_fit_is_opencvs(noise_m: float) -> None:
    pairs = _calibration(noise_m=noise_m).pairs
    image = np.array([[pair.image.x_norm, pair.image.y_norm] for pair in pairs])
    metres = np.array([east_north_m(pairs[0].place, pair.place) for pair in pairs])
    theirs, _ = cv2.findHomography(image, metres, method=0)
    ours = Ground(Calibration(CAMERA_ID, pairs))
    for x, y in [*image, (0.5, 0.6), (0.2, 0.9)]:
        east, north, depth = theirs @ (x, y, 1.0)
        place = ours.place(float(x), float(y))
        assert place is not None
        assert distance_m(place.point, moved(pairs[0].place, east / depth, north / depth)) < 0.02


def test_the_sky_has_no_place_on_the_ground() -> None:
    assert Ground(_calibration()).place(0.5, 0.01) is None


@pytest.mark.parametrize(
    ("places", "message"),
    [
        (((0, 12), (0, 15), (0, 20), (0, 28)), "one line"),
        (((0, 12), (4, 15), (-3, 20)), "at least 4"),
    ],
)
def test_pairs_that_determine_nothing_are_refused(
    places: tuple[tuple[float, float], ...], message: str
) -> None:
    with pytest.raises(CalibrationUnusable, match=message):
        Ground(_calibration(places=places))


def test_without_calibration_the_cameras_place_and_a_large_error() -> None:
    camera = Camera(CAMERA_ID, "c", "rtsp://c/1", place=ORIGIN)
    place = Placer(camera, None).place((0.4, 0.4, 0.6, 0.6))
    assert place is not None
    assert place.point == ORIGIN
    assert place.error_m == CAMERA_PLACE_ERROR_M
    assert Placer(Camera(CAMERA_ID, "c", "rtsp://c/1"), None).place((0, 0, 1, 1)) is None


def test_share_of_a_box_by_its_anchor() -> None:
    area = ZoneArea(zone(ZoneKind.NO_PARKING, 5, ((0, 0.5), (1, 0.5), (1, 1), (0, 1))))
    assert area.share((0.4, 0.3, 0.6, 0.7)) == pytest.approx(0.5, abs=0.03)
    assert area.share((0.4, 0.3, 0.6, 0.7), Anchor.LOWER_HALF) == pytest.approx(1.0, abs=0.03)
    assert area.share((0.4, 0.1, 0.6, 0.3)) == 0.0
    assert area.share((0.999, 0.999, 1.0, 1.0)) == 1.0


CHINA = timezone(timedelta(hours=8))
NIGHT = zone(ZoneKind.NO_PARKING, 5, hours=Hours(time(22), time(6)), days=frozenset({4}))


@pytest.mark.parametrize(
    ("local", "in_force"),
    [
        ("2026-01-02 23:00", True),  # Friday evening
        ("2026-01-03 05:59", True),  # the same night, Saturday by date
        ("2026-01-03 06:00", False),
        ("2026-01-02 05:00", False),  # the night of Thursday
        ("2026-01-03 23:00", False),
    ],
)
def test_a_night_belongs_to_the_day_it_began(local: str, in_force: bool) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=CHINA).astimezone(UTC)
    assert zone_in_force(NIGHT, round(moment.timestamp() * 1e9), CHINA) is in_force
