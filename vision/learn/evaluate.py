"""Accuracy of boxes on labelled pictures: AP50, precision and recall, without torch.

Runs the detector that ships, through the same letterbox and decoding as the worker. Classes of
a data set match the model's by name; others are ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import yaml
from msgspec import Struct
from numpy.typing import NDArray

from ingest.errors import Misconfigured
from vision.classes import class_of_name
from vision.detections import Detections, iou_matrix
from vision.detector import Detector, Picture
from vision.models import DEFAULT_OPERATING_POINT, OperatingPoints

#: Overlap of the "50" in AP50.
IOU_NEEDED = 0.5
#: Scores down to this make the precision-recall curve (ultralytics' and COCO's habit).
CURVE_FLOOR = 0.001
#: Pictures decoded and detected together.
BATCH = 16
PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})


class DataSetInvalid(Misconfigured):
    """A data set description that cannot be used; says what and where."""


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """A picture's file and its labels.

    Attributes:
        class_index: (N,) int32, index into the data set's names.
        boxes: (N, 4) float32 left, top, right, bottom in 0..1.
    """

    file: Path
    class_index: NDArray[np.int32]
    boxes: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DataSet:
    """A split of a data set: class names by index, and pictures."""

    names: tuple[str, ...]
    pictures: tuple[LabelledPicture, ...]


class ClassScore(Struct, frozen=True):
    """One row of the result (CONTRACT §2). `ap50` etc. are None where there are no boxes."""

    ap50: float | None
    precision: float | None
    recall: float | None
    boxes: int
    operating_point: float


class Prediction(Struct, frozen=True):
    """One row of the predictions file: a COCO-style box in pixels."""

    image_id: int
    file_name: str
    category: str
    bbox: tuple[float, float, float, float]
    score: float


def read_data_set(file: Path, split: str) -> DataSet:
    """A split (`train`, `val`, `test`) of a YOLO DATA.yaml.

    Raises:
        DataSetInvalid: unreadable, the split or the names are missing, no pictures.
    """
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        names = content["names"]
        pairs = dict(names.items() if isinstance(names, dict) else enumerate(names))
        by_index = tuple(str(pairs[index]) for index in range(len(pairs)))
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise DataSetInvalid(
            f"{file}: expected a YAML with `names` and splits ({error})"
        ) from error
    if split not in content or content[split] is None:
        known = [each for each in ("train", "val", "test") if content.get(each)]
        raise DataSetInvalid(f"{file}: has no split {split!r}; it has {', '.join(known) or 'none'}")
    root = _root(file, content.get("path"))
    entries = content[split] if isinstance(content[split], list) else [content[split]]
    files = sorted({each for entry in entries for each in _picture_files(root, str(entry))})
    if not files:
        raise DataSetInvalid(f"{file}: split {split!r} holds no pictures (looked in {root})")
    return DataSet(by_index, tuple(_labelled(each) for each in files))


def _root(file: Path, path: str | None) -> Path:
    """Paths of a split count from `path`, which itself counts from the file."""
    return (file.parent / path).resolve() if path else file.parent.resolve()


def _picture_files(root: Path, entry: str) -> Iterable[Path]:
    place = root / entry
    if place.is_dir():
        return [each for each in place.rglob("*") if each.suffix.lower() in PICTURE_SUFFIXES]
    if place.is_file() and place.suffix == ".txt":
        lines = place.read_text(encoding="utf-8").splitlines()
        return [(place.parent / line.strip()).resolve() for line in lines if line.strip()]
    raise DataSetInvalid(f"{place}: is neither a folder of pictures nor a .txt list of them")


def _labelled(file: Path) -> LabelledPicture:
    """The picture with the labels of `…/labels/…/name.txt`; none there = nothing to be found."""
    parts = list(file.parts)
    for index in range(len(parts) - 2, -1, -1):
        if parts[index] == "images":
            parts[index] = "labels"
            break
    label = Path(*parts).with_suffix(".txt")
    rows: list[list[float]] = []
    if label.is_file():
        for number, line in enumerate(label.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip():
                rows.append(_row(label, number, line))
    table = np.array(rows, np.float32).reshape(-1, 5)
    centre, half = table[:, 1:3], table[:, 3:5] / 2
    boxes = np.concatenate((centre - half, centre + half), axis=1).astype(np.float32)
    return LabelledPicture(file, table[:, 0].astype(np.int32), boxes)


def _row(label: Path, number: int, line: str) -> list[float]:
    """Class and centre box; a polygon is reduced to the box around it."""
    try:
        values = [float(word) for word in line.split()]
    except ValueError as error:
        raise DataSetInvalid(f"{label}:{number}: expected numbers ({error})") from error
    if len(values) == 5:
        return values
    if len(values) >= 7 and len(values) % 2 == 1:
        x, y = values[1::2], values[2::2]
        left, right, top, bottom = min(x), max(x), min(y), max(y)
        return [values[0], (left + right) / 2, (top + bottom) / 2, right - left, bottom - top]
    raise DataSetInvalid(f"{label}:{number}: expected class x y width height, found {line!r}")


@dataclass(slots=True)
class Curve:
    """What is known of one class over all pictures: every detection, and whether it is right."""

    scores: list[float] = field(default_factory=list)
    hits: list[bool] = field(default_factory=list)
    box_count: int = 0


class ImageEvaluation:
    """Collects detections of labelled pictures and scores them by class name."""

    def __init__(
        self, data_names: Sequence[str], model_names: Sequence[str], points: OperatingPoints
    ) -> None:
        """Raises DataSetInvalid when not one class is common."""
        theirs = {_key(name): index for index, name in enumerate(data_names)}
        self._pairs = {
            name: (theirs[_key(name)], index)
            for index, name in enumerate(model_names)
            if _key(name) in theirs
        }
        if not self._pairs:
            raise DataSetInvalid(
                f"no class in common: the data set has {', '.join(data_names)}; "
                f"the model has {', '.join(model_names)}"
            )
        self._points = points
        self._curves = {name: Curve() for name in self._pairs}

    def take(self, labelled: LabelledPicture, found: Detections, width: int, height: int) -> None:
        """One picture's labels and detections (boxes in pixels of a width × height picture)."""
        scale = np.array([width, height, width, height], np.float32)
        for name, (their_index, our_index) in self._pairs.items():
            truth = labelled.boxes[labelled.class_index == their_index] * scale
            mine = found.select(np.nonzero(found.class_index == our_index)[0])
            curve = self._curves[name]
            curve.box_count += len(truth)
            curve.scores += mine.score.tolist()
            curve.hits += matched(mine.xyxy, truth.astype(np.float32))

    def curve(self, name: str) -> Curve:
        """Of one class both know."""
        return self._curves[name]

    def scores(self) -> dict[str, ClassScore]:
        """By class name."""
        return {name: self._score(name, curve) for name, curve in self._curves.items()}

    def _score(self, name: str, curve: Curve) -> ClassScore:
        object_class = class_of_name(name)
        point = self._points.confirm(object_class) if object_class else DEFAULT_OPERATING_POINT
        taken = [hit for score, hit in zip(curve.scores, curve.hits, strict=True) if score >= point]
        precision = sum(taken) / len(taken) if taken else 0.0
        if curve.box_count == 0:
            return ClassScore(None, None, None, 0, point)
        return ClassScore(
            round(average_precision(curve.scores, curve.hits, curve.box_count), 4),
            round(precision, 4),
            round(sum(taken) / curve.box_count, 4),
            curve.box_count,
            point,
        )


def _key(name: str) -> str:
    return name.strip().lower()


def matched(found: NDArray[np.float32], truth: NDArray[np.float32]) -> list[bool]:
    """For each box of `found`, best first, whether it takes a free box of `truth` at IoU 0.5."""
    if not len(truth):
        return [False] * len(found)
    overlap = iou_matrix(found, truth)
    hits = []
    for row in range(len(found)):
        best = int(overlap[row].argmax())
        hits.append(bool(overlap[row, best] >= IOU_NEEDED))
        if hits[-1]:
            overlap[:, best] = -1.0
    return hits


def average_precision(scores: Sequence[float], hits: Sequence[bool], box_count: int) -> float:
    """Area under the monotone precision-recall curve."""
    if not scores:
        return 0.0
    hit = np.asarray(hits, np.float64)[np.argsort(-np.asarray(scores), kind="stable")]
    recall = np.concatenate(([0.0], np.cumsum(hit) / box_count))
    precision = np.concatenate(([1.0], np.cumsum(hit) / np.arange(1, len(hit) + 1)))
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    return float(np.sum(np.diff(recall) * envelope[1:]))


def evaluate_images(
    data: DataSet,
    detector: Detector,
    points: OperatingPoints,
    *,
    on_batch: Callable[[int], None] | None = None,
    on_picture: Callable[[LabelledPicture, Picture, Detections], None] | None = None,
) -> tuple[dict[str, ClassScore], list[Prediction]]:
    """Scores by class, and every prediction.

    Raises:
        DataSetInvalid: a picture cannot be decoded, or no class is common.
    """
    evaluation = ImageEvaluation(data.names, detector.names, points)
    predictions: list[Prediction] = []
    for start in range(0, len(data.pictures), BATCH):
        batch = data.pictures[start : start + BATCH]
        pictures = [_decoded(labelled.file) for labelled in batch]
        results = detector.detect(pictures, CURVE_FLOOR)
        rows = zip(batch, pictures, results, strict=True)
        for number, (labelled, picture, found) in enumerate(rows, start + 1):
            evaluation.take(labelled, found, picture.shape[1], picture.shape[0])
            predictions += _predictions(number, labelled.file, found, detector.names)
            if on_picture is not None:
                on_picture(labelled, picture, found)
        if on_batch is not None:
            on_batch(len(batch))
    return evaluation.scores(), predictions


def _decoded(file: Path) -> Picture:
    picture = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if picture is None:
        raise DataSetInvalid(f"{file}: cannot be read as a picture")
    return np.asarray(picture, np.uint8)


def _predictions(
    number: int, file: Path, found: Detections, names: Sequence[str]
) -> list[Prediction]:
    rows = zip(found.xyxy.tolist(), found.score.tolist(), found.class_index.tolist(), strict=True)
    return [
        Prediction(
            number,
            file.name,
            names[index],
            (round(x1, 2), round(y1, 2), round(x2 - x1, 2), round(y2 - y1, 2)),
            round(score, 5),
        )
        for (x1, y1, x2, y2), score, index in rows
    ]
