"""TonePlayer: plays a shipped tone through the system's own player.

QtMultimedia is a package of 100 MB beside the base install, and a sound library in this process
could hang with its sound server: a small process of the system (PipeWire, PulseAudio, ALSA, macOS)
or Windows' own call does neither. Without any, or when the player fails, the system's bell must do,
and the operator is told once.

Threads: GUI thread only; never waits for a sound.
"""

from __future__ import annotations

import importlib
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import resources

from PySide6.QtCore import QObject, QTimer

_log = logging.getLogger(__name__)

#: Program and arguments before the file, the first that is installed is used.
PLAYERS: tuple[tuple[str, ...], ...] = (
    ("pw-play",),
    ("paplay",),
    ("afplay",),
    ("aplay", "-q"),
)
#: A tone is under a second: a player that still runs then hangs.
DEADLINE_S = 4.0
_LOOK_MS = 200


def tone_file(priority: int) -> str:
    """The WAV file of a priority (1…3)."""
    return str(resources.files("resources").joinpath(f"sounds/priority-{priority}.wav"))


def installed_player(which: Callable[[str], str | None] = shutil.which) -> tuple[str, ...] | None:
    """The player of this machine; None where there is none."""
    return next((player for player in PLAYERS if which(player[0]) is not None), None)


class TonePlayer(QObject):
    """One tone at a time: a new one ends the one that sounds."""

    def __init__(
        self,
        bell: Callable[[], None],
        tell: Callable[[str], None],
        player: Sequence[str] | None = None,
        parent: QObject | None = None,
    ) -> None:
        """`bell`: when there is no player; `tell`: why, once, for people; `player`: None = the system's."""
        super().__init__(parent)
        self._bell, self._tell = bell, tell
        self._player = player if player is not None else installed_player()
        self._process: subprocess.Popen[bytes] | None = None
        self._looks_left = 0
        self._told = False
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._on_look)

    def play(self, priority: int) -> None:
        """Begins the tone and returns at once."""
        if sys.platform == "win32":
            winsound = importlib.import_module("winsound")
            winsound.PlaySound(tone_file(priority), winsound.SND_FILENAME | winsound.SND_ASYNC)
            return
        self._end()
        if self._player is None:
            self._fail("no player")
            return
        command = [*self._player, tone_file(priority)]
        nothing = subprocess.DEVNULL
        try:
            self._process = subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing)
        except OSError as error:
            self._fail(str(error))
            return
        self._looks_left = round(DEADLINE_S * 1000 / _LOOK_MS)
        self._look.start()

    def close(self) -> None:
        """Ends what sounds. Twice is harmless."""
        self._end()

    def _on_look(self) -> None:
        assert self._process is not None
        code = self._process.poll()
        self._looks_left -= 1
        if code is None and self._looks_left > 0:
            return
        self._end()
        if code != 0:
            self._fail(f"{self._player}: code {code}")

    def _end(self) -> None:
        self._look.stop()
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.kill()
            process.wait(DEADLINE_S)

    def _fail(self, why: str) -> None:
        self._bell()
        if not self._told:
            self._told = True
            _log.info("no tones on this seat (%s): the system's bell is used", why)
            self._tell(why)
