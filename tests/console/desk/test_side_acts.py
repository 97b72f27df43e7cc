"""Side acts of the loop through the desk: difficult cases, requests, split, inspection, reopening."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.desk.case import CaseData, CaseState, DifficultStage, Ending, Step
from console.desk.diagram import BEGIN, drawn, put_into
from console.desk.transitions import shipped_text
from console.desk.workflow import shipped_table, table_of_site
from ingest.feed.envelope import parse_utc_ns
from ingest.feed.participant import Caller, OperationRefused
from tests.config.site_folder import write_site
from tests.console.desk.desk_bench import DeskBench

DEPARTMENT = Caller("police", frozenset({"operator", "department"}))
DUTY_HEAD = Caller("head", frozenset({"operator", "duty_head"}))
HOUR_NS = 3600 * 10**9


def handled(bench: DeskBench) -> CaseData:
    """A case that a unit works on."""
    case = bench.raised_case()
    bench.act(case.case_id, "file", item_code="0505")
    bench.act(case.case_id, "dispatch", unit="police")
    return bench.act(case.case_id, "accept")


def refused(bench: DeskBench, case: CaseData, act: str, **fields: object) -> str:
    with pytest.raises(OperationRefused) as refusal:
        bench.ask("act", case_id=case.case_id, act=act, **fields)
    return str(refusal.value)


def test_a_difficult_case_goes_from_meeting_to_joint_call_to_its_fallback_owner(
    bench: DeskBench,
) -> None:
    case = handled(bench)
    assert "difficult first" in refused(bench, case, "consult", note="met")
    bench.act(case.case_id, "difficult", note="nobody's land")
    assert "consultation first" in refused(bench, case, "joint_call", note="x", co_units=["a"])
    bench.act(case.case_id, "consult", note="police leads")
    assert "co_units must be entered" in refused(bench, case, "joint_call", note="come")
    bench.clock.advance(3600)
    called = bench.act(case.case_id, "joint_call", note="come", co_units=["office", "office", "x"])
    assert (called.state, called.co_units) == (CaseState.DISPATCHED, ("office", "x"))
    assert called.step_due_utc > case.step_due_utc  # type: ignore[operator]
    assert "call the units" not in refused(bench, called, "fallback", note="you")
    owned = bench.act(case.case_id, "fallback", note="you", unit="office")
    assert (owned.unit, owned.difficult_stage) == ("office", DifficultStage.FALLBACK)
    assert "cannot send the case back" in refused(bench, owned, "return", note="not ours")
    assert bench.ask("audit.verify")["intact"] is True


def test_a_case_sent_back_twice_is_flagged_as_difficult(bench: DeskBench) -> None:
    case = handled(bench)
    once = bench.act(case.case_id, "return", note="not ours")
    assert not once.difficult
    bench.act(case.case_id, "dispatch", unit="office")
    twice = bench.act(case.case_id, "return", note="not ours either")
    assert (twice.difficult, twice.difficult_stage) == (True, DifficultStage.MARKED)


def test_an_extension_asked_for_and_approved_is_two_rows_of_one_moment(bench: DeskBench) -> None:
    case = handled(bench)
    asked = bench.ask(
        "act", DEPARTMENT, case_id=case.case_id, act="request", wanted="extend", note="crane", minutes=60,
    )["case"]  # fmt: skip
    assert asked["request"]["act"] == "extend"
    assert asked["step_due_utc"] == case.step_due_utc  # waiting stops no clock
    with pytest.raises(OperationRefused, match="your role"):
        bench.ask("act", DEPARTMENT, case_id=case.case_id, act="approve")
    bench.ask("act", DUTY_HEAD, case_id=case.case_id, act="approve")
    after = bench.case(case.case_id)
    assert (after.extended, after.request, after.note) == (True, None, "crane")
    gained = parse_utc_ns(after.step_due_utc or "") - parse_utc_ns(case.step_due_utc or "")
    assert gained == HOUR_NS
    acts = [row["act"] for row in bench.ask("case", id=case.case_id)["timeline"]]
    assert acts[-3:] == ["request", "approve", "extend"]
    assert "once only" in refused(bench, after, "request", wanted="extend", note="more")
    assert "expected extend" in refused(bench, after, "request", wanted="close", note="done")


def test_a_declined_request_and_one_the_case_outran(bench: DeskBench) -> None:
    case = handled(bench)
    bench.act(case.case_id, "request", wanted="suspend", note="winter")
    assert "already" in refused(bench, case, "request", wanted="return", note="x")
    declined = bench.act(case.case_id, "decline", note="it is warm")
    assert declined.request is None
    assert "nothing was requested" in refused(bench, case, "approve")
    bench.act(case.case_id, "request", wanted="suspend", note="winter")
    assert bench.act(case.case_id, "feedback").request is None


def test_an_approval_that_cannot_be_carried_out_changes_nothing(bench: DeskBench) -> None:
    case = handled(bench)
    asked = bench.act(case.case_id, "request", wanted="extend", note="crane")
    bench.act(case.case_id, "extend", note="by the head itself")
    assert "once only" in refused(bench, case, "approve")
    assert bench.case(case.case_id).request == asked.request


def test_a_split_gives_some_alerts_to_a_new_case_with_the_old_opening_time(
    bench: DeskBench,
) -> None:
    first = bench.raised_case(kind="smoke", camera_id="cam-1", box_norm=(0.1, 0.1, 0.4, 0.4))
    bench.clock.advance(60)
    joined = bench.alert(kind="smoke", camera_id="cam-1", box_norm=(0.2, 0.2, 0.4, 0.4))[-1]
    both = joined.decode_data(CaseData)
    assert both.case_id == first.case_id
    stay, go = both.alert_ids
    assert "is not of this case" in refused(
        bench, first, "split", note="two fires", new_title="Second", alert_ids=["other"]
    )
    assert "leaves at least one" in refused(
        bench, first, "split", note="x", new_title="Second", alert_ids=[stay, go]
    )
    old = bench.act(first.case_id, "split", note="two fires", new_title="Second", alert_ids=[go])
    assert (old.alert_ids, old.title) == ((stay,), first.title)
    (new,) = [c for c in bench.case_events() if c.split_from == first.case_id]
    assert (new.state, new.title, new.alert_ids) == (CaseState.PROPOSED, "Second", (go,))
    assert new.opened_utc == first.opened_utc
    assert parse_utc_ns(new.step_started_utc) == bench.clock.utc_ns()
    assert [alert["alert_id"] for alert in bench.ask("case", id=new.case_id)["alerts"]] == [go]
    bench.alert("cleared", alert_id=go, kind="smoke", camera_id="cam-1")
    assert bench.case(new.case_id).alert_active is False
    assert bench.case(first.case_id).alert_active is True
    assert bench.ask("audit.verify")["intact"] is True


def test_sources_that_must_be_inspected_are_not_filed_before(
    tmp_path: Path, store_url: str | None
) -> None:
    site = 'name = "T"\nlanguage = "en"\n[desk]\ncheck_sources = ["analysis"]\n'
    bench = DeskBench(tmp_path, store_url, site=site)
    try:
        case = bench.raised_case()
        assert "inspect first" in refused(bench, case, "file")
        assert bench.act(case.case_id, "inspect").checked
        assert bench.act(case.case_id, "file").state is CaseState.FILED
        nothing = bench.raised_case()
        gone = bench.act(nothing.case_id, "inspect", passed=False, note="nobody there")
        assert (gone.state, gone.ending) == (CaseState.VOID, Ending.VOID)
    finally:
        bench.close()


def test_a_citizen_who_is_not_satisfied_gets_the_case_opened_again(bench: DeskBench) -> None:
    case = handled(bench)
    bench.act(case.case_id, "feedback")
    bench.act(case.case_id, "verify")
    closed = bench.act(case.case_id, "close")
    unhappy = bench.act(case.case_id, "callback", satisfaction=-100)
    assert (unhappy.satisfaction, unhappy.state) == (-100, CaseState.CLOSED)
    again = bench.act(case.case_id, "reopen", note="still there")
    assert (again.state, again.step, again.unit) == (CaseState.HANDLING, Step.HANDLE, "police")
    assert (again.closed_utc, again.ending, again.satisfaction) == (None, None, None)
    assert (again.reopened_count, again.rework_count) == (1, 1)
    assert again.whole_due_utc == closed.whole_due_utc
    assert [c["case_id"] for c in bench.ask("cases", filter={"open": True})["cases"]] == [
        case.case_id
    ]


def test_supervision_ends_by_its_own_act(bench: DeskBench) -> None:
    case = handled(bench)
    assert "not under supervision" in refused(bench, case, "lift")
    assert bench.act(case.case_id, "supervise", note="watch").supervised
    assert not bench.act(case.case_id, "lift").supervised


def test_the_readme_shows_the_table_as_it_is() -> None:
    """`gridwall transitions --write console/desk/README.md` draws it again."""
    readme = (Path(__file__).parents[3] / "console" / "desk" / "README.md").read_text("utf-8")
    assert put_into(readme, drawn(shipped_table())) == readme
    assert "filed --> dispatched: dispatch" in readme
    with pytest.raises(ValueError, match="transitions"):
        put_into("no marks", drawn(shipped_table()))


def test_a_city_with_its_own_table_has_its_own_loop_and_drawing(
    tmp_path: Path, store_url: str | None
) -> None:
    """This city lets a department extend by itself and knows no fallback owner."""
    head, _, rest = shipped_text().partition('[[transition]]\nact = "fallback"')
    own = head + rest.partition("[[transition]]")[1] + rest.partition("[[transition]]")[2]
    own = own.replace('act = "extend"', 'act = "extend"  # ours', 1).replace(
        'to = "same"\nroles = ["duty_head", "dispatcher"]\nguards = ["not_extended"]',
        'to = "same"\nroles = ["department"]\nguards = ["not_extended"]',
    )
    write_site(tmp_path / "site")
    (tmp_path / "site" / "transitions.toml").write_text(own, "utf-8")
    bench = DeskBench(tmp_path, store_url)
    try:
        case = handled(bench)
        with pytest.raises(OperationRefused, match="your role"):
            bench.ask("act", DUTY_HEAD, case_id=case.case_id, act="extend", note="more")
        bench.ask("act", DEPARTMENT, case_id=case.case_id, act="extend", note="more")
        assert "no act called fallback" in refused(bench, case, "fallback", unit="x", note="x")
    finally:
        bench.close()
    drawing = drawn(table_of_site(tmp_path / "site"))
    assert drawing.startswith(BEGIN)
    assert "| fallback |" not in drawing
