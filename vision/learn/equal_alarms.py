"""Compares detectors at equal alarms on quiet clips never trained on, not at equal scores.

`python -m vision.learn.equal_alarms TODAY OTHER... [--data DIR...] [--videos DIR] [--part P]`: for
every class the lowest score is sought at which OTHER reports no more of the quiet held-out frames than
TODAY does at its operating point; at that score (and TODAY's own) pictures of the held-out sets
are counted. Points are to be chosen on validation; the test's columns are for publishing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.classes import class_of_name
from vision.detections import Detections
from vision.detector import Detector, Picture
from vision.learn.composites import QUIET_HELD_OUT, QUIET_TRAINED
from vision.learn.dataset import Sample, assemble
from vision.learn.evaluate import average_precision, matched
from vision.learn.evaluate_clips import pictures_of_clip
from vision.learn.mistakes import any_centre_inside
from vision.learn.recipe import Split, load_recipe
from vision.learn.scoring import corner_boxes
from vision.load_detector import load_detector
from vision.models import OperatingPoints, resolve_model

#: Frames taken of every quiet clip, evenly over its length.
FRAMES = 40
#: Boxes below this do not change anything that is counted here.
FLOOR = 0.01
CANDIDATES = tuple(round(0.05 + 0.01 * step, 2) for step in range(86))
#: The highest of them: where even that disturbs too often, the class finds nothing.
_NEVER = 1.01
CAMERAS = "images/fire_smoke_cctv"
_BATCH = 16


@dataclass(slots=True)
class Seen:
    """What a detector found of one class in a set of pictures.

    Attributes:
        highest: best score of each picture, 0 where there is none.
        shows: whether the picture has a label of the class.
        inside: best score of a box whose centre lies in a label, for each picture.
        scores, hits, boxes: all detections, whether each takes a label at IoU 0.5, labels.
    """

    highest: list[float] = field(default_factory=list)
    shows: list[bool] = field(default_factory=list)
    inside: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    hits: list[bool] = field(default_factory=list)
    boxes: int = 0

    def take(self, found: Detections, truth: NDArray[np.float32]) -> None:
        """One picture: its detections of the class, best first, and labels (N, 4) in its pixels."""
        self.highest.append(float(found.score.max(initial=0.0)))
        self.shows.append(bool(len(truth)))
        centred = [
            float(score)
            for box, score in zip(found.xyxy, found.score, strict=True)
            if len(truth) and any_centre_inside(box[None], truth)
        ]
        self.inside.append(max(centred, default=0.0))
        self.scores += found.score.tolist()
        self.hits += matched(found.xyxy, truth)
        self.boxes += len(truth)

    def reported(self, point: float, *, shows: bool) -> int:
        """Pictures (not) showing the class with a score of at least `point`."""
        pairs = zip(self.highest, self.shows, strict=True)
        return sum(score >= point for score, has in pairs if has is shows)

    def line(self, point: float) -> str:
        """AP50; reported, located of those that show it; disturbed of the others."""
        with_it = sum(self.shows)
        ap50 = average_precision(self.scores, self.hits, self.boxes) if self.boxes else float("nan")
        located = sum(score >= point for score in self.inside)
        return (
            f"AP50 {ap50:.3f} ({self.boxes}), reported {self.reported(point, shows=True)} "
            f"located {located} of {with_it}, disturbed {self.reported(point, shows=False)} "
            f"of {len(self.shows) - with_it}"
        )


Looks = dict[tuple[str, str], Seen]  #: (set, class) → what was found


def point_at(quiet: Sequence[float], allowed: int) -> float:
    """The lowest candidate that at most `allowed` of the quiet pictures' highest scores reach."""
    for point in CANDIDATES:
        if sum(score >= point for score in quiet) <= allowed:
            return point
    return _NEVER


def sets_of(data: Sequence[Path], part: str) -> dict[str, list[Sample]]:
    """Held-out pictures by set: camera clips and photos of validation and test, renders, stalls."""
    sets: dict[str, list[Sample]] = {}
    for split in (Split.VAL, Split.TEST):
        if part not in ("all", split.value):
            continue
        for sample in assemble(load_recipe("street"), data).of(split):
            if sample.source == CAMERAS:
                kind = "camera clips"
            elif sample.source.startswith("images/fire"):
                kind = "photos"
            elif sample.source == "renders":
                kind = "renders"
            else:
                continue
            sets.setdefault(f"{kind} {split.value}", []).append(sample)
    if part != "val":
        stalls = assemble(load_recipe("stalls_evaluation"), data).of(Split.TEST)
        column = load_recipe("street").classes.index("stall")
        sets["real stalls test"] = [_with_class(sample, column) for sample in stalls]
    return sets


def _with_class(sample: Sample, index: int) -> Sample:
    sample.boxes[:, 0] = index
    return sample


def frames_of(videos: Path, clips: Sequence[str], count: int = FRAMES) -> Iterator[Picture]:
    """So many pictures of each clip, evenly over its length.

    Raises:
        ClipUnreadable: a clip is missing.
    """
    for clip in clips:
        pictures = [picture for _, picture in pictures_of_clip(videos / clip, 4.0)]
        for place in np.linspace(0, len(pictures) - 1, count).round().astype(int):
            yield pictures[int(place)]


def looks_of(
    detector: Detector, names: Sequence[str], sets: dict[str, list[Sample]], videos: Path
) -> Looks:
    """Every set through the detector, for the classes the base does not know."""
    own = load_recipe("street").own_classes
    columns = {name: list(names).index(name) for name in own if name in names}
    looks: Looks = {}

    def take(where: str, pictures: list[Picture], truths: list[NDArray[np.float32]]) -> None:
        for start in range(0, len(pictures), _BATCH):
            some = pictures[start : start + _BATCH]
            for picture, found, rows in zip(
                some, detector.detect(some, FLOOR), truths[start:], strict=False
            ):
                size = np.array([picture.shape[1], picture.shape[0]] * 2, np.float32)
                for name, column in columns.items():
                    mine = found.select(np.nonzero(found.class_index == column)[0])
                    labels = corner_boxes(rows[rows[:, 0] == column]) * size
                    looks.setdefault((where, name), Seen()).take(mine, labels.astype(np.float32))

    for where, clips in (("quiet", QUIET_HELD_OUT), ("quiet (trained)", QUIET_TRAINED)):
        pictures = list(frames_of(videos, clips))
        take(where, pictures, [np.zeros((0, 5), np.float32)] * len(pictures))
    for where, samples in sets.items():
        read = [np.asarray(cv2.imread(str(sample.path)), np.uint8) for sample in samples]
        take(where, read, [sample.boxes for sample in samples])
    return looks


def allowed_alarms(looks: Looks, points: OperatingPoints) -> dict[str, tuple[float, int]]:
    """Class → (operating point, quiet frames reported there) of the detector of today."""
    allowed = {}
    for where, name in looks:
        known = class_of_name(name)
        if where == "quiet" and known is not None:
            point = points.confirm(known)
            allowed[name] = (point, looks[where, name].reported(point, shows=False))
    return allowed


def table(model: str, looks: Looks, points: dict[str, float]) -> list[str]:
    """Lines to print: each class at its point on every set that shows it, or may be disturbed."""
    lines = []
    for (where, name), seen in looks.items():
        point = points[name]
        if where.startswith("quiet"):
            count = seen.reported(point, shows=False)
            text = f"{count} of {len(seen.highest)} reported, highest {max(seen.highest):.2f}"
        elif any(seen.shows):
            text = seen.line(point)
        else:
            continue
        lines.append(f"{name:8} {model:24} at {point:.2f}  {where:18} {text}")
    return sorted(lines)


def main(words: list[str]) -> int:
    """Command line, see the module."""
    parser = argparse.ArgumentParser(prog="equal_alarms", description=__doc__)
    parser.add_argument("models", nargs="+", help="names or folders; the first is today's")
    parser.add_argument("--data", type=Path, nargs="+", default=[Path("../shared/data")])
    parser.add_argument("--videos", type=Path, default=Path("../shared/data/videos"))
    parser.add_argument("--part", choices=("val", "test", "all"), default="all")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args(words)
    sets = sets_of(arguments.data, arguments.part)
    allowed: dict[str, tuple[float, int]] = {}
    lines: list[str] = []
    for model in arguments.models:
        folder = resolve_model(model)
        detector = load_detector(folder, thread_count=arguments.threads, multi_label=True)
        looks = looks_of(detector, detector.names, sets, arguments.videos)
        detector.close()
        if not allowed:
            allowed = allowed_alarms(looks, folder.operating_points)
            points = {name: point for name, (point, _) in allowed.items()}
        else:
            points = {
                name: point_at(looks["quiet", name].highest, count)
                for name, (_, count) in allowed.items()
            }
        lines += table(Path(model).name + "@" + folder.stamp()[-8:], looks, points)
    sys.stdout.write("\n".join(sorted(lines, key=lambda line: (line[:8], line[43:]))) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
