"""The statistics board's numbers."""

from __future__ import annotations

import msgspec
import pytest

from console.desk.case import CaseState
from console.state.board import TREND_HOURS, board_of, by_hour, ranked
from ingest.feed.envelope import utc_text
from tests.console.seat_kit import case

NOW = 1_767_225_600_000_000_000
HOUR = 3_600_000_000_000


def test_rankings_count_down_and_leave_zeros_out() -> None:
    assert ranked({"a": 1, "b": 5, "c": 5, "d": 0}) == (("b", 5), ("c", 5), ("a", 1))
    assert len(ranked({str(number): number for number in range(1, 30)})) == 8


@pytest.mark.parametrize(("age_h", "place"), [(0, -1), (1, -2), (23, 0)])
def test_a_moment_falls_into_its_clock_hour(age_h: int, place: int) -> None:
    hours = by_hour([utc_text(NOW - age_h * HOUR)], NOW)
    assert len(hours) == TREND_HOURS
    assert hours[place] == 1
    assert sum(hours) == 1


def test_what_is_older_than_a_day_or_has_no_time_is_in_no_hour() -> None:
    assert sum(by_hour([utc_text(NOW - 25 * HOUR), None, ""], NOW)) == 0


def test_the_board_takes_the_hubs_counts_as_they_are() -> None:
    closed = msgspec.structs.replace(
        case(2, now_utc_ns=NOW, state=CaseState.CLOSED), closed_utc=utc_text(NOW)
    )
    counts = {"today": 7, "open": 4, "late": 1, "by": {"kind": {"stall": 3, "smoke": 1}}}
    board = board_of(counts, [case(1, now_utc_ns=NOW, age_s=0), closed], NOW)
    assert (board.today_count, board.open_count, board.late_count) == (7, 4, 1)
    assert board.by_kind == (("stall", 3), ("smoke", 1))
    assert sum(board.opened_by_hour) == 2
    assert sum(board.closed_by_hour) == 1
    assert board.by_unit == ()
