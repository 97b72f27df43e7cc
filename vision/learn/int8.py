"""Whether an int8 network may stand in for its fp16 one: AP50 by class, and speed, in the same run.

No torch here. Classes the validation pictures do not label are judged against the fp16 network's
own boxes, so that a loss nobody labelled does not go unnoticed.
"""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import msgspec
import numpy as np
import tomlkit
from msgspec import Struct

from ingest.errors import Misconfigured
from vision.classes import class_of_name
from vision.detector import Detector, Picture
from vision.learn.evaluate import CURVE_FLOOR, DataSet, LabelledPicture, evaluate_images
from vision.load_detector import load_detector
from vision.models import DEFAULT_OPERATING_POINT, OperatingPoints, open_model

#: AP50 a class may lose before int8 is refused.
MOST_LOST_AP50 = 0.01
#: Pictures each network is timed on, in turn, after as many warm ones.
TIMED_PICTURES = 24
WARM_PICTURES = 3
FIGURES_FILE = "figures.toml"


class ClassPair(Struct, frozen=True):
    """AP50 of one class in both; `labelled`: by people, else against fp16's own boxes."""

    fp16: float
    int8: float
    boxes: int
    labelled: bool


class Int8Comparison(Struct, frozen=True):
    """Both networks on the same pictures; ms: median of a picture on one thread, taken in turn."""

    pictures: int
    most_lost: float
    fp16_ms: float
    int8_ms: float
    classes: dict[str, ClassPair]

    @property
    def objections(self) -> tuple[str, ...]:
        """Why int8 may not take fp16's place; nothing = it may."""
        lost = [
            f"{name} loses {pair.fp16 - pair.int8:.3f} AP50 ({pair.fp16:.3f} → {pair.int8:.3f}, "
            f"bound {self.most_lost:g})"
            for name, pair in self.classes.items()
            if pair.fp16 - pair.int8 > self.most_lost
        ]
        if self.int8_ms >= self.fp16_ms:
            lost.append(
                f"it is not faster here ({self.int8_ms:.1f} ms a picture against "
                f"{self.fp16_ms:.1f} ms, one thread)"
            )
        return tuple(lost)

    def lines(self) -> Iterator[str]:
        """The comparison as text."""
        for name, pair in self.classes.items():
            against = "labels" if pair.labelled else "fp16's own boxes"
            yield f"{name}: AP50 fp16 {pair.fp16:.3f}, int8 {pair.int8:.3f} ({pair.boxes} boxes, {against})"
        yield f"a picture on one thread: fp16 {self.fp16_ms:.1f} ms, int8 {self.int8_ms:.1f} ms"


def compare(fp16: Path, int8: Path, data: DataSet, most_lost: float) -> Int8Comparison:
    """Runs both model folders over the pictures.

    Raises:
        Misconfigured: no pictures, or neither labels nor fp16 name a single box in them.
    """
    if not data.pictures:
        raise Misconfigured(
            "the recipe holds no validation pictures, so int8 cannot be judged; give a source a "
            "val_share, or keep fp16"
        )
    one, two = (load_detector(open_model(path), thread_count=1, multi_label=True) for path in (fp16, int8))  # fmt: skip
    points = open_model(fp16).operating_points
    filled, stand_ins = with_own_boxes(data, one, points)
    before, after = (evaluate_images(filled, each, points)[0] for each in (one, two))
    classes = {
        name: ClassPair(score.ap50, after[name].ap50 or 0.0, score.boxes, name not in stand_ins)
        for name, score in before.items()
        if score.ap50 is not None
    }
    if not classes:
        raise Misconfigured(
            "the validation pictures show nothing either network knows, so int8 cannot be judged; "
            "add pictures with boxes to the validation split, or keep fp16"
        )
    fp16_ms, int8_ms = timed(one, two, _pictures(data.pictures))
    return Int8Comparison(len(data.pictures), most_lost, fp16_ms, int8_ms, classes)


def with_own_boxes(
    data: DataSet, detector: Detector, points: OperatingPoints
) -> tuple[DataSet, frozenset[str]]:
    """The pictures with `detector`'s boxes of classes nobody labelled, and which those are."""
    labelled = {data.names[i] for each in data.pictures for i in each.class_index}
    names = (*data.names, *(each for each in detector.names if each not in data.names))
    missing = frozenset(set(detector.names) - labelled)
    pictures = []
    for each in data.pictures:
        picture = _decoded(each)
        height, width = picture.shape[:2]
        found = detector.detect([picture], CURVE_FLOOR)[0]
        kept = [
            row
            for row, (index, score) in enumerate(zip(found.class_index, found.score, strict=True))
            if detector.names[index] in missing and score >= _point(detector.names[index], points)
        ]
        numbers = [names.index(detector.names[found.class_index[row]]) for row in kept]
        boxes = found.xyxy[kept] / np.array([width, height, width, height], np.float32)
        pictures.append(
            replace(
                each,
                class_index=np.concatenate([each.class_index, np.array(numbers, np.int32)]),
                boxes=np.concatenate([each.boxes, boxes.astype(np.float32).reshape(-1, 4)]),
            )
        )
    return DataSet(names, tuple(pictures)), missing


def timed(one: Detector, two: Detector, pictures: Sequence[Picture]) -> tuple[float, float]:
    """Median ms a picture of both, in turn on the same pictures."""
    spent: tuple[list[float], list[float]] = ([], [])
    for number, picture in enumerate([*pictures[:WARM_PICTURES], *pictures]):
        for detector, times in zip((one, two), spent, strict=True):
            started = time.perf_counter()
            detector.detect([picture], DEFAULT_OPERATING_POINT)
            if number >= WARM_PICTURES:
                times.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent[0]), statistics.median(spent[1])


def settle(fp16: Path, int8: Path, comparison: Int8Comparison) -> bool:
    """Writes the comparison into fp16's figures.toml; int8 takes its place where nothing objects.

    The operating points stay. A refused int8 stays beside it, to be looked at.
    """
    taken = not comparison.objections
    if taken:
        for file in ("model.xml", "model.bin", "metadata.yaml"):
            (int8 / file).replace(fp16 / file)
        shutil.rmtree(int8)
    write_figures(fp16, comparison)
    return taken


def write_figures(folder: Path, comparison: Int8Comparison) -> None:
    """The comparison as the tables `[int8]` and `[int8.class.NAME]` of figures.toml."""
    file = folder / FIGURES_FILE
    document = tomlkit.parse(file.read_text(encoding="utf-8")) if file.is_file() else tomlkit.document()  # fmt: skip
    table = tomlkit.table()
    table.add("ships", not comparison.objections)
    table.add("objections", list(comparison.objections))
    for name in ("pictures", "most_lost"):
        table.add(name, getattr(comparison, name))
    table.add("fp16_ms", round(comparison.fp16_ms, 2))
    table.add("int8_ms", round(comparison.int8_ms, 2))
    table.add("class", {name: msgspec.to_builtins(pair) for name, pair in comparison.classes.items()})  # fmt: skip
    document["int8"] = table
    file.write_text(tomlkit.dumps(document), encoding="utf-8")


def read_figures(folder: Path) -> Int8Comparison | None:
    """The comparison a model's figures.toml tells of, None where none was made."""
    file = folder / FIGURES_FILE
    if not file.is_file():
        return None
    table = tomlkit.parse(file.read_text(encoding="utf-8")).unwrap().get("int8")
    if table is None:
        return None
    return msgspec.convert(table | {"classes": table["class"]}, Int8Comparison)


def _point(name: str, points: OperatingPoints) -> float:
    known = class_of_name(name)
    return points.confirm(known) if known else DEFAULT_OPERATING_POINT


def _pictures(labelled: Sequence[LabelledPicture]) -> list[Picture]:
    return [_decoded(labelled[number % len(labelled)]) for number in range(TIMED_PICTURES)]


def _decoded(labelled: LabelledPicture) -> Picture:
    picture = cv2.imread(str(labelled.file), cv2.IMREAD_COLOR)
    if picture is None:
        raise Misconfigured(f"{labelled.file}: cannot be read as a picture")
    return np.asarray(picture, np.uint8)
