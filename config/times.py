"""Hours and days as people write them in a register. Pure; any thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from config.site import ALL_DAYS, Hours

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def parse_hours(text: str) -> Hours:
    """`07:00-22:00`, also across midnight; `00:00-24:00` is all day.

    Raises:
        ValueError: anything else.
    """
    start_text, dash, end_text = text.replace("–", "-").partition("-")
    if not dash:
        raise ValueError(f"{text!r} is not a span of hours")
    start, end = _clock_time(start_text), _clock_time(end_text)
    if start == end and end_text.strip() != "24:00" and start != time(0, 0):
        raise ValueError(f"{text!r} is empty: it starts when it ends")
    return Hours(start, end)


def _clock_time(text: str) -> time:
    """`7:05`, `07:05` or `24:00` (= midnight)."""
    hours, colon, minutes = text.strip().partition(":")
    if not colon or not hours.isascii() or not hours.isdigit() or len(minutes) != 2:
        raise ValueError(f"{text!r} is not a time of day")
    if int(hours) == 24 and minutes == "00":
        return time(0, 0)
    return time(int(hours), int(minutes))


def parse_days(value: object) -> frozenset[int]:
    """`["mon", "tue"]`, `[0, 1]`, `"mon-fri"`, `"sat,sun"` or `"all"`; 0 = Monday.

    Raises:
        ValueError: anything else.
    """
    if isinstance(value, str):
        return _days_of_text(value)
    if isinstance(value, Sequence) and value:
        days: set[int] = set()
        for entry in value:
            days |= _days_of_entry(entry)
        return frozenset(days)
    raise ValueError(f"{value!r} are no days")


def _days_of_entry(entry: object) -> frozenset[int]:
    if isinstance(entry, str):
        return _days_of_text(entry)
    if isinstance(entry, int) and not isinstance(entry, bool) and 0 <= entry <= 6:
        return frozenset({entry})
    raise ValueError(f"{entry!r} is no day")


def _days_of_text(text: str) -> frozenset[int]:
    if text.strip().lower() in {"all", "daily"}:
        return ALL_DAYS
    days: set[int] = set()
    for part in text.lower().split(","):
        first, dash, last = part.strip().partition("-")
        start = _day(first)
        days |= _day_span(start, _day(last)) if dash else {start}
    return frozenset(days)


def _day_span(start: int, end: int) -> set[int]:
    """`fri-mon` goes over the weekend."""
    return {(start + step) % 7 for step in range((end - start) % 7 + 1)}


def _day(text: str) -> int:
    name = text.strip()[:3]
    if name not in DAY_NAMES:
        raise ValueError(f"{text!r} is no day")
    return DAY_NAMES.index(name)
