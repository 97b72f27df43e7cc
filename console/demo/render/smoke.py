"""Smoke and flames as particles: a function of time, periodic where a loop needs it. Pure numpy.

Puffs are born at the source in a fixed rhythm and age along one track of rise, wind and growth,
so that a plume at t and at t + period is the same picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from console.demo.render.movers import Puff

#: Puffs born per second.
BIRTHS_HZ = 10.0


@dataclass(frozen=True, slots=True)
class Plume:
    """One source. Metres and seconds; `shade` 0 black … 1 white; `light` scales with the scene."""

    x_m: float
    y_m: float
    z_m: float = 0.25
    life_s: float = 6.0
    rise_mps: float = 1.15
    wind_mps: tuple[float, float] = (0.35, 0.15)
    start_radius_m: float = 0.35
    growth_mps: float = 0.27
    shade: float = 0.6
    density: float = 0.34
    light: float = 1.0
    seed: int = 1


def plume(
    source: Plume, at_s: float, *, begin_s: float = -1e9, end_s: float = 1e9, period_s: float = 12.0
) -> list[Puff]:
    """Puffs in the air at `at_s` of a source that smokes from `begin_s` to `end_s`.

    The puffs' looks repeat with `period_s` (a whole number of births), so that clips join.
    """
    count = round(period_s * BIRTHS_HZ)
    first = math.ceil((max(at_s - source.life_s, begin_s)) * BIRTHS_HZ)
    last = math.floor(min(at_s, end_s) * BIRTHS_HZ)
    puffs = []
    for birth in range(first, last + 1):
        age = at_s - birth / BIRTHS_HZ
        strength = min(1.0, (birth / BIRTHS_HZ - begin_s) / 4.0 + 0.15)
        puffs.append(_puff(source, age, birth % count, strength))
    return puffs


def _puff(source: Plume, age: float, number: int, strength: float) -> Puff:
    rng = np.random.default_rng((source.seed, number))
    sway = rng.normal(0, 1, 4)
    part = age / source.life_s
    wander = 0.16 + 0.42 * part
    x = (
        source.x_m
        + source.wind_mps[0] * age**1.25
        + wander * (sway[0] + 0.5 * math.sin(age * 1.3 + sway[2]))
    )
    y = (
        source.y_m
        + source.wind_mps[1] * age**1.25
        + wander * (sway[1] + 0.5 * math.cos(age * 1.1 + sway[3]))
    )
    z = source.z_m + source.rise_mps * age * (1.0 - 0.28 * part)
    radius = (
        (source.start_radius_m + source.growth_mps * age)
        * float(rng.uniform(0.8, 1.25))
        * (0.5 + 0.5 * strength)
    )
    fade = min(1.0, age / 0.35) * max(0.0, 1.0 - part) ** 0.6
    level = (source.shade * 0.85 + 0.08 * sway[2] * 0.4) * source.light * (0.8 + 0.25 * part)
    tint = (level, level * 1.0, level * 1.02, source.density * fade * (0.35 + 0.65 * strength))
    drift = (float(rng.random()) + age * 0.012, float(rng.random()) - age * 0.02)
    return Puff(
        x,
        y,
        z,
        radius,
        float(rng.uniform(0, 6.28)) + age * 0.18 * float(rng.choice([-1, 1])),
        drift,
        tint,
    )


def flames(
    x_m: float,
    y_m: float,
    at_s: float,
    *,
    size_m: float = 1.0,
    strength: float = 1.0,
    seed: int = 3,
) -> list[Puff]:
    """Tongues of flame over a heap; `strength` 0..1 grows them. Periodic in 1 s."""
    puffs = []
    rng = np.random.default_rng(seed)
    for _ in range(round(9 * max(0.3, size_m))):
        angle, reach = rng.uniform(0, 6.28), rng.random() ** 0.5 * 0.55 * size_m
        flicker = 0.8 + 0.25 * math.sin(
            2 * math.pi * (round(2 + 3 * rng.random()) * at_s + rng.random())
        )
        height = float(rng.uniform(0.45, 0.95)) * size_m * strength * flicker
        look = (float(rng.random()), float(rng.random()) + round(1 + rng.random()) * at_s)
        puffs.append(
            Puff(
                x_m + reach * math.cos(angle),
                y_m + reach * math.sin(angle),
                0.12 + height * 0.9,
                height,
                0.0,
                look,
                (1, 1, 1, 0.9 * min(1.0, strength * 1.6)),
                flame=True,
            )
        )
    return puffs
