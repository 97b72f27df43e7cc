"""Pictures of quiet clips as training negatives and as backgrounds to paint on.

`python -m vision.learn.quiet_negatives VIDEOS FOLDER [COUNT] [SEED]` writes FOLDER/images/*.jpg, to
stand as `quiet` among the data folders of a recipe. Only clips that may be trained on
(`composites.QUIET_TRAINED`), under the lights, weathers and moving look-alikes of `eval quiet`.
Without labels: nothing burns on them, nobody trades, no tricycle passes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from vision.learn.composites import QUIET_TRAINED
from vision.learn.look_alikes import LookAlike
from vision.learn.quiet import Scene, Stream
from vision.learn.sprites import Picture
from vision.learn.weather import Daylight, Weather

#: How often each light and weather is drawn: mostly the plain day, as most cameras' hours are.
_LIGHTS = {Daylight.DAY: 0.5, Daylight.DUSK: 0.15, Daylight.NIGHT: 0.2, Daylight.INFRARED: 0.15}
_WEATHERS = {
    Weather.CLEAR: 0.4, Weather.RAIN: 0.15, Weather.FOG: 0.15, Weather.NOISE: 0.15, Weather.CLOUDS: 0.15,
}  # fmt: skip
#: Share of the pictures without a look-alike.
_PLAIN = 0.35
_SECONDS = 280.0
LONGEST_PX = 960
JPEG_QUALITY = 92


def negatives(videos: Path, count: int, seed: int) -> Iterator[tuple[str, Picture]]:
    """(name without suffix, BGR picture); the clips in turn have the same number of pictures.

    Raises:
        ClipUnreadable: a clip is missing.
    """
    for place, clip in enumerate(QUIET_TRAINED):
        stem = clip.partition(".")[0].replace("_", "")
        for number in range(count // len(QUIET_TRAINED)):
            rng = np.random.default_rng((seed, place, number))
            stream = Stream(_scene(rng, clip, seed * 10_000 + number), videos)
            yield f"{stem}_{number:04d}", stream.at(float(rng.uniform(0, _SECONDS)))


def _scene(rng: np.random.Generator, clip: str, seed: int) -> Scene:
    disturbance = LookAlike.NOTHING
    if rng.random() >= _PLAIN:
        kinds = [kind for kind in LookAlike if kind is not LookAlike.NOTHING]
        disturbance = kinds[int(rng.integers(len(kinds)))]
    daylight = list(_LIGHTS)[int(rng.choice(len(_LIGHTS), p=list(_LIGHTS.values())))]
    weather = list(_WEATHERS)[int(rng.choice(len(_WEATHERS), p=list(_WEATHERS.values())))]
    return Scene("negative", clip, daylight, weather, disturbance, seed, _SECONDS)


def write_negatives(videos: Path, folder: Path, count: int, seed: int) -> int:
    """Writes the pictures; returns how many."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    written = 0
    for name, picture in negatives(videos, count, seed):
        scale = min(1.0, LONGEST_PX / max(picture.shape[:2]))
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
        cv2.imwrite(str(folder / "images" / f"{name}.jpg"), small, options)
        written += 1
    return written


def main(words: list[str]) -> int:
    """Command line: VIDEOS FOLDER [COUNT] [SEED]."""
    if len(words) < 2:
        sys.stdout.write(str(__doc__))
        return 2
    count, seed = (int(word) for word in (*words[2:4], *("600", "1")[len(words[2:4]) :]))
    written = write_negatives(Path(words[0]), Path(words[1]), count, seed)
    sys.stdout.write(f"{written} pictures in {words[1]}/images\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
