"""Meshes of bicycles, scooters, motorcycles and cargo tricycles. Pure.

Model frame: x forward, y left, z up, zero on the ground under the middle.
"""

from __future__ import annotations

import itertools

import numpy as np

from console.demo.render.meshes import (
    BLACK,
    WHITE,
    Array,
    Colour,
    Material,
    MeshBuilder,
    cross_sections,
)

_PAINT = (Material.TINT_A, WHITE)
_HEAD: Colour = (1.0, 0.97, 0.9)
_TAIL: Colour = (0.75, 0.03, 0.03)


def _spoked(
    mesh: MeshBuilder, x: float, radius: float, thick: float = 0.028, y: float = 0.0
) -> None:
    """A thin wheel as a ring of tubes with a few spokes."""
    points = [
        (x + radius * np.cos(a), y, radius + radius * np.sin(a))
        for a in np.linspace(0, 2 * np.pi, 19)
    ]
    for a, b in itertools.pairwise(points):
        mesh.tube(a, b, thick, None, Material.MATTE, (0.03, 0.03, 0.03), 5)
    for a in points[:-1:3]:
        mesh.tube((x, y, radius), a, 0.006, None, Material.METAL, (0.5, 0.5, 0.5), 3)
    mesh.tube(
        (x, y - 0.05, radius),
        (x, y + 0.05, radius),
        0.035,
        None,
        Material.METAL,
        (0.4, 0.4, 0.4),
        6,
    )


def bicycle() -> Array:
    mesh = MeshBuilder()
    _spoked(mesh, -0.52, 0.33)
    _spoked(mesh, 0.52, 0.33)
    bar = (Material.TINT_A, WHITE)
    for a, b in (
        ((-0.52, 0, 0.33), (-0.1, 0, 0.30)),
        ((-0.52, 0, 0.33), (-0.2, 0, 0.78)),
        ((-0.1, 0, 0.30), (-0.22, 0, 0.85)),
        ((-0.1, 0, 0.30), (0.38, 0, 0.72)),
        ((-0.2, 0, 0.78), (0.36, 0, 0.78)),
        ((0.34, 0, 0.98), (0.52, 0, 0.33)),
    ):
        mesh.tube(a, b, 0.022, None, bar[0], bar[1], 6)
    mesh.tube((0.32, -0.28, 1.02), (0.32, 0.28, 1.02), 0.018, None, Material.MATTE, BLACK, 6)
    mesh.box((-0.24, 0, 0.9), (0.26, 0.16, 0.07), Material.MATTE, BLACK)
    mesh.box((0.62, 0, 0.86), (0.26, 0.32, 0.22), Material.MATTE, (0.25, 0.25, 0.26))
    mesh.box((-0.1, 0, 0.30), (0.3, 0.22, 0.03), Material.METAL, (0.3, 0.3, 0.3))
    return mesh.build()


def scooter() -> Array:
    """An electric scooter, the commonest two-wheeler of a Chinese street; class motorcycle."""
    mesh = MeshBuilder()
    for x in (-0.58, 0.62):
        mesh.tube(
            (x, -0.05, 0.23), (x, 0.05, 0.23), 0.23, None, Material.MATTE, (0.03, 0.03, 0.03), 14
        )
        mesh.tube(
            (x, -0.06, 0.23), (x, 0.06, 0.23), 0.13, None, Material.METAL, (0.55, 0.55, 0.55), 10
        )
    rear = cross_sections(
        [
            (-0.95, 0.05, 0.62, 0.72),
            (-0.75, 0.14, 0.42, 0.76),
            (-0.45, 0.17, 0.28, 0.74),
            (-0.12, 0.15, 0.24, 0.66),
            (0.0, 0.12, 0.22, 0.36),
        ],
        3.0,
        14,
    )
    mesh.loft(rear, lambda _j, _i: _PAINT)
    mesh.box((0.16, 0, 0.26), (0.5, 0.28, 0.07), Material.MATTE, BLACK)
    shield = cross_sections(
        [
            (0.34, 0.14, 0.25, 0.5),
            (0.42, 0.19, 0.3, 0.92),
            (0.52, 0.15, 0.38, 0.98),
            (0.62, 0.06, 0.45, 0.9),
        ],
        3.0,
        14,
    )
    mesh.loft(shield, lambda _j, _i: _PAINT)
    mesh.tube((0.44, 0, 0.9), (0.36, 0, 1.06), 0.04, None, Material.MATTE, BLACK, 6)
    mesh.tube((0.34, -0.34, 1.08), (0.34, 0.34, 1.08), 0.02, None, Material.MATTE, BLACK, 6)
    mesh.box((-0.42, 0, 0.79), (0.66, 0.26, 0.1), Material.MATTE, BLACK)
    mesh.box((0.58, 0, 0.86), (0.08, 0.18, 0.12), Material.LIGHT, _HEAD)
    mesh.box((-0.95, 0, 0.66), (0.05, 0.18, 0.08), Material.LIGHT, _TAIL)
    mesh.tube((0.6, 0, 0.25), (0.46, 0, 0.7), 0.03, None, Material.METAL, (0.4, 0.4, 0.4), 6)
    mesh.box((-0.78, 0, 0.98), (0.34, 0.36, 0.3), Material.TINT_B)
    return mesh.build()


def motorcycle() -> Array:
    mesh = MeshBuilder()
    for x in (-0.66, 0.7):
        mesh.tube(
            (x, -0.07, 0.3), (x, 0.07, 0.3), 0.30, None, Material.MATTE, (0.03, 0.03, 0.03), 16
        )
        mesh.tube((x, -0.08, 0.3), (x, 0.08, 0.3), 0.19, None, Material.METAL, (0.5, 0.5, 0.5), 10)
    mesh.loft(
        cross_sections(
            [
                (-0.1, 0.1, 0.72, 0.86),
                (0.1, 0.17, 0.7, 0.98),
                (0.36, 0.15, 0.72, 0.98),
                (0.5, 0.08, 0.74, 0.9),
            ],
            2.6,
            14,
        ),
        lambda _j, _i: _PAINT,
    )
    mesh.box((-0.42, 0, 0.8), (0.72, 0.26, 0.12), Material.MATTE, BLACK)
    mesh.box((0.05, 0, 0.45), (0.5, 0.3, 0.36), Material.METAL, (0.25, 0.25, 0.26))
    mesh.box((-0.85, 0, 0.82), (0.35, 0.2, 0.1), Material.TINT_A)
    mesh.tube((0.7, 0, 0.3), (0.46, 0, 1.0), 0.05, None, Material.METAL, (0.5, 0.5, 0.5), 6)
    mesh.tube((0.42, -0.36, 1.06), (0.42, 0.36, 1.06), 0.02, None, Material.MATTE, BLACK, 6)
    mesh.ball((0.6, 0, 0.92), (0.1, 0.12, 0.12), Material.LIGHT, _HEAD, 5)
    mesh.tube(
        (-0.7, -0.18, 0.34), (0.1, -0.18, 0.3), 0.05, None, Material.METAL, (0.6, 0.6, 0.6), 6
    )
    return mesh.build()


def tricycle() -> Array:
    """A cargo tricycle (三轮车): one wheel in front, a box between two behind."""
    mesh = MeshBuilder()
    mesh.tube(
        (1.2, -0.05, 0.27), (1.2, 0.05, 0.27), 0.27, None, Material.MATTE, (0.03, 0.03, 0.03), 14
    )
    for side in (-1, 1):
        mesh.wheel(-0.75, side * 0.52, 0.28, 0.1)
    mesh.tube((1.2, 0, 0.3), (0.95, 0, 1.02), 0.035, None, Material.METAL, (0.4, 0.4, 0.4), 6)
    mesh.tube((0.9, -0.34, 1.06), (0.9, 0.34, 1.06), 0.02, None, Material.MATTE, BLACK, 6)
    mesh.loft(
        cross_sections(
            [(0.86, 0.12, 0.42, 0.9), (1.0, 0.2, 0.4, 0.92), (1.1, 0.12, 0.45, 0.85)], 3.0, 12
        ),
        lambda _j, _i: _PAINT,
    )
    mesh.box((0.55, 0, 0.4), (0.75, 0.3, 0.07), Material.MATTE, BLACK)
    mesh.box((0.28, 0, 0.62), (0.36, 0.34, 0.36), Material.TINT_A)
    mesh.box((0.28, 0, 0.84), (0.4, 0.36, 0.09), Material.MATTE, BLACK)
    mesh.box((-0.6, 0, 0.52), (1.5, 1.0, 0.06), Material.MATTE, (0.18, 0.18, 0.2))
    for side in (-1, 1):
        mesh.box((-0.6, side * 0.5, 0.72), (1.5, 0.04, 0.36), Material.TINT_A)
    for x in (-1.34, 0.14):
        mesh.box((x, 0, 0.72), (0.04, 1.0, 0.36), Material.TINT_A)
    mesh.box((-1.37, 0.36, 0.6), (0.04, 0.14, 0.1), Material.LIGHT, _TAIL)
    mesh.box((-1.37, -0.36, 0.6), (0.04, 0.14, 0.1), Material.LIGHT, _TAIL)
    return mesh.build()


def tricycle_load() -> Array:
    """Cardboard and sacks on a tricycle's bed."""
    mesh = MeshBuilder()
    rng = np.random.default_rng(9)
    for _ in range(8):
        size = rng.uniform(0.25, 0.55, 3)
        mesh.box(
            (
                float(rng.uniform(-1.15, -0.1)),
                float(rng.uniform(-0.3, 0.3)),
                float(0.6 + size[2] / 2 + rng.uniform(0, 0.35)),
            ),
            (float(size[0]), float(size[1]), float(size[2])),
            Material.MATTE,
            (float(rng.uniform(0.32, 0.5)), 0.32, 0.2),
            float(rng.uniform(0, 1)),
        )
    return mesh.build()
