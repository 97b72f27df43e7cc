"""What the renderer draws anew in every picture: things of parts, and puffs. Values only."""

from __future__ import annotations

from dataclasses import dataclass

from console.demo.render.figures import Part


@dataclass(frozen=True, slots=True)
class Mover:
    """One thing that moves or comes and goes: its parts and its number in the id picture."""

    number: int
    parts: tuple[Part, ...]
    contact: tuple[float, float, float, float, float] | None = None  #: x, y, heading, length, width


@dataclass(frozen=True, slots=True)
class Puff:
    """One particle of smoke or tongue of flame."""

    x: float
    y: float
    z: float
    radius_m: float
    turn_rad: float
    drift: tuple[float, float]
    tint: tuple[float, float, float, float]
    flame: bool = False
