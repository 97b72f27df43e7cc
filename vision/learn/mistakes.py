"""What a detector does with whole pictures at its operating points, and its worst mistakes.

AP50 asks for boxes like the annotator's; an operator asks whether the picture with the fire was
reported and how many quiet pictures were. This counts the second, who is mistaken for whom, and
keeps a few thumbnails of each kind of mistake. One thread; memory bounded by `EXAMPLES`.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from vision.classes import BURNING, class_of_name
from vision.detections import Detections, iou_matrix
from vision.detector import Picture
from vision.learn.evaluate import IOU_NEEDED, LabelledPicture
from vision.models import DEFAULT_OPERATING_POINT, OperatingPoints

#: Pictures kept for each class and kind of mistake.
EXAMPLES = 6
THUMBNAIL_PX = 320
#: The other side of a confusion: a label nobody found, or a box nobody labelled.
NOTHING = "–"
_TRUTH_BGR, _FOUND_BGR = (90, 200, 90), (60, 60, 240)


class PictureScore(Struct, frozen=True):
    """Of one class, at its operating point.

    Attributes:
        with_it, reported: pictures that show it, and those of them with at least one box of it.
        located: those of them with a box whose centre lies in a label, however loose the label.
        quiet, disturbed: pictures without it, and those of them with a box of it all the same.
        precision: of the pictures reported, the share that shows it; None where none was.
    """

    with_it: int
    reported: int
    located: int
    quiet: int
    disturbed: int
    recall: float | None
    precision: float | None


@dataclass(frozen=True, slots=True)
class Example:
    """A mistake to be looked at: a JPEG with labels in green and boxes in red."""

    file_name: str
    text: str
    jpeg: bytes


class Mistakes:
    """Collects one picture after the other."""

    def __init__(
        self, data_names: Sequence[str], model_names: Sequence[str], points: OperatingPoints
    ) -> None:
        self._ours = tuple(model_names)
        lower = {name.lower(): name for name in model_names}
        self._theirs = tuple(lower.get(name.strip().lower()) for name in data_names)
        self._names = tuple(name for name in model_names if name in self._theirs)
        self._labelled: set[str] = set()
        self._points = {name: _point(name, points) for name in self._names}
        self._counts: dict[str, Counter[str]] = {name: Counter() for name in self._names}
        self.confusion: Counter[tuple[str, str]] = Counter()
        self._worst: dict[tuple[str, str], list[tuple[float, int, Example]]] = {}
        self._order = itertools.count()

    def take(self, labelled: LabelledPicture, picture: Picture, found: Detections) -> None:
        """One picture's labels and detections (boxes in its pixels)."""
        height, width = picture.shape[:2]
        scale = np.array([width, height, width, height], np.float32)
        known = [k for k, i in enumerate(labelled.class_index) if self._theirs[i] is not None]
        truth = labelled.boxes[known] * scale
        truth_names = [self._theirs[labelled.class_index[k]] or NOTHING for k in known]
        self._labelled.update(truth_names)
        kept = [
            k
            for k, (i, score) in enumerate(zip(found.class_index, found.score, strict=True))
            if score >= self._points.get(self._ours[i], np.inf)
        ]
        boxes, scores = found.xyxy[kept], found.score[kept]
        box_names = [self._ours[found.class_index[k]] for k in kept]
        self._count(truth, truth_names, boxes, box_names)
        pairs = _pairs(boxes, scores, box_names, truth, truth_names)
        for row, column in pairs:
            name = NOTHING if row is None else box_names[row]
            label = NOTHING if column is None else truth_names[column]
            self.confusion[label, name] += 1
            if name == label:
                continue
            weight = float(scores[row]) if row is not None else _area(truth[column], scale)
            self._keep(
                (label, name), weight, labelled.file.name, picture,
                None if column is None else truth[column], None if row is None else boxes[row],
            )  # fmt: skip

    def _count(
        self,
        truth: NDArray[np.float32],
        truth_names: Sequence[str],
        boxes: NDArray[np.float32],
        box_names: Sequence[str],
    ) -> None:
        for name in self._names:
            labels = truth[[each == name for each in truth_names]]
            mine = boxes[[each == name for each in box_names]]
            count = self._counts[name]
            if len(labels):
                count["with_it"] += 1
                count["reported"] += bool(len(mine))
                count["located"] += any_centre_inside(mine, labels)
            else:
                count["quiet"] += 1
                count["disturbed"] += bool(len(mine))

    def _keep(
        self,
        key: tuple[str, str],
        weight: float,
        file_name: str,
        picture: Picture,
        truth: NDArray[np.float32] | None,
        box: NDArray[np.float32] | None,
    ) -> None:
        """The heaviest mistakes of a kind: surest false boxes, largest missed labels."""
        heap = self._worst.setdefault(key, [])
        if len(heap) == EXAMPLES and weight <= heap[0][0]:
            return
        text = f"score {weight:.2f}" if box is not None else f"{weight:.0%} of the picture"
        example = Example(file_name, text, thumbnail(picture, truth, box))
        entry = (weight, -next(self._order), example)
        if len(heap) < EXAMPLES:
            heapq.heappush(heap, entry)
        else:
            heapq.heapreplace(heap, entry)

    def _counts_here(self, name: str) -> bool:
        """Whether a box without a label means anything: the set labels the class at all, or it is
        one that must never be reported without cause."""
        return name in self._labelled or class_of_name(name) in BURNING

    def scores(self) -> dict[str, PictureScore]:
        """By class name: those the set labels, and smoke and fire where they were reported."""
        return {
            name: _picture_score(count)
            for name, count in self._counts.items()
            if self._counts_here(name) and (count["with_it"] or count["disturbed"])
        }

    def confused(self) -> dict[tuple[str, str], int]:
        """(label, found) → how often, without boxes of classes this set does not label."""
        return {
            (label, name): count
            for (label, name), count in self.confusion.items()
            if label != NOTHING or self._counts_here(name)
        }

    def examples(self) -> dict[tuple[str, str], list[Example]]:
        """(label, found) → its pictures, worst first; most frequent confusions first."""
        counts = self.confused()
        order = sorted(set(self._worst) & set(counts), key=lambda key: -counts[key])
        return {key: [each[2] for each in sorted(self._worst[key], reverse=True)] for key in order}


def _point(name: str, points: OperatingPoints) -> float:
    known = class_of_name(name)
    return points.confirm(known) if known else DEFAULT_OPERATING_POINT


def _area(box: NDArray[np.float32], scale: NDArray[np.float32]) -> float:
    return float((box[2] - box[0]) * (box[3] - box[1]) / (scale[0] * scale[1]))


def any_centre_inside(boxes: NDArray[np.float32], labels: NDArray[np.float32]) -> bool:
    """Whether the centre of a box (N, 4) lies in a label (M, 4), both x1, y1, x2, y2."""
    centre = (boxes[:, None, :2] + boxes[:, None, 2:]) / 2
    inside = (centre >= labels[None, :, :2]) & (centre <= labels[None, :, 2:])
    return bool(inside.all(axis=2).any())


def _picture_score(count: Counter[str]) -> PictureScore:
    told = count["reported"] + count["disturbed"]
    return PictureScore(
        count["with_it"], count["reported"], count["located"], count["quiet"], count["disturbed"],
        round(count["reported"] / count["with_it"], 4) if count["with_it"] else None,
        round(count["reported"] / told, 4) if told else None,
    )  # fmt: skip


def _pairs(
    boxes: NDArray[np.float32],
    scores: NDArray[np.float32],
    box_names: Sequence[str],
    truth: NDArray[np.float32],
    truth_names: Sequence[str],
) -> list[tuple[int | None, int | None]]:
    """(box, label) pairs: best box first, its own class before another; the rest alone."""
    overlap = iou_matrix(boxes, truth) if len(boxes) and len(truth) else None
    free = set(range(len(truth)))
    pairs: list[tuple[int | None, int | None]] = []
    for row in sorted(range(len(boxes)), key=lambda k: -float(scores[k])):
        fitting = [k for k in free if overlap is not None and overlap[row, k] >= IOU_NEEDED]
        fitting.sort(key=lambda k: (truth_names[k] != box_names[row], k))
        if fitting:
            free.discard(fitting[0])
        pairs.append((row, fitting[0] if fitting else None))
    return pairs + [(None, k) for k in sorted(free)]


def thumbnail(
    picture: Picture, truth: NDArray[np.float32] | None, box: NDArray[np.float32] | None
) -> bytes:
    """A small JPEG of the picture with a label (green) and a found box (red) drawn."""
    scale = THUMBNAIL_PX / max(picture.shape[:2])
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    for corners, colour in ((truth, _TRUTH_BGR), (box, _FOUND_BGR)):
        if corners is not None:
            x1, y1, x2, y2 = (round(float(value) * scale) for value in corners)
            cv2.rectangle(small, (x1, y1), (x2, y2), colour, 2)
    good, code = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 80])
    return bytes(code) if good else b""
