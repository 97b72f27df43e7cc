"""A wall without a window: takes every camera's tile frames as a painted wall would, and counts them.

Holds the cameras through the machine's broker like any console. With `paints` it wants 480 px
tiles at 25 frames a second and copies each new one; without, it only watches the streams' health.
Threads: the caller's.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.site import CameraId
from ingest.cameras.health import StreamState
from ingest.cameras.lease import CameraLease, CameraSource, FrameWant, RuntimeInfo, ring_key
from ingest.frames.frame import PixelFormat, WidthClass
from ingest.frames.ring import RingGone, RingReader

TILE_FPS = 25.0


@dataclass
class _Tile:
    """One camera's ring and how many of its frames were taken."""

    want: FrameWant
    path: str = ""
    reader: RingReader | None = None
    last: int = 0
    taken: int = 0
    picture: NDArray[np.uint8] | None = None


class HeadlessWall:
    """All cameras of a site as tiles that nobody sees."""

    def __init__(
        self, runtime: RuntimeInfo, cameras: Sequence[CameraSource], *, paints: bool
    ) -> None:
        self._lease = CameraLease(runtime)
        self._cameras = tuple(cameras)
        self._tiles = {
            camera.camera_id: _Tile(
                FrameWant(camera.camera_id, WidthClass.MEDIUM, PixelFormat.BGRA, TILE_FPS)
            )
            for camera in cameras
        }
        self._paints = paints
        self._since_s = time.monotonic()
        self._status_version = -1

    def start(self) -> None:
        self._lease.start()
        wants = [tile.want for tile in self._tiles.values()] if self._paints else []
        self._lease.set_wants(self._cameras, wants)

    def live(self) -> set[CameraId]:
        """Cameras that deliver now; with tiles only those whose tile has a picture."""
        status = self._lease.status()
        live = {
            camera_id for camera_id, each in status.items() if each.health.state is StreamState.LIVE
        }
        if self._paints:
            live &= {camera_id for camera_id, tile in self._tiles.items() if tile.last}
        return live

    def take(self) -> None:
        """Takes what is new in every ring; call it at least as often as frames come."""
        if self._paints:
            self._follow_rings()
            for tile in self._tiles.values():
                self._take_tile(tile)

    def begin_count(self) -> None:
        """Frame rates count from here."""
        self._since_s = time.monotonic()
        for tile in self._tiles.values():
            tile.taken = 0

    def fps_min(self) -> float:
        """Frames a second of the slowest tile since `begin_count` (of the streams without tiles)."""
        if not self._paints:
            rates = [each.health.fps for each in self._lease.status().values()]
            return round(min(rates, default=0.0), 2)
        seconds = max(1e-3, time.monotonic() - self._since_s)
        return round(min((t.taken for t in self._tiles.values()), default=0) / seconds, 2)

    def close(self) -> None:
        """Gives the cameras back. Idempotent."""
        for tile in self._tiles.values():
            if tile.reader is not None:
                tile.reader.close()
                tile.reader = None
        self._lease.close()

    def _follow_rings(self) -> None:
        if self._lease.status_version == self._status_version:
            return
        self._status_version = self._lease.status_version
        for camera_id, status in self._lease.status().items():
            tile = self._tiles.get(camera_id)
            ring = status.rings.get(ring_key(tile.want)) if tile is not None else None
            if tile is None or ring is None or str(ring.path) == tile.path:
                continue
            if tile.reader is not None:
                tile.reader.close()
            try:
                tile.reader = RingReader.open(Path(ring.path))
            except RingGone:
                tile.reader, tile.path = None, ""
                continue
            tile.path, tile.last = str(ring.path), 0

    def _take_tile(self, tile: _Tile) -> None:
        if tile.reader is None or tile.reader.sequence == tile.last:
            return
        frame = tile.reader.newest()
        if frame is None or frame.number == tile.last:
            return
        if tile.picture is None or tile.picture.shape != frame.pixels.shape:
            tile.picture = np.empty_like(frame.pixels)
        np.copyto(tile.picture, frame.pixels)
        tile.taken += 1
        tile.last = frame.number
