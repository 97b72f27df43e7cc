"""FrameOutput: one ring of one stream: which pictures go in, at what size. Runs in the session's thread.

Makes its ring when the first picture comes, because only then size and colours are known, and a new
one when they change; the former ring lives until the new one holds a picture.
"""

from __future__ import annotations

import logging
from pathlib import Path

from config.site import CameraId
from ingest.cameras.pictures import DecodedPicture, PictureScaler
from ingest.cameras.wants import FrameWant, RingInfo
from ingest.frames.frame import Colours, PixelFormat
from ingest.frames.ring import RingUnavailable, RingWriter
from ingest.frames.ring_layout import RingHeader
from ingest.frames.timestamps import RatePacer

log = logging.getLogger(__name__)


class FrameOutput:
    """Feeds one ring. Threads: the session's; `info` is read by others."""

    def __init__(self, folder: Path, want: FrameWant) -> None:
        self.want = want
        self.info: RingInfo | None = None
        self._folder = folder
        self._pacer = RatePacer(want.fps_max)
        self._scaler = PictureScaler(want.format, want.region_norm)
        self._writer: RingWriter | None = None
        self._source_size = (0, 0, 0.0)
        self._size = (0, 0)
        self._has_failed = False

    def rewant(self, want: FrameWant) -> None:
        """Takes over a new rate or priority of the same ring."""
        if want.fps_max != self.want.fps_max:
            self._pacer = RatePacer(want.fps_max)
        self.want = want

    def limit(self, fps_max: float | None) -> None:
        """Holds the rate below what is wanted, under overload; None lifts it."""
        fps = self.want.fps_max if fps_max is None else min(fps_max, self.want.fps_max)
        if fps != self._pacer.fps_max:
            self._pacer = RatePacer(fps)

    def is_due(self, media_ns: int, interval_ns: int) -> bool:
        """Whether the key frame at `media_ns` would go in; asking changes nothing."""
        return self._pacer.is_due(media_ns, interval_ns)

    def wants(self, media_ns: int, interval_ns: int, *, is_key: bool) -> bool:
        """Whether the picture at `media_ns` belongs into the ring."""
        if self.want.keyframes_only and not is_key:
            return False
        return self._pacer.passes(media_ns, interval_ns)

    def put(
        self, frame: DecodedPicture, pixel_aspect: float, media_ns: int, mono_ns: int, utc_ns: int
    ) -> bool:
        """Scales `frame` into the ring; True when there is a new ring to tell of."""
        layout = self._scaler.layout(frame)
        source_size = (frame.width, frame.height, pixel_aspect)
        if source_size != self._source_size:
            self._source_size = source_size
            self._size = self.want.size_px or self._scaler.size(
                frame, int(self.want.width_class), pixel_aspect
            )
        writer = self._writer
        if writer is None or not self._fits(writer.header, layout):
            writer = self._new_writer(layout)
            if writer is None:
                return False
        try:
            writer.fill(lambda slot: self._scaler.fill(frame, slot), media_ns, mono_ns, utc_ns)
        except BaseException:
            if writer is not self._writer:
                writer.close()  # nobody else knows it
            raise
        if writer is self._writer:
            return False
        former, self._writer = self._writer, writer
        header = writer.header
        self.info = RingInfo(
            str(writer.path), header.width_px, header.height_px, header.format, header.fps
        )
        if former is not None:
            former.close()
        return True

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self.info = None

    def abandon(self) -> None:
        """Removes the ring's file while a stuck thread may still write into its memory."""
        if self._writer is not None:
            self._writer.path.unlink(missing_ok=True)

    def _fits(self, header: RingHeader, layout: tuple[PixelFormat, Colours]) -> bool:
        is_size = (header.width_px, header.height_px) == self._size
        return is_size and (header.format, header.colours) == layout

    def _new_writer(self, layout: tuple[PixelFormat, Colours]) -> RingWriter | None:
        want = self.want
        pixel_format, colours = layout
        try:
            writer = RingWriter.create(
                self._folder,
                CameraId(want.camera_id),
                want.width_class,
                *self._size,
                pixel_format,
                want.fps_max,
                colours,
            )
        except RingUnavailable as error:
            if not self._has_failed:
                log.error("%s: %s", want.camera_id, error)
            self._has_failed = True
            return None
        self._has_failed = False
        return writer
