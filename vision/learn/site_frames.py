"""A site's own confirmed and rejected frames (`gridwall dataset export`) as training material.

They join the sources of a recipe, which keep the network from forgetting what it knew; a fixed
share of the pictures drawn is the site's, however few there are. No torch here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from ingest.errors import Misconfigured
from vision.classes import BURNING, class_of_name
from vision.learn.dataset import (
    PICTURE_SUFFIXES,
    Assembly,
    Sample,
    assemble,
    read_boxes,
    without_leaks,
)
from vision.learn.recipe import Fitting, Recipe, Split

#: Share of the drawn (not painted) pictures that are the site's own, when there are others too.
SITE_SHARE = 0.5
#: A short leg from weights that are good already: more steps learn the site's walls by heart.
SITE_STEPS = 240
SITE_LEARNING_RATE = 1e-3


class _Line(Struct, frozen=True):
    """What training needs of a line of index.jsonl; the other keys are for people."""

    file: str
    camera_id: str
    split: Split
    kind: str = ""


def site_fitting(fitting: Fitting) -> Fitting:
    """The recipe's fitting for a short leg on a site's frames."""
    return msgspec.structs.replace(fitting, steps=SITE_STEPS, learning_rate=SITE_LEARNING_RATE)


def read_site(folder: Path, names: Sequence[str]) -> list[Sample]:
    """Every picture of an export (images/SPLIT, labels/SPLIT, data.yaml, index.jsonl).

    The clip of a picture is its camera. A folder without index.jsonl is a plain YOLO data set: its
    folders give the split, and every picture is a clip of its own.

    Raises:
        Misconfigured: no data.yaml, no pictures, or broken lines; says which.
    """
    classes = _classes(folder / "data.yaml", names)
    lines = _index(folder / "index.jsonl")
    pictures = sorted(
        path for path in (folder / "images").rglob("*") if path.suffix.lower() in PICTURE_SUFFIXES
    )
    if not pictures:
        raise Misconfigured(
            f"{folder}/images holds no pictures, so there is nothing of the site to learn from; "
            "write some with `gridwall dataset export`"
        )
    return [_sample(folder, path, classes, names, lines.get(path.name, ())) for path in pictures]


def _classes(file: Path, names: Sequence[str]) -> dict[str, int]:
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
        told = content["names"]
        pairs = dict(told.items() if isinstance(told, dict) else enumerate(told))
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise Misconfigured(f"{file}: expected a YAML with `names` ({error})") from error
    return {str(key): names.index(name) for key, name in pairs.items() if name in names}


def _index(file: Path) -> dict[str, list[_Line]]:
    if not file.is_file():
        return {}
    try:
        lines = msgspec.json.Decoder(_Line).decode_lines(file.read_bytes())
    except msgspec.MsgspecError as error:
        raise Misconfigured(f"{file}: {error}; export the data set again") from error
    by_file: dict[str, list[_Line]] = {}
    for line in lines:
        by_file.setdefault(line.file, []).append(line)
    return by_file


def _sample(
    folder: Path,
    path: Path,
    classes: dict[str, int],
    names: Sequence[str],
    lines: Sequence[_Line],
) -> Sample:
    inside = path.relative_to(folder / "images")
    boxes = read_boxes((folder / "labels" / inside).with_suffix(".txt"), classes)
    split = lines[0].split if lines else _split_of_folder(inside)
    # steam that was rejected as smoke is no quiet background: smoke painted over it would teach both
    burnt = any(class_of_name(line.kind) in BURNING for line in lines)
    complete = tuple(name for name in names if not (burnt and class_of_name(name) in BURNING))
    return Sample(
        path, boxes, str(folder), lines[0].camera_id if lines else path.stem, split, complete
    )


def _split_of_folder(inside: Path) -> Split:
    try:
        return Split(inside.parts[0])
    except ValueError:
        return Split.TRAIN


def with_site(
    recipe: Recipe, data_folders: Sequence[Path], site: Sequence[Path], share: float = SITE_SHARE
) -> Assembly:
    """The recipe's material and the site's frames, which make up `share` of what is drawn.

    Sources of the recipe that are not there are left out: a site may have none of them. Then
    everything drawn is the site's, and what only the recipe's sources show may be forgotten.

    Raises:
        Misconfigured: a label or an index is broken, or a site's folder holds no pictures.
    """
    optional = tuple(msgspec.structs.replace(each, optional=True) for each in recipe.sources)
    try:
        general = assemble(msgspec.structs.replace(recipe, sources=optional), data_folders)
    except Misconfigured:
        if any((folder / each.folder).is_dir() for folder in data_folders for each in optional):
            raise
        general = Assembly((), {})
    own = [sample for folder in site for sample in read_site(folder, recipe.classes)]
    return joined(general, own, recipe.duplicate_bits, share)


def joined(general: Assembly, own: Sequence[Sample], bits: int, share: float) -> Assembly:
    """Both materials without leaks between them, the site's weighted to `share` of the draws."""
    sources = {sample.source for sample in own}
    clean = without_leaks([*general.samples, *own], bits)
    weights = {True: 0.0, False: 0.0}
    for sample in clean.of(Split.TRAIN):
        weights[sample.source in sources] += sample.weight
    factor = 1.0
    if weights[True] and weights[False]:
        factor = share / (1 - share) * weights[False] / weights[True]
    samples = tuple(
        replace(sample, weight=sample.weight * factor) if sample.source in sources else sample
        for sample in clean.samples
    )
    return Assembly(samples, general.dropped | clean.dropped)
