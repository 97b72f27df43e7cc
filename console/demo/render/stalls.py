"""Street stalls of the renderer: tables, carts, a cargo bed with goods, and their parasols. Pure."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np

from console.demo.render.meshes import BLACK, WHITE, Array, Colour, Material, MeshBuilder

_FRUIT: tuple[Colour, ...] = (
    (0.85, 0.33, 0.04),
    (0.70, 0.05, 0.04),
    (0.25, 0.45, 0.07),
    (0.85, 0.65, 0.08),
    (0.36, 0.10, 0.22),
    (0.75, 0.72, 0.5),
)


def _crate(
    mesh: MeshBuilder, x: float, y: float, z: float, colour: Colour, rng: np.random.Generator
) -> None:
    mesh.box(
        (x, y, z + 0.08),
        (0.5, 0.38, 0.16),
        Material.MATTE,
        (0.10, 0.22, 0.45) if rng.random() < 0.5 else (0.45, 0.34, 0.2),
    )
    for _ in range(16):
        radius = float(rng.uniform(0.045, 0.065))
        mesh.ball(
            (
                x + float(rng.uniform(-0.2, 0.2)),
                y + float(rng.uniform(-0.14, 0.14)),
                z + 0.17 + float(rng.uniform(0, 0.05)),
            ),
            (radius, radius, radius),
            Material.MATTE,
            colour,
            4,
        )


def table() -> Array:
    """A trestle table of fruit, two tiers, crates in front on the ground."""
    mesh = MeshBuilder()
    rng = np.random.default_rng(3)
    mesh.box((0.0, 0, 0.72), (0.9, 2.0, 0.04), Material.MATTE, (0.5, 0.5, 0.48))
    mesh.box((0.44, 0, 0.48), (0.02, 2.0, 0.5), Material.TINT_B)
    for x in (-0.4, 0.4):
        for y in (-0.9, 0.9):
            mesh.tube((x, y, 0), (x, y, 0.72), 0.025, None, Material.METAL, (0.4, 0.4, 0.4), 6)
    for column in range(4):
        _crate(mesh, 0.18, -0.75 + column * 0.5, 0.74, _FRUIT[column % 6], rng)
        _crate(mesh, -0.22, -0.75 + column * 0.5, 0.84, _FRUIT[(column + 2) % 6], rng)
    for column in range(3):
        _crate(mesh, 0.75, -0.65 + column * 0.62, 0.0, _FRUIT[(column + 4) % 6], rng)
    return mesh.build()


def cart() -> Array:
    """A snack cart: cupboard on wheels, glass case, roof on posts with a sign."""
    mesh = MeshBuilder()
    mesh.box((0, 0, 0.62), (0.85, 1.7, 0.66), Material.TINT_B)
    mesh.box((0, 0, 0.97), (0.95, 1.8, 0.05), Material.METAL, (0.6, 0.61, 0.62))
    mesh.box((0.1, 0.25, 1.22), (0.55, 1.0, 0.42), Material.GLASS, (0.12, 0.13, 0.12))
    mesh.tube(
        (0.05, -0.55, 0.98), (0.05, -0.55, 1.2), 0.26, None, Material.METAL, (0.5, 0.5, 0.5), 14
    )
    for x in (-0.42, 0.42):
        for y in (-0.85, 0.85):
            mesh.tube((x, y, 0.9), (x, y, 2.1), 0.022, None, Material.METAL, (0.5, 0.5, 0.5), 6)
    mesh.box((0.0, 0, 2.14), (1.25, 2.1, 0.08), Material.TINT_A)
    mesh.box((0.62, 0, 1.98), (0.04, 2.05, 0.26), Material.TINT_A)
    mesh.box((0.645, 0, 1.98), (0.01, 1.5, 0.14), Material.MATTE, (0.85, 0.75, 0.2))
    for side in (-1, 1):
        mesh.wheel(0.0, side * 0.8, 0.28, 0.06)
    return mesh.build()


def cloth() -> Array:
    """Goods spread on a cloth on the ground."""
    mesh = MeshBuilder()
    rng = np.random.default_rng(8)
    mesh.box((0, 0, 0.01), (1.5, 2.2, 0.02), Material.TINT_B)
    for _ in range(42):
        colour = (
            _FRUIT[int(rng.integers(6))]
            if rng.random() < 0.6
            else tuple(float(v) for v in rng.uniform(0.1, 0.8, 3))
        )
        size = rng.uniform(0.1, 0.26, 3)
        mesh.box(
            (
                float(rng.uniform(-0.6, 0.6)),
                float(rng.uniform(-0.95, 0.95)),
                float(size[2] / 2 + 0.02),
            ),
            (float(size[0]), float(size[1]), float(size[2])),
            Material.MATTE,
            (colour[0], colour[1], colour[2]),
            float(rng.uniform(0, 1.5)),
        )
    return mesh.build()


def bed_goods() -> Array:
    """Fruit crates on a tricycle's bed, tilted towards the buyers."""
    mesh = MeshBuilder()
    rng = np.random.default_rng(12)
    for row in range(3):
        for column in range(2):
            _crate(
                mesh,
                -1.1 + row * 0.5,
                -0.22 + column * 0.44,
                0.78 + column * 0.05,
                _FRUIT[(row * 2 + column) % 6],
                rng,
            )
    return mesh.build()


def parasol() -> Array:
    """A large parasol: eight panels in two colours, hanging rim, pole and foot; 2.6 m across."""
    mesh = MeshBuilder()
    mesh.tube((0, 0, 0), (0, 0, 2.35), 0.025, None, Material.METAL, (0.55, 0.55, 0.55), 8)
    mesh.tube((0, 0, 0), (0, 0, 0.12), 0.25, None, Material.MATTE, BLACK, 12)
    sides = 16
    angles = np.linspace(0, 2 * math.pi, sides + 1)
    profile = ((0.0, 2.52), (0.55, 2.42), (1.05, 2.20), (1.32, 1.98), (1.33, 1.82))
    for index in range(sides):
        material = Material.TINT_CLOTH if (index // 2) % 2 else Material.TINT_B
        for (ra, za), (rb, zb) in itertools.pairwise(profile):
            corner = [
                (r * math.cos(a), r * math.sin(a), z)
                for r, z, a in (
                    (ra, za, angles[index]),
                    (rb, zb, angles[index]),
                    (rb, zb, angles[index + 1]),
                    (ra, za, angles[index + 1]),
                )
            ]
            mesh.quad(corner, material)
            mesh.quad(corner[::-1], material)
    return mesh.build()


def stool() -> Array:
    mesh = MeshBuilder()
    mesh.box((0, 0, 0.32), (0.3, 0.3, 0.04), Material.TINT_B)
    for x in (-0.12, 0.12):
        for y in (-0.12, 0.12):
            mesh.tube((x, y, 0), (x, y, 0.32), 0.018, None, Material.TINT_B, WHITE, 5)
    return mesh.build()


def bin_and_rubbish() -> Array:
    """Heap of sacks and boards: what burns."""
    mesh = MeshBuilder()
    rng = np.random.default_rng(5)
    for _ in range(14):
        mesh.ball(
            (float(rng.normal(0, 0.4)), float(rng.normal(0, 0.4)), float(rng.uniform(0.08, 0.2))),
            (
                float(rng.uniform(0.15, 0.3)),
                float(rng.uniform(0.15, 0.3)),
                float(rng.uniform(0.1, 0.2)),
            ),
            Material.MATTE,
            (float(rng.uniform(0.03, 0.25)),) * 3,
            5,
        )
    for _ in range(8):
        mesh.box(
            (float(rng.normal(0, 0.45)), float(rng.normal(0, 0.45)), 0.16),
            (0.7, 0.08, 0.06),
            Material.MATTE,
            (0.25, 0.17, 0.1),
            float(rng.uniform(0, 3)),
        )
    return mesh.build()


STALLS: dict[str, Callable[[], Array]] = {
    "table": table,
    "cart": cart,
    "cloth": cloth,
    "bed_goods": bed_goods,
    "parasol": parasol,
    "stool": stool,
    "rubbish": bin_and_rubbish,
}
