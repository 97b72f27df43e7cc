"""Stop token: how every thread and loop of the product is told to leave.

A worker gets a `StopToken`, waits on it instead of sleeping, and leaves within its own
stated latency. Whoever starts a thread sets the token and joins with a deadline.
"""

from __future__ import annotations

import threading


class StopToken:
    """Set once, never cleared. Threads: any."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def stop(self) -> None:
        self._event.set()

    @property
    def stopped(self) -> bool:
        return self._event.is_set()

    def wait(self, timeout_s: float) -> bool:
        """Waits at most `timeout_s` seconds; True when stop was asked for."""
        return self._event.wait(timeout_s)
