"""Losses: detection for the scene branch, distillation for everything the base already knows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as functional
from torch import nn
from ultralytics.nn.modules import Detect
from ultralytics.utils.loss import v8DetectionLoss
from ultralytics.utils.metrics import bbox_iou

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


def seen_boxes_loss(
    loss: v8DetectionLoss, raw: dict[str, Any], goal: dict[str, torch.Tensor]
) -> torch.Tensor:
    """Pulls the COCO head towards boxes that are there; says nothing about where none is drawn.

    Missing boxes are no evidence of absence in sets that label one thing only, so this loss has no
    negatives: those come from the teacher.
    """
    (chosen, which, boxes, anchors, strides), parts, _ = loss.get_assigned_targets_and_loss(
        raw, goal
    )
    if not bool(chosen.any()):
        return raw["scores"].sum() * 0.0
    classes = _class_of_anchor(goal, which, raw["scores"].shape[0])
    logits = raw["scores"].permute(0, 2, 1).gather(2, classes[..., None])[..., 0][chosen]
    sides = raw["boxes"].detach().permute(0, 2, 1)
    found = loss.bbox_decode(anchors, sides) * strides
    quality = bbox_iou(found[chosen], boxes[chosen], xywh=False)[:, 0].clamp(0, 1)
    rising = functional.binary_cross_entropy_with_logits(logits, quality, reduction="none")
    wanted = (logits.detach().sigmoid() < quality).float()
    score = (rising * wanted).sum() / len(logits)
    return parts[0] + parts[2] + score


def _class_of_anchor(
    goal: dict[str, torch.Tensor], which: torch.Tensor, batch: int
) -> torch.Tensor:
    """(B, anchors) class of the box each anchor was given; `which` counts boxes per picture."""
    pictures = goal["batch_idx"].long()
    longest = int(torch.bincount(pictures, minlength=batch).max())
    table = torch.zeros(batch, max(1, longest), dtype=torch.long)
    for picture in range(batch):
        own = goal["cls"][pictures == picture].long()
        table[picture, : len(own)] = own
    return table.gather(1, which.long().clamp(0, table.shape[1] - 1))
