"""Heartbeat: tells the watchdog process, a few times a second, that this console lives and paints.

Owns the watchdog: starts it, feeds it through a pipe, starts it again when it dies, ends it. A
full pipe drops the beat: the window never waits for its own watchdog. On a platform where a
process cannot cover another one's windows it says so once and does nothing.

Threads: GUI thread only.
"""

from __future__ import annotations

import logging
import os
import subprocess
from collections.abc import Callable, Iterable, Sequence

import msgspec
from msgspec import Struct
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from console.state.freeze_watch import BEAT_S, Beat, WindowBeat
from ingest.clock import Clock

_log = logging.getLogger(__name__)

#: Where a window may be put at a place of the whole desktop. Wayland lets no program do that.
COVERING_PLATFORMS = ("xcb", "windows", "cocoa")
#: A watchdog that died is started again after this long.
RESTART_S = 5.0
#: How long it may take to leave before it is killed.
LEAVE_S = 3.0


class Watched(Struct, frozen=True):
    """A window, and how often it has painted where it is sure to paint every second."""

    window: QWidget
    paint_count: Callable[[], int] | None = None


class Heartbeat(QObject):
    """Beats while it is started. `command`: the watchdog's program and arguments."""

    def __init__(
        self,
        command: Sequence[str],
        watched: Callable[[], Iterable[Watched]],
        language: Callable[[], str],
        clock: Clock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._command, self._watched = list(command), watched
        self._language, self._clock = language, clock
        self._process: subprocess.Popen[bytes] | None = None
        self._next_start_mono_ns = 0
        self._paints: dict[str, tuple[int, int]] = {}
        self._timer = QTimer(self, interval=round(BEAT_S * 1000))
        self._timer.timeout.connect(self.beat)

    @property
    def pid(self) -> int | None:
        """The watchdog's process id while it runs."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Starts the watchdog and beats from now on."""
        platform = QGuiApplication.platformName()
        if platform not in COVERING_PLATFORMS:
            _log.info("no watchdog on %s: a frozen window is not covered here", platform)
            return
        self._timer.start()

    def close(self) -> None:
        """Ends the watchdog. Twice is harmless."""
        self._timer.stop()
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()  # the end of the pipe is its sign to leave
        try:
            process.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(LEAVE_S)

    def beat(self) -> None:
        """One beat; called by itself."""
        if not self._runs():
            return
        assert self._process is not None
        assert self._process.stdin is not None
        line = msgspec.json.encode(self._now()) + b"\n"
        try:
            os.write(self._process.stdin.fileno(), line)
        except BlockingIOError:
            pass  # the watchdog is slow: the next beat says the same
        except OSError:
            self._process.kill()  # it does not read any more: the next beat starts another one

    def _runs(self) -> bool:
        now = self._clock.mono_ns()
        if self._process is not None and self._process.poll() is not None:
            _log.info("the watchdog ended (code %s)", self._process.returncode)
            self._process = None
        if self._process is None and now >= self._next_start_mono_ns:
            self._next_start_mono_ns = now + round(RESTART_S * 1e9)
            try:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, bufsize=0
                )
            except OSError as error:
                _log.info("the watchdog cannot be started: %s", error)
                return False
            assert self._process.stdin is not None
            os.set_blocking(self._process.stdin.fileno(), False)
        return self._process is not None

    def _now(self) -> Beat:
        now = self._clock.mono_ns()
        windows = tuple(
            self._window_beat(one, now)
            for one in self._watched()
            if one.window.isVisible() and not one.window.isMinimized()
        )
        return Beat(now, self._clock.utc_ns(), self._language(), windows)

    def _window_beat(self, watched: Watched, now_mono_ns: int) -> WindowBeat:
        window = watched.window
        name = str(int(window.winId()))
        painted = None
        if watched.paint_count is not None:
            count = watched.paint_count()
            former, painted = self._paints.get(name, (-1, now_mono_ns))
            if count != former:
                painted = now_mono_ns
            self._paints[name] = (count, painted)
        box = window.geometry()
        return WindowBeat(name, box.x(), box.y(), box.width(), box.height(), painted)
