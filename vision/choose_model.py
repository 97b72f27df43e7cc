"""Which of a model's sizes this machine can afford: measured at the start, not assumed.

A processor with matrix units looks at a picture in 12 ms, one without in 100 ms. Analysis that falls
behind sees nothing in time; a smaller look at every picture sees more than a sharp look at one in
ten. Decides once, before the first picture. Any thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from vision.detector import Detector
from vision.models import ModelFolder

log = logging.getLogger(__name__)

#: Share of the time that detection may take: the rest is for the gate, rules, evidence and bursts.
BUDGET_SHARE: Final = 0.7
#: Share of the looks for which the motion gate opens on a busy street.
GATE_SHARE: Final = 0.8
#: The best of so many tries counts, because everything else starts at the same time.
TRIES_COUNT: Final = 4
_BATCH_COUNT: Final = 2
#: I420 planes of 704×576 one under the other, the usual main stream.
_PLANES_SHAPE: Final = (864, 704)


def affordable_detector(
    models: Sequence[ModelFolder],
    load: Callable[[ModelFolder], Detector],
    looks_per_s: float,
) -> Detector:
    """The detector of the first of `models` (best first) that keeps up with `looks_per_s`.

    When none does, the last one: too slow is said as a warning, and cameras then wait their turn.
    """
    needed_per_s = looks_per_s * GATE_SHARE
    for position, model in enumerate(models):
        detector = load(model)
        picture_s = _picture_s(detector)
        share = picture_s * needed_per_s
        told = f"{model.name} looks at a picture in {picture_s * 1e3:.0f} ms"
        if share <= BUDGET_SHARE:
            log.info("%s: %.0f %% of the time for %.1f a second", told, 100 * share, needed_per_s)
            return detector
        if position == len(models) - 1:
            log.warning(
                "%s: too slow for %.1f a second, cameras are looked at more rarely; "
                "spread them over more machines or lower [vision] analysis_fps",
                told,
                needed_per_s,
            )
            return detector
        log.info("%s: too slow for %.1f a second, trying a smaller look", told, needed_per_s)
        detector.close()
    raise ValueError("no model to choose from")


def _picture_s(detector: Detector) -> float:
    """Seconds a picture, at its best of some batches of noise."""
    random = np.random.default_rng(5)
    pictures = [random.integers(0, 255, _PLANES_SHAPE, np.uint8) for _ in range(_BATCH_COUNT)]
    best_s = float("inf")
    for _ in range(TRIES_COUNT):
        began_s = time.perf_counter()
        detector.detect(pictures, 0.3)
        best_s = min(best_s, (time.perf_counter() - began_s) / _BATCH_COUNT)
    return best_s
