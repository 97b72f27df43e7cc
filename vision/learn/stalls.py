"""Street stalls and cargo tricycles, drawn and painted over real frames with their boxes.

Kinds after what inspectors meet: a tent with a table, a cart under a parasol, goods on a cloth, a
tricycle that sells from its bed, a glass-box snack cart; and look-alikes that are none (an empty
awning, a bus shelter, stacked boxes, a person's umbrella). A box holds canopy, structure and goods.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.learn.solids import Colour, Points, Solid, View, rendered
from vision.learn.synthesis import Box

Image = NDArray[np.uint8]

#: Cloth colours seen on parasols and tents (BGR).
CLOTHS: tuple[Colour, ...] = (
    (40, 40, 200), (180, 90, 30), (60, 140, 40), (30, 150, 230), (200, 200, 205),
    (150, 40, 120), (60, 200, 230), (110, 110, 115), (120, 60, 20),
)  # fmt: skip
STEEL: Colour = (165, 165, 165)


@dataclass(frozen=True, slots=True)
class Painted:
    """One thing painted: its box, and whether it is a stall, a tricycle, or none of our classes."""

    box: Box
    name: str | None


def _cloth(rng: np.random.Generator) -> tuple[Colour, Colour]:
    first = CLOTHS[int(rng.integers(len(CLOTHS)))]
    return first, ((235, 235, 235) if rng.random() < 0.45 else first)


def _goods_colour(rng: np.random.Generator) -> Colour:
    """Fruit, cardboard, cloth: rarely pure colours."""
    grey, share = float(rng.uniform(50, 220)), float(rng.uniform(0.2, 0.8))
    blue, green, red = (float(v * share + grey * (1 - share)) for v in rng.uniform(20, 240, 3))
    return blue, green, red


def _goods(rng: np.random.Generator, solid: Solid, low: Points, high: Points, view: Points) -> None:
    """Heaps, crates and boxes of goods over the rectangle low..high (x, y, z)."""
    kinds = int(rng.integers(2, 6))
    for column in range(kinds):
        colour = _goods_colour(rng)
        x1 = low[0] + (high[0] - low[0]) * column / kinds
        x2 = low[0] + (high[0] - low[0]) * (column + 0.9) / kinds
        tall = float(rng.uniform(0.05, 0.3))
        if rng.random() < 0.5:
            solid.box((x1, low[1], low[2]), (x2, high[1], low[2] + tall), colour, 0.8)
            continue
        for _ in range(int(rng.integers(6, 18))):
            centre = (
                float(rng.uniform(x1, x2)), float(rng.uniform(low[1], high[1])),
                float(low[2] + rng.uniform(0.03, tall)),
            )  # fmt: skip
            blue, green, red = (float(np.clip(v + rng.normal(0, 18), 0, 255)) for v in colour)
            solid.ball(centre, float(rng.uniform(0.04, 0.09)), (blue, green, red), view)


def _canopy(
    rng: np.random.Generator, solid: Solid, half_x: float, half_y: float, eaves: float, peak: float
) -> None:
    """A four-sided roof in stripes, with a short valance."""
    first, second = _cloth(rng)
    stripes = int(rng.integers(4, 9))
    ridge = peak if rng.random() < 0.7 else eaves + 0.08
    for k in range(stripes):
        colour = first if k % 2 else second
        for sign in (-1, 1):
            x1, x2 = -half_x + 2 * half_x * k / stripes, -half_x + 2 * half_x * (k + 1) / stripes
            top = 0.35 if ridge > eaves + 0.1 else 1.0
            solid.face(
                [(x1, sign * half_y, eaves), (x2, sign * half_y, eaves), (x2 * top, 0, ridge), (x1 * top, 0, ridge)],
                colour, 0.25,
            )  # fmt: skip
            solid.face(
                [(x1, sign * half_y, eaves), (x2, sign * half_y, eaves),
                 (x2, sign * half_y, eaves - 0.18), (x1, sign * half_y, eaves - 0.18)],
                second if k % 2 else first, 0.2,
            )  # fmt: skip
    for sign in (-1, 1):
        top = 0.35 if ridge > eaves + 0.1 else 1.0
        solid.face(
            [(sign * half_x, -half_y, eaves), (sign * half_x, half_y, eaves), (sign * half_x * top, 0, ridge)],
            first, 0.25,
        )  # fmt: skip


def _parasol(
    rng: np.random.Generator, solid: Solid, x: float, y: float, radius: float, eaves: float
) -> None:
    first, second = _cloth(rng)
    ribs = 8
    turn = np.linspace(0, 2 * math.pi, ribs + 1)
    peak = eaves + radius * float(rng.uniform(0.25, 0.45))
    for k in range(ribs):
        rim = [(x + radius * math.cos(a), y + radius * math.sin(a), eaves) for a in turn[k : k + 2]]
        solid.face([*rim, (x, y, peak)], first if k % 2 else second, 0.2)
    solid.pole(x, y, 0.0, peak, STEEL)


def tent(rng: np.random.Generator, view: Points) -> Solid:
    solid = Solid()
    half_x, half_y = float(rng.uniform(1.0, 1.8)), float(rng.uniform(0.8, 1.4))
    eaves = float(rng.uniform(1.9, 2.3))
    for x in (-half_x, half_x):
        for y in (-half_y, half_y):
            solid.pole(x, y, 0, eaves, STEEL)
    table = float(rng.uniform(0.65, 0.9))
    front = -half_y + 0.1
    colour = _goods_colour(rng)
    solid.box((-half_x * 0.9, front, 0.0), (half_x * 0.9, front + 0.7, table), colour, 0.3)
    _goods(
        rng,
        solid,
        np.array([-half_x * 0.85, front, table]),
        np.array([half_x * 0.85, front + 0.6, 0]),
        view,
    )
    _canopy(rng, solid, half_x * 1.1, half_y * 1.1, eaves, eaves + float(rng.uniform(0.4, 0.8)))
    return solid


def parasol_cart(rng: np.random.Generator, view: Points) -> Solid:
    solid = Solid()
    half, deep = float(rng.uniform(0.6, 1.1)), float(rng.uniform(0.5, 0.8))
    top = float(rng.uniform(0.75, 0.95))
    colour = _goods_colour(rng)
    solid.box((-half, -deep / 2, 0.3), (half, deep / 2, top), colour, 0.3)
    for x in (-half, half):
        solid.wheel(x, 0.0, 0.3)
    _goods(rng, solid, np.array([-half, -deep / 2, top]), np.array([half, deep / 2, 0]), view)
    _parasol(
        rng,
        solid,
        float(rng.uniform(-0.3, 0.3)),
        0.1,
        float(rng.uniform(0.9, 1.4)),
        float(rng.uniform(1.7, 2.1)),
    )
    return solid


def glass_cart(rng: np.random.Generator, view: Points) -> Solid:
    solid = Solid()
    half, deep, top = float(rng.uniform(0.6, 0.9)), 0.6, 0.9
    colour = _goods_colour(rng)
    solid.box((-half, -deep / 2, 0.25), (half, deep / 2, top), colour, 0.25)
    for x in (-half, half):
        solid.wheel(x, -deep / 2, 0.28)
    _goods(rng, solid, np.array([-half, -0.2, top]), np.array([half, 0.2, 0]), view)
    for x in (-half, 0.0, half):
        solid.pole(x, -deep / 2, top, 1.6, STEEL, 0.04)
        solid.pole(x, deep / 2, top, 1.6, STEEL, 0.04)
    solid.box((-half, deep / 2, top), (half, deep / 2 + 0.02, 1.6), (200, 205, 195), 0.2)
    solid.box(
        (-half - 0.1, -deep / 2 - 0.1, 1.6), (half + 0.1, deep / 2 + 0.1, 1.9), _cloth(rng)[0], 0.4
    )
    return solid


def ground_goods(rng: np.random.Generator, view: Points) -> Solid:
    solid = Solid()
    half_x, half_y = float(rng.uniform(0.8, 1.6)), float(rng.uniform(0.5, 0.9))
    cloth = _goods_colour(rng)
    solid.box((-half_x, -half_y, 0), (half_x, half_y, 0.02), cloth, 0.3)
    for row in (-1, 0):
        y = half_y * row
        _goods(
            rng,
            solid,
            np.array([-half_x * 0.9, y + 0.1, 0.02]),
            np.array([half_x * 0.9, y + half_y * 0.8, 0]),
            view,
        )
    if rng.random() < 0.5:
        _parasol(
            rng, solid, 0.0, half_y, float(rng.uniform(0.8, 1.2)), float(rng.uniform(1.5, 2.0))
        )
    return solid


def tricycle(rng: np.random.Generator, view: Points, selling: bool = False) -> Solid:
    """A three-wheeled cargo cycle along y, its bed behind; `selling`: laden, under a parasol."""
    solid = Solid()
    colour = ((40, 40, 190), (150, 80, 20), (60, 130, 40), (90, 90, 95))[int(rng.integers(4))]
    solid.box((-0.5, 0.1, 0.45), (0.5, 1.5, 0.75), colour, 0.4)
    for x in (-0.52, 0.52):
        solid.wheel(x, 0.9, 0.3)
    solid.wheel(0.0, -1.0, 0.3)
    solid.box((-0.04, -1.0, 0.55), (0.04, 0.2, 0.65), colour)
    solid.pole(0.0, -0.9, 0.5, 1.1, (60, 60, 60), 0.06)
    solid.box((-0.35, -0.92, 1.05), (0.35, -0.86, 1.11), (50, 50, 50))
    solid.box((-0.13, -0.35, 0.75), (0.13, 0.0, 0.85), (30, 30, 30))
    if rng.random() < 0.4:
        solid.box((-0.4, -0.75, 0.3), (0.4, -0.68, 1.3), colour, 0.3)
    if selling or rng.random() < 0.4:
        _goods(rng, solid, np.array([-0.45, 0.15, 0.75]), np.array([0.45, 1.45, 0]), view)
    if selling:
        _parasol(rng, solid, 0.0, 0.8, float(rng.uniform(0.8, 1.2)), float(rng.uniform(1.7, 2.0)))
    return solid


def selling_tricycle(rng: np.random.Generator, view: Points) -> Solid:
    return tricycle(rng, view, selling=True)


def shelter(rng: np.random.Generator, view: Points) -> Solid:
    """A bus shelter: roof, glass back, bench, no goods."""
    solid = Solid()
    half = float(rng.uniform(1.5, 2.5))
    for x in (-half, half):
        solid.pole(x, 0.6, 0, 2.4, STEEL, 0.1)
    solid.box((-half, 0.6, 0.3), (half, 0.65, 2.2), (190, 195, 185), 0.2)
    solid.box((-half, -0.6, 2.4), (half, 0.8, 2.5), (120, 110, 100))
    solid.box((-half * 0.7, 0.2, 0.4), (half * 0.7, 0.5, 0.46), (70, 90, 110))
    return solid


def stacked_boxes(rng: np.random.Generator, view: Points) -> Solid:
    solid = Solid()
    for _ in range(int(rng.integers(2, 5))):
        x, y = (float(v) for v in rng.uniform(-0.6, 0.6, 2))
        side = float(rng.uniform(0.3, 0.8))
        brown = (70 + rng.uniform(-20, 30), 110 + rng.uniform(-20, 30), 150 + rng.uniform(-20, 30))
        solid.box((x, y, 0), (x + side, y + side, side), brown, 0.3)
    return solid


def lone_parasol(rng: np.random.Generator, view: Points) -> Solid:
    """A person's or a café's umbrella: cloth on a stick, nothing sold."""
    solid = Solid()
    _parasol(rng, solid, 0, 0, float(rng.uniform(0.5, 1.3)), float(rng.uniform(1.7, 2.1)))
    if rng.random() < 0.6:
        colour = _goods_colour(rng)
        solid.box((-0.2, -0.12, 0.8), (0.2, 0.12, 1.5), colour, 0.2)
        solid.box((-0.17, -0.1, 0.0), (0.17, 0.1, 0.8), (60, 50, 50), 0.2)
    return solid


#: What may be painted: how, our class (None = look-alike), how often, height in metres.
KINDS: tuple[tuple[Callable[[np.random.Generator, Points], Solid], str | None, float, float], ...] = (
    (tent, "stall", 0.24, 2.7), (parasol_cart, "stall", 0.2, 2.4), (glass_cart, "stall", 0.1, 1.9),
    (ground_goods, "stall", 0.1, 0.9), (selling_tricycle, "stall", 0.1, 2.3),
    (tricycle, "tricycle", 0.12, 1.2), (shelter, None, 0.04, 2.5), (stacked_boxes, None, 0.04, 0.8),
    (lone_parasol, None, 0.06, 2.3),
)  # fmt: skip


def paint_stall(rng: np.random.Generator, image: Image) -> Painted | None:
    """Paints one thing of `KINDS` into `image` (BGR, changed in place), or None when it fell outside."""
    maker, name, _, tall_m = KINDS[int(rng.choice(len(KINDS), p=[kind[2] for kind in KINDS]))]
    view = View(float(rng.uniform(-math.pi, math.pi)), math.radians(float(rng.uniform(8, 42))))
    solid = maker(rng, view.axes)
    rows, columns = image.shape[:2]
    foot = float(rng.uniform(0.45, 1.0)) * rows
    metre_px = (
        rows * float(np.exp(rng.uniform(np.log(0.03), np.log(0.16)))) * (0.4 + 0.6 * foot / rows)
    )
    if rng.random() < 0.15:
        metre_px *= 2
    height = int(np.clip(metre_px * (tall_m + 1.0), 14, rows * 0.9))
    picture, cover = rendered(rng, solid, view, height)
    width = picture.shape[1]
    left, top = int(rng.uniform(-0.15, 1.0) * columns - width * 0.2), int(foot) - height
    y1, y2, x1, x2 = max(0, top), min(rows, top + height), max(0, left), min(columns, left + width)
    if y2 - y1 < 10 or x2 - x1 < 10 or (y2 - y1) * (x2 - x1) < 0.35 * height * width:
        return None
    _shadow(rng, image, left, int(foot), width, height)
    window = (slice(y1, y2), slice(x1, x2))
    inside = (slice(y1 - top, y2 - top), slice(x1 - left, x2 - left))
    _blend(rng, image, window, picture[inside], cover[inside])
    return Painted((float(x1), float(y1), float(x2), float(y2)), name)


def _blend(
    rng: np.random.Generator,
    image: Image,
    window: tuple[slice, slice],
    picture: Image,
    cover: NDArray[np.float32],
) -> None:
    """Lays the picture in, in the light and sharpness of the scene."""
    under = image[window].astype(np.float32)
    light = 0.35 + 0.65 * float(image.mean()) / 115
    cast = under.mean((0, 1)) / max(1.0, float(under.mean()))
    lit = picture.astype(np.float32) * min(1.25, light) * (0.6 + 0.4 * cast)
    blur = float(rng.uniform(0.3, 1.1))
    lit = cv2.GaussianBlur(lit, (0, 0), blur)
    alpha = cv2.GaussianBlur(cover, (0, 0), blur)[..., None]
    image[window] = np.clip(under * (1 - alpha) + lit * np.minimum(1, alpha), 0, 255).astype(
        np.uint8
    )


def _shadow(
    rng: np.random.Generator, image: Image, left: int, foot: int, width: int, height: int
) -> None:
    layer = np.zeros(image.shape[:2], np.uint8)
    centre = (left + width // 2 + int(rng.uniform(-0.2, 0.2) * width), foot - height // 10)
    cv2.ellipse(layer, centre, (max(2, width * 11 // 20), max(2, height // 6)), 0, 0, 360, 255, -1)
    soft = cv2.GaussianBlur(layer, (0, 0), max(1.0, width / 25)).astype(np.float32) / 255
    image[:] = (image * (1 - 0.45 * soft[..., None])).astype(np.uint8)
