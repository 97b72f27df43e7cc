"""Lists and counts: orders, pages that miss nothing, filters, the head line, indices in use."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from sqlalchemy.dialects import sqlite

from console.desk import case_store, case_text, queries
from console.desk.case import CaseData, CaseId, CaseState
from console.desk.case_text import pieces_of, text_row
from console.desk.tables import STEPS, case_row, cases, metadata, texts
from ingest.feed.envelope import utc_text
from ingest.feed.participant import OperationRefused
from tests.console.desk.desk_bench import MONDAY_9, DeskBench

MINUTE = 60 * 10**9
COUNT = 230


def many_cases() -> list[CaseData]:
    chance = random.Random(7)
    states = list(CaseState)
    return [
        CaseData(
            case_id=f"c{n:04}", state=states[n % len(states)], act="x", actor="x", item_code=None,
            grid_id=None, unit=chance.choice(["police", "office", None]), inspector_id=None,
            lat_deg=None, lon_deg=None,
            step_due_utc=utc_text(MONDAY_9 + chance.randrange(-50, 50) * MINUTE) if n % 3 else None,
            whole_due_utc=None, version=1, alert_ids=(), note="",
            opened_utc=utc_text(MONDAY_9 - (n // 4) * 20 * MINUTE), kind=chance.choice(["smoke", "stall"]),
            priority=1 if n % 10 == 0 else 3, title=f"Stall 100% · road_{n}", camera_id=f"cam-{n % 5}",
        )  # type: ignore[arg-type]
        for n in range(COUNT)
    ]  # fmt: skip


@pytest.fixture
def full(bench: DeskBench) -> DeskBench:
    with bench.store.transaction() as tx:
        tx.execute(cases.insert(), [case_row(case) for case in many_cases()])
        tx.execute(texts.insert(), [text_row(case.case_id, case.title) for case in many_cases()])
    return bench


def pages(bench: DeskBench, **fields: Any) -> list[str]:
    found: list[str] = []
    after = None
    while True:
        reply = bench.ask("cases", after=after, **fields)
        found += [case["case_id"] for case in reply["cases"]]
        after = reply["after"]
        if after is None:
            return found


@pytest.mark.parametrize("sort", list(queries.ORDERS))
@pytest.mark.parametrize("limit", [1, 7, 100, 1000])
def test_pages_together_are_the_whole_list_in_order(full: DeskBench, sort: str, limit: int) -> None:
    whole = pages(full, sort=sort, limit=1000)
    assert len(whole) == len(set(whole)) == COUNT
    if limit > 1 or sort == "urgency":
        assert pages(full, sort=sort, limit=limit) == whole


def test_the_queue_has_priority_one_first_then_what_is_due_first(full: DeskBench) -> None:
    found = full.ask("cases", filter={"open": True}, limit=1000)["cases"]
    keys = [(case["priority"] != 1, case["step_due_utc"] or "9") for case in found]
    assert keys == sorted(keys)
    assert {case["state"] for case in found}.isdisjoint({"closed", "void"})


def test_rows_that_come_between_two_pages_neither_double_nor_hide(full: DeskBench) -> None:
    first = full.ask("cases", sort="opened", limit=50)
    full.raised_case()  # opened last, so it belongs before the first page
    rest = pages_from(full, first["after"])
    ids = [case["case_id"] for case in first["cases"]] + rest
    assert len(ids) == len(set(ids)) == COUNT


def pages_from(bench: DeskBench, after: str) -> list[str]:
    reply = bench.ask("cases", sort="opened", limit=1000, after=after)
    return [case["case_id"] for case in reply["cases"]]


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({"state": "filed"}, lambda c: c.state is CaseState.FILED),
        ({"state": ["filed", "void"]}, lambda c: c.state.value in ("filed", "void")),
        ({"kind": "smoke", "unit": "police"}, lambda c: (c.kind, c.unit) == ("smoke", "police")),
        ({"open": False}, lambda c: c.state.value in ("closed", "void")),
        ({"priority": 1}, lambda c: c.priority == 1),
        ({"camera_id": "cam-3"}, lambda c: c.camera_id == "cam-3"),
        ({"text": "road_7"}, lambda c: "road_7" in c.title),
        ({"text": "100%"}, lambda c: True),
        ({"text": "c0004"}, lambda c: c.case_id == "c0004"),
        ({"text": "c00"}, lambda c: c.case_id.startswith("c00")),
        ({"text": "_1"}, lambda c: "_1" in c.title),
        ({"text": "STALL 100% ·  ROAD_22".replace("  ", " ")}, lambda c: "road_22" in c.title),
        ({"text": "road_3", "open": True}, lambda c: "road_3" in c.title
            and c.state.value not in ("closed", "void")),
        ({"text": "road_1", "since_utc": utc_text(MONDAY_9 - 60 * MINUTE)}, lambda c:
            "road_1" in c.title and c.opened_utc >= utc_text(MONDAY_9 - 60 * MINUTE)),
        ({"since_utc": utc_text(MONDAY_9 - 60 * MINUTE)}, lambda c: c.opened_utc >= utc_text(MONDAY_9 - 60 * MINUTE)),
        ({"until_utc": utc_text(MONDAY_9 - 60 * MINUTE)}, lambda c: c.opened_utc < utc_text(MONDAY_9 - 60 * MINUTE)),
        ({"late": True}, lambda c: c.state.value not in ("closed", "void")
            and c.step_due_utc is not None and c.step_due_utc < utc_text(MONDAY_9)),
    ],
)  # fmt: skip
def test_filters_pick_what_they_say(full: DeskBench, wanted: dict[str, Any], fits: Any) -> None:
    expected = {case.case_id for case in many_cases() if fits(case)}
    assert expected
    assert set(pages(full, filter=wanted, limit=1000)) == expected
    assert full.ask("count", filter=wanted)["count"] == len(expected)


def test_one_character_is_sought_in_the_newest_or_since_a_time(
    full: DeskBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "TEXT_SEARCH_CASES", 40)
    wanted = {"text": "_"}
    assert 40 <= len(pages(full, filter=wanted, sort="opened", limit=1000)) <= 44
    wanted["since_utc"] = "2020-01-01T00:00:00Z"
    assert len(pages(full, filter=wanted, limit=1000)) == COUNT


def test_of_a_word_in_too_many_titles_the_newest_are_found(
    full: DeskBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_text, "CANDIDATES_MOST", 30)
    found = pages(full, filter={"text": "road"}, sort="opened", limit=1000)
    newest = [case.case_id for case in many_cases()][-30:]  # as they came, not as they were opened
    assert sorted(found) == sorted(newest)


def test_two_chinese_characters_find_a_case_of_long_ago_and_a_changed_title(
    bench: DeskBench,
) -> None:
    made = many_cases()[0]
    old = msgspec.structs.replace(made, case_id=CaseId("20190101-0001"), title="台东三路 占道经营")
    new = msgspec.structs.replace(old, title="台东三路 出店经营", version=2)
    with bench.store.transaction() as tx:
        case_store.save_case(tx, None, old)
    assert pages(bench, filter={"text": "占道"}) == [old.case_id]
    with bench.store.transaction() as tx:
        case_store.save_case(tx, old, new)
    assert pages(bench, filter={"text": "占道"}) == [], "the title says it no more"
    assert pages(bench, filter={"text": "出店"}) == [old.case_id]
    assert pages(bench, filter={"text": "三路 出"}) == [old.case_id]
    assert pages(bench, filter={"text": "' OR \" NEAR(* \\"}) == []


def test_an_older_database_gets_its_index_when_it_is_opened(full: DeskBench) -> None:
    with full.store.transaction() as tx:
        tx.execute(texts.delete())
    assert pages(full, filter={"text": "road_7"}) == []
    with full.store.transaction() as tx:
        STEPS[0].apply(tx._connection)
    assert len(pages(full, filter={"text": "road_7"})) == 11
    assert metadata.tables["desk_case_texts"] is texts


def test_pieces_are_pairs_of_characters_each_once() -> None:
    assert len(pieces_of("占道经营")) == 3
    assert pieces_of("aaaa") == pieces_of("ＡＡ")
    assert pieces_of("一") == ()


def test_counts_by_several_words_and_the_head_line(full: DeskBench) -> None:
    reply = full.ask("count", by=["state", "unit"])
    assert reply["count"] == sum(reply["by"]["state"].values()) == COUNT
    assert set(reply["by"]["unit"]) == {"police", "office", ""}
    open_count = sum(case.state.value not in ("closed", "void") for case in many_cases())
    assert reply["open"] == open_count
    assert reply["late"] == full.ask("count", filter={"late": True})["count"]
    midnight = utc_text(MONDAY_9 - 9 * 60 * MINUTE)
    assert reply["today"] == full.ask("count", filter={"since_utc": midnight})["count"]


@pytest.mark.parametrize(
    "request_fields",
    [
        {"sort": "colour"},
        {"limit": 0},
        {"limit": 10_000},
        {"limit": "many"},
        {"after": "rubbish"},
        {"after": "WzEsMl0="},
        {"after": "eyJ4IjoxfQ=="},
        {"filter": {"colour": "red"}},
        {"filter": {"state": "lost"}},
        {"filter": {"since_utc": "yesterday"}},
        {"filter": 3},
    ],
)
def test_wrong_requests_are_refused(full: DeskBench, request_fields: dict[str, Any]) -> None:
    with pytest.raises(OperationRefused):
        full.ask("cases", **request_fields)
    with pytest.raises(OperationRefused):
        full.ask("count", by="colour")


@pytest.mark.sqlite_only
def test_the_queue_and_the_pages_use_an_index_and_no_sorting(full: DeskBench) -> None:
    plans = {}
    with full.store.reading() as tx:
        for name, order in queries.ORDERS.items():
            wanted = queries.CaseFilter(open=True if name in ("urgency", "due") else None)
            statement = queries._filtered(queries.select(cases.c.body), wanted, 0).order_by(
                *(c.desc() if falls else c.asc() for c, falls in order)
            )
            text = str(
                statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
            )
            rows = tx.execute(queries_text(f"EXPLAIN QUERY PLAN {text}")).all()
            plans[name] = " ".join(str(row[-1]) for row in rows)
    assert all("INDEX" in plan for plan in plans.values()), plans
    assert not any("TEMP B-TREE" in plan for plan in plans.values()), plans


def queries_text(statement: str) -> Any:
    from sqlalchemy import text

    return text(statement)
