"""Light and weather of a scene: five presets with seeded variation. Pure values."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from console.demo.cameras import Weather

Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Light:
    """What lights the scene. Colours are linear and relative; the sun's place in degrees."""

    sun_elevation_deg: float
    sun_azimuth_deg: float
    sun: Rgb
    zenith: Rgb
    horizon: Rgb
    ground: Rgb
    fog: Rgb
    fog_density: float
    exposure: float
    saturation: float = 0.92
    wet: float = 0.0
    night: float = 0.0
    cloud: float = 0.3
    rain: float = 0.0
    tone: Rgb = (1.0, 1.0, 1.0)
    grain: float = 0.022

    @property
    def sun_direction(self) -> tuple[float, float, float]:
        up, around = math.radians(self.sun_elevation_deg), math.radians(self.sun_azimuth_deg)
        return (
            math.cos(up) * math.sin(around),
            math.cos(up) * math.cos(around),
            math.sin(up),
        )


PRESETS = {
    Weather.SUN: Light(
        46,
        215,
        (3.3, 3.0, 2.55),
        (0.20, 0.31, 0.52),
        (0.52, 0.62, 0.74),
        (0.20, 0.185, 0.16),
        (0.60, 0.68, 0.78),
        0.0011,
        0.58,
        1.0,
        cloud=0.4,
    ),
    Weather.LOW_SUN: Light(
        21,
        250,
        (3.3, 2.15, 1.2),
        (0.19, 0.25, 0.38),
        (0.58, 0.52, 0.46),
        (0.18, 0.155, 0.125),
        (0.66, 0.58, 0.50),
        0.0017,
        1.12,
        1.0,
        cloud=0.45,
        tone=(1.03, 1.0, 0.96),
    ),
    Weather.OVERCAST: Light(
        62,
        180,
        (0.30, 0.30, 0.29),
        (0.74, 0.80, 0.90),
        (0.80, 0.84, 0.90),
        (0.30, 0.30, 0.285),
        (0.72, 0.75, 0.79),
        0.0018,
        0.70,
        1.0,
        cloud=0.9,
    ),
    Weather.RAIN: Light(
        62,
        180,
        (0.05, 0.05, 0.05),
        (0.50, 0.56, 0.64),
        (0.60, 0.65, 0.70),
        (0.22, 0.23, 0.24),
        (0.55, 0.60, 0.65),
        0.0044,
        0.98,
        0.82,
        wet=1.0,
        night=0.18,
        cloud=1.0,
        rain=1.0,
        grain=0.03,
    ),
    Weather.DUSK: Light(
        4,
        285,
        (0.22, 0.12, 0.06),
        (0.10, 0.135, 0.26),
        (0.36, 0.29, 0.31),
        (0.07, 0.067, 0.07),
        (0.20, 0.20, 0.26),
        0.0022,
        1.6,
        0.92,
        night=1.0,
        cloud=0.6,
        grain=0.04,
    ),
}


def varied(weather: Weather, rng: np.random.Generator) -> Light:
    """The preset with another sun, haze and camera; for training pictures."""
    base = PRESETS[weather]
    gain = float(rng.uniform(0.75, 1.25))
    sun = tuple(v * gain for v in base.sun)
    return replace(
        base,
        sun_elevation_deg=base.sun_elevation_deg * float(rng.uniform(0.65, 1.3)),
        sun_azimuth_deg=float(rng.uniform(0, 360)),
        sun=(sun[0], sun[1], sun[2]),
        fog_density=base.fog_density * float(rng.uniform(0.3, 2.2)),
        exposure=base.exposure * float(rng.uniform(0.75, 1.35)),
        saturation=base.saturation * float(rng.uniform(0.55, 1.15)),
        tone=(float(rng.uniform(0.92, 1.08)), 1.0, float(rng.uniform(0.92, 1.08))),
        cloud=float(np.clip(base.cloud + rng.normal(0, 0.2), 0, 1)),
        grain=base.grain * float(rng.uniform(0.4, 2.0)),
    )
