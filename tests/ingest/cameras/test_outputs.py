"""A ring is made for the pictures that come: of their size, kind and colours, and anew when these change."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from config.site import CameraId
from ingest.cameras.outputs import FrameOutput
from ingest.cameras.wants import FrameWant, ring_key
from ingest.frames.frame import ColourMatrix, ColourRange, Colours, Frame, PixelFormat, WidthClass
from ingest.frames.ring import RingReader

CAMERA = CameraId("cam-1")
WANT = FrameWant(CAMERA, WidthClass.MEDIUM, PixelFormat.PLANES, size_px=(320, 181))
BT709, BT2020 = 1, 9


def picture(format: str, colours: int = BT709) -> av.VideoFrame:
    grey = np.full((288, 352, 3), 128, np.uint8)
    frame = av.VideoFrame.from_ndarray(grey, format="rgb24").reformat(format=format)
    frame.colorspace = colours
    return frame


def newest(output: FrameOutput) -> Frame:
    assert output.info is not None
    reader = RingReader.open(Path(output.info.path))
    frame = reader.newest()
    assert frame is not None
    assert (frame.format, frame.width_px) == (output.info.format, output.info.width_px)
    return frame


@pytest.mark.parametrize("format", ["yuv420p", "nv12"])
def test_a_stream_of_420_gets_a_ring_of_its_planes(tmp_path: Path, format: str) -> None:
    output = FrameOutput(tmp_path, WANT)
    assert output.put(picture(format), 1.0, 1, 2, 3)
    frame = newest(output)
    assert frame.format is PixelFormat.PLANES
    assert frame.colours == Colours(ColourMatrix.BT709, ColourRange.LIMITED)
    assert frame.pixels.shape == (320 * 181 + 2 * 160 * 91,)
    assert abs(int(frame.pixels[0]) - 126) <= 1  # 128 of 0..255 as 16..235
    output.close()


def test_another_kind_of_picture_gets_another_ring_and_the_former_stays_until_then(
    tmp_path: Path,
) -> None:
    output = FrameOutput(tmp_path, WANT)
    seen = []
    for frame in (
        picture("yuv420p"), picture("yuv420p"), picture("yuvj420p"), picture("yuv422p"),
        picture("yuv420p", BT2020), picture("yuv420p"),
    ):  # fmt: skip
        is_new = output.put(frame, 1.0, 1, 2, 3)
        found = newest(output)
        seen.append((is_new, found.format, found.colours.range))
    limited, full = ColourRange.LIMITED, ColourRange.FULL
    assert seen == [
        (True, PixelFormat.PLANES, limited),
        (False, PixelFormat.PLANES, limited),
        (True, PixelFormat.PLANES, full),
        (True, PixelFormat.BGRA, limited),
        (False, PixelFormat.BGRA, limited),
        (True, PixelFormat.PLANES, limited),
    ]
    assert len(list(tmp_path.iterdir())) == 1
    output.close()


def test_planes_and_bgra_of_the_same_size_are_two_rings(tmp_path: Path) -> None:
    bgra = FrameWant(CAMERA, WidthClass.MEDIUM, PixelFormat.BGRA, size_px=(320, 181))
    assert ring_key(bgra) != ring_key(WANT)
    outputs = [FrameOutput(tmp_path, want) for want in (bgra, WANT)]
    for output in outputs:
        output.put(picture("yuv420p"), 1.0, 1, 2, 3)
    assert [newest(output).format for output in outputs] == [PixelFormat.BGRA, PixelFormat.PLANES]
    for output in outputs:
        output.close()
