"""What is taken for smoke or fire and is neither, painted into single pictures without a box.

Pure functions of (numpy Generator, image changed in place); no torch. For training: fog, lamps,
low sun, rain, wisps of steam, flat bright shapes. Those that move, for evaluation: `look_alikes`.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.learn.synthesis import Image, noise, placed, smoke_sprite, window_of


def fog(rng: np.random.Generator, image: Image) -> None:
    """An even veil, denser towards the top: weather, not smoke."""
    rows, columns = image.shape[:2]
    depth = np.linspace(1, float(rng.uniform(0.3, 1.0)), rows, dtype=np.float32)[:, None]
    veil = depth * (0.85 + 0.15 * noise(rng, rows, columns, 2, 2)) * float(rng.uniform(0.15, 0.6))
    tone = float(rng.uniform(120, 225))
    mixed = image * (1 - veil[..., None]) + tone * veil[..., None]
    image[:] = np.clip(mixed, 0, 255).astype(np.uint8)


def glare(rng: np.random.Generator, image: Image) -> None:
    """Headlights, street lamps, tail-lights and their halos: bright and warm, but no flame."""
    rows, columns = image.shape[:2]
    out = image.astype(np.float32)
    for _ in range(int(rng.integers(1, 5))):
        x, y = float(rng.uniform(0, columns)), float(rng.uniform(0.1 * rows, rows))
        core = float(np.exp(rng.uniform(np.log(2), np.log(columns / 25))))
        tint = [(255, 250, 235), (120, 200, 255), (60, 60, 255), (80, 160, 255)][rng.integers(4)]
        for shift in (0.0, core * float(rng.uniform(2.5, 6))):
            lamp(out, x + shift, y, core, np.array(tint, np.float32))
            if rng.random() < 0.4:
                break
    image[:] = np.clip(out, 0, 255).astype(np.uint8)


def rear_lamps(rng: np.random.Generator, image: Image) -> None:
    """Vehicles from behind: red pairs, burnt out to pink or white in the middle, some with a third
    lamp above; small ones are what was taken for fire."""
    rows, columns = image.shape[:2]
    out = image.astype(np.float32)
    for _ in range(int(rng.integers(1, 6))):
        x, y = float(rng.uniform(0, columns)), float(rng.uniform(0.25 * rows, rows))
        core = float(np.exp(rng.uniform(np.log(1.2), np.log(columns / 50))))
        burnt = float(rng.uniform(0, 1)) * np.array([200.0, 200.0, 60.0], np.float32)
        red = np.array([25.0, 25.0, 220.0], np.float32) * float(rng.uniform(0.6, 1.3))
        apart = core * float(rng.uniform(4, 14))
        lights = [(x, y), (x + apart, y + core * float(rng.uniform(-0.5, 0.5)))]
        if rng.random() < 0.3:
            lights.append((x + apart / 2, y - apart * float(rng.uniform(0.2, 0.6))))
        for at_x, at_y in lights:
            lamp(out, at_x, at_y, core, red)
            lamp(out, at_x, at_y, core * 0.4, burnt)
    image[:] = np.clip(out, 0, 255).astype(np.uint8)


def lamp(
    out: NDArray[np.float32], x: float, y: float, core: float, tint: NDArray[np.float32]
) -> None:
    """Adds a lamp with its halo; `core` px its radius, `tint` BGR 0..255 at its middle."""
    rows, columns = out.shape[:2]
    reach = int(core * 8) + 2
    x1, x2 = max(0, int(x) - reach), min(columns, int(x) + reach)
    y1, y2 = max(0, int(y) - reach), min(rows, int(y) + reach)
    if x2 <= x1 or y2 <= y1:
        return
    ys, xs = np.ogrid[y1:y2, x1:x2]
    distance = np.sqrt((xs - x) ** 2 + (ys - y) ** 2).astype(np.float32) / core
    light = np.clip(1.6 - distance, 0, 1) + 0.45 * np.exp(-distance / 2.2)
    out[y1:y2, x1:x2] += light[..., None] * tint


def sunset(rng: np.random.Generator, image: Image) -> None:
    """Low sun: an orange cast, stronger at the top."""
    rows = image.shape[0]
    share = np.linspace(float(rng.uniform(0.2, 0.6)), 0.05, rows, dtype=np.float32)[:, None, None]
    cast = np.array([0.55, 0.85, 1.35], np.float32)
    mixed = image * (1 - share) + np.clip(image * cast + [0, 15, 40], 0, 255) * share
    image[:] = np.clip(mixed, 0, 255).astype(np.uint8)


def rain(rng: np.random.Generator, image: Image) -> None:
    """Thin slanted streaks and a grey cast."""
    rows, columns = image.shape[:2]
    layer = np.zeros((rows, columns), np.uint8)
    slant, length = float(rng.uniform(-0.3, 0.3)), float(rng.uniform(0.02, 0.06)) * rows
    for x, y in rng.random((int(rng.integers(80, 400)), 2)):
        start = (int(x * columns), int(y * rows))
        cv2.line(layer, start, (int(start[0] + slant * length), int(start[1] + length)), 150, 1)
    soft = cv2.GaussianBlur(layer, (0, 0), 0.8).astype(np.float32)[..., None]
    image[:] = np.clip(image * 0.85 + 12 + soft * 0.6, 0, 255).astype(np.uint8)


def steam(rng: np.random.Generator, image: Image) -> None:
    """A faint white wisp over a pot or a manhole: fainter and smaller than what counts as smoke."""
    rows, columns = image.shape[:2]
    height, width = int(rows * rng.uniform(0.05, 0.14)), int(columns * rng.uniform(0.03, 0.08))
    opacity, _ = smoke_sprite(rng, max(12, height), max(12, width))
    left, top = placed(rng, image, opacity.shape[1], opacity.shape[0], 0.4)
    window = window_of(image, left, top, *opacity.shape)
    if window is None:
        return
    alpha = opacity[window[2:]][..., None] * float(rng.uniform(0.08, 0.2))
    patch = image[window[:2]].astype(np.float32)
    image[window[:2]] = np.clip(patch * (1 - alpha) + 235 * alpha, 0, 255).astype(np.uint8)


def bright_shape(rng: np.random.Generator, image: Image) -> None:
    """A flat orange, red or yellow thing: vest, sign, banner, taxi; or a grey-white awning."""
    rows, columns = image.shape[:2]
    width, height = int(columns * rng.uniform(0.02, 0.15)), int(rows * rng.uniform(0.02, 0.15))
    x, y = int(rng.uniform(0, columns - width)), int(rng.uniform(0.2, 0.95) * (rows - height))
    colour = [(20, 120, 250), (30, 40, 220), (40, 210, 250), (200, 200, 205)][rng.integers(4)]
    if rng.random() < 0.5:
        cv2.rectangle(image, (x, y), (x + width, y + height), colour, -1)
    else:
        cv2.ellipse(image, (x, y), (width // 2, height // 2), 0, 0, 360, colour, -1)


LOOK_ALIKES: tuple[Callable[[np.random.Generator, Image], None], ...] = (
    fog, glare, rear_lamps, rear_lamps, sunset, rain, steam, bright_shape,
)  # fmt: skip


def paint_look_alike(rng: np.random.Generator, image: Image) -> None:
    """One of the things that are mistaken for smoke or fire, chosen at random."""
    LOOK_ALIKES[int(rng.integers(len(LOOK_ALIKES)))](rng, image)
