"""The three clocks, behind one seam so that tests move time by hand.

Monotonic time measures ages and limits (CLOCK_MONOTONIC: one value for all processes of a
machine); UTC is for people and records and may step; media time belongs to a camera.
"""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What a module may ask about now."""

    def mono_ns(self) -> int:
        """Monotonic nanoseconds, comparable between processes of this machine."""
        ...

    def utc_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC; may jump when the wall clock is set."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def mono_ns(self) -> int:
        return time.monotonic_ns()

    def utc_ns(self) -> int:
        return time.time_ns()


class ManualClock:
    """A clock that moves only when told to; for tests and for evaluation faster than life."""

    def __init__(self, *, mono_ns: int = 0, utc_ns: int = 1_767_225_600_000_000_000) -> None:
        self._mono_ns = mono_ns
        self._utc_ns = utc_ns

    def mono_ns(self) -> int:
        return self._mono_ns

    def utc_ns(self) -> int:
        return self._utc_ns

    def advance(self, seconds: float) -> None:
        """Moves both clocks on."""
        step_ns = round(seconds * 1e9)
        self._mono_ns += step_ns
        self._utc_ns += step_ns

    def step_utc(self, seconds: float) -> None:
        """Sets the wall clock, as an operator or NTP would; monotonic time is untouched."""
        self._utc_ns += round(seconds * 1e9)
