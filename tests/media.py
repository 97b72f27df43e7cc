"""Clips and servers for tests: encoded in the test, with their own time codes painted in.

Every picture carries its number in binary (16 blocks along the top, black and white), so that a
decoded tile tells which picture it shows.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from ingest.cameras.nal import VideoCodec, configuration, join_annex_b, split_length_prefixed
from ingest.cameras.packet_feed import EncodedPacket, LoopingFeed, VideoParameters

#: Blocks of the painted number.
BIT_COUNT = 16


def paint(number: int, width_px: int, height_px: int) -> NDArray[np.uint8]:
    """A grey picture (height, width) with `number` in its top eighth and a moving bar below."""
    picture = np.full((height_px, width_px), 96, np.uint8)
    band = height_px // 8
    for bit in range(BIT_COUNT):
        left, right = bit * width_px // BIT_COUNT, (bit + 1) * width_px // BIT_COUNT
        picture[:band, left:right] = 235 if number >> bit & 1 else 16
    x = number * 4 % (width_px - 16)
    picture[band * 2 :, x : x + 16] = 200
    return picture


def read_number(pixels: NDArray[np.uint8]) -> int:
    """The number painted in a picture: (h, w, 4) BGRA or (h * 3 / 2, w) I420."""
    luma = pixels[:, :, 1] if pixels.ndim == 3 else pixels[: pixels.shape[0] * 2 // 3]
    height, width = luma.shape
    row = luma[height // 16]
    bits = [row[int((bit + 0.5) * width / BIT_COUNT)] > 127 for bit in range(BIT_COUNT)]
    return sum(1 << bit for bit, is_set in enumerate(bits) if is_set)


def encode_clip(
    *,
    width_px: int = 320,
    height_px: int = 180,
    fps: int = 25,
    picture_count: int = 50,
    key_interval: int = 12,
    codec: VideoCodec = VideoCodec.H264,
    first_number: int = 0,
    pixel_aspect: Fraction | None = None,
    picture_of: Callable[[int, int, int], NDArray[np.uint8]] = paint,
) -> tuple[VideoParameters, list[EncodedPacket]]:
    """A clip in memory; `picture_of(number, width_px, height_px)` paints from `first_number` on."""
    is_h264 = codec is VideoCodec.H264
    context = av.CodecContext.create("libx264" if is_h264 else "libx265", "w")
    context.width, context.height, context.pix_fmt = width_px, height_px, "yuv420p"
    if pixel_aspect is not None:
        context.sample_aspect_ratio = pixel_aspect
    context.framerate, context.time_base = Fraction(fps), Fraction(1, fps)
    own = "x264-params" if is_h264 else "x265-params"
    rules = f"keyint={key_interval}:min-keyint={key_interval}:scenecut=0:bframes=0"
    quiet = "" if is_h264 else ":log-level=none:pools=none:frame-threads=1"
    context.options = {"preset": "ultrafast", own: rules + quiet, "qp": "20"}
    context.thread_count = 1
    encoded: list[EncodedPacket] = []
    for index in range(picture_count + 1):
        frame = None
        if index < picture_count:
            frame = av.VideoFrame(width_px, height_px, "yuv420p")
            picture = picture_of(first_number + index, width_px, height_px)
            for plane, content in zip(
                frame.planes,
                (picture, picture[::2, ::2] * 0 + 128, picture[::2, ::2] * 0 + 128),
                strict=True,
            ):
                lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
                lines[: content.shape[0], : content.shape[1]] = content
            frame.pts = index
        for packet in context.encode(frame):
            encoded.append(  # noqa: PERF401 - the encoder must be fed in order
                EncodedPacket(bytes(packet), packet.pts / fps, packet.is_keyframe)
            )
    length_size, sets = configuration(codec, context.extradata or b"")
    if not sets:
        _, sets = configuration(codec, encoded[0].data)
    if length_size:
        encoded = [
            EncodedPacket(
                join_annex_b(split_length_prefixed(item.data, length_size)), item.pts_s, item.is_key
            )
            for item in encoded
        ]
    return VideoParameters(codec, sets, width_px, height_px, float(fps)), encoded


def looping_feed(**options: object) -> LoopingFeed:
    """`encode_clip` as an endless feed."""
    return LoopingFeed(*encode_clip(**options))  # type: ignore[arg-type]


def write_raw(path: Path, clip: list[EncodedPacket]) -> Path:
    """The clip as a bare elementary stream: a file without any time stamps."""
    path.write_bytes(b"".join(item.data for item in clip))
    return path


def wait_until(
    condition: Callable[[], bool], deadline_s: float, what: str, interval_s: float = 0.02
) -> float:
    """Waits for `condition`; returns the seconds it took. Fails the test with `what`."""
    started_s = time.monotonic()
    while not condition():
        if time.monotonic() - started_s > deadline_s:
            raise AssertionError(f"not within {deadline_s} s: {what}")
        time.sleep(interval_s)
    return time.monotonic() - started_s


def mp4_of_numbers(path: Path, picture_count: int) -> int:
    """Writes an H.264 file of 640×360 at 25 fps with numbered pictures; returns how many."""
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.options = {"preset": "ultrafast", "qp": "24"}
        grey = np.full((180, 640), 128, np.uint8)
        for number in range(picture_count):
            whole = np.vstack((paint(number, 640, 360), grey))
            frame = av.VideoFrame.from_ndarray(whole, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return picture_count
