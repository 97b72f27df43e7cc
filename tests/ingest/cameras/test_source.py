"""Decoding as the wall needs it: whole pictures only, right size, right colours, any codec."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import HardwareDecoding
from ingest.cameras.health import LossCause
from ingest.cameras.nal import (
    VideoCodec,
    configuration,
    join_annex_b,
    split_annex_b,
    split_length_prefixed,
)
from ingest.cameras.packets import CompressedPacket
from ingest.cameras.pictures import PictureDecoder, PictureScaler, decoding_device
from ingest.cameras.source import (
    StreamInfo,
    StreamLost,
    read_packets,
    write_clip,
)
from ingest.frames.frame import PixelFormat
from tests.media import encode_clip, read_number, write_raw

INTERVAL_NS = 40_000_000


def info_of(codec: VideoCodec = VideoCodec.H264, extradata: bytes = b"") -> StreamInfo:
    return StreamInfo(codec.value, extradata, 320, 180, INTERVAL_NS)


def pixels_of(scaler: PictureScaler, frame: object, width_px: int) -> np.ndarray:  # type: ignore[type-arg]
    size = scaler.size(frame, width_px, 1.0)  # type: ignore[arg-type]
    slot = np.zeros((size[1], size[0] * 4), np.uint8)
    scaler.fill(frame, (slot,))  # type: ignore[arg-type]
    return slot.reshape(size[1], size[0], 4)


@pytest.mark.parametrize("codec", list(VideoCodec))
def test_every_picture_comes_out_with_its_own_packet(codec: VideoCodec) -> None:
    _, clip = encode_clip(codec=codec)
    decoder = PictureDecoder(info_of(codec))
    scaler = PictureScaler(PixelFormat.BGRA, None)
    for index, item in enumerate(clip):
        frame = decoder.decode(item.data, index * INTERVAL_NS, is_key=item.is_key)
        assert frame is not None
        assert frame.pts == index * INTERVAL_NS
        assert read_number(pixels_of(scaler, frame, 160)) == index


def test_decoding_begins_at_a_key_frame_and_waits_for_one_without_calling_it_damage() -> None:
    _, clip = encode_clip(key_interval=10)
    decoder = PictureDecoder(info_of())
    frames = [decoder.decode(item.data, 0, is_key=item.is_key) for item in clip[3:20]]
    assert [frame is not None for frame in frames] == [False] * 7 + [True] * 10
    assert decoder.held_count == 0


def test_after_damage_nothing_is_shown_until_the_next_key_frame() -> None:
    _, clip = encode_clip(key_interval=10)
    decoder = PictureDecoder(info_of())
    shown = []
    for index, item in enumerate(clip[:30]):
        data = bytearray(item.data)
        if index == 14:
            generator = random.Random(3)
            for at in range(8, len(data)):
                data[at] = generator.randrange(1, 256)
        shown.append(decoder.decode(bytes(data), 0, is_key=item.is_key) is not None)
    assert all(shown[:14])
    assert not any(shown[15:20])
    assert all(shown[20:])


@pytest.mark.parametrize(
    ("width_px", "pixel_aspect", "expected"),
    [(160, 1.0, (160, 90)), (0, 1.0, (320, 180)), (960, 1.0, (320, 180)), (160, 2.0, (160, 44))],
)
def test_pictures_are_scaled_down_never_up_in_square_pixels(
    width_px: int, pixel_aspect: float, expected: tuple[int, int]
) -> None:
    frame = av.VideoFrame(320, 180, "yuv420p")
    scaler = PictureScaler(PixelFormat.BGRA, None)
    assert scaler.size(frame, width_px, pixel_aspect) == expected


def test_a_region_is_cut_out_before_scaling() -> None:
    _, clip = encode_clip()
    decoder = PictureDecoder(info_of())
    for item in clip[:8]:
        frame = decoder.decode(item.data, 0, is_key=item.is_key)
    whole = pixels_of(PictureScaler(PixelFormat.BGRA, None), frame, 320)
    part = pixels_of(PictureScaler(PixelFormat.BGRA, (0.25, 0.0, 0.75, 0.5)), frame, 320)
    assert part.shape == (90, 160, 4)
    difference = np.abs(part.astype(int) - whole[:90, 80:240].astype(int))
    assert difference.mean() < 4


@given(st.tuples(*[st.floats(-0.5, 1.5)] * 4))
def test_any_region_gives_a_picture(region: tuple[float, float, float, float]) -> None:
    frame = av.VideoFrame(64, 48, "yuv420p")
    scaler = PictureScaler(PixelFormat.BGRA, region)
    width_px, height_px = scaler.size(frame, 32, 1.0)
    slot = np.zeros((height_px, width_px * 4), np.uint8)
    scaler.fill(frame, (slot,))
    assert slot[:, 3::4].min() == 255  # every pixel was written: none is transparent any more


def test_a_file_without_time_stamps_gets_them_from_its_rate(tmp_path: Path) -> None:
    _, clip = encode_clip(picture_count=30)
    parameters, packets = read_packets(write_raw(tmp_path / "bare.h264", clip))
    assert parameters.codec is VideoCodec.H264
    assert len(packets) == 30
    steps = {round(later.pts_s - former.pts_s, 3) for former, later in itertools.pairwise(packets)}
    assert steps == {round(1 / parameters.fps, 3)}


@pytest.mark.parametrize("content", [b"", b"no video at all", bytes(5000)])
def test_a_file_that_is_no_video_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.mp4"
    path.write_bytes(content)
    with pytest.raises(StreamLost) as caught:
        read_packets(path)
    assert caught.value.cause in (LossCause.BAD_STREAM, LossCause.NO_VIDEO)


@pytest.mark.parametrize("codec", list(VideoCodec))
def test_packets_become_an_mp4_without_a_transcode_and_come_back_the_same(
    tmp_path: Path, codec: VideoCodec
) -> None:
    parameters, clip = encode_clip(codec=codec)
    packets = [
        CompressedPacket(item.data, at * INTERVAL_NS, at * INTERVAL_NS, item.is_key, 0, 0, 1)
        for at, item in enumerate(clip)
    ]
    path = tmp_path / "clip.mp4"
    write_clip(path, info_of(codec, join_annex_b(parameters.parameter_sets)), packets)
    again, read = read_packets(path)
    assert again.codec is codec
    assert [item.is_key for item in read] == [item.is_key for item in clip]
    assert [round(item.pts_s * 25) for item in read] == list(range(len(clip)))
    with av.open(str(path)) as container:
        numbers = [
            read_number(frame.to_ndarray(format="bgra")) for frame in container.decode(video=0)
        ]
    assert numbers == list(range(50))


@given(st.lists(st.binary(min_size=1, max_size=40).map(lambda unit: b"\x41" + unit + b"\x80")))
def test_units_survive_both_framings(units: list[bytes]) -> None:
    clean = [unit.replace(b"\x00\x00", b"\x01\x01") for unit in units]
    assert split_annex_b(join_annex_b(clean)) == clean
    prefixed = b"".join(len(unit).to_bytes(4, "big") + unit for unit in clean)
    assert split_length_prefixed(prefixed, 4) == clean


@given(st.binary(max_size=60), st.sampled_from(list(VideoCodec)))
def test_rubbish_as_decoder_configuration_is_a_value_error_or_nothing(
    record: bytes, codec: VideoCodec
) -> None:
    try:
        configuration(codec, record)
    except ValueError:
        return


def has_device() -> bool:
    return any(
        decoding_device("h264", wish) for wish in (HardwareDecoding.AUTO, HardwareDecoding.CUDA)
    )


@pytest.mark.logs_warnings("a device asked for by name is missing")
def test_without_a_device_the_processor_decodes_and_the_log_says_why(
    caplog: pytest.LogCaptureFixture,
) -> None:
    if has_device():
        pytest.skip("this machine has a decoding device")
    for wish, level in ((HardwareDecoding.AUTO, "INFO"), (HardwareDecoding.CUDA, "WARNING")):
        decoding_device.cache_clear()
        caplog.clear()
        with caplog.at_level("INFO"):
            assert decoding_device("h264", wish) is None
        (record,) = caplog.records
        assert record.levelname == level
        assert "cuda" in record.getMessage()


@pytest.mark.logs_warnings("a device asked for by name is missing")
@pytest.mark.parametrize("wish", [HardwareDecoding.AUTO, HardwareDecoding.CUDA])
def test_a_stream_is_decoded_whoever_decodes_it(wish: HardwareDecoding) -> None:
    _, clip = encode_clip(picture_count=5)
    decoder = PictureDecoder(info_of(), hardware=wish)
    scaler = PictureScaler(PixelFormat.BGRA, None)
    for index, item in enumerate(clip):
        frame = decoder.decode(item.data, index * INTERVAL_NS, is_key=item.is_key)
        assert frame is not None
        assert read_number(pixels_of(scaler, frame, 160)) == index
    assert not decoder.has_failed_device
