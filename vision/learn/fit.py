"""The training loop: fits a street model on an assembly, with checkpoints it can go on from.

Runs in one process with one or two spawned loader processes; CPU by default (bf16 and channels-last
where the processor has bf16), CUDA when asked. Every batch depends on
(seed, step) only, so a resumed run sees the same pictures.
"""

from __future__ import annotations

import copy
import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import cv2
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset
from ultralytics.nn.tasks import DetectionModel

from vision.learn.losses import (
    detection_loss,
    distillation_loss,
    feature_loss,
    seen_boxes_loss,
)
from vision.learn.network import (
    NECK_LAYERS,
    StreetDetect,
    continue_trunk,
    fast_frozen_trunk,
    fast_type,
    run_trunk,
)
from vision.learn.recipe import Fitting
from vision.learn.sampling import Material, Size, drawn
from vision.learn.shipped import measure_norms
from vision.learn.views import ViewBatch, ViewBatches

log = logging.getLogger(__name__)
AnyBatch = TypeVar("AnyBatch")

#: Steps between two checkpoints and two lines of progress.
CHECKPOINT_STEPS = 100
PROGRESS_STEPS = 20
WARM_UP_STEPS = 100
GRADIENT_LIMIT = 10.0


@dataclass(frozen=True, slots=True)
class Batch:
    """images (B, 3, H, W) uint8 RGB; targets of the scene branch and of the COCO head:
    (N, 6) picture index, class, centre x, y, width, height in 0..1."""

    images: torch.Tensor
    own: torch.Tensor
    coco: torch.Tensor


class Batches(Dataset[Batch]):  # type: ignore[misc,unused-ignore]  # torch is optional
    """Whole batches by step number, so that one batch has one input size."""

    def __init__(
        self,
        material: Material,
        fitting: Fitting,
        own: dict[int, int],
        coco: dict[int, int],
        first: int,
    ) -> None:
        self.material, self.fitting = material, fitting
        self.own, self.coco, self.first = own, coco, first

    def __len__(self) -> int:
        return max(0, self.fitting.steps - self.first)

    def __getitem__(self, index: int) -> Batch:
        cv2.setNumThreads(1)
        rng = np.random.default_rng([self.fitting.seed, self.first + index])
        size = self.fitting.sizes_px[int(rng.integers(len(self.fitting.sizes_px)))]
        images, own, coco = [], [], []
        for picture in range(self.fitting.batch):
            image, boxes = drawn(rng, self.material, size)
            images.append(np.ascontiguousarray(image[:, :, ::-1].transpose(2, 0, 1)))
            own.append(_targets(boxes, self.own, picture, size))
            coco.append(_targets(boxes, self.coco, picture, size))
        return Batch(
            torch.from_numpy(np.stack(images)),
            torch.from_numpy(np.concatenate(own)),
            torch.from_numpy(np.concatenate(coco)),
        )


def _targets(boxes: np.ndarray[Any, Any], rows: dict[int, int], picture: int, size: Size) -> Any:
    kept = [box for box in boxes if int(box[0]) in rows]
    out = np.zeros((len(kept), 6), np.float32)
    for line, box in zip(out, kept, strict=True):
        x1, y1, x2, y2 = box[1:] / np.array([*size, *size], np.float32)
        line[:] = (picture, rows[int(box[0])], (x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1)
    return out


class Fit:
    """One training run of `model`; `step` counts batches done.

    Threads: one; the loader's processes are spawned and end with `run`.
    """

    def __init__(
        self, model: DetectionModel, base: DetectionModel, fitting: Fitting, folder: Path
    ) -> None:
        self.model, self.fitting, self.folder = model, fitting, folder
        self.head: StreetDetect = model.model[-1]
        self.step = 0
        self._hours = (0.0, math.inf)
        self.teacher = base.eval().requires_grad_(False) if self._must_keep_coco else None
        self._freeze()
        self.layers = list(model.model)[:-1] if self._trunk_learns else fast_frozen_trunk(model)
        self.average = copy.deepcopy(model).eval().requires_grad_(False)
        self.optimiser = self._make_optimiser()
        self.own_loss = detection_loss(self.head.branch.head)
        self.coco_loss = detection_loss(self.head.coco)

    @property
    def _trunk_learns(self) -> bool:
        return self.fitting.trainable_from < len(self.model.model) - 1

    @property
    def _must_keep_coco(self) -> bool:
        """Whether a trunk that learns carries COCO classes somebody relies on."""
        return self._trunk_learns and bool(self.head.coco_columns)

    def _freeze(self) -> None:
        """Only what the recipe says learns; batch norm of the trunk keeps the base's statistics."""
        self.model.requires_grad_(False)
        self.model.eval()
        for layer in self.model.model[self.fitting.trainable_from : -1]:
            layer.requires_grad_(True)
        if self._must_keep_coco:
            self.head.coco.requires_grad_(True)
            self.head.coco.dfl.requires_grad_(False)
        self.head.branch.requires_grad_(True).train()
        self.head.branch.head.dfl.requires_grad_(False)

    def _make_optimiser(self) -> torch.optim.Optimizer:
        groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
        for name, parameter in self.model.named_parameters():
            if parameter.requires_grad:
                key = (".branch." in name, parameter.ndim > 1)
                groups.setdefault(key, []).append(parameter)
        fitting = self.fitting
        return torch.optim.AdamW(
            [
                {
                    "params": parameters,
                    "initial": fitting.learning_rate if branch else fitting.trunk_learning_rate,
                    "weight_decay": 0.02 if decays else 0.0,
                }
                for (branch, decays), parameters in groups.items()
            ],
            lr=fitting.learning_rate,
            betas=(0.9, 0.99),
        )

    def checkpoint(self) -> Path:
        """Writes everything needed to go on; atomically."""
        path = self.folder / "last.pt"
        state = {
            "step": self.step,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        torch.save(state, path.with_suffix(".part"))
        path.with_suffix(".part").replace(path)
        return path

    def resume(self) -> bool:
        """Goes on from `last.pt` of the folder, if there is one."""
        path = self.folder / "last.pt"
        if not path.exists():
            return False
        state = torch.load(path, map_location="cpu", weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step = int(state["step"])
        return True

    def run(
        self,
        batches: Batches | ViewBatches,
        *,
        workers: int,
        deadline_mono_s: float,
        on_progress: Callable[[int, dict[str, float]], None],
    ) -> None:
        """Trains until `fitting.steps` or the deadline; leaves a checkpoint."""
        self._hours = (time.monotonic(), deadline_mono_s)
        loader: DataLoader[Batch | ViewBatch] = DataLoader(
            batches, batch_size=None, num_workers=workers, prefetch_factor=2 if workers else None,
            multiprocessing_context="spawn" if workers else None, collate_fn=_as_is,
        )  # fmt: skip
        sums: dict[str, float] = {}
        started = time.monotonic()
        batch: Batch | ViewBatch
        for batch in _until(loader, deadline_mono_s):
            for name, value in self._one_step(batch).items():
                sums[name] = sums.get(name, 0.0) + value / PROGRESS_STEPS
            self.step += 1
            if self.step % PROGRESS_STEPS == 0:
                elapsed, started = time.monotonic() - started, time.monotonic()
                sums["images_per_s"] = PROGRESS_STEPS * self.fitting.batch / elapsed
                on_progress(self.step, sums)
                sums = {}
            if self.step % CHECKPOINT_STEPS == 0:
                self.checkpoint()
        self.checkpoint()

    def measure_norms(self, batches: Batches | ViewBatches) -> None:
        """Gives the branch's batch norms real statistics after a start from a shipped model."""
        with torch.no_grad():
            features, _ = self._seen(batches[0])
        measure_norms(self.head.branch, features)
        self.average.load_state_dict(self.model.state_dict())

    def _seen(self, batch: Batch | ViewBatch) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
        """What the trunk sees: the maps the branch reads, and the first ones a teacher shares."""
        if isinstance(batch, ViewBatch):
            kind = torch.channels_last
            return [plane.contiguous(memory_format=kind) for plane in batch.features], []
        images = batch.images.to(fast_type()).div_(255)
        images = images.contiguous(memory_format=torch.channels_last)
        outputs, shared = run_trunk(self.layers, images, self.fitting.trainable_from)
        return [outputs[i] for i in self.head.f], shared

    def _one_step(self, batch: Batch | ViewBatch) -> dict[str, float]:
        self._set_rate()
        with torch.autocast("cpu", torch.bfloat16, enabled=fast_type() is torch.bfloat16):
            losses = self._losses(batch)
        total = torch.stack(list(losses.values())).sum()
        self.optimiser.zero_grad(set_to_none=True)
        total.backward()
        learning = [p for group in self.optimiser.param_groups for p in group["params"]]
        nn.utils.clip_grad_norm_(learning, GRADIENT_LIMIT)
        self.optimiser.step()
        self._follow()
        return {name: float(value.detach()) for name, value in losses.items()}

    def _losses(self, batch: Batch | ViewBatch) -> dict[str, torch.Tensor]:
        features, shared = self._seen(batch)
        raw = self.head.branch.raw(features)
        raw = {
            "boxes": raw["boxes"].float(), "scores": raw["scores"].float(), "feats": raw["feats"],
        }  # fmt: skip
        goal = {"batch_idx": batch.own[:, 0], "cls": batch.own[:, 1], "bboxes": batch.own[:, 2:]}
        with torch.autocast("cpu", enabled=False):
            parts, _ = self.own_loss(raw, goal)
        box, score, sides = (parts / len(features[0])).unbind()
        losses = {"box": box, "class": score, "sides": sides}
        if self.teacher is not None and isinstance(batch, Batch):
            losses |= self._kept(self.teacher, features[:3], shared, batch)
        return losses

    def _kept(
        self,
        teacher: DetectionModel,
        features: list[torch.Tensor],
        shared: list[torch.Tensor],
        batch: Batch,
    ) -> dict[str, torch.Tensor]:
        """What keeps the COCO classes where they are: the teacher on the same picture."""
        head = teacher.model[-1]
        with torch.no_grad():
            outputs = continue_trunk(list(teacher.model)[:-1], shared)
            goal_features = [outputs[i] for i in NECK_LAYERS]
            goal = head.forward_head(goal_features, head.cv2, head.cv3)
        coco = self.head.coco
        ours = coco.forward_head(features, coco.cv2, coco.cv3)
        gain = self.fitting.distil_gain
        target = {
            "batch_idx": batch.coco[:, 0],
            "cls": batch.coco[:, 1],
            "bboxes": batch.coco[:, 2:],
        }
        raw = {"boxes": ours["boxes"].float(), "scores": ours["scores"].float(), "feats": features}
        with torch.autocast("cpu", enabled=False):
            vehicles = seen_boxes_loss(self.coco_loss, raw, target)
        return {
            "vehicles": self.fitting.vehicle_gain * vehicles,
            "distil": gain * distillation_loss(ours, goal),
            "features": gain * feature_loss(features, goal_features),
        }

    def _set_rate(self) -> None:
        warm = min(1.0, (self.step + 1) / WARM_UP_STEPS)
        done = max(self.step / max(1, self.fitting.steps), self._share_of_time())
        factor = warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * min(1.0, done))))
        for group in self.optimiser.param_groups:
            group["lr"] = group["initial"] * factor

    def _share_of_time(self) -> float:
        """How much of the allowed time is over, so that the rate is low when it ends; 0 = no limit."""
        started, deadline = self._hours
        if math.isinf(deadline):
            return 0.0
        return (time.monotonic() - started) / max(1e-3, deadline - started)

    @torch.no_grad()  # type: ignore[untyped-decorator,unused-ignore]
    def _follow(self) -> None:
        """The running average of the weights, slower as training goes on."""
        decay = min(self.fitting.ema_decay, (1 + self.step) / (20 + self.step))
        for mean, now in zip(
            self.average.state_dict().values(), self.model.state_dict().values(), strict=True
        ):
            if mean.dtype.is_floating_point:
                mean.lerp_(now, 1 - decay)
            else:
                mean.copy_(now)

    def finished(self, base: DetectionModel) -> DetectionModel:
        """The averaged model, its trunk and COCO head drawn back towards the base (WiSE-FT)."""
        model = copy.deepcopy(self.average)
        if self._must_keep_coco:
            draw_back(model, base, self.fitting.base_share)
        return model.eval()


@torch.no_grad()  # type: ignore[untyped-decorator,unused-ignore]
def draw_back(model: DetectionModel, base: DetectionModel, base_share: float) -> None:
    """Interpolates trunk and COCO head of `model` with `base`, in place."""
    for ours, theirs in zip(list(model.model)[:-1], list(base.model)[:-1], strict=True):
        _mix(ours, theirs, base_share)
    _mix(model.model[-1].coco, base.model[-1], base_share)


def _mix(ours: nn.Module, theirs: nn.Module, share: float) -> None:
    goal = theirs.state_dict()
    for name, value in ours.state_dict().items():
        if value.dtype.is_floating_point:
            value.lerp_(goal[name].to(value.dtype), share)


def _as_is(batch: AnyBatch) -> AnyBatch:
    return batch


def _until(loader: DataLoader[AnyBatch], deadline_mono_s: float) -> Iterator[AnyBatch]:
    for batch in loader:
        if time.monotonic() > deadline_mono_s:
            log.info("time is up before the last step")
            return
        yield batch
