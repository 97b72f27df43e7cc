"""Weather and light over a clip's pictures: what a street camera sees in a year, by numbers.

For evaluation material made at run time. Deterministic: the same picture, moment and seed give
the same result. Pure; no threads.
"""

from __future__ import annotations

import enum

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

#: What is left of blue, green and red after sunset.
_DUSK_BGR = np.array([0.50, 0.42, 0.38], np.float32)


class Weather(enum.Enum):
    CLEAR = "clear"
    DUSK = "dusk"
    RAIN = "rain"
    FOG = "fog"
    NOISE = "noise"  #: a worn sensor at high gain
    CLOUDS = "clouds"  #: light that comes and goes within seconds


class Daylight(enum.Enum):
    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"  #: what street lamps leave
    INFRARED = "infrared"


#: What is left of blue, green and red, and the grain of the sensor's gain.
_LEFT_BGR = {
    Daylight.DAY: (np.array([1.0, 1.0, 1.0], np.float32), 0.0),
    Daylight.DUSK: (_DUSK_BGR, 4.0),
    Daylight.NIGHT: (np.array([0.20, 0.22, 0.26], np.float32), 5.0),
    Daylight.INFRARED: (np.array([0.6, 0.6, 0.6], np.float32), 5.0),
}


def lit(picture: Picture, daylight: Daylight, at_s: float, seed: int) -> Picture:
    """The picture by that light; a new array. Infrared is grey."""
    left, grain = _LEFT_BGR[daylight]
    if grain == 0.0:
        return picture.copy()
    shown = picture.astype(np.float32)
    if daylight is Daylight.INFRARED:
        shown[:] = shown.mean(axis=2, keepdims=True)
    random = np.random.default_rng((seed, round(at_s * 100), 1))
    return np.asarray(np.clip(_noisy(shown * left, grain, random), 0, 255), np.uint8)


def weathered(picture: Picture, weather: Weather, at_s: float, seed: int) -> Picture:
    """The picture as it would look; a new array, one pixel of shake included."""
    random = np.random.default_rng((seed, round(at_s * 100)))
    changed = _CHANGES[weather](picture.astype(np.float32), at_s, random)
    shake = random.integers(-1, 2, 2)
    moved = np.roll(changed, (int(shake[0]), int(shake[1])), axis=(0, 1))
    return np.asarray(np.clip(moved, 0, 255), np.uint8)


def _noisy(
    picture: NDArray[np.float32], sigma: float, random: np.random.Generator
) -> NDArray[np.float32]:
    height, width = picture.shape[:2]
    coarse = random.normal(0, sigma, (height // 2 + 1, width // 2 + 1)).astype(np.float32)
    grain = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(picture + grain[..., None], np.float32)


def _clear(
    picture: NDArray[np.float32], at_s: float, random: np.random.Generator
) -> NDArray[np.float32]:
    return _noisy(picture, 2.0, random)


def _dusk(
    picture: NDArray[np.float32], at_s: float, random: np.random.Generator
) -> NDArray[np.float32]:
    return _noisy(np.asarray(picture * _DUSK_BGR, np.float32), 6.0, random)


def _rain(
    picture: NDArray[np.float32], at_s: float, random: np.random.Generator
) -> NDArray[np.float32]:
    height, width = picture.shape[:2]
    drops = np.zeros((height, width), np.float32)
    for x, y in random.integers(0, (width, height), (width // 4, 2)):
        cv2.line(drops, (int(x), int(y)), (int(x) + 2, int(y) + height // 24), 1.0, 1)
    dull = cv2.GaussianBlur(picture, (3, 3), 0) * 0.7 + 35
    return _noisy(np.asarray(dull + drops[..., None] * 45, np.float32), 3.0, random)


def _fog(
    picture: NDArray[np.float32], at_s: float, random: np.random.Generator
) -> NDArray[np.float32]:
    """Thicker with distance (up), slowly coming and going."""
    height = picture.shape[0]
    thickness = 0.35 + 0.15 * np.sin(at_s / 40)
    veil = np.linspace(1.0, 0.5, height, dtype=np.float32)[:, None, None] * thickness
    return _noisy(np.asarray(picture * (1 - veil) + 190 * veil, np.float32), 3.0, random)


def _noise(
    picture: NDArray[np.float32], at_s: float, random: np.random.Generator
) -> NDArray[np.float32]:
    return _noisy(picture * np.float32(0.8), 12.0, random)


def _clouds(
    picture: NDArray[np.float32], at_s: float, random: np.random.Generator
) -> NDArray[np.float32]:
    light = 0.8 + 0.25 * np.sin(at_s / 5) + 0.1 * np.sin(at_s / 1.7)
    return _noisy(np.asarray(picture * light, np.float32), 3.0, random)


_CHANGES = {
    Weather.CLEAR: _clear,
    Weather.DUSK: _dusk,
    Weather.RAIN: _rain,
    Weather.FOG: _fog,
    Weather.NOISE: _noise,
    Weather.CLOUDS: _clouds,
}
