"""Sprites: vehicles cut out of a fixed camera's clip, and the empty scene they drove through.

For evaluation only: what they are cut from is beside the checkout and never shipped. Pure
functions of pictures; no threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

#: Grey levels by which a vehicle differs from the empty scene.
_DIFFERENT = 22
#: Areas, as shares of the picture, a cut-out vehicle may have.
_AREA_SHARE = (0.006, 0.05)
#: Share of its convex outline a vehicle fills; less is a shadow or two things at once.
_SOLID_MIN = 0.9
#: Width to height of vehicles seen from the side or obliquely.
_ASPECT = (1.0, 3.2)


@dataclass(frozen=True, slots=True)
class Sprite:
    """One vehicle.

    Attributes:
        pixels: (h, w, 3) BGR. alpha: (h, w) 0..1, soft at the edge.
        foot_y_norm: where its lower edge was in its own clip: perspective scales from there.
        taken_s: clip second it was cut at.
    """

    pixels: Picture
    alpha: NDArray[np.float32]
    foot_y_norm: float
    taken_s: float


def empty_scene(pictures: Sequence[Picture]) -> Picture:
    """The median picture: what moves through is gone, what stands stays."""
    return np.asarray(np.median(np.stack(pictures), axis=0), np.uint8)


def moving_mask(picture: Picture, scene: Picture) -> NDArray[np.uint8]:
    """255 where something is that the empty scene does not show."""
    grey = cv2.absdiff(picture, scene).max(axis=2)
    mask = (cv2.GaussianBlur(grey, (5, 5), 0) > _DIFFERENT).astype(np.uint8) * 255
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    return np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)), np.uint8)


def cut_out(timed: Sequence[tuple[float, Picture]], scene: Picture, apart_s: float) -> list[Sprite]:
    """Whole vehicles of a clip, the fullest of each stretch of `apart_s` seconds, by time."""
    best: dict[int, tuple[float, Sprite]] = {}
    for at_s, picture in timed:
        for quality, sprite in _whole(picture, moving_mask(picture, scene), at_s):
            slot = int(at_s / apart_s)
            if slot not in best or quality > best[slot][0]:
                best[slot] = quality, sprite
    return [sprite for _, (_, sprite) in sorted(best.items())]


def _whole(picture: Picture, mask: NDArray[np.uint8], at_s: float) -> list[tuple[float, Sprite]]:
    height, width = mask.shape
    found = []
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    for outline in outlines:
        x, y, w, h = cv2.boundingRect(outline)
        area = cv2.contourArea(outline)
        inside = x > 2 and y > 2 and x + w < width - 2 and y + h < height - 2
        if not inside or not _AREA_SHARE[0] <= area / mask.size <= _AREA_SHARE[1]:
            continue
        solid = area / max(1.0, cv2.contourArea(cv2.convexHull(outline)))
        if solid < _SOLID_MIN or not _ASPECT[0] <= w / h <= _ASPECT[1]:
            continue
        own = np.zeros((h, w), np.uint8)
        cv2.drawContours(own, [outline], -1, 1, cv2.FILLED, offset=(-x, -y))
        alpha = np.asarray(cv2.GaussianBlur(own.astype(np.float32), (5, 5), 0), np.float32)
        pixels = picture[y : y + h, x : x + w].copy()
        found.append((area * solid, Sprite(pixels, alpha, (y + h) / height, at_s)))
    return found


def pasted(
    picture: Picture,
    sprite: Sprite,
    foot: tuple[float, float],
    scale: float,
    in_front: NDArray[np.uint8] | None = None,
) -> tuple[float, float, float, float] | None:
    """Draws a vehicle with its lower middle at a place, in place; returns its box in 0..1.

    Args:
        foot: (x, y) in 0..1. scale: of the sprite's own size.
        in_front: mask of what stays in front of it.

    Returns:
        The part of its box inside the picture; None when nothing of it is.
    """
    height, width = picture.shape[:2]
    size = (
        max(4, round(sprite.pixels.shape[1] * scale)),
        max(4, round(sprite.pixels.shape[0] * scale)),
    )
    pixels = cv2.resize(sprite.pixels, size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(sprite.alpha, size, interpolation=cv2.INTER_AREA)
    left, top = round(foot[0] * width - size[0] / 2), round(foot[1] * height - size[1])
    x1, y1 = max(0, left), max(0, top)
    x2, y2 = min(width, left + size[0]), min(height, top + size[1])
    if x2 - x1 < 4 or y2 - y1 < 4:
        return None
    inner = np.s_[y1 - top : y2 - top, x1 - left : x2 - left]
    share = alpha[inner][..., None]
    if in_front is not None:
        share = share * (1.0 - in_front[y1:y2, x1:x2, None].astype(np.float32) / 255)
    region = picture[y1:y2, x1:x2]
    picture[y1:y2, x1:x2] = np.asarray(region * (1 - share) + pixels[inner] * share, np.uint8)
    return x1 / width, y1 / height, x2 / width, y2 / height
