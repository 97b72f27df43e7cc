"""The watchdog process: covers windows of a console that has stopped, until it lives again.

`python -m console.app.watchdog`, started by the console with its beats on standard input; leaves
when the pipe ends, so that it never outlives its console. Touches no window but its own.

Threads: GUI thread; one reads the pipe.
"""

from __future__ import annotations

import sys
import threading
import time

import msgspec
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from config.site import Language
from console.state.freeze_watch import BEAT_S, Beat, FreezeWatch
from console.views import theme
from console.views.frozen_cover import FrozenCover
from console.views.language import Translators


class Watchdog(QObject):
    """Beats from a thread, covers on the GUI thread."""

    _heard = Signal(object)
    _ended = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__()
        self._translators = Translators(application)
        self._watch = FreezeWatch()
        self._covers: dict[str, FrozenCover] = {}
        self._heard.connect(self._on_beat, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(application.quit, Qt.ConnectionType.QueuedConnection)
        self._timer = QTimer(self, interval=round(BEAT_S * 1000))
        self._timer.timeout.connect(self._look)
        self._timer.start()
        # daemon: it waits in a read that only the console's end can end
        threading.Thread(target=self._read, name="beats", daemon=True).start()

    def _read(self) -> None:
        decoder = msgspec.json.Decoder(Beat)
        for line in sys.stdin.buffer:
            try:
                self._heard.emit(decoder.decode(line))
            except msgspec.DecodeError:
                continue  # half a line after a full pipe
        self._ended.emit()

    @Slot(object)
    def _on_beat(self, beat: Beat) -> None:
        if beat.language != self._watch.language:
            self._translators.use(Language(beat.language))
        self._watch.take(beat, time.monotonic_ns())
        self._look()

    def _look(self) -> None:
        covers = {cover.window.id: cover for cover in self._watch.covers(time.monotonic_ns())}
        for window_id in self._covers.keys() - covers.keys():
            self._covers.pop(window_id).close()
        for window_id, cover in covers.items():
            self._covers.setdefault(window_id, FrozenCover()).show_over(cover)


def main() -> int:
    """Runs until the console's pipe ends."""
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    theme.use(application)
    watchdog = Watchdog(application)
    code = application.exec()
    del watchdog
    return code


if __name__ == "__main__":
    sys.exit(main())
