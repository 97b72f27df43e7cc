"""The demonstration city is one world: places, pictures and registers agree."""

from __future__ import annotations

from pathlib import Path

import osmium
import pytest

from config.geometry import distance_m
from config.load import check_site
from config.site import GridLevel, ZoneKind
from console.demo.areas import areas, cell_at
from console.demo.cameras import CAMERAS, Happening, StreetCamera
from console.demo.city import STREETS, to_city, to_geo
from console.demo.site_files import DemoAddresses, calibration_pairs, write_site, zones_of


@pytest.fixture(scope="module")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    write_site(folder, DemoAddresses())
    return folder


def test_the_site_folder_has_no_mistake(site_folder: Path) -> None:
    site, problems = check_site(site_folder)
    assert problems == ()
    assert site is not None
    assert len(site.cameras) == 16
    assert len(site.inspectors) == 12
    assert {zone.kind for zone in site.zones} >= {
        ZoneKind.NO_PARKING,
        ZoneKind.NO_TRADING,
        ZoneKind.SMOKE_WATCH,
    }


def test_every_limit_suits_a_short_demonstration(site_folder: Path) -> None:
    site, _ = check_site(site_folder)
    assert site is not None
    assert max(zone.limit_s for zone in site.zones) <= 15.0


def test_grid_codes_have_fourteen_digits_and_nest() -> None:
    by_id = {area.grid_id: area for area in areas()}
    assert len(by_id) == len(areas())
    for area in areas():
        assert len(area.grid_id) == 14
        if area.level is not GridLevel.DISTRICT:
            assert area.parent in by_id


def test_every_camera_hangs_in_a_cell() -> None:
    assert all(cell_at(camera.view.x_m, camera.view.y_m) for camera in CAMERAS)


def test_streets_are_named_openstreetmap_ways_that_share_junctions(site_folder: Path) -> None:
    names: set[str] = set()
    uses: dict[int, int] = {}
    for item in osmium.FileProcessor(site_folder / "streets.osm.pbf"):
        if isinstance(item, osmium.osm.Way) and "highway" in item.tags:
            names.add(item.tags.get("name") or "")
            for node in item.nodes:
                uses[node.ref] = uses.get(node.ref, 0) + 1
    assert {street.name for street in STREETS} <= names
    assert sum(count == 4 for count in uses.values()) >= 24


def test_geographic_places_come_back_to_the_city_frame() -> None:
    for x, y in ((0.0, 0.0), (930.0, 670.0), (-95.0, 700.0)):
        back = to_city(to_geo(x, y))
        assert back == pytest.approx((x, y), abs=0.01)


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: str(camera.number))
def test_picture_and_ground_are_inverse(camera: StreetCamera) -> None:
    seen = camera.view.project(*camera.ahead(25.0, 0.0))
    assert seen is not None
    assert camera.view.ground(*seen) == pytest.approx(camera.ahead(25.0, 0.0), abs=1e-6)


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: str(camera.number))
def test_calibration_gives_the_true_place(camera: StreetCamera) -> None:
    pairs = calibration_pairs(camera)
    assert len(pairs) >= 4
    for x, y, place in pairs:
        ground = camera.view.ground(x, y)
        assert ground is not None
        assert distance_m(to_geo(*ground), place) < 0.1


@pytest.mark.parametrize(
    "camera",
    [c for c in CAMERAS if c.happening in {Happening.PARKING, Happening.STALL}],
    ids=lambda camera: str(camera.number),
)
def test_what_happens_lies_in_its_zone(camera: StreetCamera) -> None:
    from shapely.geometry import Point, Polygon

    kind = {Happening.PARKING: "no_parking", Happening.STALL: "no_trading"}[camera.happening]
    zone = next(zone for zone in zones_of(camera) if zone.kind == kind)
    seen = camera.view.project(*camera.happening_place())
    assert seen is not None
    assert Polygon(zone.polygon).contains(Point(seen))
