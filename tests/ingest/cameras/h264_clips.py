"""H.264 clips of every kind a camera may send, made in memory, and their decoding."""

from __future__ import annotations

from fractions import Fraction
from typing import cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

WIDTH_PX, HEIGHT_PX = 352, 288


def textured(number: int, *, speed: int = 2, seed: int = 5) -> NDArray[np.uint8]:
    """A blotchy ground with some noise and a block that moves by `speed` pixels a picture."""
    random = np.random.default_rng(seed)
    ground = np.kron(random.normal(110, 25, (HEIGHT_PX // 8, WIDTH_PX // 8)), np.ones((8, 8)))
    ground = np.roll(ground, number * speed // 2, axis=1)
    ground += np.random.default_rng(number).normal(0, 3, ground.shape)
    x = 20 + number * speed % (WIDTH_PX - 100)
    ground[100:150, x : x + 60] = 200
    return np.clip(ground, 16, 235).astype(np.uint8)


def encoded(
    rules: str = "",
    *,
    count: int = 30,
    group: int = 10,
    profile: str = "main",
    preset: str = "veryfast",
    qp: int = 26,
    speed: int = 2,
) -> list[tuple[bytes, bool]]:
    """(access unit in Annex B with its parameter sets, is key) of `count` pictures."""
    context = cast(VideoCodecContext, av.CodecContext.create("libx264", "w"))
    context.width, context.height, context.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
    context.framerate, context.time_base = Fraction(25), Fraction(1, 25)
    base = (
        f"keyint={group}:min-keyint={group}:scenecut=0:bframes=0:repeat-headers=1:annexb=1:qp={qp}"
    )
    context.options = {
        "preset": preset,
        "profile": profile,
        "x264-params": base + (f":{rules}" if rules else ""),
    }
    context.thread_count = 1
    packets = []
    for number in range(count):
        frame = av.VideoFrame(WIDTH_PX, HEIGHT_PX, "yuv420p")
        luma = textured(number, speed=speed)
        for plane, content in zip(
            frame.planes, (luma, luma[::2, ::2] // 4 + 96, luma[1::2, ::2] // 8 + 110), strict=True
        ):
            lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
            lines[: content.shape[0], : content.shape[1]] = content
        frame.pts = number
        packets += context.encode(frame)
    packets += context.encode(None)
    return [(bytes(packet), packet.is_keyframe) for packet in packets]


def decoded(data: list[bytes], *, without_filter: bool = False) -> list[bytes]:
    """The pictures' planes."""
    context = cast(VideoCodecContext, av.CodecContext.create("h264", "r"))
    context.thread_count = 1
    if without_filter:
        context.options = {"skip_loop_filter": "all"}
    frames = [frame for unit in data for frame in context.decode(av.Packet(unit))]
    frames += context.decode(None)
    return [frame.to_ndarray().tobytes() for frame in frames]
