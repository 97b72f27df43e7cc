"""A picture source for wall tests: rings without a decoder. The same seam as the frame pump."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from config.site import CameraId
from console.bridge.planes import YuvPlanes
from console.bridge.tile_image import ReplayMark, TileImage, image_over
from console.state.tiles import WHOLE, Region, TileAddress, WindowId
from console.state.wall import WallState
from console.state.wall_wants import ViewSize
from ingest.cameras.health import LossCause, StreamHealth, StreamState


def tile_image(
    pixels: NDArray[np.uint8] | YuvPlanes, number: int, mono_ns: int, region: Region = WHOLE
) -> TileImage:
    if isinstance(pixels, YuvPlanes):
        return TileImage(pixels, pixels.luma, number, mono_ns, region)
    return TileImage(image_over(pixels), pixels, number, mono_ns, region)


class FakeFeed:
    """One camera's pictures; a test sets them."""

    def __init__(self, camera_id: CameraId) -> None:
        self.camera_id = camera_id
        self._next: TileImage | None = None
        self._taken: TileImage | None = None
        self.overwritten = False
        self.state: StreamHealth | None = None
        self.shed: float | None = None
        self.whole: TileImage | None = None

    def push(
        self, pixels: NDArray[np.uint8] | YuvPlanes, *, mono_ns: int, region: Region = WHOLE
    ) -> None:
        """`pixels`: BGRA, or planes as decoded."""
        number = 1 if self._next is None else self._next.number + 1
        self._next = tile_image(pixels, number, mono_ns, region)

    def lose(self, cause: LossCause, *, since_mono_ns: int, next_try_mono_ns: int | None) -> None:
        self.state = StreamHealth(
            self.camera_id, StreamState.LOST, 0.0, since_mono_ns,
            cause=cause, next_try_mono_ns=next_try_mono_ns,
        )  # fmt: skip

    def advance(self) -> bool:
        if self._next is None or self._next is self._taken:
            return False
        self._taken = self._next
        return True

    def image(self) -> TileImage | None:
        return self._taken

    def still_valid(self) -> bool:
        was, self.overwritten = self.overwritten, False
        return not was

    def overview(self) -> TileImage | None:
        return self.whole

    def replay_mark(self) -> ReplayMark | None:
        return None

    def shed_fps(self) -> float | None:
        return self.shed

    def health(self) -> StreamHealth | None:
        return self.state


class FakeSource:
    """Feeds by camera; remembers what windows told it."""

    def __init__(self, wall: WallState) -> None:
        self.wall = wall
        self.feeds: dict[CameraId, FakeFeed] = {}
        self.views: dict[WindowId, ViewSize] = {}

    def set_view(self, window_id: WindowId, view: ViewSize | None) -> None:
        if view is None:
            self.views.pop(window_id, None)
        else:
            self.views[window_id] = view

    def feed(self, address: TileAddress) -> FakeFeed | None:
        camera_id = self.wall.tile(address).camera_id
        return None if camera_id is None else self.of(camera_id)

    def of(self, camera_id: CameraId) -> FakeFeed:
        return self.feeds.setdefault(camera_id, FakeFeed(camera_id))


class PlainNames:
    """The camera's id is its name; its digits are its number."""

    def number_of(self, camera_id: str) -> int | None:
        return int("".join(c for c in camera_id if c.isdigit()))

    def name_of(self, camera_id: str) -> str:
        return f"Camera {camera_id}"


def plain(width_px: int, height_px: int, bgr: tuple[int, int, int]) -> NDArray[np.uint8]:
    """One colour."""
    pixels = np.empty((height_px, width_px, 4), np.uint8)
    pixels[:] = (*bgr, 255)
    return pixels
