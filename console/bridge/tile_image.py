"""TileImage and the seam between a wall window and whatever delivers its pictures.

A `TileImage` is a QImage, or decoded planes, laid over a ring's shared memory: no pixel is copied
between decoder and paint. It stays readable as long as it is held, but the writer may overwrite
it: whoever painted it asks `still_valid` afterwards and paints again when the answer is no.

Threads: GUI thread only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from console.bridge.planes import YuvPlanes
from console.state.tiles import WHOLE, Region, TileAddress, WindowId
from console.state.wall_wants import ViewSize
from ingest.cameras.health import StreamHealth
from ingest.cameras.wants import ReplayProblem


@dataclass(slots=True)
class TileImage:
    """One picture of a tile.

    Attributes:
        content: QImage (Format_RGB32) or planes, a view into shared memory unless it was copied.
        pixels: the array `content` lies over; kept so that the memory outlives the QImage.
        number: the frame's number in its ring.
        received_mono_ns: when its last packet arrived (CLOCK_MONOTONIC).
        region_norm: the part of the camera's whole picture that it shows.
    """

    content: QImage | YuvPlanes
    pixels: NDArray[np.uint8] | None
    number: int
    received_mono_ns: int
    region_norm: Region = WHOLE
    _converted: QImage | None = field(default=None, init=False, repr=False)

    @property
    def image(self) -> QImage:
        """The picture as Qt paints it; planes are converted once, when this is asked first."""
        if isinstance(self.content, QImage):
            return self.content
        if self._converted is None:
            self._converted = self.content.image()
        return self._converted

    def coarse_image(self, least_px: tuple[int, int]) -> QImage:
        """The picture for something small: planes are converted with pixels left out, down to this size."""
        if isinstance(self.content, QImage) or self._converted is not None:
            return self.image
        return self.content.coarse(*least_px).image()

    @property
    def planes(self) -> YuvPlanes | None:
        """The picture as planes; None: it is BGRA."""
        return None if isinstance(self.content, QImage) else self.content

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        content = self.content
        if isinstance(content, QImage):
            return content.width(), content.height()
        return content.width_px, content.height_px

    def owned(self) -> TileImage:
        """A copy that needs no ring."""
        return TileImage(
            self.content.copy(), None, self.number, self.received_mono_ns, self.region_norm
        )


@dataclass(frozen=True, slots=True)
class ReplayMark:
    """What must be said of a picture of the past.

    Attributes:
        at_mono_ns: when the picture was received; None before the first.
        speed: 0 while it stands.
        is_at_end: nothing newer is kept; it waits.
        problem: why there is no picture.
    """

    at_mono_ns: int | None
    speed: float = 1.0
    is_at_end: bool = False
    problem: ReplayProblem | None = None


def image_over(pixels: NDArray[np.uint8]) -> QImage:
    """A QImage over `pixels` (height, width, 4) uint8 BGRA, contiguous, without copying.

    The caller keeps `pixels` alive as long as the image.
    """
    height_px, width_px, _ = pixels.shape
    return QImage(pixels.data, width_px, height_px, width_px * 4, QImage.Format.Format_RGB32)


class TileFeed(Protocol):
    """The pictures of one tile."""

    def advance(self) -> bool:
        """Takes the next picture if there is one; True when `image` is another one now.

        Only who then paints the whole picture may call it: what is taken elsewhere is never seen.
        """
        ...

    def image(self) -> TileImage | None:
        """The picture last taken; the last known one after a loss; None before the first."""
        ...

    def still_valid(self) -> bool:
        """Whether the picture last returned by `image` has not been overwritten since."""
        ...

    def overview(self) -> TileImage | None:
        """The whole picture, small, of a tile that shows a part of it; None: there is none."""
        ...

    def replay_mark(self) -> ReplayMark | None:
        """Set on every picture that is not of the present; None: it is live."""
        ...

    def health(self) -> StreamHealth | None:
        """The stream's health as last heard; None before anything was."""
        ...

    def shed_fps(self) -> float | None:
        """The rate this tile was reduced to because the machine is overloaded; None: it is not."""
        ...


class PictureSource(Protocol):
    """Delivers pictures to wall windows: the frame pump, or a fake in tests."""

    def set_view(self, window_id: WindowId, view: ViewSize | None) -> None:
        """A window tells its size in device pixels and whether it can be seen; None: it is gone."""
        ...

    def feed(self, address: TileAddress) -> TileFeed | None:
        """The tile's feed now; None for an empty tile. May change after every wants change."""
        ...
