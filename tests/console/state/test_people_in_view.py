"""Who stands in a camera's picture by the positions people send."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from config.geometry import GeoPoint, moved
from config.site import CameraId, InspectorId
from console.state.people import GREYED_AFTER_S, OFFLINE_AFTER_S, People
from console.state.people_in_view import PeopleInView
from ingest.positions.fix import PositionEntry
from tests.console.seat_kit import camera_id, fake_site, position

NOW_NS = 1_764_000_000_000_000_000
CAMERA = camera_id(1)
#: Metres from camera 1 that its calibration covers: 10…30 east, 10…40 north.
MIDDLE, BESIDE, FAR = (20.0, 20.0), (60.0, 20.0), (20.0, 900.0)


class Street:
    """Camera 1, looking at calibrated ground, and inspectors on it."""

    def __init__(self, folder: Path) -> None:
        site = fake_site(folder)
        self.people = People(site.inspectors)
        self.is_live = True
        self.elsewhere: set[CameraId] = set()
        self.view = PeopleInView(
            self.people, lambda: self.is_live, lambda camera: camera in self.elsewhere
        )
        self.view.set_calibrations(site.calibrations)
        self.camera = site.cameras[0].place or GeoPoint(0, 0)

    def entry(self, number: int, at: tuple[float, float], age_s: float = 3.0) -> PositionEntry:
        place = moved(self.camera, *at)
        entry = position(number, now_utc_ns=NOW_NS, age_s=age_s)
        return msgspec.structs.replace(entry, lat_deg=place.lat_deg, lon_deg=place.lon_deg)

    def names(self, utc_ns: int = NOW_NS) -> list[str]:
        return [person.name for person in self.view.of(CAMERA, utc_ns)]


@pytest.fixture
def street(tmp_path: Path) -> Street:
    return Street(tmp_path)


def test_who_stands_on_calibrated_ground_is_in_the_picture_at_the_foot(street: Street) -> None:
    street.people.apply([street.entry(1, MIDDLE), street.entry(2, BESIDE), street.entry(3, FAR)])
    (seen,) = street.view.of(CAMERA, NOW_NS)
    assert (seen.name, seen.age_s, seen.is_old) == ("王建国", 3, False)
    # by the plane: half-way across, and past the middle of the depth because far is small
    assert seen.x_norm == pytest.approx(0.5, abs=0.001)
    assert 0.45 < seen.y_norm < 0.65
    assert street.view.of(camera_id(2), NOW_NS) == ()
    street.people.apply([street.entry(1, BESIDE, age_s=1.0)])
    assert street.names() == []


def test_the_nearest_comes_last_so_that_it_lies_on_top(street: Street) -> None:
    street.people.apply([street.entry(1, (20, 12)), street.entry(2, (20, 38))])
    assert street.names() == ["李晓梅", "王建国"]


def test_an_old_position_says_its_age_then_goes(street: Street) -> None:
    street.people.apply([street.entry(1, MIDDLE, age_s=0.0)])
    for age_s, is_old in ((GREYED_AFTER_S - 1, False), (GREYED_AFTER_S, True)):
        (seen,) = street.view.of(CAMERA, NOW_NS + round(age_s * 1e9))
        assert (seen.age_s, seen.is_old) == (age_s, is_old)
    assert street.names(NOW_NS + round(OFFLINE_AFTER_S * 1e9)) == []
    street.is_live = False
    (seen,) = street.view.of(CAMERA, NOW_NS)
    assert seen.is_old


def test_a_camera_that_looks_elsewhere_shows_nobody(street: Street) -> None:
    street.people.apply([street.entry(1, MIDDLE)])
    street.elsewhere.add(CAMERA)
    assert street.names() == []


def test_people_are_found_by_place_however_they_move(street: Street) -> None:
    for step in range(40):
        street.people.apply([street.entry(1, (20.0, 400.0 - step * 10.0), age_s=100.0 - step)])
        found = [person.inspector_id for person in street.people.near(street.camera, street.camera)]
        assert found.count(InspectorId("insp-1")) <= 1
    assert street.names() == ["王建国"]
    street.people.replace([street.entry(2, MIDDLE)])
    assert street.names() == ["李晓梅"]
