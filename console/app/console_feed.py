"""SeatFeed: the feed of one seat — reader thread, bridge to the GUI thread, session.

Decides only when registers must be read again and when a remembered case is opened.
Threads: GUI thread; the reader has its own.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from console.bridge.feed_bridge import FeedBridge
from console.desk.library_items import LibraryKind
from console.state.feed_status import FeedState
from console.state.intake import FeedIntake
from console.state.seat_memory import SeatMemory
from console.state.session import ConsoleSession
from console.state.snapshot_parts import SnapshotParts
from ingest.feed.envelope import Event, Noun
from ingest.feed.reader import STALE_S, FeedReader, ReaderState, Snapshot
from ingest.feed.register_data import RegisterChangedData
from ingest.feed.sockets import CurveClient

_log = logging.getLogger(__name__)

#: Topics a seat follows; the heartbeat is followed by the reader itself.
TOPICS = (
    "alert.", "case.", "camera.", "position.", "unit.", "register.", "scene.", "shelf.", "escalation.",
    "sight.",
    "ptz.",
)  # fmt: skip
#: What is in the hub's library is no register of the site.
LIBRARIES = frozenset(kind.value for kind in LibraryKind)
#: Events that name a changed register are gathered this long before the site is read again.
REGISTER_SETTLE_MS = 300

_FEED_STATES = {
    ReaderState.CONNECTING: FeedState.CONNECTING,
    ReaderState.SNAPSHOT: FeedState.SNAPSHOT,
    ReaderState.REPLAYING: FeedState.SNAPSHOT,
    ReaderState.LIVE: FeedState.LIVE,
    ReaderState.STALE: FeedState.STALE,
    ReaderState.FAILED: FeedState.FAILED,
}


class SeatFeed(QObject):
    """`registers_changed`: the site should be read again; `library_changed`: the hub's library should;
    `restored`: the first snapshot is in the session."""

    registers_changed = Signal()
    library_changed = Signal()
    restored = Signal()

    def __init__(
        self, session: ConsoleSession, memory: SeatMemory, keys: CurveClient | None = None
    ) -> None:
        super().__init__()
        self._keys = keys
        self._session = session
        self._intake = FeedIntake(session)
        self._memory = memory
        self._restored = False
        self._bridge = FeedBridge(self)
        self._bridge.snapshot_arrived.connect(self._on_snapshot)
        self._bridge.events_arrived.connect(self._on_events)
        self._bridge.state_moved.connect(self._on_state)
        self._bridge.overflowed.connect(self._restart)
        self._settle = QTimer(self, singleShot=True, interval=REGISTER_SETTLE_MS)
        self._settle.timeout.connect(self.registers_changed)
        self._reader = self._new_reader()

    def start(self) -> None:
        self._reader.start()

    def close(self) -> None:
        """Ends the reader; nothing is delivered any more. Twice is harmless."""
        self._bridge.close()
        self._settle.stop()
        self._reader.close()

    def _new_reader(self) -> FeedReader:
        bridge = self._bridge
        return FeedReader(
            self._session.site.hub.query,
            TOPICS,
            bridge.on_events,
            bridge.on_snapshot,
            bridge.on_state,
            self._keys,
            clock=self._session.clock,
        )

    def _restart(self) -> None:
        self._reader.close()
        self._reader = self._new_reader()
        self._reader.start()

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self._intake.take_snapshot(
            SnapshotParts(
                snapshot.cases,
                snapshot.alerts,
                snapshot.positions,
                snapshot.camera_health,
                snapshot.shelves,
                snapshot.units,
                snapshot.ptz,
                snapshot.scenes,
                snapshot.sights,
                snapshot.live,
            )
        )
        self.library_changed.emit()
        if not self._restored:
            self._restored = True
            self._restore()

    def _restore(self) -> None:
        """The first snapshot is here: what was open before the restart is open again."""
        session = self._session
        session.asking.acknowledge(*self._memory.acknowledged)
        remembered = self._memory.open_case
        if remembered is not None and session.open_case.get() is None:
            session.open(remembered, link=False)
        self.restored.emit()

    def _on_events(self, events: Sequence[Event]) -> None:
        self._intake.take_events(events)
        changed = {
            event.decode_data(RegisterChangedData).register
            for event in events
            if event.noun is Noun.REGISTER
        }
        if changed & LIBRARIES:
            self.library_changed.emit()
        if changed - LIBRARIES:
            self._settle.start()

    def _on_state(self, state: ReaderState, detail: str) -> None:
        moved = _FEED_STATES.get(state)
        if moved is None:
            return
        now = self._session.clock.mono_ns()
        since = now - round(STALE_S * 1e9) if moved is FeedState.STALE else now
        self._session.feed.set(self._session.feed.get().moved(moved, detail, since))
        _log.info("feed: %s %s", state.value, detail)
