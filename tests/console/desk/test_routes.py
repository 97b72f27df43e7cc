"""Streets from a real OSM extract: lengths, detours, parallel ways, places off the street."""

from __future__ import annotations

from pathlib import Path

import osmium
import pytest
from osmium.osm import mutable

from config.geometry import GeoPoint, distance_m, moved
from config.travel import Travel
from console.desk.routes import StreetNetwork, StreetService
from console.desk.street_extract import Access, StreetNetworkUnreadable, bicycle_access

ORIGIN = GeoPoint(31.2, 121.5)


def write_streets(path: Path) -> Path:
    """A block of 100 m: a straight street, a detour of 300 m beside it, a motorway, an island.

    ```
    4 ── 5          nodes 1–2 joined by the street (100 m) and by the detour 1-4-5-2 (300 m),
    │    │          and once more directly by a longer drawn way through 7
    1 ── 2 ── 3     1–10 are 20 m twice; 2–3 is a motorway: nobody walks it
    8 ── 9          an island 2 km south
    ```
    """
    metres = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (0, 100), 5: (100, 100), 7: (50, 60),
              8: (0, -2000), 9: (100, -2000), 10: (0, -20)}  # fmt: skip
    writer = osmium.SimpleWriter(str(path))
    try:
        for number, (east_m, north_m) in metres.items():
            place = moved(ORIGIN, east_m, north_m)
            writer.add_node(mutable.Node(id=number, location=(place.lon_deg, place.lat_deg)))
        ways = [([1, 7, 2], "path"), ([1, 2], "residential"), ([1, 2], "footway"), ([1, 4, 5, 2], "service"),
                ([1, 10], "path"), ([10, 1], "steps"), ([2, 3], "motorway"), ([8, 9], "residential"), ([4, 3], None)]  # fmt: skip
        for number, (nodes, kind) in enumerate(ways, start=1):
            tags = {"highway": kind} if kind else {"building": "yes"}
            writer.add_way(mutable.Way(id=number, nodes=nodes, tags=tags))
    finally:
        writer.close()
    return path


def write_one_way(path: Path) -> Path:
    """A square of 100 m: 1 → 2 one way, back by 2-3-4-1 (300 m) or by the footway 1-2 beside it.

    4-5 is a one-way street but for bicycles; 6 is reached by steps only.
    """
    metres = {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100), 5: (-100, 100), 6: (0, -100)}
    ways = [
        ([1, 2], {"highway": "residential", "oneway": "yes"}),
        ([2, 3, 4, 1], {"highway": "residential"}),
        ([1, 2], {"highway": "footway"}),
        ([5, 4], {"highway": "service", "oneway": "yes", "oneway:bicycle": "no"}),
        ([1, 6], {"highway": "steps"}),
    ]  # fmt: skip
    writer = osmium.SimpleWriter(str(path))
    try:
        for number, (east_m, north_m) in metres.items():
            place = moved(ORIGIN, east_m, north_m)
            writer.add_node(mutable.Node(id=number, location=(place.lon_deg, place.lat_deg)))
        for number, (nodes, tags) in enumerate(ways, start=1):
            writer.add_way(mutable.Way(id=number, nodes=nodes, tags=tags))
    finally:
        writer.close()
    return path


def test_a_bicycle_keeps_to_one_way_streets_and_somebody_on_foot_need_not(tmp_path: Path) -> None:
    network = StreetNetwork.load(write_one_way(tmp_path / "one-way.osm.pbf"))
    west, east, around = ORIGIN, moved(ORIGIN, 100, 0), moved(ORIGIN, -100, 100)

    def metres(start: GeoPoint, end: GeoPoint, travel: Travel) -> float:
        (road,) = network.distances_m(end, [start], travel=travel)
        way = network.route(start, end, travel)
        assert road is not None
        assert way is not None
        assert way.distance_m == pytest.approx(road, abs=0.1), "both ask the same question"
        return road

    assert metres(west, east, Travel.E_BIKE) == pytest.approx(100, abs=1)
    assert metres(east, west, Travel.E_BIKE) == pytest.approx(300, abs=1)
    assert metres(east, west, Travel.WALKING) == pytest.approx(100, abs=1)
    assert metres(west, around, Travel.E_BIKE) == pytest.approx(200, abs=1), "cycles are excepted"
    steps = moved(ORIGIN, 0, -100)
    assert metres(west, steps, Travel.WALKING) == pytest.approx(100, abs=1)
    assert metres(west, steps, Travel.E_BIKE) == pytest.approx(100, abs=1), "the last part on foot"


def test_a_street_that_only_leads_out_is_no_way_in(tmp_path: Path) -> None:
    path = tmp_path / "out.osm.pbf"
    writer = osmium.SimpleWriter(str(path))
    for number, east_m in ((1, 0), (2, 900)):
        place = moved(ORIGIN, east_m, 0)
        writer.add_node(mutable.Node(id=number, location=(place.lon_deg, place.lat_deg)))
    writer.add_way(mutable.Way(id=1, nodes=[1, 2], tags={"highway": "primary", "oneway": "yes"}))
    writer.close()
    network, end = StreetNetwork.load(path), moved(ORIGIN, 900, 0)
    assert network.route(ORIGIN, end, Travel.E_BIKE) is not None
    assert network.route(end, ORIGIN, Travel.E_BIKE) is None
    assert network.distances_m(ORIGIN, [end], travel=Travel.E_BIKE) == [None]
    assert network.route(end, ORIGIN, Travel.WALKING) is not None


@pytest.mark.parametrize(
    ("tags", "access"),
    [
        ({"highway": "residential"}, Access()),
        ({"highway": "residential", "oneway": "-1"}, Access(False, True)),
        ({"highway": "tertiary", "junction": "roundabout"}, Access(True, False)),
        ({"highway": "tertiary", "oneway": "yes", "cycleway:left": "opposite_lane"}, Access()),
        ({"highway": "footway"}, Access(False, False)),
        ({"highway": "footway", "bicycle": "designated"}, Access()),
        ({"highway": "primary", "bicycle": "no"}, Access(False, False)),
    ],
)
def test_what_the_tags_of_a_way_mean_for_a_bicycle(tags: dict[str, str], access: Access) -> None:
    assert bicycle_access(tags) == access


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> StreetNetwork:
    return StreetNetwork.load(write_streets(tmp_path_factory.mktemp("streets") / "streets.osm.pbf"))


def test_the_shortest_of_parallel_edges_counts(network: StreetNetwork) -> None:
    """A sparse matrix adds parallel edges up: 1–10 would be 40 m instead of 20 m."""
    across, down = network.distances_m(ORIGIN, [moved(ORIGIN, 100, 0), moved(ORIGIN, 0, -20)])
    assert across == pytest.approx(100, abs=1)
    assert down == pytest.approx(20, abs=1)


def test_a_place_in_the_middle_of_a_block_is_on_its_street(network: StreetNetwork) -> None:
    middle = moved(ORIGIN, 50, 0)
    assert network.distances_m(middle, [moved(ORIGIN, 100, 0)])[0] == pytest.approx(50, abs=10)
    assert network.distances_m(moved(ORIGIN, 50, 8), [middle])[0] == pytest.approx(8, abs=10)


def test_the_walk_to_and_from_the_street_is_added(network: StreetNetwork) -> None:
    (metres,) = network.distances_m(moved(ORIGIN, -30, 0), [moved(ORIGIN, 100, -20)])
    assert metres == pytest.approx(150, abs=1)


def test_no_way_is_none_not_a_number(network: StreetNetwork) -> None:
    island, nowhere = moved(ORIGIN, 0, -2000), moved(ORIGIN, 0, 9000)
    assert network.distances_m(ORIGIN, [island, nowhere]) == [None, None]
    assert network.distances_m(nowhere, [ORIGIN]) == [None]
    assert network.route(ORIGIN, island) is None
    assert network.route(ORIGIN, nowhere) is None


def test_motorways_and_buildings_are_no_streets(network: StreetNetwork) -> None:
    assert network.distances_m(moved(ORIGIN, 200, 0), [ORIGIN])[0] == pytest.approx(200, abs=1)
    (beyond,) = network.distances_m(moved(ORIGIN, 480, 0), [moved(ORIGIN, 100, 0)])
    assert beyond == pytest.approx(380, abs=1)  # walked beside the motorway, in a straight line


def test_a_route_follows_the_streets(network: StreetNetwork) -> None:
    route = network.route(moved(ORIGIN, 0, 100), moved(ORIGIN, 100, 0))
    assert route is not None
    assert route.distance_m == pytest.approx(200, abs=1)
    length_m = sum(distance_m(a, b) for a, b in zip(route.points, route.points[1:], strict=False))
    assert length_m == pytest.approx(route.distance_m, abs=1)


def test_a_file_that_is_no_extract_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "streets.osm.pbf"
    path.write_bytes(b"not an extract")
    with pytest.raises(StreetNetworkUnreadable):
        StreetNetwork.load(path)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_an_extract_that_was_cut_off_is_refused_and_never_half_read_in_silence(
    tmp_path: Path, share: float
) -> None:
    path = write_streets(tmp_path / "streets.osm.pbf")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(StreetNetworkUnreadable):
        StreetNetwork.load(path)


def test_the_service_reads_in_the_background_and_says_where_it_is(tmp_path: Path) -> None:
    service = StreetService()
    assert service.routing(None).cause == "the site has no street network"
    path = write_streets(tmp_path / "streets.osm.pbf")
    service.routing(path)
    assert service.wait_read(10)
    ready = service.routing(path)
    assert ready.distances_m is not None
    assert ready.distances_m(ORIGIN, [ORIGIN], 100.0, Travel.WALKING)[0] == pytest.approx(0, abs=1)
    assert service.routing(None).distances_m is None


@pytest.mark.logs_warnings("the street file is broken on purpose")
def test_a_broken_file_leaves_straight_lines_and_the_reason(tmp_path: Path) -> None:
    service = StreetService()
    path = tmp_path / "streets.osm.pbf"
    path.write_bytes(b"rubbish")
    service.routing(path)
    assert service.wait_read(10)
    routing = service.routing(path)
    assert routing.distances_m is None
    assert "no OSM extract" in routing.cause
