"""BoardNumbers: what the statistics board shows, from the hub's counts and the day's cases. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from console.desk.case import CaseData
from ingest.feed.envelope import parse_utc_ns

#: Hours of the trend, the present one last.
TREND_HOURS = 24
#: Rows of a ranking.
RANKING_ROWS = 8


class BoardNumbers(Struct, frozen=True):
    """Counts by name, most first; `opened_by_hour` and `closed_by_hour` oldest hour first."""

    today_count: int = 0
    open_count: int = 0
    late_count: int = 0
    by_state: tuple[tuple[str, int], ...] = ()
    by_kind: tuple[tuple[str, int], ...] = ()
    by_street: tuple[tuple[str, int], ...] = ()
    by_unit: tuple[tuple[str, int], ...] = ()
    opened_by_hour: tuple[int, ...] = (0,) * TREND_HOURS
    closed_by_hour: tuple[int, ...] = (0,) * TREND_HOURS


def ranked(counts: Mapping[str, int], rows: int = RANKING_ROWS) -> tuple[tuple[str, int], ...]:
    """The `rows` largest counts, ties by name; nothing that counts zero."""
    found = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((name, count) for name, count in found if count > 0)[:rows]


def by_hour(utc_texts: Iterable[str | None], now_utc_ns: int) -> tuple[int, ...]:
    """How many of the moments fall into each of the last `TREND_HOURS` clock hours."""
    now = datetime.fromtimestamp(now_utc_ns / 1e9)
    this_hour = now.replace(minute=0, second=0, microsecond=0).timestamp()
    hours = [0] * TREND_HOURS
    for text in utc_texts:
        if not text:
            continue
        back = -int((parse_utc_ns(text) / 1e9 - this_hour) // 3600)
        if 0 <= back < TREND_HOURS:
            hours[TREND_HOURS - 1 - back] += 1
    return tuple(hours)


def board_of(counts: Mapping[str, Any], cases: Iterable[CaseData], now_utc_ns: int) -> BoardNumbers:
    """The board from the hub's `count` answer and the cases of the last day."""
    by = counts.get("by", {})
    known = list(cases)
    return BoardNumbers(
        today_count=int(counts.get("today", 0)),
        open_count=int(counts.get("open", 0)),
        late_count=int(counts.get("late", 0)),
        by_state=ranked(by.get("state", {})),
        by_kind=ranked(by.get("kind", {})),
        by_street=ranked(by.get("street", {})),
        by_unit=ranked(by.get("unit", {})),
        opened_by_hour=by_hour((case.opened_utc for case in known), now_utc_ns),
        closed_by_hour=by_hour((case.closed_utc for case in known), now_utc_ns),
    )
