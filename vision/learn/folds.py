"""Do a site's own frames raise what the detector finds? Trains on one half, asks the other.

Both ways round, from the shipped model, so that every frame is judged once by a network that has
never seen it. Beside it what must not suffer: the held-out pictures of smoke and fire and frames of
quiet clips. `gridwall train trial`; needs the extra `train`. Nothing it makes is meant to ship.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from msgspec import Struct

from ingest.errors import Misconfigured
from vision.classes import class_of_name
from vision.detector import Detector, Picture
from vision.learn.composites import QUIET_CLIPS
from vision.learn.dataset import Assembly, Sample
from vision.learn.evaluate import (
    ClassScore,
    DataSet,
    ImageEvaluation,
    LabelledPicture,
    evaluate_images,
)
from vision.learn.evaluate_clips import pictures_of_clip
from vision.learn.mistakes import Mistakes, PictureScore
from vision.learn.recipe import Split
from vision.learn.scoring import corner_boxes
from vision.learn.site_frames import SITE_SHARE, joined, read_site
from vision.load_detector import load_detector
from vision.models import ModelFolder, OperatingPoints, open_model

if TYPE_CHECKING:
    from vision.learn.train import Job, Progress

#: Frames taken of every quiet clip, evenly spread.
QUIET_FRAMES = 25
POINTS_FILE = "operating_points.toml"


class Judged(Struct, frozen=True):
    """What one network does.

    Attributes:
        frames, frames_whole: the site's frames of the half it has not seen, by class.
        others, others_whole: the recipe's held-out pictures.
        quiet_frames, quiet_alarms: quiet frames, and by class how many reach its operating point.
    """

    frames: dict[str, ClassScore]
    frames_whole: dict[str, PictureScore]
    others: dict[str, ClassScore]
    others_whole: dict[str, PictureScore]
    quiet_frames: int
    quiet_alarms: dict[str, int]


class Fold(Struct, frozen=True):
    """One half taught, the other asked."""

    taught: int
    asked: int
    before: Judged
    after: Judged


class Trial(Struct, frozen=True):
    """All folds, and every frame judged once by a network that has not seen it."""

    folds: tuple[Fold, ...]
    before: dict[str, ClassScore]
    after: dict[str, ClassScore]


def halves(samples: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
    """Every other clip (camera) in the order of names goes to the second half."""
    clips = sorted({sample.clip for sample in samples})
    second = set(clips[1::2])
    return (
        [sample for sample in samples if sample.clip not in second],
        [sample for sample in samples if sample.clip in second],
    )


def data_set(samples: Sequence[Sample], names: Sequence[str]) -> DataSet:
    """Samples as `evaluate_images` takes them."""
    return DataSet(
        tuple(names),
        tuple(
            LabelledPicture(
                sample.path, sample.boxes[:, 0].astype(np.int32), corner_boxes(sample.boxes)
            )
            for sample in samples
        ),
    )


def quiet_frames(videos: Path) -> list[Picture]:
    """Frames of the quiet clips, in memory.

    Raises:
        ClipUnreadable: a clip is missing.
    """
    frames: list[Picture] = []
    for name in QUIET_CLIPS:
        clip = [picture for _, picture in pictures_of_clip(videos / name, 2.0)]
        chosen = np.linspace(0, len(clip) - 1, min(QUIET_FRAMES, len(clip))).round().astype(int)
        frames += [clip[int(index)] for index in chosen]
    return frames


def highest_scores(
    frames: Sequence[Picture], detector: Detector, floor: float
) -> dict[str, list[float]]:
    """By class, the highest score on every frame; 0 where nothing reaches `floor`."""
    highest: dict[str, list[float]] = {name: [] for name in detector.names}
    for frame in frames:
        found = detector.detect([frame], floor)[0]
        for index, name in enumerate(detector.names):
            scores = found.score[found.class_index == index]
            highest[name].append(float(scores.max()) if len(scores) else 0.0)
    return highest


def quiet_alarms(
    frames: Sequence[Picture], detector: Detector, points: OperatingPoints, names: Sequence[str]
) -> dict[str, int]:
    """By class, frames with a detection at or above the class's operating point."""
    highest = highest_scores(frames, detector, points.floor)
    return {
        name: sum(score >= points.confirm(known) for score in highest[name])
        for name in names
        if (known := class_of_name(name)) is not None
    }


def run_trial(job: Job, videos: Path, size_px: int, report: Progress) -> Trial:
    """Both folds. What is finished in the run folder is not made again.

    Raises:
        Misconfigured: no site folder, no model to start from, or fewer than two clips or cameras.
    """
    if not job.site or job.start_from is None or job.start_from.suffix != ".xml":
        raise Misconfigured("a trial needs --site and the model.xml it starts from (--start-from)")
    own = [each for folder in job.site for each in read_site(folder, job.recipe.classes)]
    pair = halves(own)
    if not all(pair):
        raise Misconfigured(
            "all frames are of one camera, so no half can be held out; export more of them"
        )
    general = replace(job, site=()).assembly()
    own_classes = set(job.recipe.own_classes)
    telling = {
        each.folder for each in job.recipe.sources if own_classes & set(each.classes.values())
    }
    held = [each for each in general.of(Split.TEST) if each.source in telling]
    frames = quiet_frames(videos)
    shipped = open_model(job.start_from.parent)
    names = job.recipe.classes
    pooled = [_collector(names, shipped) for _ in range(2)]
    folds = []
    for number, (taught, asked) in enumerate((pair, pair[::-1]), 1):
        folder = job.run_folder / f"fold_{number}"
        taught = [replace(each, split=Split.TRAIN) for each in taught]
        asked = [replace(each, split=Split.TEST) for each in asked]
        model = open_model(_trained(job, general, [*taught, *asked], folder, size_px, report))
        judged = []
        for label, which, pool in (
            ("before", shipped, pooled[0]),
            ("after", model, pooled[1]),
        ):
            report(f"fold {number}: judging {label}")
            judged.append(_judged(which, asked, held, frames, names, pool, job, folder / label))
        folds.append(Fold(len(taught), len(asked), judged[0], judged[1]))
    return Trial(tuple(folds), pooled[0].scores(), pooled[1].scores())


def _collector(names: Sequence[str], model: ModelFolder) -> ImageEvaluation:
    return ImageEvaluation(names, model.names, model.operating_points)


def _trained(
    job: Job, general: Assembly, own: Sequence[Sample], folder: Path, size_px: int, report: Progress
) -> Path:
    from vision.learn.train import export, train

    assert job.start_from is not None
    place = folder / "model"
    if not (place / POINTS_FILE).is_file():
        assembly = joined(general, own, job.recipe.duplicate_bits, SITE_SHARE)
        part = replace(job, run_folder=folder, site=())
        model = train(part, lambda line: report(f"{folder.name}: {line}"), assembly)
        export(model, job.recipe, None, place, size_px)
        points = job.start_from.parent / POINTS_FILE
        if points.is_file():
            shutil.copy(points, place / POINTS_FILE)
        else:
            (place / POINTS_FILE).write_text("[score]\n")
    return place


def _judged(
    model: ModelFolder,
    asked: Sequence[Sample],
    held: Sequence[Sample],
    frames: Sequence[Picture],
    names: Sequence[str],
    pool: ImageEvaluation,
    job: Job,
    stamp: Path,
) -> Judged:
    detector = load_detector(model, thread_count=job.threads, multi_label=True)
    points = model.operating_points
    whole = Mistakes(names, detector.names, points)
    by_file = {each.file: each for each in data_set(asked, names).pictures}

    def take(labelled: LabelledPicture, picture: Picture, found: object) -> None:
        whole.take(labelled, picture, found)  # type: ignore[arg-type]
        pool.take(by_file[labelled.file], found, picture.shape[1], picture.shape[0])  # type: ignore[arg-type]

    scores, _ = evaluate_images(data_set(asked, names), detector, points, on_picture=take)
    file = stamp.with_suffix(".json")
    if file.is_file():
        kept = msgspec.json.decode(file.read_bytes(), type=Judged)
        return msgspec.structs.replace(kept, frames=_labelled(scores), frames_whole=whole.scores())
    rest = Mistakes(names, detector.names, points)
    others = (
        evaluate_images(data_set(held, names), detector, points, on_picture=rest.take)[0]
        if held
        else {}
    )
    own = [name for name in job.recipe.own_classes if name in detector.names]
    judged = Judged(
        _labelled(scores), whole.scores(), _labelled(others), rest.scores(),
        len(frames), quiet_alarms(frames, detector, points, own),
    )  # fmt: skip
    file.write_bytes(msgspec.json.encode(judged))
    return judged


def _labelled(scores: Mapping[str, ClassScore]) -> dict[str, ClassScore]:
    return {name: score for name, score in scores.items() if score.boxes}


def lines_of(trial: Trial) -> Iterator[str]:
    """The trial as text, before → after."""
    for name in trial.before:
        one, two = trial.before[name], trial.after[name]
        if one.boxes:
            yield f"all frames, {name}: AP50 {_figure(one.ap50)} → {_figure(two.ap50)} ({one.boxes} boxes)"
    for number, fold in enumerate(trial.folds, 1):
        title = f"fold {number} ({fold.taught} taught, {fold.asked} asked)"
        yield from _compared(f"{title}, frames", fold.before.frames, fold.after.frames)
        yield from _whole(f"{title}, frames", fold.before.frames_whole, fold.after.frames_whole)
        yield from _compared(f"{title}, held out", fold.before.others, fold.after.others)
        yield from _whole(f"{title}, held out", fold.before.others_whole, fold.after.others_whole)
        for name, count in fold.before.quiet_alarms.items():
            yield (
                f"{title}, quiet frames with {name}: {count} → {fold.after.quiet_alarms[name]} "
                f"of {fold.before.quiet_frames}"
            )


def _compared(
    title: str, before: Mapping[str, ClassScore], after: Mapping[str, ClassScore]
) -> Iterator[str]:
    for name, one in before.items():
        two = after[name]
        yield f"{title}, {name}: AP50 {_figure(one.ap50)} → {_figure(two.ap50)} ({one.boxes} boxes)"


def _whole(
    title: str, before: Mapping[str, PictureScore], after: Mapping[str, PictureScore]
) -> Iterator[str]:
    for name in {**before, **after}:
        nothing = PictureScore(0, 0, 0, 0, 0, None, None)
        one, two = before.get(name, nothing), after.get(name, nothing)
        yield (
            f"{title}, {name}: pictures reported {one.reported} → {two.reported}, located "
            f"{one.located} → {two.located} of {max(one.with_it, two.with_it)}, disturbed "
            f"{one.disturbed} → {two.disturbed} of {max(one.quiet, two.quiet)}"
        )


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
