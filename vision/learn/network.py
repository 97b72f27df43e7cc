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
from ultralytics.nn.modules import C3k2, Conv, Detect, DWConv
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils.torch_utils import initialize_weights

from vision.learn.recipe import OwnHead

#: Layers of YOLO11 the scene branch reads: neck P3–P5, then backbone P3–P5.
NECK_LAYERS = (16, 19, 22)
BACKBONE_LAYERS = (4, 6, 10)
#: Channels of the scene branch at P3, P4, P5: with 5 bins a 2-core int8 image costs 10–15 % more.
BRANCH_CHANNELS = (48, 96, 128)


class SceneBranch(nn.Module):  # type: ignore[misc,unused-ignore]  # torch is optional
    """Feature pyramid and head for the classes the base does not know."""

    def __init__(self, class_count: int, channels_in: Sequence[int]) -> None:
        super().__init__()
        small, middle, large = BRANCH_CHANNELS
        self.reduce = nn.ModuleList(
            Conv(wide, narrow, 1) for wide, narrow in zip(channels_in, BRANCH_CHANNELS, strict=True)
        )
        self.deep = C3k2(large, large, 1, True)
        self.down_to_middle = Conv(large, middle, 1)
        self.middle = C3k2(middle, middle, 1, True)
        self.down_to_small = Conv(middle, small, 1)
        self.small = nn.Sequential(DWConv(small, small, 3), Conv(small, small, 1))
        self.up_to_middle = Conv(small, middle, 3, 2)
        self.middle_out = nn.Sequential(DWConv(middle, middle, 3), Conv(middle, middle, 1))
        self.up_to_large = Conv(middle, large, 3, 2)
        self.large_out = nn.Sequential(DWConv(large, large, 3), Conv(large, large, 1))
        self.upsample = nn.Upsample(scale_factor=2, mode="nearest")
        self.head = Detect(nc=class_count, ch=BRANCH_CHANNELS)
        self._slim_head(class_count)

    def _slim_head(self, class_count: int) -> None:
        """Depthwise towers instead of ultralytics' full ones: nothing here is crowded or tiny."""
        reg = 4 * self.head.reg_max
        self.head.cv2 = nn.ModuleList(
            nn.Sequential(DWConv(c, c, 3), Conv(c, 64, 1), DWConv(64, 64, 3), nn.Conv2d(64, reg, 1))
            for c in BRANCH_CHANNELS
        )
        self.head.cv3 = nn.ModuleList(
            nn.Sequential(
                DWConv(c, c, 3), Conv(c, 64, 1), DWConv(64, 64, 3), nn.Conv2d(64, class_count, 1)
            )
            for c in BRANCH_CHANNELS
        )

    def pyramid(self, features: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """The branch's own P3, P4, P5 from the six shared feature maps."""
        count = len(BRANCH_CHANNELS)
        small, middle, large = (
            self.reduce[i](torch.cat([features[i], features[count + i]], 1)) for i in range(count)
        )
        large = self.deep(large)
        middle = self.middle(middle + self.upsample(self.down_to_middle(large)))
        small = small + self.upsample(self.down_to_small(middle))
        small = small + self.small(small)
        middle = middle + self.middle_out(middle + self.up_to_middle(small))
        large = large + self.large_out(large + self.up_to_large(middle))
        return [small, middle, large]

    def raw(self, features: Sequence[torch.Tensor]) -> dict[str, Any]:
        """Undecoded boxes and class scores, as ultralytics' losses take them."""
        levels = self.pyramid(features)
        return dict(self.head.forward_head(levels, self.head.cv2, self.head.cv3))


class NeckHead(nn.Module):  # type: ignore[misc,unused-ignore]  # torch is optional
    """The base's own head on the neck, its class scores begun anew: for a trunk that learns."""

    def __init__(self, class_count: int, base: Detect) -> None:
        super().__init__()
        head = copy.deepcopy(base)
        for tower in head.cv3:
            tower[-1] = nn.Conv2d(tower[-1].in_channels, class_count, 1)
            nn.init.normal_(tower[-1].weight, std=0.01)
        head.nc, head.no = class_count, class_count + 4 * head.reg_max
        self.head = head

    def raw(self, features: Sequence[torch.Tensor]) -> dict[str, Any]:
        """Undecoded boxes and class scores, as ultralytics' losses take them."""
        neck = list(features[: self.head.nl])
        return dict(self.head.forward_head(neck, self.head.cv2, self.head.cv3))


class StreetDetect(Detect):  # type: ignore[misc,unused-ignore]  # no types
    """Last layer of the exported model: COCO head and scene branch, one output.

    `columns` says for each of our classes which row of the two heads' scores it is.
    """

    def __init__(
        self,
        coco: Detect,
        branch: SceneBranch | NeckHead,
        names: Sequence[str],
        coco_rows: dict[str, int],
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

    #: Ultralytics' exporter asks every Detect for towers of its own; these stand in both heads.
    cv2 = None

    @property
    def end2end(self) -> bool:
        """False: the output still overlaps. Ultralytics asks, and sets it to what it wants."""
        return False

    @end2end.setter
    def end2end(self, value: bool) -> None:
        pass

    def raw(self, features: Sequence[torch.Tensor]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Undecoded outputs of the COCO head and of the scene branch."""
        coco = self.coco.forward_head(list(features[:3]), self.coco.cv2, self.coco.cv3)
        return coco, self.branch.raw(features)

    def forward(self, features: list[torch.Tensor]) -> Any:
        coco, own = self.raw(features)
        if self.training:
            return coco, own
        first = self._decoded(coco, self.coco_rows, self.coco_columns)
        second = self._decoded(own, list(range(len(self.own_columns))), self.own_columns)
        out = torch.cat([first, second], 2)
        return out if self.export else (out, {"coco": coco, "own": own})

    def decoded_own(self, features: list[torch.Tensor]) -> torch.Tensor:
        """The scene branch's candidates alone, decoded, as the second part of the output."""
        rows = list(range(len(self.own_columns)))
        return self._decoded(self.branch.raw(features), rows, self.own_columns)

    def _decoded(self, raw: dict[str, Any], rows: list[int], columns: list[int]) -> torch.Tensor:
        boxes = self._get_decode_boxes(raw)
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
    base: DetectionModel,
    names: Sequence[str],
    coco: dict[str, str],
    own_head: OwnHead = OwnHead.BRANCH,
) -> DetectionModel:
    """A copy of `base` whose last layer is `StreetDetect`; own classes start from random weights."""
    model = copy.deepcopy(base)
    head = model.model[-1]
    index_of = {name: index for index, name in base.names.items()}
    own_count = sum(name not in coco for name in names)
    branch: SceneBranch | NeckHead
    if own_head is OwnHead.NECK:
        branch = NeckHead(own_count, head)
    else:
        branch = SceneBranch(own_count, _branch_inputs(model))
        initialize_weights(branch)
        branch.head.stride = head.stride
        for tower in branch.head.cv2:
            tower[-1].bias.data[:] = 2.0
    _start_scores(branch.head)
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


def _branch_inputs(model: DetectionModel) -> list[int]:
    """Channels of neck + backbone feature maps per level, found by running a small picture."""
    seen: dict[int, int] = {}
    with torch.no_grad():
        outputs: list[torch.Tensor] = []
        value = torch.zeros(1, 3, 64, 64)
        for layer in model.model[:-1]:
            source = _inputs(layer, value, outputs)
            value = layer(source)
            outputs.append(value)
            seen[layer.i] = value.shape[1]
    return [seen[a] + seen[b] for a, b in zip(NECK_LAYERS, BACKBONE_LAYERS, strict=True)]


def _start_scores(head: Detect) -> None:
    """Class scores so low that an untrained head reports nothing, as ultralytics starts them."""
    for level, score in enumerate(head.cv3):
        score[-1].bias.data[:] = math.log(5 / head.nc / (640 / float(head.stride[level])) ** 2)


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


def fast_type() -> torch.dtype:
    """bf16 where the processor computes in it (2.5 times as fast), else float32: a processor
    that only imitates bf16 takes 20 times as long."""
    probe = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return torch.bfloat16 if probe is not None and probe() else torch.float32


def fast_frozen_trunk(model: DetectionModel) -> list[nn.Module]:
    """The trunk's layers for forward passes only: batch norm folded in, fast, channels-last."""
    copied = copy.deepcopy(model).eval().requires_grad_(False)
    copied.fuse(verbose=False)
    return list(copied.to(fast_type(), memory_format=torch.channels_last).model)[:-1]


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
