"""What the GUI thread's events cost and how late its loop comes back, in the process of the stage.

CPU of an event is that of the thread itself, so that a busy machine does not make a handler look
slow; lateness is by the clock, so `bare_beat` tells beside it how late this machine is anyway.
"""

from __future__ import annotations

import time
from array import array

import shiboken6
from msgspec import Struct
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from console.bench.beat import BEAT_MS, Lateness, lateness

#: Kinds of handlers that are named in the result.
NAMED_COUNT = 5


class HandlerTime(Struct, frozen=True):
    """The dearest run of one kind of handler: who received which event, milliseconds of CPU."""

    name: str
    cpu_ms: float


class HandlerTimes:
    """The dearest run of every kind of event, what happens within an event included.

    Attributes:
        count: how many events were handled.
    """

    def __init__(self) -> None:
        self.count = 0
        self._worst_ns: dict[str, int] = {}

    def note(self, name: str, spent_ns: int) -> None:
        self.count += 1
        if spent_ns > self._worst_ns.get(name, -1):
            self._worst_ns[name] = spent_ns

    def begin(self) -> None:
        """Forgets what was; start-up is over."""
        self.count = 0
        self._worst_ns.clear()

    def dearest(self) -> tuple[HandlerTime, ...]:
        """The `NAMED_COUNT` dearest kinds, dearest first."""
        ordered = sorted(self._worst_ns.items(), key=lambda item: -item[1])[:NAMED_COUNT]
        return tuple(HandlerTime(name, round(spent / 1e6, 2)) for name, spent in ordered)


class WatchedApplication(QApplication):
    """An application that notes the CPU of every event that is handled."""

    def __init__(self) -> None:
        super().__init__([])
        self.times = HandlerTimes()

    def notify(self, receiver: QObject, event: QEvent) -> bool:
        kind = event.type()
        began = time.thread_time_ns()
        handled = super().notify(receiver, event)
        self.times.note(_name(receiver, kind), time.thread_time_ns() - began)
        return handled


def _name(receiver: QObject, kind: QEvent.Type) -> str:
    """Class of the receiver and event; of a timer, whose it is and how often it fires."""
    if not shiboken6.isValid(receiver):
        return f"(deleted) {kind.name}"
    if isinstance(receiver, QTimer):
        return f"timer of {type(receiver.parent()).__name__} every {receiver.interval()} ms"
    return f"{type(receiver).__name__} {kind.name}"


class LoopBeat(QObject):
    """A timer of `BEAT_MS` that notes how late it is called: what waits, waits as long."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._late_ms = array("f")
        self._at_s = time.monotonic()
        timer = QTimer(self)
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.setInterval(BEAT_MS)
        timer.timeout.connect(self._beat)
        timer.start()

    @Slot()
    def _beat(self) -> None:
        now_s = time.monotonic()
        self._late_ms.append(max(0.0, (now_s - self._at_s) * 1e3 - BEAT_MS))
        self._at_s = now_s

    def lateness(self) -> Lateness:
        return lateness(self._late_ms)
