"""The network: YOLO11n with its COCO head kept, and a branch of its own for what COCO lacks.

The trunk and the COCO head come from the base and are frozen below `trainable_from`; smoke, fire,
stall and tricycle get a small feature pyramid (`SceneBranch`) on the same features with boxes and
classes of their own. So the COCO classes cannot be forgotten by training the new ones. At export
both heads' candidates stand one after the other in one ultralytics-style output (B, 4 + classes, N).
Imports torch and ultralytics; only training and export import this module.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from ultralytics.nn.modules import C3k2, Conv, Detect
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.torch_utils import initialize_weights

#: Layers of YOLO11 the scene branch reads, per level: neck, and the backbone's of the same size.
NECK_LAYERS = (16, 19, 22)
BACKBONE_LAYERS = (4, 6, 10)
#: First level of the branch: 1 = stride 16. Smoke, fires and stalls are rarely below 20 px at
#: 640 px input, and stride 8 would cost two thirds of the branch's time.
FIRST_LEVEL = 1
#: Channels inside an adapter.
ADAPTER_CHANNELS = 96


class Adapter(nn.Module):  # type: ignore[misc,unused-ignore]  # torch is optional
    """What the base's neck left out: a residual on one neck map, nothing at the start."""

    def __init__(self, neck: int, backbone: int) -> None:
        super().__init__()
        wide = ADAPTER_CHANNELS
        self.body = nn.Sequential(Conv(neck + backbone, wide, 1), C3k2(wide, wide, 1, True))
        self.out = nn.Conv2d(wide, neck, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, neck: torch.Tensor, backbone: torch.Tensor) -> torch.Tensor:
        return neck + self.out(self.body(torch.cat([neck, backbone], 1)))


class SceneBranch(nn.Module):  # type: ignore[misc,unused-ignore]
    """Head for the classes the base does not know: adapters, then a copy of the base's own head.

    The copied box and class towers already know where things end, which the little material for
    the new classes could not teach from nothing.
    """

    def __init__(self, coco: Detect, class_count: int, channels: Sequence[tuple[int, int]]) -> None:
        super().__init__()
        self.adapters = nn.ModuleList(Adapter(*pair) for pair in channels[FIRST_LEVEL:])
        initialize_weights(self)
        head = copy.deepcopy(coco)
        head.cv2, head.cv3 = head.cv2[FIRST_LEVEL:], head.cv3[FIRST_LEVEL:]
        head.nl, head.nc = len(head.cv2), class_count
        head.no = class_count + 4 * head.reg_max
        head.stride = coco.stride[FIRST_LEVEL:].clone()
        for stride, tower in zip(head.stride, head.cv3, strict=True):
            tower[-1] = nn.Conv2d(tower[-1].in_channels, class_count, 1)
            nn.init.normal_(tower[-1].weight, std=0.01)
            odds = 5 / class_count / (640 / float(stride)) ** 2
            nn.init.constant_(tower[-1].bias, math.log(odds))
        self.head = head

    def raw(self, features: Sequence[torch.Tensor]) -> dict[str, Any]:
        """Undecoded boxes and class scores, as ultralytics' losses take them.

        Args:
            features: the three neck maps, then the three backbone maps.
        """
        count = len(NECK_LAYERS)
        levels = [
            adapter(features[FIRST_LEVEL + k], features[count + FIRST_LEVEL + k])
            for k, adapter in enumerate(self.adapters)
        ]
        return dict(self.head.forward_head(levels, self.head.cv2, self.head.cv3))


class StreetDetect(Detect):  # type: ignore[misc,unused-ignore]  # no types
    """Last layer of the exported model: COCO head and scene branch, one output.

    `columns` says for each of our classes which row of the two heads' scores it is.
    """

    def __init__(
        self, coco: Detect, branch: SceneBranch, names: Sequence[str], coco_rows: dict[str, int]
    ) -> None:
        nn.Module.__init__(self)
        self.nc, self.nl, self.reg_max = len(names), coco.nl, coco.reg_max
        self.no = self.nc + 4 * self.reg_max
        self.stride = coco.stride
        self.coco, self.branch = coco, branch
        self.dfl = coco.dfl
        own = [name for name in names if name not in coco_rows]
        self.coco_columns = [names.index(name) for name in coco_rows]
        self.coco_rows = list(coco_rows.values())
        self.own_columns = [names.index(name) for name in own]

    def raw(self, features: Sequence[torch.Tensor]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Undecoded outputs of the COCO head and of the scene branch."""
        coco = self.coco.forward_head(list(features[:3]), self.coco.cv2, self.coco.cv3)
        return coco, self.branch.raw(features)

    def forward(self, features: list[torch.Tensor]) -> Any:
        coco, own = self.raw(features)
        if self.training:
            return coco, own
        own_rows = list(range(len(self.own_columns)))
        first = self._decoded(self.coco, coco, self.coco_rows, self.coco_columns)
        second = self._decoded(self.branch.head, own, own_rows, self.own_columns)
        out = torch.cat([first, second], 2)
        return out if self.export else (out, {"coco": coco, "own": own})

    def _decoded(
        self, head: Detect, raw: dict[str, Any], rows: list[int], columns: list[int]
    ) -> torch.Tensor:
        boxes = head._get_decode_boxes(raw)
        scores = raw["scores"].sigmoid()
        blank = torch.zeros_like(scores[:, :1])
        order = {column: row for row, column in zip(rows, columns, strict=True)}
        planes = [
            scores[:, order[k] : order[k] + 1] if k in order else blank for k in range(self.nc)
        ]
        return torch.cat([boxes, *planes], 1)


def load_base(path: Path) -> DetectionModel:
    """The base in float32.

    Raises:
        OSError: the file is missing or not a checkpoint.
    """
    checkpoint = torch.load(path, map_location="cpu", weights_only=False)
    model = checkpoint.get("ema") or checkpoint["model"]
    return model.float()


def street_model(
    base: DetectionModel, names: Sequence[str], coco: dict[str, str]
) -> DetectionModel:
    """A copy of `base` whose last layer is `StreetDetect`; the branch starts from random weights."""
    model = copy.deepcopy(base)
    head = model.model[-1]
    index_of = {name: index for index, name in base.names.items()}
    own_count = sum(name not in coco for name in names)
    branch = SceneBranch(head, own_count, _branch_inputs(model))
    rows = {name: index_of[coco[name]] for name in names if name in coco}
    street = StreetDetect(head, branch, list(names), rows)
    street.i, street.f, street.type = head.i, [*NECK_LAYERS, *BACKBONE_LAYERS], "StreetDetect"
    street.np = sum(p.numel() for p in street.parameters())
    model.model[-1] = street
    model.save = sorted({*model.save, *BACKBONE_LAYERS, *NECK_LAYERS})
    model.names = dict(enumerate(names))
    model.nc = len(names)
    model.yaml = {**model.yaml, "nc": len(names)}
    return model


def _branch_inputs(model: DetectionModel) -> list[tuple[int, int]]:
    """Channels of neck and backbone feature maps per level, found by running a small picture."""
    seen: dict[int, int] = {}
    with torch.no_grad():
        outputs: list[torch.Tensor] = []
        value = torch.zeros(1, 3, 64, 64)
        for layer in model.model[:-1]:
            source = _inputs(layer, value, outputs)
            value = layer(source)
            outputs.append(value)
            seen[layer.i] = value.shape[1]
    return [(seen[a], seen[b]) for a, b in zip(NECK_LAYERS, BACKBONE_LAYERS, strict=True)]


def _inputs(layer: nn.Module, value: torch.Tensor, outputs: Sequence[torch.Tensor]) -> Any:
    if layer.f == -1:
        return value
    if isinstance(layer.f, int):
        return outputs[layer.f]
    return [value if j == -1 else outputs[j] for j in layer.f]


def run_trunk(
    layers: Sequence[nn.Module], image: torch.Tensor, first_learning: int
) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Outputs of every trunk layer; those below `first_learning` without gradient.

    Returns:
        All outputs, and the same list cut before `first_learning` (to run a teacher from there).
    """
    outputs: list[torch.Tensor] = []
    value = image
    with torch.no_grad():
        for layer in layers[:first_learning]:
            value = layer(_inputs(layer, value, outputs))
            outputs.append(value)
    shared = list(outputs)
    for layer in layers[first_learning:]:
        value = layer(_inputs(layer, value, outputs))
        outputs.append(value)
    return outputs, shared


def fast_frozen_trunk(model: DetectionModel) -> list[nn.Module]:
    """The trunk's layers for forward passes only: batch norm folded in, bf16, channels-last."""
    copied = copy.deepcopy(model).eval().requires_grad_(False)
    copied.fuse(verbose=False)
    return list(copied.to(torch.bfloat16, memory_format=torch.channels_last).model)[:-1]


def continue_trunk(
    layers: Sequence[nn.Module], shared: Sequence[torch.Tensor]
) -> list[torch.Tensor]:
    """Runs the rest of another trunk (the teacher) on the shared first outputs."""
    outputs = list(shared)
    value = outputs[-1]
    for layer in layers[len(shared) :]:
        value = layer(_inputs(layer, value, outputs))
        outputs.append(value)
    return outputs
