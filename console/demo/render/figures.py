"""People of the renderer: body parts as meshes, poses as matrices. Pure numpy.

A figure is drawn as a dozen instances of shared part meshes; a walk is a function of the
distance gone, so that feet do not slide and a loop closes where a whole number of steps fits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from console.demo.render.meshes import WHITE, Array, Material, MeshBuilder, cross_sections, storeys

Matrix = NDArray[np.float64]
Tint = tuple[float, float, float]

#: Metres gone in one full stride (two steps).
STRIDE_M = 1.44
SKIN: Tint = (0.72, 0.52, 0.40)


def torso() -> Array:
    mesh = MeshBuilder()
    rings = storeys(
        [
            (0.86, -0.10, 0.11, 0.155),
            (0.95, -0.12, 0.12, 0.175),
            (1.08, -0.10, 0.11, 0.155),
            (1.25, -0.11, 0.13, 0.185),
            (1.38, -0.10, 0.12, 0.20),
            (1.46, -0.07, 0.08, 0.16),
            (1.50, -0.045, 0.045, 0.07),
        ],
        2.6,
        16,
    )
    mesh.loft(
        rings,
        lambda j, _i: (Material.TINT_CLOTH, WHITE) if j > 0 else (Material.TINT_B, WHITE),
        cap=(Material.TINT_CLOTH, WHITE),
    )
    return mesh.build()


def head() -> Array:
    mesh = MeshBuilder()
    mesh.tube((0, 0, 1.46), (0.01, 0, 1.56), 0.05, None, Material.MATTE, SKIN, 8)
    mesh.ball((0.015, 0, 1.635), (0.095, 0.078, 0.118), Material.MATTE, SKIN, 8)
    mesh.ball((-0.018, 0, 1.665), (0.098, 0.088, 0.105), Material.TINT_CLOTH, WHITE, 8)
    return mesh.build()


def _limb(
    radius: float, end: float, length: float, cloth: Material, tip: bool, shoe: bool
) -> Array:
    """A limb hanging from the origin down −z."""
    mesh = MeshBuilder()
    levels = [(0.02, radius * 0.9), (-length * 0.35, radius), (-length, end)]
    rings = np.array(
        [
            [(r * math.cos(a), r * math.sin(a), z) for a in np.linspace(0, 2 * np.pi, 9)[:-1]]
            for z, r in levels
        ],
        np.float32,
    )
    mesh.loft(rings, lambda _j, _i: (cloth, WHITE))
    if tip:
        mesh.ball((0, 0, -length - 0.04), (0.035, 0.03, 0.06), Material.MATTE, SKIN, 5)
    if shoe:
        shape = cross_sections(
            [
                (-0.08, 0.035, -length - 0.07, -length),
                (0.0, 0.045, -length - 0.07, -length + 0.02),
                (0.14, 0.04, -length - 0.07, -length - 0.02),
                (0.19, 0.025, -length - 0.07, -length - 0.04),
            ],
            3.0,
            8,
        )
        mesh.loft(shape, lambda _j, _i: (Material.MATTE, (0.06, 0.06, 0.07)))
    return mesh.build()


def skirt() -> Array:
    mesh = MeshBuilder()
    rings = storeys(
        [(0.48, -0.22, 0.24, 0.25), (0.75, -0.16, 0.17, 0.2), (0.98, -0.12, 0.12, 0.165)], 2.4, 16
    )
    mesh.loft(rings, lambda _j, _i: (Material.TINT_CLOTH, WHITE))
    return mesh.build()


def bag() -> Array:
    mesh = MeshBuilder()
    mesh.box((0, 0, -0.72), (0.3, 0.11, 0.26), Material.TINT_CLOTH)
    return mesh.build()


FIGURE_PARTS: dict[str, Callable[[], Array]] = {
    "torso": torso,
    "head": head,
    "skirt": skirt,
    "bag": bag,
    "upper_arm": lambda: _limb(0.052, 0.045, 0.28, Material.TINT_CLOTH, False, False),
    "forearm": lambda: _limb(0.044, 0.034, 0.25, Material.TINT_CLOTH, True, False),
    "thigh": lambda: _limb(0.085, 0.06, 0.42, Material.TINT_CLOTH, False, False),
    "shin": lambda: _limb(0.06, 0.042, 0.40, Material.TINT_CLOTH, False, True),
}


@dataclass(frozen=True, slots=True)
class Looks:
    """Clothes and size of one person."""

    top: Tint
    legs: Tint
    hair: Tint
    height: float = 1.0
    skirted: bool = False
    bag: Tint | None = None
    phase: float = 0.0


def random_looks(rng: np.random.Generator) -> Looks:
    """Everyday clothes: many dark and plain, some bright."""
    palette = np.array(
        [
            (0.04, 0.05, 0.08),
            (0.6, 0.6, 0.58),
            (0.30, 0.31, 0.33),
            (0.5, 0.06, 0.07),
            (0.08, 0.15, 0.38),
            (0.55, 0.42, 0.25),
            (0.75, 0.73, 0.7),
            (0.09, 0.24, 0.17),
            (0.72, 0.45, 0.08),
            (0.55, 0.25, 0.4),
        ]
    )
    legs = np.array(
        [(0.035, 0.04, 0.055), (0.06, 0.08, 0.16), (0.16, 0.16, 0.17), (0.3, 0.27, 0.22)]
    )
    top = palette[rng.integers(len(palette))] * rng.uniform(0.8, 1.15)
    low = legs[rng.integers(len(legs))] * rng.uniform(0.8, 1.2)
    hair = (0.02, 0.018, 0.016) if rng.random() < 0.85 else (0.28, 0.27, 0.27)
    carry = (
        tuple(float(v) for v in palette[rng.integers(len(palette))]) if rng.random() < 0.3 else None
    )
    return Looks(
        (float(top[0]), float(top[1]), float(top[2])),
        (float(low[0]), float(low[1]), float(low[2])),
        hair,
        float(rng.uniform(0.93, 1.06)),
        bool(rng.random() < 0.15),
        (carry[0], carry[1], carry[2]) if carry else None,
        float(rng.random()),
    )


def translation(x: float, y: float, z: float) -> Matrix:
    m = np.eye(4)
    m[:3, 3] = (x, y, z)
    return m


def turned_z(angle_rad: float) -> Matrix:
    m = np.eye(4)
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    m[0, 0], m[0, 1], m[1, 0], m[1, 1] = c, -s, s, c
    return m


def turned_y(angle_rad: float) -> Matrix:
    """Turn about the sideways axis; positive swings a hanging limb backwards."""
    m = np.eye(4)
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    m[0, 0], m[0, 2], m[2, 0], m[2, 2] = c, s, -s, c
    return m


def turned_x(angle_rad: float) -> Matrix:
    m = np.eye(4)
    c, s = math.cos(angle_rad), math.sin(angle_rad)
    m[1, 1], m[1, 2], m[2, 1], m[2, 2] = c, -s, s, c
    return m


def placed(x: float, y: float, heading_rad: float, z: float = 0.0, scale: float = 1.0) -> Matrix:
    """Model frame → city frame; heading is the mathematical angle of model x in the city frame."""
    m = translation(x, y, z) @ turned_z(heading_rad)
    m[:3, :3] *= scale
    return m


@dataclass(frozen=True, slots=True)
class Part:
    """One instance to draw: mesh name, 4×4 matrix, two tints."""

    mesh: str
    matrix: Matrix
    tint_a: Tint
    tint_b: Tint = (0.5, 0.5, 0.5)


@dataclass(frozen=True, slots=True)
class Pose:
    """Joint angles, radians; (left, right). Positive swings forward."""

    thigh: tuple[float, float] = (0.0, 0.0)
    knee: tuple[float, float] = (0.0, 0.0)
    arm: tuple[float, float] = (0.0, 0.0)
    elbow: tuple[float, float] = (0.15, 0.15)
    lean: float = 0.0
    drop_m: float = 0.0


def walking(distance_m: float, looks: Looks) -> Pose:
    """The pose after walking `distance_m`."""
    phase = 2 * math.pi * (distance_m / STRIDE_M + looks.phase)
    left, right = math.sin(phase), math.sin(phase + math.pi)
    knees = tuple(
        0.12 + 0.75 * max(0.0, math.sin(phase + shift + 1.9)) ** 2 for shift in (0.0, math.pi)
    )
    return Pose(
        thigh=(0.48 * left, 0.48 * right),
        knee=(knees[0], knees[1]),
        arm=(-0.42 * left, -0.42 * right),
        elbow=(0.3, 0.3),
        lean=0.04,
        drop_m=0.02 * (1 + math.cos(2 * phase)) / 2,
    )


STANDING = Pose(arm=(0.05, -0.05))
SELLING = Pose(arm=(0.7, 0.45), elbow=(0.9, 1.1), lean=0.1)
RIDING = Pose(
    thigh=(1.35, 1.35),
    knee=(1.35, 1.35),
    arm=(0.85, 0.85),
    elbow=(0.5, 0.5),
    lean=0.12,
    drop_m=0.05,
)


def pedalling(distance_m: float, looks: Looks) -> Pose:
    """Sitting on a bicycle, feet on the pedals."""
    phase = distance_m / 0.8 + looks.phase * 6.28
    up = (math.sin(phase), math.sin(phase + math.pi))
    return Pose(
        thigh=(1.0 + 0.35 * up[0], 1.0 + 0.35 * up[1]),
        knee=(1.1 + 0.4 * up[0], 1.1 + 0.4 * up[1]),
        arm=(0.95, 0.95),
        elbow=(0.2, 0.2),
        lean=0.25,
        drop_m=-0.10,
    )


def figure(base: Matrix, looks: Looks, pose: Pose) -> list[Part]:
    """Instances of one person standing at `base` (feet on its zero)."""
    size = np.diag([looks.height] * 3 + [1.0])
    root = base @ size @ translation(0, 0, -pose.drop_m)
    hip = translation(0, 0, 0.88)
    upper = root @ hip @ turned_y(pose.lean) @ translation(0, 0, -0.88)
    parts = [Part("torso", upper, looks.top, looks.legs), Part("head", upper, looks.hair)]
    if looks.skirted:
        parts.append(Part("skirt", root, looks.legs))
    for index, side in enumerate((1, -1)):
        arm = (
            upper
            @ translation(0, side * 0.215, 1.41)
            @ turned_y(-pose.arm[index])
            @ turned_x(side * 0.07)
        )
        parts.append(Part("upper_arm", arm, looks.top))
        lower = arm @ translation(0, 0, -0.28) @ turned_y(-pose.elbow[index])
        parts.append(Part("forearm", lower, looks.top))
        if looks.bag is not None and index == 0:
            parts.append(Part("bag", arm, looks.bag))
        leg = root @ translation(0, side * 0.09, 0.89) @ turned_y(-pose.thigh[index])
        parts.append(Part("thigh", leg, SKIN if looks.skirted else looks.legs))
        shin = leg @ translation(0, 0, -0.42) @ turned_y(pose.knee[index])
        parts.append(Part("shin", shin, SKIN if looks.skirted else looks.legs))
    return parts
