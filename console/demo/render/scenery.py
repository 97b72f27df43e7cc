"""What never moves: buildings, trees, lamps, lights, fences, as one mesh in the city frame.

Built once per camera from the city's own values, only near the camera. Pure numpy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from console.demo.blocks import Building, building_outlines
from console.demo.city import (
    CROSS_STREETS,
    LONG_STREETS,
    PARK_BLOCK,
    STREETS,
    Axis,
    Street,
    StreetClass,
    block_bounds,
)
from console.demo.render.meshes import WHITE, Array, Colour, Material, MeshBuilder
from console.demo.render.textures import SIGN_COLUMNS, SIGN_ROWS

_WALLS: tuple[Colour, ...] = (
    (0.62, 0.55, 0.45),
    (0.55, 0.36, 0.28),
    (0.66, 0.64, 0.60),
    (0.52, 0.53, 0.55),
    (0.70, 0.60, 0.44),
    (0.58, 0.47, 0.40),
)
_REACH_M = 190.0


@dataclass(frozen=True, slots=True)
class Scenery:
    """Vertices of everything static and the lamps that shine at night."""

    vertices: Array
    lamps: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class KeepFree:
    """A round spot that trees and posts leave free (what happens there must be seen)."""

    x_m: float
    y_m: float
    radius_m: float


def _facade(
    mesh: MeshBuilder, building: Building, a: tuple[float, float], b: tuple[float, float]
) -> None:
    length, height = math.dist(a, b), building.height_m
    colour = _WALLS[building.style % len(_WALLS)]
    extra = (
        float(building.seed % 977) / 977.0,
        float(building.style),
        float(building.shops),
        height,
    )
    mesh.quad(
        [(*a, 0.0), (*b, 0.0), (*b, height), (*a, height)],
        Material.FACADE,
        colour,
        [(0, 0), (length, 0), (length, height), (0, height)],
        extra,
    )


def _signs(
    mesh: MeshBuilder,
    building: Building,
    a: tuple[float, float],
    b: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    length = math.dist(a, b)
    bays = max(1, int(length / 5.2))
    ux, uy = (b[0] - a[0]) / length, (b[1] - a[1]) / length
    out = (uy * 0.22, -ux * 0.22)
    for bay in range(bays):
        start, end = (bay + 0.06) * length / bays, (bay + 0.94) * length / bays
        slot = int(rng.integers(SIGN_COLUMNS * SIGN_ROWS))
        row, column = divmod(slot, SIGN_COLUMNS)
        u0, u1 = column / SIGN_COLUMNS, (column + 1) / SIGN_COLUMNS
        v0, v1 = row / SIGN_ROWS, (row + 1) / SIGN_ROWS
        low, high = (
            (a[0] + ux * start + out[0], a[1] + uy * start + out[1]),
            (a[0] + ux * end + out[0], a[1] + uy * end + out[1]),
        )
        mesh.quad(
            [(*low, 2.95), (*high, 2.95), (*high, 3.75), (*low, 3.75)],
            Material.SIGN,
            WHITE,
            [(u0, v1), (u1, v1), (u1, v0), (u0, v0)],
        )
        mesh.quad(
            [
                (*low, 3.75),
                (*high, 3.75),
                (high[0] - out[0], high[1] - out[1], 3.78),
                (low[0] - out[0], low[1] - out[1], 3.78),
            ],
            Material.MATTE,
            (0.3, 0.3, 0.3),
        )
        mesh.quad(
            [
                (low[0] - out[0], low[1] - out[1], 2.95),
                (high[0] - out[0], high[1] - out[1], 2.95),
                (*high, 2.95),
                (*low, 2.95),
            ],
            Material.MATTE,
            (0.2, 0.2, 0.2),
        )
        if rng.random() < 0.3:
            _awning(mesh, low, high, out, rng)


def _awning(
    mesh: MeshBuilder,
    low: tuple[float, float],
    high: tuple[float, float],
    out: tuple[float, float],
    rng: np.random.Generator,
) -> None:
    colour = ((0.5, 0.08, 0.06), (0.1, 0.22, 0.42), (0.12, 0.3, 0.16))[int(rng.integers(3))]
    reach = 5.5
    edge_low, edge_high = (
        (low[0] + out[0] * reach, low[1] + out[1] * reach),
        (high[0] + out[0] * reach, high[1] + out[1] * reach),
    )
    corners = [(*edge_low, 2.5), (*edge_high, 2.5), (*high, 2.95), (*low, 2.95)]
    mesh.quad(corners, Material.MATTE, colour)
    mesh.quad(corners[::-1], Material.MATTE, colour)


def _building(mesh: MeshBuilder, building: Building) -> None:
    x0, y0, x1, y1 = building.bounds
    height = building.height_m
    rng = np.random.default_rng(building.seed)
    corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
    for a, b in zip(corners, [*corners[1:], corners[0]], strict=True):
        _facade(mesh, building, a, b)
        if building.shops:
            _signs(mesh, building, a, b, rng)
    mesh.quad(
        [(x0, y0, height), (x1, y0, height), (x1, y1, height), (x0, y1, height)],
        Material.ROOF,
        (0.4, 0.4, 0.4),
    )
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    for edge, size in (
        ((cx, y0), (x1 - x0 + 0.3, 0.3)),
        ((cx, y1), (x1 - x0 + 0.3, 0.3)),
        ((x0, cy), (0.3, y1 - y0)),
        ((x1, cy), (0.3, y1 - y0)),
    ):
        mesh.box(
            (edge[0], edge[1], height + 0.3),
            (size[0], size[1], 1.0),
            Material.MATTE,
            (0.55, 0.53, 0.5),
        )
    mesh.box((cx, cy, height + 1.4), (4.0, 3.6, 2.8), Material.MATTE, (0.5, 0.48, 0.45))
    for _ in range(5):
        mesh.box(
            (float(rng.uniform(x0 + 2, x1 - 2)), float(rng.uniform(y0 + 2, y1 - 2)), height + 0.6),
            (1.8, 1.0, 1.2),
            Material.MATTE,
            (0.6, 0.62, 0.64),
        )


def tree(
    mesh: MeshBuilder, x: float, y: float, rng: np.random.Generator, size: float = 1.0
) -> None:
    """A street tree: trunk, a few branches, a crown of leaf cards."""
    height = float(rng.uniform(2.3, 3.0)) * size
    mesh.tube(
        (x, y, 0), (x, y, height), 0.16 * size, 0.11 * size, Material.BARK, (0.25, 0.2, 0.16), 8
    )
    crown = float(rng.uniform(1.7, 2.4)) * size
    tone = float(rng.uniform(0.75, 1.15))
    warm = float(rng.uniform(0.8, 1.25))
    for _ in range(5):
        angle = float(rng.uniform(0, 6.28))
        tip = (
            x + math.cos(angle) * crown * 0.5,
            y + math.sin(angle) * crown * 0.5,
            height + crown * 0.6,
        )
        mesh.tube(
            (x, y, height * 0.92), tip, 0.07 * size, 0.03, Material.BARK, (0.22, 0.18, 0.14), 5
        )
    count = 210
    direction = rng.normal(size=(count, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    reach = rng.random((count, 1)) ** 0.4
    centre = np.array([x, y, height + crown * 0.75])
    middle = centre + direction * reach * np.array([crown, crown, crown * 0.85])
    for at, out, depth in zip(middle, direction, reach[:, 0], strict=True):
        facing = out + rng.normal(scale=0.7, size=3)
        facing /= np.linalg.norm(facing)
        side = np.cross(facing, rng.normal(size=3))
        side *= rng.uniform(0.34, 0.55) * size / np.linalg.norm(side)
        up = np.cross(facing, side)
        corners = np.array(
            [at - side - up, at + side - up, at + side + up, at - side + up], np.float32
        )
        shade = tone * (0.45 + 0.55 * depth)
        normal = (out * 0.8 + np.array([0, 0, 0.35])) / 1.1
        order = [0, 1, 2, 0, 2, 3]
        uv = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)[order]
        mesh.triangles(
            corners[order],
            np.tile(normal, (6, 1)).astype(np.float32),
            Material.FOLIAGE,
            (0.13 * shade * warm, 0.21 * shade, 0.065 * shade),
            uv,
        )


def lamp(
    mesh: MeshBuilder, x: float, y: float, to_road: tuple[float, float]
) -> tuple[float, float, float]:
    """A street lamp; returns where its light is."""
    top = 8.2
    mesh.tube((x, y, 0), (x, y, top), 0.09, 0.06, Material.MATTE, (0.42, 0.44, 0.45), 8)
    tip = (x + to_road[0] * 1.9, y + to_road[1] * 1.9, top + 0.45)
    mesh.tube((x, y, top - 0.1), tip, 0.05, 0.04, Material.MATTE, (0.42, 0.44, 0.45), 6)
    turn = math.atan2(to_road[1], to_road[0])
    mesh.box(
        (tip[0], tip[1], tip[2] - 0.02), (0.8, 0.26, 0.1), Material.MATTE, (0.5, 0.5, 0.5), turn
    )
    mesh.box(
        (tip[0], tip[1], tip[2] - 0.09), (0.62, 0.2, 0.04), Material.LAMP, (1.0, 0.93, 0.8), turn
    )
    return tip[0], tip[1], tip[2] - 0.2


def _near(x: float, y: float, centre: tuple[float, float], reach: float = _REACH_M) -> bool:
    return math.hypot(x - centre[0], y - centre[1]) < reach


def _crossings(street: Street) -> list[tuple[float, float]]:
    others = CROSS_STREETS if street.axis is Axis.LONG else LONG_STREETS
    return [(o.at_m, o.profile.half_width_m + o.profile.pavement_m) for o in others]


def _along(street: Street, centre: tuple[float, float]) -> float:
    return centre[1] if street.axis is Axis.LONG else centre[0]


def _furniture(
    mesh: MeshBuilder,
    street: Street,
    centre: tuple[float, float],
    free: list[KeepFree],
    rng: np.random.Generator,
) -> list[tuple[float, float, float]]:
    """Trees every 9 m, lamps every 27 m, fence or bollards, along one street."""
    lamps = []
    half, pavement = street.profile.half_width_m, street.profile.pavement_m
    middle = _along(street, centre)
    start = math.floor((middle - 130) / 9) * 9
    for step in range(30):
        along = start + step * 9.0
        if any(abs(along - at) < wide + 5 for at, wide in _crossings(street)):
            continue
        for side in (-1, 1):
            x, y = street.point(along + (side * 2.2), side * (half + 1.05))
            if any(_near(x, y, (f.x_m, f.y_m), f.radius_m) for f in free):
                continue
            if step % 3 == 0:
                road = street.point(along, 0)
                away = math.hypot(road[0] - x, road[1] - y)
                lamps.append(lamp(mesh, x, y, ((road[0] - x) / away, (road[1] - y) / away)))
            elif rng.random() < 0.72:
                tree(mesh, x, y, rng, 0.82 if pavement < 4 else 1.0)
    if street.street_class is StreetClass.PRIMARY:
        _fence(mesh, street, middle)
    return lamps


def _fence(mesh: MeshBuilder, street: Street, middle: float) -> None:
    """The white railing down the middle of a main road."""
    for step in range(90):
        along = math.floor(middle / 3) * 3 - 130 + step * 3.0
        if any(abs(along + 1.5 - at) < wide + 9 for at, wide in _crossings(street)):
            continue
        a, b = street.point(along), street.point(along + 2.9)
        for z in (0.25, 0.6, 0.95):
            mesh.tube((*a, z), (*b, z), 0.03, None, Material.MATTE, (0.75, 0.76, 0.77), 4)
        mesh.tube((*a, 0), (*a, 1.05), 0.05, None, Material.MATTE, (0.75, 0.76, 0.77), 5)
        for k in range(1, 6):
            p = street.point(along + k * 0.5)
            mesh.tube((*p, 0.25), (*p, 0.95), 0.015, None, Material.MATTE, (0.7, 0.71, 0.73), 3)


def _signal(mesh: MeshBuilder, a: Street, b: Street) -> None:
    """Traffic lights of a junction of two larger streets, on the far side of each approach."""
    if StreetClass.RESIDENTIAL in {a.street_class, b.street_class}:
        return
    for sx in (-1, 1):
        for sy in (-1, 1):
            x = a.at_m + sx * (a.profile.half_width_m + 0.9)
            y = b.at_m + sy * (b.profile.half_width_m + 0.9)
            mesh.tube((x, y, 0), (x, y, 5.6), 0.11, 0.09, Material.MATTE, (0.3, 0.31, 0.32), 8)
            if sx == sy:
                tip = (x - sx * 5.0, y)
                turned = 0.0
            else:
                tip = (x, y - sy * 5.0)
                turned = math.pi / 2
            mesh.tube((x, y, 5.5), (*tip, 5.7), 0.07, 0.05, Material.MATTE, (0.3, 0.31, 0.32), 6)
            mesh.box((*tip, 5.75), (1.15, 0.25, 0.42), Material.MATTE, (0.04, 0.04, 0.045), turned)
            mesh.ball(
                (tip[0] - 0.34 * math.cos(turned), tip[1] - 0.34 * math.sin(turned), 5.75),
                (0.15, 0.15, 0.15),
                Material.LAMP,
                (1.0, 0.06, 0.03),
                5,
            )


def _ground(mesh: MeshBuilder, centre: tuple[float, float]) -> None:
    x, y, r = centre[0], centre[1], 420.0
    mesh.quad(
        [(x - r, y - r, 0), (x + r, y - r, 0), (x + r, y + r, 0), (x - r, y + r, 0)],
        Material.GROUND,
    )


def _park(mesh: MeshBuilder, centre: tuple[float, float], rng: np.random.Generator) -> None:
    x0, y0, x1, y1 = block_bounds(*PARK_BLOCK)
    for _ in range(90):
        x, y = float(rng.uniform(x0 + 16, x1 - 16)), float(rng.uniform(y0 + 16, y1 - 16))
        if _near(x, y, centre, 110):
            tree(mesh, x, y, rng, float(rng.uniform(0.9, 1.4)))


def build_scenery(centre: tuple[float, float], free: list[KeepFree], seed: int) -> Scenery:
    """Everything static within sight of `centre` (city frame)."""
    mesh = MeshBuilder()
    rng = np.random.default_rng(seed)
    _ground(mesh, centre)
    for building in building_outlines():
        x0, y0, x1, y1 = building.bounds
        if _near((x0 + x1) / 2, (y0 + y1) / 2, centre):
            _building(mesh, building)
    lamps = []
    for street in STREETS:
        if abs((centre[0] if street.axis is Axis.LONG else centre[1]) - street.at_m) < 120:
            lamps += _furniture(mesh, street, centre, free, rng)
    for a in LONG_STREETS:
        for b in CROSS_STREETS:
            if _near(a.at_m, b.at_m, centre, 130):
                _signal(mesh, a, b)
    _park(mesh, centre, rng)
    lamps.sort(key=lambda at: math.dist(at[:2], centre))
    return Scenery(mesh.build(), tuple(lamps[:12]))
