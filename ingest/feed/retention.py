"""Retention: how long the log keeps events, in small steps inside the hub's tick."""

from __future__ import annotations

import logging

from sqlalchemy import delete, func, select

from ingest.clock import Clock
from ingest.feed.envelope import Noun
from ingest.feed.log import Transaction
from ingest.feed.tables import events, last_values

log = logging.getLogger(__name__)

#: Rows removed in one tick: keeps a tick short; 1,000/s outruns any district's events.
STEP_ROWS = 1_000
#: Looks for old rows this often, seconds.
INTERVAL_S = 10.0
#: The wall clock may differ this much from monotonic time before nothing is removed any more.
JUMP_S = 3600.0
#: An alert nobody updated for this long is no longer open (its worker has gone), seconds.
ALERT_LIFE_S = 24 * 3600.0


class Retention:
    """Removes what is older than `keep_s` seconds. Threads: the acting thread.

    A wall clock that jumps (more than an hour against monotonic time) stops removal until the
    next start: a wrong clock must not erase a log.
    """

    def __init__(self, keep_s: float, clock: Clock) -> None:
        self._keep_ns = round(keep_s * 1e9)
        self._clock = clock
        self._offset_ns = clock.utc_ns() - clock.mono_ns()
        self._next_ns = clock.mono_ns() + round(INTERVAL_S * 1e9)
        self._jumped = False

    def step(self, tx: Transaction) -> None:
        """One small removal, when it is due."""
        if self._clock.mono_ns() < self._next_ns or self._has_jumped():
            return
        self._next_ns = self._clock.mono_ns() + round(INTERVAL_S * 1e9)
        self._remove_events(tx)
        tx.execute(
            delete(last_values).where(
                last_values.c.noun == Noun.ALERT.value,
                last_values.c.stored_utc_ns < tx.now_utc_ns - round(ALERT_LIFE_S * 1e9),
            )
        )

    def _remove_events(self, tx: Transaction) -> None:
        before_ns = tx.now_utc_ns - self._keep_ns
        first = tx.execute(select(func.min(events.c.sequence))).scalar()
        if first is None:
            return
        newest_old = tx.execute(
            select(func.max(events.c.sequence)).where(
                events.c.sequence < first + STEP_ROWS, events.c.stored_utc_ns < before_ns
            )
        ).scalar()
        if newest_old is None:
            return
        tx.execute(delete(events).where(events.c.sequence <= newest_old))
        self._next_ns = self._clock.mono_ns()  # more may be due at the next tick

    def _has_jumped(self) -> bool:
        offset_ns = self._clock.utc_ns() - self._clock.mono_ns()
        if not self._jumped and abs(offset_ns - self._offset_ns) > JUMP_S * 1e9:
            self._jumped = True
            log.warning(
                "the wall clock jumped by %.0f s; nothing is removed from the event log until "
                "the hub starts again",
                (offset_ns - self._offset_ns) / 1e9,
            )
        return self._jumped
