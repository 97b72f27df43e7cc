"""The socket thread of the hub: receives, sends, beats. Never touches the disk.

Malformed messages are answered where an answer can be addressed, otherwise dropped and
counted. A full inbox makes the intake deaf (publishers keep their events on disk) and queries
are told to retry.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import msgspec

from ingest.clock import Clock
from ingest.feed.envelope import MAX_EVENT_BYTES, Event, Noun, encode_event, new_event
from ingest.feed.heartbeat import HeartbeatData
from ingest.feed.json_depth import DEPTH_MOST, is_too_deep
from ingest.feed.log import Position, schema_name
from ingest.feed.participant import Caller
from ingest.feed.sockets import Endpoint, Message, Sockets
from ingest.feed.work import (
    Asked,
    Counts,
    Inbox,
    Outbox,
    Outgoing,
    Pushed,
    Return,
    Route,
    Target,
    answer,
    refusal,
)
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: The heartbeat is sent once a second (CONTRACT §5).
HEARTBEAT_S = 1.0
#: A new reader gets a heartbeat at once, but not more often than this.
WELCOME_S = 0.05
#: Messages taken from one socket in one round, so that no socket starves the others.
ROUND_MOST = 500
#: And bytes: a few huge ones must not keep the heartbeat and everybody else waiting either.
ROUND_BYTES = 4 << 20
#: Longest request, and longest of the operations that carry a register or a file's rows.
MAX_REQUEST_BYTES = 1 << 20
MAX_LONG_BYTES = 16 << 20
LONG_OPERATIONS = frozenset({"register.put", "cases.import"})
#: Objects and lists in one request: each becomes some hundred bytes when it is decoded.
BRACKETS_MOST = 500_000
#: Longest request id or event id frame that is echoed.
MAX_ID_BYTES = 1024
HEARTBEAT_TOPIC = b"heartbeat.hub.-.-"

Router = Callable[[str], Route | None]
Hello = Callable[[Caller], dict[str, Any]]


class _Operation(msgspec.Struct):
    """What is looked at of a long request before it is worth decoding."""

    op: str = ""


def decoded_request(body: bytes) -> dict[str, Any]:
    """A request's JSON object. Raises what msgspec raises, also where it is too long or too deep."""
    if len(body) > MAX_REQUEST_BYTES:
        op = msgspec.json.decode(body, type=_Operation).op
        most = MAX_LONG_BYTES if op in LONG_OPERATIONS else MAX_REQUEST_BYTES
        if len(body) > most or body.count(b"{") + body.count(b"[") > BRACKETS_MOST:
            raise msgspec.ValidationError(
                f"{len(body)} bytes; at most {most} with {BRACKETS_MOST} objects and lists"
            )
    request: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    if is_too_deep(body, request):
        raise msgspec.ValidationError(f"deeper than {DEPTH_MOST} objects and lists")
    return request


class Front:
    """The three sockets. Threads: everything runs in the thread that calls `run`."""

    def __init__(
        self,
        acting: Inbox,
        route: Router,
        hello: Hello,
        counts: Counts,
        clock: Clock,
        store_error: Callable[[], str | None],
        caller_of: Callable[[Message], Caller],
        each_beat: Callable[[], None] = lambda: None,
    ) -> None:
        """`each_beat` is called in the socket thread once a second."""
        self._each_beat = each_beat
        self._acting = acting
        self._route = route
        self._hello = hello
        self._counts = counts
        self._clock = clock
        self._store_error = store_error
        self._caller_of = caller_of
        self._next_beat_ns = 0
        self._last_beat_ns = 0

    def run(
        self,
        sockets: Sockets,
        ends: dict[Target, Endpoint],
        outbox: Outbox,
        position: Position,
        stop: StopToken,
        others: dict[Endpoint, Callable[[], None]],
    ) -> None:
        """Serves until told to stop; `position` is how far the log is at the start."""
        self._ends = ends
        self._position = position
        receivers: dict[Endpoint, Callable[[], None]] = {
            ends[Target.INTAKE]: self._receive_events,
            ends[Target.QUERY]: self._receive_requests,
            ends[Target.FEED]: self._receive_subscriptions,
            **others,
        }
        while not stop.stopped:
            wait_s = 0.0 if outbox else self._seconds_to_beat()
            deaf = ends[Target.INTAKE] if self._acting.is_full else None
            for ready in sockets.wait(min(wait_s, 0.05 if deaf else wait_s), deaf=deaf):
                self._guarded(receivers[ready])
            self._send_all(outbox)
            if self._clock.mono_ns() >= self._next_beat_ns:
                self._beat()
                self._guarded(self._each_beat)
        self._send_all(outbox, most=1_000_000)

    def _guarded(self, receive: Callable[[], None]) -> None:
        try:
            receive()
        except Exception:
            self._counts.add("gridwall_hub_errors_total", "sockets")
            log.exception("a message could not be handled; it is dropped")

    def _seconds_to_beat(self) -> float:
        return min(HEARTBEAT_S, max(0.0, (self._next_beat_ns - self._clock.mono_ns()) / 1e9))

    def _send_all(self, outbox: Outbox, most: int = 2 * ROUND_MOST) -> None:
        for message in outbox.drain(most):
            if not self._ends[message.target].send(message.frames):
                self._counts.add("gridwall_messages_dropped_total", message.target.value)
            if message.position is not None:
                self._position = message.position

    def _beat(self) -> None:
        now_ns = self._clock.mono_ns()
        self._next_beat_ns = now_ns + round(HEARTBEAT_S * 1e9)
        self._last_beat_ns = now_ns
        self._ends[Target.FEED].send((HEARTBEAT_TOPIC, encode_event(self._heartbeat())))

    def _heartbeat(self) -> Event:
        data = HeartbeatData(
            epoch=self._position.epoch,
            sequence=self._position.sequence,
            nouns=dict(self._position.nouns),
            store_error=self._store_error(),
        )
        event = new_event(Noun.HEARTBEAT, "hub", data, source="/hub", utc_ns=self._clock.utc_ns())
        event_type = "gridwall.heartbeat.v1"  # CONTRACT §5 gives this one no verb
        return msgspec.structs.replace(event, type=event_type, dataschema=schema_name(event_type))

    def _receive_events(self) -> None:
        end = self._ends[Target.INTAKE]
        taken: list[Pushed] = []
        read_bytes = 0
        for _ in range(min(ROUND_MOST, self._acting.room)):
            if read_bytes >= ROUND_BYTES or (message := end.receive()) is None:
                break
            read_bytes += message.byte_count
            back = self._addressed(message, Target.INTAKE)
            if back is None:
                continue
            caller = self._caller_of(message)
            if not caller.roles & {"publisher", "operator"}:
                why = f"{caller.name} may not publish"
                self._counts.refuse("gridwall_events_refused_total", "role", why)
                self._send(refusal(back, why, who_may="publisher"))
                continue
            body = message.frames[3]
            if len(body) > MAX_EVENT_BYTES:  # said here, so that nothing of it waits in the inbox
                why = f"the event has {len(body)} bytes; at most {MAX_EVENT_BYTES}"
                self._counts.refuse("gridwall_events_refused_total", "invalid", why)
                self._send(refusal(back, why))
                continue
            taken.append(Pushed(back, body, caller))
        if taken:
            self._acting.put_all(taken)

    def _addressed(self, message: Message, target: Target) -> Return | None:
        """Where an answer goes; None (answered or counted) when the frames are not ours."""
        frames = message.frames
        if len(frames) == 4 and frames[1] == b"" and len(frames[2]) <= MAX_ID_BYTES:
            return Return(target, frames[0], frames[2])
        why = f"{len(frames) - 1} frames; expected three: empty, id, JSON object"
        self._counts.refuse("gridwall_messages_malformed_total", target.value, why)
        request_id = frames[2] if len(frames) > 2 and len(frames[2]) <= MAX_ID_BYTES else b""
        self._send(refusal(Return(target, frames[0], request_id), why))
        return None

    def _send(self, message: Outgoing) -> None:
        if not self._ends[message.target].send(message.frames):
            self._counts.add("gridwall_messages_dropped_total", message.target.value)

    def _receive_requests(self) -> None:
        end = self._ends[Target.QUERY]
        read_bytes = 0
        for _ in range(ROUND_MOST):
            if read_bytes >= ROUND_BYTES or (message := end.receive()) is None:
                return
            read_bytes += message.byte_count
            back = self._addressed(message, Target.QUERY)
            if back is not None:
                self._take_request(back, message)

    def _take_request(self, back: Return, message: Message) -> None:
        body = message.frames[3]
        try:
            request = decoded_request(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            why = f"the request is no JSON object: {error}"
            self._counts.refuse("gridwall_messages_malformed_total", "query", why)
            self._send(refusal(back, why))
            return
        op = request.pop("op", None)
        caller = self._caller_of(message)
        if op == "hello":
            self._send(answer(back, **{"ok": True, **self._hello(caller)}))
            return
        route = self._route(op) if isinstance(op, str) else None
        if route is None or not isinstance(op, str):
            why = f"unknown operation {str(op)[:60]!r}"
            self._counts.refuse("gridwall_requests_refused_total", "unknown", why)
            self._send(refusal(back, why))
        elif not caller.roles & route.roles:
            who_may = " or ".join(sorted(route.roles))
            why = f"{caller.name} may not ask for {op}"
            self._counts.refuse("gridwall_requests_refused_total", op, why)
            self._send(refusal(back, why, who_may=who_may))
        elif not route.inbox.put(Asked(back, op, request, caller, len(body))):
            self._send(refusal(back, "the hub is busy; try again", retry=True))

    def _receive_subscriptions(self) -> None:
        end = self._ends[Target.FEED]
        for _ in range(ROUND_MOST):
            if (message := end.receive()) is None:
                return
            wanted = message.frames[0][:1] == b"\x01"
            if not wanted and message.frames[0][:1] != b"\x00":
                self._counts.add("gridwall_messages_malformed_total", "feed")
            elif wanted and HEARTBEAT_TOPIC.startswith(message.frames[0][1:]):
                self._welcome()

    def _welcome(self) -> None:
        """A new reader learns at once how far the log is."""
        if self._clock.mono_ns() - self._last_beat_ns >= WELCOME_S * 1e9:
            self._beat()
        else:
            self._next_beat_ns = min(
                self._next_beat_ns, self._last_beat_ns + round(WELCOME_S * 1e9)
            )
