"""The desk on a real log: alerts to cases, people's acts, two operators, replay equals live, audit."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from config.directory import SiteDirectory
from config.load import load_site
from console.desk.audit import Verdict, verify_chain
from console.desk.case import CaseData, CaseState
from console.desk.desk import Desk
from console.desk.tables import audit, case_row, cases
from console.desk.transitions import shipped_text
from console.state.candidates import candidates_of, detail_of
from ingest.errors import Misconfigured
from ingest.feed.envelope import Noun, new_event
from ingest.feed.participant import Caller, OperationRefused
from tests.config.site_folder import SITE, write_site
from tests.console.desk.desk_bench import DeskBench
from vision.alerts import AlertKind

SMOKE, FIRE, STALL = AlertKind.SMOKE, AlertKind.FIRE, AlertKind.STALL


class TicketData(msgspec.Struct):
    ticket_id: str = "t-1"
    source: str = "12345"
    item_code: str | None = "0501"
    text: str = "a stall blocks\nthe pavement"
    lat_deg: float | None = 31.2001
    lon_deg: float | None = 121.4999
    contact_ref: str | None = "c-1"


def refused(bench: DeskBench, case_id: str, act: str, **fields: Any) -> OperationRefused:
    with pytest.raises(OperationRefused) as caught:
        bench.act(case_id, act, **fields)
    return caught.value


def test_an_alert_proposes_a_case(bench: DeskBench) -> None:
    case = bench.raised_case()
    assert case.state is CaseState.PROPOSED
    assert (case.act, case.actor, case.version) == ("propose", "system", 1)
    assert (case.kind, case.priority, case.item_code) == ("parking", 3, "0505")
    assert (case.grid_id, case.street_id, case.unit) == ("S1C1", "S1", "Traffic police")
    assert (case.lat_deg, case.lon_deg) == (31.2, 121.5)
    assert case.title == "Illegal parking · Harbour Road"
    assert case.alert_ids == ("alert-1",)
    assert case.snapshot == "a" * 64
    assert case.case_id == "20261123-0001"
    assert bench.case(case.case_id) == case


@pytest.mark.parametrize(
    ("kind", "priority", "item"),
    [(SMOKE, 1, None), (FIRE, 1, None), (STALL, 3, "0501"), (AlertKind.PARKING, 3, "0505")],
)
def test_kinds_have_their_priority_and_item(
    bench: DeskBench, kind: AlertKind, priority: int, item: str | None
) -> None:
    case = bench.raised_case(kind=kind)
    assert (case.priority, case.item_code) == (priority, item)


def test_a_site_maps_kinds_to_its_own_items(tmp_path: Path) -> None:
    items = "code,name_zh\nX9,冒烟\n0505,停车\n"
    bench = DeskBench(
        tmp_path,
        site=SITE + '[desk.items]\nsmoke = "X9"\n',
        items=items,
        rules="item_code,unit\nX9,Fire\n",
    )
    try:
        case = bench.raised_case(kind=SMOKE)
        assert (case.item_code, case.unit) == ("X9", "Fire")
    finally:
        bench.close()


def test_the_place_of_the_alert_wins_over_the_cameras(bench: DeskBench) -> None:
    case = bench.raised_case(lat_deg=31.2008, lon_deg=121.5012, place_error_m=2.0)
    assert (case.lat_deg, case.grid_id, case.place_error_m) == (31.2008, "S1C2", 2.0)


def test_the_same_alert_raised_again_is_the_same_case(bench: DeskBench) -> None:
    bench.raised_case(alert_id="a")
    assert bench.alert("raised", alert_id="a") == []
    assert bench.ask("count")["count"] == 1


def test_an_update_brings_the_clip_and_scores_alone_are_no_news(bench: DeskBench) -> None:
    case = bench.raised_case(alert_id="a")
    assert bench.alert("updated", alert_id="a", score=0.95) == []
    (event,) = bench.alert("updated", alert_id="a", clip="c" * 64)
    assert event.type == "gridwall.case.evidence.v1"
    after = bench.case(case.case_id)
    assert (after.clip, after.version, after.decided_version) == ("c" * 64, 2, 0)
    assert bench.ask("case", id=case.case_id)["alerts"][0]["score"] == 0.9
    assert bench.alert("updated", alert_id="a", clip="c" * 64) == []


def test_an_update_of_an_alert_never_heard_of_proposes(bench: DeskBench) -> None:
    """The hub was away when it was raised and the publisher's spool was lost."""
    assert bench.raised_case(verb="updated").state is CaseState.PROPOSED
    assert bench.alert("cleared") == []


def test_a_cleared_alert_is_noted_and_the_proposal_stays(bench: DeskBench) -> None:
    case = bench.raised_case(alert_id="a")
    (event,) = bench.alert("cleared", alert_id="a")
    assert event.verb == "alert_cleared"
    after = bench.case(case.case_id)
    assert after.state is CaseState.PROPOSED
    assert after.alert_active is False
    assert bench.alert("cleared", alert_id="a") == []
    assert [row["act"] for row in bench.ask("case", id=case.case_id)["timeline"]] == [
        "propose", "alert_cleared",
    ]  # fmt: skip


def test_a_clip_that_comes_after_closing_still_reaches_the_case(bench: DeskBench) -> None:
    case = bench.raised_case(alert_id="a")
    bench.act(case.case_id, "void", note="a delivery")
    bench.alert("updated", alert_id="a", clip="c" * 64)
    assert bench.case(case.case_id).clip == "c" * 64
    assert bench.case(case.case_id).state is CaseState.VOID


def test_fire_and_smoke_of_one_place_are_one_case(bench: DeskBench) -> None:
    case = bench.raised_case(kind=SMOKE, alert_id="s", box_norm=(0.2, 0.0, 0.6, 0.5))
    (event,) = bench.alert(kind=FIRE, alert_id="f", box_norm=(0.3, 0.4, 0.5, 0.7))
    assert event.verb == "join"
    after = bench.case(case.case_id)
    assert after.alert_ids == ("s", "f")
    assert (after.kind, after.title) == ("fire", "Fire · Harbour Road")
    bench.alert("cleared", alert_id="f", kind=FIRE)
    assert bench.case(case.case_id).alert_active is True
    bench.alert("cleared", alert_id="s", kind=SMOKE)
    assert bench.case(case.case_id).alert_active is False


@pytest.mark.parametrize(
    "other",
    [
        {"box_norm": (0.7, 0.7, 0.9, 0.9)},
        {"camera_id": "cam-2"},
        {"kind": STALL},
    ],
)
def test_other_matters_are_other_cases(bench: DeskBench, other: dict[str, Any]) -> None:
    bench.raised_case(kind=SMOKE, box_norm=(0.1, 0.1, 0.4, 0.4))
    bench.raised_case(**({"kind": FIRE, "box_norm": (0.1, 0.1, 0.4, 0.4)} | other))
    assert bench.ask("count")["count"] == 2


def test_a_fire_long_after_the_smoke_was_over_is_a_new_case(bench: DeskBench) -> None:
    bench.raised_case(kind=SMOKE, alert_id="s")
    bench.alert("cleared", alert_id="s", kind=SMOKE)
    bench.clock.advance(3600)
    bench.raised_case(kind=FIRE)
    assert bench.ask("count")["count"] == 2


def test_two_cars_in_one_zone_are_two_cases(bench: DeskBench) -> None:
    assert bench.raised_case().case_id != bench.raised_case().case_id


def test_a_ticket_proposes_a_case_once(bench: DeskBench) -> None:
    for _ in range(2):
        event = new_event(
            Noun.TICKET, "received", TicketData(), source="hotline", utc_ns=bench.clock.utc_ns()
        )
        bench.publish(event)
    (body,) = bench.ask("cases")["cases"]
    assert body["title"] == "a stall blocks the pavement"
    assert (body["kind"], body["item_code"], body["grid_id"]) == ("ticket", "0501", "S1C1")
    assert body["source"] == "ticket:12345"


def test_foreign_alerts_need_little_and_rubbish_makes_no_case(bench: DeskBench) -> None:
    class Little(msgspec.Struct):
        alert_id: str = "x"
        kind: str = "flood"
        camera_id: str = "elsewhere"

    class Rubbish(msgspec.Struct):
        alert_id: str = "y"
        score: str = "high"

    (event,) = bench.publish(new_event(Noun.ALERT, "raised", Little(), source="p", utc_ns=0))
    case = event.decode_data(CaseData)
    assert (case.kind, case.title, case.lat_deg, case.unit) == (
        "flood",
        "flood · elsewhere",
        None,
        "Duty",
    )
    assert bench.publish(new_event(Noun.ALERT, "raised", Rubbish(), source="p", utc_ns=0)) == []


def test_the_loop_from_alert_to_closing(bench: DeskBench) -> None:
    case = bench.raised_case()
    bench.place("p1", 31.2001, 121.5001)
    bench.act(case.case_id, "file", actor="seat 1", version=1)
    dispatched = bench.act(case.case_id, "dispatch", actor="seat 1", version=2)
    assert (dispatched.inspector_id, dispatched.unit) == ("p1", "Traffic police")
    bench.act(case.case_id, "accept", actor="p1")
    bench.act(case.case_id, "arrive", actor="p1")
    bench.act(case.case_id, "feedback", actor="p1", note="the car left")
    assert refused(bench, case.case_id, "close").fields["reason"] == "not_verified"
    assert bench.act(case.case_id, "verify", actor="seat 1").state is CaseState.VERIFYING
    closed = bench.act(case.case_id, "close", actor="duty head")
    assert (closed.state, closed.version) == (CaseState.CLOSED, 8)
    acts = [case.act for case in bench.case_events()]
    assert acts == [
        "propose",
        "file",
        "dispatch",
        "accept",
        "arrive",
        "feedback",
        "verify",
        "close",
    ]


def test_the_console_understands_the_answers(bench: DeskBench) -> None:
    case = bench.raised_case()
    bench.place("p1", 31.2001, 121.5001)
    detail = detail_of(bench.ask("case", id=case.case_id))
    assert detail.case == case
    offer = detail.offer("file")
    assert offer is not None
    assert offer.allowed
    assert detail.timeline[0].act == "propose"
    assert detail.alerts[0].kind is AlertKind.PARKING
    first, *others = candidates_of(bench.ask("candidates", case_id=case.case_id))
    assert first.inspector_id == "p1"
    assert first.can_go
    assert all(not other.can_go for other in others)


def test_the_pick_and_its_reasons_are_in_the_audit(bench: DeskBench) -> None:
    case = bench.raised_case()
    bench.place("p1", 31.2001, 121.5001)
    bench.act(case.case_id, "file")
    reply = bench.ask("act", case_id=case.case_id, act="dispatch")
    assert reply["picked"] == "p1"
    row = bench.ask("case", id=case.case_id)["timeline"][-1]
    first = row["detail"]["candidates"]["first"][0]
    assert first["inspector_id"] == "p1"
    assert [reason["id"] for reason in first["reasons"]] == ["own_grid", "distance"]
    assert row["detail"]["candidates"]["explanation"]["id"] == "straight_line"


def test_when_nobody_can_go_the_unit_is_told(bench: DeskBench) -> None:
    case = bench.raised_case()
    bench.act(case.case_id, "file")
    reply = bench.ask("act", case_id=case.case_id, act="dispatch")
    assert reply["picked"] is None
    assert reply["case"]["unit"] == "Traffic police"
    assert reply["candidates"]["shortfall_counts"] == {"no_position": 2, "off_duty": 1}


def test_without_a_unit_and_without_anybody_a_dispatch_is_refused(tmp_path: Path) -> None:
    bench = DeskBench(tmp_path, rules=None, grid=None)
    try:
        case = bench.raised_case()
        bench.act(case.case_id, "file")
        assert refused(bench, case.case_id, "dispatch").fields["reason"] == "no_candidate"
        assert bench.act(case.case_id, "dispatch", unit="Duty").unit == "Duty"
    finally:
        bench.close()


def test_somebody_sent_is_busy_for_other_cases_until_done(bench: DeskBench) -> None:
    bench.place("p1", 31.2001, 121.5001)
    first, second = bench.raised_case().case_id, bench.raised_case().case_id
    for case_id in (first, second):
        bench.act(case_id, "file")
    bench.act(first, "dispatch")
    (candidate,) = [
        c for c in candidates_of(bench.ask("candidates", case_id=second)) if c.inspector_id == "p1"
    ]
    assert candidate.shortfalls[0].values == {"case_id": first}
    assert candidates_of(bench.ask("candidates", case_id=first))[0].can_go
    bench.act(first, "feedback")
    assert candidates_of(bench.ask("candidates", case_id=second))[0].can_go


def test_candidates_of_a_place_and_of_no_place(bench: DeskBench) -> None:
    bench.place("p1", 31.2001, 121.5001)
    assert (
        bench.ask("candidates", lat_deg=31.2, lon_deg=121.5)["candidates"][0]["inspector_id"]
        == "p1"
    )
    for wrong in ({}, {"case_id": "none"}, {"lat_deg": 999, "lon_deg": 0}, {"lat_deg": "x"}):
        with pytest.raises(OperationRefused):
            bench.ask("candidates", **wrong)


def test_the_second_operator_is_told_what_the_first_did(bench: DeskBench) -> None:
    case = bench.raised_case()
    bench.act(case.case_id, "file", actor="seat 3", version=1)
    late = refused(bench, case.case_id, "file", actor="seat 4", version=1)
    assert "already filed by seat 3" in str(late)
    assert late.fields["case"]["state"] == "filed"
    assert late.fields["case"]["version"] == 2
    void = refused(bench, case.case_id, "void", actor="seat 4", version=1, note="x")
    assert void.fields["reason"] == "overtaken"
    unversioned = refused(bench, case.case_id, "file", actor="seat 4")
    assert "already filed by seat 3" in str(unversioned)
    assert bench.case(case.case_id).version == 2


def test_evidence_arriving_meanwhile_makes_no_act_outdated(bench: DeskBench) -> None:
    case = bench.raised_case(alert_id="a")
    bench.alert("updated", alert_id="a", clip="c" * 64)
    assert bench.act(case.case_id, "file", version=1).version == 3


def test_a_version_from_the_future_is_refused(bench: DeskBench) -> None:
    case = bench.raised_case()
    assert refused(bench, case.case_id, "file", version=9).fields["reason"] == "wrong_value"


def test_roles_decide_who_may(bench: DeskBench) -> None:
    case = bench.raised_case()
    reader = Caller("k", frozenset({"reader"}))
    with pytest.raises(OperationRefused) as caught:
        bench.ask("act", reader, case_id=case.case_id, act="file")
    assert caught.value.who_may == "clerk, duty_head"
    clerk = Caller("anna", frozenset({"operator", "clerk"}))
    reply = bench.ask("act", clerk, case_id=case.case_id, act="file", actor="seat 2")
    assert reply["case"]["actor"] == "anna/seat 2"
    offers = {offer["act"]: offer for offer in reply["acts"]}
    assert offers["dispatch"]["reason"] == "not_allowed"
    assert offers["dispatch"]["who_may"] == ["dispatcher", "duty_head"]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"case_id": "nope", "act": "file"}, "there is no case nope"),
        ({"act": "file"}, "case_id"),
        ({"case_id": 3, "act": "file"}, "case_id"),
        ({"case_id": "C", "act": "explode"}, "no act called explode"),
        ({"case_id": "C", "act": "file", "item_code": "9999"}, "no item has the code"),
        ({"case_id": "C", "act": "file", "grid_id": "S9"}, "no grid cell"),
        ({"case_id": "C", "act": "dispatch", "inspector_id": "p9"}, "no inspector"),
        ({"case_id": "C", "act": "file", "priority": 0}, "priority"),
        ({"case_id": "C", "act": "file", "priority": "high"}, "priority"),
        ({"case_id": "C", "act": "evidence"}, "your role may not"),
    ],
)
def test_wrong_requests_are_refused_with_the_reason(
    bench: DeskBench, fields: dict[str, Any], word: str
) -> None:
    case = bench.raised_case()
    if fields.get("case_id") == "C":
        fields = fields | {"case_id": case.case_id}
    with pytest.raises(OperationRefused) as caught:
        bench.ask("act", **fields)
    assert word in str(caught.value)
    assert bench.case(case.case_id).version == 1


def test_filing_as_something_else_finds_another_unit(bench: DeskBench) -> None:
    case = bench.raised_case()
    filed = bench.act(case.case_id, "file", item_code="0501")
    assert (filed.item_code, filed.unit) == ("0501", "Street office")
    moved = bench.act(case.case_id, "amend", grid_id="S1C2", unit="Named by hand")
    assert (moved.grid_id, moved.street_id, moved.unit) == ("S1C2", "S1", "Named by hand")


def test_merging_keeps_both_histories(bench: DeskBench) -> None:
    first, second = bench.raised_case(alert_id="a"), bench.raised_case(alert_id="b")
    assert (
        refused(bench, second.case_id, "merge", into=second.case_id).fields["reason"]
        == "merge_into_itself"
    )
    assert refused(bench, second.case_id, "merge").fields["reason"] == "needs"
    merged = bench.act(second.case_id, "merge", into=first.case_id)
    assert (merged.state, merged.merged_into) == (CaseState.VOID, first.case_id)
    target = bench.case(first.case_id)
    assert target.alert_ids == ("a", "b")
    assert target.act == "join"
    assert len(bench.ask("case", id=second.case_id)["timeline"]) == 2
    bench.alert("cleared", alert_id="b")
    assert bench.case(first.case_id).alert_active is True
    assert refused(bench, bench.raised_case().case_id, "merge", into=second.case_id).fields[
        "reason"
    ] == ("merge_into_ended")


def test_a_site_may_file_a_kind_without_a_person(tmp_path: Path) -> None:
    bench = DeskBench(tmp_path, site=SITE + '[desk]\nauto_file = ["parking", "smoke"]\n')
    try:
        events = bench.alert()
        assert [event.verb for event in events] == ["propose", "file"]
        assert events[-1].decode_data(CaseData).actor == "system"
        assert [event.verb for event in bench.alert(kind=SMOKE)] == ["propose"]  # has no item
    finally:
        bench.close()


def test_a_city_may_have_a_loop_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    table = shipped_text().replace('guards = ["verified", ', "guards = [", 1)
    (tmp_path / "site" / "transitions.toml").write_text(table)
    bench = DeskBench(tmp_path)
    try:
        case_id = bench.raised_case().case_id
        for act in ("file", "dispatch", "feedback", "close"):  # no verification here
            case = bench.act(case_id, act)
        assert case.state is CaseState.CLOSED
    finally:
        bench.close()


def test_a_wrong_loop_stops_the_hub_before_it_starts(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "transitions.toml").write_text(
        shipped_text().replace('"closed"', '"shut"')
    )
    with pytest.raises(Misconfigured, match="'shut'"):
        Desk(lambda: SiteDirectory(load_site(write_site(tmp_path / "site"))))


def test_a_person_proposes_what_they_saw(bench: DeskBench) -> None:
    reply = bench.ask("propose", camera_id="cam-2", item_code="0501", note="a cart", actor="seat 1")
    case = msgspec.convert(reply["case"], CaseData)
    assert (case.kind, case.actor, case.decided_version) == ("manual", "seat 1", 1)
    assert (case.title, case.grid_id) == ("Reported from video · Market", "S1C2")
    for wrong in (
        {},
        {"camera_id": "cam-9"},
        {"lat_deg": 99.0, "lon_deg": 0.0},
        {"camera_id": "cam-1", "item_code": "9"},
    ):
        with pytest.raises(OperationRefused):
            bench.ask("propose", **wrong)


def test_a_reader_proposes_nothing(bench: DeskBench) -> None:
    with pytest.raises(OperationRefused) as caught:
        bench.ask("propose", Caller("k", frozenset({"reader"})), camera_id="cam-2")
    assert caught.value.who_may == "clerk, duty_head, inspector"


def test_case_ids_count_by_local_day(bench: DeskBench) -> None:
    bench.raised_case()
    bench.clock.advance(15 * 3600)  # 00:00 in Shanghai
    assert bench.raised_case().case_id == "20261124-0001"
    bench.clock.step_utc(-3600)
    assert bench.raised_case().case_id == "20261123-0002"


def test_the_snapshot_holds_open_cases_the_most_urgent_first(bench: DeskBench) -> None:
    ordinary, ended, urgent = (
        bench.raised_case(),
        bench.raised_case(),
        bench.raised_case(kind=SMOKE),
    )
    bench.act(ended.case_id, "void", note="x")
    with bench.store.reading() as tx:
        found = msgspec.json.decode(msgspec.json.encode(bench.desk.snapshot(tx)))
    assert [case["case_id"] for case in found["cases"]] == [urgent.case_id, ordinary.case_id]
    assert found["case_counts"] == {"today": 3, "open": 2, "late": 0}


def rebuilt(bench: DeskBench) -> dict[str, dict[str, Any]]:
    """The table as the log alone would make it."""
    return {case.case_id: case_row(case) for case in bench.case_events()}


def stored(bench: DeskBench) -> dict[str, dict[str, Any]]:
    with bench.store.reading() as tx:
        return {row.case_id: dict(row._mapping) for row in tx.execute(select(cases))}


ACTS = ["file", "amend", "dispatch", "accept", "arrive", "feedback", "verify", "close", "void", "return",
        "extend", "suspend", "resume", "supervise", "urge", "self_handle", "difficult", "note"]  # fmt: skip
steps = st.lists(
    st.one_of(
        st.tuples(
            st.just("alert"), st.sampled_from(["raised", "updated", "cleared"]), st.integers(0, 3)
        ),
        st.tuples(st.sampled_from(ACTS), st.booleans(), st.integers(0, 3)),
        st.tuples(st.just("merge"), st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.just(0), st.integers(-3600, 40_000)),
    ),
    max_size=40,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=steps)
def test_replay_equals_live_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    """Any order of alerts, acts, merges and clock steps: the table is the log, the chain is whole."""
    bench = DeskBench(tmp_path_factory.mktemp("desk"))
    kinds = [AlertKind.PARKING, SMOKE, FIRE, STALL]
    try:
        for step, how, number in steps:
            ids = sorted(stored(bench))
            if step == "alert":
                bench.alert(
                    how,
                    alert_id=f"x{number}",
                    kind=kinds[number],
                    clip="c" if how == "updated" else None,
                )
            elif step == "wait":
                bench.clock.step_utc(number)
            elif ids:
                fields = {"into": ids[how % len(ids)]} if step == "merge" else {"passed": how}
                with contextlib.suppress(OperationRefused):
                    bench.act(ids[number % len(ids)], step, note="n", item_code="0505", **fields)
        assert rebuilt(bench) == stored(bench)
        versions: dict[str, int] = {}
        for case in bench.case_events():
            assert case.version == versions.get(case.case_id, 0) + 1
            versions[case.case_id] = case.version
        verdict = bench.ask("audit.verify")
        assert (verdict["intact"], verdict["broken"], verdict["next"]) == (True, None, None)
    finally:
        bench.close()


def worked_bench(bench: DeskBench) -> DeskBench:
    for _ in range(3):
        case_id = bench.raised_case().case_id
        bench.act(case_id, "file", actor="seat 1")
    return bench


@pytest.mark.parametrize(
    ("statement", "cause"),
    [
        (update(audit).where(audit.c.number == 3).values(actor="somebody else"), "was changed"),
        (update(audit).where(audit.c.number == 3).values(note="another note"), "was changed"),
        (delete(audit).where(audit.c.number == 3), "missing"),
        (delete(audit).where(audit.c.number == 6), "newest version is missing"),
        (delete(audit).where(audit.c.number == 1), "missing"),
    ],
)
def test_tampering_with_the_audit_shows(bench: DeskBench, statement: Any, cause: str) -> None:
    worked_bench(bench)
    with bench.store.transaction() as tx:
        assert verify_chain(tx) == Verdict(None, None)
        tx.execute(statement)
    answer = bench.ask("audit.verify")
    assert answer["intact"] is False
    assert cause in answer["broken"]["cause"]


def test_a_long_chain_is_verified_in_parts(bench: DeskBench) -> None:
    worked_bench(bench)
    with bench.store.transaction() as tx:
        first = verify_chain(tx, most=4)
        assert first == Verdict(None, 5)
        assert verify_chain(tx, start=5, most=4) == Verdict(None, None)
        tx.execute(update(audit).where(audit.c.number == 5).values(previous_hash="0" * 64))
        broken = verify_chain(tx, start=5, most=4).broken
    assert broken is not None
    assert "does not fit" in broken.cause


def test_a_forged_row_with_a_fitting_hash_breaks_the_next_one(bench: DeskBench) -> None:
    from console.desk.audit import AuditEntry

    worked_bench(bench)
    with bench.store.transaction() as tx:
        row = tx.execute(select(audit).where(audit.c.number == 2)).one()
        forged = msgspec.structs.replace(AuditEntry(**row._mapping), actor="nobody")
        values = {"actor": "nobody", "hash": forged.computed_hash()}
        tx.execute(update(audit).where(audit.c.number == 2).values(**values))
        broken = verify_chain(tx).broken
    assert broken is not None
    assert broken.number == 3


def test_a_refused_act_leaves_no_trace(bench: DeskBench) -> None:
    case = bench.raised_case()
    before = len(bench.events)
    refused(bench, case.case_id, "close")
    assert len(bench.events) == before
    assert len(bench.ask("case", id=case.case_id)["timeline"]) == 1
