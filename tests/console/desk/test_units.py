"""Unit states: what follows from a case, from a position, from silence; who helps whom and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.geometry import GeoPoint, moved
from console.desk.case import Attention, CaseData, CaseState
from console.desk.unit_desk import LOOK_S
from ingest.feed.envelope import Noun
from ingest.feed.participant import OperationRefused
from tests.config.site_folder import INSPECTORS
from tests.console.desk.desk_bench import DeskBench

#: In cell S1C1, whose neighbour is S1C2.
HERE = GeoPoint(31.1997, 121.4997)
PEOPLE = INSPECTORS.replace("22:00-06:00", "") + "p3,Zhao,,,S1C2,863,\np4,Qian,,,S1C1,864,\n"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[DeskBench]:
    desk_bench = DeskBench(tmp_path, inspectors=PEOPLE)
    yield desk_bench
    desk_bench.close()


def later(bench: DeskBench, seconds: float) -> list[CaseData]:
    """The clock goes on and the desk looks; the case events that made."""
    bench.clock.advance(seconds)
    with bench.store.transaction() as tx:
        made = [bench._append(tx, e).event for e in bench.desk.tick(tx, bench.clock.utc_ns())]
    return [event.decode_data(CaseData) for event in made if event.noun is Noun.CASE]


def sent(bench: DeskBench, inspector_id: str | None = "p1", place: GeoPoint = HERE) -> CaseData:
    at = {"lat_deg": place.lat_deg, "lon_deg": place.lon_deg}
    case_id = bench.ask("propose", item_code="0505", title="Parking", **at)["case"]["case_id"]
    bench.act(case_id, "file")
    fields = {} if inspector_id is None else {"inspector_id": inspector_id}
    return bench.act(case_id, "dispatch", **fields)


def stand(bench: DeskBench, who: str, metres: float, **more: Any) -> None:
    place = moved(HERE, metres, 0.0)
    bench.place(who, place.lat_deg, place.lon_deg, **more)


def unit(bench: DeskBench, who: str) -> dict[str, Any]:
    units = {unit["inspector_id"]: unit for unit in bench.ask("units")["units"]}
    found: dict[str, Any] = units[who]
    return found


def test_a_case_leads_its_inspector_through_the_states(bench: DeskBench) -> None:
    case = sent(bench)
    assert unit(bench, "p1")["state"] == "called"
    bench.act(case.case_id, "accept")
    assert unit(bench, "p1")["state"] == "en_route"
    bench.act(case.case_id, "arrive")
    assert (unit(bench, "p1")["state"], unit(bench, "p1")["case_id"]) == ("on_scene", case.case_id)
    bench.act(case.case_id, "feedback")
    assert (unit(bench, "p1")["state"], unit(bench, "p1")["case_id"]) == ("available", None)
    verbs = [event.verb for event in bench.events if event.noun is Noun.UNIT]
    assert verbs == ["changed", "routed", "changed", "changed", "changed"]


def test_a_position_within_the_geofence_is_an_arrival(bench: DeskBench) -> None:
    stand(bench, "p1", 300)
    case = sent(bench)
    bench.act(case.case_id, "accept")
    assert later(bench, LOOK_S) == []
    stand(bench, "p1", 25)
    (arrived,) = later(bench, LOOK_S)
    assert (arrived.act, arrived.actor, arrived.state) == ("arrive", "system", CaseState.HANDLING)
    assert arrived.note == "unit.geofence metres=25"
    assert (unit(bench, "p1")["state"], unit(bench, "p1")["set_by"]) == ("on_scene", "geofence")
    assert later(bench, LOOK_S) == [], "once"


def test_a_fix_from_before_the_call_is_no_arrival(bench: DeskBench) -> None:
    stand(bench, "p1", 5, age_s=30)
    sent(bench)
    assert later(bench, LOOK_S) == []


def test_who_does_not_answer_is_told_with_the_next_one(bench: DeskBench) -> None:
    stand(bench, "p1", 100)
    stand(bench, "p4", 400)
    case = sent(bench)
    assert later(bench, 60) == []
    stand(bench, "p4", 400)
    (told,) = later(bench, 61)
    assert (told.act, told.attention) == ("unanswered", Attention.UNANSWERED)
    assert told.note == "unit.unanswered who=Li lasted_s=121 next=Qian"
    assert unit(bench, "p1")["is_overdue"] is True
    stand(bench, "p1", 100)
    found = bench.ask("candidates", case_id=case.case_id)["candidates"]
    assert found[0]["inspector_id"] == "p4"
    silent = next(one for one in found if one["inspector_id"] == "p1")
    assert [reason["id"] for reason in silent["shortfalls"]] == ["silent"]
    again = bench.act(case.case_id, "dispatch")
    assert (again.inspector_id, again.attention) == ("p4", None)
    assert unit(bench, "p1")["state"] == "available"
    assert unit(bench, "p4")["state"] == "called"


def test_who_stands_still_on_the_way_is_stuck_and_who_walks_is_not(bench: DeskBench) -> None:
    stand(bench, "p1", 900)
    case = sent(bench)
    bench.act(case.case_id, "accept")
    for step in range(30):
        stand(bench, "p1", 900 - 45 * min(step, 5))
        told = later(bench, 20)
        if told:
            break
    assert told[0].attention is Attention.STUCK
    assert 5 < step < 20, "after four minutes on one spot"
    assert bench.act(case.case_id, "arrive").attention is None


def test_a_person_may_be_busy_or_off_and_candidates_say_so(bench: DeskBench) -> None:
    for who in ("p1", "p3", "p4"):
        stand(bench, who, 100)
    bench.ask("unit.set", inspector_id="p1", state="busy", minutes=10, actor="seat 1")
    bench.ask("unit.set", inspector_id="p3", state="off")
    place = {"lat_deg": HERE.lat_deg, "lon_deg": HERE.lon_deg}
    found = bench.ask("candidates", **place)
    shortfalls = {
        c["inspector_id"]: [m["id"] for m in c["shortfalls"]] for c in found["candidates"]
    }
    assert shortfalls["p1"] == ["unit_busy"]
    assert shortfalls["p3"] == ["unit_off"]
    assert shortfalls["p4"] == []
    later(bench, 601)
    assert (unit(bench, "p1")["state"], unit(bench, "p1")["set_by"]) == ("available", "limit")
    assert unit(bench, "p3")["state"] == "off", "off has no limit"


def test_a_state_that_a_case_decides_is_not_set_by_hand(bench: DeskBench) -> None:
    sent(bench)
    with pytest.raises(OperationRefused, match="the case decides"):
        bench.ask("unit.set", inspector_id="p1", state="off")
    with pytest.raises(OperationRefused, match="cannot be set by hand"):
        bench.ask("unit.set", inspector_id="p4", state="on_scene")


def test_several_inspectors_work_on_one_case(bench: DeskBench) -> None:
    case = sent(bench)
    both = bench.act(case.case_id, "reinforce", helper_id="p4")
    assert both.helpers == ("p4",)
    assert unit(bench, "p4")["state"] == "en_route"
    with pytest.raises(OperationRefused, match="already on this case"):
        bench.act(case.case_id, "reinforce", helper_id="p4")
    stand(bench, "p4", 10)
    stand(bench, "p3", 10)
    other = sent(bench, None)
    assert other.inspector_id == "p3", "who helps is busy"
    later(bench, LOOK_S)
    assert unit(bench, "p4")["state"] == "on_scene"
    assert bench.case(case.case_id).arrived_utc is None, "the lead's arrival is the case's"
    assert bench.act(case.case_id, "release", helper_id="p4").helpers == ()
    assert unit(bench, "p4")["state"] == "available"


def test_a_neighbour_helps_out_and_says_why_the_own_grid_cannot(bench: DeskBench) -> None:
    stand(bench, "p1", 50)
    stand(bench, "p3", 350)
    bench.ask("unit.set", inspector_id="p1", state="off")
    place = {"lat_deg": HERE.lat_deg, "lon_deg": HERE.lon_deg}
    first = bench.ask("candidates", **place)["candidates"][0]
    assert first["inspector_id"] == "p3"
    reasons = {reason["id"]: reason["values"] for reason in first["reasons"]}
    assert reasons["mutual_aid"]["count"] == 2
    assert reasons["mutual_aid"]["counts"] == {"unit_off": 1, "no_position": 1}


def test_cases_are_spread_over_those_who_had_fewer(bench: DeskBench) -> None:
    for who, metres in (("p1", 100), ("p4", 140)):
        stand(bench, who, metres)
    first = sent(bench, None)
    assert first.inspector_id == "p1", "nearest"
    for act in ("accept", "arrive", "feedback"):
        bench.act(first.case_id, act)
    second = sent(bench, None)
    assert second.inspector_id == "p4", "a case of today counts like 60 m"
    reasons = bench.ask("candidates", case_id=second.case_id)["candidates"]
    loaded = next(one for one in reasons if one["inspector_id"] == "p1")
    assert {"id": "load", "values": {"count": 1}} in loaded["reasons"]


def test_the_route_goes_out_with_text_and_address(bench: DeskBench) -> None:
    stand(bench, "p1", 300)
    case = sent(bench)
    (routed,) = [e for e in bench.events if e.noun is Noun.UNIT and e.verb == "routed"]
    data = routed.decode_data(dict)
    assert data["device_id"] == "0861"
    assert data["case_id"] == case.case_id
    assert data["distance_m"] == pytest.approx(300 * 1.3, rel=0.01)
    assert data["text"].startswith(f"Sent to {case.case_id}, Parking, 390 m by road, at 31.19970")
    assert data["url"].startswith("https://osmand.net/go?lat=31.199700&lon=121.499700")
