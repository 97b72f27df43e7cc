"""RefusalLog: every kind of refusal is told once at once, then summed up; a flood stays a few lines.

Who is refused chooses the words, so they are cut and cannot begin a line of their own. Counting is
the counters' business (`ingest.feed.work.Counts`, `ingest.gateway.counters`).
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable

#: A kind that was told is told again at most this often, with how many there were, seconds.
PERIOD_S = 30.0
#: Kinds told apart; what comes beyond them is told under one name.
KINDS_MOST = 200
TEXT_MOST = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class RefusalLog:
    """Threads: any."""

    def __init__(
        self, logger: logging.Logger, mono_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._logger = logger
        self._mono_s = mono_s
        self._lock = threading.Lock()
        self._told: dict[str, tuple[float, int]] = {}  # kind → when told, how many since

    def note(self, kind: str, why: str) -> None:
        """One refusal of a kind; `why` is the text the other side was answered with."""
        now_s = self._mono_s()
        with self._lock:
            if kind not in self._told and len(self._told) >= KINDS_MOST:
                kind = "other"
            told_s, since = self._told.get(kind, (-PERIOD_S, 0))
            if now_s - told_s < PERIOD_S:
                self._told[kind] = (told_s, since + 1)
                return
            self._told[kind] = (now_s, 0)
        more = f" ({since} more of this kind since the last line)" if since else ""
        self._logger.info("refused, %s: %s%s", kind, one_line(why), more)


def one_line(text: str) -> str:
    """At most `TEXT_MOST` characters, without control characters and changes of direction."""
    return _CONTROL.sub("·", text[: TEXT_MOST + 1])[:TEXT_MOST]
