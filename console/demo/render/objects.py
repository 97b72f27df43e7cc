"""Things on the street as movers: vehicles with riders, people, stalls, smoke. Pure numpy.

A `Cast` numbers what it makes and remembers each number's class, so that the id picture becomes
labelled boxes. Headings are mathematical angles in the city frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from console.demo.render.figures import (
    RIDING,
    SELLING,
    STANDING,
    Looks,
    Part,
    Pose,
    Tint,
    figure,
    pedalling,
    placed,
    random_looks,
    translation,
    turned_y,
    walking,
)
from console.demo.render.movers import Mover, Puff
from console.demo.render.vehicles import CLASS_OF_VEHICLE, LENGTH_M

#: Names in the order of the detector's label files.
CLASS_NAMES = (
    "person",
    "bicycle",
    "motorcycle",
    "tricycle",
    "car",
    "bus",
    "truck",
    "stall",
    "umbrella",
    "smoke",
    "fire",
)

_PAINTS: tuple[tuple[Tint, float], ...] = (
    ((0.72, 0.72, 0.71), 0.30),
    ((0.025, 0.026, 0.03), 0.20),
    ((0.36, 0.37, 0.39), 0.16),
    ((0.13, 0.135, 0.14), 0.10),
    ((0.30, 0.025, 0.03), 0.07),
    ((0.03, 0.08, 0.26), 0.07),
    ((0.30, 0.25, 0.17), 0.04),
    ((0.02, 0.22, 0.13), 0.03),
    ((0.65, 0.38, 0.03), 0.03),
)
_BUSES: tuple[Tint, ...] = (
    (0.05, 0.30, 0.20),
    (0.08, 0.20, 0.50),
    (0.62, 0.64, 0.64),
    (0.60, 0.30, 0.04),
)
_BRIGHT: tuple[Tint, ...] = (
    (0.55, 0.04, 0.04),
    (0.05, 0.15, 0.48),
    (0.04, 0.28, 0.14),
    (0.65, 0.42, 0.04),
    (0.6, 0.6, 0.58),
    (0.45, 0.10, 0.32),
)


def paint(rng: np.random.Generator, mesh: str) -> tuple[Tint, Tint]:
    """Body colour and second colour of a vehicle, as common as on the street."""
    if mesh == "bus":
        colour = _BUSES[int(rng.integers(len(_BUSES)))]
        return colour, (0.1, 0.1, 0.11)
    if mesh in {"tricycle", "scooter", "motorcycle", "bicycle"}:
        colour = (
            _BRIGHT[int(rng.integers(len(_BRIGHT)))] if rng.random() < 0.7 else (0.04, 0.04, 0.045)
        )
        box = (0.05, 0.25, 0.55) if rng.random() < 0.3 else (0.06, 0.06, 0.065)
        return colour, box
    pick = float(rng.random())
    colour = _PAINTS[0][0]
    for candidate, share in _PAINTS:
        colour = candidate
        pick -= share
        if pick < 0:
            break
    second = (0.62, 0.63, 0.62) if rng.random() < 0.6 else _BRIGHT[int(rng.integers(len(_BRIGHT)))]
    return colour, second


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle's make and colours; `rider` for two- and three-wheelers."""

    mesh: str
    colours: tuple[Tint, Tint]
    rider: Looks | None = None
    loaded: bool = False

    @property
    def length_m(self) -> float:
        return LENGTH_M[self.mesh]


def random_vehicle(rng: np.random.Generator, mesh: str) -> Vehicle:
    ridden = mesh in {"bicycle", "scooter", "motorcycle", "tricycle"}
    return Vehicle(
        mesh,
        paint(rng, mesh),
        random_looks(rng) if ridden else None,
        mesh == "tricycle" and bool(rng.random() < 0.6),
    )


@dataclass(frozen=True, slots=True)
class Stall:
    """One stall's make: what it is, its colours, its parasol and its keeper."""

    mesh: str
    colours: tuple[Tint, Tint]
    parasol: tuple[Tint, Tint] | None
    keeper: Looks | None
    parasol_offset: tuple[float, float] = (-0.3, 0.2)


def random_stall(rng: np.random.Generator, mesh: str | None = None) -> Stall:
    kind = mesh or str(rng.choice(["table", "cart", "cloth", "tricycle"]))
    first, second = (_BRIGHT[int(rng.integers(len(_BRIGHT)))] for _ in range(2))
    shade = None
    if kind != "cart" and rng.random() < 0.7:
        shade = (
            _BRIGHT[int(rng.integers(len(_BRIGHT)))],
            (0.7, 0.69, 0.66) if rng.random() < 0.7 else first,
        )
    return Stall(
        kind,
        (first, second),
        shade,
        random_looks(rng) if rng.random() < 0.9 else None,
        (float(rng.uniform(-0.6, 0.2)), float(rng.uniform(-0.5, 0.5))),
    )


@dataclass
class Cast:
    """Everything on the street in one picture. `class_of[number]` names what a number is."""

    movers: list[Mover] = field(default_factory=list)
    puffs: list[Puff] = field(default_factory=list)
    class_of: dict[int, str] = field(default_factory=dict)
    group_of: dict[int, int] = field(default_factory=dict)

    def _add(
        self,
        kind: str,
        parts: list[Part],
        contact: tuple[float, float, float, float, float] | None = None,
    ) -> int:
        number = len(self.movers) + 1
        self.movers.append(Mover(number, tuple(parts), contact))
        self.class_of[number] = kind
        return number

    def person(
        self, x: float, y: float, heading: float, looks: Looks, pose: Pose = STANDING
    ) -> int:
        return self._add(
            "person", figure(placed(x, y, heading), looks, pose), (x, y, heading, 0.7, 0.6)
        )

    def vehicle(
        self, x: float, y: float, heading: float, vehicle: Vehicle, gone_m: float = 0.0
    ) -> int:
        """A vehicle and whoever rides it; returns the vehicle's number."""
        base = placed(x, y, heading)
        parts = [Part(vehicle.mesh, base, *vehicle.colours)]
        if vehicle.loaded:
            parts.append(Part("tricycle_load", base, (0.5, 0.4, 0.3)))
        width = {"bus": 2.7, "box_truck": 2.3, "flat_truck": 2.1}.get(
            vehicle.mesh, 1.9 if vehicle.rider is None else 0.7
        )
        number = self._add(
            CLASS_OF_VEHICLE[vehicle.mesh],
            parts,
            (x, y, heading, vehicle.length_m + 0.3, width + 0.15),
        )
        if vehicle.rider is not None:
            self._rider(base, vehicle, gone_m)
        return number

    def _rider(self, base: np.ndarray, vehicle: Vehicle, gone_m: float) -> None:
        looks = vehicle.rider
        assert looks is not None
        seat = {
            "bicycle": (-0.22, 0.16),
            "scooter": (-0.38, -0.02),
            "motorcycle": (-0.32, 0.0),
            "tricycle": (0.28, 0.02),
        }[vehicle.mesh]
        pose = pedalling(gone_m, looks) if vehicle.mesh == "bicycle" else RIDING
        self._add("person", figure(base @ translation(seat[0], 0.0, seat[1]), looks, pose))

    def stall(self, x: float, y: float, heading: float, stall: Stall, gone_m: float = 0.0) -> int:
        """A stall with its front to `heading`; its parasol is a thing of its own too."""
        base = placed(x, y, heading)
        parts = []
        if stall.mesh == "tricycle":
            sideways = placed(x, y, heading + math.pi / 2)
            parts += [
                Part("tricycle", sideways, *stall.colours),
                Part("bed_goods", sideways, stall.colours[0]),
            ]
        else:
            parts.append(Part(stall.mesh, base, *stall.colours))
        number = self._add("stall", parts, (x, y, heading, 1.3, 2.3))
        if stall.parasol is not None:
            dx, dy = stall.parasol_offset
            tilt = base @ translation(dx, dy, 0) @ turned_y(0.06)
            shade = self._add("umbrella", [Part("parasol", tilt, *stall.parasol)])
            self.group_of[shade] = number
        if stall.keeper is not None:
            behind = base @ translation(-0.95, 0.35, 0)
            self.person(float(behind[0, 3]), float(behind[1, 3]), heading, stall.keeper, SELLING)
        return number

    def rubbish(self, x: float, y: float) -> None:
        self.movers.append(
            Mover(0, (Part("rubbish", placed(x, y, 0.3), (0.2, 0.2, 0.2)),), (x, y, 0.0, 2.0, 2.0))
        )


def parked_pose(rng: np.random.Generator, looks: Looks) -> Pose:
    """Standing about, or a random moment of walking."""
    return STANDING if rng.random() < 0.25 else walking(float(rng.uniform(0, 3)), looks)
