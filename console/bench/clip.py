"""The bench's own camera picture: moving things over a textured ground, numbered, encoded once.

Every stream of a bench is this clip, started at different places: the same work for every
competitor. Encoding needs the `ffmpeg` program, which the limit needs as well.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from console.bench import timecode
from ingest.errors import Misconfigured


class ClipShape(Struct, frozen=True):
    """What is encoded. `gop_frames`: frames from key frame to key frame."""

    width_px: int = 704
    height_px: int = 576
    fps: float = 25
    frame_count: int = 500
    gop_frames: int = 50
    bitrate_kbps: int = 1500


def ffmpeg_path() -> str:
    """The ffmpeg program. Raises Misconfigured where there is none."""
    found = shutil.which("ffmpeg")
    if found is None:
        raise Misconfigured(
            "the bench needs the program ffmpeg, which makes its streams and is the limit it "
            "compares with: install it (Debian: apt install ffmpeg)"
        )
    return found


def encode(path: Path, shape: ClipShape) -> None:
    """Writes the clip as MP4: H.264 main profile without B frames, as cameras send it.

    Raises Misconfigured without ffmpeg, CalledProcessError when it fails.
    """
    command = [
        ffmpeg_path(), "-hide_banner", "-loglevel", "error", "-y",
        "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{shape.width_px}x{shape.height_px}",
        "-r", str(shape.fps), "-i", "-",
        "-c:v", "libx264", "-preset", "veryfast", "-profile:v", "main", "-bf", "0",
        "-g", str(shape.gop_frames), "-keyint_min", str(shape.gop_frames), "-sc_threshold", "0",
        "-b:v", f"{shape.bitrate_kbps}k", "-maxrate", f"{shape.bitrate_kbps * 2}k",
        "-bufsize", f"{shape.bitrate_kbps * 2}k", str(path),
    ]  # fmt: skip
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for picture in pictures(shape):
            process.stdin.write(picture.tobytes())
        process.stdin.close()
        if process.wait(timeout=120) != 0:
            raise subprocess.CalledProcessError(process.returncode, command)


def pictures(shape: ClipShape) -> Iterator[NDArray[np.uint8]]:
    """The pictures as I420 planes one under the other, numbered from 0."""
    random = np.random.default_rng(7)
    height, width = shape.height_px, shape.width_px
    ground = _ground(random, height, width)
    noises = random.normal(0, 2.2, (8, height, width))
    chroma = np.full((height // 2, width), 128, np.uint8)
    chroma[:, : width // 2] += (ground[::2, ::2] // 16).astype(np.uint8)
    for number in range(shape.frame_count):
        luma = ground + noises[number % 8]
        _draw_movers(luma, number, shape.frame_count)
        plane = np.clip(luma, 16, 235).astype(np.uint8)
        timecode.draw(plane, number)
        yield np.concatenate([plane, chroma])


def _ground(random: np.random.Generator, height: int, width: int) -> NDArray[np.float64]:
    """Blotches of several sizes: a street seen from a pole is neither flat nor noise."""
    ground = np.full((height, width), 110.0)
    for size in (8, 32, 96):
        rows, columns = -(-height // size), -(-width // size)
        blotches = random.normal(0, 14, (rows, columns))
        ground += np.kron(blotches, np.ones((size, size)))[:height, :width]
    return ground


def _draw_movers(luma: NDArray[np.float64], number: int, period: int) -> None:
    """A dozen car-sized blocks, each on its lane; the loop closes without a jump."""
    height, width = luma.shape
    for lane in range(12):
        turns = 1 + lane % 3
        x = int((number * turns / period + lane * 0.37) % 1.0 * width)
        y = int(height * (0.05 + 0.075 * lane))
        luma[y : y + 26, x : x + 58] = 60 + 13 * lane
        luma[y + 6 : y + 14, x + 10 : x + 40] = 200 - 9 * lane
