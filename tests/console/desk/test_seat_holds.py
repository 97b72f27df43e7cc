"""Seats hear what the others have open; who falls silent holds nothing."""

from __future__ import annotations

import pytest

from console.desk.seat_holds import HELD_S
from ingest.feed.participant import Caller, OperationRefused
from tests.console.desk.desk_bench import DeskBench


def held(bench: DeskBench, seat: str, case_id: str | None) -> list[tuple[str, str]]:
    reply = bench.ask("case.hold", seat=seat, case_id=case_id, actor=seat)
    return [(hold["seat"], hold["case_id"]) for hold in reply["holds"]]


def test_each_seat_hears_of_the_others_only(bench: DeskBench) -> None:
    assert held(bench, "seat 1", "c-1") == []
    assert held(bench, "seat 2", "c-2") == [("seat 1", "c-1")]
    assert held(bench, "seat 1", "c-1") == [("seat 2", "c-2")]
    assert held(bench, "seat 2", None) == [("seat 1", "c-1")]
    assert held(bench, "seat 1", "c-1") == []


def test_since_when_it_is_open_stays_while_it_is(bench: DeskBench) -> None:
    held(bench, "seat 1", "c-1")
    first = bench.ask("case.hold", seat="seat 2")["holds"][0]["since_utc"]
    bench.clock.advance(5)
    held(bench, "seat 1", "c-1")
    assert bench.ask("case.hold", seat="seat 2")["holds"][0]["since_utc"] == first
    held(bench, "seat 1", "c-9")
    assert bench.ask("case.hold", seat="seat 2")["holds"][0]["since_utc"] != first


def test_a_silent_seat_holds_nothing_and_a_reader_none_at_all(bench: DeskBench) -> None:
    held(bench, "seat 1", "c-1")
    bench.clock.advance(HELD_S + 1)
    assert held(bench, "seat 2", None) == []
    with pytest.raises(OperationRefused, match="operators"):
        bench.ask("case.hold", caller=Caller("r", frozenset({"reader"})), seat="r")
