"""The read thread of the hub: snapshot, replay and every list, beside the acting thread.

Reads committed state on a read-only connection, so a long replay delays no act and no
heartbeat. Changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct
from sqlalchemy import ColumnElement, and_, or_, select

from ingest.feed.acting import refusal_fields
from ingest.feed.envelope import Noun
from ingest.feed.last_values import LastPositions
from ingest.feed.log import StoreFull, Transaction, first_sequence
from ingest.feed.participant import (
    Caller,
    Identify,
    OperationRefused,
    OperationResult,
    Participant,
    ReadingOperation,
    as_they_came,
)
from ingest.feed.store import EventStore
from ingest.feed.tables import events
from ingest.feed.work import Asked, Counts, Inbox, Outbox, Outgoing, answer, refusal
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: Most events of one replay page (CONTRACT §5) and the page's size that ends it earlier.
REPLAY_MOST = 10_000
REPLAY_BYTES = 4 << 20
#: Rows fetched at once while a page fills.
FETCH_ROWS = 1_000
#: Requests waiting for the read thread; more are told to retry.
READS_BOUND = 200
#: Topic filters one replay may name.
FILTERS_MOST = 50


class ReplayRequest(Struct, frozen=True):
    """`replay`: events with sequence ≥ `from_` whose topic begins with one of `topics`."""

    from_: int = msgspec.field(name="from", default=0)
    limit: int = 1_000
    topics: tuple[str, ...] = ()


class Reading:
    """Answers what only reads. Threads: `run` is one thread; `inbox` any."""

    def __init__(
        self,
        store: EventStore,
        participants: Sequence[Participant],
        positions: LastPositions,
        outbox: Outbox,
        counts: Counts,
        identify: Identify = as_they_came,
    ) -> None:
        self._identify = identify
        self._store = store
        self._participants = participants
        self._positions = positions
        self._outbox = outbox
        self._counts = counts
        self.inbox = Inbox(READS_BOUND)
        self.operations: dict[str, ReadingOperation] = {
            "snapshot": ReadingOperation(self._snapshot),
            "replay": ReadingOperation(replay),
        }

    def run(self, stop: StopToken, beside: Callable[[], None]) -> None:
        """Answers until told to stop; `beside` is called about once a second in between."""
        while not stop.stopped:
            for item in self.inbox.take(1, 1.0):
                if isinstance(item, Asked):
                    self._outbox.put_all((self._answered(item),))
            self._guarded(beside)

    def _guarded(self, beside: Callable[[], None]) -> None:
        try:
            beside()
        except Exception:
            self._counts.add("gridwall_hub_errors_total", "watch")
            log.exception("looking at the site folder failed")

    def _answered(self, asked: Asked) -> Outgoing:
        try:
            with self._store.reading() as tx:
                caller = self._identify(asked.op, asked.request, asked.caller, reads=True)
                result = self.operations[asked.op](tx, asked.request, caller)
            return answer(asked.back, **{"ok": True, **result.reply})
        except OperationRefused as error:
            self._counts.refuse("gridwall_requests_refused_total", asked.op, str(error))
            return refusal(asked.back, str(error), **refusal_fields(error))
        except StoreFull as error:
            self._counts.add("gridwall_store_errors_total")
            return refusal(asked.back, str(error), retry=True)
        except Exception as error:
            self._counts.add("gridwall_hub_errors_total", asked.op[:40])
            log.exception("reading operation %r failed", asked.op[:40])
            return refusal(asked.back, f"{asked.op} failed: {error}")

    def _snapshot(
        self, tx: Transaction, request: dict[str, Any], caller: Caller
    ) -> OperationResult:
        position = tx.position
        reply: dict[str, Any] = {
            "epoch": position.epoch,
            "sequence": position.sequence,
            "nouns": position.nouns,
            "cases": [],
            "alerts": tx.last_values_of(Noun.ALERT),
            "positions": self._positions.all(),
            "camera_health": tx.last_values_of(Noun.CAMERA),
            "scenes": tx.last_values_of(Noun.SCENE),
            "ptz": tx.last_values_of(Noun.PTZ),
            "sights": tx.last_values_of(Noun.SIGHT),
        }
        for participant in self._participants:
            reply.update(participant.snapshot(tx))
        return OperationResult(reply)


def replay(tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
    """One page of the log: events, where the next page begins, how far the log is."""
    asked = _checked(request)
    bodies: list[Raw] = []
    topics: list[str] = []
    size = 0
    next_from = max(asked.from_, 1)
    last = tx.position.sequence
    while len(bodies) < asked.limit and size < REPLAY_BYTES and next_from <= last:
        rows = _page(tx, next_from, min(FETCH_ROWS, asked.limit - len(bodies)), asked.topics)
        if not rows:
            next_from = last + 1
            break
        for sequence, topic, body in rows:
            if size + len(body) > REPLAY_BYTES and bodies:
                size = REPLAY_BYTES
                break
            bodies.append(Raw(body))
            topics.append(topic)
            size += len(body)
            next_from = sequence + 1
    reply: Mapping[str, Any] = {
        "epoch": tx.position.epoch,
        "sequence": last,
        "first": first_sequence(tx),
        "next": next_from,
        "more": next_from <= last,
        "events": bodies,
        "topics": topics,
    }
    return OperationResult(reply)


def _checked(request: dict[str, Any]) -> ReplayRequest:
    try:
        asked = msgspec.convert(request, ReplayRequest)
    except msgspec.ValidationError as error:
        raise OperationRefused(f"replay needs from and limit as whole numbers: {error}") from error
    if not 1 <= asked.limit <= REPLAY_MOST:
        raise OperationRefused(f"limit is {asked.limit}; expected 1 to {REPLAY_MOST}")
    if not -1 <= asked.from_ < 1 << 62:
        raise OperationRefused(f"from is {asked.from_}; expected a sequence, 0 for the beginning")
    if len(asked.topics) > FILTERS_MOST:
        raise OperationRefused(f"at most {FILTERS_MOST} topics")
    return asked


def _page(
    tx: Transaction, from_sequence: int, limit: int, topics: Sequence[str]
) -> Sequence[tuple[int, str, bytes]]:
    condition: ColumnElement[bool] = events.c.sequence >= from_sequence
    if topics and "" not in topics:
        condition = and_(condition, or_(*(_begins(topic) for topic in topics)))
    rows = tx.execute(
        select(events.c.sequence, events.c.topic, events.c.body)
        .where(condition)
        .order_by(events.c.sequence)
        .limit(limit)
    )
    return [(row.sequence, row.topic, row.body) for row in rows]


def _begins(topic: str) -> ColumnElement[bool]:
    """Prefix match by range, exact in case (LIKE is not)."""
    return and_(events.c.topic >= topic, events.c.topic < topic + "\U0010ffff")
