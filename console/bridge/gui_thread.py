"""Errands: blocking work off the GUI thread, its result back on it.

A bounded queue and a few threads; `then` and `failed` always run in the GUI thread, through a
queued signal to a slot of this QObject (a lambda connected across threads would run in the
emitter's thread). A full queue fails the errand at once, with a reason.

Threads: `run` and `close` from the GUI thread.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from ingest.errors import GridwallError, RetryLater
from ingest.stop import StopToken

_log = logging.getLogger(__name__)

T = TypeVar("T")

#: Errands waiting at once; evidence pictures are the most, a dozen per opened case.
WAITING_MAX = 128
#: How often an idle thread looks at the stop token, seconds: its stop latency.
IDLE_WAIT_S = 0.2


@dataclass(frozen=True, slots=True)
class _Errand:
    work: Callable[[], Any]
    then: Callable[[Any], None]
    failed: Callable[[GridwallError], None]


@dataclass(frozen=True, slots=True)
class _Outcome:
    errand: _Errand
    result: Any
    error: GridwallError | None


class Errands(QObject):
    """A small pool of threads for questions to the hub and files from it."""

    _finished = Signal(object)

    def __init__(self, thread_count: int = 2, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: queue.Queue[_Errand] = queue.Queue(WAITING_MAX)
        self._stop = StopToken()
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._threads = [
            threading.Thread(target=self._serve, name=f"errand-{number}", daemon=True)
            for number in range(thread_count)
        ]
        for thread in self._threads:
            thread.start()

    def run(
        self,
        work: Callable[[], T],
        then: Callable[[T], None],
        failed: Callable[[GridwallError], None],
    ) -> None:
        """Does `work` on a thread, then calls `then(result)` or `failed(error)` here."""
        errand = _Errand(work, then, failed)
        try:
            self._queue.put_nowait(errand)
        except queue.Full:
            failed(RetryLater(f"{WAITING_MAX} questions wait already: the hub is slow or away"))

    def close(self, timeout_s: float = 6.0) -> None:
        """Stops the threads; what is still waiting is dropped, nobody is there to see it."""
        self._stop.stop()
        for thread in self._threads:
            thread.join(timeout_s)

    def _serve(self) -> None:
        while not self._stop.stopped:
            try:
                errand = self._queue.get(timeout=IDLE_WAIT_S)
            except queue.Empty:
                continue
            outcome = _done(errand)
            if not self._stop.stopped:
                self._finished.emit(outcome)

    @Slot(object)
    def _deliver(self, outcome: _Outcome) -> None:
        if self._stop.stopped:
            return
        if outcome.error is not None:
            outcome.errand.failed(outcome.error)
        else:
            outcome.errand.then(outcome.result)


def _done(errand: _Errand) -> _Outcome:
    try:
        return _Outcome(errand, errand.work(), None)
    except GridwallError as error:
        return _Outcome(errand, None, error)
    except Exception as error:  # noqa: BLE001 - loop boundary: one bad answer must not end the thread
        _log.exception("an errand failed unexpectedly")
        return _Outcome(errand, None, GridwallError(f"unexpected: {error}"))
