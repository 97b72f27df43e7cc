"""Procedural smoke and flames, painted over real frames; they come back with their boxes.

Pure functions of (image, numpy Generator); no torch. Method: value noise of several octaves,
warped, under a plume mask. What is not smoke and not fire: `distractors`.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Plane = NDArray[np.float32]
Box = tuple[float, float, float, float]  #: x1, y1, x2, y2 in pixels

#: Opacity above which a pixel belongs to the thing; below, annotators do not draw the box.
SMOKE_EDGE = 0.16
FLAME_EDGE = 0.25
#: Grey levels a painted thing must change its place by, on average, to be a thing to find.
LEAST_CHANGE = 16.0


def noise(rng: np.random.Generator, height: int, width: int, cells: int, octaves: int = 4) -> Plane:
    """Smooth noise in 0..1, (height, width) float32; `cells` = bumps along the longer side."""
    total = np.zeros((height, width), np.float32)
    weight_sum = 0.0
    for octave in range(octaves):
        count = cells * 2**octave
        rows = max(2, round(count * height / max(height, width)) + 1)
        columns = max(2, round(count * width / max(height, width)) + 1)
        grid = rng.random((rows, columns), np.float32)
        weight = 0.55**octave
        total += weight * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        weight_sum += weight
    total /= weight_sum
    low, high = float(total.min()), float(total.max())
    return np.asarray((total - low) / max(high - low, 1e-6), np.float32)


def warped(rng: np.random.Generator, plane: Plane, strength_px: float, cells: int = 4) -> Plane:
    """`plane` pushed about by noise, as turbulence does."""
    height, width = plane.shape
    xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    xs += (noise(rng, height, width, cells, 3) - 0.5) * 2 * strength_px
    ys += (noise(rng, height, width, cells, 3) - 0.5) * 2 * strength_px
    moved = cv2.remap(plane, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def stepped(plane: Plane, low: float, high: float) -> Plane:
    """0 up to `low`, 1 from `high`, smooth in between."""
    place = np.clip((plane - low) / max(high - low, 1e-6), 0, 1)
    return np.asarray(place * place * (3 - 2 * place), np.float32)


def plume_mask(rng: np.random.Generator, height: int, width: int) -> Plane:
    """A rising, widening, drifting column, 1 in the middle and 0 at the border."""
    up = np.linspace(1, 0, height, dtype=np.float32)[:, None]  # 0 at the foot, 1 at the top
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    drift = float(rng.uniform(-0.5, 0.5))
    foot, spread = float(rng.uniform(0.08, 0.3)), float(rng.uniform(0.3, 0.7))
    half = foot + spread * up ** float(rng.uniform(0.5, 1.2))
    centre = -drift / 2 + drift * up
    column = 1 - np.abs(across - centre) / half
    fade = np.clip((1 - up) / float(rng.uniform(0.1, 0.5)), 0, 1) * np.clip(up / 0.04, 0, 1)
    return np.asarray(np.clip(column, 0, 1) * fade, np.float32)


def cloud_mask(rng: np.random.Generator, height: int, width: int) -> Plane:
    """A billowing heap (smoke spreading under a wind or in a yard)."""
    ys = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    xs = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    power = float(rng.uniform(1.6, 3.0))
    return np.asarray(np.clip(1 - np.abs(xs) ** power - np.abs(ys) ** power, 0, 1), np.float32)


def smoke_sprite(rng: np.random.Generator, height: int, width: int) -> tuple[Plane, Plane]:
    """Opacity (H, W) 0..1 and brightness (H, W) 0..1 of one body of smoke."""
    mask = plume_mask(rng, height, width) if rng.random() < 0.7 else cloud_mask(rng, height, width)
    size = max(height, width)
    body = noise(rng, height, width, int(rng.integers(3, 8)), 5)
    shape = warped(rng, mask, size * float(rng.uniform(0.04, 0.12)))
    soft = float(rng.uniform(0.25, 0.7))
    opacity = stepped(shape * (0.55 + 0.9 * body), 0.12, 0.12 + soft)
    relief = cv2.GaussianBlur(body, (0, 0), max(1.0, size / 60))
    light = np.roll(relief, max(1, size // 40), axis=0) - relief
    shade = 0.5 + np.clip(light * float(rng.uniform(1, 4)), -0.5, 0.5) * 0.5 + (body - 0.5) * 0.2
    return opacity, np.asarray(np.clip(shade, 0, 1), np.float32)


def smoke_colour(rng: np.random.Generator) -> tuple[NDArray[np.float32], float]:
    """BGR middle tone 0..255 and contrast of a kind of smoke: black, grey, white, brownish."""
    kind = rng.choice(4, p=[0.27, 0.33, 0.28, 0.12])
    tone = float(
        [rng.uniform(15, 60), rng.uniform(80, 160), rng.uniform(170, 235), rng.uniform(70, 130)][
            kind
        ]
    )
    tint = np.array([1.0, 1.0, 1.0]) + rng.uniform(-0.05, 0.05, 3)
    if kind == 3:
        tint = np.array([0.72, 0.9, 1.05])
    return np.asarray(tone * tint, np.float32), float(rng.uniform(0.3, 0.9) * min(tone, 110) + 15)


def box_of(opacity: Plane, left: int, top: int, edge: float) -> Box | None:
    """Pixel box of what is denser than `edge`, or None when there is nearly nothing."""
    dense = opacity > edge
    columns, rows = np.flatnonzero(dense.any(axis=0)), np.flatnonzero(dense.any(axis=1))
    if columns.size < 6 or rows.size < 6:
        return None
    return (
        float(left + columns[0]), float(top + rows[0]),
        float(left + columns[-1] + 1), float(top + rows[-1] + 1),
    )  # fmt: skip


def visible(before: NDArray[Any], after: NDArray[Any], dense: NDArray[np.bool_]) -> bool:
    """Whether what was painted can be told from what was there: grey smoke on grey paving teaches
    that paving is smoke. `before`, `after` (H, W, 3) 0..255, `dense` (H, W)."""
    if not dense.any():
        return False
    return float(np.abs(after - before)[dense].mean()) >= LEAST_CHANGE


def placed(
    rng: np.random.Generator, image: Image, width: int, height: int, low: float
) -> tuple[int, int]:
    """Top left corner so that the foot stands in the lower part of the picture, partly outside at most."""
    rows, columns = image.shape[:2]
    left = int(rng.integers(-width // 4, max(1, columns - width * 3 // 4)))
    foot = int(rng.uniform(low, 1.02) * rows)
    return left, foot - height


def window_of(
    image: Image, left: int, top: int, height: int, width: int
) -> tuple[slice, slice, slice, slice] | None:
    """Rows and columns of the picture, then of the thing, that both have; None under 8 px."""
    rows, columns = image.shape[:2]
    y1, y2, x1, x2 = max(0, top), min(rows, top + height), max(0, left), min(columns, left + width)
    if y2 - y1 < 8 or x2 - x1 < 8:
        return None
    return slice(y1, y2), slice(x1, x2), slice(y1 - top, y2 - top), slice(x1 - left, x2 - left)


def paint_smoke(
    rng: np.random.Generator, image: Image, at: tuple[float, float] | None = None
) -> Box | None:
    """Paints one body of smoke into `image` (BGR, changed in place); returns its box.

    Args:
        at: picture point (x, y) in pixels where its foot stands, or None for anywhere.
    """
    rows, columns = image.shape[:2]
    height = int(rows * float(np.exp(rng.uniform(np.log(0.14), np.log(0.95)))))
    width = int(np.clip(height * float(np.exp(rng.uniform(-0.9, 0.6))), 12, columns * 1.1))
    opacity, shade = smoke_sprite(rng, max(12, height), width)
    height = opacity.shape[0]
    left, top = placed(rng, image, width, height, 0.3)
    if at is not None:
        left, top = int(at[0] - width / 2), int(at[1] - height)
    window = window_of(image, left, top, height, width)
    if window is None:
        return None
    strength = float(rng.uniform(0.55, 1.0))
    alpha = (opacity[window[2:]] * strength)[..., None]
    colour, contrast = smoke_colour(rng)
    scene_light = 0.35 + 0.65 * float(image.mean()) / 120
    body = (colour + (shade[window[2:]][..., None] - 0.5) * contrast * 2) * min(1.15, scene_light)
    patch = image[window[:2]].astype(np.float32)
    dense = np.asarray(alpha[..., 0], np.float32)
    smoky = np.clip(patch * (1 - alpha) + body * alpha, 0, 255)
    if not visible(patch, smoky, dense > SMOKE_EDGE):
        return None
    image[window[:2]] = smoky.astype(np.uint8)
    return box_of(dense, window[1].start, window[0].start, SMOKE_EDGE)


#: Heat 0..1 → BGR: dark red, orange, yellow, near white (colours read off real flames).
HEAT = np.array([0.0, 0.3, 0.55, 0.8, 1.0], np.float32)
HEAT_BGR = np.array(
    [[0, 0, 60], [10, 50, 190], [30, 130, 245], [110, 215, 255], [225, 250, 255]], np.float32
)

#: A flame that a camera set for the street overexposes: colour only in its thin edge.
WHITE_HEAT_BGR = np.array(
    [[40, 90, 150], [150, 215, 250], [235, 250, 255], [255, 255, 255], [255, 255, 255]], np.float32
)
#: Share of the painted flames that are overexposed.
WHITE_SHARE = 0.3


def flame_sprite(rng: np.random.Generator, height: int, width: int) -> Plane:
    """Heat (H, W) 0..1 of a flame: tongues that thin out and break off upwards."""
    up = np.linspace(1, 0, height, dtype=np.float32)[:, None]
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    lean = float(rng.uniform(-0.4, 0.4))
    half = np.clip(0.95 - up ** float(rng.uniform(0.6, 1.6)) * 0.95, 0.02, 1)
    shape = np.clip(1 - np.abs(across - lean * up) / half, 0, 1) * np.clip(up / 0.05, 0, 1)
    tongues = noise(rng, max(4, height // 3), width, int(rng.integers(4, 10)), 4)
    tongues = np.asarray(cv2.resize(tongues, (width, height)), np.float32)
    size = max(height, width)
    heat = warped(rng, np.asarray(shape, np.float32), size * float(rng.uniform(0.06, 0.16)), 6)
    heat = heat * 1.1 + (tongues - 0.55) * float(rng.uniform(0.7, 1.3)) * (0.35 + up)
    return stepped(np.asarray(heat, np.float32), 0.08, float(rng.uniform(0.55, 1.0)))


def paint_flame(rng: np.random.Generator, image: Image) -> Box | None:
    """Paints one fire with its glow into `image` (BGR, changed in place); returns its box."""
    rows, columns = image.shape[:2]
    height = int(max(10, rows * float(np.exp(rng.uniform(np.log(0.03), np.log(0.6))))))
    width = int(np.clip(height * float(np.exp(rng.uniform(-0.7, 0.9))), 10, columns))
    heat = flame_sprite(rng, height, width)
    left, top = placed(rng, image, width, height, 0.4)
    window = window_of(image, left, top, height, width)
    if window is None:
        return None
    cut = heat[window[2:]]
    tones = WHITE_HEAT_BGR if rng.random() < WHITE_SHARE else HEAT_BGR
    colour = np.stack([np.interp(cut, HEAT, tones[:, k]) for k in range(3)], axis=-1)
    alpha = np.clip(cut * float(rng.uniform(1.4, 2.6)), 0, 1)[..., None]
    glow(rng, image, left + width / 2, top + height * 0.7, max(width, height))
    patch = image[window[:2]].astype(np.float32)
    lit = np.clip(patch * (1 - alpha) + colour * alpha, 0, 255)
    if not visible(patch, lit, cut > FLAME_EDGE):
        return None
    image[window[:2]] = lit.astype(np.uint8)
    return box_of(cut, window[1].start, window[0].start, FLAME_EDGE)


def glow(rng: np.random.Generator, image: Image, x: float, y: float, size: float) -> None:
    """Warm light around a fire at (x, y), in pixels."""
    rows, columns = image.shape[:2]
    reach = size * float(rng.uniform(0.8, 2.0))
    ys, xs = np.ogrid[0:rows:4, 0:columns:4]
    fall = np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * reach**2)).astype(np.float32)
    fall = cv2.resize(fall, (columns, rows))[..., None] * float(rng.uniform(10, 70))
    warm = np.array([0.15, 0.5, 1.0], np.float32) * fall
    image[:] = np.clip(image.astype(np.float32) + warm, 0, 255).astype(np.uint8)


def flame_cutout(patch: Image) -> Plane:
    """Opacity of what burns in a picture of a real fire: bright and redder than blue, soft edges."""
    blue, green, red = (patch[..., k].astype(np.float32) for k in range(3))
    warm = np.clip((red - 0.55 * blue - 0.2 * green - 30) / 90, 0, 1)
    bright = np.clip((np.maximum(red, green) - 120) / 80, 0, 1)
    hot = np.clip((green + red - 420) / 60, 0, 1)  # overexposed cores have no colour
    alpha = np.maximum(warm, hot * (warm.mean() > 0.08)) * bright
    height, width = alpha.shape
    ys = np.minimum(np.arange(height), np.arange(height)[::-1])[:, None] / max(1, height * 0.08)
    xs = np.minimum(np.arange(width), np.arange(width)[::-1])[None, :] / max(1, width * 0.08)
    soft = cv2.GaussianBlur(np.asarray(alpha, np.float32), (0, 0), max(0.6, width / 150))
    return np.asarray(soft * np.clip(ys, 0, 1) * np.clip(xs, 0, 1), np.float32)


def paste_flame(rng: np.random.Generator, image: Image, patch: Image) -> Box | None:
    """Pastes the burning part of a real picture's fire box into `image`; returns its box."""
    rows = image.shape[0]
    height = int(max(12, rows * float(np.exp(rng.uniform(np.log(0.05), np.log(0.6))))))
    width = max(12, round(height * patch.shape[1] / max(1, patch.shape[0])))
    patch = np.asarray(cv2.resize(patch, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    if rng.random() < 0.5:
        patch = np.ascontiguousarray(patch[:, ::-1])
    alpha = flame_cutout(patch)
    if float((alpha > FLAME_EDGE).mean()) < 0.08:
        return None
    left, top = placed(rng, image, width, height, 0.4)
    window = window_of(image, left, top, height, width)
    if window is None:
        return None
    cut = alpha[window[2:]][..., None]
    glow(rng, image, left + width / 2, top + height * 0.6, max(width, height))
    under = image[window[:2]].astype(np.float32)
    mixed = np.maximum(under * (1 - cut), under * (1 - cut) + patch[window[2:]] * cut)
    image[window[:2]] = np.clip(mixed, 0, 255).astype(np.uint8)
    return box_of(np.asarray(cut[..., 0], np.float32), window[1].start, window[0].start, FLAME_EDGE)
