"""MemoryKeeper: writes how the person left the windows, a moment after every change.

Compares every two seconds what would be written with what was: a kill loses at most that much.
Threads: GUI thread only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer

from console.state.seat_memory import SeatMemory, read_memory, write_memory

_log = logging.getLogger(__name__)

LOOK_MS = 1_000


class MemoryKeeper:
    """`first` is what was remembered at start."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.first = read_memory(path)
        self._written = self.first
        self._remembered: Callable[[], SeatMemory] | None = None
        self._failed = False
        self._timer = QTimer(interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    def start(self, remembered: Callable[[], SeatMemory]) -> None:
        self._remembered = remembered
        self._timer.start()

    def close(self, remembered: Callable[[], SeatMemory]) -> None:
        """Writes the last state."""
        self._timer.stop()
        if self._remembered is not None:
            self._remembered = remembered
            self._look()

    def _look(self) -> None:
        if self._remembered is None:
            return
        memory = self._remembered()
        if memory == self._written:
            return
        try:
            write_memory(self._path, memory)
        except OSError as error:
            if not self._failed:
                _log.warning("the window layout cannot be kept in %s: %s", self._path, error)
            self._failed = True
            return
        self._failed = False
        self._written = memory
