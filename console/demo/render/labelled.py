"""Random labelled pictures for training: many cameras, lights and casts, boxes from the id picture.

`python -m console.demo.render.labelled FOLDER COUNT [SEED]` writes FOLDER/images/*.jpg,
FOLDER/labels/*.txt (YOLO: class cx cy w h, normalised) and FOLDER/classes.txt.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from console.demo.cameras import HEIGHT_PX, WIDTH_PX, View, Weather
from console.demo.city import STREETS, Axis, Street
from console.demo.render.engine import Picture, Renderer
from console.demo.render.figures import random_looks
from console.demo.render.light import Light, varied
from console.demo.render.objects import CLASS_NAMES, Cast, parked_pose, random_stall, random_vehicle
from console.demo.render.scenery import KeepFree, build_scenery
from console.demo.render.smoke import Plume, flames, plume

#: Smaller things are not labelled (nobody could).
MIN_HEIGHT_PX, MIN_WIDTH_PX, MIN_PIXELS = 8, 4, 30
SMOKE_ALPHA = 0.16
_TRAFFIC = (
    "sedan",
    "hatchback",
    "suv",
    "van",
    "sedan",
    "suv",
    "bus",
    "box_truck",
    "flat_truck",
    "scooter",
    "scooter",
    "motorcycle",
    "bicycle",
    "bicycle",
    "tricycle",
    "tricycle",
)

Box = tuple[str, float, float, float, float]


def boxes_of(picture: Picture, cast: Cast, *, fire: bool) -> list[Box]:
    """Visible boxes (class, x1, y1, x2, y2 in px). A stall's box takes in its parasol."""
    assert picture.ids is not None
    assert picture.smoke_alpha is not None
    rows = (np.arange(HEIGHT_PX) + 0.5) * picture.ids.shape[0] / HEIGHT_PX
    columns = (np.arange(WIDTH_PX) + 0.5) * picture.ids.shape[1] / WIDTH_PX
    ids = np.round(picture.ids[np.ix_(rows.astype(int), columns.astype(int))]).astype(np.int32)
    found: dict[int, tuple[int, int, int, int, int]] = {}
    ys, xs = np.nonzero(ids)
    numbers = ids[ys, xs]
    for number in np.unique(numbers):
        hit = numbers == number
        found[int(number)] = (
            int(xs[hit].min()),
            int(ys[hit].min()),
            int(xs[hit].max()) + 1,
            int(ys[hit].max()) + 1,
            int(hit.sum()),
        )
    for shade, stall in cast.group_of.items():
        if shade in found and stall in found:
            a, b = found[shade], found[stall]
            found[stall] = (
                min(a[0], b[0]),
                min(a[1], b[1]),
                max(a[2], b[2]),
                max(a[3], b[3]),
                a[4] + b[4],
            )
    boxes: list[Box] = []
    for number, (x1, y1, x2, y2, pixels) in found.items():
        if (
            number in cast.class_of
            and pixels >= MIN_PIXELS
            and y2 - y1 >= MIN_HEIGHT_PX
            and x2 - x1 >= MIN_WIDTH_PX
        ):
            boxes.append((cast.class_of[number], x1, y1, x2, y2))
    smoke = mask_box(picture.smoke_alpha > SMOKE_ALPHA)
    if smoke is not None:
        boxes.append(("smoke", *smoke))
    if fire:
        bright = picture.rgb.astype(np.int16)
        hot = (
            (bright[:, :, 0] > 200)
            & (bright[:, :, 0] - bright[:, :, 2] > 60)
            & (picture.smoke_alpha > 0.2)
        )
        flame = mask_box(hot)
        if flame is not None:
            boxes.append(("fire", *flame))
    return boxes


def mask_box(mask: NDArray[np.bool_]) -> tuple[int, int, int, int] | None:
    """Extent of a mask without its outermost 0.5 % of pixels; None when next to nothing."""
    ys, xs = np.nonzero(mask)
    if len(xs) < 60:
        return None
    x1, x2 = np.percentile(xs, (0.5, 99.5))
    y1, y2 = np.percentile(ys, (0.5, 99.5))
    return (int(x1), int(y1), int(x2) + 1, int(y2) + 1) if y2 - y1 >= 8 and x2 - x1 >= 6 else None


def _heading(street: Street, direction: int) -> float:
    base = math.pi / 2 if street.axis is Axis.LONG else 0.0
    return base if direction > 0 else base + math.pi


class _Scene:
    """One random camera pose and light on one street."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.street = STREETS[int(rng.integers(len(STREETS)))]
        self.along = float(rng.uniform(15, 640 if self.street.axis is Axis.LONG else 900))
        self.forward = int(rng.choice([-1, 1]))
        self.side = int(rng.choice([-1, 1]))

    def view(self, rng: np.random.Generator) -> View:
        half = self.street.profile.half_width_m
        x, y = self.street.point(self.along, self.side * (half + float(rng.uniform(-1.5, 1.5))))
        heading = (
            90
            - math.degrees(_heading(self.street, self.forward))
            - self.side * self.forward * float(rng.uniform(-4, 26))
        )
        return View(
            x,
            y,
            float(rng.uniform(4.2, 10.5)),
            heading,
            float(rng.uniform(8, 27)),
            float(rng.uniform(42, 74)),
        )

    def ahead(self, ahead_m: float, offset_m: float) -> tuple[float, float]:
        return self.street.point(self.along + self.forward * ahead_m, offset_m)


def _far(rng: np.random.Generator, low: float = 7.0, high: float = 62.0) -> float:
    return float(low + (high - low) * rng.random() ** 1.6)


def random_cast(scene: _Scene, light: Light, rng: np.random.Generator) -> tuple[Cast, bool]:
    """A street full of random things; True when something burns."""
    cast = Cast()
    profile = scene.street.profile
    half, pavement = profile.half_width_m, profile.pavement_m
    taken: list[tuple[float, float, float]] = []

    def free(ahead: float, offset: float, room: float) -> bool:
        if any(abs(ahead - a) < (room + r) / 2 and abs(offset - o) < 2.0 for a, o, r in taken):
            return False
        taken.append((ahead, offset, room))
        return True

    for _ in range(int(rng.integers(2, 11))):
        vehicle = random_vehicle(rng, str(rng.choice(_TRAFFIC)))
        side = int(rng.choice([-1, 1]))
        at_kerb = rng.random() < 0.35
        offset = side * (half - 1.2 if at_kerb else float(rng.uniform(1.4, half - 1.1)))
        if vehicle.rider is not None and rng.random() < 0.6:
            offset = side * float(rng.uniform(half - 1.3, half + 0.6 * pavement))
        ahead = _far(rng)
        heading = (
            _heading(scene.street, side)
            + float(rng.normal(0, 0.06))
            + (math.pi if rng.random() < 0.08 else 0)
            + (float(rng.uniform(-1.6, 1.6)) if rng.random() < 0.12 else 0)
        )
        if free(ahead, offset, vehicle.length_m + 1.0):
            ride = (
                vehicle
                if rng.random() < 0.8
                else type(vehicle)(vehicle.mesh, vehicle.colours, None, vehicle.loaded)
            )
            cast.vehicle(*scene.ahead(ahead, offset), heading, ride, float(rng.uniform(0, 5)))
    for _ in range(int(rng.integers(0, 3) if rng.random() < 0.75 else rng.integers(2, 6))):
        side = int(rng.choice([-1, 1]))
        ahead, offset = (
            _far(rng, 6, 34),
            side * float(rng.uniform(half - 0.8, half + pavement - 0.8)),
        )
        if free(ahead, offset, 3.0):
            facing = (
                _heading(scene.street, 1)
                + (math.pi / 2 if side > 0 else -math.pi / 2)
                + float(rng.normal(0, 0.4))
                + (math.pi if rng.random() < 0.3 else 0)
            )
            cast.stall(*scene.ahead(ahead, offset), facing, random_stall(rng))
    for _ in range(int(rng.integers(0, 13))):
        on_road = rng.random() < 0.15
        reach = half if on_road else half + pavement
        offset = float(rng.choice([-1, 1])) * float(
            rng.uniform(0.3 if on_road else half + 0.2, reach - 0.2)
        )
        looks = random_looks(rng)
        x, y = scene.ahead(_far(rng, 4.5, 45), offset)
        cast.person(x, y, float(rng.uniform(0, 6.28)), looks, parked_pose(rng, looks))
    return cast, _add_burning(cast, scene, light, rng)


def _add_burning(cast: Cast, scene: _Scene, light: Light, rng: np.random.Generator) -> bool:
    pick = rng.random()
    if pick > 0.42:
        return False
    half, pavement = scene.street.profile.half_width_m, scene.street.profile.pavement_m
    x, y = scene.ahead(
        _far(rng, 10, 48), float(rng.choice([-1, 1])) * float(rng.uniform(0.5, half + pavement))
    )
    size = float(rng.uniform(0.5, 2.0))
    wind = rng.normal(0, 0.45, 2)
    brightness = (
        0.45 * sum(light.zenith) / 3 + 0.45 * sum(light.horizon) / 3 + 0.22 * sum(light.sun) / 3
    )
    source = Plume(
        x,
        y,
        0.3,
        float(rng.uniform(3.5, 8)),
        float(rng.uniform(0.7, 1.7)),
        (float(wind[0]), float(wind[1])),
        0.28 * size,
        0.24 * size**0.5,
        float(rng.choice([0.12, 0.3, 0.6, 0.85, 1.0])),
        float(rng.uniform(0.14, 0.6)),
        brightness,
        int(rng.integers(1 << 20)),
    )
    if rng.random() < 0.5:
        cast.rubbish(x, y)
    burning = bool(pick < 0.2)
    if pick > 0.03:
        began = 0.0 if rng.random() < 0.25 else -60.0
        cast.puffs += plume(source, float(rng.uniform(2.5, 9)), begin_s=began)
    if burning:
        cast.puffs += flames(
            x,
            y,
            float(rng.random()),
            size_m=size * float(rng.uniform(0.5, 1.3)),
            seed=int(rng.integers(1 << 20)),
        )
    return burning


def write_labelled(folder: Path, count: int, seed: int) -> None:
    """Writes `count` pictures with labels; goes on from a folder that holds some already."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    (folder / "labels").mkdir(exist_ok=True)
    (folder / "classes.txt").write_text("\n".join(CLASS_NAMES) + "\n")
    rng = np.random.default_rng(seed)
    renderer = Renderer()
    done = 0
    while done < count:
        scene = _Scene(rng)
        x, y = scene.ahead(0, 0)
        scenery = build_scenery(
            scene.ahead(45, 0),
            [KeepFree(x, y, float(rng.uniform(9, 24)))],
            int(rng.integers(1 << 30)),
        )
        for _ in range(3):
            light = varied(list(Weather)[int(rng.integers(5))], rng)
            renderer.set_scene(scene.view(rng), scenery, light)
            for _ in range(7):
                cast, fire = random_cast(scene, light, rng)
                picture = renderer.draw(
                    cast.movers, cast.puffs, time_s=float(rng.uniform(0, 50)), truth=True
                )
                _write(
                    folder,
                    f"r{seed:02d}_{done:05d}",
                    picture.rgb,
                    boxes_of(picture, cast, fire=fire),
                    int(rng.integers(45, 92)),
                )
                done += 1
    renderer.close()


def _write(folder: Path, name: str, rgb: NDArray[np.uint8], boxes: list[Box], quality: int) -> None:
    cv2.imwrite(
        str(folder / "images" / f"{name}.jpg"), rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    lines = [
        f"{CLASS_NAMES.index(kind)} {(x1 + x2) / 2 / WIDTH_PX:.5f} {(y1 + y2) / 2 / HEIGHT_PX:.5f} {(x2 - x1) / WIDTH_PX:.5f} {(y2 - y1) / HEIGHT_PX:.5f}"
        for kind, x1, y1, x2, y2 in boxes
    ]
    (folder / "labels" / f"{name}.txt").write_text("\n".join(lines) + "\n" if lines else "")


if __name__ == "__main__":
    write_labelled(
        Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 0
    )
