"""A hidden tile costs a key frame now and then; shown again it is live with the next packet."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from config.site import CameraId
from ingest.cameras.health import StreamState
from ingest.cameras.nal import join_annex_b
from ingest.cameras.packets import CompressedPacket
from ingest.cameras.pictures import PictureDecoder, PictureScaler
from ingest.cameras.reconnect import RetryPace
from ingest.cameras.stream_info import StreamInfo
from ingest.cameras.stream_run import RunSettings, StreamRun
from ingest.cameras.tail_short_cut import MeasureTurns
from ingest.cameras.wants import FrameWant, ring_key
from ingest.clock import SystemClock
from ingest.frames.frame import Frame, PixelFormat, WidthClass
from ingest.frames.ring import RingReader
from tests.media import encode_clip, read_number

INTERVAL_NS = 40_000_000
KEY_INTERVAL = 12
CAMERA = CameraId("cam")
HIDDEN = FrameWant(CAMERA, WidthClass.SMALL, PixelFormat.BGRA, 0.1, 3, keyframes_only=True)
SHOWN = FrameWant(CAMERA, WidthClass.SMALL, PixelFormat.BGRA, 60.0, size_px=(200, 112))
PARAMETERS, CLIP = encode_clip(key_interval=KEY_INTERVAL)
INFO = StreamInfo("h264", join_annex_b(PARAMETERS.parameter_sets), 320, 180, INTERVAL_NS)


class Stream:
    """A stream's run that is handed its packets here, without a connection or a thread."""

    def __init__(self, folder: Path) -> None:
        self.run = StreamRun(
            CAMERA,
            "rtsp://x",
            RunSettings(str(folder)),
            SystemClock(),
            lambda: None,
            RetryPace(),
            MeasureTurns(),
        )
        self.run.opened(INFO)
        self._began_ns = SystemClock().mono_ns()
        self.count = 0
        self.readers: list[RingReader] = []

    def mono_ns(self, number: int) -> int:
        return self._began_ns + number * INTERVAL_NS

    def play(self, count: int, late_ns: int = 0) -> None:
        """`late_ns`: how much later than they arrived they are read."""
        for _ in range(count):
            item = CLIP[self.count % (4 * KEY_INTERVAL)]
            at_ns = self.mono_ns(self.count)
            session = self.run._session_number  # the packets of a connection have its number
            read_ns = at_ns + late_ns
            packet = CompressedPacket(
                item.data, at_ns, at_ns, item.is_key, read_ns, read_ns, session
            )
            self.run.packet(packet, is_damaged=False)
            self.count += 1

    def newest(self, want: FrameWant) -> Frame | None:
        info = self.run.rings().get(ring_key(want))
        if info is None:
            return None
        reader = RingReader.open(Path(info.path))
        frame = reader.newest()
        self.readers.append(reader)
        return frame


@pytest.fixture
def stream(tmp_path: Path) -> Iterator[Stream]:
    stream = Stream(tmp_path)
    yield stream
    stream.run.set_wants(())
    stream.play(1)
    for reader in stream.readers:
        reader.close()


def number_of(frame: Frame | None) -> int:
    assert frame is not None
    return read_number(frame.pixels)


def test_a_hidden_tile_gets_a_key_frame_every_ten_seconds_and_tells_its_age(stream: Stream) -> None:
    stream.run.set_wants((HIDDEN,))
    stream.play(240)
    first = stream.newest(HIDDEN)
    assert number_of(first) == 0
    assert first is not None
    assert first.received_mono_ns == stream.mono_ns(0)
    stream.play(KEY_INTERVAL + 2)  # 10 s are over with the key frame 252
    second = stream.newest(HIDDEN)
    assert second is not None
    assert second.received_mono_ns == stream.mono_ns(252)
    assert second.number == first.number + 1
    assert stream.run.health().state is StreamState.LIVE


@pytest.mark.parametrize("hidden_count", [1, 5, 31, 12 * 12 + 7])
def test_shown_again_it_has_the_present_picture_with_the_next_packet(
    stream: Stream, hidden_count: int
) -> None:
    stream.run.set_wants((SHOWN,))
    stream.play(KEY_INTERVAL + 3)
    stream.run.set_wants((HIDDEN,))
    stream.play(hidden_count)
    stream.run.set_wants((SHOWN,))
    stream.play(1)
    frame = stream.newest(SHOWN)
    assert frame is not None
    assert number_of(frame) == (stream.count - 1) % (4 * KEY_INTERVAL)
    assert frame.received_mono_ns == stream.mono_ns(stream.count - 1)
    assert frame.pixels.tobytes() == whole_picture(stream.count - 1)


def test_a_tile_that_is_called_up_hidden_gets_the_key_frame_that_is_kept(stream: Stream) -> None:
    stream.play(KEY_INTERVAL + 5)
    stream.run.set_wants((HIDDEN,))
    stream.play(1)
    frame = stream.newest(HIDDEN)
    assert frame is not None
    assert number_of(frame) == KEY_INTERVAL
    assert frame.received_mono_ns == stream.mono_ns(KEY_INTERVAL)


def whole_picture(number: int) -> bytes:
    """The picture as a decoder makes it that missed nothing."""
    decoder = PictureDecoder(INFO)
    frame = None
    for item in CLIP[: number % (4 * KEY_INTERVAL) + 1]:
        frame = decoder.decode(item.data, 0, is_key=item.is_key)
    assert frame is not None
    slot = np.zeros((112, 200 * 4), np.uint8)
    PictureScaler(PixelFormat.BGRA, None).fill(frame, (slot,))
    return slot.tobytes()


WAITED_NS = 20_000_000


def rests(stream: Stream, waited_ns: int = WAITED_NS) -> float:
    """Seconds for which the stream's thread lets packets gather after one was waited for."""
    began = time.monotonic()
    stream.run._rest(waited_ns)
    return time.monotonic() - began


def test_only_a_hidden_stream_that_has_read_everything_rests(stream: Stream) -> None:
    stream.run.set_wants((HIDDEN,))
    stream.play(30)
    assert rests(stream) > 0.3
    assert rests(stream, waited_ns=0) < 0.1  # more was there
    stream.play(5, late_ns=800_000_000)
    assert rests(stream) < 0.1  # late by more than its rest
    stream.play(1)
    stream.run.set_wants((HIDDEN, SHOWN))
    stream.play(1)
    assert rests(stream) < 0.1


def test_what_gathered_while_it_rested_keeps_its_time_and_is_not_told_as_late(
    stream: Stream,
) -> None:
    stream.run.set_wants((HIDDEN,))
    stream.play(30)
    rests(stream)
    stream.play(8, late_ns=300_000_000)
    kept = stream.run.packets.snapshot()[1][-8:]
    assert [packet.mono_ns for packet in kept] == [stream.mono_ns(n) for n in range(30, 38)]
    assert stream.run.health().lag_s == 0
    rests(stream)
    stream.play(1, late_ns=900_000_000)
    assert stream.run.health().lag_s == pytest.approx(0.5)


def test_a_tile_that_is_shown_ends_the_rest_at_once(stream: Stream) -> None:
    stream.run.set_wants((HIDDEN,))
    stream.play(30)
    rested: list[float] = []
    thread = threading.Thread(target=lambda: rested.append(rests(stream)))
    thread.start()
    stream.run.set_wants((SHOWN,))
    thread.join(5)
    assert rested[0] < 0.3
