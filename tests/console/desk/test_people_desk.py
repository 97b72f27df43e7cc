"""Trails, who was where, patrols and devices: what they say, and who may know it."""

from __future__ import annotations

from typing import Any

import pytest

from config.geometry import GeoPoint, moved
from config.paths import hub_state_folder
from config.site import Checkpoint, DeviceId, InspectorId
from console.desk.patrol_rules import coverage
from console.desk.trail_rules import stops, summary, where_at
from ingest.feed.envelope import utc_text
from ingest.feed.participant import Caller, OperationRefused
from ingest.positions.fix import Fix, FixSource
from ingest.positions.trails import TrailPoint, TrailStore
from tests.console.desk.desk_bench import MONDAY_9, DeskBench

#: In cell S1C1.
HERE = GeoPoint(31.1997, 121.4997)
T0 = MONDAY_9 // 1_000_000


def walk(*legs: tuple[float, float, float], every_s: float = 5.0) -> list[TrailPoint]:
    """Fixes along legs (seconds, east m/s, north m/s)."""
    east = north = second = 0.0
    points = []
    for seconds, vx, vy in legs:
        for _ in range(round(seconds / every_s)):
            at = moved(HERE, east, north)
            points.append(TrailPoint(T0 + round(second * 1000), at.lat_deg, at.lon_deg))
            second, east, north = second + every_s, east + vx * every_s, north + vy * every_s
    return points


def point(name: str, east_m: float, north_m: float, who: str | None = None) -> Checkpoint:
    person = None if who is None else InspectorId(who)
    return Checkpoint(name, "hydrant", name, moved(HERE, east_m, north_m), None, person)


def test_stops_are_stays_and_a_red_light_is_none() -> None:
    trail = walk((120, 1.4, 0), (60, 0, 0), (120, 1.4, 0), (400, 0.02, 0), (60, 1.4, 0))
    (stop,) = stops(trail)
    assert 380 <= stop.lasted_s <= 440


def test_a_summary_measures_walking_dwell_and_what_is_not_known(bench: DeskBench) -> None:
    trail = walk((40, 1.0, 0), (40, -1.0, 0), (300, 0, 0))
    later = [TrailPoint(p.fix_ms + 3_600_000, p.lat_deg, p.lon_deg) for p in walk((10, 0, 0))]
    found = summary([*trail, *later], bench.directory)
    assert found is not None
    assert found.distance_m == pytest.approx(80, rel=0.1)
    assert found.gap_s == pytest.approx(3225, abs=10)
    assert found.dwell_s["S1C1"] == pytest.approx(380, abs=10)
    assert len(found.stops) == 1
    assert summary([], bench.directory) is None


def test_who_was_where_is_between_two_fixes_and_nobody_who_was_silent() -> None:
    a, b = HERE, moved(HERE, 100, 0)
    trails = {
        "p1": [TrailPoint(T0, a.lat_deg, a.lon_deg), TrailPoint(T0 + 60_000, b.lat_deg, b.lon_deg)],
        "p2": [TrailPoint(T0 - 900_000, a.lat_deg, a.lon_deg)],
    }
    (sighting,) = where_at(trails, T0 + 15_000, 300)
    assert sighting.inspector_id == "p1"
    assert sighting.lon_deg == pytest.approx(moved(HERE, 25, 0).lon_deg, abs=1e-7)
    assert sighting.age_s == 15


def test_points_passed_within_20_m_are_visited_and_others_missed() -> None:
    points = [point("near", 100, 12), point("far", 100, 45), point("between", 37, -15)]
    visits = coverage(points, {"p1": walk((200, 1.4, 0), every_s=30)})
    assert [visit.visited_by for visit in visits] == ["p1", None, "p1"]
    assert visits[0].visited_ms == pytest.approx(T0 + 100 / 1.4 * 1000, abs=20_000)


def test_a_point_with_a_person_is_that_persons_duty() -> None:
    points = [point("own", 50, 5, who="p1"), point("other", 50, 5, who="p2"), point("any", 50, 5)]
    visits = coverage(points, {"p1": walk((120, 1.4, 0))})
    assert [visit.visited_by for visit in visits] == ["p1", None, "p1"]
    assert [visit.visited_by for visit in coverage(points, {})] == [None, None, None]


def test_nobody_walks_straight_through_a_gap() -> None:
    far = moved(HERE, 2_000, 0)
    jump = [
        TrailPoint(T0, HERE.lat_deg, HERE.lon_deg),
        TrailPoint(T0 + 5_000, far.lat_deg, far.lon_deg),
    ]
    (visit,) = coverage([point("k", 1_000, 0)], {"p1": jump})
    assert visit.visited_ms is None


@pytest.fixture
def trails(bench: DeskBench) -> TrailStore:
    folder = hub_state_folder(bench.directory.site)
    store = TrailStore(folder)
    store.write(
        [
            Fix(
                DeviceId("861"), GeoPoint(p.lat_deg, p.lon_deg), p.fix_ms * 1_000_000,
                p.fix_ms * 1_000_000, FixSource.OSMAND, inspector_id=InspectorId("p1"),
            )
            for p in walk((300, 1.4, 0))
        ]
    )  # fmt: skip
    return store


def span() -> dict[str, Any]:
    return {"from_utc": utc_text(MONDAY_9), "until_utc": utc_text(MONDAY_9 + 3600 * 10**9)}


def test_a_reading_is_written_down_before_it_is_told(bench: DeskBench, trails: TrailStore) -> None:
    found = bench.ask("trail.read", inspector_ids=["p1"], actor="seat 3", **span())
    assert len(found["trails"]["p1"]) == 60
    where = bench.ask("trail.where", at_utc=utc_text(MONDAY_9 + 10**11), actor="seat 3")
    assert where["sightings"][0]["inspector_id"] == "p1"
    assert bench.ask("trail.summary", **span())["summaries"]["p1"]["distance_m"] > 300
    looked = bench.ask("trail.accesses")["accesses"]
    assert [row["what"] for row in looked] == ["summary", "where", "read"]
    assert (looked[2]["actor"], looked[2]["who"]) == ("seat 3", ["p1"])


@pytest.mark.parametrize("roles", [{"reader"}, {"clerk"}, {"inspector"}, {"department", "reader"}])
def test_trails_are_not_for_everybody(
    bench: DeskBench, trails: TrailStore, roles: set[str]
) -> None:
    with pytest.raises(OperationRefused, match="may not see"):
        bench.ask("trail.read", caller=Caller("k", frozenset(roles)), **span())
    assert trails.accesses() == []


def test_a_person_is_forgotten_and_it_is_known_who_did_it(
    bench: DeskBench, trails: TrailStore
) -> None:
    assert bench.ask("positions.forget", inspector_id="p1", actor="duty")["forgotten"] == 60
    assert bench.ask("trail.read", **span())["trails"] == {}
    assert trails.accesses()[-1].what == "forget"
    with pytest.raises(OperationRefused, match="duty head"):
        bench.ask("positions.forget", caller=Caller("x", frozenset({"clerk"})), inspector_id="p1")


def test_coverage_of_the_running_round_with_the_back_check(
    bench: DeskBench, trails: TrailStore
) -> None:
    bench.clock.advance(600)
    bench.raised_case()
    found = bench.ask("patrol.coverage")
    assert (found["until_ms"] - found["from_ms"]) == 4 * 3_600_000, "08:00 to 12:00"
    assert [visit["checkpoint_id"] for visit in found["visits"]] == ["k1"]
    assert found["grids"]["S1C1"]["points"] == 1
    assert found["back_check"] == {"S1C1": {"patrol": 0, "others": 1}}


def test_devices_are_listed_newest_first_unknown_ones_too(bench: DeskBench) -> None:
    row = {
        "device_id": "861", "inspector_id": "p1", "source": "osmand", "counts": {"ok": 3},
        "last_fix_ms": 5, "last_heard_ms": 5, "accuracy_m": None,
    }  # fmt: skip
    stray = {**row, "device_id": "stray", "inspector_id": None, "last_heard_ms": 9}
    bench.ask("devices.report", devices=[row, stray])
    assert [d["device_id"] for d in bench.ask("devices")["devices"]] == ["stray", "861"]
    with pytest.raises(OperationRefused):
        bench.ask("devices.report", devices=[{"device_id": 3}])
