"""Training pictures: draws a sample, paints over it, bends it, and cuts it to the input size.

Pure functions of a Generator and a `Material`; no torch here. Runs in the loader's processes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.learn.dataset import Sample
from vision.learn.distractors import paint_look_alike
from vision.learn.recipe import Composites
from vision.learn.stalls import paint_stall
from vision.learn.synthesis import Box, paint_flame, paint_smoke, paste_flame

Image = NDArray[np.uint8]
Size = tuple[int, int]  #: (width, height) in pixels
Boxes = NDArray[np.float32]  #: (N, 5): class index, x1, y1, x2, y2 in pixels

#: Boxes smaller than this after cutting teach nothing but noise.
SMALLEST_SIDE_PX = 5.0
#: A box cut by the edge stays when at least this share of it is still in the picture.
LEAST_VISIBLE = 0.25
#: A box of which more than this is painted over is no longer to be found.
MOST_HIDDEN = 0.6
GREY = 114


@dataclass(frozen=True, slots=True)
class Material:
    """What pictures are drawn from.

    Attributes:
        samples: labelled training pictures; `weights` sums to 1 over them.
        backgrounds: still pictures without smoke or fire, to paint over.
        flames: (path, box in 0..1) of real fires that may be cut out and pasted.
        smoke, fire, stall, tricycle: index of the class, or -1 where the recipe has none.
    """

    samples: tuple[Sample, ...]
    weights: NDArray[np.float64]
    backgrounds: tuple[Sample, ...]
    flames: tuple[tuple[Path, tuple[float, float, float, float]], ...]
    smoke: int
    fire: int
    stall: int
    tricycle: int
    composites: Composites


def material_of(
    samples: Sequence[Sample], names: Sequence[str], composites: Composites
) -> Material:
    """Material from the training samples of an assembly."""
    smoke, fire = names.index("smoke"), names.index("fire")
    weights = np.array([sample.weight for sample in samples], np.float64)
    quiet = tuple(
        sample for sample in samples
        if {"smoke", "fire"} <= set(sample.complete) and not np.isin(sample.boxes[:, 0], (smoke, fire)).any()
    )  # fmt: skip
    flames = tuple(
        (sample.path, (float(row[1]), float(row[2]), float(row[3]), float(row[4])))
        for sample in samples
        for row in sample.boxes
        if int(row[0]) == fire and 0.01 < row[3] * row[4] < 0.6
    )
    stall, tricycle = (names.index(name) if name in names else -1 for name in ("stall", "tricycle"))
    return Material(
        tuple(samples), weights / weights.sum(), quiet, flames,
        smoke, fire, stall, tricycle, composites,
    )  # fmt: skip


def read_image(path: Path, longest_px: int) -> Image:
    """The picture, BGR, its longer side at most `longest_px`.

    Raises:
        OSError: the file cannot be decoded.
    """
    image = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if image is None:
        raise OSError(f"cannot decode {path}")
    scale = longest_px / max(image.shape[:2])
    if scale < 1:
        size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(image, np.uint8)


def pixel_boxes(sample: Sample, image: Image) -> Boxes:
    """A sample's boxes in pixels of `image`."""
    height, width = image.shape[:2]
    out = np.empty((len(sample.boxes), 5), np.float32)
    out[:, 0] = sample.boxes[:, 0]
    centre, half = sample.boxes[:, 1:3], sample.boxes[:, 3:5] / 2
    size = np.array([width, height], np.float32)
    out[:, 1:3], out[:, 3:5] = (centre - half) * size, (centre + half) * size
    return out


def drawn(rng: np.random.Generator, material: Material, size: Size) -> tuple[Image, Boxes]:
    """One finished training picture (height, width, 3) BGR of `size` and its boxes in pixels."""
    if rng.random() < material.composites.mosaic:
        return mosaic(rng, material, size)
    image, boxes = scene(rng, material, max(size))
    return cut(rng, image, boxes, size)


def scene(rng: np.random.Generator, material: Material, size_px: int) -> tuple[Image, Boxes]:
    """One picture with what is painted over it, before bending and cutting."""
    shares = material.composites
    pick = rng.random()
    burning = shares.smoke + shares.fire
    selling = burning <= pick < burning + shares.stall and material.stall >= 0
    painted = (pick < burning or selling) and bool(material.backgrounds)
    if painted:
        sample = material.backgrounds[int(rng.integers(len(material.backgrounds)))]
    else:
        sample = material.samples[int(rng.choice(len(material.samples), p=material.weights))]
    image = read_image(sample.path, int(size_px * 1.25)).copy()
    boxes = pixel_boxes(sample, image)
    if rng.random() < shares.distractor:
        paint_look_alike(rng, image)
    if painted and selling:
        boxes = with_painted(boxes, _painted_stalls(rng, image, material))
    elif painted:
        boxes = with_painted(boxes, _painted(rng, image, material, pick < shares.smoke))
    if rng.random() < 0.5:
        image = np.ascontiguousarray(image[:, ::-1])
        boxes[:, [1, 3]] = image.shape[1] - boxes[:, [3, 1]]
    return lit(rng, image), boxes


def _painted(
    rng: np.random.Generator, image: Image, material: Material, smoke_first: bool
) -> Boxes:
    rows: list[tuple[float, ...]] = []
    if smoke_first or rng.random() < 0.35:
        for _ in range(1 + int(rng.random() < 0.2)):
            box = paint_smoke(rng, image)
            if box is not None:
                rows.append((material.smoke, *box))
    if not smoke_first or rng.random() < 0.2:
        for _ in range(int(rng.integers(1, 3))):
            box = _one_flame(rng, image, material)
            if box is not None:
                rows.append((material.fire, *box))
    return np.array(rows, np.float32).reshape(-1, 5)


def _painted_stalls(rng: np.random.Generator, image: Image, material: Material) -> Boxes:
    rows: list[tuple[float, ...]] = []
    index = {"stall": material.stall, "tricycle": material.tricycle}
    for _ in range(int(rng.integers(1, 5))):
        thing = paint_stall(rng, image)
        if thing is None:
            continue
        rows = _not_hidden(rows, thing.box)
        rows.append((index.get(thing.name or "", -1), *thing.box))
    return np.array(rows, np.float32).reshape(-1, 5)


def _not_hidden(rows: list[tuple[float, ...]], cover: Box) -> list[tuple[float, ...]]:
    if not rows:
        return rows
    shares = covered_shares(np.array(rows, np.float32), np.array(cover, np.float32))
    return [row for row, share in zip(rows, shares, strict=True) if share < MOST_HIDDEN]


def covered_shares(boxes: Boxes, cover: NDArray[np.float32]) -> NDArray[np.float32]:
    """Share 0..1 of each box's area that lies under the rectangle `cover` (x1, y1, x2, y2)."""
    low = np.maximum(boxes[:, 1:3], cover[:2])
    high = np.minimum(boxes[:, 3:5], cover[2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    area = np.prod(boxes[:, 3:5] - boxes[:, 1:3], axis=1)
    return np.asarray(shared / np.maximum(area, 1e-6), np.float32)


def with_painted(boxes: Boxes, painted: Boxes) -> Boxes:
    """Boxes of the scene that are still to be seen, and those of what was painted.

    Painted look-alikes come as class -1: they hide what is behind them and then are dropped.
    """
    for cover in painted:
        if len(boxes):
            boxes = boxes[covered_shares(boxes, cover[1:]) < MOST_HIDDEN]
    return np.concatenate([boxes, painted[painted[:, 0] >= 0]])


def _one_flame(rng: np.random.Generator, image: Image, material: Material) -> Box | None:
    if material.flames and rng.random() < 0.5:
        path, (x, y, width, height) = material.flames[int(rng.integers(len(material.flames)))]
        real = read_image(path, 640)
        rows, columns = real.shape[:2]
        x1, x2 = int((x - width / 2) * columns), int((x + width / 2) * columns)
        y1, y2 = int((y - height / 2) * rows), int((y + height / 2) * rows)
        patch = real[max(0, y1) : y2, max(0, x1) : x2]
        if min(patch.shape[:2]) >= 16:
            return paste_flame(rng, image, patch)
    return paint_flame(rng, image)


def lit(rng: np.random.Generator, image: Image) -> Image:
    """Light, colour and camera faults: gain, gamma, saturation, hue, night-vision grey, blur, noise, JPEG."""
    if rng.random() < 0.08:
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        image = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
    else:
        hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV)
        hue = (hsv[..., 0].astype(np.int16) + int(rng.integers(-3, 4))) % 180
        table = np.clip(np.arange(256) * float(rng.uniform(0.5, 1.4)), 0, 255).astype(np.uint8)
        hsv = cv2.merge([hue.astype(np.uint8), cv2.LUT(hsv[..., 1], table), hsv[..., 2]])
        image = np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR), np.uint8)
    gain, gamma = float(rng.uniform(0.65, 1.35)), float(np.exp(rng.uniform(-0.35, 0.35)))
    table = np.clip(255 * (np.arange(256) / 255) ** gamma * gain, 0, 255).astype(np.uint8)
    image = np.asarray(cv2.LUT(image, table), np.uint8)
    if rng.random() < 0.12:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.5, 1.8))), np.uint8)
    if rng.random() < 0.12:
        grain = rng.normal(0, float(rng.uniform(3, 14)), (*image.shape[:2], 1))
        image = np.clip(image + grain, 0, 255).astype(np.uint8)
    if rng.random() < 0.25:
        _, code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 80))])
        image = np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), np.uint8)
    return image


def cut(
    rng: np.random.Generator, image: Image, boxes: Boxes, size: Size, closeness: float = 1.3
) -> tuple[Image, Boxes]:
    """Scales, stretches and leans a little, shifts, and cuts to `size` on grey.

    The scale lies between 0.8 of what shows the whole picture and `closeness` times what leaves
    no grey, so that most of the input is picture, as with a camera's own frame.
    """
    width_px, height_px = size
    height, width = image.shape[:2]
    fits = 0.8 * min(width_px / width, height_px / height)
    covers = closeness * max(width_px / width, height_px / height)
    scale = float(np.exp(rng.uniform(np.log(fits), np.log(covers))))
    stretch = float(np.exp(rng.uniform(-0.15, 0.15)))
    scale_x, scale_y = scale * stretch, scale / stretch
    left = float(rng.uniform(0, 1)) * (width_px - width * scale_x)
    top = float(rng.uniform(0, 1)) * (height_px - height * scale_y)
    lean = float(rng.uniform(-0.04, 0.04))
    matrix = np.array([[scale_x, lean, left], [lean / 2, scale_y, top]], np.float32)
    grey = (GREY, GREY, GREY)
    out = cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderValue=grey)
    return np.asarray(out, np.uint8), moved_boxes(boxes, matrix, size)


def moved_boxes(boxes: Boxes, matrix: NDArray[np.float32], size: Size) -> Boxes:
    """Boxes after an affine map, clipped; those mostly outside or tiny are gone."""
    corners: Boxes = boxes[:, [1, 2, 3, 2, 3, 4, 1, 4]].reshape(-1, 2)
    corners = corners @ matrix[:, :2].T + matrix[:, 2]
    corners = corners.reshape(-1, 4, 2)
    low, high = corners.min(1), corners.max(1)
    area = np.prod(high - low, axis=1)
    low, high = np.clip(low, 0, size), np.clip(high, 0, size)
    sides = high - low
    seen = (np.prod(sides, axis=1) >= LEAST_VISIBLE * area) & (
        sides.min(1, initial=1e9) >= SMALLEST_SIDE_PX
    )
    kept = np.concatenate([boxes[:, :1], low, high], axis=1)[seen]
    return np.asarray(kept, np.float32)


def mosaic(rng: np.random.Generator, material: Material, size: Size) -> tuple[Image, Boxes]:
    """Four pictures round a random centre."""
    width, height = size
    canvas = np.full((height, width, 3), GREY, np.uint8)
    cx, cy = (
        int(width * float(rng.uniform(0.35, 0.65))),
        int(height * float(rng.uniform(0.35, 0.65))),
    )
    parts: list[Boxes] = []
    for x1, y1, x2, y2 in (
        (0, 0, cx, cy), (cx, 0, width, cy), (0, cy, cx, height), (cx, cy, width, height),
    ):  # fmt: skip
        image, boxes = scene(rng, material, max(256, max(size) // 2))
        tile, boxes = cut(rng, image, boxes, (x2 - x1, y2 - y1), 1.1)
        canvas[y1:y2, x1:x2] = tile
        boxes[:, [1, 3]] += x1
        boxes[:, [2, 4]] += y1
        parts.append(boxes)
    return canvas, np.concatenate(parts)
