"""Hours of street without a fire, and fires over the same streets, as streams of pictures.

A scene is one real clip under one light, one weather and one look-alike, shown forwards and
backwards so that no cut looks like another scene. Streamed, never written: three hours would be
gigabytes. There are only eight quiet clips: hours made of them are no independent hours.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vision.alerts import AlertKind
from vision.learn.blazes import Blaze, DrawnFlame, Plume, RealFlame, to_and_fro
from vision.learn.composites import QUIET_CLIPS
from vision.learn.evaluate_clips import pictures_of_clip
from vision.learn.look_alikes import LookAlike, look_alike
from vision.learn.sprites import Picture
from vision.learn.truth import TruthEvent
from vision.learn.weather import Daylight, Weather, lit, weathered

FPS = 2.0
#: A quiet scene lasts this long; hours come in such pieces.
QUIET_S = 300.0
#: A burning scene: calm, then what burns, to the end.
CALM_S, BURNING_S = 12.0, 28.0
#: What a camera sees when nothing is wrong; dusk is a light here, not a weather.
WEATHERS = (Weather.CLEAR, Weather.RAIN, Weather.FOG, Weather.NOISE, Weather.CLOUDS)
LIGHTS = (Daylight.DAY, Daylight.DUSK, Daylight.NIGHT, Daylight.INFRARED)
BURNING_SCENES = 64
#: Clips of real flames, with the part that burns (0..1 of the picture).
FLAME_CLIPS = (
    ("small_ground_fire.mp4", (0.0, 0.25, 0.75, 0.85)),
    ("roadside_fire.mp4", (0.15, 0.55, 1.0, 0.85)),
)
#: Final heights, shares of the picture's.
_SMOKE_SIZE, _FLAME_SIZE = (0.2, 0.6), (0.08, 0.3)
#: Grey levels that what burns must change its place by, on average: what nobody could see is no
#: event. A dark picture has fewer of them.
_VISIBLE = {Daylight.DAY: 10.0, Daylight.DUSK: 6.0, Daylight.NIGHT: 4.0, Daylight.INFRARED: 6.0}
_TRIES = 20


@dataclass(frozen=True, slots=True)
class Scene:
    """One stream. `burns` None: quiet. `part`: what it is made with, for the tables."""

    name: str
    clip: str
    daylight: Daylight
    weather: Weather
    disturbance: LookAlike
    seed: int
    length_s: float
    burns: AlertKind | None = None
    made_of: str = "quiet"


def quiet_scenes(hours: float, seed: int) -> list[Scene]:
    """Scenes of that many hours together; every clip meets every light, weather and look-alike
    in turn."""
    kinds = tuple(LookAlike)
    scenes = []
    count = max(1, round(hours * 3600 / QUIET_S))
    for number in range(count):
        clip = QUIET_CLIPS[number % len(QUIET_CLIPS)]
        turn = number // len(QUIET_CLIPS) + number + seed
        scenes.append(
            Scene(
                f"quiet-{number:03d}", clip, LIGHTS[turn % len(LIGHTS)],
                WEATHERS[(turn + number // 3) % len(WEATHERS)], kinds[(turn + number // 8) % len(kinds)],
                seed * 1000 + number, min(QUIET_S, hours * 3600),
            )
        )  # fmt: skip
    return scenes


def burning_scenes(count: int, seed: int) -> list[Scene]:
    """As many fires over the quiet clips: half smoke, a quarter drawn flames, a quarter real ones."""
    made = (
        (AlertKind.SMOKE, "drawn smoke"), (AlertKind.FIRE, "drawn flames"),
        (AlertKind.SMOKE, "drawn smoke"), (AlertKind.FIRE, "real flames"),
    )  # fmt: skip
    scenes = []
    for number in range(count):
        kind, made_of = made[number % len(made)]
        turn = number // len(made)
        scenes.append(
            Scene(
                f"burning-{number:03d}", QUIET_CLIPS[(turn + number) % len(QUIET_CLIPS)],
                LIGHTS[(turn + number // 16) % len(LIGHTS)], WEATHERS[(number + seed) % len(WEATHERS)],
                LookAlike.NOTHING, seed * 1000 + 500 + number, CALM_S + BURNING_S, kind, made_of,
            )
        )  # fmt: skip
    return scenes


@functools.lru_cache(maxsize=2)
def _pictures(path: Path) -> tuple[Picture, ...]:
    return tuple(picture for _, picture in pictures_of_clip(path, FPS))


@functools.lru_cache(maxsize=len(FLAME_CLIPS))
def _patches(path: Path, part: tuple[float, float, float, float]) -> tuple[Picture, ...]:
    x1, y1, x2, y2 = part
    cut = []
    for picture in _pictures(path):
        height, width = picture.shape[:2]
        cut.append(
            picture[int(y1 * height) : int(y2 * height), int(x1 * width) : int(x2 * width)].copy()
        )
    return tuple(cut)


class Stream:
    """The pictures of a scene, and what happens in it.

    Raises:
        ClipUnreadable: its clip is missing.
    """

    def __init__(self, scene: Scene, videos: Path) -> None:
        self.scene = scene
        self._videos = videos
        self._shown = _pictures(videos / scene.clip)
        height, width = self._shown[0].shape[:2]
        self._disturb = look_alike(scene.disturbance, scene.seed, width, height)
        self._blaze = self._visible_blaze(width, height) if scene.burns is not None else None

    def pictures(self) -> Iterator[tuple[float, Picture]]:
        """(second, BGR picture), two a second."""
        for number in range(round(self.scene.length_s * FPS)):
            yield number / FPS, self._picture(number / FPS, self._blaze)

    def at(self, at_s: float) -> Picture:
        """The picture at a second."""
        return self._picture(round(at_s * FPS) / FPS, self._blaze)

    def events(self) -> list[TruthEvent]:
        """What burns, where it is when fully grown."""
        if self._blaze is None or self.scene.burns is None:
            return []
        end_s = self.scene.length_s
        blank = np.full_like(self._shown[0], 90)
        height, width = blank.shape[:2]
        box = self._blaze.paint(blank, BURNING_S)
        assert box is not None, "a blaze is only taken when it can be seen"
        place = (box[0] / width, box[1] / height, box[2] / width, box[3] / height)
        return [TruthEvent(self.scene.burns, CALM_S, end_s, place)]

    def _picture(self, at_s: float, blaze: Blaze | None) -> Picture:
        """Smoke takes the scene's light; flames, lamps and their like are light themselves."""
        scene = self.scene
        picture = self._shown[to_and_fro(round(at_s * FPS), len(self._shown))].copy()
        burning = blaze is not None and at_s >= CALM_S
        if burning and blaze is not None and scene.burns is AlertKind.SMOKE:
            blaze.paint(picture, at_s - CALM_S)
        picture = weathered(picture, scene.weather, at_s, scene.seed)
        picture = lit(picture, scene.daylight, at_s, scene.seed)
        self._disturb(picture, at_s)
        if burning and blaze is not None and scene.burns is AlertKind.FIRE:
            blaze.paint(picture, at_s - CALM_S)
            if scene.daylight is Daylight.INFRARED:
                picture[:] = picture.mean(axis=2, keepdims=True).astype(np.uint8)
        return picture

    def _visible_blaze(self, width: int, height: int) -> Blaze:
        """The first of several that can be seen; the best of them where none can (fog by night)."""
        best, most = None, -1.0
        for attempt in range(_TRIES):
            blaze = self._blaze_of(np.random.default_rng((self.scene.seed, attempt)), width, height)
            contrast = self._contrast(blaze)
            if contrast >= _VISIBLE[self.scene.daylight]:
                return blaze
            if contrast > most:
                best, most = blaze, contrast
        assert best is not None
        return best

    def _blaze_of(self, rng: np.random.Generator, width: int, height: int) -> Blaze:
        low, high = _SMOKE_SIZE if self.scene.burns is AlertKind.SMOKE else _FLAME_SIZE
        size = round(height * float(np.exp(rng.uniform(np.log(low), np.log(high)))))
        foot = float(rng.uniform(0.2, 0.8)) * width, float(rng.uniform(0.55, 0.95)) * height
        if self.scene.burns is AlertKind.SMOKE:
            return Plume(rng, foot, size, float(rng.uniform(0.6, 1.0)))
        if self.scene.made_of == "drawn flames":
            return DrawnFlame(rng, foot, size)
        name, part = FLAME_CLIPS[int(rng.integers(len(FLAME_CLIPS)))]
        return RealFlame(_patches(self._videos / name, part), foot, size, 1 / FPS)

    def _contrast(self, blaze: Blaze) -> float:
        """Mean change of its place's pixels, fully grown, in grey levels as shown."""
        at_s = CALM_S + 10.0
        box = blaze.paint(np.full_like(self._shown[0], 90), at_s - CALM_S)
        if box is None:
            return 0.0
        x1, y1, x2, y2 = (int(value) for value in box)
        without = self._picture(at_s, None)[y1:y2, x1:x2].astype(np.int16)
        there = self._picture(at_s, blaze)[y1:y2, x1:x2].astype(np.int16)
        return float(np.abs(there - without).mean())


def real_seconds(videos: Path, scenes: Sequence[Scene]) -> dict[str, float]:
    """Clip → seconds of real pictures it has: what the hours of these scenes come from."""
    names = sorted({scene.clip for scene in scenes})
    return {name: len(_pictures(videos / name)) / FPS for name in names}
