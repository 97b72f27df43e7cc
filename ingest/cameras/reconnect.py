"""BackOff, RetryPace: when a lost camera is tried again, and how many are at once. Pure.

One BackOff per camera: exponential with jitter and a ceiling. A wrong password starts slower: cameras
lock an account after a handful of failures. One RetryPace per process: cameras that were lost together,
behind one switch, do not come back in one moment; it would see two attempts of each within a second.
"""

from __future__ import annotations

import bisect
import random
import threading
from typing import Final

from ingest.cameras.health import LossCause

_FIRST_S: Final = 0.5
_FACTOR: Final = 2.0
_CEILING_S: Final = 30.0
#: Part of every delay that is random, so that a switch's cameras do not come back in step.
_JITTER: Final = 0.3
#: A session that lived this long was a good one: the next failure starts at the beginning.
_GOOD_SESSION_S: Final = 10.0

#: Retries of one process within a second; a wall of 36 has five processes.
_RETRIES_PER_S: Final = 4.0

#: A relay of ours locks nobody out, and to be asked costs it nothing.
_RELAY_CEILING_S: Final = 2.0

#: First delay and ceiling where the usual ones are wrong.
_SPECIAL_S: Final[dict[LossCause, tuple[float, float]]] = {
    LossCause.UNAUTHORIZED: (5.0, 300.0),
    LossCause.NOT_FOUND: (2.0, 60.0),
    LossCause.BUSY: (2.0, 60.0),
}


class BackOff:
    """Delays of one camera. Threads: one."""

    def __init__(
        self,
        source: random.Random | None = None,
        *,
        first_s: float = _FIRST_S,
        ceiling_s: float = _CEILING_S,
        asks_relay: bool = False,
        busy_most_s: float | None = None,
    ) -> None:
        """`busy_most_s`: ceiling while another has the camera; None: the usual one."""
        self._random = source or random.Random()
        if asks_relay:
            ceiling_s = min(ceiling_s, _RELAY_CEILING_S)
        self._usual_s = (first_s, max(first_s, ceiling_s))
        self._special_s = {} if asks_relay else dict(_SPECIAL_S)
        if busy_most_s is not None:
            self._special_s[LossCause.BUSY] = (_SPECIAL_S[LossCause.BUSY][0], busy_most_s)
        self._failures_count = 0

    def delay_s(self, cause: LossCause, session_s: float) -> float:
        """Seconds to wait after a session of `session_s` seconds that ended by `cause`."""
        if session_s >= _GOOD_SESSION_S:
            self._failures_count = 0
        first_s, ceiling_s = self._special_s.get(cause, self._usual_s)
        steps = min(self._failures_count, 16)
        self._failures_count += 1
        whole_s = min(ceiling_s, first_s * _FACTOR**steps)
        return whole_s * (1 - _JITTER + _JITTER * self._random.random())


class RetryPace:
    """Moments for the retries of one process's cameras, never closer together than 1/`per_s`.

    Threads: any.
    """

    def __init__(self, per_s: float = _RETRIES_PER_S) -> None:
        self._interval_ns = round(1e9 / per_s)
        self._lock = threading.Lock()
        #: Moments that are taken, ascending; at most one a camera lies ahead.
        self._taken_ns: list[int] = []

    def moment_ns(self, wished_ns: int, now_ns: int) -> int:
        """The first free moment at or after `wished_ns`, taken from now on; monotonic."""
        with self._lock:
            del self._taken_ns[: bisect.bisect_left(self._taken_ns, now_ns - self._interval_ns)]
            moment_ns = wished_ns
            for taken_ns in self._taken_ns:
                if taken_ns >= moment_ns + self._interval_ns:
                    break
                if taken_ns > moment_ns - self._interval_ns:
                    moment_ns = taken_ns + self._interval_ns
            bisect.insort(self._taken_ns, moment_ns)
            return moment_ns
