"""Participant: what takes part in the hub's decisions, in the same transaction as the events.

The desk is one. Protocols and plain values; the hub (`ingest.feed.acting`) calls them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from ingest.errors import FailureKind, GridwallError
from ingest.feed.envelope import Event, Noun
from ingest.feed.log import StoredEvent, Transaction


class Caller(Struct, frozen=True):
    """Who sent a request. On a loopback address without CURVE everybody is a local operator.

    `streets`: where a signed-in operator may act; empty: everywhere.
    """

    name: str
    roles: frozenset[str]
    streets: frozenset[str] = frozenset()


LOCAL_CALLER = Caller("local", frozenset({"publisher", "reader", "operator"}))


class OperationRefused(GridwallError):
    """A request that cannot be done: says why and, for acts, who may. Nothing is changed.

    `fields` are further fields of the answer (for example the case as it is now).
    """

    kind = FailureKind.GIVE_UP

    def __init__(
        self, error: str, *, who_may: str | None = None, fields: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(error)
        self.who_may = who_may
        self.fields = dict(fields or {})


#: Sends the answer of one request, once, from any thread: the reply, or the refusal.
Answerer = Callable[["Mapping[str, Any] | OperationRefused"], None]


class OperationResult(Struct, frozen=True):
    """What an operation answers and the events it causes, committed together.

    `later` is for what waits for the network (a camera): it is called after the commit with the
    request's answerer, must only hand it on, and `reply` is not sent. Where nobody answers, the
    asker's own deadline ends the request.
    """

    reply: Mapping[str, Any]
    events: Sequence[Event] = ()
    later: Callable[[Answerer], None] | None = None


Operation = Callable[[Transaction, dict[str, Any], Caller], OperationResult]


#: Who may ask for what only reads, unless an operation says it of itself.
READERS = frozenset({"reader", "operator"})


class ReadingOperation(Struct, frozen=True):
    """An operation that only reads: runs in the read thread on a read-only connection.

    Long lists belong here, so that no act waits for them. Wrap the callable:
    `{"cases": ReadingOperation(self._cases)}`.
    """

    run: Operation
    roles: frozenset[str] = READERS

    def __call__(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        return self.run(tx, request, caller)


class Identify(Protocol):
    """Who is behind a request: the caller, or the person they signed in as. Threads: any."""

    def __call__(self, op: str, request: dict[str, Any], caller: Caller, *, reads: bool) -> Caller:
        """Takes the pass out of the request. Raises OperationRefused."""
        ...


def as_they_came(op: str, request: dict[str, Any], caller: Caller, *, reads: bool) -> Caller:
    """Where nobody signs in."""
    return caller


class Participant(Protocol):
    """Decides on events inside the hub.

    Threads: `create_tables`, `on_event`, `tick` and plain operations run in the acting thread;
    `snapshot` and `ReadingOperation`s run in the read thread at the same time, so they use
    only `tx`. A participant that raises loses its own changes of that event (they are rolled
    back to before it), never the event.
    """

    @property
    def nouns(self) -> frozenset[Noun]:
        """What `on_event` is called for; most events are nobody's business but the readers'."""
        ...

    def create_tables(self, tx: Transaction) -> None:
        """Makes what is missing; called once at start, before anything else."""
        ...

    def on_event(self, tx: Transaction, event: StoredEvent) -> Sequence[Event]:
        """Events that follow from a stored one; they are not offered to participants again."""
        ...

    def operations(self) -> Mapping[str, Operation]:
        """Operation name → what answers it."""
        ...

    def snapshot(self, tx: Transaction) -> dict[str, Any]:
        """Fields for the snapshot answer."""
        ...

    def tick(self, tx: Transaction, now_utc_ns: int) -> Sequence[Event]:
        """Called once a second for clocks."""
        ...
