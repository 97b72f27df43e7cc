"""How near a painted tile is to a full decode of the same picture, in decibels. Pure numpy + ffmpeg."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from console.bench.clip import ffmpeg_path

#: Plates of a tile, whose size is the same on every tile, lie in these lines above and below.
PLATES_PX = 38
#: The frame of the selected tile lies on its outermost pixels.
FRAME_PX = 4
#: Identical pictures have no noise; figures end here.
MOST_DB = 99.0


def full_decode(clip: Path, width_px: int, height_px: int) -> NDArray[np.uint8]:
    """All pictures of the clip, fully decoded: (frames, height, width, 4) uint8 BGRA."""
    command = [
        ffmpeg_path(), "-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1",
        "-i", str(clip), "-vf", f"scale={width_px}:{height_px}:flags=fast_bilinear,format=bgra",
        "-f", "rawvideo", "-",
    ]  # fmt: skip
    raw = subprocess.run(command, check=True, capture_output=True, timeout=120).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height_px, width_px, 4)


def psnr_db(painted: NDArray[np.uint8], reference: NDArray[np.uint8]) -> float:
    """Peak signal to noise over the middle of a tile, all three colours."""
    middle = (slice(PLATES_PX, -PLATES_PX), slice(FRAME_PX, -FRAME_PX), slice(3))
    difference = painted[middle].astype(np.float64) - reference[middle]
    mean_square = float(np.mean(difference**2))
    if mean_square == 0:
        return MOST_DB
    return float(min(MOST_DB, 10 * np.log10(255**2 / mean_square)))


def least_psnr_db(samples: Iterable[Path], reference: NDArray[np.uint8]) -> float | None:
    """The worst sample; None without samples. Their names end with `-<picture number>.npy`."""
    figures = [
        psnr_db(np.load(path), reference[int(path.stem.rsplit("-", 1)[1])]) for path in samples
    ]
    return min(figures, default=None)
