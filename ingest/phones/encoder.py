"""PhoneEncoder: decoded pictures of a phone into H.264 that every reader of cameras understands.

A phone changes its size with the network and with how it is held, and may send VP8: encoded anew,
the wall sees one kind of stream, and a change of size is a new key frame with new parameters.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

import av

from ingest.cameras.nal import VideoCodec, is_parameter_set, split_annex_b
from ingest.cameras.packet_feed import EncodedPacket, VideoParameters

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

#: A phone's picture is looked at in a tile: more pixels cost the gateway's processor.
LONG_SIDE_MOST_PX: Final = 960
FPS: Final = 15
#: A new watcher waits at most this long for a picture; a forced key frame comes sooner.
KEY_EVERY_S: Final = 4
BITS_PER_S: Final = 1_200_000
_CLOCK_HZ: Final = 90_000


class PhoneEncoder:
    """Threads: one at a time."""

    def __init__(self) -> None:
        self._context: VideoCodecContext | None = None
        self._source_px = (0, 0)
        self.parameters: VideoParameters | None = None

    def encode(self, frame: av.VideoFrame, pts_s: float, *, is_key: bool) -> list[EncodedPacket]:
        """Access units of a picture, mostly one. Raises av.FFmpegError."""
        if self._context is None or (frame.width, frame.height) != self._source_px:
            self._open(frame)
            is_key = True
        context = self._context
        assert context is not None
        picture = frame.reformat(context.width, context.height, "yuv420p")
        picture.pts = round(pts_s * _CLOCK_HZ)
        picture.time_base = Fraction(1, _CLOCK_HZ)
        picture.pict_type = (
            av.video.frame.PictureType.I if is_key else av.video.frame.PictureType.NONE
        )
        found = [
            EncodedPacket(bytes(packet), float(packet.pts * packet.time_base), packet.is_keyframe)
            for packet in context.encode(picture)
            if packet.pts is not None and packet.time_base is not None
        ]
        self._learn(found)
        return found

    def _open(self, frame: av.VideoFrame) -> None:
        self._source_px = (frame.width, frame.height)
        share = min(1.0, LONG_SIDE_MOST_PX / max(self._source_px))
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height = (
            max(2, round(side * share) & ~1) for side in self._source_px
        )
        context.pix_fmt = "yuv420p"
        context.time_base = Fraction(1, _CLOCK_HZ)
        context.framerate = Fraction(FPS)
        context.bit_rate = BITS_PER_S
        context.gop_size = FPS * KEY_EVERY_S
        context.thread_count = 1
        context.options = {"preset": "ultrafast", "tune": "zerolatency", "forced-idr": "1"}
        self._context = context
        self.parameters = None

    def _learn(self, packets: list[EncodedPacket]) -> None:
        """The parameter sets stand before the first key frame of a size."""
        if self.parameters is not None or self._context is None:
            return
        for packet in packets:
            units = split_annex_b(packet.data)
            sets = tuple(unit for unit in units if is_parameter_set(VideoCodec.H264, unit))
            if packet.is_key and sets:
                size = (self._context.width, self._context.height)
                self.parameters = VideoParameters(VideoCodec.H264, sets, *size, float(FPS))
                return
