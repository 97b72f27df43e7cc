"""Operating points: from which score a detection counts, chosen on validation material only.

For each class the lowest score that keeps precision on labelled pictures and false alarms on
quiet ones (nothing of the class in them) within bounds. Pure functions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: Scores tried; finer steps only fit the noise of some hundred boxes.
CANDIDATES = tuple(round(0.1 + 0.025 * step, 3) for step in range(29))


def precision_at(scores: Sequence[float], hits: Sequence[bool], floor: float) -> float:
    """Share of hits among what scores at least `floor`; 1 when nothing does."""
    taken = [hit for score, hit in zip(scores, hits, strict=True) if score >= floor]
    return sum(taken) / len(taken) if taken else 1.0


def quiet_alarms_at(highest: Sequence[float], floor: float) -> float:
    """Share of quiet pictures whose highest score reaches `floor`."""
    return float(np.mean([score >= floor for score in highest])) if highest else 0.0


def operating_point(
    scores: Sequence[float],
    hits: Sequence[bool],
    quiet: Sequence[float],
    *,
    least_precision: float = 0.7,
    most_quiet_alarms: float = 0.01,
) -> float:
    """The lowest candidate within both bounds, or the highest candidate when none is.

    Args:
        scores, hits: detections of the class on labelled pictures and whether each is right.
        quiet: highest score of the class on every quiet picture.
    """
    for floor in CANDIDATES:
        good = precision_at(scores, hits, floor) >= least_precision
        if good and quiet_alarms_at(quiet, floor) <= most_quiet_alarms:
            return floor
    return CANDIDATES[-1]
