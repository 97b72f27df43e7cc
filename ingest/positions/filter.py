"""Which fixes count, and whether they say where somebody is now. Pure, one state per device.

A fix from the future or a jump nobody can drive is refused; one that is older than what is known
is valid but late: it completes the trail and is published with `live: false`.
"""

from __future__ import annotations

import enum
from collections import OrderedDict

from msgspec import Struct

from config.geometry import GeoPoint, distance_m
from config.registers import canonical_device_id
from config.settings import PositionSettings
from ingest.positions.fix import Fix

#: What receivers without a fix send.
NO_FIX = GeoPoint(0.0, 0.0)
#: Devices remembered; the one silent longest goes first.
DEVICES_MOST = 20_000
#: Receivers scatter: this much movement is never a jump, metres.
SCATTER_M = 100.0
#: After this many jumps in a row that agree with each other the old place was the wrong one.
JUMPS_BELIEVED = 3


class Verdict(enum.Enum):
    """LIVE where the device is · LATE valid but old · the rest is refused, by reason."""

    LIVE = "ok"
    LATE = "late"
    DUPLICATE = "duplicate"
    FUTURE = "future"
    ZERO = "zero"
    JUMP = "jump"

    @property
    def is_published(self) -> bool:
        return self in (Verdict.LIVE, Verdict.LATE)


class _Known(Struct):
    fix: Fix
    jump: Fix | None = None
    jump_count: int = 0


class FixFilter:
    """Judges fixes in the order they arrive. Threads: one."""

    def __init__(self, settings: PositionSettings | None = None) -> None:
        self._settings = settings or PositionSettings()
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def judge(self, fix: Fix) -> Verdict:
        """What becomes of `fix`; remembers it when it is the newest of its device."""
        if fix.place == NO_FIX:
            return Verdict.ZERO
        age_s = (fix.received_utc_ns - fix.fix_utc_ns) / 1e9
        if age_s < -self._settings.future_max_s:
            return Verdict.FUTURE
        known = self._known.get(canonical_device_id(fix.device_id))
        if known is None:
            self._remember(fix)
        else:
            verdict = self._compare(fix, known)
            if verdict is not None:
                return verdict
        return Verdict.LATE if age_s > self._settings.offline_after_s else Verdict.LIVE

    def _compare(self, fix: Fix, known: _Known) -> Verdict | None:
        """A verdict against what is known; None when `fix` is the newest now."""
        if fix.fix_utc_ns == known.fix.fix_utc_ns and fix.place == known.fix.place:
            return Verdict.DUPLICATE
        if fix.fix_utc_ns < known.fix.fix_utc_ns:
            return Verdict.JUMP if self._is_jump(fix, known.fix) else Verdict.LATE
        if self._is_jump(known.fix, fix) and not self._is_believed(fix, known):
            return Verdict.JUMP
        self._remember(fix)
        return None

    def _is_jump(self, earlier: Fix, later: Fix) -> bool:
        seconds = abs(later.fix_utc_ns - earlier.fix_utc_ns) / 1e9
        possible_m = SCATTER_M + self._settings.speed_max_mps * seconds
        scatter_m = (earlier.accuracy_m or 0.0) + (later.accuracy_m or 0.0)
        return distance_m(earlier.place, later.place) > possible_m + scatter_m

    def _is_believed(self, fix: Fix, known: _Known) -> bool:
        """Several far fixes that agree: then the first place was the outlier."""
        agrees = known.jump is not None and not self._is_jump(known.jump, fix)
        known.jump_count = known.jump_count + 1 if agrees else 1
        known.jump = fix
        return known.jump_count >= JUMPS_BELIEVED

    def _remember(self, fix: Fix) -> None:
        key = canonical_device_id(fix.device_id)
        self._known[key] = _Known(fix)
        self._known.move_to_end(key)
        if len(self._known) > DEVICES_MOST:
            self._known.popitem(last=False)
