"""Losses: detection for the scene branch, distillation for everything the base already knows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as functional
from torch import nn
from ultralytics.nn.modules import Detect
from ultralytics.utils.loss import v8DetectionLoss

#: Ultralytics' own gains for box, class and distribution loss.
BOX_GAIN, CLASS_GAIN, DISTRIBUTION_GAIN = 7.5, 0.5, 1.5


def detection_loss(head: Detect) -> v8DetectionLoss:
    """Ultralytics' detection loss on a head that stands outside an ultralytics model."""
    model = nn.Module()
    model.args = SimpleNamespace(box=BOX_GAIN, cls=CLASS_GAIN, dfl=DISTRIBUTION_GAIN)
    model.model = nn.ModuleList([head])
    return v8DetectionLoss(model)


def distillation_loss(student: dict[str, Any], teacher: dict[str, Any]) -> torch.Tensor:
    """Distance of the student's COCO scores and boxes from the teacher's, per picture.

    Scores: binary cross-entropy against the teacher's probabilities, less the teacher's own
    entropy (so zero means equal), weighted towards where the teacher sees something. Boxes: the
    divergence of the side distributions there.
    """
    goal = teacher["scores"].float().sigmoid()
    logits = student["scores"].float()
    cross = functional.binary_cross_entropy_with_logits(logits, goal, reduction="none")
    entropy = functional.binary_cross_entropy(goal, goal, reduction="none")
    seen = goal.amax(1, keepdim=True)
    weight = seen + 0.02
    scores = ((cross - entropy).sum(1, keepdim=True) * weight).sum() / weight.sum()
    batch, channels, anchors = student["boxes"].shape
    shape = (batch, 4, channels // 4, anchors)
    log_sides = student["boxes"].float().view(shape).log_softmax(2)
    goal_sides = teacher["boxes"].float().view(shape).softmax(2)
    divergence = functional.kl_div(log_sides, goal_sides, reduction="none").sum(2).mean(1)
    confident = (seen[:, 0] - 0.1).clamp(min=0)
    boxes = (divergence * confident).sum() / confident.sum().clamp(min=1.0)
    return scores + boxes


def feature_loss(student: list[torch.Tensor], teacher: list[torch.Tensor]) -> torch.Tensor:
    """Mean squared distance of feature maps in units of the teacher's own variance."""
    total = torch.zeros(())
    for ours, goal in zip(student, teacher, strict=True):
        spread = goal.float().var(dim=(0, 2, 3), keepdim=True) + 1e-3
        total = total + ((ours.float() - goal.float()) ** 2 / spread).mean()
    return total / len(student)
