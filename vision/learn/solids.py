"""A small painter of solid things: boxes, cloths, poles, wheels, goods; seen by a street camera.

Metres in a frame of its own: x right, y away from the viewer, z up, 0,0,0 on the ground. Faces are
drawn far to near (painter's algorithm), shaded by their slope towards a sun. Used to paint stalls
and cargo tricycles over real frames; pure functions of a Generator.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float]  #: BGR 0..255
Points = NDArray[np.float64]  #: (N, 3) metres


@dataclass(slots=True)
class Solid:
    """Faces of one thing. `faces`: (corner points, colour, share of random stains 0..1)."""

    faces: list[tuple[Points, Colour, float]] = field(default_factory=list)

    def face(self, points: Iterable[Iterable[float]], colour: Colour, stains: float = 0.0) -> None:
        self.faces.append((np.array([list(p) for p in points], np.float64), colour, stains))

    def box(
        self,
        low: tuple[float, float, float],
        high: tuple[float, float, float],
        colour: Colour,
        stains: float = 0.0,
    ) -> None:
        """An upright box between two corners (its under side is never seen)."""
        (x1, y1, z1), (x2, y2, z2) = low, high
        self.face([(x1, y1, z1), (x2, y1, z1), (x2, y1, z2), (x1, y1, z2)], colour, stains)
        self.face([(x1, y2, z1), (x2, y2, z1), (x2, y2, z2), (x1, y2, z2)], colour, stains)
        self.face([(x1, y1, z1), (x1, y2, z1), (x1, y2, z2), (x1, y1, z2)], colour, stains)
        self.face([(x2, y1, z1), (x2, y2, z1), (x2, y2, z2), (x2, y1, z2)], colour, stains)
        self.face([(x1, y1, z2), (x2, y1, z2), (x2, y2, z2), (x1, y2, z2)], colour, stains)

    def pole(
        self, x: float, y: float, low: float, high: float, colour: Colour, thick: float = 0.05
    ) -> None:
        self.box((x - thick / 2, y - thick / 2, low), (x + thick / 2, y + thick / 2, high), colour)

    def wheel(self, x: float, y: float, radius: float) -> None:
        """A dark disc standing along y, as a twelve-sided face."""
        turn = np.linspace(0, 2 * math.pi, 13)[:-1]
        rim = [(x, y + radius * math.cos(a), radius + radius * math.sin(a)) for a in turn]
        self.face(rim, (35, 35, 35))
        hub = [
            (x, y + 0.4 * radius * math.cos(a), radius + 0.4 * radius * math.sin(a)) for a in turn
        ]
        self.face(hub, (150, 150, 150))

    def ball(
        self, centre: tuple[float, float, float], radius: float, colour: Colour, view: Points
    ) -> None:
        """A round thing, drawn as a disc facing the viewer."""
        turn = np.linspace(0, 2 * math.pi, 11)[:-1]
        right, up = view[0], view[1]
        ring = np.array(centre) + radius * (
            np.cos(turn)[:, None] * right[None] + np.sin(turn)[:, None] * up[None]
        )
        self.faces.append((ring, colour, 0.2))


@dataclass(frozen=True, slots=True)
class View:
    """How the camera looks at the thing: turn about the vertical and tilt downwards, radians."""

    turn: float
    tilt: float

    @property
    def axes(self) -> Points:
        """Rows: picture right, picture up, towards the viewer."""
        ct, st, cp, sp = (
            math.cos(self.turn),
            math.sin(self.turn),
            math.cos(self.tilt),
            math.sin(self.tilt),
        )
        return np.array([[ct, st, 0.0], [-st * sp, ct * sp, cp], [st * cp, -ct * cp, sp]])


def rendered(
    rng: np.random.Generator, solid: Solid, view: View, height_px: int
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Picture (H, W, 3) BGR and coverage (H, W) 0..1 of a solid, `height_px` tall."""
    axes = view.axes
    flat = [points @ axes.T for points, _, _ in solid.faces]
    corners = np.concatenate(flat)
    low, high = corners[:, :2].min(0), corners[:, :2].max(0)
    fine = 2  # drawn twice as large, then averaged
    scale = height_px * fine / max(1e-6, high[1] - low[1])
    width = max(2, math.ceil((high[0] - low[0]) * scale))
    image = np.zeros((height_px * fine, width, 3), np.uint8)
    cover = np.zeros(image.shape[:2], np.uint8)
    sun = np.array([rng.uniform(-0.8, 0.8), rng.uniform(-0.9, 0.2), 1.0])
    sun /= np.linalg.norm(sun)
    for index in np.argsort([-_depth(points) for points in flat])[::-1]:
        points, colour, stains = solid.faces[int(index)]
        place = flat[int(index)]
        pixels = np.empty((len(place), 2), np.int32)
        pixels[:, 0] = np.round((place[:, 0] - low[0]) * scale)
        pixels[:, 1] = np.round((high[1] - place[:, 1]) * scale)
        _fill(rng, image, pixels, np.array(colour) * _shade(points, sun), stains)
        cv2.fillPoly(cover, [pixels], 255)
    size = (max(1, width // fine), height_px)
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(cover, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return np.asarray(small, np.uint8), np.asarray(alpha, np.float32)


def _depth(points: Points) -> float:
    """Nearness to the viewer of a face in view axes; larger is nearer."""
    return float(points[:, 2].mean())


def _shade(points: Points, sun: Points) -> float:
    normal = np.cross(points[1] - points[0], points[-1] - points[0])
    length = float(np.linalg.norm(normal))
    slope = abs(float(normal @ sun)) / length if length else 0.5
    return 0.5 + 0.55 * slope


def _fill(
    rng: np.random.Generator,
    image: NDArray[np.uint8],
    pixels: NDArray[np.int32],
    colour: Points,
    stains: float,
) -> None:
    cv2.fillPoly(image, [pixels], tuple(float(c) for c in np.clip(colour, 0, 255)))
    if stains <= 0:
        return
    (x1, y1), (x2, y2) = pixels.min(0), pixels.max(0)
    x1, y1 = max(0, int(x1)), max(0, int(y1))
    part = image[y1 : int(y2), x1 : int(x2)]
    if part.shape[0] < 4 or part.shape[1] < 4:
        return
    mask = np.zeros(part.shape[:2], np.uint8)
    cv2.fillPoly(mask, [pixels - [x1, y1]], 1)
    grid = rng.normal(0, 1, (max(2, part.shape[0] // 6), max(2, part.shape[1] // 6), 1))
    rough = cv2.resize(grid, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_LINEAR)
    change = (rough * 60 * stains)[..., None] * mask[..., None]
    part[:] = np.clip(part + change, 0, 255).astype(np.uint8)
