"""Pictures from memory for `bench compositor`: four slots a tile, as a ring has, without a writer.

Threads: GUI thread only.
"""

from __future__ import annotations

import time

import numpy as np

from config.site import CameraId
from console.bridge.tile_image import ReplayMark, TileImage, image_over
from console.state.tiles import TileAddress, WindowId
from console.state.wall import WallState
from console.state.wall_wants import ViewSize
from ingest.cameras.health import StreamHealth

SLOTS = 4


class MemoryFeed:
    """A `TileFeed` of four pictures in turn."""

    def __init__(self, width_px: int, height_px: int, seed: int) -> None:
        random = np.random.default_rng(seed)
        shape = (height_px, width_px, 4)
        self._slots = [random.integers(0, 255, shape, np.uint8) for _ in range(SLOTS)]
        self.number = 0
        self._taken: TileImage | None = None

    def advance(self) -> bool:
        if self._taken is not None and self._taken.number == self.number:
            return False
        pixels = self._slots[self.number % SLOTS]
        self._taken = TileImage(image_over(pixels), pixels, self.number, time.monotonic_ns())
        return True

    def image(self) -> TileImage | None:
        return self._taken

    def still_valid(self) -> bool:
        return True

    def overview(self) -> TileImage | None:
        return None

    def replay_mark(self) -> ReplayMark | None:
        return None

    def health(self) -> StreamHealth | None:
        return None

    def shed_fps(self) -> float | None:
        return None


class MemorySource:
    """A `PictureSource` whose cameras all show a new picture at once."""

    def __init__(self, wall: WallState, width_px: int, height_px: int) -> None:
        self._wall, self._size = wall, (width_px, height_px)
        self._feeds: dict[CameraId, MemoryFeed] = {}

    def show_picture(self, number: int) -> None:
        for feed in self._feeds.values():
            feed.number = number

    def set_view(self, window_id: WindowId, view: ViewSize | None) -> None:
        """Nothing is asked of memory."""

    def feed(self, address: TileAddress) -> MemoryFeed | None:
        camera_id = self._wall.tile(address).camera_id
        if camera_id is None:
            return None
        if camera_id not in self._feeds:
            self._feeds[camera_id] = MemoryFeed(*self._size, seed=len(self._feeds))
        return self._feeds[camera_id]
