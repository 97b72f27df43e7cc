"""A hazard is demanded to be put right, reported, looked at and written off before its case is closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.desk.case import CaseData, CaseState
from ingest.feed.envelope import parse_utc_ns
from ingest.feed.participant import OperationRefused
from tests.config.site_folder import SITE
from tests.console.desk.desk_bench import DeskBench

DAY_NS = 86_400 * 10**9


def reason(bench: DeskBench, case_id: str, act: str, **fields: object) -> str:
    with pytest.raises(OperationRefused) as told:
        bench.act(case_id, act, **fields)
    return str(told.value.fields["reason"])


def verified_case(bench: DeskBench) -> CaseData:
    case_id = bench.raised_case().case_id
    for act in ("file", "dispatch", "feedback", "verify"):
        case = bench.act(case_id, act)
    return case


def test_a_demanded_hazard_holds_the_case_open_until_somebody_saw_it_put_right(
    bench: DeskBench,
) -> None:
    case_id = verified_case(bench).case_id
    assert reason(bench, case_id, "rectify") == "needs"
    demanded = bench.act(case_id, "rectify", note="escape route blocked", days=2).rectification
    assert demanded is not None
    spent = parse_utc_ns(demanded.due_utc) - parse_utc_ns(demanded.demanded_utc)
    assert spent == 2 * DAY_NS
    assert reason(bench, case_id, "close") == "not_written_off"
    assert reason(bench, case_id, "rectify", note="again") == "already_demanded"
    assert reason(bench, case_id, "write_off") == "not_reported"
    bench.act(case_id, "rectified", note="cleared")
    refused = bench.act(case_id, "write_off", passed=False, note="half of it").rectification
    assert refused is not None
    assert (refused.refused_count, refused.reported_utc, refused.due_utc) == (
        1,
        None,
        demanded.due_utc,
    )
    assert reason(bench, case_id, "write_off") == "not_reported"
    bench.act(case_id, "rectified", note="all of it")
    written = bench.act(case_id, "write_off").rectification
    assert written is not None
    assert not written.is_open
    assert bench.act(case_id, "close").state is CaseState.CLOSED
    assert "write_off" in [event.act for event in bench.case_events()]


def test_without_a_demand_nothing_is_reported_or_written_off(bench: DeskBench) -> None:
    case_id = verified_case(bench).case_id
    assert reason(bench, case_id, "rectified", note="?") == "nothing_demanded"
    assert reason(bench, case_id, "write_off") == "nothing_demanded"
    assert bench.act(case_id, "close").state is CaseState.CLOSED


def test_a_kind_may_ask_for_it_and_has_its_days(tmp_path: Path) -> None:
    text = SITE + '[desk]\nrectify_kinds = ["parking"]\nrectify_days = 5\n'
    bench = DeskBench(tmp_path, site=text)
    try:
        case = verified_case(bench)
        assert case.must_rectify
        assert reason(bench, case.case_id, "close") == "not_rectified"
        hazard = bench.act(case.case_id, "rectify", note="a fire lane").rectification
        assert hazard is not None
        spent = parse_utc_ns(hazard.due_utc) - parse_utc_ns(hazard.demanded_utc)
        assert spent == 5 * DAY_NS
    finally:
        bench.close()


@pytest.mark.parametrize("days", [0, -1, 4_000, "soon"])
def test_days_that_are_none_are_refused(bench: DeskBench, days: object) -> None:
    case_id = verified_case(bench).case_id
    with pytest.raises(OperationRefused):
        bench.act(case_id, "rectify", note="x", days=days)
