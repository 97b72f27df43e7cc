"""Hub: the one place where events get their order (CONTRACT §5).

Assembles three threads: sockets (`front`), log (`acting`), reads (`reads`). Started and closed
by `console.app.hub_app`; knows participants only by their protocol.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from config.site import HubAddresses
from ingest.clock import Clock, SystemClock
from ingest.errors import GridwallError, Misconfigured
from ingest.feed.access import ZAP_ADDRESS, Access, domain_of
from ingest.feed.acting import Acting
from ingest.feed.addresses import is_local
from ingest.feed.envelope import Event
from ingest.feed.front import Front
from ingest.feed.hub_key import HubKeyWatch
from ingest.feed.keys import prepare_site_keys
from ingest.feed.last_values import LastPositions
from ingest.feed.participant import (
    LOCAL_CALLER,
    Caller,
    Identify,
    Operation,
    Participant,
    ReadingOperation,
    as_they_came,
)
from ingest.feed.reads import Reading
from ingest.feed.retention import Retention
from ingest.feed.sockets import (
    ANSWERS_MARK,
    INTAKE_BYTES,
    QUERY_MARK,
    CurveServer,
    Endpoint,
    Message,
    Sockets,
)
from ingest.feed.store import EventStore
from ingest.feed.topics import NoStreets, StreetLookup
from ingest.feed.work import Counts, Outbox, Route, Soon, Target
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: Events are kept this long unless site.toml says otherwise: 90 days.
KEEP_S = 90 * 24 * 3600.0
#: How long `close` waits for each thread, seconds.
CLOSE_S = 5.0
#: How long `start` waits for the sockets, seconds.
START_S = 10.0


class HubSettings(Struct, frozen=True):
    """What a hub needs besides its participants."""

    addresses: HubAddresses = HubAddresses()
    site_name: str = ""
    keep_s: float = KEEP_S
    accept_clear_network: bool = False
    keys_folder: Path | None = None  # CURVE on all three sockets when given


class Hub:
    """The event log's owner.

    Threads: `start` and `close` from one; `addresses` and `counts` may be read by any.
    """

    def __init__(
        self,
        settings: HubSettings,
        store: EventStore,
        participants: Sequence[Participant] = (),
        *,
        streets: Callable[[], StreetLookup] = NoStreets,
        operations: dict[str, Operation] | None = None,
        beside: Callable[[], None] = lambda: None,
        clock: Clock | None = None,
        positions: LastPositions | None = None,
        identify: Identify = as_they_came,
    ) -> None:
        self._settings = settings
        self._store = store
        self._participants = participants
        self._beside = beside
        self._clock = clock or SystemClock()
        self._stop_front = StopToken()
        self._stop_work = StopToken()
        self._started = threading.Event()
        self._failure: GridwallError | None = None
        self._sockets: Sockets | None = None
        self._threads: list[threading.Thread] = []
        self._access: Access | None = None
        self._key_watch: HubKeyWatch | None = None
        self._others: dict[Endpoint, Callable[[], None]] = {}
        self.counts = Counts()
        self.addresses = settings.addresses
        self._outbox = Outbox(self._wake)
        self._positions = LastPositions() if positions is None else positions
        self._acting = Acting(
            store,
            participants,
            streets,
            self._outbox,
            self.counts,
            self._positions,
            Retention(settings.keep_s, self._clock),
            self._clock,
            identify,
        )
        self._reading = Reading(
            store, participants, self._positions, self._outbox, self.counts, identify
        )
        self._adopt_operations(operations or {})

    def start(self) -> None:
        """Makes tables, binds the sockets, starts the threads.

        Raises:
            AddressTaken, Misconfigured: an address cannot be listened on.
        """
        with self._store.transaction() as tx:
            for participant in self._participants:
                participant.create_tables(tx)
        with self._store.reading() as tx:
            self._positions.load(tx)
        self._run_thread("hub-sockets", self._run_front)
        if not self._started.wait(START_S):
            raise GridwallError("the hub's sockets did not open in time")
        if self._failure is not None:
            raise self._failure
        self._run_thread("hub-acting", lambda: self._acting.run(self._stop_work))
        self._run_thread("hub-reads", lambda: self._reading.run(self._stop_work, self._beside))

    @property
    def is_whole(self) -> bool:
        """False when one of the hub's threads ended by itself: then the process must end."""
        return all(thread.is_alive() for thread in self._threads)

    def soon(self, step: Callable[[], Sequence[Event]]) -> None:
        """Runs `step` in the acting thread and stores the events it returns. Threads: any.

        A closed hub drops it, nobody is there to be told; a full inbox drops and counts it.
        """
        if not self._acting.inbox.put(Soon(step)):
            self.counts.add("gridwall_steps_dropped_total")

    def close(self) -> None:
        """Finishes what was taken, answers it, closes everything. Idempotent."""
        self._stop_work.stop()
        self._acting.inbox.close()
        self._reading.inbox.close()
        for thread in self._threads[1:]:
            thread.join(CLOSE_S)
        self._stop_front.stop()
        self._wake()
        for thread in self._threads[:1]:
            thread.join(CLOSE_S)

    def _adopt_operations(self, more: dict[str, Operation]) -> None:
        found: dict[str, Operation] = dict(more)
        for participant in self._participants:
            found.update(participant.operations())
        for name, operation in found.items():
            if isinstance(operation, ReadingOperation):
                self._reading.operations[name] = operation
            else:
                self._acting.operations[name] = operation

    def _route(self, op: str) -> Route | None:
        if (reading := self._reading.operations.get(op)) is not None:
            return Route(self._reading.inbox, reading.roles)
        if op in self._acting.operations:
            return Route(self._acting.inbox, frozenset({"operator"}))
        return None

    def _run_thread(self, name: str, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _wake(self) -> None:
        sockets = self._sockets
        if sockets is not None:
            sockets.wakeup.wake()

    def _run_front(self) -> None:
        front = Front(
            self._acting.inbox,
            self._route,
            self._hello,
            self.counts,
            self._clock,
            lambda: self._acting.store_error,
            self._caller_of,
            self._look_at_keys,
        )
        with Sockets() as sockets:
            try:
                ends = self._bind(sockets)
                if self._settings.keys_folder is not None and self._access is not None:
                    self._key_watch = HubKeyWatch(
                        self._settings.keys_folder, sockets, ends, self._access
                    )
            except GridwallError as error:
                self._failure = error
                self._started.set()
                return
            self._sockets = sockets
            self._started.set()
            front.run(
                sockets, ends, self._outbox, self._store.position, self._stop_front, self._others
            )
            self._sockets = None

    def _look_at_keys(self) -> None:
        if self._key_watch is not None:
            self._key_watch.look()

    def _bind(self, sockets: Sockets) -> dict[Target, Endpoint]:
        wanted = self._settings.addresses
        for address in (wanted.intake, wanted.feed, wanted.query):
            self._refuse_clear(address)
        curve = self._open_access(sockets)

        def domain(target: Target) -> str:
            return "" if curve is None else domain_of(target, curve)

        ends = {
            Target.INTAKE: sockets.router(
                wanted.intake, curve=curve, domain=domain(Target.INTAKE), frame_bytes=INTAKE_BYTES
            ),
            Target.FEED: sockets.publisher(wanted.feed, curve=curve, domain=domain(Target.FEED)),
            Target.QUERY: sockets.router(
                wanted.query,
                curve=curve,
                domain=domain(Target.QUERY),
                send_mark=ANSWERS_MARK,
                receive_mark=QUERY_MARK,
            ),
        }
        self.addresses = HubAddresses(
            intake=ends[Target.INTAKE].address,
            feed=ends[Target.FEED].address,
            query=ends[Target.QUERY].address,
            http=wanted.http,
            jt808=wanted.jt808,
        )
        return ends

    def _open_access(self, sockets: Sockets) -> CurveServer | None:
        """The ZAP door must be there before any socket that asks it."""
        folder = self._settings.keys_folder
        if folder is None:
            return None
        server = prepare_site_keys(folder)
        self._access = Access(folder, self.counts)
        zap = sockets.reply(ZAP_ADDRESS)
        self._others[zap] = self._access.handler(zap)
        return server

    def _refuse_clear(self, address: str) -> None:
        if is_local(address) or self._settings.accept_clear_network:
            return
        if self._settings.keys_folder is not None:
            return
        raise Misconfigured(
            f"{address} can be reached from other machines and would be in the clear: set "
            "enabled = true in site.toml [curve] and make keys with `gridwall keys new`, or set accept_unencrypted_network = true in site.toml "
            "[hub] if this network is trusted"
        )

    def _caller_of(self, message: Message) -> Caller:
        return LOCAL_CALLER if self._access is None else self._access.caller_of(message)

    def _hello(self, caller: Caller) -> dict[str, Any]:
        position = self._store.position
        return {
            "site": self._settings.site_name,
            "epoch": position.epoch,
            "sequence": position.sequence,
            "nouns": position.nouns,
            "roles": sorted(caller.roles),
            "addresses": {
                "intake": self.addresses.intake,
                "feed": self.addresses.feed,
                "query": self.addresses.query,
                "http": self.addresses.http,
                "jt808": self.addresses.jt808,
            },
            "http": self.addresses.http,
            "hub_key": None if self._key_watch is None else self._key_watch.told,
            "store_error": self._acting.store_error,
            "clock_offsets_s": self._acting.offsets.shown,
            "counts": self.counts.as_rows(),
        }
