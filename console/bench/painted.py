"""Delays of pictures from camera to window: the number read in the pixels, the camera's own stamp.

A clip comes round again; a number is looked up while its latest turn is the one that is painted, so
the clip must be longer than any delay worth measuring. Pure numpy.
"""

from __future__ import annotations

import time
from array import array
from pathlib import Path

import numpy as np


class PaintedNumbers:
    """Collects delays, millions at most: 16 tiles at 25 fps for half an hour are 720,000."""

    def __init__(self, stamps: Path, stream_count: int) -> None:
        """`stamps`: file of stream_count × pictures int64, written by the cameras meanwhile."""
        flat = np.memmap(stamps, np.int64, "r")
        self._sent_ns = flat.reshape(stream_count, -1)
        self._began_ns = time.monotonic_ns()
        self._counts: dict[int, int] = {}
        self._numbers: dict[int, int] = {}
        self._at_s = array("d")
        self._delays_ms = array("d")

    def is_new(self, tile: int, frame_count: int) -> bool:
        """Whether the tile was painted with another picture since it was asked last."""
        if self._counts.get(tile) == frame_count:
            return False
        self._counts[tile] = frame_count
        return True

    def note(self, tile: int, number: int | None, now_ns: int) -> None:
        """The tile shows picture `number` at `now_ns` (CLOCK_MONOTONIC); None: unreadable."""
        if number is None or number >= self._sent_ns.shape[1] or self._numbers.get(tile) == number:
            return
        self._numbers[tile] = number
        self._at_s.append((now_ns - self._began_ns) / 1e9)
        self._delays_ms.append((now_ns - int(self._sent_ns[tile, number])) / 1e6)

    def save(self, path: Path) -> None:
        """Writes (n, 2) float64: seconds since the begin, milliseconds of delay."""
        np.save(path, np.column_stack((self._at_s, self._delays_ms)))
