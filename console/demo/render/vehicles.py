"""Meshes of vehicles: cars, vans, buses, trucks; and the table of all vehicles. Pure.

Model frame: x forward, y left, z up, zero on the ground under the middle.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from console.demo.render.meshes import (
    BLACK,
    WHITE,
    Array,
    Colour,
    Material,
    MeshBuilder,
    cross_sections,
    storeys,
)
from console.demo.render.two_wheelers import (
    bicycle,
    motorcycle,
    scooter,
    tricycle,
    tricycle_load,
)

_GLASS = (Material.GLASS, (0.05, 0.06, 0.07))
_PAINT = (Material.TINT_A, WHITE)
_TRIM = (Material.MATTE, BLACK)
_HEAD: Colour = (1.0, 0.97, 0.9)
_TAIL: Colour = (0.75, 0.03, 0.03)
_BLUE_PLATE: Colour = (0.05, 0.16, 0.55)


def _cabin(
    mesh: MeshBuilder, levels: list[tuple[float, float, float, float]], pillars: float = 0.09
) -> None:
    """A greenhouse: glass all round with painted corner and middle pillars, painted roof."""
    rings = storeys(levels, 5.0, 44)
    middle = rings[0].mean(0)
    span = float(np.abs(rings[0][:, 0] - middle[0]).max())
    top = len(levels) - 2

    def material(j: int, i: int) -> tuple[Material, Colour]:
        if j >= top:
            return _PAINT
        x = float(rings[0][i, 0] + rings[0][(i + 1) % 44, 0]) / 2 - float(middle[0])
        y = float(abs(rings[0][i, 1] + rings[0][(i + 1) % 44, 1])) / 2
        corner = y > 0.62 * levels[0][3] and abs(x) > span * (1 - 2.2 * pillars)
        centre = y > 0.8 * levels[0][3] and abs(x + 0.05) < pillars
        return _PAINT if corner or centre else _GLASS

    mesh.loft(rings, material, cap_start=False, cap=_PAINT)


def _lights(
    mesh: MeshBuilder, front: float, rear: float, half: float, z_front: float, z_rear: float
) -> None:
    for side in (-1, 1):
        mesh.box(
            (front - 0.10, side * (half - 0.22), z_front), (0.22, 0.36, 0.14), Material.LIGHT, _HEAD
        )
        mesh.box(
            (rear + 0.06, side * (half - 0.17), z_rear), (0.16, 0.30, 0.17), Material.LIGHT, _TAIL
        )
    mesh.box((front - 0.0, 0, z_front - 0.24), (0.06, 0.44, 0.14), Material.PLATE, _BLUE_PLATE)
    mesh.box((rear - 0.0, 0, z_rear - 0.14), (0.06, 0.44, 0.14), Material.PLATE, _BLUE_PLATE)
    mesh.box((front - 0.03, 0, z_front - 0.05), (0.10, half * 0.95, 0.13), Material.MATTE, BLACK)


def _wheels(
    mesh: MeshBuilder, axles: tuple[float, ...], half: float, radius: float, width: float = 0.22
) -> None:
    for x in axles:
        for side in (-1, 1):
            y = side * (half - width / 2 + 0.01)
            mesh.tube(
                (x, side * (half - 0.3), radius + 0.03),
                (x, side * (half + 0.004), radius + 0.03),
                radius + 0.07,
                None,
                Material.MATTE,
                BLACK,
                18,
            )
            mesh.wheel(x, y + side * 0.012, radius, width)


def _mirrors(mesh: MeshBuilder, x: float, half: float, z: float) -> None:
    for side in (-1, 1):
        mesh.box((x, side * (half + 0.07), z), (0.12, 0.2, 0.13), Material.TINT_A, WHITE)


def sedan() -> Array:
    mesh = MeshBuilder()
    body = cross_sections(
        [
            (-2.30, 0.66, 0.36, 0.84),
            (-2.24, 0.78, 0.29, 0.96),
            (-2.0, 0.855, 0.25, 1.02),
            (-1.4, 0.89, 0.22, 1.02),
            (-0.5, 0.90, 0.20, 0.98),
            (0.6, 0.90, 0.20, 0.96),
            (1.3, 0.885, 0.21, 0.93),
            (1.85, 0.85, 0.23, 0.86),
            (2.18, 0.77, 0.27, 0.76),
            (2.28, 0.64, 0.34, 0.66),
        ],
        3.6,
    )
    mesh.loft(body, lambda _j, i: _PAINT)
    _cabin(
        mesh,
        [
            (0.93, -1.78, 1.18, 0.80),
            (1.12, -1.56, 0.86, 0.745),
            (1.31, -1.26, 0.48, 0.68),
            (1.42, -1.02, 0.20, 0.60),
            (1.46, -0.84, 0.02, 0.48),
        ],
    )
    _lights(mesh, 2.22, -2.24, 0.80, 0.66, 0.83)
    _wheels(mesh, (-1.33, 1.36), 0.885, 0.315)
    _mirrors(mesh, 0.72, 0.84, 1.0)
    return mesh.build()


def hatchback() -> Array:
    mesh = MeshBuilder()
    body = cross_sections(
        [
            (-1.95, 0.68, 0.38, 0.95),
            (-1.88, 0.79, 0.30, 1.02),
            (-1.5, 0.85, 0.24, 1.04),
            (-0.4, 0.865, 0.21, 1.02),
            (0.7, 0.86, 0.21, 1.0),
            (1.3, 0.83, 0.22, 0.95),
            (1.75, 0.76, 0.26, 0.84),
            (1.88, 0.62, 0.34, 0.70),
        ],
        3.4,
    )
    mesh.loft(body, lambda _j, _i: _PAINT)
    _cabin(
        mesh,
        [
            (0.97, -1.86, 1.12, 0.78),
            (1.2, -1.74, 0.78, 0.73),
            (1.40, -1.56, 0.42, 0.66),
            (1.5, -1.36, 0.16, 0.58),
            (1.54, -1.16, 0.0, 0.46),
        ],
    )
    _lights(mesh, 1.83, -1.90, 0.78, 0.72, 0.95)
    _wheels(mesh, (-1.2, 1.2), 0.85, 0.30)
    _mirrors(mesh, 0.66, 0.8, 1.05)
    return mesh.build()


def suv() -> Array:
    mesh = MeshBuilder()
    body = cross_sections(
        [
            (-2.28, 0.76, 0.45, 1.05),
            (-2.2, 0.86, 0.36, 1.14),
            (-1.6, 0.92, 0.30, 1.16),
            (0.6, 0.93, 0.28, 1.12),
            (1.35, 0.91, 0.29, 1.10),
            (1.95, 0.87, 0.32, 1.02),
            (2.22, 0.78, 0.38, 0.92),
            (2.3, 0.66, 0.46, 0.78),
        ],
        4.6,
    )
    mesh.loft(body, lambda _j, _i: _PAINT)
    _cabin(
        mesh,
        [
            (1.08, -2.16, 1.12, 0.83),
            (1.32, -2.04, 0.82, 0.78),
            (1.55, -1.86, 0.46, 0.72),
            (1.66, -1.7, 0.22, 0.66),
            (1.71, -1.5, 0.05, 0.54),
        ],
    )
    _lights(mesh, 2.24, -2.22, 0.86, 0.86, 1.0)
    _wheels(mesh, (-1.36, 1.38), 0.92, 0.37, 0.25)
    _mirrors(mesh, 0.8, 0.88, 1.18)
    return mesh.build()


def _banded(
    levels: list[tuple[float, float, float, float]],
    band: tuple[int, int],
    every: int,
    windscreen: bool = True,
    count: int = 96,
) -> tuple[Array, Callable[[int, int], tuple[Material, Colour]]]:
    """Plan rings with a window band between levels band[0] and band[1]; pillars every n sides."""
    rings = storeys(levels, 14.0, count)
    front = max(level[2] for level in levels)

    def material(j: int, i: int) -> tuple[Material, Colour]:
        x = float(rings[j][i, 0])
        if windscreen and x > front - 0.22 and band[0] - 1 <= j <= band[1]:
            return _GLASS
        if band[0] <= j < band[1] and i % every:
            return _GLASS
        return _PAINT if j > 0 else (Material.TINT_B, WHITE)

    return rings, material


def van() -> Array:
    mesh = MeshBuilder()
    rings, material = _banded(
        [
            (0.28, -2.0, 2.0, 0.78),
            (0.55, -2.08, 2.06, 0.83),
            (1.05, -2.08, 1.92, 0.83),
            (1.55, -2.04, 1.55, 0.78),
            (1.75, -1.98, 1.3, 0.72),
            (1.88, -1.8, 1.1, 0.6),
        ],
        (2, 3),
        8,
    )
    mesh.loft(rings, material, cap=_PAINT)
    _lights(mesh, 2.04, -2.08, 0.80, 0.78, 0.95)
    _wheels(mesh, (-1.25, 1.3), 0.82, 0.29)
    _mirrors(mesh, 1.45, 0.82, 1.2)
    return mesh.build()


def bus() -> Array:
    mesh = MeshBuilder()
    rings, material = _banded(
        [
            (0.32, -5.15, 5.15, 1.2),
            (0.75, -5.25, 5.25, 1.25),
            (1.25, -5.25, 5.25, 1.25),
            (2.35, -5.22, 5.2, 1.23),
            (2.75, -5.2, 5.12, 1.21),
            (2.98, -5.1, 5.0, 1.12),
            (3.06, -4.9, 4.8, 0.9),
        ],
        (2, 3),
        4,
        count=140,
    )
    mesh.loft(rings, material, cap=_PAINT)
    mesh.box((-1.5, 0, 3.15), (2.4, 1.6, 0.25), Material.MATTE, (0.75, 0.76, 0.77))
    mesh.box((5.14, 0, 2.6), (0.1, 1.7, 0.26), Material.LIGHT, (0.9, 0.45, 0.08))
    _lights(mesh, 5.24, -5.26, 1.18, 0.75, 1.0)
    _wheels(mesh, (-2.9, 3.1), 1.24, 0.48, 0.3)
    return mesh.build()


def _cab(mesh: MeshBuilder, rear: float, front: float, half: float, height: float) -> None:
    base = 0.5
    rings, material = _banded(
        [
            (base, rear, front - 0.05, half - 0.05),
            (base + 0.4, rear, front, half),
            (base + 0.75, rear, front, half),
            (height - 0.3, rear, front - 0.28, half - 0.05),
            (height - 0.08, rear, front - 0.4, half - 0.1),
            (height, rear + 0.1, front - 0.6, half - 0.22),
        ],
        (2, 3),
        6,
    )
    mesh.loft(rings, material, cap=_PAINT)


def box_truck() -> Array:
    mesh = MeshBuilder()
    _cab(mesh, 1.35, 3.0, 0.98, 2.25)
    box = storeys(
        [
            (0.85, -3.0, 1.25, 1.05),
            (0.9, -3.02, 1.27, 1.07),
            (2.85, -3.02, 1.27, 1.07),
            (2.9, -3.0, 1.25, 1.05),
        ],
        24.0,
        48,
    )
    mesh.loft(box, lambda _j, _i: (Material.TINT_B, WHITE))
    mesh.box((-0.6, 0, 0.72), (4.9, 0.9, 0.2), Material.MATTE, BLACK)
    _lights(mesh, 2.98, -3.02, 0.92, 0.75, 0.78)
    _wheels(mesh, (-1.9, 2.15), 1.0, 0.40, 0.28)
    return mesh.build()


def flat_truck() -> Array:
    mesh = MeshBuilder()
    _cab(mesh, 1.2, 2.75, 0.9, 2.1)
    mesh.box((-0.85, 0, 0.82), (3.9, 1.85, 0.12), Material.MATTE, (0.2, 0.21, 0.22))
    for side in (-1, 1):
        mesh.box((-0.85, side * 0.92, 1.06), (3.9, 0.05, 0.42), Material.TINT_A)
    for x in (-2.8, 1.08):
        mesh.box((x, 0, 1.06), (0.05, 1.85, 0.42), Material.TINT_A)
    rng = np.random.default_rng(4)
    for _ in range(9):
        colour = tuple(float(v) for v in rng.uniform(0.15, 0.55, 3) * np.array([1.0, 0.85, 0.6]))
        mesh.box(
            (float(rng.uniform(-2.4, 0.6)), float(rng.uniform(-0.6, 0.6)), 1.2),
            (0.7, 0.55, float(rng.uniform(0.5, 0.9))),
            Material.MATTE,
            (colour[0], colour[1], colour[2]),
        )
    _lights(mesh, 2.73, -2.82, 0.86, 0.72, 0.72)
    _wheels(mesh, (-1.75, 1.95), 0.9, 0.36, 0.24)
    return mesh.build()


VEHICLES: dict[str, Callable[[], Array]] = {
    "sedan": sedan,
    "hatchback": hatchback,
    "suv": suv,
    "van": van,
    "bus": bus,
    "box_truck": box_truck,
    "flat_truck": flat_truck,
    "bicycle": bicycle,
    "scooter": scooter,
    "motorcycle": motorcycle,
    "tricycle": tricycle,
    "tricycle_load": tricycle_load,
}

#: Class of the detector for each vehicle mesh.
CLASS_OF_VEHICLE = {
    "sedan": "car",
    "hatchback": "car",
    "suv": "car",
    "van": "car",
    "bus": "bus",
    "box_truck": "truck",
    "flat_truck": "truck",
    "bicycle": "bicycle",
    "scooter": "motorcycle",
    "motorcycle": "motorcycle",
    "tricycle": "tricycle",
}
#: Length, metres.
LENGTH_M = {
    "sedan": 4.6,
    "hatchback": 3.9,
    "suv": 4.6,
    "van": 4.2,
    "bus": 10.5,
    "box_truck": 6.0,
    "flat_truck": 5.6,
    "bicycle": 1.7,
    "scooter": 1.7,
    "motorcycle": 2.0,
    "tricycle": 2.9,
}
