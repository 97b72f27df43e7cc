"""Look-alikes that move: what a street shows that is neither smoke nor fire, over time.

For evaluation. `distractors` paints look-alikes for training into single pictures; a rule judges
seconds, so here they drive, blink, drift and flap. Deterministic by seed.
"""

from __future__ import annotations

import enum
from collections.abc import Callable

import cv2
import numpy as np

from vision.learn.blazes import Plume
from vision.learn.distractors import lamp
from vision.learn.synthesis import Image

Paint = Callable[[Image, float], None]  #: changes a BGR picture in place; clip second


class LookAlike(enum.Enum):
    NOTHING = "nothing"
    HEADLIGHTS = "headlights"
    BEACON = "blinking beacon"
    STEAM = "steam"
    EXHAUST = "exhaust"
    LOW_SUN = "low sun"
    FLARE = "lens flare"
    BANNER = "flapping banner"

    @property
    def shines(self) -> bool:
        """Light of its own; the others take the scene's."""
        return self not in (LookAlike.STEAM, LookAlike.EXHAUST, LookAlike.BANNER)


def look_alike(kind: LookAlike, seed: int, width: int, height: int) -> Paint:
    """What paints it into pictures of that size."""
    return _MAKERS[kind](np.random.default_rng((seed, 2)), width, height)


def _nothing(rng: np.random.Generator, width: int, height: int) -> Paint:
    return lambda picture, at_s: None


def _with_lamps(
    picture: Image, lamps: list[tuple[float, float, float, tuple[float, float, float]]]
) -> None:
    out = picture.astype(np.float32)
    for x, y, core, tint in lamps:
        lamp(out, x, y, core, np.array(tint, np.float32))
    picture[:] = np.clip(out, 0, 255).astype(np.uint8)


def _headlights(rng: np.random.Generator, width: int, height: int) -> Paint:
    """Every 12 s a pair comes nearer from the far side, and a red pair goes away."""
    start, end = rng.uniform(0.2, 0.8, 2)
    period_s = float(rng.uniform(9, 15))

    def paint(picture: Image, at_s: float) -> None:
        lamps = []
        for share, tint in (
            ((at_s / period_s) % 1, (235.0, 250.0, 255.0)),
            (1 - (at_s / period_s + 0.5) % 1, (60.0, 60.0, 255.0)),
        ):
            x = width * (start + (end - start) * share)
            y = height * (0.35 + 0.6 * share**2)
            core = max(1.5, width * (0.003 + 0.012 * share**2))
            lamps += [(x - 2.5 * core, y, core, tint), (x + 2.5 * core, y, core, tint)]
        _with_lamps(picture, lamps)

    return paint


def _beacon(rng: np.random.Generator, width: int, height: int) -> Paint:
    """An amber or red light on a roof or a barrier, twice in three seconds."""
    x, y = float(rng.uniform(0.15, 0.85)) * width, float(rng.uniform(0.35, 0.85)) * height
    tint = ((30.0, 150.0, 255.0), (50.0, 60.0, 255.0))[int(rng.integers(2))]
    core = max(2.0, width * float(rng.uniform(0.004, 0.012)))

    def paint(picture: Image, at_s: float) -> None:
        if (at_s * 2 / 3) % 1 < 0.5:
            _with_lamps(picture, [(x, y, core, tint)])

    return paint


def _steam(rng: np.random.Generator, width: int, height: int) -> Paint:
    """A pot or a manhole: fainter (at most .2 opaque) and smaller than what counts as smoke; comes
    for 20 s of every 45."""
    foot = float(rng.uniform(0.2, 0.8)) * width, float(rng.uniform(0.5, 0.9)) * height
    wisp = Plume(
        rng, foot, round(height * float(rng.uniform(0.06, 0.14))), float(rng.uniform(0.1, 0.2))
    )
    wisp.tint(235.0)

    def paint(picture: Image, at_s: float) -> None:
        age_s = at_s % 45.0
        if age_s < 20.0:
            wisp.paint(picture, age_s)

    return paint


def _exhaust(rng: np.random.Generator, width: int, height: int) -> Paint:
    """A grey puff behind a vehicle that drives off, gone after four seconds, every 20 s."""
    y = float(rng.uniform(0.55, 0.9)) * height
    start, speed = float(rng.uniform(0.1, 0.4)) * width, float(rng.uniform(0.06, 0.14)) * width
    size = round(height * float(rng.uniform(0.05, 0.12)))
    strength = float(rng.uniform(0.15, 0.35))
    seed = int(rng.integers(2**31))

    def paint(picture: Image, at_s: float) -> None:
        age_s = at_s % 20.0
        if age_s < 4.0:
            puff = Plume(
                np.random.default_rng(seed), (start + speed * age_s, y), size, strength * (1 - age_s / 4)
            )  # fmt: skip
            puff.paint(picture, age_s)

    return paint


def _low_sun(rng: np.random.Generator, width: int, height: int) -> Paint:
    """An orange cast, stronger at the top, that comes and goes with thin cloud."""
    top = float(rng.uniform(0.3, 0.6))
    cast = np.array([0.55, 0.85, 1.35], np.float32)

    def paint(picture: Image, at_s: float) -> None:
        strength = 0.7 + 0.3 * float(np.sin(at_s / 9))
        share = np.linspace(top, 0.05, picture.shape[0], dtype=np.float32)[:, None, None] * strength
        warm = np.clip(picture * cast + np.array([0, 15, 40], np.float32), 0, 255)
        picture[:] = (picture * (1 - share) + warm * share).astype(np.uint8)

    return paint


def _flare(rng: np.random.Generator, width: int, height: int) -> Paint:
    """The sun in the picture's edge and its ghosts across the middle, dancing a little."""
    sun = np.array([float(rng.uniform(0, 1)) * width, 0.0])
    middle = np.array([width / 2, height / 2])
    ghosts = [(float(rng.uniform(0.4, 1.8)), float(rng.uniform(0.004, 0.012))) for _ in range(4)]

    def paint(picture: Image, at_s: float) -> None:
        light = 0.8 + 0.2 * float(np.sin(at_s * 1.3))
        lamps = [(float(sun[0]), float(sun[1]), width * 0.025 * light, (210.0, 240.0, 255.0))]
        for along, size in ghosts:
            x, y = sun + (middle - sun) * along
            lamps.append((float(x), float(y), width * size, (60.0, 110.0 * light, 150.0 * light)))
        _with_lamps(picture, lamps)

    return paint


def _banner(rng: np.random.Generator, width: int, height: int) -> Paint:
    """Red, orange or grey cloth that hangs at one place and flaps."""
    x, y = float(rng.uniform(0.1, 0.75)) * width, float(rng.uniform(0.25, 0.7)) * height
    wide = float(rng.uniform(0.04, 0.12)) * width
    high = float(rng.uniform(0.05, 0.16)) * height
    colour = ((20, 110, 240), (40, 40, 205), (190, 190, 195))[int(rng.integers(3))]
    steps = np.linspace(0, 1, 12)

    def paint(picture: Image, at_s: float) -> None:
        wave = np.sin(steps * 7 - at_s * 5.1) * steps * high * 0.25
        upper = np.stack([x + steps * wide, y + wave], axis=1)
        lower = upper[::-1] + np.array([0.0, high])
        light = min(1.0, float(picture[::8, ::8].mean()) / 100)
        shade = tuple(round(value * light) for value in colour)
        cv2.fillPoly(picture, [np.vstack([upper, lower]).astype(np.int32)], shade, cv2.LINE_AA)

    return paint


_MAKERS: dict[LookAlike, Callable[[np.random.Generator, int, int], Paint]] = {
    LookAlike.NOTHING: _nothing,
    LookAlike.HEADLIGHTS: _headlights,
    LookAlike.BEACON: _beacon,
    LookAlike.STEAM: _steam,
    LookAlike.EXHAUST: _exhaust,
    LookAlike.LOW_SUN: _low_sun,
    LookAlike.FLARE: _flare,
    LookAlike.BANNER: _banner,
}
