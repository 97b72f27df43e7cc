"""Pictures as a camera sends them: encoded in the test, decoded and scaled by the product's own parts."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray

from console.bridge.planes import YuvPlanes
from ingest.cameras.nal import VideoCodec
from ingest.cameras.pictures import DecodedPicture, PictureDecoder, PictureScaler
from ingest.cameras.stream_info import StreamInfo
from ingest.frames.frame import ColourMatrix, ColourRange, Colours, PixelFormat
from ingest.frames.ring import plane_shapes, split_planes

SIZE = (704, 576)
COLOURS = {
    "601 limited": Colours(ColourMatrix.BT601, ColourRange.LIMITED),
    "709 limited": Colours(ColourMatrix.BT709, ColourRange.LIMITED),
    "601 full": Colours(ColourMatrix.BT601, ColourRange.FULL),
    "709 full": Colours(ColourMatrix.BT709, ColourRange.FULL),
}


def decoded(rgb: NDArray[np.uint8], colours: Colours) -> DecodedPicture:
    """`rgb` (height, width, 3) through H.264 that says `colours`, decoded again."""
    height, width, _ = rgb.shape
    is_709, is_full = colours.matrix is ColourMatrix.BT709, colours.range is ColourRange.FULL
    matrix = Colorspace.ITU709 if is_709 else Colorspace.ITU601
    span = ColorRange.JPEG if is_full else ColorRange.MPEG
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(
        format="yuv420p", dst_colorspace=matrix, dst_color_range=span
    )
    frame.pts = 0
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.framerate, context.time_base = Fraction(25), Fraction(1, 25)
    context.thread_count = 1
    said = (
        f"colormatrix={'bt709' if is_709 else 'smpte170m'}:fullrange={'on' if is_full else 'off'}"
    )
    context.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "qp": "20",
        "x264-params": said,
    }
    data = b"".join(bytes(packet) for packet in [*context.encode(frame), *context.encode(None)])
    info = StreamInfo(VideoCodec.H264.value, context.extradata or b"", width, height, 40_000_000)
    found = PictureDecoder(info).decode(data, 0, is_key=True)
    assert found is not None
    return found


def street(seed: int, size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """Grained ground from grass to brick, a blue sky, cars and signs: (height, width, 3) RGB.

    Strong colours over wide parts: a wrong matrix shows.
    """
    width, height = size
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    grain = random.normal(0, 6, (height // 4, width // 4)).repeat(4, axis=0).repeat(4, axis=1)
    light = 110 + 50 * np.sin(x / width * 5 + seed) + 25 * np.cos(y / height * 6)
    grass, brick, sky = (
        np.array([0.3, 1.0, 0.2]),
        np.array([1.3, 0.35, 0.2]),
        np.array([0.2, 0.6, 1.4]),
    )
    share = (x / width)[..., None]
    tint = np.where((y < height // 3)[..., None], sky, grass * (1 - share) + brick * share)
    rgb = (light + grain)[..., None] * tint + random.normal(0, 2, (height, width, 1))
    for _ in range(24):
        left, top = random.integers(0, width - 60), random.integers(0, height - 30)
        wide, high = random.integers(20, 60), random.integers(12, 30)
        rgb[top : top + high, left : left + wide] = random.integers(20, 236, 3)
    return np.clip(rgb, 0, 255).astype(np.uint8)


def as_bgra(frame: DecodedPicture, width_px: int, height_px: int) -> NDArray[np.uint8]:
    """What a ring of BGRA holds of it: (height, width, 4)."""
    slot = np.zeros((height_px, width_px * 4), np.uint8)
    PictureScaler(PixelFormat.BGRA, None).fill(frame, (slot,))
    return slot.reshape(height_px, width_px, 4)


def as_planes(frame: DecodedPicture, width_px: int, height_px: int) -> YuvPlanes:
    """What a ring of planes holds of it."""
    scaler = PictureScaler(PixelFormat.PLANES, None)
    pixel_format, colours = scaler.layout(frame)
    assert pixel_format is PixelFormat.PLANES
    shapes = plane_shapes(width_px, height_px, pixel_format)
    slot = split_planes(np.zeros(sum(a * b for a, b in shapes), np.uint8), shapes)
    scaler.fill(frame, slot)
    return YuvPlanes(*slot, colours)
