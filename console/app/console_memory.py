"""MemoryKeeper: writes how the person left the windows, a moment after every change.

Compares every two seconds what would be written with what was: a kill loses at most that much.
Threads: GUI thread only.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer

from config.site import Site
from console.bridge.clips import CLIP_PREFIX
from console.state.profiles import FIRST_LAYOUT, Profile
from console.state.seat_memory import SeatMemory, read_memory, write_memory
from console.state.wall import MAIN_WINDOW, WallState

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


def restore_wall(wall: WallState, memory: SeatMemory, site: Site, profile: Profile) -> None:
    """The wall as the person left it, or with the site's first cameras; clips are not kept."""
    if memory.wall:
        try:
            wall.restore(base64.b64decode(memory.wall))
        except ValueError as error:
            _log.warning("the remembered wall cannot be read (%s): starting afresh", error)
    for address in list(wall.addresses()):
        if (wall.tile(address).camera_id or "").startswith(CLIP_PREFIX):
            wall.put_camera(address, None)
    layout = FIRST_LAYOUT.get(profile)
    if layout is not None:
        wall.open_window(MAIN_WINDOW, layout)
    if not memory.wall:
        wall.fill([camera.id for camera in site.cameras if camera.enabled])
