"""Publisher: gets events to the hub, whatever happens to either.

Durable events are spooled on disk before `publish` returns and leave the spool when the hub
has acknowledged them; ephemeral ones wait in memory, oldest dropped first. A thread of its own
sends, at most 1,000 unacknowledged, and sends again after a silence.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from pathlib import Path

import msgspec
from msgspec import Struct

from ingest.clock import Clock, SystemClock
from ingest.errors import GridwallError
from ingest.feed.envelope import MAX_EVENT_BYTES, EnvelopeInvalid, Event, encode_event
from ingest.feed.sockets import CurveClient, Endpoint, Message, Sockets
from ingest.feed.spool import Entry, Spool
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: Unacknowledged events on the way (CONTRACT §5).
CREDIT = 1_000
#: Ephemeral events waiting for the hub; the oldest is dropped and counted.
FLEETING_MOST = 1_000
#: When the oldest event on the way is unanswered for this long, all of them are sent again, seconds.
SILENCE_S = 2.0
SILENCE_MAX_S = 15.0
#: After "not now" (a full disk) the hub is left alone for this long, seconds.
RETRY_S = 1.0
#: The spool is forced onto the platter at least this often, seconds.
SYNC_S = 1.0
ROUND_S = 0.5
CLOSE_S = 3.0


class Acknowledgement(Struct, frozen=True):
    """The hub's answer to one event."""

    ok: bool
    sequence: int | None = None
    error: str = ""
    retry: bool = False


class _Sent(Struct, frozen=True):
    entry: Entry
    at_ns: int


class Publisher:
    """A way into the hub's intake for one source.

    Threads: `publish`, `publish_ephemeral` and the counts from any; one thread of its own.
    """

    def __init__(
        self,
        intake: str,
        source: str,
        spool_folder: Path,
        *,
        keys: CurveClient | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Raises LockTaken when another process uses `spool_folder`."""
        self.source = source
        self._intake = intake
        self._keys = keys
        self._clock = clock or SystemClock()
        self._spool = Spool(spool_folder, source)
        self._fleeting: deque[tuple[bytes, bytes]] = deque(maxlen=FLEETING_MOST)
        self._on_way: dict[bytes, _Sent] = {}  # oldest first
        self._again: list[Entry] = []
        self._stop = StopToken()
        self._acked = threading.Condition()
        self._sockets: Sockets | None = None
        self._hold_until_ns = 0
        self._silence_s = SILENCE_S
        self._hub_text = ""
        self.dropped_ephemeral_count = 0
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def unacked_count(self) -> int:
        """Durable events the hub has not acknowledged yet."""
        return len(self._spool)

    @property
    def rejected_count(self) -> int:
        """Events the hub refused for good (kept in the spool folder's rejected.jsonl)."""
        return self._spool.rejected_count

    def publish(self, event: Event) -> None:
        """Takes a durable event. Returns when it is spooled.

        Raises:
            SpoolFull: the hub was away for too long.
            EnvelopeInvalid: longer than a hub takes; in the spool it would be sent for ever.
        """
        body = encode_event(event)
        if len(body) > MAX_EVENT_BYTES:
            raise EnvelopeInvalid(f"the event has {len(body)} bytes; at most {MAX_EVENT_BYTES}")
        self._spool.append(event.id, body)
        self._wake()

    def publish_ephemeral(self, event: Event) -> None:
        """Takes an event of which only the newest matters."""
        if len(self._fleeting) == FLEETING_MOST:
            self.dropped_ephemeral_count += 1
        self._fleeting.append((event.id.encode(), encode_event(event)))
        self._wake()

    def wait_acked(self, timeout_s: float) -> bool:
        """True when nothing is unacknowledged within `timeout_s` seconds."""
        with self._acked:
            return self._acked.wait_for(lambda: len(self._spool) == 0, timeout_s)

    def close(self, timeout_s: float = 0.0) -> None:
        """Waits up to `timeout_s` for acknowledgements, then leaves; the rest stays on disk."""
        if timeout_s > 0 and self._thread.is_alive():
            self.wait_acked(timeout_s)
        self._stop.stop()
        self._wake()
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)
        self._spool.close()

    def _wake(self) -> None:
        sockets = self._sockets
        if sockets is not None:
            sockets.wakeup.wake()

    def _run(self) -> None:
        while not self._stop.stopped:
            try:
                with Sockets() as sockets:
                    self._sockets = sockets
                    self._serve(sockets)
            except GridwallError as error:
                log.error("publishing to %s: %s; trying again", self._intake, error)
                self._stop.wait(SILENCE_MAX_S)
            except Exception:
                log.exception("the publisher failed; its events are kept and sent again")
                self._stop.wait(SILENCE_S)
            finally:
                self._sockets = None

    def _serve(self, sockets: Sockets) -> None:
        dealer = self._fresh_dealer(sockets, None)
        next_sync_ns = 0
        while not self._stop.stopped:
            blocked = not self._send_waiting(dealer)
            sockets.wait(ROUND_S, writable=dealer if blocked else None)
            while (message := dealer.receive()) is not None:
                self._take_answer(message)
            now_ns = self._clock.mono_ns()
            if now_ns >= next_sync_ns:
                self._spool.sync()
                next_sync_ns = now_ns + round(SYNC_S * 1e9)
            if self._is_silent(now_ns):
                self._silence_s = min(SILENCE_MAX_S, 2 * self._silence_s)
                dealer = self._fresh_dealer(sockets, dealer)

    def _is_silent(self, now_ns: int) -> bool:
        """Whether the oldest event waits too long: later answers do not excuse it (a hub that
        was restarted in between never saw it)."""
        oldest = next(iter(self._on_way.values()), None)
        return oldest is not None and now_ns - oldest.at_ns > self._silence_s * 1e9

    def _fresh_dealer(self, sockets: Sockets, old: Endpoint | None) -> Endpoint:
        """A new connection; what was on the way on the old one is sent again, in order."""
        if old is not None:
            sockets.drop(old)
        self._again.extend(sent.entry for sent in self._on_way.values())
        self._on_way.clear()
        self._take_back()
        return sockets.dealer(self._intake, curve=self._keys)

    def _take_back(self) -> None:
        """Events to be sent again go before all others, in their first order."""
        self._spool.put_back(sorted(self._again, key=lambda entry: entry.number))
        self._again.clear()

    def _send_waiting(self, dealer: Endpoint) -> bool:
        """Sends what credit allows; False when the socket takes no more (no hub)."""
        if self._clock.mono_ns() >= self._hold_until_ns:
            self._take_back()
            while len(self._on_way) < CREDIT:
                entry = self._spool.take()
                if entry is None:
                    break
                if not dealer.send((b"", entry.id.encode(), self._spool.body(entry))):
                    self._spool.put_back([entry])
                    return False
                self._on_way[entry.id.encode()] = _Sent(entry, self._clock.mono_ns())
        while self._fleeting:
            if not dealer.send((b"", *self._fleeting[0])):
                return False
            self._fleeting.popleft()
        return True

    def _take_answer(self, message: Message) -> None:
        if len(message.frames) != 3:
            return
        try:
            ack = msgspec.json.decode(message.frames[2], type=Acknowledgement)
        except msgspec.DecodeError as error:
            log.warning("the hub's answer is not understood: %s", error)
            return
        sent = self._on_way.pop(message.frames[1], None)
        if sent is None:
            return
        entry = sent.entry
        if ack.ok:
            self._silence_s = SILENCE_S
            self._tell("")
            self._finish(entry)
        elif ack.retry:
            self._tell(ack.error)
            self._again.append(entry)
            self._hold_until_ns = self._clock.mono_ns() + round(RETRY_S * 1e9)
        else:
            self._spool.reject(entry, ack.error)
            self._notify()

    def _finish(self, entry: Entry) -> None:
        self._spool.done(entry)
        if len(self._spool) == 0:
            self._notify()

    def _notify(self) -> None:
        with self._acked:
            self._acked.notify_all()

    def _tell(self, text: str) -> None:
        """Says once that the hub cannot take events, and once that it can again."""
        if text != self._hub_text:
            log.warning("hub: %s", text or "takes events again")
            self._hub_text = text
