"""A training from recipe to exported model: assembles, completes, fits, averages, exports.

Runs in the training process (`gridwall train`); needs the extra `train`. Everything it writes goes
into one run folder, from which an interrupted training goes on.
"""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from ultralytics.nn.tasks import DetectionModel

from ingest.errors import Misconfigured
from vision.learn.dataset import Assembly, Sample, assemble
from vision.learn.export import CALIBRATION_PICTURES, export_openvino, save_checkpoint
from vision.learn.fit import Batches, Fit
from vision.learn.network import load_base, street_model
from vision.learn.recipe import Recipe, Split, load_recipe
from vision.learn.sampling import material_of
from vision.learn.shipped import start_from_shipped
from vision.learn.site_frames import with_site
from vision.learn.teacher import completed, teach
from vision.learn.views import ViewBatches, write_views

log = logging.getLogger(__name__)

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One training.

    Attributes:
        data_folders: where the recipe's folders are; the first that has a source is taken.
        base: checkpoint of the base (80 COCO classes).
        run_folder: checkpoints, teacher's labels, the exported model.
        start_from: `last.pt` of an earlier run whose averaged weights to start from, or
            `model.xml` of a shipped fp16 model, or None.
        views: folder of stored views to train from instead of drawing pictures, or None.
        site: folders `gridwall dataset export` wrote, to be taught beside the recipe's sources.
        minutes: stop after so long, even before the last step; None = all steps.
        workers: loader processes.
    """

    recipe: Recipe
    data_folders: tuple[Path, ...]
    base: Path
    run_folder: Path
    start_from: Path | None = None
    views: Path | None = None
    minutes: float | None = None
    workers: int = 1
    threads: int = 2
    site: tuple[Path, ...] = ()

    def assembly(self) -> Assembly:
        """All the job's material. Raises Misconfigured where some is missing or broken."""
        if self.site:
            return with_site(self.recipe, self.data_folders, self.site)
        return assemble(self.recipe, self.data_folders)


def classes_for_heads(
    recipe: Recipe, base: DetectionModel
) -> tuple[dict[int, int], dict[int, int]]:
    """Recipe's class index → row of the scene branch, and → row of the COCO head.

    Raises:
        Misconfigured: the recipe names a COCO class the base does not have.
    """
    row_of = {name: row for row, name in base.names.items()}
    missing = [name for name in recipe.coco.values() if name not in row_of]
    if missing:
        raise Misconfigured(f"the base knows no class {missing[0]!r}: is it the COCO checkpoint?")
    own = {recipe.classes.index(name): row for row, name in enumerate(recipe.own_classes)}
    coco = {recipe.classes.index(name): row_of[there] for name, there in recipe.coco.items()}
    return own, coco


def prepare(job: Job) -> tuple[DetectionModel, DetectionModel]:
    """The base, and the street model made from it (or from an earlier run)."""
    os.environ.setdefault("YOLO_OFFLINE", "1")
    seed = job.recipe.fitting.seed
    random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(job.threads)
    try:
        base = load_base(job.base)
    except FileNotFoundError as error:
        raise Misconfigured(
            f"base checkpoint {job.base} is missing; give one with --base"
        ) from error
    model = street_model(base, job.recipe.classes, job.recipe.coco, job.recipe.own_head)
    if job.start_from is not None and job.start_from.suffix == ".xml":
        start_from_shipped(model, job.start_from)
    elif job.start_from is not None:
        state = torch.load(job.start_from, map_location="cpu", weights_only=True)
        model.load_state_dict(state["average"])
    shape = torch.channels_last
    return base.to(memory_format=shape), model.to(memory_format=shape)


def train(job: Job, report: Progress, assembly: Assembly | None = None) -> DetectionModel:
    """Runs the job to its end and returns the finished (averaged, drawn back) model.

    Args:
        assembly: the material, where the caller has put it together already.

    Raises:
        Misconfigured: material or base missing or broken.
    """
    started = time.monotonic()
    assembly = assembly or job.assembly()
    report(describe(assembly))
    job.run_folder.mkdir(parents=True, exist_ok=True)
    base, model = prepare(job)
    own, coco = classes_for_heads(job.recipe, base)
    samples = list(assembly.of(Split.TRAIN))
    fit = Fit(model, base, job.recipe.fitting, job.run_folder)
    if fit.teacher is not None:
        rows = {row: index for index, row in coco.items()}
        seen = teach(
            base.eval(), samples, rows, job.run_folder / "teacher.json",
            lambda count: report(f"teacher's labels: {count} of {len(samples)} pictures"),
        )  # fmt: skip
        samples = completed(samples, seen, job.recipe.classes, job.recipe.coco)
    if fit.resume():
        report(f"going on from step {fit.step}")
    batches = _batches(job, samples, own, coco, fit.step)
    if fit.step == 0 and job.start_from is not None and job.start_from.suffix == ".xml":
        fit.measure_norms(batches)
    fit.run(
        batches, workers=job.workers,
        deadline_mono_s=started + (job.minutes * 60 if job.minutes else float("inf")),
        on_progress=lambda step, values: report(_line(step, values)),
    )  # fmt: skip
    finished = fit.finished(base)
    save_checkpoint(finished, job.run_folder / f"{job.recipe.name}.pt")
    return finished


def _batches(
    job: Job, samples: Sequence[Sample], own: dict[int, int], coco: dict[int, int], first: int
) -> Batches | ViewBatches:
    if job.views is not None:
        return ViewBatches(job.views, job.recipe.fitting, first)
    material = material_of(samples, job.recipe.classes, job.recipe.composites)
    return Batches(material, job.recipe.fitting, own, coco, first)


def store_views(job: Job, numbers: range, report: Progress) -> None:
    """Draws views of the training split and stores what the trunk sees of them in `job.views`.

    Raises:
        Misconfigured: material or base missing or broken, or no folder is named.
    """
    if job.views is None:
        raise Misconfigured("name a folder for the views")
    assembly = job.assembly()
    base, model = prepare(job)
    own, _ = classes_for_heads(job.recipe, base)
    material = material_of(assembly.of(Split.TRAIN), job.recipe.classes, job.recipe.composites)
    write_views(
        model, material, job.recipe.fitting, own, job.views, numbers,
        lambda done: report(f"{done} of {len(numbers)} views") if done % 100 == 0 else None,
    )  # fmt: skip


def _line(step: int, values: dict[str, float]) -> str:
    return f"step {step}: " + ", ".join(f"{name} {value:.3f}" for name, value in values.items())


def describe(assembly: Assembly) -> str:
    """One line: pictures per split, what was dropped."""
    parts = [f"{len(assembly.of(split))} {split.value}" for split in Split]
    parts += [f"{count} dropped ({reason})" for reason, count in assembly.dropped.items()]
    return "pictures: " + ", ".join(parts)


def calibration_pictures(assembly: Assembly, seed: int) -> list[NDArray[np.uint8]]:
    """Training pictures for int8, drawn by weight so that no long clip dominates."""
    samples = assembly.of(Split.TRAIN)
    weights = np.array([sample.weight for sample in samples])
    rng = np.random.default_rng(seed)
    count = min(CALIBRATION_PICTURES, len(samples))
    chosen = rng.choice(len(samples), count, replace=False, p=weights / weights.sum())
    images = [cv2.imread(str(samples[int(index)].path), cv2.IMREAD_COLOR) for index in chosen]
    return [np.asarray(image, np.uint8) for image in images if image is not None]


def export(
    model: DetectionModel,
    recipe: Recipe,
    assembly: Assembly | None,
    folder: Path,
    size_px: int,
    other: DetectionModel | None = None,
) -> Path:
    """OpenVINO model folder: int8 when an assembly to calibrate on is given, else fp16."""
    pictures = None if assembly is None else calibration_pictures(assembly, recipe.fitting.seed)
    return export_openvino(
        model, recipe.classes, folder, size_px,
        calibration=pictures, second=recipe.second_look, other=other,
    )  # fmt: skip


def load_finished(job: Job) -> DetectionModel:
    """The model to export: of the run folder's last checkpoint, or of the shipped model the job
    starts from when the folder holds none.

    Raises:
        Misconfigured: neither is there.
    """
    base, model = prepare(job)
    fit = Fit(model, base, job.recipe.fitting, job.run_folder)
    if fit.resume():
        return fit.finished(base)
    if job.start_from is None:
        raise Misconfigured(f"{job.run_folder} holds no last.pt to export")
    return model.eval()


def load_second(job: Job, run_folder: Path) -> DetectionModel:
    """The finished network that takes the second look, trained by the recipe the look names.

    Raises:
        Misconfigured: the recipe has no such second look, or the folder no checkpoint.
    """
    look = job.recipe.second_look
    if look is None or not look.recipe:
        raise Misconfigured(f"recipe {job.recipe.name} names no network for its second look")
    other = replace(job, recipe=load_recipe(look.recipe), run_folder=run_folder, start_from=None)
    return load_finished(other)
