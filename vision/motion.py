"""MotionGate: decides which pictures are worth a detection. Cheap: reads every n-th pixel.

Must never close for good: what stands still has to stay confirmed, and thin smoke hardly
moves, so it also opens by time.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.tuning import GateTuning


class MotionGate:
    """The gate of one camera. Threads: one."""

    def __init__(self, tuning: GateTuning) -> None:
        self._tuning = tuning
        self._idle_interval_s = tuning.idle_interval_s
        self._before: NDArray[np.uint8] | None = None
        self._moved_s = float("-inf")
        self._opened_s = float("-inf")
        self.changed_share = 0.0

    def is_open(self, luma: NDArray[np.uint8], now_s: float, *, needed: bool = False) -> bool:
        """Whether this picture goes to the detector.

        Args:
            luma: (h, w) brightness at full size.
            now_s: monotonic seconds of the picture.
            needed: somebody waits for a look (a smoke candidate): open whatever moves.
        """
        if self._has_motion(self._small(luma)):
            self._moved_s = now_s
        due = now_s - self._opened_s >= self._idle_interval_s
        is_open = needed or due or now_s - self._moved_s <= self._tuning.hold_s
        if is_open:
            self._opened_s = now_s
        return is_open

    def open_anew(self) -> None:
        """The next picture is of another view: it is worth a detection."""
        self._before = None

    def watch_smoke(self, watches: bool) -> None:
        """Whether thin smoke is looked for here: then the gate opens more often by time."""
        self._idle_interval_s = (
            self._tuning.idle_interval_smoke_s if watches else self._tuning.idle_interval_s
        )

    def _small(self, luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
        step = max(1, luma.shape[1] // (self._tuning.width_px * 2))
        coarse = np.ascontiguousarray(luma[::step, ::step])
        height = max(8, round(self._tuning.width_px * luma.shape[0] / luma.shape[1]))
        return np.asarray(
            cv2.resize(coarse, (self._tuning.width_px, height), interpolation=cv2.INTER_AREA),
            np.uint8,
        )

    def _has_motion(self, small: NDArray[np.uint8]) -> bool:
        before, self._before = self._before, small
        if before is None or before.shape != small.shape:
            return True
        change = small.astype(np.int16) - before
        change -= np.int16(np.median(change[::4, ::4]))  # a cloud or an iris step is no motion
        changed = int(np.count_nonzero(np.abs(change) > self._tuning.change_levels))
        self.changed_share = changed / change.size
        return self.changed_share >= self._tuning.changed_share
