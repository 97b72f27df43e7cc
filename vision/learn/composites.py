"""Composites: material with known truth, made at run time from clips beside the checkout.

Parking: vehicles cut from a fixed camera's own clip drive in, stand at the kerb, are hidden by the
clip's real traffic, and drive off, in several kinds of weather. Quiet material: clips without smoke
under changing light and weather, for hours. Written as clips with a TRUTH.toml; never shipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tomlkit
from numpy.typing import NDArray

from vision.learn.evaluate_clips import pictures_of_clip
from vision.learn.sprites import Picture, Sprite, cut_out, empty_scene, moving_mask, pasted
from vision.learn.weather import Weather, weathered

TRUTH_FILE = "TRUTH.toml"
PARKING_FPS = 4.0
QUIET_FPS = 2.0
PARKING_CLIP = "kerb_parking_street.mp4"
QUEUE_CLIP = "crossing_queue.mp4"
#: Clips on which nothing burns.
QUIET_CLIPS = (
    "kerb_parking_street.mp4", "crossing_queue.mp4", "plaza_pedestrians.mp4", "shopping_street.mp4",
    "motorway_720p.mp4", "topdown_road.mp4", "pavement_object_left.mp4", "indoor_persons.mp4",
)  # fmt: skip
#: Those of them the recipe `street` trains on, as negatives and backgrounds, because their licence
#: lets it; false alarms on them are counted apart.
QUIET_TRAINED = ("shopping_street.mp4", "motorway_720p.mp4", "indoor_persons.mp4")
#: Those never trained on.
QUIET_HELD_OUT = tuple(clip for clip in QUIET_CLIPS if clip not in QUIET_TRAINED)
QUIET_BLOCK_S = 300.0
#: Every kerb scene is made in these, with this many different casts: 3 × 5 × 4 = 60 stays.
PARKING_WEATHER = (Weather.CLEAR, Weather.RAIN, Weather.DUSK)
CASTS = 5
WHOLE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
_LIMIT_S = 8.0
#: The far kerb of the street, and vehicles that stand there before the clip begins.
_KERB = [[0.1, 0.28], [0.9, 0.05], [0.95, 0.3], [0.5, 0.36], [0.1, 0.46]]
_ROW = ([0.13, 0.29, 0.23, 0.41], [0.24, 0.24, 0.32, 0.39], [0.35, 0.22, 0.46, 0.34])
#: Sizes shrink towards this line (y, 0..1 of the picture; above it: a high camera).
_HORIZON = -0.5
_DRIVE_S = 5.0
_IN = ((1.12, 0.37), (0.9, 0.40), (0.78, 0.39))
_OUT = ((0.5, 0.46), (0.25, 0.52), (-0.2, 0.62))
#: (place at the kerb, second it stops, second it leaves), before a cast shifts them.
_STAYS = (
    ((0.60, 0.315), 9.0, 29.0), ((0.74, 0.275), 17.0, 41.0),
    ((0.60, 0.315), 38.0, 58.0), ((0.74, 0.275), 49.0, 66.0),
)  # fmt: skip

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Stay:
    """One vehicle's visit."""

    sprite: Sprite
    place: tuple[float, float]
    stop_s: float
    leave_s: float

    def foot_at(self, at_s: float) -> tuple[float, float] | None:
        """Where its lower middle is; None while it is not in the picture."""
        if at_s < self.stop_s - _DRIVE_S or at_s > self.leave_s + _DRIVE_S:
            return None
        if at_s < self.stop_s:
            return _along((*_IN, self.place), 1 - (self.stop_s - at_s) / _DRIVE_S, arriving=True)
        if at_s <= self.leave_s:
            return self.place
        return _along((self.place, *_OUT), (at_s - self.leave_s) / _DRIVE_S, arriving=False)


def _along(
    way: Sequence[tuple[float, float]], share: float, *, arriving: bool
) -> tuple[float, float]:
    """A point of a way, braking at its end or gathering speed at its beginning."""
    eased = 1 - (1 - share) ** 2 if arriving else share**2
    places = np.linspace(0, 1, len(way))
    x = float(np.interp(eased, places, [point[0] for point in way]))
    return x, float(np.interp(eased, places, [point[1] for point in way]))


def parking_count() -> int:
    """Clips `write_parking` makes."""
    return len(PARKING_WEATHER) * (CASTS + 1)


def write_parking(
    videos: Path,
    folder: Path,
    on_clip: Progress,
    *,
    weathers: Sequence[Weather] = PARKING_WEATHER,
    casts: int = CASTS,
) -> list[dict[str, Any]]:
    """Writes parking composites, and the queue at a light, in each weather; returns their tables.

    Raises:
        ClipUnreadable: a source clip is missing.
    """
    timed = list(pictures_of_clip(videos / PARKING_CLIP, PARKING_FPS))
    scene = empty_scene([picture for _, picture in timed[::6]])
    sprites = cut_out(timed, scene, 3.0)
    tables = []
    for weather in weathers:
        for cast in range(casts):
            stays = _cast(sprites, cast)
            name = f"parking-{weather.value}-{cast}.mp4"
            _write(folder / name, _parked(timed, scene, stays, weather, cast), PARKING_FPS)
            tables.append(_parking_table(name, stays, scene.shape[:2]))
            on_clip(1)
        name = f"queue-{weather.value}.mp4"
        crossing = pictures_of_clip(videos / QUEUE_CLIP, PARKING_FPS)
        shown = (weathered(picture, weather, at_s, 7) for at_s, picture in crossing)
        _write(folder / name, shown, PARKING_FPS)
        tables.append({"path": name, "zones": [_zone("no_parking", 20.0, WHOLE)]})
        on_clip(1)
    return tables


def _cast(sprites: Sequence[Sprite], cast: int) -> list[Stay]:
    return [
        Stay(sprites[(cast + 2 * index) % len(sprites)], place, stop_s + 0.7 * cast, leave_s)
        for index, (place, stop_s, leave_s) in enumerate(_STAYS)
    ]


def _scale(sprite: Sprite, foot_y: float) -> float:
    return (foot_y - _HORIZON) / (sprite.foot_y_norm - _HORIZON)


def _parked(
    timed: Sequence[tuple[float, Picture]],
    scene: Picture,
    stays: Sequence[Stay],
    weather: Weather,
    seed: int,
) -> Iterator[Picture]:
    for at_s, original in timed:
        picture = original.copy()
        traffic = _in_front(moving_mask(original, scene))
        for stay in stays:
            foot = stay.foot_at(at_s)
            if foot is not None:
                pasted(picture, stay.sprite, foot, _scale(stay.sprite, foot[1]), traffic)
        yield weathered(picture, weather, at_s, seed)


def _in_front(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The clip's real traffic drives on the near side of the kerb: it hides what stands there."""
    return np.asarray(cv2.GaussianBlur(mask, (5, 5), 0), np.uint8)


def _parking_table(name: str, stays: Sequence[Stay], size: tuple[int, int]) -> dict[str, Any]:
    events = [_event("parking", 0.0, 73.0, box) for box in _ROW]
    for stay in stays:
        blank = np.zeros((*size, 3), np.uint8)
        box = pasted(blank, stay.sprite, stay.place, _scale(stay.sprite, stay.place[1]))
        assert box is not None
        events.append(_event("parking", stay.stop_s, stay.leave_s, [round(x, 3) for x in box]))
    return {"path": name, "zones": [_zone("no_parking", _LIMIT_S, _KERB)], "event": events}


def quiet_count(hours: float) -> int:
    """Clips `write_quiet` makes."""
    return max(1, round(hours * 3600 / QUIET_BLOCK_S))


def write_quiet(
    videos: Path, folder: Path, hours: float, on_clip: Progress
) -> list[dict[str, Any]]:
    """Writes hours of quiet material in blocks; returns their `[[clip]]` tables.

    Raises:
        ClipUnreadable: a source clip is missing.
    """
    tables = []
    weathers = list(Weather)
    for block in range(quiet_count(hours)):
        clip = QUIET_CLIPS[block % len(QUIET_CLIPS)]
        weather = weathers[(block + block // len(QUIET_CLIPS)) % len(weathers)]
        pictures = [picture for _, picture in pictures_of_clip(videos / clip, QUIET_FPS)]
        count = round(QUIET_BLOCK_S * QUIET_FPS)
        shown = (
            weathered(picture, weather, number / QUIET_FPS, block)
            for number, picture in enumerate(islice(cycle(pictures), count))
        )
        name = f"quiet-{block:03d}-{weather.value}.mp4"
        _write(folder / name, shown, QUIET_FPS)
        tables.append({"path": name, "zones": [_zone("smoke_watch", 3.0, WHOLE)]})
        on_clip(1)
    return tables


def write_truth(folder: Path, tables: Sequence[dict[str, Any]]) -> Path:
    """TRUTH.toml of the clips written to a folder."""
    file = folder / TRUTH_FILE
    file.write_text(tomlkit.dumps({"clip": list(tables)}), encoding="utf-8")
    return file


def _zone(kind: str, limit_s: float, polygon: list[list[float]]) -> dict[str, Any]:
    return {"kind": kind, "limit_s": limit_s, "polygon": polygon}


def _event(kind: str, start_s: float, end_s: float, box: list[float]) -> dict[str, Any]:
    return {"kind": kind, "start_s": start_s, "end_s": end_s, "box": box}


def _write(file: Path, pictures: Iterator[Picture], fps: float) -> None:
    first = next(pictures)
    size = first.shape[1], first.shape[0]
    writer = cv2.VideoWriter(str(file), cv2.VideoWriter.fourcc(*"mp4v"), fps, size)
    try:
        writer.write(first)
        for picture in pictures:
            writer.write(picture)
    finally:
        writer.release()
