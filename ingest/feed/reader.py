"""FeedReader: a client of the feed that ends either live with nothing missing, or says why not.

A named state machine in a thread of its own: connecting → snapshot → live; a gap found by
`prevsequence` or by a heartbeat → replaying → live; silence → stale; a new epoch or a log that
no longer reaches back → snapshot again. Callbacks run in the reader's thread.
"""

from __future__ import annotations

import enum
import itertools
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct

from ingest.clock import Clock, SystemClock
from ingest.errors import FailureKind, GridwallError
from ingest.feed.addresses import reachable
from ingest.feed.cursor import Cursor, widened
from ingest.feed.envelope import EnvelopeInvalid, Event, Noun, decode_event
from ingest.feed.heartbeat import HeartbeatData
from ingest.feed.sockets import CurveClient, Endpoint, Sockets
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: Three heartbeats without a sound: the picture may be old.
STALE_S = 3.5
#: After a longer silence the connection itself is distrusted (a pulled cable) and made anew.
ANEW_S = 10.0
#: An unanswered request to the hub is asked again after this long, seconds.
ASK_S = 5.0
ROUND_S = 0.25
#: Events asked for in one page of a replay.
PAGE = 2_000
#: Events taken from the socket before the callback gets them.
BATCH_MOST = 1_000
#: Live events kept while a snapshot or replay is on its way; more: the gap is replayed anyway.
HELD_MOST = 20_000
CLOSE_S = 3.0
HEARTBEAT_FILTER = "heartbeat."


class ReaderState(enum.Enum):
    """CONNECTING no hub yet · SNAPSHOT asked for · LIVE nothing missing · REPLAYING filling a gap ·
    STALE the hub is silent · FAILED a person must act · CLOSED."""

    CONNECTING = "connecting"
    SNAPSHOT = "snapshot"
    LIVE = "live"
    REPLAYING = "replaying"
    STALE = "stale"
    FAILED = "failed"
    CLOSED = "closed"


class Snapshot(Struct, frozen=True):
    """What was true at `sequence`. Elements are the raw JSON of the event data types."""

    sequence: int
    epoch: str
    nouns: dict[str, int]
    cases: tuple[Raw, ...] = ()
    alerts: tuple[Raw, ...] = ()
    positions: tuple[Raw, ...] = ()
    camera_health: tuple[Raw, ...] = ()
    scenes: tuple[Raw, ...] = ()
    ptz: tuple[Raw, ...] = ()
    shelves: tuple[Raw, ...] = ()
    units: tuple[Raw, ...] = ()
    sights: tuple[Raw, ...] = ()
    live: tuple[Raw, ...] = ()


class _Answer(Struct, frozen=True):
    ok: bool
    error: str = ""
    retry: bool = False


class _Page(Struct, frozen=True):
    epoch: str
    sequence: int
    first: int | None
    next: int
    events: tuple[Raw, ...]
    topics: tuple[str, ...]


class _Asked(Struct, frozen=True):
    id: bytes
    op: str
    at_ns: int


class FeedReader:
    """Follows the feed of one hub.

    Threads: `start`, `close` any; `state` any; the callbacks run in the reader's thread and
    must return soon.
    """

    def __init__(
        self,
        query_address: str,
        topics: Sequence[str],
        on_events: Callable[[Sequence[Event]], None],
        on_snapshot: Callable[[Snapshot], None],
        on_state: Callable[[ReaderState, str], None],
        keys: CurveClient | None = None,
        *,
        clock: Clock | None = None,
    ) -> None:
        self._query_address = query_address
        self._filters = tuple(topics) or ("",)
        self._cursor = Cursor(self._filters)
        self._on_events = on_events
        self._on_snapshot = on_snapshot
        self._on_state = on_state
        self._keys = keys
        self._clock = clock or SystemClock()
        self._stop = StopToken()
        self._sockets: Sockets | None = None
        self._numbers = itertools.count(1)
        self._forget()
        self.state = ReaderState.CONNECTING
        self._told: tuple[ReaderState, str] | None = None
        self._thread = threading.Thread(target=self._run, name="feed-reader", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Ends the thread. Idempotent; not from a callback."""
        self._stop.stop()
        if self._sockets is not None:
            self._sockets.wakeup.wake()
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)

    def _forget(self) -> None:
        self._cursor.forget()
        self._held: list[tuple[str, Event]] = []
        self._asked: _Asked | None = None
        self._unsent: tuple[bytes, bytes, bytes] | None = None
        self._heard_ns = 0
        self._next_from = 1

    def _run(self) -> None:
        self._tell(ReaderState.CONNECTING, f"looking for the hub at {self._query_address}")
        while not self._stop.stopped:
            try:
                with Sockets() as sockets:
                    self._sockets = sockets
                    self._follow(sockets)
            except GridwallError as error:
                if error.kind is FailureKind.MISCONFIGURED:
                    self._tell(ReaderState.FAILED, str(error))
                    return
                self._tell(ReaderState.STALE, str(error))
                self._stop.wait(1.0)
            except Exception as error:
                log.exception("the feed reader failed; it begins again with a snapshot")
                self._tell(ReaderState.STALE, f"internal error: {error}")
                self._stop.wait(1.0)
            finally:
                self._sockets = None
                self._forget()
        self._tell(ReaderState.CLOSED, "closed")

    def _tell(self, state: ReaderState, text: str) -> None:
        self.state = state
        if self._told != (state, text):
            self._told = (state, text)
            self._on_state(state, text)

    def _follow(self, sockets: Sockets) -> None:
        self._query = sockets.dealer(self._query_address, curve=self._keys)
        feed: Endpoint | None = None
        self._ask("hello")
        while not self._stop.stopped:
            sockets.wait(ROUND_S, writable=self._query if self._unsent else None)
            self._send_asked()
            answered = self._receive_answer()
            if answered is not None and answered[0] == "hello":
                feed = feed or self._subscribe(sockets, answered[1])
            elif answered is not None:
                self._take_answer(*answered)
            if feed is not None:
                self._receive_events(feed)
                feed = self._without_dead(sockets, feed)
            self._look_at_clock()

    def _without_dead(self, sockets: Sockets, feed: Endpoint) -> Endpoint | None:
        """After a long silence the connection is dropped and the hub asked anew where it is."""
        silent_s = (self._clock.mono_ns() - self._heard_ns) / 1e9
        if silent_s > STALE_S:
            self._tell(ReaderState.STALE, "the hub is silent")
        if silent_s < ANEW_S:
            return feed
        sockets.drop(feed)
        self._ask("hello")
        return None

    def _subscribe(self, sockets: Sockets, body: bytes) -> Endpoint:
        hello = msgspec.json.decode(body, type=dict[str, Any])
        address = reachable(hello["addresses"]["feed"], self._query_address)
        self._heard_ns = self._clock.mono_ns()
        topics = widened(self._filters)
        if "" not in topics:
            topics = (*topics, HEARTBEAT_FILTER)
        return sockets.subscriber(address, topics, curve=self._keys)

    def _ask(self, op: str, **fields: object) -> None:
        request_id = b"%d" % next(self._numbers)
        self._asked = _Asked(request_id, op, self._clock.mono_ns())
        self._unsent = (b"", request_id, msgspec.json.encode({"op": op, **fields}))
        self._send_asked()

    def _send_asked(self) -> None:
        """Sends the request as soon as there is a connection to send it on."""
        if self._unsent is not None and self._query.send(self._unsent):
            self._unsent = None

    def _receive_answer(self) -> tuple[str, bytes] | None:
        """The answer to what was asked last; others are late and dropped."""
        while (message := self._query.receive()) is not None:
            asked = self._asked
            if asked is None or len(message.frames) != 3 or message.frames[1] != asked.id:
                continue
            self._asked = None
            body = message.frames[2]
            answer = msgspec.json.decode(body, type=_Answer)
            if answer.ok:
                return asked.op, body
            if not answer.retry:
                self._tell(ReaderState.FAILED, f"{asked.op}: {answer.error}")
            self._asked = msgspec.structs.replace(asked, id=b"-")  # asked again by the clock
        return None

    def _look_at_clock(self) -> None:
        """Asks again what was not answered."""
        now_ns = self._clock.mono_ns()
        if self._asked is None or now_ns - self._asked.at_ns < ASK_S * 1e9:
            return
        if self._asked.op == "hello":
            self._ask("hello")
        elif self._asked.op == "snapshot":
            self._ask("snapshot")
        else:
            self._ask_page()

    def _receive_events(self, feed: Endpoint) -> None:
        batch: list[Event] = []
        for _ in range(BATCH_MOST):
            message = feed.receive()
            if message is None:
                break
            self._heard_ns = self._clock.mono_ns()
            if len(message.frames) != 2:
                continue
            try:
                event = decode_event(message.frames[1])
            except EnvelopeInvalid as error:
                log.warning("a message of the feed is not understood: %s", error)
                continue
            self._take_event(message.frames[0].decode(errors="replace"), event, batch)
        self._deliver(batch)

    def _deliver(self, batch: list[Event]) -> None:
        if batch:
            self._on_events(tuple(batch))
            batch.clear()

    def _take_event(self, topic: str, event: Event, batch: list[Event]) -> None:
        wanted = self._cursor.wants(topic)
        if event.noun is Noun.HEARTBEAT:
            self._deliver(batch)
            self._take_heartbeat(event)
            if wanted:
                batch.append(event)
        elif event.sequence is None:
            if self._cursor.epoch and wanted:
                batch.append(event)
        elif self.state is not ReaderState.LIVE:
            if len(self._held) < HELD_MOST:
                self._held.append((topic, event))
        elif self._cursor.is_old(event):
            pass
        elif self._cursor.follows(event):
            self._cursor.advance(event)
            if wanted:
                batch.append(event)
        else:
            self._deliver(batch)
            self._held.append((topic, event))
            self._replay(f"events before {event.sequence} are missing")

    def _take_heartbeat(self, event: Event) -> None:
        beat = event.decode_data(HeartbeatData)
        if not self._cursor.epoch:
            if self._asked is None:
                self._tell(ReaderState.SNAPSHOT, "asking what is true now")
                self._ask("snapshot")
        elif self._asked is not None:
            return
        elif self._cursor.is_replaced(beat.epoch, beat.sequence):
            self._begin_again("the hub's log was replaced")
        elif self._cursor.is_behind(beat.nouns):
            self._replay("the heartbeat is ahead")
        else:
            self._tell(ReaderState.LIVE, beat.store_error or "")

    def _begin_again(self, why: str) -> None:
        self._forget()
        self._heard_ns = self._clock.mono_ns()
        self._tell(ReaderState.SNAPSHOT, why)
        self._ask("snapshot")

    def _replay(self, why: str) -> None:
        self._tell(ReaderState.REPLAYING, why)
        if self._asked is None:
            self._next_from = self._cursor.replay_from()
            self._ask_page()

    def _ask_page(self) -> None:
        self._ask(
            "replay",
            **{"from": self._next_from, "limit": PAGE, "topics": widened(self._filters)},
        )

    def _take_answer(self, op: str, body: bytes) -> None:
        if op == "snapshot":
            snapshot = msgspec.json.decode(body, type=Snapshot)
            self._cursor.begin(snapshot.epoch, snapshot.sequence, snapshot.nouns)
            self._on_snapshot(snapshot)
            self._release_held()
        elif op == "replay":
            self._take_page(msgspec.json.decode(body, type=_Page))

    def _take_page(self, page: _Page) -> None:
        if page.epoch != self._cursor.epoch:
            self._begin_again("the hub's log was replaced")
            return
        first = page.sequence + 1 if page.first is None else page.first
        if first > self._next_from:
            self._begin_again("the log no longer reaches back to what was seen last")
            return
        if not self._apply(page):
            self._next_from = self._cursor.replay_from()  # another noun lacks something, earlier
            self._ask_page()
            return
        self._next_from = page.next
        if page.next <= page.sequence:
            self._ask_page()
        else:
            self._cursor.caught_up()
            self._release_held()

    def _apply(self, page: _Page) -> bool:
        """Delivers what is new and follows; False when a page shows a gap before its events."""
        batch: list[Event] = []
        is_whole = True
        for topic, raw in zip(page.topics, page.events, strict=True):
            event = decode_event(bytes(raw))
            if self._cursor.is_old(event):
                continue
            is_whole = self._cursor.follows(event)
            if not is_whole:
                break
            self._cursor.advance(event)
            if self._cursor.wants(topic):
                batch.append(event)
        self._deliver(batch)
        return is_whole

    def _release_held(self) -> None:
        """Live events that came meanwhile, as far as they follow; a gap is replayed."""
        held, self._held = self._held, []
        self.state = ReaderState.LIVE
        batch: list[Event] = []
        for topic, event in held:
            self._take_event(topic, event, batch)
        self._deliver(batch)
        if self.state is ReaderState.LIVE:
            self._tell(ReaderState.LIVE, "")
