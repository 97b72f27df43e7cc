"""Scaling straight into a ring: the same picture as by way of PyAV, and never past its edges."""

from __future__ import annotations

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from ingest.cameras import direct_scaler
from ingest.cameras.direct_scaler import DirectScaler, PictureKind
from ingest.cameras.pictures import PictureScaler
from ingest.frames.frame import PixelFormat

#: enum AVColorSpace
BT709, UNSPECIFIED = 1, 2
GUARD = 0xA5


def frame_of(
    format: str = "yuv420p",
    size: tuple[int, int] = (704, 576),
    colours: int = UNSPECIFIED,
    colour_range: ColorRange = ColorRange.UNSPECIFIED,
) -> av.VideoFrame:
    """Soft shapes in all colours, as a camera's picture has them."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    rgb = np.stack(
        [127 + 100 * np.sin(x / 37), 127 + 100 * np.sin(y / 29), 127 + 100 * np.sin((x + y) / 53)],
        axis=-1,
    ).astype(np.uint8)
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=format)
    frame.colorspace, frame.color_range = colours, colour_range
    return frame


@pytest.fixture(params=["direct", "by PyAV"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "by PyAV":
        monkeypatch.setattr(direct_scaler, "_library", lambda: None)
    return str(request.param)


def scaled(frame: av.VideoFrame, size: tuple[int, int]) -> NDArray[np.uint8]:
    """(height, width, 4) BGRA; fails when a byte behind the picture was touched."""
    width, height = size
    room = np.full((height + 2) * width * 4, GUARD, np.uint8)
    slot = room[width * 4 : -width * 4].reshape(height, width * 4)
    PictureScaler(PixelFormat.BGRA, None).fill(frame, (slot,))
    assert (room[: width * 4] == GUARD).all()
    assert (room[-width * 4 :] == GUARD).all()
    return slot.reshape(height, width, 4).copy()


def by_pyav(frame: av.VideoFrame, size: tuple[int, int]) -> NDArray[np.uint8]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(direct_scaler, "_library", lambda: None)
        return scaled(frame, size)


def psnr_db(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    error = np.mean((one.astype(float) - other.astype(float)) ** 2)
    return 99.0 if error == 0 else float(10 * np.log10(255**2 / error))


def test_the_library_pyav_has_loaded_is_found() -> None:
    assert DirectScaler.made(PictureKind.of(frame_of()), 480, 270) is not None


@pytest.mark.parametrize("colour_range", [ColorRange.UNSPECIFIED, ColorRange.MPEG, ColorRange.JPEG])
@pytest.mark.parametrize("colours", [UNSPECIFIED, BT709])
@pytest.mark.parametrize("format", ["yuv420p", "yuvj420p"])
def test_colours_are_those_of_the_way_by_pyav(
    format: str, colours: int, colour_range: ColorRange
) -> None:
    frame = frame_of(format, colours=colours, colour_range=colour_range)
    assert psnr_db(scaled(frame, (480, 270)), by_pyav(frame, (480, 270))) > 48


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ((704, 576), (480, 270)),
        ((1920, 1080), (960, 540)),
        ((1920, 1080), (320, 180)),
        ((352, 288), (352, 288)),  # nothing to scale
        ((704, 576), (426, 240)),  # a width the vector code would not write to its end
        ((322, 182), (160, 90)),
    ],
)
def test_every_pixel_is_written_and_none_beside_the_picture(
    way: str, source: tuple[int, int], target: tuple[int, int]
) -> None:
    picture = scaled(frame_of(size=source), target)
    assert (picture[..., 3] == 255).all()
    assert psnr_db(picture, by_pyav(frame_of(size=source), target)) > 48


def test_a_stream_may_change_size_and_range_on_the_way() -> None:
    scaler = PictureScaler(PixelFormat.BGRA, None)
    slot = np.zeros((270, 480 * 4), np.uint8)
    for frame in (
        frame_of(),
        frame_of(size=(1280, 720)),
        frame_of("yuvj420p", size=(1280, 720)),
        frame_of("yuv444p"),  # nothing this scaler knows: PyAV's way
        frame_of(),
    ):
        scaler.fill(frame, (slot,))
        expected = by_pyav(frame, (480, 270))
        assert psnr_db(slot.reshape(270, 480, 4), expected) > 48
