"""RingFeed: one tile's pictures out of shared memory, through every change of ring.

Decides which of a camera's rings is read now: the wanted one, else the one at hand, else any
(a picture of the wrong size is better than none). Never blocks, never copies a picture except
the last one of a ring that ends.

Threads: GUI thread only.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from config.site import CameraId
from console.bridge.frame_wants import asks_planes, region_of_key
from console.bridge.planes import YuvPlanes
from console.bridge.tile_image import ReplayMark, TileImage, image_over
from console.state.tiles import WHOLE
from ingest.cameras.health import StreamHealth, StreamState
from ingest.cameras.wants import CameraStatus, RingInfo
from ingest.frames.frame import Frame, PixelFormat
from ingest.frames.ring import RingGone, RingReader

log = logging.getLogger(__name__)


class RingFeed:
    """A `TileFeed` over rings. `close` when the tile lets go of its camera."""

    def __init__(self, camera_id: CameraId) -> None:
        self.camera_id = camera_id
        self.wanted_key = ""
        #: Set by the pump while the tile is zoomed.
        self.overview_image: Callable[[], TileImage | None] | None = None
        self._key = ""
        self._path = ""
        self._reader: RingReader | None = None
        self._region = WHOLE
        self._health: StreamHealth | None = None
        self._shed_fps: float | None = None
        self._frame: Frame | None = None
        self._image: TileImage | None = None
        self._slot_contents: dict[int, QImage | YuvPlanes] = {}
        self._slot_pixels: list[NDArray[np.uint8]] = []  # keeps the ids above from being reused

    @property
    def has_wanted_ring(self) -> bool:
        """Whether the picture comes in the size and region the tile asked for last."""
        return self._reader is not None and self._key == self.wanted_key

    @property
    def key(self) -> str:
        """The key of the ring that is read now, empty without one."""
        return self._key if self._reader is not None else ""

    @property
    def dropped_count(self) -> int:
        """Frames of the present ring that were never shown."""
        return 0 if self._reader is None else self._reader.dropped_count

    def want(self, key: str) -> None:
        """The ring key the tile asks for from now on."""
        self.wanted_key = key

    def take_status(self, status: CameraStatus | None) -> None:
        """Takes over health and the best ring of a new status; None: the camera is not held."""
        if status is None:
            return
        self._health = status.health
        self._shed_fps = status.shed_fps
        key = self._best_key(status.rings)
        if key is None:
            self._keep_last_picture()
            return
        info = status.rings[key]
        if info.path != self._path:
            self._open(key, info)

    def take_off(self) -> None:
        """The register says that nobody is to open this camera."""
        self._health = StreamHealth(self.camera_id, StreamState.DISABLED, 0.0, time.monotonic_ns())

    def advance(self) -> bool:
        reader = self._reader
        if reader is None:
            return False
        newest = reader.sequence
        if newest == 0 or (self._frame is not None and newest == self._frame.number):
            return False
        frame = reader.following()
        if frame is None:
            return False
        self._frame = frame
        self._image = TileImage(
            self._content_over(frame),
            frame.pixels,
            frame.number,
            frame.received_mono_ns,
            self._region,
        )
        return True

    def image(self) -> TileImage | None:
        return self._image

    def _content_over(self, frame: Frame) -> QImage | YuvPlanes:
        """The picture over a slot's pixels, made once per slot: a ring hands out four arrays."""
        pixels = frame.pixels
        known = self._slot_contents.get(id(pixels))
        if known is None:
            is_planes = frame.format is PixelFormat.PLANES
            known = YuvPlanes.over(frame) if is_planes else image_over(pixels)
            self._slot_contents[id(pixels)] = known
            self._slot_pixels.append(pixels)
        return known

    def still_valid(self) -> bool:
        if self._reader is None or self._frame is None:
            return True
        return self._reader.still_valid(self._frame)

    def overview(self) -> TileImage | None:
        return None if self.overview_image is None else self.overview_image()

    def replay_mark(self) -> ReplayMark | None:
        return None

    def health(self) -> StreamHealth | None:
        return self._health

    def shed_fps(self) -> float | None:
        return self._shed_fps

    def close(self) -> None:
        """Lets go of the shared memory; the last picture is gone too. Twice is harmless."""
        self._close_reader()
        self._image = None

    def _best_key(self, rings: Mapping[str, RingInfo]) -> str | None:
        if self.wanted_key in rings:
            return self.wanted_key
        if self._key in rings:
            return self._key
        usable = [key for key, info in rings.items() if info.format is not PixelFormat.I420]
        # planes cost QPainter a conversion in every paint: another window's, only where there is nothing else
        paints_planes = asks_planes(self.wanted_key)
        return max(
            usable,
            key=lambda key: (
                paints_planes or rings[key].format is PixelFormat.BGRA,
                rings[key].width_px,
            ),
            default=None,
        )

    def _open(self, key: str, info: RingInfo) -> None:
        try:
            reader = RingReader.open(Path(info.path))
        except RingGone as error:
            # replaced between the status and now: the next status names its successor
            log.debug("ring of %s is gone already: %s", self.camera_id, error)
            return
        if reader.sequence:
            self._close_reader()  # its first picture is taken with the next look: no copy for that
        else:
            self._keep_last_picture()
        self._reader, self._key, self._path = reader, key, info.path
        self._region = region_of_key(key)

    def _keep_last_picture(self) -> None:
        """Before the ring goes: its last picture stays to be dimmed behind a card."""
        if self._image is not None and self._image.pixels is not None:
            self._image = self._image.owned()
        self._close_reader()

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
        self._reader = None
        self._slot_contents = {}
        self._slot_pixels = []
        self._path = ""
        self._frame = None
