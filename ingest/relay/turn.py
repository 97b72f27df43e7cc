"""Turn, Turns, TurnWatch: which cameras it is a stand-in's turn to open.

The rule: a camera belongs to the first relay in the order of [relay] that answers and does not say that
it cannot get it. A stand-in asks all before it, once a second; three times nobody who has the camera: it
takes it over; ten times somebody: it gives it back. Relays that do not see each other both try, and the
camera's one session goes to one.
Threads: the watch has one of its own, which calls `on_turn`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from config.site import CameraId
from ingest.relay.asking import PasswordRefused, away_at
from ingest.stop import StopToken

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0
#: Looks in a row without an answer before a stand-in takes over.
MISSED_COUNT: Final = 3
#: And with one before it gives back: longer than an attempt to open a camera, for a relay that has just begun
#: does not know yet what it cannot get.
BACK_COUNT: Final = 10


class Turn:
    """The rule for one camera. Pure."""

    def __init__(self) -> None:
        self.is_mine = False
        self._against_count = 0

    def step(self, *, is_preferred_there: bool) -> bool:
        """One look; whether the camera is mine now."""
        if is_preferred_there is not self.is_mine:
            self._against_count = 0
            return self.is_mine
        self._against_count += 1
        if self._against_count >= (BACK_COUNT if self.is_mine else MISSED_COUNT):
            self.is_mine = not self.is_mine
            self._against_count = 0
        return self.is_mine


class Turns:
    """The rule for all cameras. Pure."""

    def __init__(self, camera_ids: Iterable[CameraId]) -> None:
        self._turns = {camera_id: Turn() for camera_id in camera_ids}

    def step(self, answers: Iterable[frozenset[CameraId] | None]) -> frozenset[CameraId]:
        """One look; which cameras are mine now.

        `answers`: of the relays before this one, in order: what each cannot get, None: not there. No
        more of them are asked for than it takes to know.
        """
        away: frozenset[CameraId] | None = None
        for answer in answers:
            if answer is not None:
                away = answer if away is None else away & answer
            if away is not None and not away:
                break
        return frozenset(
            camera_id
            for camera_id, turn in self._turns.items()
            if turn.step(is_preferred_there=away is not None and camera_id not in away)
        )


class TurnWatch:
    """Looks at the preferred relays; `on_turn(mine)` at every change."""

    def __init__(
        self,
        preferred: Sequence[str],
        password: str | None,
        camera_ids: Iterable[CameraId],
        on_turn: Callable[[frozenset[CameraId]], None],
    ) -> None:
        """`preferred`: host:port of the relays that come first; `password`: what all relays know."""
        self._preferred = tuple(preferred)
        self._password = password
        self._turns = Turns(camera_ids)
        self._on_turn = on_turn
        self._refusing: set[str] = set()
        self._stop = StopToken()
        self._thread = threading.Thread(target=self._run, name="relay turn", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Ends the thread; waits for the look that is under way. Twice is harmless."""
        self._stop.stop()
        if self._thread.is_alive():
            self._thread.join(2 * LOOK_S * len(self._preferred))

    def _run(self) -> None:
        mine: frozenset[CameraId] = frozenset()
        while not self._stop.wait(LOOK_S):
            now = self._turns.step(self._away_at(place) for place in self._preferred)
            if now == mine:
                continue
            if now - mine:
                log.warning("%s: no relay before this one has them: taken over", _told(now - mine))
            if mine - now:
                log.warning("%s: given back to a relay before this one", _told(mine - now))
            mine = now
            self._on_turn(mine)

    def _away_at(self, place: str) -> frozenset[CameraId] | None:
        try:
            away = away_at(place, self._password, LOOK_S)
        except PasswordRefused:
            if place not in self._refusing:
                log.warning(
                    "%s does not take this relay's password: it is there, but what it cannot get is not "
                    "known, so single cameras are not taken over; give all relays the same one",
                    place,
                )
            self._refusing.add(place)
            return frozenset()
        self._refusing.discard(place)
        return away


def _told(camera_ids: frozenset[CameraId]) -> str:
    first = ", ".join(sorted(camera_ids)[:3])
    return first if len(camera_ids) <= 3 else f"{first} and {len(camera_ids) - 3} more cameras"
