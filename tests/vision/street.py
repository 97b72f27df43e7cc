"""A made-up street for the tests of rules: actors with paths, drawn and "detected" at any moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from config.geometry import GeoPoint, ImagePoint
from config.site import Camera, CameraId, Hours, Zone, ZoneId, ZoneKind
from vision.alert_book import AlertEvent
from vision.alerts import AlertVerb
from vision.boxes import Box
from vision.detections import Detections, detections_of
from vision.models import OperatingPoints
from vision.pipeline import CameraPipeline, ModelView
from vision.rules.rule import Moment
from vision.tracks import Sighting

WIDTH_PX, HEIGHT_PX = 320, 180
NAMES = (
    "person", "bicycle", "motorcycle", "tricycle", "car", "bus", "truck", "stall", "umbrella",
    "smoke", "fire",
)  # fmt: skip
MODEL = ModelView(NAMES, "test@0", OperatingPoints())
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
CAMERA = Camera(CameraId("cam-1"), "Test street", "rtsp://camera/1", place=GeoPoint(36.1, 120.4))
#: 2026-01-01 08:00 in Shanghai, a Thursday.
START_UTC_NS = 1_767_225_600_000_000_000


@lru_cache(maxsize=256)
def texture(width: int, height: int, seed: int, cell: int = 6) -> NDArray[np.uint8]:
    """Smooth grey texture with full contrast."""
    random = np.random.default_rng(seed)
    coarse = random.integers(20, 235, (height // cell + 2, width // cell + 2), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


@lru_cache(maxsize=8)
def _noise(seed: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(seed).normal(8, 2, (HEIGHT_PX, WIDTH_PX))
    return np.clip(noise, 0, 16).astype(np.uint8)


@dataclass
class Actor:
    """Something on the street.

    Attributes:
        path: (second, centre x, centre y) in 0..1, linear between; absent before and after.
        seen: whether the detector finds it at a second.
        restless: drawn anew for every picture (smoke).
    """

    name: str
    path: Sequence[tuple[float, float, float]]
    size: tuple[float, float] = (0.12, 0.12)
    seed: int = 1
    score: float = 0.8
    seen: Callable[[float], bool] = lambda _: True
    drawn: bool = True
    restless: bool = False
    jitter: float = 0.0

    def box_at(self, at_s: float) -> Box | None:
        times = [each[0] for each in self.path]
        if not times[0] <= at_s <= times[-1]:
            return None
        x = float(np.interp(at_s, times, [each[1] for each in self.path]))
        y = float(np.interp(at_s, times, [each[2] for each in self.path]))
        half_width, half_height = self.size[0] / 2, self.size[1] / 2
        box = (x - half_width, y - half_height, x + half_width, y + half_height)
        left, top, right, bottom = (min(1.0, max(0.0, edge)) for edge in box)
        return (left, top, right, bottom) if right - left > 0.01 and bottom - top > 0.01 else None


@dataclass
class Street:
    """Actors before a textured background; later actors are in front."""

    actors: list[Actor] = field(default_factory=list)
    brightness: Callable[[float], float] = lambda _: 1.0
    shake_px: Callable[[float], tuple[int, int]] = lambda _: (0, 0)

    def __post_init__(self) -> None:
        self._background = (texture(WIDTH_PX, HEIGHT_PX, 99, 20) // 2 + 40).astype(np.uint8)

    def picture(self, at_s: float) -> NDArray[np.uint8]:
        canvas = self._background.copy()
        for actor in self.actors:
            box = actor.box_at(at_s)
            if box is None or not actor.drawn:
                continue
            x1, y1, x2, y2 = _pixels(box)
            seed = actor.seed + (round(at_s * 100) if actor.restless else 0)
            canvas[y1:y2, x1:x2] = texture(x2 - x1, y2 - y1, seed)
        lit = cv2.addWeighted(
            canvas, self.brightness(at_s), _noise(round(at_s * 1000) % 7), 1.0, -8.0
        )
        grey = np.roll(lit, self.shake_px(at_s), axis=(1, 0))
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)

    def detections(self, at_s: float) -> Detections:
        boxes, scores, classes = [], [], []
        shift = self.shake_px(at_s)
        random = np.random.default_rng(round(at_s * 1000) + 7)
        for actor in self.actors:
            box = actor.box_at(at_s)
            if box is None or not actor.seen(at_s):
                continue
            wobble = random.uniform(-1, 1, 4) * actor.jitter * np.array(actor.size * 2)
            edges = np.array(_pixels(box)) + np.array(shift * 2)
            edges = edges + wobble * np.array([WIDTH_PX, HEIGHT_PX] * 2)
            boxes.append(np.clip(edges, 0, [WIDTH_PX, HEIGHT_PX] * 2))
            scores.append(actor.score)
            classes.append(NAMES.index(actor.name))
        if not boxes:
            return Detections.none()
        return detections_of(np.array(boxes), np.array(scores), np.array(classes))


def _pixels(box: Box) -> tuple[int, int, int, int]:
    return (
        round(box[0] * WIDTH_PX), round(box[1] * HEIGHT_PX),
        round(box[2] * WIDTH_PX), round(box[3] * HEIGHT_PX),
    )  # fmt: skip


def zone(
    kind: ZoneKind,
    limit_s: float,
    polygon: Sequence[tuple[float, float]] = WHOLE,
    *,
    zone_id: str = "zone-1",
    hours: Hours | None = None,
    days: frozenset[int] = frozenset(range(7)),
) -> Zone:
    points = tuple(ImagePoint(x, y) for x, y in polygon)
    return Zone(ZoneId(zone_id), CAMERA.id, kind, points, limit_s, hours or Hours(), days)


@dataclass(frozen=True)
class At:
    """An alert event and the second it was made at."""

    at_s: float
    event: AlertEvent


def moment(at_s: float) -> Moment:
    return Moment(1000.0 + at_s, START_UTC_NS + round(at_s * 1e9))


def drive(
    street: Street,
    pipeline: CameraPipeline,
    from_s: float,
    to_s: float,
    *,
    fps: float = 2.0,
    look: Callable[[Box], Sequence[Sighting]] | None = None,
    gated: bool = False,
) -> list[At]:
    """Runs the pipeline over a span of the street's life; `gated`: only pictures it wants."""
    found = []
    for step in range(round((to_s - from_s) * fps) + 1):
        at_s = from_s + step / fps
        picture, now = street.picture(at_s), moment(at_s)
        wanted = pipeline.wants(picture, now)
        detections = street.detections(at_s) if wanted or not gated else None
        events = pipeline.process(picture, detections, now, look)
        found += [At(at_s, event) for event in events]
    return found


def pipeline_of(*zones: Zone) -> CameraPipeline:
    return CameraPipeline(CAMERA, zones, None, MODEL)


def of(found: Sequence[At], verb: AlertVerb) -> list[At]:
    return [each for each in found if each.event.verb is verb]
