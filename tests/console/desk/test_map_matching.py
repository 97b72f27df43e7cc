"""Map matching: scattered fixes on the street they were walked along, gaps and parks left as they are."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import osmium
import pytest
from osmium.osm import mutable

from config.geometry import GeoPoint, distance_m, east_north_m, moved
from config.paths import hub_state_folder
from config.site import DeviceId, InspectorId
from console.desk.map_matching import matched
from console.desk.routes import StreetNetwork
from ingest.feed.envelope import utc_text
from ingest.positions.fix import Fix, FixSource
from ingest.positions.trails import TrailPoint, TrailStore
from tests.console.desk.desk_bench import MONDAY_9, DeskBench

ORIGIN = GeoPoint(31.2, 121.5)
#: Two parallel streets 60 m apart, joined at both ends 400 m on.
PLACES = {1: (0, 0), 2: (400, 0), 3: (400, 60), 4: (0, 60)}


def write_block(path: Path) -> Path:
    writer = osmium.SimpleWriter(str(path))
    for number, (east, north) in PLACES.items():
        place = moved(ORIGIN, east, north)
        writer.add_node(mutable.Node(id=number, location=(place.lon_deg, place.lat_deg)))
    for number, nodes in enumerate(([1, 2], [2, 3], [3, 4], [4, 1]), start=1):
        writer.add_way(mutable.Way(id=number, nodes=nodes, tags={"highway": "residential"}))
    writer.close()
    return path


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> StreetNetwork:
    path: Path = tmp_path_factory.mktemp("matching") / "streets.osm.pbf"
    return StreetNetwork.load(write_block(path))


def walk(corners: list[tuple[float, float]], scatter_m: float, seed: int) -> list[TrailPoint]:
    """1.4 m/s from corner to corner, a fix every 5 s, each off by a normal error."""
    random_ = random.Random(seed)
    found, second = [], 0.0
    for (x0, y0), (x1, y1) in itertools.pairwise(corners):
        count = max(1, round(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 / 7.0))
        for step in range(count):
            share = step / count
            east = x0 + (x1 - x0) * share + random_.gauss(0, scatter_m)
            north = y0 + (y1 - y0) * share + random_.gauss(0, scatter_m)
            at = moved(ORIGIN, east, north)
            found.append(TrailPoint(round(second * 1000), at.lat_deg, at.lon_deg))
            second += 5.0
    return found


def length_m(trail: list[TrailPoint]) -> float:
    places = [GeoPoint(point.lat_deg, point.lon_deg) for point in trail]
    return sum(distance_m(a, b) for a, b in itertools.pairwise(places))


def east_m(point: TrailPoint) -> float:
    return east_north_m(ORIGIN, GeoPoint(point.lat_deg, point.lon_deg))[0]


def norths(trail: list[TrailPoint]) -> list[float]:
    return [east_north_m(ORIGIN, GeoPoint(p.lat_deg, p.lon_deg))[1] for p in trail]


@pytest.mark.parametrize("seed", range(6))
def test_a_scattered_walk_lies_on_its_own_street_not_on_the_one_beside(
    network: StreetNetwork, seed: int
) -> None:
    trail = walk([(0, 0), (400, 0)], 12.0, seed)
    laid = matched(trail, network.graph)
    middle = [p for p in laid if 50 < east_m(p) < 350]
    assert max(abs(north) for north in norths(middle)) < 1.0, "never over to the street 60 m on"
    assert length_m(laid) == pytest.approx(400, abs=60)
    assert length_m(trail) > 700, "the scatter alone walks a long way"
    times = [point.fix_ms for point in laid]
    assert times == sorted(times)
    assert (times[0], times[-1]) == (trail[0].fix_ms, trail[-1].fix_ms)


def test_a_walk_around_the_block_keeps_its_corners(network: StreetNetwork) -> None:
    laid = matched(walk([(0, 0), (400, 0), (400, 60), (0, 60)], 6.0, 1), network.graph)
    assert length_m(laid) == pytest.approx(860, rel=0.06)
    assert max(norths(laid)) == pytest.approx(60, abs=1)


def test_where_no_street_is_near_the_fixes_stay(network: StreetNetwork) -> None:
    away = [
        TrailPoint(p.fix_ms, p.lat_deg + 0.01, p.lon_deg) for p in walk([(0, 0), (100, 0)], 3.0, 1)
    ]
    assert matched(away, network.graph) == away
    assert matched([], network.graph) == []


def test_nothing_is_made_up_across_a_gap(network: StreetNetwork) -> None:
    first = walk([(0, 0), (70, 0)], 3.0, 1)
    later = [
        TrailPoint(p.fix_ms + 3_600_000, p.lat_deg, p.lon_deg)
        for p in walk([(300, 60), (400, 60)], 3.0, 2)
    ]
    laid = matched([*first, *later], network.graph)
    inside = [p for p in laid if first[-1].fix_ms < p.fix_ms < later[0].fix_ms]
    assert inside == []


def test_a_trail_is_read_along_the_streets_where_that_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    write_block(tmp_path / "site" / "streets.osm.pbf")
    bench = DeskBench(tmp_path)
    assert bench.desk._streets.wait_read(10)
    base_ms = MONDAY_9 // 1_000_000
    fixes = []
    for point in walk([(0, 0), (400, 0)], 12.0, 1):
        ns = (base_ms + point.fix_ms) * 1_000_000
        place = GeoPoint(point.lat_deg, point.lon_deg)
        fixes.append(
            Fix(DeviceId("861"), place, ns, ns, FixSource.OSMAND, inspector_id=InspectorId("p1"))
        )
    TrailStore(hub_state_folder(bench.directory.site)).write(fixes)
    span = {"from_utc": utc_text(MONDAY_9), "until_utc": utc_text(MONDAY_9 + 3600 * 10**9)}

    def metres(**more: bool) -> float:
        found = bench.ask("trail.summary", inspector_ids=["p1"], **span, **more)
        distance: float = found["summaries"]["p1"]["distance_m"]
        return distance

    assert metres(matched=True) == pytest.approx(400, abs=60)
    assert metres() == metres(matched=False) > 600, "off unless the site or the asker wants it"
    bench.close()
