"""Working-time clocks: lunch, night, weekend, holiday, make-up day, clock set back, lights."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import CalendarSettings
from config.site import Item, LimitUnit
from console.desk.case import ClockKind
from console.desk.clock_rules import Limit, WorkingCalendar
from ingest.feed.envelope import parse_utc_ns, utc_text

WORKING, AROUND = ClockKind.WORKING, ClockKind.AROUND_CLOCK
CALENDAR = WorkingCalendar(CalendarSettings())
#: The spring festival of 2026 and its make-up Saturday, as a site writes them.
FESTIVE = WorkingCalendar(
    CalendarSettings(
        holidays=tuple(date(2026, 2, day) for day in range(16, 21)),
        extra_working_days=(date(2026, 2, 14),),
    )
)


def local(text: str) -> int:
    """Shanghai wall-clock time as UTC nanoseconds."""
    return parse_utc_ns(text.replace(" ", "T") + ":00+08:00")


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-11-23 09:00", 60, "2026-11-23 10:00"),  # plain
        ("2026-11-23 11:30", 60, "2026-11-23 14:30"),  # across lunch
        ("2026-11-23 12:30", 60, "2026-11-23 15:00"),  # starts at lunch
        ("2026-11-23 17:30", 60, "2026-11-24 08:30"),  # across the night
        ("2026-11-23 22:00", 60, "2026-11-24 09:00"),  # starts at night
        ("2026-11-27 17:30", 60, "2026-11-30 08:30"),  # across the weekend
        ("2026-11-28 10:00", 480, "2026-11-30 18:00"),  # a whole day from Saturday
        ("2026-11-23 08:00", 480, "2026-11-23 18:00"),  # a whole day, to its last minute
        ("2026-11-23 08:00", 240, "2026-11-23 12:00"),  # ends with the morning
        ("2026-11-23 09:00", 0, "2026-11-23 09:00"),
    ],
)
def test_working_time_is_added(start: str, minutes: float, due: str) -> None:
    assert utc_text(CALENDAR.add(local(start), minutes * 60, WORKING)) == utc_text(local(due))


def test_holidays_are_skipped_and_make_up_days_are_worked() -> None:
    friday = local("2026-02-13 17:00")
    assert FESTIVE.add(friday, 2 * 3600, WORKING) == local("2026-02-14 09:00")
    saturday = local("2026-02-14 17:00")
    assert FESTIVE.add(saturday, 2 * 3600, WORKING) == local("2026-02-23 09:00")


def test_urgent_time_runs_through_lunch_night_and_weekend() -> None:
    assert CALENDAR.add(local("2026-11-27 11:30"), 3600, AROUND) == local("2026-11-27 12:30")
    assert CALENDAR.between(local("2026-11-27 18:00"), local("2026-11-30 08:00"), WORKING) == 0
    assert (
        CALENDAR.between(local("2026-11-27 18:00"), local("2026-11-30 08:00"), AROUND) == 62 * 3600
    )


def test_a_clock_set_back_uses_nothing() -> None:
    now = local("2026-11-23 10:00")
    assert CALENDAR.between(now, now - 3600 * 10**9, WORKING) == 0
    assert CALENDAR.between(now, now - 3600 * 10**9, AROUND) == 0


def test_the_light_turns_amber_at_80_percent() -> None:
    due = CALENDAR.due(local("2026-11-23 11:00"), Limit(100 * 60, WORKING))
    assert due.amber_utc_ns == local("2026-11-23 14:20")
    assert due.due_utc_ns == local("2026-11-23 14:40")


@pytest.mark.parametrize(
    ("value", "unit", "limit"),
    [
        (30, LimitUnit.MINUTE, Limit(1800, AROUND)),
        (1, LimitUnit.URGENT_WORKING_HOUR, Limit(3600, AROUND)),
        (4, LimitUnit.WORKING_HOUR, Limit(14_400, WORKING)),
        (2, LimitUnit.WORKING_DAY, Limit(57_600, WORKING)),
    ],
)
def test_item_limits_in_their_own_time(value: float, unit: LimitUnit, limit: Limit) -> None:
    item = Item("0505", "x", "x", limit_value=value, limit_unit=unit)  # type: ignore[arg-type]
    assert CALENDAR.limit_of(item) == limit


def test_a_working_day_from_noon_ends_at_noon() -> None:
    assert CALENDAR.add(local("2026-11-23 12:00"), CALENDAR.day_s, WORKING) == local(
        "2026-11-24 12:00"
    )


def test_a_calendar_to_midnight_and_one_without_work() -> None:
    night = WorkingCalendar(CalendarSettings(hours=("00:00-06:00", "20:00-24:00")))
    assert night.add(local("2026-11-23 23:00"), 2 * 3600, WORKING) == local("2026-11-24 01:00")
    none = WorkingCalendar(CalendarSettings(hours=()))
    assert none.add(0, 60, WORKING) == 60 * 10**9


def test_daylight_saving_moves_the_hours_not_the_limit() -> None:
    """Helsinki went to summer time on 2026-03-29 at 03:00."""
    finnish = WorkingCalendar(
        CalendarSettings(timezone="Europe/Helsinki", working_days=tuple(range(7)))
    )
    start = parse_utc_ns("2026-03-28T15:00:00Z")  # 17:00 at +02:00
    assert (
        utc_text(finnish.add(start, 2 * 3600, WORKING)) == "2026-03-29T06:00:00.000Z"
    )  # 09:00 at +03:00


instants = st.integers(local("2026-01-01 00:00") // 10**9, local("2026-12-31 00:00") // 10**9)


@given(start=instants, seconds=st.integers(1, 200_000), kind=st.sampled_from(ClockKind))
def test_what_is_added_is_what_lies_between(start: int, seconds: int, kind: ClockKind) -> None:
    due = CALENDAR.add(start * 10**9, seconds, kind)
    assert CALENDAR.between(start * 10**9, due, kind) == pytest.approx(seconds)


@given(start=instants, first=st.integers(0, 100_000), second=st.integers(0, 100_000))
def test_two_parts_make_the_whole(start: int, first: int, second: int) -> None:
    there = CALENDAR.add(CALENDAR.add(start * 10**9, first, WORKING), second, WORKING)
    at_once = CALENDAR.add(start * 10**9, first + second, WORKING)
    assert (
        CALENDAR.between(there, at_once, WORKING) == CALENDAR.between(at_once, there, WORKING) == 0
    )


@given(start=instants, left=st.integers(1, 50_000), limit=st.integers(50_000, 60_000))
def test_a_resumed_limit_is_never_amber_after_it_is_red(start: int, left: int, limit: int) -> None:
    due = CALENDAR.resumed(start * 10**9, left, Limit(limit, WORKING))
    assert start * 10**9 <= due.amber_utc_ns <= due.due_utc_ns
