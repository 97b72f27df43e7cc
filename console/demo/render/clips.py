"""Renders the shipped clips: every camera's segments to MP4 with their truth beside them.

`python -m console.demo.render FOLDER [CAMERA …]`; clips that exist are kept. H.264 848×480@25, closed groups of one
second, no B-frames, so that a server may change clips at any key frame. Encodes with the
`ffmpeg` program (a tool of whoever renders, not of the product).
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from console.demo.cameras import CAMERAS, HEIGHT_PX, WIDTH_PX, Happening, StreetCamera
from console.demo.render.engine import Renderer
from console.demo.render.labelled import Box, boxes_of
from console.demo.render.scenery import KeepFree, build_scenery
from console.demo.render.stage_frame import (
    CLEARED_S,
    DROVE_OFF_S,
    PACKED_S,
    PUT_UP_S,
    SMOKING_S,
    STOPPED_S,
    Segment,
    duration_s,
    segments_of,
)
from console.demo.render.staging import Staging
from console.demo.render.textures import name_overlay

FPS = 25
QUALITY_CRF = 27
TRUTH_FILE = "truth.json"

_EVENT_TIMES = {
    Happening.PARKING: (STOPPED_S, DROVE_OFF_S),
    Happening.STALL: (PUT_UP_S, PACKED_S),
    Happening.SMOKE: (SMOKING_S, CLEARED_S),
    Happening.FIRE: (SMOKING_S, CLEARED_S),
}
_EVENT_KINDS = {
    Happening.PARKING: ("parking",),
    Happening.STALL: ("stall",),
    Happening.SMOKE: ("smoke",),
    Happening.FIRE: ("fire", "smoke"),
}


def prepare(renderer: Renderer, camera: StreetCamera) -> Staging:
    """Sets the camera's scene up in the renderer."""
    stage = Staging(camera)
    view = camera.view
    x, y = camera.happening_place()
    near_kerb = camera.side * camera.street.profile.half_width_m
    free = [KeepFree(view.x_m, view.y_m, 13.0), KeepFree(x, y, 5.5)]
    free += [KeepFree(*camera.ahead(ahead_m, near_kerb), 4.5) for ahead_m in (8.0, 14.0, 20.0)]
    renderer.set_scene(
        view, build_scenery(camera.ahead(45.0, 0.0), free, camera.number), stage.light
    )
    return stage


class Sensor:
    """What a cheap camera adds: noise fixed to the chip, noise in time, its name in a corner."""

    def __init__(self, camera: StreetCamera, grain: float) -> None:
        rng = np.random.default_rng(camera.number)
        fixed = rng.normal(0, grain * 70, (HEIGHT_PX, WIDTH_PX))
        self._noise = []
        for _ in range(8):
            noise = fixed + rng.normal(0, grain * 45, fixed.shape)
            brighter, darker = np.maximum(noise, 0), np.maximum(-noise, 0)
            self._noise.append(
                [cv2.merge([part.astype(np.uint8)] * 3) for part in (brighter, darker)]
            )
        alpha, level = name_overlay(camera.name, WIDTH_PX, HEIGHT_PX)
        self._top = int(np.nonzero(alpha.any(axis=1))[0][0])
        self._alpha = alpha[self._top :, :, None]
        self._ink = level[self._top :, :, None] * 245 * self._alpha
        self._count = 0

    def seen(self, rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
        brighter, darker = self._noise[self._count % len(self._noise)]
        self._count += 3
        picture = cv2.subtract(cv2.add(rgb, brighter), darker)
        picture[self._top :] = picture[self._top :] * (1 - self._alpha) + self._ink
        return np.asarray(picture, np.uint8)


def frames(renderer: Renderer, stage: Staging, segment: Segment) -> Iterator[NDArray[np.uint8]]:
    """The pictures of one segment."""
    sensor = Sensor(stage.camera, stage.light.grain)
    for index in range(round(duration_s(stage.camera) * FPS)):
        cast = stage.cast(segment, index / FPS)
        yield sensor.seen(renderer.draw(cast.movers, cast.puffs, time_s=index / FPS).rgb)


def encode(path: Path, pictures: Iterator[NDArray[np.uint8]]) -> None:
    """Writes pictures as H.264. Raises RuntimeError with the encoder's words when it fails."""
    command = [
        "ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH_PX}x{HEIGHT_PX}",
        "-r", str(FPS), "-i", "-", "-c:v", "libx264", "-preset", "fast", "-crf", str(QUALITY_CRF),
        "-pix_fmt", "yuv420p", "-bf", "0", "-g", str(FPS), "-keyint_min", str(FPS), "-sc_threshold", "0",
        "-flags", "+cgop", "-threads", "1", "-movflags", "+faststart", str(path),
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        for picture in pictures:
            process.stdin.write(picture.tobytes())
        process.stdin.close()
        words = process.stderr.read().decode(errors="replace")
    if process.returncode:
        raise RuntimeError(f"ffmpeg: {words.strip()}")


def truth_of(renderer: Renderer, stage: Staging) -> dict[str, Any] | None:
    """What comes and goes: kinds, times within ARRIVE and LEAVE, boxes 0..1, place."""
    camera = stage.camera
    if camera.happening not in _EVENT_KINDS:
        return None
    start_s, end_s = _EVENT_TIMES[camera.happening]
    cast = stage.cast(Segment.STAY, 2.0)
    picture = renderer.draw(cast.movers, cast.puffs, time_s=2.0, truth=True)
    boxes = boxes_of(picture, cast, fire=camera.happening is Happening.FIRE)
    x, y = camera.happening_place()
    near = camera.view.project(x, y, 0.7) or (0.5, 0.5)
    return {
        "kinds": [
            {"kind": kind, "box_norm": _nearest_box(boxes, kind, near)}
            for kind in _EVENT_KINDS[camera.happening]
        ],
        "start_s": start_s,
        "end_s": end_s,
    }


def _nearest_box(boxes: Sequence[Box], kind: str, near: tuple[float, float]) -> list[float]:
    names = {"parking": {"car", "bus", "truck"}, "stall": {"stall"}}.get(kind, {kind})
    found = [box[1:] for box in boxes if box[0] in names]
    if not found:
        return [near[0] - 0.08, near[1] - 0.1, near[0] + 0.08, near[1] + 0.06]
    best = min(
        found,
        key=lambda b: (
            abs((b[0] + b[2]) / 2 / WIDTH_PX - near[0])
            + abs((b[1] + b[3]) / 2 / HEIGHT_PX - near[1])
        ),
    )
    return [
        round(best[0] / WIDTH_PX, 4),
        round(best[1] / HEIGHT_PX, 4),
        round(best[2] / WIDTH_PX, 4),
        round(best[3] / HEIGHT_PX, 4),
    ]


def render_all(folder: Path, numbers: Sequence[int] = ()) -> Iterator[str]:
    """Renders the clips of the cameras named (all when none); yields a line per clip."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / TRUTH_FILE
    truth: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    renderer = Renderer()
    order = sorted(
        CAMERAS, key=lambda c: (c.happening in {Happening.NOTHING, Happening.RED_LIGHT}, c.number)
    )
    for camera in order:
        if numbers and camera.number not in numbers:
            continue
        stage = prepare(renderer, camera)
        for segment in segments_of(camera):
            clip = folder / f"{camera.camera_id}.{segment.value}.mp4"
            if clip.exists():
                yield f"{clip.name} is there already"
                continue
            unfinished = clip.with_suffix(".part.mp4")
            encode(unfinished, frames(renderer, stage, segment))
            unfinished.rename(clip)
            yield f"{clip.name} {clip.stat().st_size // 1024} kB"
        event = truth_of(renderer, stage)
        truth[camera.camera_id] = {
            "segments": [segment.value for segment in segments_of(camera)],
            "loop_s": duration_s(camera),
            "event": event,
        }
        path.write_text(json.dumps(truth, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    renderer.close()
