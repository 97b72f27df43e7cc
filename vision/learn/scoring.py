"""AP50 per class of a torch model on samples, for choosing between runs while training.

Published figures come from `gridwall eval images` on the exported model; this is its quick sister
(same matching: greedy by score, IoU 0.5, area under the monotone precision envelope).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from vision.learn.dataset import Sample

Found = NDArray[np.float32]  #: (N, 6): class, score, x1, y1, x2, y2 in 0..1
IOU_NEEDED = 0.5


def overlaps(one: NDArray[np.float32], many: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union of `one` (4,) with each row of `many` (N, 4), corner form."""
    low, high = np.maximum(one[:2], many[:, :2]), np.minimum(one[2:], many[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    area = np.prod(one[2:] - one[:2]) + np.prod(many[:, 2:] - many[:, :2], axis=1)
    return np.asarray(shared / np.maximum(area - shared, 1e-9), np.float32)


def average_precision(scores: Sequence[float], hits: Sequence[bool], box_count: int) -> float:
    """Area under the precision envelope; NaN when there is nothing to find."""
    if box_count == 0:
        return float("nan")
    if not scores:
        return 0.0
    order = np.argsort(-np.asarray(scores), kind="stable")
    hit = np.asarray(hits, np.float64)[order]
    recall = np.concatenate([[0.0], np.cumsum(hit) / box_count])
    precision = np.concatenate([[1.0], np.cumsum(hit) / np.arange(1, len(hit) + 1)])
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall) * envelope[1:]))


def matched(found: Found, truth: NDArray[np.float32]) -> list[bool]:
    """For each row of `found` (best first, one class) whether it takes a box of `truth` (M, 4)."""
    free = np.ones(len(truth), bool)
    hits: list[bool] = []
    for row in found:
        values = overlaps(row[2:6], truth) * free if len(truth) else np.zeros(0, np.float32)
        best = int(values.argmax()) if len(values) else -1
        hits.append(best >= 0 and bool(values[best] >= IOU_NEEDED))
        if hits[-1]:
            free[best] = False
    return hits


def corner_boxes(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 4) x1, y1, x2, y2 in 0..1 from a sample's (N, 5) rows."""
    centre, half = boxes[:, 1:3], boxes[:, 3:5] / 2
    return np.concatenate([centre - half, centre + half], axis=1)


def score_samples(
    samples: Sequence[Sample], class_count: int, predict: Callable[[Sample], Found]
) -> dict[int, tuple[float, int, float]]:
    """Class index → (AP50, boxes, recall at score 0.25) over the samples."""
    scores: list[list[float]] = [[] for _ in range(class_count)]
    hits: list[list[bool]] = [[] for _ in range(class_count)]
    counts = [0] * class_count
    for sample in samples:
        found = predict(sample)
        corners = corner_boxes(sample.boxes)
        for index in range(class_count):
            truth = corners[sample.boxes[:, 0] == index]
            mine = found[found[:, 0] == index]
            mine = mine[np.argsort(-mine[:, 1], kind="stable")]
            counts[index] += len(truth)
            hits[index] += matched(mine, truth)
            scores[index] += [float(value) for value in mine[:, 1]]
    return {
        index: (average_precision(scores[index], hits[index], counts[index]), counts[index],
                _recall(scores[index], hits[index], counts[index]))
        for index in range(class_count)
    }  # fmt: skip


def _recall(scores: Sequence[float], hits: Sequence[bool], count: int) -> float:
    taken = sum(hit for score, hit in zip(scores, hits, strict=True) if score >= 0.25)
    return taken / count if count else float("nan")
