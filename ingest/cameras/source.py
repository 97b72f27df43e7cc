"""Everything that touches PyAV: opening a stream, demuxing, decoding, scaling, remuxing.

The only importer of `av`. A `StreamSource` belongs to one thread; what it raises is `StreamLost`
with a cause, never a library's exception.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import av.error
from av.video.stream import VideoStream

from ingest.cameras.health import LossCause
from ingest.cameras.nal import (
    VideoCodec,
    configuration,
    join_annex_b,
    split_length_prefixed,
)
from ingest.cameras.packet_feed import EncodedPacket, VideoParameters
from ingest.errors import RetryLater


class StreamLost(RetryLater):
    """The stream cannot be opened or went away; `cause` says why."""

    def __init__(self, cause: LossCause, text: str) -> None:
        super().__init__(text)
        self.cause = cause


def read_packets(path: Path) -> tuple[VideoParameters, list[EncodedPacket]]:
    """All compressed pictures of a file's first video track, as Annex B, from its first key frame.

    Raises StreamLost when there is no H.264 or H.265 in it.
    """
    try:
        with av.open(str(path)) as container:
            stream = next(iter(container.streams.video), None)
            if stream is None:
                raise StreamLost(LossCause.NO_VIDEO, f"{path.name} has no video track")
            parameters, length_size = _parameters(stream, path.name)
            packets = list(_file_packets(container.demux(stream), parameters, length_size))
    except av.error.FFmpegError as error:
        raise StreamLost(LossCause.BAD_STREAM, f"{path.name}: {error.strerror}") from error
    first_key = next((at for at, packet in enumerate(packets) if packet.is_key), None)
    if first_key is None:
        raise StreamLost(LossCause.BAD_STREAM, f"{path.name} has no key frame")
    return parameters, packets[first_key:]


def _parameters(stream: VideoStream, name: str) -> tuple[VideoParameters, int]:
    context = stream.codec_context
    try:
        codec = VideoCodec(context.name)
        length_size, parameter_sets = configuration(codec, context.extradata or b"")
    except ValueError as error:
        raise StreamLost(
            LossCause.BAD_STREAM, f"{name}: {context.name} is neither H.264 nor H.265 ({error})"
        ) from error
    rate = stream.average_rate or stream.guessed_rate or 25
    return (
        VideoParameters(codec, parameter_sets, context.width, context.height, float(rate)),
        length_size,
    )


def _file_packets(
    packets: Iterator[av.Packet[VideoStream]], parameters: VideoParameters, length_size: int
) -> Iterator[EncodedPacket]:
    """Pictures in decoding order; a file without time stamps gets them from its rate."""
    for number, packet in enumerate(packets):
        if packet.size == 0:
            continue
        raw = bytes(packet)
        data = join_annex_b(split_length_prefixed(raw, length_size)) if length_size else raw
        fallback_s = number / parameters.fps
        base = float(packet.time_base)
        pts_s = fallback_s if packet.pts is None else packet.pts * base
        dts_s = None if packet.dts is None else packet.dts * base
        yield EncodedPacket(data, pts_s, packet.is_keyframe, dts_s)
