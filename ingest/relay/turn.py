"""Turn, TurnWatch: whether it is a stand-in's turn to open the cameras.

The rule: the first relay in the order of [relay] that answers has the cameras. A stand-in asks all
before it, once a second; none answered three times: it takes the cameras over; one answered twice: it
gives them back. Relays that do not see each other both try, and the camera's one session goes to one.
Threads: the watch has one of its own, which calls `on_turn`.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Final

from config.host_port import host_and_port
from ingest.stop import StopToken

log = logging.getLogger(__name__)

_LOOK_S: Final = 1.0
#: Looks in a row without an answer before a stand-in takes over, and with one before it gives back.
MISSED_COUNT: Final = 3
BACK_COUNT: Final = 2
_ASK: Final = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"


class Turn:
    """The rule alone. Pure."""

    def __init__(self) -> None:
        self.is_mine = False
        self._against_count = 0

    def step(self, *, is_preferred_there: bool) -> bool:
        """One look; whether the cameras are mine now."""
        if is_preferred_there is not self.is_mine:
            self._against_count = 0
            return self.is_mine
        self._against_count += 1
        if self._against_count >= (BACK_COUNT if self.is_mine else MISSED_COUNT):
            self.is_mine = not self.is_mine
            self._against_count = 0
        return self.is_mine


class TurnWatch:
    """Looks at the preferred relays; `on_turn(is_mine)` at every change."""

    def __init__(self, preferred: Sequence[str], on_turn: Callable[[bool], None]) -> None:
        """`preferred`: host:port of the relays that come first."""
        self._preferred = tuple(preferred)
        self._on_turn = on_turn
        self._stop = StopToken()
        self._thread = threading.Thread(target=self._run, name="relay turn", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Ends the thread within two seconds. Twice is harmless."""
        self._stop.stop()
        if self._thread.is_alive():
            self._thread.join(2 * _LOOK_S * max(1, len(self._preferred)))

    def _run(self) -> None:
        turn = Turn()
        while not self._stop.wait(_LOOK_S):
            was_mine = turn.is_mine
            there = next((place for place in self._preferred if answers(place)), None)
            if turn.step(is_preferred_there=there is not None) is was_mine:
                continue
            if turn.is_mine:
                log.warning("no relay before this one answers: it takes the cameras over")
            else:
                log.warning("the relay at %s answers again: the cameras are its own", there)
            self._on_turn(turn.is_mine)


def answers(place: str, timeout_s: float = _LOOK_S) -> bool:
    """Whether a relay at `place` (host:port) answers RTSP; a frozen one only accepts."""
    where = host_and_port(place)
    if where is None:
        return False
    try:
        with socket.create_connection(where, timeout_s) as connection:
            connection.settimeout(timeout_s)
            connection.sendall(_ASK)
            return connection.recv(64).startswith(b"RTSP/1.")
    except OSError:
        return False
