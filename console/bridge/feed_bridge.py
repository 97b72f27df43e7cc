"""FeedBridge: the feed reader's callbacks, in order, on the GUI thread.

The reader's thread puts items into one bounded queue and rings once; the GUI thread drains a
slice at a time so that a replay of thousands of events never blocks painting. A full queue
makes the reader's thread wait (its socket then buffers); after the deadline the items are
dropped and `overflowed` asks the assembly to read a fresh snapshot: nothing is lost silently.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from ingest.feed.envelope import Event

_log = logging.getLogger(__name__)

#: Batches waiting for the GUI thread.
WAITING_MAX = 2_000
#: How long the reader's thread waits for room, seconds.
ROOM_WAIT_S = 5.0
#: Events applied before the GUI thread paints again.
SLICE_EVENTS = 400


class FeedBridge(QObject):
    """Signals: `snapshot_arrived(snapshot)`, `events_arrived(events)`, `state_moved(state, detail)`.

    Threads: the `on_…` methods from the reader's thread, signals on the GUI thread.
    """

    snapshot_arrived = Signal(object)
    events_arrived = Signal(object)
    state_moved = Signal(object, str)
    overflowed = Signal()
    _rung = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: queue.Queue[tuple[str, Any]] = queue.Queue(WAITING_MAX)
        self._lock = threading.Lock()
        self._is_rung = False
        self._closed = False
        self._rung.connect(self._drain, Qt.ConnectionType.QueuedConnection)

    def on_events(self, events: Sequence[Event]) -> None:
        self._put(("events", tuple(events)))

    def on_snapshot(self, snapshot: Any) -> None:
        self._put(("snapshot", snapshot))

    def on_state(self, state: Any, detail: str) -> None:
        self._put(("state", (state, detail)))

    def close(self) -> None:
        """From now on nothing is delivered."""
        self._closed = True

    def _put(self, item: tuple[str, Any]) -> None:
        if self._closed:
            return
        try:
            self._items.put(item, timeout=ROOM_WAIT_S)
        except queue.Full:
            _log.error("the window did not keep up with the feed: a fresh snapshot is needed")
            self.overflowed.emit()
            return
        with self._lock:
            ring, self._is_rung = not self._is_rung, True
        if ring:
            self._rung.emit()

    @Slot()
    def _drain(self) -> None:
        with self._lock:
            self._is_rung = False
        room = SLICE_EVENTS
        while room > 0 and not self._closed:
            try:
                kind, value = self._items.get_nowait()
            except queue.Empty:
                return
            room -= self._deliver(kind, value)
        if not self._closed:
            QTimer.singleShot(0, self._drain)

    def _deliver(self, kind: str, value: Any) -> int:
        if kind == "events":
            self.events_arrived.emit(value)
            return len(value)
        if kind == "snapshot":
            self.snapshot_arrived.emit(value)
        else:
            self.state_moved.emit(*value)
        return 1
