"""A whole training as stages: each leaves a stamp with its figures, an interrupted run goes on.

`gridwall train run`. A stage is done when its stamp in RUN/stages is there; the first that is not
and all after it are made. No torch is imported here but by the stages that train and export.
"""

from __future__ import annotations

import enum
import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from msgspec import Struct

from ingest.errors import Misconfigured
from vision.learn.dataset import Assembly, counted, write_yolo
from vision.learn.evaluate import ClassScore, ImageEvaluation, evaluate_images
from vision.learn.evaluate_clips import KindScore, evaluate_clips
from vision.learn.folds import data_set, highest_scores, quiet_frames
from vision.learn.operating import CANDIDATES, operating_point
from vision.learn.quiet import FPS, burning_scenes, quiet_scenes
from vision.learn.recipe import Split
from vision.learn.truth import read_truth
from vision.load_detector import load_detector
from vision.models import open_model
from vision.pipeline import ModelView

if TYPE_CHECKING:
    from vision.learn.train import Job

Result = TypeVar("Result", bound=Struct)
#: Checkpoint twice (the new one beside the old), half-precision copy, exported network, results.
NEEDED_BYTES = 400_000_000
MANIFEST = "MANIFEST.tsv"
NOT_STATED = "not stated"


class Stage(enum.Enum):
    """In this order."""

    DATASET = "dataset"
    FIT = "fit"
    EXPORT = "export"
    POINTS = "operating_points"
    IMAGES = "images"
    CLIPS = "clips"
    QUIET = "quiet"
    CARD = "card"


class SourceCount(Struct, frozen=True):
    """One source: pictures by split, and its licence as the data folder's MANIFEST.tsv states it."""

    pictures: dict[str, int]
    licence: str


class Material(Struct, frozen=True):
    """What was trained from and held out. `boxes`: split → class → count."""

    sources: dict[str, SourceCount]
    boxes: dict[str, dict[str, int]]
    clips: dict[str, int]
    dropped: dict[str, int]


class Fitted(Struct, frozen=True):
    """`steps` done of those asked for (fewer when the minutes were over)."""

    steps: int


class Point(Struct, frozen=True):
    """`chosen`: on validation boxes; else the default, because there are none."""

    score: float
    boxes: int
    quiet_frames: int
    chosen: bool


class HeldOut(Struct, frozen=True):
    """Scores of one source's part of one split."""

    source: str
    split: str
    pictures: int
    scores: dict[str, ClassScore]


class Measured(Struct, frozen=True):
    """Alerts: title → kind → score; `missing` says why nothing was measured."""

    tables: dict[str, dict[str, dict[str, Any]]]
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A run.

    Attributes:
        job: recipe, material, base, run folder.
        videos, truth: clips for quiet scenes and events; what is missing is said in the card.
        quiet_hours, fires: how much `eval quiet` composes.
        report: told each stage's progress.
    """

    job: Job
    size_px: int
    videos: Path
    truth: Path | None
    quiet_hours: float
    fires: int
    report: Callable[[str], None]

    @property
    def model_folder(self) -> Path:
        return self.job.run_folder / "model"

    def stamp(self, stage: Stage) -> Path:
        return self.job.run_folder / "stages" / f"{stage.value}.json"

    def mark(self) -> str:
        """Tells whether a run folder belongs to this recipe, size and start."""
        told = (self.job.recipe, self.size_px, str(self.job.start_from), *map(str, self.job.site))
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]

    def result(self, stage: Stage, kind: type[Result]) -> Result:
        """What a finished stage found. Raises Misconfigured where its stamp is broken."""
        try:
            return msgspec.json.decode(self.stamp(stage).read_bytes(), type=kind)
        except (OSError, msgspec.MsgspecError) as error:
            raise Misconfigured(
                f"{self.stamp(stage)} cannot be used ({error}); remove it and start again, "
                "the stages before it are kept"
            ) from error


def run_plan(plan: Plan) -> Path:
    """Every stage that is not done yet; returns the model's folder.

    Raises:
        Misconfigured: too little disk, material missing, or the folder belongs to another run.
    """
    check_folder(plan)
    stages: dict[Stage, Callable[[Plan], Struct]] = {
        Stage.DATASET: _dataset, Stage.FIT: _fit, Stage.EXPORT: _export, Stage.POINTS: _points,
        Stage.IMAGES: _images, Stage.CLIPS: _clips, Stage.QUIET: _quiet, Stage.CARD: _card,
    }  # fmt: skip
    fresh = False
    for number, (stage, make) in enumerate(stages.items(), 1):
        stamp = plan.stamp(stage)
        title = f"stage {number} of {len(stages)}, {stage.value}"
        if stamp.is_file() and not fresh:
            plan.report(f"{title}: done before")
            continue
        fresh = True
        plan.report(f"{title}: begins")
        part = stamp.with_suffix(".part")
        part.write_bytes(msgspec.json.encode(make(plan)))
        part.replace(stamp)
    return plan.model_folder


def check_folder(plan: Plan) -> None:
    """Disk and owner of the run folder, before anything is made."""
    folder = plan.job.run_folder
    place = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    free = shutil.disk_usage(place).free
    if free < NEEDED_BYTES:
        raise Misconfigured(
            f"{folder}: {free / 1e6:.0f} MB free, a run needs {NEEDED_BYTES / 1e6:.0f} MB, so nothing "
            "was begun; free the disk or name another folder with --out"
        )
    plan.report(f"disk: {NEEDED_BYTES / 1e6:.0f} MB needed, {free / 1e9:.1f} GB free")
    mark = folder / "stages" / "run"
    if mark.is_file() and mark.read_text() != plan.mark():
        raise Misconfigured(
            f"{folder} holds a run of another recipe, size or start, so it cannot go on; "
            "name another folder with --out"
        )
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(plan.mark())


def _dataset(plan: Plan) -> Material:
    assembly = plan.job.assembly()
    write_yolo(assembly, plan.job.recipe.classes, plan.job.run_folder / "data")
    licences = licences_of(plan.job.data_folders)
    sources = sorted({each.source for each in assembly.samples})
    table = counted(assembly, plan.job.recipe.classes)
    return Material(
        {
            source: SourceCount(
                {
                    split.value: sum(each.source == source for each in assembly.of(split))
                    for split in Split
                },
                licences.get(source, NOT_STATED),
            )
            for source in sources
        },
        {split: counts["boxes"] for split, counts in table.items()},
        {split: counts["clips"] for split, counts in table.items()},
        assembly.dropped,
    )


def licences_of(data_folders: tuple[Path, ...]) -> dict[str, str]:
    """Folder → licence, from the MANIFEST.tsv (path, …, licence, …) of every data folder."""
    found: dict[str, str] = {}
    for file in (folder / MANIFEST for folder in data_folders):
        if not file.is_file():
            continue
        head, *rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]
        if {"path", "licence"} <= set(head):
            path, licence = head.index("path"), head.index("licence")
            found |= {
                row[path].rstrip("/"): row[licence]
                for row in rows
                if len(row) > max(path, licence) and row[licence]
            }
    return found


def _fit(plan: Plan) -> Fitted:
    from vision.learn.train import train

    train(plan.job, plan.report)
    return Fitted(_steps(plan))


def _steps(plan: Plan) -> int:
    import torch

    state = torch.load(plan.job.run_folder / "last.pt", map_location="cpu", weights_only=True)
    return int(state["step"])


def _export(plan: Plan) -> Fitted:
    from vision.learn.train import export, load_finished

    job = replace(plan.job, start_from=None)
    export(load_finished(job), job.recipe, None, plan.model_folder, plan.size_px)
    return Fitted(_steps(plan))


def _frames(plan: Plan) -> list[Any]:
    return quiet_frames(plan.videos) if plan.videos.is_dir() else []


class Points(Struct, frozen=True):
    """By class."""

    points: dict[str, Point]


def _points(plan: Plan) -> Points:
    """Operating points from the validation split and frames of quiet clips."""
    names = plan.job.recipe.classes
    model = open_model(plan.model_folder)
    detector = load_detector(model, thread_count=plan.job.threads, multi_label=True)
    curves = ImageEvaluation(names, detector.names, model.operating_points)
    val = data_set(plan.job.assembly().of(Split.VAL), names)
    evaluate_images(
        val, detector, model.operating_points,
        on_picture=lambda labelled, picture, found: curves.take(
            labelled, found, picture.shape[1], picture.shape[0]
        ),
    )  # fmt: skip
    frames = _frames(plan)
    quiet = highest_scores(frames, detector, CANDIDATES[0])
    points = {}
    for name in detector.names:
        curve = curves.curve(name)
        own = name in plan.job.recipe.own_classes
        chosen = curve.box_count > 0
        score = (
            operating_point(curve.scores, curve.hits, quiet[name] if own else ())
            if chosen
            else 0.25
        )
        points[name] = Point(score, curve.box_count, len(frames) if own else 0, chosen)
    lines = ["# From which score a detection counts; how each was chosen: CARD.md", "[score]"]
    lines += [f"{name} = {point.score:g}" for name, point in points.items()]
    (plan.model_folder / "operating_points.toml").write_text("\n".join(lines) + "\n")
    return Points(points)


class Images(Struct, frozen=True):
    """Every held-out part."""

    parts: tuple[HeldOut, ...]


def _images(plan: Plan) -> Images:
    model = open_model(plan.model_folder)
    detector = load_detector(model, thread_count=plan.job.threads, multi_label=True)
    assembly: Assembly = plan.job.assembly()
    parts = []
    for split in (Split.VAL, Split.TEST):
        samples = assembly.of(split)
        for source in sorted({each.source for each in samples}):
            data = data_set(
                [each for each in samples if each.source == source], plan.job.recipe.classes
            )
            scores, _ = evaluate_images(data, detector, model.operating_points)
            known = {name: score for name, score in scores.items() if score.boxes}
            parts.append(HeldOut(source, split.value, len(data.pictures), known))
            plan.report(f"{split.value} of {source}: {len(data.pictures)} pictures")
    return Images(tuple(parts))


def _clips(plan: Plan) -> Measured:
    if plan.truth is None:
        return Measured({}, "no clips with known events were given (--truth)")
    model = open_model(plan.model_folder)
    detector = load_detector(model, thread_count=plan.job.threads)
    view = ModelView(detector.names, detector.stamp, model.operating_points)
    clips = read_truth(plan.truth, plan.videos)
    scores: dict[str, KindScore] = evaluate_clips(clips, detector, view, fps=FPS)
    return Measured({f"{len(clips)} clips of {plan.truth.name}": _builtins(scores)})


def _quiet(plan: Plan) -> Measured:
    from vision.learn.evaluate_quiet import run_scenes, scores_of

    if not plan.videos.is_dir() or not plan.quiet_hours + plan.fires:
        return Measured(
            {}, f"no quiet clips in {plan.videos.name} (--videos), or no hours asked for"
        )
    scenes = [
        *(quiet_scenes(plan.quiet_hours, 1) if plan.quiet_hours else ()),
        *burning_scenes(plan.fires, 1),
    ]
    results = run_scenes(
        scenes, plan.videos, str(plan.model_folder.absolute()), 1,
        lambda result: plan.report("a scene is done"), plan.job.run_folder / "quiet",
    )  # fmt: skip
    title = f"{plan.quiet_hours:g} h quiet, {plan.fires} fires, seed 1"
    return Measured({title: _builtins(scores_of(results, "material"))})


def _builtins(scores: Any) -> dict[str, dict[str, Any]]:
    built: dict[str, dict[str, Any]] = msgspec.to_builtins(scores)
    return built


def _card(plan: Plan) -> Fitted:
    from vision.learn.card import write_card

    write_card(plan)
    return Fitted(0)
