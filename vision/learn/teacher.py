"""The teacher's labels: what the base sees in a larger, mirrored look at every training picture.

Completes sets that label only fire and smoke with the people and vehicles in them, and replaces
COCO boxes whose habits differ (rider and bicycle as one). The base at 960 px finds more than at
640 (car AP50 on held-out fixed cameras .79 against .75), which is what the student can learn.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.nms import non_max_suppression

from vision.learn.dataset import Sample
from vision.learn.export import letterbox
from vision.learn.scoring import corner_boxes, overlaps

TEACHER_SIZE_PX = 960
#: Score of a box seen in both looks, and of one seen in a single look.
SURE_IN_BOTH, SURE_ALONE = 0.35, 0.6
SAME_THING_IOU = 0.5

Seen = NDArray[np.float32]  #: (N, 6): class, score, x1, y1, x2, y2 in 0..1


def look(model: DetectionModel, image: NDArray[np.uint8], rows: dict[int, int]) -> Seen:
    """Boxes of one look. `rows`: the base's class → ours."""
    height, width = image.shape[:2]
    picture = torch.from_numpy(letterbox(image, TEACHER_SIZE_PX))
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        out = model(picture)
    raw = (out[0] if isinstance(out, tuple) else out).float()
    found = non_max_suppression(raw, 0.2, 0.6, max_det=200)[0].numpy()
    scale = TEACHER_SIZE_PX / max(height, width)
    pad = np.array([TEACHER_SIZE_PX - width * scale, TEACHER_SIZE_PX - height * scale]) / 2
    size = np.array([width, height]) * scale
    kept = [row for row in found if int(row[5]) in rows]
    seen = np.zeros((len(kept), 6), np.float32)
    for line, row in zip(seen, kept, strict=True):
        line[:2] = rows[int(row[5])], row[4]
        line[2:4], line[4:6] = (row[:2] - pad) / size, (row[2:4] - pad) / size
    seen[:, 2:] = seen[:, 2:].clip(0, 1)
    return seen


def agreed(one: Seen, other: Seen) -> Seen:
    """Boxes sure enough alone, or seen in both looks."""
    kept: list[NDArray[np.float32]] = []
    for row in one:
        partner = other[other[:, 0] == row[0]]
        both = len(partner) and float(overlaps(row[2:], partner[:, 2:]).max()) >= SAME_THING_IOU
        if row[1] >= SURE_ALONE or (both and row[1] >= SURE_IN_BOTH):
            kept.append(row)
    for row in other:
        mine = np.array(kept, np.float32).reshape(-1, 6)
        known = len(mine) and float(overlaps(row[2:], mine[:, 2:]).max()) >= SAME_THING_IOU
        if row[1] >= SURE_ALONE and not known:
            kept.append(row)
    return np.array(kept, np.float32).reshape(-1, 6)


def teach(
    model: DetectionModel,
    samples: Sequence[Sample],
    rows: dict[int, int],
    cache: Path,
    on_progress: Callable[[int], None],
) -> dict[str, Seen]:
    """The teacher's boxes for every sample, by path; kept in `cache` (JSON) between runs."""
    known: dict[str, list[list[float]]] = json.loads(cache.read_text()) if cache.exists() else {}
    for count, sample in enumerate(samples):
        key = str(sample.path)
        if key not in known:
            image = np.asarray(cv2.imread(key, cv2.IMREAD_COLOR), np.uint8)
            mirrored = look(model, np.ascontiguousarray(image[:, ::-1]), rows)
            mirrored[:, [2, 4]] = 1 - mirrored[:, [4, 2]]
            known[key] = np.round(agreed(look(model, image, rows), mirrored), 5).tolist()
        if count % 50 == 0:
            cache.write_text(json.dumps(known))
            on_progress(count)
    cache.write_text(json.dumps(known))
    return {key: np.array(value, np.float32).reshape(-1, 6) for key, value in known.items()}


def completed(
    samples: Iterable[Sample], seen: dict[str, Seen], names: Sequence[str], coco: Iterable[str]
) -> list[Sample]:
    """Samples whose COCO boxes are the trusted labels and what else the teacher sees."""
    coco_rows = {names.index(name) for name in coco}
    return [
        _complete(
            sample, seen.get(str(sample.path), np.zeros((0, 6), np.float32)), names, coco_rows
        )
        for sample in samples
    ]


def _complete(sample: Sample, seen: Seen, names: Sequence[str], coco_rows: set[int]) -> Sample:
    trusted = {names.index(name) for name in sample.trusted}
    labels = [int(row[0]) for row in sample.boxes]
    kept = sample.boxes[[index not in coco_rows or index in trusted for index in labels]]
    base = kept[[int(row[0]) in coco_rows for row in kept]] if len(kept) else kept
    known = corner_boxes(base)
    added: list[list[float]] = []
    for row in seen:
        if len(known) and float(overlaps(row[2:], known).max()) >= SAME_THING_IOU:
            continue
        x1, y1, x2, y2 = (float(value) for value in row[2:])
        added.append([float(row[0]), (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1])
    extra = np.array(added, np.float32).reshape(-1, 5)
    return replace(sample, boxes=np.concatenate([kept, extra]))
