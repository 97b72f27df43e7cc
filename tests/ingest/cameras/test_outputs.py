"""A ring is made for the pictures that come: of their size, kind and colours, and anew when these change."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from config.site import CameraId
from ingest.cameras.nal import join_annex_b
from ingest.cameras.outputs import FrameOutput
from ingest.cameras.pictures import PictureDecoder, PictureScaler
from ingest.cameras.source import read_packets
from ingest.cameras.stream_info import StreamInfo
from ingest.cameras.wants import FrameWant, ring_key
from ingest.frames.frame import ColourMatrix, ColourRange, Colours, Frame, PixelFormat, WidthClass
from ingest.frames.ring import RingReader

CAMERA = CameraId("cam-1")
WANT = FrameWant(CAMERA, WidthClass.MEDIUM, PixelFormat.PLANES, size_px=(320, 181))
BT709, BT2020 = 1, 9
#: What H.264 may name and the scaler refuses: enum AVColorSpace → name at x264.
REFUSED = {8: "YCgCo", 10: "bt2020c", 11: "smpte2085", 14: "ICtCp"}


def picture(format: str, colours: int = BT709) -> av.VideoFrame:
    grey = np.full((288, 352, 3), 128, np.uint8)
    frame = av.VideoFrame.from_ndarray(grey, format="rgb24").reformat(format=format)
    frame.colorspace = colours
    return frame


def named_matrix(folder: Path, colours: int) -> Path:
    """A clip of which the stream itself says that its matrix is `colours`."""
    path = folder / "named.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.options = {"x264-params": f"colormatrix={REFUSED[colours]}"}
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(stream.encode(None))
    return path


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


@pytest.mark.parametrize("colours", REFUSED)
@pytest.mark.parametrize("pixel_format", list(PixelFormat))
def test_a_stream_of_a_matrix_that_is_not_converted_is_shown_all_the_same(
    tmp_path: Path, colours: int, pixel_format: PixelFormat
) -> None:
    parameters, packets = read_packets(named_matrix(tmp_path, colours))
    head = join_annex_b(parameters.parameter_sets)
    decoder = PictureDecoder(StreamInfo("h264", head, 64, 48, 40_000_000))
    want = FrameWant(CAMERA, WidthClass.MEDIUM, pixel_format, size_px=(60, 44))
    output = FrameOutput(tmp_path / "rings", want)
    decoded = [decoder.decode(p.data, n, is_key=p.is_key) for n, p in enumerate(packets)]
    frame = next(each for each in decoded if each is not None)
    assert output.put(frame, 1.0, 1, 2, 3)
    newest(output)
    output.close()


def test_a_picture_that_cannot_be_put_leaves_no_ring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_scaler: PictureScaler, _frame: object, _slot: object) -> None:
        raise OSError(95, "no")

    output = FrameOutput(tmp_path, WANT)
    with monkeypatch.context() as broken:
        broken.setattr(PictureScaler, "fill", refuse)
        with pytest.raises(OSError, match="no"):
            output.put(picture("yuv420p"), 1.0, 1, 2, 3)
    assert list(tmp_path.iterdir()) == []
    assert output.put(picture("yuv420p"), 1.0, 1, 2, 3)
    output.close()
