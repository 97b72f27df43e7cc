"""Triangle meshes of the renderer: one vertex format, a builder with rounded primitives.

A vertex is 16 float32: position 3, normal 3, uv 2, colour 3, material 1, extra 4. Model frames:
metres, x forward, y left, z up, zero on the ground. Pure numpy.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Colour = tuple[float, float, float]
Vector = tuple[float, float, float]
VERTEX_FLOATS = 16


class Material(enum.IntEnum):
    """What the fragment shader does with a surface; the numbers are the shader's."""

    MATTE = 0
    TINT_A = 1  #: glossy paint in the instance's first colour
    TINT_B = 2  #: matte in the instance's second colour
    GLASS = 3
    METAL = 4
    LIGHT = 5
    PLATE = 6
    TINT_CLOTH = 7  #: matte in the instance's first colour
    GROUND = 10
    FACADE = 11
    FOLIAGE = 12
    SIGN = 13
    BARK = 14
    ROOF = 15
    LAMP = 16


WHITE: Colour = (1.0, 1.0, 1.0)
BLACK: Colour = (0.03, 0.03, 0.035)
GREY: Colour = (0.45, 0.46, 0.47)

RingMaterial = Callable[[int, int], tuple[Material, Colour]]


class MeshBuilder:
    """Collects triangles. Methods return None; `build()` gives the (n, 16) vertex array."""

    def __init__(self) -> None:
        self._chunks: list[Array] = []

    def build(self) -> Array:
        return np.concatenate(self._chunks).astype(np.float32)

    def triangles(
        self,
        positions: Array,
        normals: Array,
        material: Material,
        colour: Colour,
        uv: Array | None = None,
        extra: tuple[float, float, float, float] = (0, 0, 0, 0),
    ) -> None:
        """Adds (n, 3) positions with normals, three vertices a triangle."""
        block = np.zeros((len(positions), VERTEX_FLOATS), np.float32)
        block[:, 0:3] = positions
        block[:, 3:6] = normals
        if uv is not None:
            block[:, 6:8] = uv
        block[:, 8:11] = colour
        block[:, 11] = float(material)
        block[:, 12:16] = extra
        self._chunks.append(block)

    def quad(
        self,
        corners: Sequence[Vector],
        material: Material,
        colour: Colour = WHITE,
        uv: Sequence[tuple[float, float]] | None = None,
        extra: tuple[float, float, float, float] = (0, 0, 0, 0),
    ) -> None:
        """A flat quad, corners counter-clockwise seen from its front."""
        p = np.array(corners, np.float32)
        normal = np.cross(p[1] - p[0], p[2] - p[0])
        normal /= max(float(np.linalg.norm(normal)), 1e-9)
        order = [0, 1, 2, 0, 2, 3]
        texture = np.array(uv, np.float32)[order] if uv is not None else None
        self.triangles(p[order], np.tile(normal, (6, 1)), material, colour, texture, extra)

    def box(
        self,
        centre: Vector,
        size: Vector,
        material: Material = Material.MATTE,
        colour: Colour = GREY,
        turn_rad: float = 0.0,
    ) -> None:
        """An axis-aligned box, turned about z."""
        cx, cy, cz = centre
        hx, hy, hz = (s / 2 for s in size)
        c, s = math.cos(turn_rad), math.sin(turn_rad)

        def at(x: float, y: float, z: float) -> Vector:
            return cx + x * c - y * s, cy + x * s + y * c, cz + z

        for axis in range(3):
            for sign in (-1, 1):
                self.quad(
                    [at(*corner) for corner in _face(axis, sign, hx, hy, hz)], material, colour
                )

    def loft(
        self,
        rings: Array,
        material: RingMaterial,
        *,
        cap_start: bool = True,
        cap_end: bool = True,
        cap: tuple[Material, Colour] | None = None,
    ) -> None:
        """Skin over (k, m, 3) closed rings with smooth normals; material by (section, side)."""
        k, m, _ = rings.shape
        normals = _ring_normals(rings)
        groups: dict[tuple[Material, Colour], list[tuple[int, int]]] = {}
        for j in range(k - 1):
            for i in range(m):
                groups.setdefault(material(j, i), []).append((j, i))
        for (kind, colour), faces in groups.items():
            row = np.array([face[0] for face in faces])
            side = np.array([face[1] for face in faces])
            after = (side + 1) % m
            below = row + 1
            picks = [(row, side), (row, after), (below, after)]
            picks += [(row, side), (below, after), (below, side)]
            p = np.stack([rings[a, b] for a, b in picks], 1).reshape(-1, 3)
            q = np.stack([normals[a, b] for a, b in picks], 1).reshape(-1, 3)
            self.triangles(p, q, kind, colour)
        for use, ring, sign in ((cap_start, rings[0], -1.0), (cap_end, rings[-1], 1.0)):
            if use:
                self._cap(
                    ring,
                    np.asarray((rings[-1].mean(0) - rings[0].mean(0)) * sign, np.float32),
                    cap or material(0 if sign < 0 else k - 2, 0),
                )

    def _cap(self, ring: Array, direction: Array, kind: tuple[Material, Colour]) -> None:
        centre = ring.mean(0)
        following = np.roll(ring, -1, axis=0)
        p = np.stack([np.tile(centre, (len(ring), 1)), ring, following], 1).reshape(-1, 3)
        normal = direction / max(float(np.linalg.norm(direction)), 1e-9)
        self.triangles(p, np.tile(normal, (len(p), 1)), *kind)

    def tube(
        self,
        a: Vector,
        b: Vector,
        radius_a: float,
        radius_b: float | None = None,
        material: Material = Material.MATTE,
        colour: Colour = GREY,
        sides: int = 8,
    ) -> None:
        """A round bar from a to b."""
        pa, pb = np.array(a, np.float32), np.array(b, np.float32)
        along = pb - pa
        side = np.cross(
            along, [0, 0, 1] if abs(along[2]) < 0.9 * np.linalg.norm(along) else [1, 0, 0]
        )
        side /= np.linalg.norm(side)
        up = np.cross(side, along)
        up /= np.linalg.norm(up)
        angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
        circle = np.outer(np.cos(angle), side) + np.outer(np.sin(angle), up)
        end = radius_a if radius_b is None else radius_b
        rings = np.stack([pa + circle * radius_a, pb + circle * end]).astype(np.float32)
        self.loft(rings, lambda _j, _i: (material, colour))

    def ball(
        self,
        centre: Vector,
        radii: Vector,
        material: Material = Material.MATTE,
        colour: Colour = GREY,
        steps: int = 6,
    ) -> None:
        """An ellipsoid."""
        tilt = np.linspace(-np.pi / 2 + 0.02, np.pi / 2 - 0.02, steps)
        angle = np.linspace(0, 2 * np.pi, steps * 2, endpoint=False)
        rings = np.stack(
            [
                np.stack(
                    [
                        np.cos(t) * np.cos(angle),
                        np.cos(t) * np.sin(angle),
                        np.full_like(angle, np.sin(t)),
                    ],
                    1,
                )
                for t in tilt
            ]
        )
        self.loft(
            (rings * np.array(radii) + np.array(centre)).astype(np.float32),
            lambda _j, _i: (material, colour),
            cap_start=False,
            cap_end=False,
        )

    def wheel(
        self, x: float, y: float, radius: float, width: float, *, hub: Colour = (0.55, 0.56, 0.58)
    ) -> None:
        """A tyre with a hub, axle along y."""
        self.tube(
            (x, y - width / 2, radius),
            (x, y + width / 2, radius),
            radius,
            None,
            Material.MATTE,
            (0.025, 0.025, 0.028),
            16,
        )
        outer = y + math.copysign(width / 2 + 0.012, y)
        self.tube((x, y, radius), (x, outer, radius), radius * 0.62, None, Material.METAL, hub, 12)


def _face(axis: int, sign: int, hx: float, hy: float, hz: float) -> list[Vector]:
    half = (hx, hy, hz)
    u, v = (axis + 1) % 3, (axis + 2) % 3
    corners = []
    for su, sv in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        corner = [0.0, 0.0, 0.0]
        corner[axis] = sign * half[axis]
        corner[u], corner[v] = su * half[u] * sign, sv * half[v]
        corners.append((corner[0], corner[1], corner[2]))
    return corners


def _ring_normals(rings: Array) -> Array:
    around = np.roll(rings, -1, axis=1) - np.roll(rings, 1, axis=1)
    along = np.gradient(rings, axis=0)
    normals = np.cross(around, along)
    outward = rings - rings.mean(axis=1, keepdims=True)
    flip = np.sign((normals * outward).sum(-1, keepdims=True))
    normals = normals * np.where(flip == 0, 1, flip)
    length = np.linalg.norm(normals, axis=-1, keepdims=True)
    return np.asarray(normals / np.maximum(length, 1e-9), np.float32)


def rounded_outline(half_a: float, half_b: float, power: float, count: int) -> NDArray[np.float64]:
    """`count` points of a superellipse |a|^p + |b|^p = 1, spread by angle."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False) + np.pi / count
    c, s = np.cos(angle), np.sin(angle)
    return np.stack(
        [
            half_a * np.sign(c) * np.abs(c) ** (2 / power),
            half_b * np.sign(s) * np.abs(s) ** (2 / power),
        ],
        1,
    )


def cross_sections(
    sections: Sequence[tuple[float, float, float, float]], power: float = 4.0, count: int = 20
) -> Array:
    """Rings across x from (x, half width, z low, z high)."""
    rings = []
    for x, half, low, high in sections:
        outline = rounded_outline(half, (high - low) / 2, power, count)
        rings.append(
            np.stack([np.full(count, x), outline[:, 0], outline[:, 1] + (low + high) / 2], 1)
        )
    return np.array(rings, np.float32)


def storeys(
    levels: Sequence[tuple[float, float, float, float]], power: float = 6.0, count: int = 40
) -> Array:
    """Rings up z from (z, x rear, x front, half width): plan outlines one above the other."""
    rings = []
    for z, rear, front, half in levels:
        outline = rounded_outline((front - rear) / 2, half, power, count)
        rings.append(
            np.stack([outline[:, 0] + (front + rear) / 2, outline[:, 1], np.full(count, z)], 1)
        )
    return np.array(rings, np.float32)
