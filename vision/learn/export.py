"""Export of a trained street model: OpenVINO (fp16 or int8) with ultralytics-style metadata, ONNX.

Int8 is calibrated by nncf on pictures of the training split; the decoding of boxes and the last
layer of the heads stay in floating point (rounding there costs box accuracy for no time).
"""

from __future__ import annotations

import copy
import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as functional
from numpy.typing import NDArray
from torch import nn
from ultralytics.nn.tasks import DetectionModel

from vision.learn.network import StreetDetect, run_trunk
from vision.learn.recipe import SecondLook

#: Pictures that calibrate int8; nncf's own default is 300, more did not change AP50.
CALIBRATION_PICTURES = 240


def letterbox(image: NDArray[np.uint8], size_px: int) -> NDArray[np.float32]:
    """(1, 3, S, S) RGB 0..1, the picture centred on grey, as the detector feeds it."""
    height, width = image.shape[:2]
    scale = min(size_px / height, size_px / width)
    inner = (max(1, round(width * scale)), max(1, round(height * scale)))
    resized = cv2.resize(image, inner, interpolation=cv2.INTER_LINEAR)
    canvas = np.full((size_px, size_px, 3), 114, np.uint8)
    left, top = (size_px - inner[0]) // 2, (size_px - inner[1]) // 2
    canvas[top : top + inner[1], left : left + inner[0]] = resized
    planes = canvas[:, :, ::-1].transpose(2, 0, 1)[None]
    return np.ascontiguousarray(planes, np.float32) / np.float32(255)


def ready_for_export(model: DetectionModel) -> DetectionModel:
    """A fused copy that returns only the decoded output; the COCO head cut to our rows."""
    model = copy.deepcopy(model).float().eval().requires_grad_(False)
    model.fuse(verbose=False)
    head = model.model[-1]
    for part in (head, head.coco, head.branch.head) if isinstance(head, StreetDetect) else (head,):
        part.export, part.format, part.dynamic = True, "openvino", False
    if isinstance(head, StreetDetect):
        _cut_rows(head)
    return model


class TwoLooks(nn.Module):  # type: ignore[misc,unused-ignore]  # torch is optional
    """A street model and a second look at the same picture, smaller, for what may fill it.

    The second look is the same trunk and branch at half the size, or (`other`) a network of its own
    whose trunk was free to learn those classes. Both candidates come out one after the other.
    """

    def __init__(
        self,
        model: DetectionModel,
        names: Sequence[str],
        second: SecondLook,
        other: DetectionModel | None = None,
        size_px: int = 0,
    ) -> None:
        """`size_px`: side of the smaller picture; 0 = half of the input."""
        super().__init__()
        self.model = model
        self.size_px = size_px
        looker = model if other is None else other
        # kept in parts: by these names `shipped.py` tells the branch from the second network
        self.layers = nn.ModuleList(list(looker.model)[:-1])
        self.head: StreetDetect = looker.model[-1]
        first = torch.ones(len(names), 1)
        for name, weight in second.first_weights.items():
            first[names.index(name)] = weight
        known = [looker.names[column] for column in self.head.own_columns]
        again = torch.zeros(len(names), len(looker.names))
        for name in second.first_weights:
            if name in known:
                again[names.index(name), list(looker.names.values()).index(name)] = 1.0
        self.register_buffer("first", first)
        self.register_buffer("again", again)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        whole = self.model(image)
        outputs, _ = run_trunk(list(self.layers), self._smaller(image), 0)
        small = self.head.decoded_own([outputs[i] for i in self.head.f])
        scale = image.shape[-1] / self.size_px if self.size_px else 2.0
        return torch.cat(
            [
                torch.cat([whole[:, :4], whole[:, 4:] * self.first], 1),
                torch.cat([small[:, :4] * scale, self.again @ small[:, 4:]], 1),
            ],
            2,
        )

    def _smaller(self, image: torch.Tensor) -> torch.Tensor:
        if not self.size_px:
            return functional.avg_pool2d(image, 2)
        size = (self.size_px, self.size_px)
        return functional.interpolate(image, size=size, mode="bilinear", align_corners=False)


def _cut_rows(head: StreetDetect) -> None:
    """Drops the COCO classes nobody asks for from the last convolution of the class branch."""
    if not head.coco_rows:
        return
    rows = torch.tensor(head.coco_rows)
    for branch in head.coco.cv3:
        old = branch[-1]
        new = torch.nn.Conv2d(old.in_channels, len(rows), 1)
        new.weight.data, new.bias.data = old.weight.data[rows], old.bias.data[rows]
        branch[-1] = new
    head.coco.nc = len(rows)
    head.coco_rows = list(range(len(rows)))


def export_openvino(
    model: DetectionModel,
    names: Sequence[str],
    folder: Path,
    size_px: int,
    *,
    calibration: Iterable[NDArray[np.uint8]] | None = None,
    second: SecondLook | None = None,
    other: DetectionModel | None = None,
) -> Path:
    """Writes `model.xml`, `model.bin`, `metadata.yaml` into `folder`; returns the xml.

    Args:
        calibration: BGR pictures; given, the model is quantised to int8, else kept in fp16.
        second: classes to look for a second time in a smaller picture, or None.
        other: the network that takes the second look; None = the model itself.
    """
    import openvino as ov

    ready: nn.Module = ready_for_export(model)
    if second is not None:
        scene = None if other is None else ready_for_export(other)
        ready = TwoLooks(ready, names, second, scene, second.side_px(size_px)).eval()
    example = torch.zeros(1, 3, size_px, size_px)
    ready(example)
    network = ov.convert_model(ready, example_input=example, input=[1, 3, size_px, size_px])
    if calibration is not None:
        network = _quantised(network, [letterbox(image, size_px) for image in calibration])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.xml"
    ov.save_model(network, path, compress_to_fp16=True)
    (folder / "metadata.yaml").write_text(metadata(names, size_px, calibration is not None))
    return path


def _quantised(network: Any, pictures: list[NDArray[np.float32]]) -> Any:
    import nncf

    ignored = nncf.IgnoredScope(
        types=["Sigmoid", "Softmax", "Subtract", "Divide"],
        patterns=[".*dfl.*", ".*cv[23]\\.[0-9]\\.(2|3)/.*"],
        validate=False,
    )
    return nncf.quantize(
        network,
        nncf.Dataset(pictures),
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=min(len(pictures), CALIBRATION_PICTURES),
        ignored_scope=ignored,
    )


def metadata(names: Sequence[str], size_px: int, int8: bool) -> str:
    """metadata.yaml as ultralytics writes and reads it."""
    date = datetime.datetime.now(datetime.UTC).date().isoformat()
    lines = [
        "description: gridwall street detector (YOLO11n with a branch of its own)",
        "author: gridwall", f"date: '{date}'",
        "license: AGPL-3.0-or-later",
        "stride: 32", "task: detect", "batch: 1",
        "imgsz:", f"- {size_px}", f"- {size_px}",
        "names:", *(f"  {index}: {name}" for index, name in enumerate(names)),
        "args:", f"  int8: {str(int8).lower()}", "  nms: false", "  dynamic: false",
        "channels: 3", "end2end: false",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def save_checkpoint(model: DetectionModel, path: Path) -> None:
    """A half-precision `.pt` that `ultralytics.YOLO(path)` loads (needs this package to unpickle)."""
    half = copy.deepcopy(model).half().eval().requires_grad_(False)
    torch.save(
        {"epoch": -1, "model": half, "ema": None, "train_args": {}, "version": "gridwall"}, path
    )
