"""CameraSanity: whether a camera still sees the scene its zones were drawn on.

A covered, unfocused or turned camera stops parking and stall rules (their zones no longer
fit); smoke is watched whatever happens. Works on a thumbnail once a second.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.sight import Sanity
from vision.tuning import SanityTuning

_WIDTH_PX, _HEIGHT_PX = 96, 54
#: Pictures averaged before the usual scene counts as known.
_LEARNT_COUNT = 3


class CameraSanity:
    """The judgement for one camera. Threads: one."""

    def __init__(self, tuning: SanityTuning) -> None:
        self._tuning = tuning
        self._usual: NDArray[np.float32] | None = None
        self._usual_energy = 0.0
        self._count = 0
        self._looked_s = float("-inf")
        self._candidate = Sanity.GOOD
        self._candidate_since_s = 0.0
        self.state = Sanity.GOOD

    @property
    def is_doubtful(self) -> bool:
        """Whether the last picture may be of another place, though it is too early to say so."""
        return self.state is Sanity.GOOD and self._candidate is Sanity.MOVED

    def step(self, luma: NDArray[np.uint8], now_s: float) -> Sanity:
        """The state after this picture.

        Args:
            luma: (h, w) brightness at full size.
            now_s: monotonic seconds of the picture.
        """
        elapsed_s = now_s - self._looked_s
        if elapsed_s < self._tuning.interval_s:
            return self.state
        self._looked_s = now_s
        edges, contrast = _edges(luma)
        self._settle(self._judged(edges, contrast), now_s)
        if self._candidate is Sanity.GOOD:
            self._learn(edges, min(elapsed_s, 10 * self._tuning.interval_s))
        return self.state

    def _judged(self, edges: NDArray[np.float32], contrast: float) -> Sanity:
        if contrast < self._tuning.blocked_contrast:
            return Sanity.BLOCKED
        if self._usual is None or self._count < _LEARNT_COUNT:
            return Sanity.GOOD
        if float(edges.mean()) < self._tuning.defocused_share * self._usual_energy:
            return Sanity.DEFOCUSED
        needed = (
            self._tuning.back_correlation
            if self.state is Sanity.MOVED
            else self._tuning.moved_correlation
        )
        return Sanity.GOOD if _correlation(edges, self._usual) >= needed else Sanity.MOVED

    def _settle(self, judged: Sanity, now_s: float) -> None:
        if judged is not self._candidate:
            self._candidate, self._candidate_since_s = judged, now_s
        if now_s - self._candidate_since_s >= self._tuning.lasting_s:
            self.state = judged

    def _learn(self, edges: NDArray[np.float32], elapsed_s: float) -> None:
        self._count += 1
        if self._usual is None:
            self._usual, self._usual_energy = edges, float(edges.mean())
            return
        share = max(1.0 / self._count, min(1.0, elapsed_s / self._tuning.follow_s))
        if self._count > _LEARNT_COUNT:
            share = min(share, 0.2)
        self._usual = (1 - share) * self._usual + share * edges
        self._usual_energy = (1 - share) * self._usual_energy + share * float(edges.mean())


def _edges(luma: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float]:
    """Smoothed edge strength of a thumbnail, and its contrast in grey levels."""
    step = max(1, luma.shape[1] // (_WIDTH_PX * 4))
    small = cv2.resize(
        np.ascontiguousarray(luma[::step, ::step]),
        (_WIDTH_PX, _HEIGHT_PX),
        interpolation=cv2.INTER_AREA,
    )
    across = cv2.Sobel(small, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(small, cv2.CV_32F, 0, 1)
    strength = cv2.GaussianBlur(cv2.magnitude(across, down), (3, 3), 0)
    return np.asarray(strength, np.float32), float(small.std())


def _correlation(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    a_centred, b_centred = a - a.mean(), b - b.mean()
    scale = float(np.linalg.norm(a_centred) * np.linalg.norm(b_centred))
    return float((a_centred * b_centred).sum()) / scale if scale > 0 else 0.0
