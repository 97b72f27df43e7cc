"""PacketFeed: compressed pictures on their way out to an RTSP client, and the file that loops.

A feed says what it carries and yields access units in decoding order; the server paces them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from msgspec import Struct

from ingest.cameras.nal import VideoCodec


class VideoParameters(Struct, frozen=True):
    """What a client must know before the first packet. `parameter_sets` without start codes."""

    codec: VideoCodec
    parameter_sets: tuple[bytes, ...]
    width_px: int
    height_px: int
    fps: float


class EncodedPacket(Struct, frozen=True):
    """One access unit (picture) in Annex B.

    Attributes:
        pts_s: presentation time, seconds from the feed's own zero, going on for ever.
        dts_s: when to decode and send it; None: as `pts_s` (no reordered pictures).
        is_key: decoding can begin here.
    """

    data: bytes
    pts_s: float
    is_key: bool
    dts_s: float | None = None

    @property
    def send_s(self) -> float:
        return self.pts_s if self.dts_s is None else self.dts_s


class PacketFeed(Protocol):
    """A source of compressed pictures for one mount of the server."""

    @property
    def parameters(self) -> VideoParameters:
        """Of the packets that come next; asked for at every DESCRIBE."""
        ...

    def packets(self) -> AsyncIterator[EncodedPacket]:
        """Access units in decoding order, as fast as asked; ends when the stream ends.

        The server asks for the next one when the last was sent, so a feed may decide late
        what follows (another clip from its first key frame, with times going on).
        """
        ...


class LoopingFeed:
    """A clip from memory, once or for ever, its times continuing at every turn."""

    def __init__(
        self,
        parameters: VideoParameters,
        clip: Sequence[EncodedPacket],
        *,
        is_endless: bool = True,
    ) -> None:
        """`clip` begins with a key frame. Raises ValueError when it does not or is empty."""
        if not clip or not clip[0].is_key:
            raise ValueError("a clip must begin with a key frame")
        self._parameters = parameters
        self._clip = clip
        self._is_endless = is_endless

    @property
    def parameters(self) -> VideoParameters:
        return self._parameters

    async def packets(self) -> AsyncIterator[EncodedPacket]:
        first_s = self._clip[0].send_s
        turn_s = clip_duration_s(self._clip, self._parameters.fps)
        offset_s = -first_s
        while True:
            for packet in self._clip:
                yield shifted(packet, offset_s)
            if not self._is_endless:
                return
            offset_s += turn_s


def clip_duration_s(clip: Sequence[EncodedPacket], fps: float) -> float:
    """From the first packet to one interval after the last."""
    return max(packet.send_s for packet in clip) - clip[0].send_s + 1 / fps


def shifted(packet: EncodedPacket, offset_s: float) -> EncodedPacket:
    """`packet` with its times moved by `offset_s`."""
    return EncodedPacket(
        packet.data,
        packet.pts_s + offset_s,
        packet.is_key,
        None if packet.dts_s is None else packet.dts_s + offset_s,
    )
