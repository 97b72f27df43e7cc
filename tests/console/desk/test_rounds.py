"""Planned rounds: when they are, whose points they visit, who patrolled long enough, who went together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.geometry import GeoPoint, moved
from config.load import SiteInvalid, load_site
from config.paths import hub_state_folder
from config.site import DeviceId, InspectorId
from console.desk.round_rules import TOGETHER_EVERY_S, patrolled_s, together_s
from ingest.feed.participant import OperationRefused
from ingest.positions.fix import Fix, FixSource
from ingest.positions.trails import TrailPoint, TrailStore
from tests.config.site_folder import INSPECTORS, write_site
from tests.console.desk.desk_bench import DeskBench
from tests.console.desk.test_people_desk import HERE, T0, walk

ROUNDS = """
[[round]]
id = "morning"
name = "上午"
hours = "08:00-11:00"
inspectors = ["p1"]
least_s = 240
[[round]]
id = "joint"
name = "联合"
hours = "08:30-12:00"
inspectors = ["p1", "p2"]
joint = true
[[round]]
id = "night"
name = "夜间"
hours = "22:00-02:00"
classes = ["hydrant"]
grids = ["S1C2"]
[[round]]
id = "sunday"
name = "周日"
hours = "08:00-11:00"
days = ["sun"]
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[DeskBench]:
    desk_bench = DeskBench(tmp_path, inspectors=INSPECTORS, rounds=ROUNDS)
    yield desk_bench
    desk_bench.close()


def keep(bench: DeskBench, who: str, trail: list[TrailPoint], east_m: float = 0.0) -> None:
    fixes = []
    for point in trail:
        at = moved(GeoPoint(point.lat_deg, point.lon_deg), east_m, 0.0)
        ns = point.fix_ms * 1_000_000
        fixes.append(
            Fix(DeviceId(who), at, ns, ns, FixSource.OSMAND, inspector_id=InspectorId(who))
        )
    TrailStore(hub_state_folder(bench.directory.site)).write(fixes)


def test_todays_rounds_say_who_patrolled_and_who_went_together(bench: DeskBench) -> None:
    keep(bench, "p1", walk((300, 1.4, 0), (600, 0, 0)))
    keep(bench, "p2", walk((300, 1.4, 0)), east_m=60)
    bench.clock.advance(900)
    found = {
        each["round_id"]: each for each in bench.ask("patrol.rounds", actor="seat 3")["rounds"]
    }
    assert {name: each["state"] for name, each in found.items()} == {
        "morning": "running", "joint": "running", "night": "planned",
    }  # fmt: skip
    (person,) = found["morning"]["people"]
    assert person["inspector_id"] == "p1"
    assert person["patrolled_s"] == pytest.approx(300, abs=30), "the long stop is no patrol"
    assert person["is_enough"] is True
    joint = found["joint"]
    assert [each["is_enough"] for each in joint["people"]] == [False, False]
    assert 300 <= joint["together_s"] <= 300 + 2 * TOGETHER_EVERY_S
    assert found["night"]["people"] == []
    assert found["night"]["until_ms"] - found["night"]["from_ms"] == 4 * 3_600_000, "over midnight"
    assert [row["what"] for row in bench.ask("trail.accesses")["accesses"]] == ["rounds", "rounds"]


def test_coverage_of_a_planned_round_is_of_its_points(bench: DeskBench) -> None:
    everything = bench.ask("patrol.coverage")["visits"]
    assert [visit["checkpoint_id"] for visit in everything] == ["k1"]
    morning = bench.ask("patrol.coverage", round_id="morning")
    assert morning["until_ms"] - morning["from_ms"] == 3 * 3_600_000
    assert bench.ask("patrol.coverage", round_id="night")["visits"] == [], "k1 is in S1C1"
    for wrong in ("sunday", "nonsense"):
        with pytest.raises(OperationRefused):
            bench.ask("patrol.coverage", round_id=wrong)


def test_an_inspector_sees_their_own_round_in_order(tmp_path: Path) -> None:
    rows = "".join(
        f"k{n},hydrant,Point {n},{(at := moved(HERE, n * 60, 0)).lat_deg:.7f},{at.lon_deg:.7f},,\n"
        for n in (1, 2, 3)
    )
    planned = ROUNDS.replace('inspectors = ["p1"]', 'inspectors = ["p1"]\nroute = ["k3", "k1"]', 1)
    bench = DeskBench(
        tmp_path, inspectors=INSPECTORS, rounds=planned,
        checkpoints="id,class,name,lat,lon,grid_id,inspector_id\n" + rows,
    )  # fmt: skip
    keep(bench, "p1", walk((60, 1.4, 0)))
    bench.clock.advance(120)
    token = bench.ask("field.link", inspector_id="p1")["url"].split("#t=")[1]
    found = bench.ask("field.round", token=token)["round"]
    assert [(each["id"], each["visited_ms"] is not None) for each in found["points"]] == [
        ("k3", False), ("k1", True),
    ]  # fmt: skip
    assert (found["name"], found["state"], found["visited"]) == ("上午", "running", 1)
    assert found["patrolled_s"] == pytest.approx(60, abs=10)
    assert bench.ask("trail.accesses")["accesses"] == [], "one's own trail is nobody's business"
    other = bench.ask("field.link", inspector_id="p2")["url"].split("#t=")[1]
    assert bench.ask("field.round", token=other)["round"]["name"] == "联合"
    bench.close()


def test_a_gap_is_no_patrol_and_nobody_is_together_with_somebody_silent() -> None:
    trail = walk((200, 1.4, 0))
    late = [TrailPoint(p.fix_ms + 900_000, p.lat_deg, p.lon_deg) for p in trail]
    everywhere = patrolled_s([*trail, *late], lambda _place: True)
    assert everywhere == pytest.approx(400, abs=20)
    assert patrolled_s(trail, lambda _place: False) == 0
    both = {"p1": [*trail, *late], "p2": trail}
    assert together_s(["p1", "p2"], both, T0, T0 + 1_200_000) <= 200 + 4 * TOGETHER_EVERY_S
    far = [
        TrailPoint(
            p.fix_ms, (q := moved(GeoPoint(p.lat_deg, p.lon_deg), 150, 0)).lat_deg, q.lon_deg
        )
        for p in trail
    ]
    assert together_s(["p1", "p2"], {"p1": trail, "p2": far}, T0, T0 + 200_000) == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('[[round]]\nid = "a"\nname = "A"\n', "08:00-11:00"),
        ('[[round]]\nid = "a"\nname = "A"\nhours = "8-11"\njoint = true\n', "two or more"),
        ('[[round]]\nid = "a"\nname = "A"\nhours = "08:00-11:00"\ninspectors = ["who"]\n', "who"),
        ('[[round]]\nid = "a"\nname = "A"\nhours = "08:00-11:00"\nroute = ["no"]\n', "no"),
        ('[[round]]\nid = "a"\nname = "A"\nhours = "08:00-11:00"\nleast_s = "2 h"\n', "seconds"),
    ],
)
def test_what_is_wrong_with_a_round_is_said(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(SiteInvalid, match=complaint):
        load_site(write_site(tmp_path, rounds=text))
