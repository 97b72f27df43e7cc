"""Aiming: from a place to pan and tilt, by a declared mount or by calibrated presets."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.directory import SiteDirectory
from config.geometry import GeoPoint, bearing_deg, distance_m, moved
from config.site import Camera, CameraId, MountPreset, PtzMount, Site
from ingest.ptz.aim import NoAim, aimed, solved
from ingest.ptz.aiming import choose
from ingest.ptz.device import PtzPosition
from ingest.ptz.lease import Lease

HERE = GeoPoint(36.0895, 120.3690)
C1, C2 = CameraId("C1"), CameraId("C2")
CAMERA = Camera(C1, "Gate", "rtsp://c1", place=HERE, ptz_url="http://c1")
DECLARED = PtzMount(C1, height_m=10.0, home_bearing_deg=90.0)


def seen_at(place: GeoPoint, *, zero: float, height: float) -> PtzPosition:
    """What a perfect camera (pan 0 at `zero`, tilt 0 at −45°, ±180° and 45° a unit) tells of a place."""
    turn = (bearing_deg(HERE, place) - zero + 180) % 360 - 180
    elevation = -math.degrees(math.atan2(height, distance_m(HERE, place)))
    return PtzPosition(turn / 180, (elevation + 45) / 45, 0.0)


def test_a_declared_mount_turns_to_the_place() -> None:
    aim = aimed(CAMERA, DECLARED, None, moved(HERE, 100.0, 0.0), 400.0)
    assert aim.position.pan_norm == pytest.approx(0.0, abs=0.002)
    assert aim.position.tilt_norm == pytest.approx((-math.degrees(math.atan2(10, 100)) + 45) / 45, abs=0.002)  # fmt: skip
    assert aim.distance_m == pytest.approx(100, abs=1)
    south = aimed(CAMERA, DECLARED, None, moved(HERE, 0.0, -50.0), 400.0)
    assert south.position.pan_norm == pytest.approx(0.5, abs=0.002)


def test_the_error_grows_with_the_distance_and_is_told() -> None:
    near = aimed(CAMERA, DECLARED, None, moved(HERE, 20.0, 0.0), 400.0)
    far = aimed(CAMERA, DECLARED, None, moved(HERE, 300.0, 0.0), 400.0)
    assert near.error_m < 5 < far.error_m
    assert far.reason.english.startswith("calibrated, 300 m away")


@settings(deadline=None, max_examples=30)
@given(
    zero=st.floats(0, 359.9),
    height=st.floats(4, 40),
    bearings=st.lists(st.floats(0, 359), min_size=5, max_size=7, unique_by=lambda b: round(b / 25)),
)
def test_presets_with_known_places_give_the_mount_back(
    zero: float, height: float, bearings: list[float]
) -> None:
    places = [
        moved(HERE, (20 + 25 * n) * math.sin(math.radians(b)), (20 + 25 * n) * math.cos(math.radians(b)))
        for n, b in enumerate(bearings)
    ]  # fmt: skip
    mount = PtzMount(C1, presets=tuple(MountPreset(str(n), p) for n, p in enumerate(places)))
    told = {str(n): seen_at(place, zero=zero, height=height) for n, place in enumerate(places)}
    target = moved(HERE, 60.0, 35.0)
    aim = aimed(CAMERA, mount, told, target, 400.0)
    true = seen_at(target, zero=zero, height=height)
    assert aim.position.pan_norm is not None
    assert true.pan_norm is not None
    turned = (aim.position.pan_norm - true.pan_norm + 1) % 2 - 1
    assert turned == pytest.approx(0, abs=2 / 180)
    assert aim.position.tilt_norm == pytest.approx(true.tilt_norm, abs=2 / 45)


def test_presets_at_the_wrong_places_are_no_calibration() -> None:
    places = [moved(HERE, x, y) for x, y in ((50, 0), (0, 50), (-50, 0), (0, -50), (40, 40))]
    mount = PtzMount(C1, presets=tuple(MountPreset(str(n), p) for n, p in enumerate(places)))
    told = {str(n): seen_at(p, zero=30, height=8) for n, p in enumerate(reversed(places))}
    with pytest.raises(NoAim, match="do not fit together"):
        solved(mount, HERE, told)
    with pytest.raises(NoAim, match="not been read"):
        solved(mount, HERE, None)


@pytest.mark.parametrize(
    ("camera", "mount", "east_m", "why"),
    [
        (CAMERA, None, 50.0, "aim_no_mount"),
        (Camera(C1, "", "rtsp://c"), DECLARED, 50.0, "aim_no_place"),
        (CAMERA, DECLARED, 900.0, "aim_too_far"),
        (CAMERA, PtzMount(C1, height_m=10, home_bearing_deg=90, pan_deg=60), -50.0, "aim_out_of_reach"),
    ],
)  # fmt: skip
def test_a_camera_that_cannot_show_the_place_says_why(
    camera: Camera, mount: PtzMount | None, east_m: float, why: str
) -> None:
    with pytest.raises(NoAim) as refused:
        aimed(camera, mount, None, moved(HERE, east_m, 0.0), 400.0)
    assert refused.value.reason.id == why


def test_the_lens_frames_the_place_where_its_angles_are_known() -> None:
    zooming = PtzMount(
        C1, height_m=10.0, home_bearing_deg=90.0, fov_wide_deg=60.0, fov_tele_deg=3.0
    )
    near = aimed(CAMERA, zooming, None, moved(HERE, 20.0, 0.0), 400.0)
    far = aimed(CAMERA, zooming, None, moved(HERE, 200.0, 0.0), 400.0)
    assert near.position.zoom_norm == 0.0
    assert far.position.zoom_norm is not None
    assert 0.5 < far.position.zoom_norm < 1.0


def test_the_best_camera_is_chosen_and_the_others_say_why_not(tmp_path: Path) -> None:
    near = Camera(C2, "Near", "rtsp://c2", place=moved(HERE, 40.0, 0.0), ptz_url="http://c2")
    bare = Camera(CameraId("C3"), "Bare", "rtsp://c3", place=HERE, ptz_url="http://c3")
    fixed = Camera(CameraId("C4"), "Fixed", "rtsp://c4", place=HERE)
    site = Site(
        tmp_path, "T", cameras=(CAMERA, near, bare, fixed),
        ptz_mounts=(DECLARED, PtzMount(C2, height_m=10.0, home_bearing_deg=0.0)),
    )  # fmt: skip
    directory, target = SiteDirectory(site), moved(HERE, 80.0, 0.0)

    def chosen(holder: Lease | None = None, **only: CameraId) -> tuple[str | None, dict[str, str]]:
        choice = choose(
            directory, target, 400.0, lambda _id: None,
            lambda camera_id: holder if camera_id == C2 else None, "seat 1", 5, **only,
        )  # fmt: skip
        best = None if choice.best is None else str(choice.best.camera_id)
        return best, {str(other.camera_id): other.reason.id for other in choice.others}

    assert chosen() == ("C2", {"C3": "aim_no_mount"})
    assert chosen(Lease(C2, "seat 2", 5, 0, 1))[0] == "C1"
    assert chosen(Lease(C2, "seat 2", 4, 0, 1))[0] == "C2"
    assert chosen(without=C2) == ("C1", {"C3": "aim_no_mount", "C2": "aim_raised_it"})
    assert chosen(only=CameraId("C3")) == (None, {"C3": "aim_no_mount"})
