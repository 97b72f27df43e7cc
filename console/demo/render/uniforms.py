"""What the shaders are told about one scene: light, streets, lamps, matrices. Pure.

Texture units: 0 noise, 1 leaves, 2 signs, 3 and 4 shadow maps, 5 depth, 6 and 7 the two layers,
8 the big picture, 9 smoke.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from console.demo.cameras import HEIGHT_PX, WIDTH_PX, View
from console.demo.city import (
    CROSS_STREETS,
    LONG_STREETS,
    PARK_BLOCK,
    Street,
    StreetClass,
    block_bounds,
)
from console.demo.render.light import Light
from console.demo.render.matrices import Matrix
from console.demo.render.scenery import Scenery

NEAR_M, FAR_M = 0.6, 600.0
#: Lamps a shader knows.
_LAMPS = 12


@dataclass(frozen=True, slots=True)
class Matrices:
    """View and both suns' views, row-major."""

    view_projection: Matrix
    shadow: Matrix
    mover_shadow: Matrix


def _street_uniform(streets: Sequence[Street]) -> list[tuple[float, float, float, float]]:
    order = {StreetClass.PRIMARY: 0.0, StreetClass.SECONDARY: 1.0, StreetClass.RESIDENTIAL: 2.0}
    return [
        (s.at_m, s.profile.half_width_m, s.profile.pavement_m, order[s.street_class])
        for s in streets
    ]


def scene_uniforms(
    view: View,
    light: Light,
    scenery: Scenery,
    matrices: Matrices,
    *,
    big_px: tuple[int, int],
    oversampling: float,
) -> dict[str, object]:
    """Every uniform of every program by name; a program takes those it has."""
    lamps = list(scenery.lamps)[:_LAMPS]
    lamps += [(0.0, 0.0, -500.0)] * (_LAMPS - len(lamps))
    inverse = np.linalg.inv(matrices.view_projection)
    right, up, _ = view.axes()
    return {
        "uEye": (view.x_m, view.y_m, view.height_m),
        "uSunDirection": light.sun_direction,
        "uSunColour": light.sun,
        "uSkyZenith": light.zenith,
        "uSkyHorizon": light.horizon,
        "uGroundLight": light.ground,
        "uFogColour": light.fog,
        "uFogDensity": light.fog_density,
        "uWet": light.wet,
        "uNight": light.night,
        "uCloud": light.cloud,
        "uLong": _street_uniform(LONG_STREETS),
        "uCross": _street_uniform(CROSS_STREETS),
        "uPark": block_bounds(*PARK_BLOCK),
        "uRiver": (-150.0, -40.0),
        "uLamps": lamps,
        "uLampColour": (1.0, 0.72, 0.42),
        "uInverse": inverse,
        "uShadowMatrix": matrices.shadow,
        "uMoverShadowMatrix": matrices.mover_shadow,
        "uSize": (float(big_px[0]), float(big_px[1])),
        "uFocal": view.focal_px * oversampling,
        "uNear": NEAR_M,
        "uFar": FAR_M,
        "uRight": right,
        "uUp": up,
        "uSunny": max(light.sun),
        "uNoise": 0,
        "uLeaf": 1,
        "uSigns": 2,
        "uShadow": 3,
        "uMoverShadow": 4,
        "uDepth": 5,
        "uLit": 6,
        "uShade": 7,
        "uColour": 8,
        "uSmoke": 9,
        "uTexel": (0.55 / WIDTH_PX, 0.55 / HEIGHT_PX),
        "uExposure": light.exposure,
        "uSaturation": light.saturation,
        "uGrain": light.grain,
        "uRain": light.rain,
        "uTone": light.tone,
    }
