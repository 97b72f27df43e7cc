"""The acting thread of the hub: everything that changes the log, one batch at a time.

Takes what queued during the last commit (at most 2,000), commits it in one transaction,
then lets the socket thread publish and acknowledge. Never waits for a reader or a publisher.
"""

from __future__ import annotations

import functools
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Raw, Struct, structs

from ingest.clock import Clock
from ingest.feed.clock_offsets import ClockOffsets
from ingest.feed.engine import is_store_failure
from ingest.feed.envelope import (
    EnvelopeInvalid,
    Event,
    Noun,
    decode_event,
    encode_event,
    extensions_of,
)
from ingest.feed.last_values import LastPositions, remember
from ingest.feed.log import StoredEvent, StoreFull, Transaction, schema_name
from ingest.feed.participant import (
    Answerer,
    Identify,
    Operation,
    OperationRefused,
    OperationResult,
    Participant,
    as_they_came,
)
from ingest.feed.reconnects import CameraReconnects
from ingest.feed.retention import Retention
from ingest.feed.store import EventStore
from ingest.feed.topics import StreetLookup, Subject, SubjectInvalid, subject_of, topic_of
from ingest.feed.work import (
    Asked,
    Counts,
    Inbox,
    Outbox,
    Outgoing,
    Pushed,
    Soon,
    Target,
    Work,
    acknowledgement,
    answer,
    refusal,
)
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: Most events and requests in one commit (DESIGN §5).
BATCH_MOST = 2_000
#: Clocks of participants and retention run this often, seconds.
TICK_S = 1.0
#: Nouns only the hub itself may speak of: cases come from acts, registers from the site folder.
HUB_ONLY = frozenset(
    {
        Noun.CASE, Noun.UNIT, Noun.REGISTER, Noun.HEARTBEAT, Noun.PTZ, Noun.SHELF, Noun.ESCALATION,
    }
)  # fmt: skip


class _Ready(Struct, frozen=True, gc=False):
    """A publisher's event, checked."""

    work: Pushed
    event: Event
    topic: str
    subject: Subject
    extensions: Mapping[str, Raw]


class Acting:
    """Commits batches. Threads: `run` is one thread; `store_error` may be read by any."""

    def __init__(
        self,
        store: EventStore,
        participants: Sequence[Participant],
        streets: Callable[[], StreetLookup],
        outbox: Outbox,
        counts: Counts,
        positions: LastPositions,
        retention: Retention,
        clock: Clock,
        identify: Identify = as_they_came,
    ) -> None:
        self._identify = identify
        self._store = store
        self._participants = participants
        self._interested = {
            noun.value: [one for one in participants if noun in one.nouns] for noun in Noun
        }
        self._streets = streets
        self._outbox = outbox
        self._counts = counts
        self._positions = positions
        self._retention = retention
        self._clock = clock
        self._next_tick_ns = clock.mono_ns()
        self._told = store.position.sequence
        self._reconnects = CameraReconnects(counts)
        self.offsets = ClockOffsets(clock)
        self.inbox = Inbox()
        self.operations: dict[str, Operation] = {}
        self.store_error: str | None = None

    def run(self, stop: StopToken) -> None:
        """Works until told to stop, then finishes what was taken."""
        while not stop.stopped:
            due_s = (self._next_tick_ns - self._clock.mono_ns()) / 1e9
            batch = self.inbox.take(BATCH_MOST, min(TICK_S, max(0.0, due_s)))
            if batch:
                self._guarded("batch", functools.partial(self._do_batch, batch))
            if self._clock.mono_ns() >= self._next_tick_ns:
                self._next_tick_ns = self._clock.mono_ns() + round(TICK_S * 1e9)
                self._guarded("tick", self._do_tick)

    def _guarded(self, name: str, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception:
            self._counts.add("gridwall_hub_errors_total", name)
            log.exception("the hub's %s failed; publishers will send again", name)

    def _do_batch(self, batch: Sequence[Work]) -> None:
        out: list[Outgoing] = []
        work: list[_Ready | Asked | Soon] = []
        for item in batch:
            ready = self._checked(item, out) if isinstance(item, Pushed) else item
            if ready is not None:
                work.append(ready)
        durable = [w for w in work if not isinstance(w, _Ready) or w.event.is_durable]
        fleeting = [w for w in work if isinstance(w, _Ready) and not w.event.is_durable]
        for ready in fleeting:
            out.extend(self._pass_on(ready))
        if durable:
            out.extend(self._commit(durable))
        self._outbox.put_all(out)

    def _checked(self, work: Pushed, out: list[Outgoing]) -> _Ready | None:
        """The event with its topic, or None with a refusal in `out`."""
        try:
            event = decode_event(work.body)
            if event.id.encode() != work.back.request_id:
                raise EnvelopeInvalid("the id frame and the event's id differ")
            if event.noun in HUB_ONLY:
                raise EnvelopeInvalid(f"{event.noun_text} events are made by the hub itself")
            subject = subject_of(event)
            topic = topic_of(event, self._streets(), subject)
            self.offsets.note(event)
            return _Ready(work, event, topic, subject, extensions_of(work.body))
        except (EnvelopeInvalid, SubjectInvalid) as error:
            self._counts.refuse("gridwall_events_refused_total", "invalid", str(error))
            out.append(refusal(work.back, str(error)))
            return None

    def _pass_on(self, ready: _Ready) -> list[Outgoing]:
        """An ephemeral event: onto the feed, into the last values, never into the log."""
        event = structs.replace(
            ready.event,
            sequence=None,
            prevsequence=None,
            epoch=None,
            dataschema=schema_name(ready.event.type),
        )
        self._counts.add("gridwall_events_total", event.noun_text)
        self._positions.update(event)
        body = encode_event(event, ready.extensions)
        return [
            Outgoing(Target.FEED, (ready.topic.encode(), body)),
            acknowledgement(ready.work.back, None),
        ]

    def _commit(self, work: Sequence[_Ready | Asked | Soon]) -> list[Outgoing]:
        stored: list[StoredEvent] = []
        answers: list[Outgoing] = []
        later: list[Callable[[], None]] = []
        try:
            with self._store.transaction() as tx:
                tx.look_up([item.event for item in work if isinstance(item, _Ready)])
                for item in work:
                    if isinstance(item, _Ready):
                        answers.append(self._store_one(tx, item, stored))
                    elif isinstance(item, Soon):
                        stored.extend(self._own_step(tx, item))
                    else:
                        answers.extend(self._operate(tx, item, stored, later))
        except StoreFull as error:
            return self._refuse_all(work, error)
        self._store_works()
        for start in later:
            self._guarded("later answer", start)
        return [*self._on_feed(stored), *answers]

    def _store_one(self, tx: Transaction, ready: _Ready, stored: list[StoredEvent]) -> Outgoing:
        event = tx.append(ready.event, ready.topic, ready.extensions)
        if not event.duplicate:
            stored.append(event)
            self._reconnects.note(event.event)
            remember(tx, event.event, ready.subject)
            stored.extend(self._consequences(tx, event))
        return acknowledgement(ready.work.back, event.sequence)

    def _consequences(self, tx: Transaction, event: StoredEvent) -> list[StoredEvent]:
        derived: list[StoredEvent] = []
        for participant in self._interested[event.event.noun_text]:
            try:
                with tx.savepoint():
                    events = participant.on_event(tx, event)
                    made = [self._append_own(tx, own) for own in events]
            except Exception as error:
                if is_store_failure(error):
                    raise
                self._participant_failed(participant, f"event {event.event.id}")
            else:
                derived.extend(made)
        return derived

    def _append_own(self, tx: Transaction, event: Event) -> StoredEvent:
        subject = subject_of(event)
        stored = tx.append_new(event, topic_of(event, self._streets(), subject))
        remember(tx, event, subject)
        return stored

    def _participant_failed(self, participant: Participant, what: str) -> None:
        name = type(participant).__name__
        self._counts.add("gridwall_participant_errors_total", name)
        log.exception("%s failed on %s; its changes are undone, the event is kept", name, what)

    def _own_step(self, tx: Transaction, soon: Soon) -> list[StoredEvent]:
        try:
            with tx.savepoint():
                return [self._append_own(tx, event) for event in soon.step()]
        except Exception as error:
            if is_store_failure(error):
                raise
            self._counts.add("gridwall_hub_errors_total", "step")
            log.exception("a step of the hub's own failed; its events are left out")
            return []

    def _operate(
        self,
        tx: Transaction,
        asked: Asked,
        stored: list[StoredEvent],
        later: list[Callable[[], None]],
    ) -> list[Outgoing]:
        operation = self.operations[asked.op]
        try:
            with tx.savepoint():
                caller = self._identify(asked.op, asked.request, asked.caller, reads=False)
                result: OperationResult = operation(tx, asked.request, caller)
                made = [self._append_own(tx, event) for event in result.events]
        except OperationRefused as error:
            self._counts.refuse("gridwall_requests_refused_total", asked.op, str(error))
            return [refusal(asked.back, str(error), **refusal_fields(error))]
        except Exception as error:
            if is_store_failure(error):
                raise
            self._counts.add("gridwall_hub_errors_total", asked.op[:40])
            log.exception("operation %r failed", asked.op[:40])
            return [refusal(asked.back, f"{asked.op} failed: {error}")]
        stored.extend(made)
        if result.later is not None:
            later.append(functools.partial(result.later, self._answerer(asked)))
            return []
        return [answer(asked.back, **{"ok": True, **result.reply})]

    def _answerer(self, asked: Asked) -> Answerer:
        def send(reply: Mapping[str, Any] | OperationRefused) -> None:
            if isinstance(reply, OperationRefused):
                message = refusal(asked.back, str(reply), **refusal_fields(reply))
            else:
                message = answer(asked.back, **{"ok": True, **reply})
            self._outbox.put_all((message,))

        return send

    def _refuse_all(
        self, work: Sequence[_Ready | Asked | Soon], error: StoreFull
    ) -> list[Outgoing]:
        if self.store_error is None:
            log.error("%s; publishers keep their events and send again", error)
        self.store_error = str(error)
        self._counts.add("gridwall_store_errors_total")
        return [
            refusal(
                item.work.back if isinstance(item, _Ready) else item.back, str(error), retry=True
            )
            for item in work
            if not isinstance(item, Soon)
        ]

    def _store_works(self) -> None:
        if self.store_error is not None:
            log.warning("the event log can be written again")
            self.store_error = None

    def _on_feed(self, stored: Sequence[StoredEvent]) -> list[Outgoing]:
        """Messages for the feed, and how far it is after them."""
        new = [event for event in stored if not event.duplicate]
        for noun_text, count in Counter(event.event.noun_text for event in new).items():
            self._counts.add("gridwall_events_total", noun_text, count)
        out = [Outgoing(Target.FEED, (event.topic.encode(), event.body)) for event in new]
        position = self._store.position
        if not out and position.sequence > self._told:
            out = self._last_event_again()
        if out:
            out[-1] = structs.replace(out[-1], position=position)
        self._told = position.sequence
        return out

    def _last_event_again(self) -> list[Outgoing]:
        """What was committed although its commit could not be confirmed (the server went away).

        The newest event is enough: readers see the gap before it and read again.
        """
        with self._store.transaction() as tx:
            last = tx.newest_event()
        return [] if last is None else [Outgoing(Target.FEED, last)]

    def _do_tick(self) -> None:
        stored: list[StoredEvent] = []
        try:
            with self._store.transaction() as tx:
                for participant in self._participants:
                    stored.extend(self._tick_of(tx, participant))
                self._positions.write(tx)
                self._retention.step(tx)
                if self.store_error is not None:
                    tx.touch()
        except StoreFull as error:
            self._refuse_all((), error)
            return
        self._store_works()
        self._store.write_mark()
        self.offsets.refresh()
        self._outbox.put_all(self._on_feed(stored))

    def _tick_of(self, tx: Transaction, participant: Participant) -> list[StoredEvent]:
        try:
            with tx.savepoint():
                return [
                    self._append_own(tx, event) for event in participant.tick(tx, tx.now_utc_ns)
                ]
        except Exception as error:
            if is_store_failure(error):
                raise
            self._participant_failed(participant, "its tick")
            return []


def refusal_fields(error: OperationRefused) -> dict[str, Any]:
    fields: dict[str, Any] = dict(error.fields)
    if error.who_may is not None:
        fields["who_may"] = error.who_may
    return fields
