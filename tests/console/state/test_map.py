"""Projection, base map and routes."""

from __future__ import annotations

from pathlib import Path

import osmium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from osmium.osm.mutable import Node, Way

from config.geometry import GeoPoint, distance_m, moved
from console.state.basemap import AreaKind, BaseMap, read_basemap
from console.state.map_projection import MapProjection, place_of, scale_bar, world_of
from console.state.routes import StreetGraph
from ingest.errors import Misconfigured

CENTRE = GeoPoint(36.0, 120.0)


def _write_streets(path: Path) -> None:
    """Two crossing streets, a park, and a second way round that is longer."""
    spots = {1: (0, 0), 2: (300, 0), 3: (600, 0), 4: (300, 300), 5: (600, 300), 6: (0, 300)}
    with osmium.SimpleWriter(str(path)) as writer:
        for number, (east, north) in spots.items():
            place = moved(CENTRE, east, north)
            location = (place.lon_deg, place.lat_deg)
            writer.add_node(Node(id=number, location=location, version=1))
        ways = [
            ([1, 2, 3], {"highway": "primary", "name": "建设路"}),
            ([2, 4], {"highway": "residential"}),
            ([4, 5, 3], {"highway": "tertiary_link"}),
            ([1, 2, 4, 6, 1], {"leisure": "park", "name": "公园"}),
            ([1, 6], {"power": "line"}),
        ]
        for number, (nodes, tags) in enumerate(ways, start=1):
            writer.add_way(Way(id=number, nodes=nodes, tags=tags, version=1))


@given(st.floats(-85, 85), st.floats(-180, 180))
def test_a_place_comes_back_from_the_world(lat_deg: float, lon_deg: float) -> None:
    place = place_of(*world_of(GeoPoint(lat_deg, lon_deg)))
    assert place.lat_deg == pytest.approx(lat_deg, abs=1e-9)
    assert place.lon_deg == pytest.approx(lon_deg, abs=1e-9)


@given(st.floats(0, 800), st.floats(0, 600), st.floats(-3, 3))
def test_zooming_keeps_the_place_under_the_pointer(x: float, y: float, levels: float) -> None:
    before = MapProjection(zoom=15.0, width_px=800, height_px=600).centred(CENTRE)
    after = before.zoomed(levels, x, y)
    assert distance_m(before.to_place(x, y), after.to_place(x, y)) < 0.01


def test_dragging_moves_the_place_with_the_pointer() -> None:
    before = MapProjection(zoom=16.0, width_px=800, height_px=600).centred(CENTRE)
    x, y = before.panned(50, -20).to_screen(CENTRE)
    assert (x, y) == pytest.approx((450, 280), abs=1e-4)


def test_a_metre_on_the_ground_is_a_metre_on_the_map() -> None:
    view = MapProjection(zoom=17.0, width_px=800, height_px=600).centred(CENTRE)
    x, _y = view.to_screen(moved(CENTRE, 100, 0))
    assert (x - 400) * view.metres_per_px == pytest.approx(100, rel=1e-3)
    metres, length_px = scale_bar(view.metres_per_px)
    assert length_px <= 120
    assert length_px * view.metres_per_px == pytest.approx(metres)


def test_the_whole_area_fits_into_the_window() -> None:
    corners = [moved(CENTRE, x, y) for x, y in ((-900, -400), (900, 400))]
    view = MapProjection(width_px=640, height_px=480).fitted(corners)
    for corner in corners:
        x, y = view.to_screen(corner)
        assert 0 < x < 640
        assert 0 < y < 480
    assert view.fitted([]) == view


def test_streets_and_areas_are_read_with_their_names(tmp_path: Path) -> None:
    file = tmp_path / "streets.osm.pbf"
    _write_streets(file)
    basemap = read_basemap(file)
    assert [(street.name, street.rank) for street in basemap.streets] == [
        ("建设路", 1),
        ("", 4),
        ("", 3),
    ]
    assert [(area.name, area.kind) for area in basemap.areas] == [("公园", AreaKind.PARK)]
    assert basemap.attribution == ""


@pytest.mark.parametrize("content", [b"", b"rubbish" * 50])
def test_a_broken_street_file_is_said_and_names_the_file(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "streets.osm.pbf"
    file.write_bytes(content)
    with pytest.raises(Misconfigured, match=r"streets\.osm\.pbf"):
        read_basemap(file)


def test_a_cut_street_file_is_said(tmp_path: Path) -> None:
    whole = tmp_path / "whole.osm.pbf"
    _write_streets(whole)
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(whole.read_bytes()[:-40])
    with pytest.raises(Misconfigured):
        read_basemap(cut)


def test_a_route_follows_the_streets_from_the_nearest_point_of_each(tmp_path: Path) -> None:
    file = tmp_path / "streets.osm.pbf"
    _write_streets(file)
    graph = StreetGraph(read_basemap(file))
    found = graph.route(moved(CENTRE, 100, 10), moved(CENTRE, 310, 200))
    assert found is not None
    _points, length_m = found
    # 10 m to the street, 200 m along it, 200 m up the side street, 10 m to the place
    assert length_m == pytest.approx(420, abs=3)


def test_two_places_on_one_street_go_straight_along_it(tmp_path: Path) -> None:
    file = tmp_path / "streets.osm.pbf"
    _write_streets(file)
    graph = StreetGraph(read_basemap(file))
    found = graph.route(moved(CENTRE, 50, 0), moved(CENTRE, 250, 0))
    assert found is not None
    assert found[1] == pytest.approx(200, abs=1)


def test_there_is_no_route_where_there_are_no_streets() -> None:
    graph = StreetGraph(BaseMap())
    assert graph.route(CENTRE, moved(CENTRE, 100, 0)) is None
