"""JoystickReader: a thread that looks at the stick fifty times a second and tells the seat what changed.

The seat sees the newest axes and every button that went down: axes replace each other, presses wait
(16 at most, the oldest goes). A deflected stick is told ten times a second even when it stands, so
that silence means that the device, its driver or this thread is gone; the hand then lets go.

Threads: `moved` arrives in the GUI thread; looking runs on a thread of its own, joined by `close`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal, Slot

from console.state.joystick import StickPress, StickReading, presses
from ingest.errors import GridwallError
from ingest.stop import StopToken

_log = logging.getLogger(__name__)

#: Between two looks: with a device, without one (hot-plug), after an error.
LOOK_S, PLUG_S, RETRY_S = 0.02, 1.0, 5.0
#: A stick is told at least this often.
REPEAT_S = 0.1
PRESSES_MOST = 16
JOIN_S = 3.0
#: A change of an axis below this is noise.
STEP = 0.01


class Sticks(Protocol):
    """A way to joysticks. All calls come from the reader's thread."""

    def open(self) -> None:
        """Raises GridwallError when there is no way to any joystick here."""

    def poll(self) -> StickReading | None:
        """The first device now; None while none is plugged in. Returns at once."""

    def close(self) -> None: ...


class NoSticks:
    """A seat without joysticks: no thread is started."""

    def open(self) -> None: ...

    def poll(self) -> StickReading | None:
        return None

    def close(self) -> None: ...


class JoystickReader(QObject):
    """Signal: `moved(reading, presses)`: StickReading or None when it was unplugged, tuple of StickPress."""

    moved = Signal(object, object)
    _woken = Signal()

    def __init__(self, sticks: Sticks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sticks = sticks
        self._stop = StopToken()
        self._lock = threading.Lock()
        self._latest: StickReading | None = None
        self._presses: deque[StickPress] = deque(maxlen=PRESSES_MOST)
        self._is_told = False
        self._woken.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread: threading.Thread | None = None
        if not isinstance(sticks, NoSticks):
            self._thread = threading.Thread(target=self._look, name="joystick", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Ends the thread. Twice is harmless."""
        self._stop.stop()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(JOIN_S)

    def _look(self) -> None:
        try:
            self._sticks.open()
        except GridwallError as error:
            _log.info("no joysticks here: %s", error)
            return
        try:
            self._follow()
        finally:
            self._sticks.close()

    def _follow(self) -> None:
        before: StickReading | None = None
        told_s = 0.0
        while not self._stop.stopped:
            wait_s = PLUG_S
            try:
                now = self._sticks.poll()
            except Exception as error:  # noqa: BLE001 - loop boundary: a broken driver is an unplugged stick
                _log.error("the joystick cannot be read, next try in %.0f s: %s", RETRY_S, error)
                now, wait_s = None, RETRY_S
            pressed = () if now is None else presses(before.buttons if before else (), now)
            is_due = now is not None and time.monotonic() - told_s >= REPEAT_S
            if pressed or is_due or _differs(before, now):
                told_s = time.monotonic()
                self._tell(now, pressed)
            before = now
            self._stop.wait(wait_s if now is None else LOOK_S)

    def _tell(self, reading: StickReading | None, pressed: tuple[StickPress, ...]) -> None:
        with self._lock:
            self._latest = reading
            self._presses.extend(pressed)
            wakes = not self._is_told
            self._is_told = True
        if wakes:
            self._woken.emit()

    @Slot()
    def _deliver(self) -> None:
        with self._lock:
            reading, pressed = self._latest, tuple(self._presses)
            self._presses.clear()
            self._is_told = False
        if not self._stop.stopped:
            self.moved.emit(reading, pressed)


def _differs(before: StickReading | None, now: StickReading | None) -> bool:
    if before is None or now is None:
        return before is not now
    axes = ((before.pan, now.pan), (before.tilt, now.tilt), (before.zoom, now.zoom))
    return before.name != now.name or any(abs(a - b) >= STEP for a, b in axes)
