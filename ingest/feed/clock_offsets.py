"""ClockOffsets: publishers whose wall clock differs from the hub's, so that operators are told.

An event cannot arrive before it happened: the freshest event of a source in a while shows how far
its clock is ahead or behind. Spooled events arrive late and are outshone by fresh ones.
"""

from __future__ import annotations

from collections import OrderedDict

from ingest.clock import Clock
from ingest.feed.envelope import Event, parse_utc_ns

#: The freshest event of this span counts, seconds.
SPAN_S = 60.0
#: Differences below are nobody's business, seconds (DESIGN §5).
SHOWN_ABOVE_S = 1.0
#: A source is forgotten after this silence, seconds.
FORGET_S = 600.0
SOURCES_MOST = 1_000


class ClockOffsets:
    """Threads: `note` the acting thread; `shown` any (it reads one swapped dict)."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._best: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._shown: dict[str, float] = {}

    @property
    def shown(self) -> dict[str, float]:
        """Source → seconds its clock is ahead (behind when negative)."""
        return self._shown

    def note(self, event: Event) -> None:
        """Takes an event that has just arrived."""
        now_ns = self._clock.mono_ns()
        offset_s = (parse_utc_ns(event.time) - self._clock.utc_ns()) / 1e9
        known = self._best.get(event.source)
        if known is not None and offset_s < known[1] and now_ns - known[0] < SPAN_S * 1e9:
            return
        self._best[event.source] = (now_ns, offset_s)
        self._best.move_to_end(event.source)
        if len(self._best) > SOURCES_MOST:
            self._best.popitem(last=False)

    def refresh(self) -> None:
        """Once a second: what operators are shown."""
        oldest_ns = self._clock.mono_ns() - round(FORGET_S * 1e9)
        self._shown = {
            source: round(offset_s, 1)
            for source, (at_ns, offset_s) in self._best.items()
            if at_ns >= oldest_ns and abs(offset_s) > SHOWN_ABOVE_S
        }
