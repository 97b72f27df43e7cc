"""Shedder and CatchUp: what gives way when this process cannot keep up. Pure.

Lag that all cameras share is ours; lag of one camera is its own. The least important lose
first (rest, then selected; an alarm's tile never), a quarter a step, and get it back slowly.
Meanwhile every late stream skips to now: a wall that loses pictures is honest, one that shows the
past is not.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from config.site import CameraId
from ingest.cameras.wants import PRIORITY_ALARM

#: Median lag above which we are too slow, and below which we have time to spare.
_LATE_S: Final = 1.0
_EASY_S: Final = 0.15
#: Late steps (about a second each) before anything is reduced: a start or a burst passes by itself.
_LATE_STEPS_COUNT: Final = 2
#: Quiet steps before a step is given back, doubled each time that proved too early.
_EASY_STEPS_COUNT: Final = 2
_EASY_STEPS_MOST: Final = 32
#: Steps after a reduction in which its effect is awaited: what is queued must be decoded first.
_SETTLING_STEPS_COUNT: Final = 3
#: Rates a camera is reduced to, one after the other; below 2 only key frames are decoded.
_RATES_FPS: Final = (8.0, 1.0)


@dataclass(frozen=True, slots=True)
class CameraLoad:
    """One live camera: its best tile priority and how late its pictures are."""

    camera_id: CameraId
    priority: int
    lag_s: float


class Shedder:
    """Call `step` about once a second."""

    def __init__(self) -> None:
        self._levels: dict[CameraId, int] = {}
        self._easy_count = 0
        self._easy_needed = _EASY_STEPS_COUNT
        self._late_count = 0
        self._gave_back = False
        self._last_lag_s = 0.0
        self._settling_count = 0

    @property
    def is_late(self) -> bool:
        """Whether the lag is ours and lasts: late streams are to skip to now."""
        return self._late_count >= _LATE_STEPS_COUNT

    def step(self, loads: Sequence[CameraLoad]) -> dict[CameraId, float | None]:
        """The rate limit of every camera in `loads`; None: full rate."""
        known = {load.camera_id for load in loads}
        self._levels = {key: level for key, level in self._levels.items() if key in known}
        lag_s = statistics.median([load.lag_s for load in loads]) if len(loads) > 1 else 0.0
        quarter_count = max(1, len(loads) // 4)
        is_growing = lag_s > 0.9 * self._last_lag_s
        self._last_lag_s = lag_s
        self._settling_count = max(0, self._settling_count - 1)
        self._late_count = self._late_count + 1 if lag_s > _LATE_S else 0
        if self.is_late:
            self._easy_count = 0
            if is_growing and not self._settling_count:
                self._settling_count = _SETTLING_STEPS_COUNT
                if self._gave_back:
                    self._easy_needed = min(_EASY_STEPS_MOST, 2 * self._easy_needed)
                self._gave_back = False
                self._reduce(loads, quarter_count)
        elif lag_s < _EASY_S and self._levels:
            self._easy_count += 1
            if self._easy_count >= self._easy_needed:
                self._easy_count = 0
                self._gave_back = True
                self._give_back(loads, quarter_count)
        return {load.camera_id: self._rate_fps(load.camera_id) for load in loads}

    def _reduce(self, loads: Sequence[CameraLoad], count: int) -> None:
        able = [
            load
            for load in loads
            if load.priority > PRIORITY_ALARM and self._level(load) < len(_RATES_FPS)
        ]
        able.sort(key=lambda load: (self._level(load), -load.priority))
        for load in able[:count]:
            self._levels[load.camera_id] = self._level(load) + 1

    def _give_back(self, loads: Sequence[CameraLoad], count: int) -> None:
        reduced = [load for load in loads if self._level(load) > 0]
        reduced.sort(key=lambda load: (-self._level(load), load.priority))
        for load in reduced[:count]:
            self._levels[load.camera_id] -= 1
            if not self._levels[load.camera_id]:
                del self._levels[load.camera_id]

    def _level(self, load: CameraLoad) -> int:
        return self._levels.get(load.camera_id, 0)

    def _rate_fps(self, camera_id: CameraId) -> float | None:
        level = self._levels.get(camera_id, 0)
        return _RATES_FPS[level - 1] if level else None


class CatchUp:
    """Lets a stream skip from key frame to key frame until it is at the present again.

    Nothing is decoded between them, so that what is queued in the connection is read as fast as it
    can be. It ends at a key frame, because only there decoding can go on.
    """

    def __init__(self) -> None:
        self._is_skipping = False

    def begin(self, lag_s: float) -> None:
        """Asks for it; a stream that is not late itself goes on as it is."""
        if lag_s > _LATE_S:
            self._is_skipping = True

    def skips(self, lag_s: float, *, is_key: bool) -> bool:
        """Whether the packet that came `lag_s` late is left undecoded."""
        if self._is_skipping and is_key and lag_s < _EASY_S:
            self._is_skipping = False
        return self._is_skipping and not is_key
