"""Training pictures stored as what the frozen trunk sees of them, so that the branch trains fast.

With a frozen trunk its feature maps of a picture never change: drawing (painting, bending,
cutting) and the trunk's forward pass cost more than the branch's training step, so both are done
once for a number of views and the branch then passes over them as often as it likes, mirrored at
random. Each view is a file of its own, in bytes with a range per channel, and depends on
(seed, number) only: several processes may share the work, and a broken-off one goes on.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset
from ultralytics.nn.tasks import DetectionModel

from ingest.errors import Misconfigured
from vision.learn.network import fast_frozen_trunk, run_trunk
from vision.learn.recipe import Fitting
from vision.learn.sampling import Material, drawn

#: Offset of the stream of random numbers, so that a view is not also a batch of `Fit`.
_STREAM = 77


@dataclass(frozen=True, slots=True)
class ViewBatch:
    """features: six maps (B, C, H, W) float32; own: (N, 6) as in `fit.Batch`."""

    features: list[torch.Tensor]
    own: torch.Tensor


def size_of_view(fitting: Fitting, number: int) -> tuple[int, int]:
    """Sizes take turns, so that every size has the same share in any part of the views."""
    return fitting.sizes_px[number % len(fitting.sizes_px)]


def write_views(
    model: DetectionModel,
    material: Material,
    fitting: Fitting,
    own: dict[int, int],
    folder: Path,
    numbers: range,
    report: Callable[[int], None],
) -> None:
    """Writes the views of `numbers` that are not there yet.

    Args:
        own: recipe's class index → row of the scene branch; other classes are not kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    layers, wanted = fast_frozen_trunk(model), model.model[-1].f
    for done, number in enumerate(numbers):
        path = _file(folder, number)
        if path.exists():
            continue
        rng = np.random.default_rng([fitting.seed, _STREAM, number])
        size = size_of_view(fitting, number)
        image, boxes = drawn(rng, material, size)
        planes = np.ascontiguousarray(image[:, :, ::-1].transpose(2, 0, 1))[None]
        with torch.inference_mode():
            value = torch.from_numpy(planes).to(next(layers[0].parameters()).dtype).div_(255)
            outputs, _ = run_trunk(
                layers, value.contiguous(memory_format=torch.channels_last), len(layers)
            )
        arrays = {"own": _rows(boxes, own, size)}
        for place, layer in enumerate(wanted):
            arrays |= _packed(place, outputs[layer][0].float().numpy())
        part = path.with_name(f"{path.stem}.{os.getpid()}.part")
        with part.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # numpy's stub sees the flag only
        part.replace(path)
        report(done)


def _file(folder: Path, number: int) -> Path:
    return folder / f"{number:06d}.npz"


def _rows(
    boxes: NDArray[np.float32], own: dict[int, int], size: tuple[int, int]
) -> NDArray[np.float32]:
    """(N, 5): row of the branch, centre x, y, width, height in 0..1."""
    kept = np.array([int(box[0]) in own for box in boxes], bool)
    boxes = boxes[kept] if len(boxes) else boxes.reshape(0, 5)
    low, high = boxes[:, 1:3] / np.array(size), boxes[:, 3:5] / np.array(size)
    rows = np.array([own[int(box[0])] for box in boxes], np.float32).reshape(-1, 1)
    return np.concatenate([rows, (low + high) / 2, high - low], axis=1).astype(np.float32)


def _packed(place: int, plane: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    low = plane.min(axis=(1, 2), keepdims=True)
    step = (plane.max(axis=(1, 2), keepdims=True) - low) / 255 + 1e-9
    codes = np.round((plane - low) / step).astype(np.uint8)
    return {f"codes{place}": codes, f"low{place}": low, f"step{place}": step.astype(np.float32)}


class ViewBatches(Dataset[ViewBatch]):  # type: ignore[misc,unused-ignore]  # torch is optional
    """Batches by step number: views of one size, each mirrored or not."""

    def __init__(self, folder: Path, fitting: Fitting, first: int) -> None:
        """Raises Misconfigured when a size has no views."""
        self.folder, self.fitting, self.first = folder, fitting, first
        numbers = sorted(int(path.stem) for path in folder.glob("[0-9]*.npz"))
        count = len(fitting.sizes_px)
        self.by_size = [[n for n in numbers if n % count == k] for k in range(count)]
        if not all(self.by_size):
            raise Misconfigured(
                f"{folder}: holds no views of some size; run `gridwall train views`"
            )

    def __len__(self) -> int:
        return max(0, self.fitting.steps - self.first)

    def __getitem__(self, index: int) -> ViewBatch:
        rng = np.random.default_rng([self.fitting.seed, self.first + index])
        numbers = self.by_size[int(rng.integers(len(self.by_size)))]
        chosen = rng.choice(len(numbers), self.fitting.batch, replace=len(numbers) < 64)
        views = [
            read_view(_file(self.folder, numbers[int(k)]), bool(rng.random() < 0.5)) for k in chosen
        ]
        own = [
            np.concatenate([np.full((len(rows), 1), place, np.float32), rows], axis=1)
            for place, (_, rows) in enumerate(views)
        ]
        maps = [
            torch.from_numpy(np.stack([features[k] for features, _ in views])) for k in range(6)
        ]
        return ViewBatch(maps, torch.from_numpy(np.concatenate(own)))


def read_view(path: Path, mirror: bool) -> tuple[list[NDArray[np.float32]], NDArray[np.float32]]:
    """Six feature maps (C, H, W) and the rows (N, 5) of a stored view."""
    with np.load(path) as stored:
        rows = stored["own"]
        features = [
            stored[f"codes{k}"].astype(np.float32) * stored[f"step{k}"] + stored[f"low{k}"]
            for k in range(6)
        ]
    if mirror:
        features = [np.ascontiguousarray(plane[:, :, ::-1]) for plane in features]
        rows[:, 1] = 1 - rows[:, 1]
    return features, rows
