"""Duplicates: what may be the same matter is offered, likeliest first, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from config.geometry import GeoPoint, moved
from tests.console.desk.desk_bench import DeskBench

#: In cell S1C1.
HERE = GeoPoint(31.1997, 121.4997)


def case(bench: DeskBench, east_m: float = 0.0, item: str | None = "0505", **more: Any) -> str:
    at = moved(HERE, east_m, 0.0)
    fields = {"lat_deg": at.lat_deg, "lon_deg": at.lon_deg, "title": "Parking", **more}
    made = bench.ask("propose", item_code=item, **fields)
    case_id: str = made["case"]["case_id"]
    return case_id


def offered(bench: DeskBench, case_id: str) -> list[str]:
    return [one["case_id"] for one in bench.ask("case", id=case_id)["duplicates"]]


def test_near_in_place_time_and_item_is_offered_nearest_first(bench: DeskBench) -> None:
    mine = case(bench)
    near, nearer = case(bench, 40.0), case(bench, 15.0)
    unsaid = case(bench, 5.0, item=None)
    case(bench, 90.0)
    bench.clock.advance(7 * 3600)
    case(bench, 1.0)
    assert offered(bench, mine) == [nearer, near, unsaid], "same item before unknown item"
    (first, *_) = bench.ask("case", id=mine)["duplicates"]
    assert first["away_m"] == pytest.approx(15.0, abs=0.5)
    assert first["is_same_item"] is True


def test_another_item_an_ended_case_and_itself_are_not_offered(bench: DeskBench) -> None:
    mine = case(bench)
    codes = [item.code for item in bench.directory.site.items]
    case(bench, 5.0, item=next(code for code in codes if code != "0505"))
    ended = case(bench, 6.0)
    bench.act(ended, "void", note="nothing there")
    assert offered(bench, mine) == []


def test_merged_is_offered_no_longer_and_its_history_stays(bench: DeskBench) -> None:
    mine, other = case(bench), case(bench, 10.0)
    assert offered(bench, other) == [mine]
    bench.act(other, "merge", into=mine, note="the same car")
    assert offered(bench, mine) == []
    assert bench.case(other).merged_into == mine


def test_smoke_and_fire_beside_each_other_may_be_one(bench: DeskBench) -> None:
    at = {"lat_deg": HERE.lat_deg, "lon_deg": HERE.lon_deg}
    smoke = bench.raised_case(kind="smoke", camera_id="cam-1", zone_id="s1", **at)
    fire = bench.raised_case(
        kind="fire", camera_id="cam-2", zone_id="s2", box_norm=(0.7, 0.7, 0.9, 0.9), **at
    )
    assert offered(bench, smoke.case_id) == [fire.case_id]
