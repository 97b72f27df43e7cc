"""Pictures from memory for `bench compositor`: four slots a tile, as a ring has, without a writer.

Threads: GUI thread only.
"""

from __future__ import annotations

import time

import numpy as np

from config.site import CameraId
from console.bridge.planes import YuvPlanes
from console.bridge.tile_image import ReplayMark, TileImage, image_over
from console.state.tiles import TileAddress, WindowId
from console.state.wall import WallState
from console.state.wall_wants import ViewSize
from ingest.cameras.health import StreamHealth
from ingest.frames.frame import USUAL_COLOURS, PixelFormat
from ingest.frames.ring import plane_shapes

SLOTS = 4


class MemoryFeed:
    """A `TileFeed` of four pictures in turn, BGRA or decoded planes."""

    def __init__(self, width_px: int, height_px: int, seed: int, *, has_planes: bool) -> None:
        random = np.random.default_rng(seed)
        form = PixelFormat.PLANES if has_planes else PixelFormat.BGRA
        shapes = plane_shapes(width_px, height_px, form)
        self._slots = [
            tuple(random.integers(0, 255, shape, np.uint8) for shape in shapes)
            for _ in range(SLOTS)
        ]
        self._has_planes, self._size = has_planes, (width_px, height_px)
        self.number = 0
        self._taken: TileImage | None = None

    def advance(self) -> bool:
        if self._taken is not None and self._taken.number == self.number:
            return False
        slot = self._slots[self.number % SLOTS]
        width, height = self._size
        content = (
            YuvPlanes(slot[0], slot[1], slot[2], USUAL_COLOURS)
            if self._has_planes
            else image_over(slot[0].reshape(height, width, 4))
        )
        self._taken = TileImage(content, slot[0], self.number, time.monotonic_ns())
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

    def __init__(
        self, wall: WallState, width_px: int, height_px: int, *, has_planes: bool = False
    ) -> None:
        self._wall, self._size, self._has_planes = wall, (width_px, height_px), has_planes
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
            self._feeds[camera_id] = MemoryFeed(
                *self._size, seed=len(self._feeds), has_planes=self._has_planes
            )
        return self._feeds[camera_id]
