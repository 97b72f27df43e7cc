"""Dataset assembly: folders of labelled pictures → samples with classes, clip and split.

Decides what is trained on and what is held out. A clip is never on both sides, and a training
picture that is a near copy of a held-out one (also mirrored, also under another name) is dropped.
No torch here; runs in the training process and in `gridwall train dataset`.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from ingest.errors import Misconfigured
from vision.learn.hashing import difference_hash, mirrored_hash, near_copies
from vision.learn.recipe import RECIPES_FOLDER, Recipe, Source, Split

PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})

#: File names of Roboflow copies: mirrored and grey variants of one photo share what remains.
_COPY_MARKS = re.compile(r"^(Mirror|Grey|Gray)+|[-_ ]?Copy|__joa[0-9a-f]+$|_(jpg|png|jpeg)$")


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled picture.

    Attributes:
        path: the picture file.
        boxes: (N, 5) float32: index in the recipe's classes, then centre x, y, width, height in 0..1.
        source, clip: folder and clip it comes from.
        complete: names of classes for which a missing box means absence.
        trusted: names of COCO classes whose boxes may teach the COCO head.
    """

    path: Path
    boxes: NDArray[np.float32]
    source: str
    clip: str
    split: Split
    complete: tuple[str, ...]
    weight: float = 1.0
    trusted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assembly:
    """All samples, and how many were dropped for what reason."""

    samples: tuple[Sample, ...]
    dropped: dict[str, int]

    def of(self, split: Split) -> tuple[Sample, ...]:
        return tuple(sample for sample in self.samples if sample.split is split)


def photo_name(stem: str) -> str:
    """The name a photo's copies share (mirrored, grey, '-Copy', uploader's suffix)."""
    before = ""
    while before != stem:
        before, stem = stem, _COPY_MARKS.sub("", stem)
    return stem


def hashed_split(name: str, test_share: float, val_share: float) -> Split:
    """A split that depends on the name only, so that it never changes between runs."""
    place = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") / 2**32
    if place < test_share:
        return Split.TEST
    return Split.VAL if place < test_share + val_share else Split.TRAIN


def clip_of(source: Source, stem: str) -> tuple[str, Split]:
    """Clip and split of a file: the first rule that matches, else its photo name or prefix."""
    for rule in source.clips:
        if rule.accepts(stem):
            return rule.name, rule.split
    if source.photos or source.clip_frames:
        name = _numbered_clip(stem, source.clip_frames) if source.clip_frames else photo_name(stem)
        return name, hashed_split(name, source.test_share, source.val_share)
    return re.split(r"\d", stem, maxsplit=1)[0] or "-", Split.TRAIN


def _numbered_clip(stem: str, frames: int) -> str:
    found = re.search(r"\d+$", stem)
    return f"{stem[: found.start()]}{int(found.group()) // frames}" if found else stem


def read_boxes(path: Path, classes: dict[str, int]) -> NDArray[np.float32]:
    """Boxes of a YOLO label file; polygons become their bounding boxes.

    Args:
        path: label file; a missing file means no boxes.
        classes: number in the file → index in the recipe; others are dropped.

    Raises:
        Misconfigured: a line that is not numbers, naming file and line.
    """
    rows: list[tuple[float, ...]] = []
    text = path.read_text() if path.exists() else ""
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or words[0] not in classes:
            continue
        try:
            values = [float(word) for word in words[1:]]
        except ValueError as error:
            raise Misconfigured(f"{path}:{number}: expected numbers, found {line!r}") from error
        if len(values) < 4:
            raise Misconfigured(f"{path}:{number}: expected 4 numbers, found {len(values)}")
        rows.append((classes[words[0]], *_as_box(values)))
    return np.array(rows, np.float32).reshape(-1, 5)


def _as_box(values: list[float]) -> tuple[float, float, float, float]:
    if len(values) > 5:
        xs, ys = values[0::2], values[1::2]
        left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    else:
        x, y, width, height = values[:4]
        left, right, top, bottom = x - width / 2, x + width / 2, y - height / 2, y + height / 2
    left, right = max(0.0, left), min(1.0, right)
    top, bottom = max(0.0, top), min(1.0, bottom)
    return (left + right) / 2, (top + bottom) / 2, right - left, bottom - top


def read_source(source: Source, data_folders: Sequence[Path], names: Sequence[str]) -> list[Sample]:
    """All samples of one source, in the order of file names.

    Raises:
        Misconfigured: the folder is missing (and not optional) or holds no pictures.
    """
    places = [data_folder / source.folder for data_folder in data_folders]
    folder = next((place for place in places if (place / "images").is_dir()), places[0])
    pictures = sorted(
        path
        for path in (folder / "images").rglob("*")
        if path.suffix.lower() in PICTURE_SUFFIXES and not _says(source.excluded, path.stem)
    )
    if not pictures:
        if source.optional:
            return []
        raise Misconfigured(f"{folder}/images: no pictures found; is the data folder right?")
    classes = {number: names.index(name) for number, name in source.classes.items()}
    samples = [_sample(source, path, folder, classes) for path in pictures]
    again = redrawn_boxes(source.redrawn, names) if source.redrawn else {}
    return [with_redrawn(sample, again) for sample in samples]


def redrawn_boxes(
    file_name: str, names: Sequence[str]
) -> dict[int, dict[str, list[tuple[float, float, float, float]]]]:
    """Class index → stem → boxes (centre x, y, width, height in 0..1) of a file beside the recipes.

    Raises:
        Misconfigured: the file is missing, is no such table, or names an unknown class.
    """
    path = RECIPES_FOLDER / file_name
    try:
        table = msgspec.toml.decode(
            path.read_bytes(), type=dict[str, dict[str, list[tuple[float, float, float, float]]]]
        )
        return {names.index(name): stems for name, stems in table.items()}
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise Misconfigured(f"boxes drawn again {path}: {error}") from error


def with_redrawn(
    sample: Sample, again: dict[int, dict[str, list[tuple[float, float, float, float]]]]
) -> Sample:
    """The sample with boxes of a class exchanged where they were drawn again."""
    boxes = sample.boxes
    for index, stems in again.items():
        rows = stems.get(sample.path.stem)
        if rows is not None:
            drawn = np.array([(index, *row) for row in rows], np.float32).reshape(-1, 5)
            boxes = np.concatenate([boxes[boxes[:, 0] != index], drawn])
    return replace(sample, boxes=boxes)


def _says(patterns: Sequence[str], stem: str) -> bool:
    return any(re.search(pattern, stem) for pattern in patterns)


def _sample(source: Source, path: Path, folder: Path, classes: dict[str, int]) -> Sample:
    label = folder / "labels" / path.relative_to(folder / "images").with_suffix(".txt")
    boxes = read_boxes(label, classes)
    if _says(source.negatives, path.stem):
        boxes = boxes[:0]
    clip, split = clip_of(source, path.stem)
    if source.train_only:
        split = Split.TRAIN
    return Sample(
        path, boxes, source.folder, clip, split, source.complete, source.weight, source.trusted
    )


def balanced(samples: Iterable[Sample]) -> tuple[Sample, ...]:
    """Weights divided by the square root of the clip's length: frames of a clip are alike."""
    samples = tuple(samples)
    counts = Counter((sample.source, sample.clip) for sample in samples)
    return tuple(
        replace(sample, weight=sample.weight / counts[sample.source, sample.clip] ** 0.5)
        for sample in samples
    )


def assemble(recipe: Recipe, data_folders: Sequence[Path]) -> Assembly:
    """Every sample of the recipe with its split, near copies of held-out pictures dropped.

    Raises:
        Misconfigured: a source is missing or a label file is broken.
    """
    samples = [
        sample
        for source in recipe.sources
        for sample in read_source(source, data_folders, recipe.classes)
    ]
    if not samples:
        raise Misconfigured("the recipe names no pictures")
    return without_leaks(samples, recipe.duplicate_bits)


def without_leaks(samples: Sequence[Sample], bits: int) -> Assembly:
    """Drops unreadable pictures, training copies of held-out pictures, and copies in training."""
    dropped: Counter[str] = Counter()
    kept: list[Sample] = []
    hashes: dict[Path, NDArray[np.uint8]] = {}
    held: list[NDArray[np.uint8]] = []
    for sample in samples:
        image = cv2.imread(str(sample.path), cv2.IMREAD_REDUCED_COLOR_2)
        if image is None:
            dropped["unreadable"] += 1
            continue
        hashes[sample.path] = difference_hash(np.asarray(image, np.uint8))
        kept.append(sample)
        if sample.split is not Split.TRAIN:
            held += [hashes[sample.path], mirrored_hash(np.asarray(image, np.uint8))]
    copies = near_copies([hashes[sample.path] for sample in kept], held, bits)
    clean: list[Sample] = []
    for sample, copy in zip(kept, copies, strict=True):
        if sample.split is Split.TRAIN and copy is not None:
            dropped["copy of a held-out picture"] += 1
        else:
            clean.append(sample)
    return Assembly(balanced(clean), dict(dropped))


def write_yolo(assembly: Assembly, names: Sequence[str], folder: Path) -> Path:
    """Writes a YOLO data set (links to pictures, label files, data.yaml) and returns data.yaml.

    The same file serves `gridwall eval images data.yaml --split test`.
    """
    lines = [f"path: {folder.resolve()}"]
    for split in Split:
        samples = assembly.of(split)
        for kind in ("images", "labels"):
            (folder / kind / split.value).mkdir(parents=True, exist_ok=True)
        for sample in samples:
            _write_sample(sample, folder, split)
        lines.append(f"{split.value}: images/{split.value}")
    lines += [f"nc: {len(names)}", "names:"]
    lines += [f"  {index}: {name}" for index, name in enumerate(names)]
    path = folder / "data.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def _write_sample(sample: Sample, folder: Path, split: Split) -> None:
    name = f"{Path(sample.source).name}__{sample.path.stem}"
    picture = folder / "images" / split.value / f"{name}{sample.path.suffix.lower()}"
    if not picture.exists():
        try:
            picture.symlink_to(sample.path.resolve())
        except OSError:  # a file system without links
            picture.write_bytes(sample.path.read_bytes())
    rows = [
        f"{int(row[0])} " + " ".join(f"{value:.6f}" for value in row[1:]) for row in sample.boxes
    ]
    label = folder / "labels" / split.value / f"{name}.txt"
    label.write_text("\n".join(rows) + ("\n" if rows else ""))


def counted(assembly: Assembly, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Split → {pictures, boxes {class: count}, clips}."""
    table: dict[str, dict[str, Any]] = {}
    for split in Split:
        samples = assembly.of(split)
        boxes = Counter(int(row[0]) for sample in samples for row in sample.boxes)
        table[split.value] = {
            "pictures": len(samples),
            "clips": len({(sample.source, sample.clip) for sample in samples}),
            "boxes": {name: boxes[index] for index, name in enumerate(names)},
        }
    return table
