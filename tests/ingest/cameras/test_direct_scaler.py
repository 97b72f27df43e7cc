"""Scaling straight into a ring: the same picture as by way of PyAV, and never past its edges."""

from __future__ import annotations

import av
import numpy as np
import pytest
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from ingest.cameras import direct_scaler
from ingest.cameras.direct_scaler import DirectScaler, PictureKind, PlaneScaler
from ingest.cameras.pictures import PictureScaler
from ingest.frames.frame import ColourMatrix, ColourRange, Colours, PixelFormat
from ingest.frames.ring import plane_shapes, split_planes

#: enum AVColorSpace
BT709, UNSPECIFIED, BT2020 = 1, 2, 9
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


def planes_of(
    frame: av.VideoFrame,
    size: tuple[int, int],
    region: tuple[float, float, float, float] | None = None,
) -> list[NDArray[np.uint8]]:
    """Three planes; fails when a byte beside them was touched."""
    shapes = plane_shapes(*size, PixelFormat.PLANES)
    count = sum(lines * line for lines, line in shapes)
    room = np.full(count + 2 * size[0], GUARD, np.uint8)
    scaler = PictureScaler(PixelFormat.PLANES, region)
    assert scaler.layout(frame)[0] is PixelFormat.PLANES
    scaler.fill(frame, split_planes(room[size[0] : -size[0]], shapes))
    assert (room[: size[0]] == GUARD).all()
    assert (room[-size[0] :] == GUARD).all()
    return [plane.copy() for plane in split_planes(room[size[0] : -size[0]], shapes)]


@pytest.mark.parametrize(
    "target", [(480, 270), (320, 180), (704, 576), (1920, 1080), (319, 181), (48, 27)]
)
@pytest.mark.parametrize("format", ["yuv420p", "yuvj420p", "nv12"])
def test_planes_are_scaled_and_nothing_else(way: str, format: str, target: tuple[int, int]) -> None:
    """Against each plane scaled as a grey picture of its own: no number is converted."""
    frame = frame_of(format, colour_range=ColorRange.JPEG)
    plain = (
        frame
        if format == "yuv420p"
        else frame_of("yuv420p" if format == "nv12" else "yuvj420p", colour_range=ColorRange.JPEG)
    )
    for plane, found in zip(plain.planes, planes_of(frame, target), strict=True):
        lines = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        grey = av.VideoFrame.from_ndarray(lines[:, : plane.width].copy(), format="gray")
        expected = grey.reformat(found.shape[1], found.shape[0], interpolation="FAST_BILINEAR")
        assert psnr_db(found, expected.to_ndarray()) > 40


@pytest.mark.parametrize("size", [(704, 576), (322, 182)])
def test_planes_of_the_same_size_are_copies(way: str, size: tuple[int, int]) -> None:
    frame = frame_of(size=size)
    for plane, found in zip(frame.planes, planes_of(frame, size), strict=True):
        lines = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        assert (found == lines[:, : plane.width]).all()


def test_a_part_of_the_planes_is_that_part() -> None:
    luma = planes_of(frame_of(), (352, 288), (0.5, 0.0, 1.0, 0.5))[0]
    whole = planes_of(frame_of(), (704, 576))[0]
    assert (luma == whole[:288, 352:]).all()


def test_planes_go_straight_into_the_ring() -> None:
    assert PlaneScaler.made(PictureKind.of(frame_of()), 480, 270) is not None


@pytest.mark.parametrize(
    ("format", "colours", "colour_range", "expected"),
    [
        ("yuv420p", UNSPECIFIED, ColorRange.UNSPECIFIED, Colours()),
        ("yuv420p", BT709, ColorRange.MPEG, Colours(ColourMatrix.BT709)),
        ("nv12", BT709, ColorRange.MPEG, Colours(ColourMatrix.BT709)),
        ("yuvj420p", 6, ColorRange.JPEG, Colours(ColourMatrix.BT601, ColourRange.FULL)),
        ("yuv420p", BT709, ColorRange.JPEG, Colours(ColourMatrix.BT709, ColourRange.FULL)),
        ("yuv420p", BT2020, ColorRange.MPEG, None),
        ("yuv422p", BT709, ColorRange.MPEG, None),
        ("yuv420p10le", BT709, ColorRange.MPEG, None),
    ],
)
def test_what_cannot_be_shown_as_it_is_becomes_bgra(
    format: str, colours: int, colour_range: ColorRange, expected: Colours | None
) -> None:
    frame = frame_of(format, colours=colours, colour_range=colour_range)
    scaler = PictureScaler(PixelFormat.PLANES, None)
    if expected is not None:
        assert scaler.layout(frame) == (PixelFormat.PLANES, expected)
        return
    assert scaler.layout(frame) == (PixelFormat.BGRA, Colours())
    slot = np.zeros((270, 480 * 4), np.uint8)
    scaler.fill(frame, (slot,))
    assert psnr_db(slot.reshape(270, 480, 4), by_pyav(frame, (480, 270))) > 48
