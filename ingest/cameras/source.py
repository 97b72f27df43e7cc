"""Streams and files in PyAV: opening, demuxing, remuxing; its pictures are in `pictures`.

Nobody but these two imports `av`. Values of this module belong to one thread each; failures leave as
`StreamLost` with a cause, never as the library's exceptions.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import av
import av.error
import av.logging
from av.container import InputContainer
from av.video.stream import VideoStream

from ingest.cameras.health import LossCause
from ingest.cameras.nal import (
    VideoCodec,
    as_annex_b,
    configuration,
    join_annex_b,
)
from ingest.cameras.packet_feed import EncodedPacket, VideoParameters
from ingest.cameras.packets import CompressedPacket
from ingest.cameras.stream_info import RawPacket, StreamInfo, StreamLost

__all__ = [
    "RawPacket",
    "StreamInfo",
    "StreamLost",
    "StreamSource",
    "open_source",
    "read_packets",
    "transcode_clip",
    "write_clip",
]

av.logging.set_level(None)  # the library's chatter about hostile streams goes nowhere

#: Measured: opening takes 0.3 s with these, 1.4–2.0 s with the library's defaults (0.8 s more
#: without fpsprobesize). Not `fflags=nobuffer`: it throws away what was read while probing, the
#: first key frame with it, and the picture comes one key-frame interval later; it saves no delay.
_FAST_OPEN: Final = {"probesize": "32768", "analyzeduration": "0", "fpsprobesize": "0"}
_CODECS: Final = {"h264": "h264", "hevc": "hevc"}


class StreamSource:
    """An open stream. Threads: the session that opened it."""

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self._container = container
        self._stream = stream
        context = stream.codec_context
        rate = stream.average_rate or stream.guessed_rate or Fraction(25)
        self.info = StreamInfo(
            context.name,
            context.extradata or b"",
            context.width,
            context.height,
            round(1e9 / float(rate)) if 1 <= rate <= 120 else 40_000_000,
        )

    def packets(self) -> Iterator[RawPacket]:
        """Access units until the stream ends. Always ends by raising StreamLost."""
        base_ns = float(self._stream.time_base or 0) * 1e9
        try:
            for packet in self._container.demux(self._stream):
                if packet.size == 0:
                    break
                dts, pts = packet.dts, packet.pts
                yield RawPacket(
                    bytes(packet),
                    None if dts is None else round(dts * base_ns),
                    None if pts is None else round(pts * base_ns),
                    packet.is_keyframe,
                    packet.is_corrupt,
                )
        except av.error.FFmpegError as error:
            raise StreamLost(_cause(error, LossCause.SILENT), _text(error)) from error
        raise StreamLost(LossCause.CLOSED, "the camera closed the connection")

    def close(self) -> None:
        self._container.close()


def open_source(
    url: str, *, open_timeout_s: float, read_timeout_s: float, is_guarded: bool = True
) -> StreamSource:
    """Connects to `url` and reads what it carries. Raises StreamLost.

    A connection without a byte for `read_timeout_s` ends. One that goes on with sender reports
    and without pictures ends only when `is_guarded`, up to twice as late: the library's guard
    takes the interpreter lock some forty times a picture, a tenth of a stream's CPU, and every
    other thread of the process waits for it meanwhile.
    """
    options = dict(_FAST_OPEN)
    if urlsplit(url).scheme in ("rtsp", "rtsps"):
        options |= {"rtsp_transport": "tcp", "allowed_media_types": "video"}
        options["timeout"] = str(round(read_timeout_s * 1e6))
    began_s = time.monotonic()
    timeouts_s = (open_timeout_s, read_timeout_s if is_guarded else None)
    try:
        container = av.open(url, "r", options=options, timeout=timeouts_s)
    except (av.error.FFmpegError, OSError) as error:
        patience_s = min(open_timeout_s, read_timeout_s)
        is_late = time.monotonic() - began_s >= 0.9 * patience_s
        raise StreamLost(_open_cause(error, url, is_late=is_late), _text(error)) from error
    stream = next(iter(container.streams.video), None)
    if stream is None or stream.codec_context is None:
        container.close()
        raise StreamLost(LossCause.NO_VIDEO, "the stream has no video that can be decoded")
    return StreamSource(container, stream)


def write_clip(path: Path, info: StreamInfo, packets: Sequence[CompressedPacket]) -> None:
    """Remuxes packets (the first a key frame, one session) into an MP4 at `path`.

    Raises StreamLost when they are no stream of that codec, OSError when it cannot be written.
    """
    if not packets or info.codec not in _CODECS:
        raise StreamLost(LossCause.BAD_STREAM, f"no clip can be made of {info.codec or 'nothing'}")
    codec = VideoCodec(_CODECS[info.codec])
    try:
        head = _annex_b_head(codec, info.extradata) + packets[0].data
        with (
            av.open(io.BytesIO(head), "r", format=_CODECS[info.codec]) as template,
            av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as output,
        ):
            stream = output.add_stream_from_template(template.streams.video[0])
            stream.time_base = Fraction(1, 90_000)
            first_ns = packets[0].dts_ns
            for item in packets:
                packet = av.Packet(item.data)
                packet.stream = stream
                packet.time_base = Fraction(1, 90_000)
                packet.dts = round((item.dts_ns - first_ns) * 9 / 100_000)
                packet.pts = round((item.pts_ns - first_ns) * 9 / 100_000)
                packet.is_keyframe = item.is_key
                output.mux(packet)
    except (av.error.FFmpegError, ValueError) as error:
        raise StreamLost(LossCause.BAD_STREAM, f"{path.name}: {_text(error)}") from error


def read_packets(path: Path) -> tuple[VideoParameters, list[EncodedPacket]]:
    """All compressed pictures of a file's first video track, as Annex B, from its first key frame.

    A file without time stamps gets them from its rate. Raises StreamLost when there is no H.264
    or H.265 in it.
    """
    try:
        with av.open(str(path)) as container:
            stream = next(iter(container.streams.video), None)
            if stream is None:
                raise StreamLost(LossCause.NO_VIDEO, f"{path.name} has no video track")
            parameters, length_size = _file_parameters(stream, path.name)
            packets = list(_file_packets(container.demux(stream), parameters, length_size))
    except av.error.FFmpegError as error:
        raise StreamLost(LossCause.BAD_STREAM, f"{path.name}: {_text(error)}") from error
    first_key = next((at for at, packet in enumerate(packets) if packet.is_key), None)
    if first_key is None:
        raise StreamLost(LossCause.BAD_STREAM, f"{path.name} has no key frame")
    return parameters, packets[first_key:]


def transcode_clip(source: Path, target: Path) -> None:
    """Any file the library opens as H.264 MP4: a key frame a second, no reordering, even sides.

    Raises StreamLost when there is no picture in it.
    """
    count = 0
    try:
        with (
            av.open(str(source)) as container,
            av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as output,
        ):
            stream = next(iter(container.streams.video), None)
            if stream is None:
                raise StreamLost(LossCause.NO_VIDEO, f"{source.name} has no video track")
            rate = stream.average_rate or stream.guessed_rate or Fraction(25)
            encoder = output.add_stream("libx264", rate=round(rate) or 25)
            encoder.pix_fmt = "yuv420p"
            encoder.options = {"preset": "veryfast", "bf": "0", "g": str(round(rate) or 25)}
            for frame in container.decode(stream):
                if count == 0:
                    encoder.width, encoder.height = frame.width & ~1, frame.height & ~1
                even = frame.reformat(encoder.width, encoder.height, "yuv420p")
                even.pts, even.time_base = count, 1 / Fraction(round(rate) or 25)
                output.mux(encoder.encode(even))
                count += 1
            output.mux(encoder.encode(None))
    except (av.error.FFmpegError, ValueError) as error:
        raise StreamLost(LossCause.BAD_STREAM, f"{source.name}: {_text(error)}") from error
    if count == 0:
        raise StreamLost(LossCause.BAD_STREAM, f"{source.name} has no picture")


def _file_parameters(stream: VideoStream, name: str) -> tuple[VideoParameters, int]:
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
    for number, packet in enumerate(packets):
        if packet.size == 0:
            continue
        data = as_annex_b(bytes(packet), length_size)
        base = float(packet.time_base)
        pts_s = number / parameters.fps if packet.pts is None else packet.pts * base
        dts_s = None if packet.dts is None else packet.dts * base
        yield EncodedPacket(data, pts_s, packet.is_keyframe, dts_s)


def _annex_b_head(codec: VideoCodec, extradata: bytes) -> bytes:
    return join_annex_b(configuration(codec, extradata)[1])


def _cause(error: Exception, timeout_cause: LossCause) -> LossCause:
    if isinstance(error, av.error.HTTPUnauthorizedError | av.error.HTTPForbiddenError):
        return LossCause.UNAUTHORIZED
    if isinstance(error, av.error.HTTPNotFoundError):
        return LossCause.NOT_FOUND
    if isinstance(error, av.error.HTTPClientError | av.error.HTTPServerError):
        return LossCause.BUSY
    if isinstance(error, av.error.ExitError | av.error.TimeoutError):
        return timeout_cause
    if isinstance(error, av.error.InvalidDataError | av.error.DecoderNotFoundError):
        return LossCause.BAD_STREAM
    if isinstance(error, av.error.EOFError | ConnectionResetError | BrokenPipeError):
        return LossCause.CLOSED
    return LossCause.UNREACHABLE


def _open_cause(error: Exception, url: str, *, is_late: bool) -> LossCause:
    """Tells a host that does not answer from one that accepts and then says nothing.

    The library calls an RTSP answer that never came "invalid data"; the time it took tells a silent
    host from one that closes the connection instead of answering, as one that starts.
    """
    cause = _cause(error, LossCause.SILENT)
    is_rtsp = urlsplit(url).scheme in ("rtsp", "rtsps")
    if is_rtsp and cause is LossCause.BAD_STREAM and not is_late:
        return LossCause.CLOSED
    if cause is not LossCause.SILENT and not (is_late and cause is LossCause.BAD_STREAM):
        return cause
    parts = urlsplit(url)
    try:
        with closing(socket.create_connection((parts.hostname or "", parts.port or 554), 1.0)):
            return LossCause.SILENT
    except OSError:
        return LossCause.UNREACHABLE


def _text(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
