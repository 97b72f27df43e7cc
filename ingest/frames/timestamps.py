"""TimestampChecker, DriftMeter, RatePacer: what a camera's own clock is worth. Pure, no I/O.

Cameras send DTS that go back, jump by hours when their clock is set, or nothing at all; media
time of ours only ever moves forward and stays within one jump of what was received.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

#: A step larger than this is a new clock, not a slow picture (longest known interval is 10 s).
JUMP_NS: Final = 12_000_000_000
#: Drift is measured against the best delay of two windows of this length.
_WINDOW_NS: Final = 30_000_000_000


class Verdict(enum.Enum):
    """What was wrong with a time stamp; the stream goes on in every case."""

    GOOD = "good"
    MISSING = "missing"
    BACKWARD = "backward"
    JUMP = "jump"


@dataclass(frozen=True, slots=True)
class CheckedTime:
    """`dts_ns` strictly grows within a camera's life; `pts_ns` belongs to it."""

    dts_ns: int
    pts_ns: int
    verdict: Verdict


class TimestampChecker:
    """Maps a stream's stamps onto one continuous media time. One per camera, kept over reconnects."""

    def __init__(self, interval_ns: int = 40_000_000) -> None:
        self.interval_ns = interval_ns
        self.fault_count = 0
        self._offset_ns: int | None = None
        self._last_dts_ns = 0
        self._last_mono_ns = 0

    def restart(self) -> None:
        """A new connection: its first stamp follows our last by the time that has passed."""
        self._offset_ns = None

    def check(self, dts_ns: int | None, pts_ns: int | None, mono_ns: int) -> CheckedTime:
        """The continuous time of a packet received at `mono_ns`; None: the stream gave no stamp."""
        raw_ns = dts_ns if dts_ns is not None else pts_ns
        passed_ns = max(1, mono_ns - self._last_mono_ns) if self._last_mono_ns else 0
        self._last_mono_ns = mono_ns
        if raw_ns is None:
            return self._fault(Verdict.MISSING, passed_ns or self.interval_ns, None, 0)
        ahead_ns = pts_ns - raw_ns if pts_ns is not None else 0
        if self._offset_ns is None:
            start_ns = self._last_dts_ns + passed_ns
            self._offset_ns = start_ns - raw_ns
            return self._accept(start_ns, ahead_ns, Verdict.GOOD)
        step_ns = raw_ns + self._offset_ns - self._last_dts_ns
        if step_ns > JUMP_NS and step_ns > 2 * passed_ns:
            return self._fault(Verdict.JUMP, passed_ns, raw_ns, ahead_ns)
        if step_ns <= 0:
            return self._fault(Verdict.BACKWARD, min(passed_ns, JUMP_NS), raw_ns, ahead_ns)
        return self._accept(self._last_dts_ns + step_ns, ahead_ns, Verdict.GOOD)

    def _fault(
        self, verdict: Verdict, step_ns: int, raw_ns: int | None, ahead_ns: int
    ) -> CheckedTime:
        """Goes on by `step_ns` and takes `raw_ns` as the stream's new zero."""
        self.fault_count += 1
        dts_ns = self._last_dts_ns + max(1, step_ns)
        self._offset_ns = None if raw_ns is None else dts_ns - raw_ns
        return self._accept(dts_ns, ahead_ns, verdict)

    def _accept(self, dts_ns: int, ahead_ns: int, verdict: Verdict) -> CheckedTime:
        self._last_dts_ns = dts_ns
        bounded_ns = ahead_ns if 0 <= ahead_ns <= JUMP_NS else 0
        return CheckedTime(dts_ns, dts_ns + bounded_ns, verdict)


class DriftMeter:
    """How much later than at its best a stream's pictures arrive, by its own clock.

    The smallest (receive − media) of the last one to two windows is the best delay; what a
    picture exceeds it by is queueing in camera, network or us. Slow drift of the camera's
    crystal (tens of ppm) stays below 2 ms a window.
    """

    def __init__(self) -> None:
        self._best_ns: int | None = None
        self._next_best_ns: int | None = None
        self._window_end_ns = 0

    def restart(self) -> None:
        self._best_ns = self._next_best_ns = None

    def lag_ns(self, media_ns: int, mono_ns: int) -> int:
        """Lag of a picture with `media_ns` received at `mono_ns`; never negative."""
        delay_ns = mono_ns - media_ns
        if mono_ns > self._window_end_ns:
            self._window_end_ns = mono_ns + _WINDOW_NS
            self._best_ns = self._next_best_ns
            self._next_best_ns = delay_ns
        self._next_best_ns = (
            delay_ns if self._next_best_ns is None else min(delay_ns, self._next_best_ns)
        )
        best_ns = self._next_best_ns if self._best_ns is None else self._best_ns
        best_ns = min(best_ns, self._next_best_ns)
        return delay_ns - best_ns


class RatePacer:
    """Chooses which pictures pass a limit of `fps_max`, evenly, by media time."""

    def __init__(self, fps_max: float) -> None:
        self.fps_max = fps_max
        self._due_ns: float | None = None

    def is_due(self, media_ns: int, source_interval_ns: int) -> bool:
        """Whether `passes` would let the picture at `media_ns` pass; asking changes nothing."""
        interval_ns = 1e9 / self.fps_max
        if interval_ns <= source_interval_ns * 1.05 or self._due_ns is None:
            return True
        if abs(media_ns - self._due_ns) > 4 * interval_ns:
            return True
        return media_ns >= self._due_ns - source_interval_ns / 2

    def passes(self, media_ns: int, source_interval_ns: int) -> bool:
        """Whether the picture at `media_ns` is one of those to pass."""
        interval_ns = 1e9 / self.fps_max
        if interval_ns <= source_interval_ns * 1.05:
            return True
        if self._due_ns is None or abs(media_ns - self._due_ns) > 4 * interval_ns:
            self._due_ns = media_ns
        if media_ns < self._due_ns - source_interval_ns / 2:
            return False
        self._due_ns += interval_ns
        return True
