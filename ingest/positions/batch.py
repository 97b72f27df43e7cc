"""Fixes on their way to the feed: gathered for a moment, one event a street. Pure."""

from __future__ import annotations

from collections import defaultdict

from config.site import GridId
from ingest.feed.envelope import Event, Noun, new_event, utc_text
from ingest.positions.fix import Fix, PositionEntry, PositionFixedData

#: Most fixes of one event: stays far below the longest event the hub takes.
FIXES_MOST = 500


class FixBatch:
    """Gathers published fixes. Bounded by its owner, who empties it every 50 ms. Threads: one."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._by_street: dict[GridId | None, list[PositionEntry]] = defaultdict(list)

    def add(self, fix: Fix, street: GridId | None, *, live: bool) -> None:
        self._by_street[street].append(entry_of(fix, live=live))

    def take(self, utc_ns: int) -> list[Event]:
        """Events of everything gathered."""
        events = []
        for entries in self._by_street.values():
            for start in range(0, len(entries), FIXES_MOST):
                data = PositionFixedData(tuple(entries[start : start + FIXES_MOST]))
                events.append(
                    new_event(Noun.POSITION, "fixed", data, source=self._source, utc_ns=utc_ns)
                )
        self._by_street.clear()
        return events


def entry_of(fix: Fix, *, live: bool) -> PositionEntry:
    """The wire form of a fix."""
    return PositionEntry(
        inspector_id=fix.inspector_id,
        device_id=fix.device_id,
        lat_deg=fix.place.lat_deg,
        lon_deg=fix.place.lon_deg,
        speed_mps=fix.speed_mps,
        course_deg=fix.course_deg,
        accuracy_m=fix.accuracy_m,
        fix_utc=utc_text(fix.fix_utc_ns),
        source=fix.source.value,
        live=live,
    )
