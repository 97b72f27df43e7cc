"""Blazes: smoke and flames that move, begin and grow, painted over a camera's pictures.

For evaluation. Smoke and drawn flames are made as `synthesis` makes them for training, so what
they show is the temporal side of the product and flatters its detector; real flames are cut out of
clips that no training saw. Deterministic by seed; pictures are BGR and changed in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np

from vision.learn.synthesis import (
    FLAME_EDGE,
    HEAT,
    HEAT_BGR,
    SMOKE_EDGE,
    Box,
    Image,
    Plane,
    box_of,
    flame_cutout,
    glow,
    noise,
    plume_mask,
    smoke_colour,
    stepped,
    warped,
)

#: A young fire has this share of its final height, and takes so long to reach it.
_YOUNG = 0.4
_GROWTH_S = 8.0
#: Heights of noise a plume's smoke rises through before it repeats itself.
_REEL = 4


class Blaze(Protocol):
    """Something that burns at one place."""

    def paint(self, picture: Image, age_s: float) -> Box | None:
        """Paints its state `age_s` after it began; its box in pixels, None when hardly there."""


def grown(age_s: float) -> float:
    """Share of its final size."""
    return _YOUNG + (1 - _YOUNG) * min(1.0, max(0.0, age_s / _GROWTH_S))


class _Reel:
    """Noise that scrolls upwards for ever without a seam."""

    def __init__(self, rng: np.random.Generator, height: int, width: int, cells: int) -> None:
        self._height = height
        long = noise(rng, height * (_REEL + 1), width, cells * _REEL, 4)
        share = np.linspace(0, 1, height, dtype=np.float32)[:, None]
        long[:height] = long[:height] * share + long[-height:] * (1 - share)
        self._plane = long[: height * _REEL]

    def at(self, moved_px: float) -> Plane:
        rows = (np.arange(self._height) + round(moved_px)) % len(self._plane)
        return np.asarray(self._plane[rows], np.float32)


class Plume:
    """Rising smoke.

    Args:
        foot: (x, y) in pixels. height_px: when fully grown.
        strength: opacity of its densest parts, 0..1.
    """

    def __init__(
        self, rng: np.random.Generator, foot: tuple[float, float], height_px: int, strength: float
    ) -> None:
        self._foot = foot
        self._height = max(16, height_px)
        self._width = max(12, round(self._height * float(rng.uniform(0.5, 1.1))))
        self._mask = warped(
            rng, plume_mask(rng, self._height, self._width), self._height * float(rng.uniform(0.04, 0.1))
        )  # fmt: skip
        self._body = _Reel(rng, self._height, self._width, int(rng.integers(3, 7)))
        self._sway = _Reel(rng, self._height, self._width, 3)
        self._speed_px_s = self._height * float(rng.uniform(0.12, 0.35))
        self._soft = float(rng.uniform(0.25, 0.6))
        self._relief = float(rng.uniform(1, 4))
        self._strength = strength
        self._colour, self._contrast = smoke_colour(rng)

    def tint(self, level: float) -> None:
        """Makes it an even grey of that level (0..255): steam."""
        self._colour, self._contrast = np.full(3, level, np.float32), 20.0

    def _sprite(self, age_s: float) -> tuple[Plane, Plane]:
        moved = age_s * self._speed_px_s
        body, sway = self._body.at(moved), self._sway.at(moved * 0.7) - 0.5
        xs, ys = np.meshgrid(
            np.arange(self._width, dtype=np.float32), np.arange(self._height, dtype=np.float32)
        )
        up = np.linspace(1, 0, self._height, dtype=np.float32)[:, None]
        pushed = cv2.remap(
            self._mask, xs + sway * up * self._width * 0.3, ys, cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )  # fmt: skip
        shape = np.asarray(pushed, np.float32)
        opacity = stepped(
            np.asarray(shape * (0.55 + 0.9 * body), np.float32), 0.12, 0.12 + self._soft
        )
        soft = cv2.GaussianBlur(body, (0, 0), max(1.0, self._height / 60))
        light = np.roll(soft, max(1, self._height // 40), axis=0) - soft
        shade = 0.5 + np.clip(light * self._relief, -0.5, 0.5) * 0.5 + (body - 0.5) * 0.2
        return opacity * self._strength, np.asarray(np.clip(shade, 0, 1), np.float32)

    def paint(self, picture: Image, age_s: float) -> Box | None:
        opacity, shade = _resized(self._sprite(age_s), grown(age_s))
        scene_light = min(1.15, 0.35 + 0.65 * float(picture[::8, ::8].mean()) / 120)
        body = (self._colour + (shade[..., None] - 0.5) * self._contrast * 2) * scene_light
        return _blended(picture, self._foot, opacity, np.asarray(body, np.float32), SMOKE_EDGE)


class DrawnFlame:
    """Flames of our own drawing; tongues change with every picture, the fire's shape stays.

    Args:
        foot: (x, y) in pixels. height_px: when fully grown.
    """

    def __init__(self, rng: np.random.Generator, foot: tuple[float, float], height_px: int) -> None:
        self._foot = foot
        self._height = max(12, height_px)
        self._width = max(12, round(self._height * float(rng.uniform(0.6, 1.6))))
        up = np.linspace(1, 0, self._height, dtype=np.float32)[:, None]
        across = np.linspace(-1, 1, self._width, dtype=np.float32)[None, :]
        half = np.clip(0.95 - up ** float(rng.uniform(0.6, 1.6)) * 0.95, 0.02, 1)
        lean = float(rng.uniform(-0.4, 0.4))
        shape = np.clip(1 - np.abs(across - lean * up) / half, 0, 1) * np.clip(up / 0.05, 0, 1)
        self._shape = np.asarray(shape, np.float32)
        self._up = up
        self._edge = float(rng.uniform(0.55, 1.0))
        self._gain = float(rng.uniform(1.4, 2.6))
        self._seed = int(rng.integers(2**31))

    def paint(self, picture: Image, age_s: float) -> Box | None:
        rng = np.random.default_rng((self._seed, round(age_s * 100)))
        thin = noise(rng, max(4, self._height // 3), self._width, 7, 4)
        tongues = np.asarray(cv2.resize(thin, (self._width, self._height)), np.float32)
        size = max(self._height, self._width)
        heat = warped(rng, self._shape, size * 0.1, 6) * 1.1
        heat = stepped(
            np.asarray(heat + (tongues - 0.55) * (0.35 + self._up), np.float32), 0.08, self._edge
        )
        (heat,) = _resized((heat,), grown(age_s))
        colour = np.stack([np.interp(heat, HEAT, HEAT_BGR[:, k]) for k in range(3)], axis=-1)
        alpha = np.asarray(np.clip(heat * self._gain, 0, 1), np.float32)
        rng = np.random.default_rng(self._seed)  # the same glow in every picture
        glow(rng, picture, self._foot[0], self._foot[1] - heat.shape[0] * 0.3, max(heat.shape))
        return _blended(picture, self._foot, alpha, np.asarray(colour, np.float32), FLAME_EDGE)


class RealFlame:
    """Flames of a real clip, forwards and backwards over a camera's pictures.

    Args:
        patches: pictures of the burning part, all of one size, in order.
        foot: (x, y) in pixels. height_px: when fully grown.
        patches_s: seconds from one patch to the next.
    """

    def __init__(
        self, patches: Sequence[Image], foot: tuple[float, float], height_px: int, patches_s: float
    ) -> None:
        self._patches = patches
        self._foot = foot
        self._height = max(12, height_px)
        self._patches_s = patches_s

    def paint(self, picture: Image, age_s: float) -> Box | None:
        patch = self._patches[to_and_fro(round(age_s / self._patches_s), len(self._patches))]
        height = max(12, round(self._height * grown(age_s)))
        width = max(12, round(height * patch.shape[1] / patch.shape[0]))
        patch = np.asarray(
            cv2.resize(patch, (width, height), interpolation=cv2.INTER_AREA), np.uint8
        )
        colour = patch.astype(np.float32)
        return _blended(picture, self._foot, flame_cutout(patch), colour, FLAME_EDGE)


def to_and_fro(number: int, count: int) -> int:
    """Which of `count` pictures is the `number`-th when they are shown forwards, then backwards:
    neighbours stay neighbours, a repeated clip shows no cut."""
    if count < 2:
        return 0
    place = number % (2 * count - 2)
    return place if place < count else 2 * count - 2 - place


def _resized(planes: tuple[Plane, ...], share: float) -> tuple[Plane, ...]:
    height, width = planes[0].shape
    size = max(8, round(width * share)), max(8, round(height * share))
    return tuple(
        np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
        for plane in planes
    )


def _blended(
    picture: Image, foot: tuple[float, float], alpha: Plane, colour: Plane, edge: float
) -> Box | None:
    """Paints a sprite (h, w) with its lower middle at `foot`; the box of what is denser than `edge`."""
    height, width = alpha.shape
    left, top = round(foot[0] - width / 2), round(foot[1] - height)
    x1, y1 = max(0, left), max(0, top)
    x2, y2 = min(picture.shape[1], left + width), min(picture.shape[0], top + height)
    if x2 - x1 < 4 or y2 - y1 < 4:
        return None
    inner = np.s_[y1 - top : y2 - top, x1 - left : x2 - left]
    share = alpha[inner]
    under = picture[y1:y2, x1:x2].astype(np.float32)
    mixed = under * (1 - share[..., None]) + colour[inner] * share[..., None]
    picture[y1:y2, x1:x2] = np.clip(mixed, 0, 255).astype(np.uint8)
    return box_of(share, x1, y1, edge)
