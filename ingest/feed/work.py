"""Work: what travels between the hub's threads, and the bounded queues it travels in."""

from __future__ import annotations

import enum
import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from ingest.feed.envelope import Event
from ingest.feed.log import Position
from ingest.feed.participant import Caller
from ingest.refusal_log import RefusalLog

log = logging.getLogger(__name__)


class Target(enum.Enum):
    """Which of the hub's sockets a message leaves by."""

    INTAKE = "intake"
    FEED = "feed"
    QUERY = "query"


class Return(Struct, frozen=True, gc=False):
    """Where an answer goes: the peer's ZeroMQ identity and its own request id."""

    target: Target
    peer: bytes
    request_id: bytes


class Pushed(Struct, frozen=True, gc=False):
    """An event as a publisher sent it, not yet looked at."""

    back: Return
    body: bytes
    caller: Caller

    @property
    def byte_count(self) -> int:
        return len(self.body)


class Asked(Struct, frozen=True):
    """A request of the query socket, decoded."""

    back: Return
    op: str
    request: dict[str, Any]
    caller: Caller
    byte_count: int = 0  # of the request as it came


class Soon(Struct, frozen=True):
    """A step of the hub's own, for example what a camera answered; its events are stored."""

    step: Callable[[], Sequence[Event]]

    @property
    def byte_count(self) -> int:
        return 0


Work = Pushed | Asked | Soon


class Outgoing(Struct, frozen=True, gc=False):
    """A message to send; `position` follows the last event of a batch onto the feed."""

    target: Target
    frames: Sequence[bytes]
    position: Position | None = None


def answer(back: Return, **fields: Any) -> Outgoing:
    """An answer as the contract frames it: peer, empty, id, JSON object."""
    return Outgoing(
        back.target, (back.peer, b"", back.request_id, msgspec.json.encode(fields, enc_hook=str))
    )


def acknowledgement(back: Return, sequence: int | None) -> Outgoing:
    """The answer to an event: the commonest message of all, so it is not built from a mapping."""
    body = b'{"ok":true,"sequence":%s}' % (b"null" if sequence is None else b"%d" % sequence)
    return Outgoing(back.target, (back.peer, b"", back.request_id, body))


def refusal(back: Return, error: str, **fields: Any) -> Outgoing:
    return answer(back, ok=False, error=error, **fields)


#: Work the hub holds before it stops reading the intake (publishers then keep their events).
INBOX_BOUND = 8_000
#: And its bytes: events of 1 MiB, requests of 16 MiB are few, and must not become gigabytes.
INBOX_BYTES = 64 << 20


class Inbox:
    """Bounded queue into a thread that works in batches. Full: `put` says False. Threads: any."""

    def __init__(self, bound: int = INBOX_BOUND) -> None:
        self._bound = bound
        self._items: deque[Work] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._closed = False

    @property
    def is_full(self) -> bool:
        return len(self._items) >= self._bound or self._bytes >= INBOX_BYTES

    def put(self, item: Work) -> bool:
        with self._changed:
            if self._closed or self.is_full:
                return False
            self._items.append(item)
            self._bytes += item.byte_count
            self._changed.notify()
        return True

    def put_all(self, items: Sequence[Work]) -> None:
        """Adds what `room` allowed, in one go; a closed inbox drops it, its senders keep theirs."""
        with self._changed:
            if not self._closed:
                self._items.extend(items)
                self._bytes += sum(item.byte_count for item in items)
                self._changed.notify()

    @property
    def room(self) -> int:
        """How many more items it takes now; other threads may have put theirs before ours."""
        return 0 if self.is_full else self._bound - len(self._items)

    def take(self, most: int, timeout_s: float) -> list[Work]:
        """Up to `most` waiting items; waits at most `timeout_s` seconds for the first."""
        with self._changed:
            if not self._items and not self._closed:
                self._changed.wait(timeout_s)
            count = min(most, len(self._items))
            taken = [self._items.popleft() for _ in range(count)]
            self._bytes -= sum(item.byte_count for item in taken)
            return taken

    def close(self) -> None:
        """Wakes the taker; nothing more is accepted."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class Route(Struct, frozen=True):
    """Which thread does an operation, and who may ask for it."""

    inbox: Inbox
    roles: frozenset[str]


class Outbox:
    """Messages on their way to the socket thread, in order. Threads: any puts, one drains.

    Bounded by the inboxes: one item of work makes a bounded number of messages.
    """

    def __init__(self, wake: Callable[[], None]) -> None:
        self._items: deque[Outgoing] = deque()
        self._wake = wake

    def put_all(self, messages: Sequence[Outgoing]) -> None:
        self._items.extend(messages)
        self._wake()

    def drain(self, most: int) -> list[Outgoing]:
        return [self._items.popleft() for _ in range(min(most, len(self._items)))]

    def __len__(self) -> int:
        return len(self._items)


class Counts:
    """What the hub counted since its start, by name and label. Threads: any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._refusals = RefusalLog(log)
        self._values: Counter[tuple[str, str]] = Counter()

    def add(self, name: str, label: str = "", count: int = 1) -> None:
        with self._lock:
            self._values[(name, label)] += count

    def refuse(self, name: str, label: str, why: str) -> None:
        """Counts a refusal and tells it in the log, which a flood of them does not fill."""
        self.add(name, label)
        self._refusals.note(f"{name.removeprefix('gridwall_').removesuffix('_total')} {label}", why)

    def as_rows(self) -> list[tuple[str, str, int]]:
        with self._lock:
            return [(name, label, value) for (name, label), value in self._values.items()]
