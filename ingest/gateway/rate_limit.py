"""RateLimit: so many requests a minute for each client, the rest is told to wait. Pure but for the clock."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

#: Clients remembered; beyond, those who were silent longest begin anew.
CLIENTS_MOST = 10_000


class RateLimit:
    """A bucket a client that refills evenly. Threads: one."""

    def __init__(self, per_minute: float, mono_s: Callable[[], float]) -> None:
        self._per_minute = per_minute
        self._mono_s = mono_s
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> float | None:
        """None: go on. Else the seconds until it may be tried again."""
        now_s = self._mono_s()
        left, since_s = self._buckets.pop(client, (self._per_minute, now_s))
        left = min(self._per_minute, left + (now_s - since_s) * self._per_minute / 60.0)
        wait_s = None if left >= 1.0 else (1.0 - left) * 60.0 / self._per_minute
        self._buckets[client] = (left - 1.0 if wait_s is None else left, now_s)
        while len(self._buckets) > CLIENTS_MOST:
            self._buckets.popitem(last=False)
        return wait_s
