"""Takes the scene branch's weights out of a shipped OpenVINO model, to go on training from it.

What ships is the only form every site has: a site that wants to teach its own confirmed frames
starts here. The export folded batch norm into the convolutions; here the folded weights go into
the convolutions, batch norm becomes the identity, and `measure_norms` then gives it the statistics
of real features without changing what the branch computes. Half precision costs nothing measurable.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from ultralytics.nn.modules import Conv
from ultralytics.nn.tasks import DetectionModel

from ingest.errors import Misconfigured

#: How the exporter names the module the branch came from.
_PLACE = "model.23.branch."


def start_from_shipped(model: DetectionModel, network: Path) -> None:
    """Fills `model`'s scene branch from an exported `model.xml`, in place.

    Raises:
        Misconfigured: the network is not an export of this branch (a tensor missing or of another
            shape), or its weights are int8.
    """
    constants = _convolutions(network)
    branch = model.model[-1].branch
    parts = dict(branch.named_modules())
    for name, part in parts.items():
        if isinstance(part, Conv):
            _fill(part.conv, constants, f"{name}.conv", network)
            _make_identity(part, constants[f"{name}.conv"][1])
            continue
        alone = isinstance(part, nn.Conv2d) and not isinstance(_parent(parts, name), Conv)
        if alone and "dfl" not in name:
            _fill(part, constants, name, network)


@torch.no_grad()  # type: ignore[untyped-decorator,unused-ignore]
def measure_norms(branch: nn.Module, features: list[torch.Tensor]) -> None:
    """Batch norms that are the identity get the mean and variance of `features`; same function."""
    handles = [
        part.bn.register_forward_pre_hook(_measure)
        for part in branch.modules()
        if isinstance(part, Conv)
    ]
    was_training = branch.training
    branch.eval()
    branch.raw([each.float() for each in features])  # the frozen trunk may speak bf16
    branch.train(was_training)
    for handle in handles:
        handle.remove()


def _measure(norm: nn.BatchNorm2d, inputs: tuple[torch.Tensor]) -> None:
    values = inputs[0].float()
    mean, variance = values.mean((0, 2, 3)), values.var((0, 2, 3), unbiased=False)
    gain = norm.weight.data / (norm.running_var + norm.eps).sqrt()
    norm.bias.data += gain * (mean - norm.running_mean)
    norm.weight.data = gain * (variance + norm.eps).sqrt()
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)


def _parent(parts: dict[str, nn.Module], name: str) -> nn.Module | None:
    return parts.get(name.rpartition(".")[0])


def _convolutions(network: Path) -> dict[str, tuple[Any, Any]]:
    """Module path below the branch → (weights, bias) of its convolution."""
    import openvino as ov

    found: dict[str, tuple[Any, Any]] = {}
    for node in ov.Core().read_model(network).get_ordered_ops():
        if "Convolution" not in node.get_type_name() or _PLACE not in node.get_friendly_name():
            continue
        name = node.get_friendly_name().split(_PLACE)[1].partition("/")[0]
        weights = _constant(node.input_value(1).get_node(), network)
        adds = [each.get_node() for each in node.output(0).get_target_inputs()]
        biases = [add for add in adds if add.get_type_name() == "Add"]
        if not biases:
            raise Misconfigured(f"{network}: {name} has no bias, so it is no export of this branch")
        bias = _constant(biases[0].input_value(1).get_node(), network).reshape(-1)
        if weights.ndim == 5:  # groups of one channel: (C, 1, 1, 3, 3)
            weights = weights[:, 0]
        found[name] = (weights, bias)
    return found


def _constant(node: Any, network: Path) -> Any:
    while node.get_type_name() == "Convert":
        node = node.input_value(0).get_node()
    if node.get_type_name() != "Constant":
        raise Misconfigured(
            f"{network}: its weights are not plain numbers (int8?); use an fp16 one"
        )
    return np.array(node.data, np.float32)


def _fill(
    convolution: nn.Conv2d, constants: dict[str, tuple[Any, Any]], name: str, network: Path
) -> None:
    if name not in constants or constants[name][0].shape != tuple(convolution.weight.shape):
        raise Misconfigured(f"{network}: has no {name} of this branch; was it exported by `train`?")
    weights, bias = constants[name]
    convolution.weight.data = torch.from_numpy(weights)
    if convolution.bias is not None:
        convolution.bias.data = torch.from_numpy(bias)


def _make_identity(part: Conv, bias: Any) -> None:
    norm = part.bn
    norm.running_mean.zero_()
    norm.running_var.fill_(1.0 - norm.eps)
    norm.weight.data.fill_(1.0)
    norm.bias.data = torch.from_numpy(bias)
