"""Instant replay: what is kept over reconnects, any picture of it out of a real ring, exactly."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from config.site import CameraId
from ingest.cameras.nal import VideoCodec
from ingest.cameras.packet_feed import EncodedPacket, VideoParameters
from ingest.cameras.packet_history import PacketHistory, PacketSegment, ring_segments
from ingest.cameras.packets import KEPT_S, CompressedPacket, PacketRing
from ingest.cameras.replay_session import ReplaySession
from ingest.cameras.replay_tape import GAP_NS, ReplayTape
from ingest.cameras.replays import MOST, Replays
from ingest.cameras.stream_info import StreamInfo
from ingest.cameras.wants import FrameWant, Region, ReplayProblem, ReplayStatus, ReplayWant
from ingest.clock import ManualClock, SystemClock
from ingest.frames.frame import PixelFormat, WidthClass
from ingest.frames.ring import RingReader
from tests.media import encode_clip, read_number, wait_until

CAMERA = CameraId("cam-1")
SECOND_NS = 1_000_000_000
FRAME_NS = 40_000_000
INFO = StreamInfo("h264", b"", 320, 180, FRAME_NS)


def packet(at_ns: int, session: int = 1, *, key: bool = False, size: int = 100) -> CompressedPacket:
    return CompressedPacket(b"x" * size, at_ns, at_ns, key, at_ns, at_ns + 5, session)


def filled(ring: PacketRing, times_ns: Sequence[int], session: int, key_every: int = 5) -> None:
    ring.describe(session, INFO)
    for number, at_ns in enumerate(times_ns):
        ring.append(packet(at_ns, session, key=number % key_every == 0))


def segment(
    clip: tuple[VideoParameters, list[EncodedPacket]], session: int, from_ns: int
) -> PacketSegment:
    """A clip as if it had been received from `from_ns` on, one picture every 40 ms."""
    parameters, encoded = clip
    info = StreamInfo(parameters.codec.value, b"", parameters.width_px, parameters.height_px, 0)
    sets = b"".join(b"\x00\x00\x00\x01" + unit for unit in parameters.parameter_sets)
    return PacketSegment(
        info,
        tuple(
            CompressedPacket(
                (sets if item.is_key else b"") + item.data,
                round(item.send_s * 1e9),
                round(item.pts_s * 1e9),
                item.is_key,
                from_ns + number * FRAME_NS,
                from_ns + number * FRAME_NS,
                session,
            )
            for number, item in enumerate(encoded)
        ),
    )


def test_the_last_minute_is_kept_and_no_more() -> None:
    ring = PacketRing()
    filled(ring, [n * SECOND_NS for n in range(1, 100)], 1)
    _, packets = ring.snapshot()
    assert (packets[-1].mono_ns - packets[0].mono_ns) / 1e9 == KEPT_S


def test_a_change_of_stream_and_a_reconnect_lose_nothing_that_was_kept() -> None:
    history = PacketHistory()
    small, large = PacketRing(), PacketRing()
    filled(small, range(0, 100, 10), 1)
    history.use(small)
    filled(large, range(80, 200, 10), 2)
    filled(large, range(300, 400, 10), 3)
    history.use(large)
    found = history.segments()
    assert [s.session for s in found] == [1, 2, 3]
    assert found[0].to_mono_ns == 70, "where both streams ran, the later one counts"
    assert all(s.packets[0].is_key for s in found)
    history.trim(round(200e9))
    assert [s.session for s in history.segments()] == [2, 3], "a minute old is gone"


def test_former_streams_give_way_to_the_present_one_by_bytes() -> None:
    history = PacketHistory(kept_bytes=1500)
    former, active = PacketRing(), PacketRing()
    filled(former, range(0, 100, 10), 1)
    history.use(former)
    filled(active, range(100, 140, 10), 2)
    history.use(active)
    history.trim(200)
    assert [s.session for s in history.segments()] == [1, 2]
    filled(active, range(140, 200, 10), 2)
    history.trim(200)
    assert [s.session for s in history.segments()] == [2]


def test_what_comes_before_a_connections_first_key_frame_is_no_segment() -> None:
    ring = PacketRing()
    ring.describe(1, INFO)
    for at_ns in (1, 2):
        ring.append(packet(at_ns))
    assert ring_segments(ring) == []


@given(st.lists(st.integers(0, 500), min_size=1, max_size=60), st.integers(-10, 600))
def test_the_picture_of_a_moment_is_the_newest_not_after_it(times: list[int], moment: int) -> None:
    ring = PacketRing()
    filled(ring, sorted(times), 1)
    tape = ReplayTape(ring_segments(ring))
    shown = tape.pictures[tape.at(moment)]
    before = [at for at in sorted(times) if at <= moment]
    assert shown.mono_ns == (before[-1] if before else min(times))


def test_gaps_are_told() -> None:
    ring = PacketRing()
    filled(ring, [0, 40, 80, GAP_NS + 100, GAP_NS + 140], 1)
    assert ReplayTape(ring_segments(ring)).gaps == ((80, GAP_NS + 100),)


def test_a_tape_goes_on_with_what_came_since() -> None:
    ring = PacketRing()
    filled(ring, range(0, 100, 10), 1)
    tape = ReplayTape(ring_segments(ring))
    for at_ns in range(100, 150, 10):
        ring.append(packet(at_ns))
    filled(ring, range(200, 230, 10), 2)
    longer = tape.extended(ring_segments(ring))
    assert [p.mono_ns for p in longer.pictures] == [*range(0, 150, 10), 200, 210, 220]
    assert len(longer.extended(ring_segments(ring))) == len(longer)


class Player:
    """One replay session on tapes of the test, and the ring that it fills."""

    def __init__(self, segments: list[PacketSegment], folder: Path) -> None:
        self.segments = segments
        self.clock = ManualClock(mono_ns=100 * SECOND_NS)
        frame = FrameWant(CAMERA, WidthClass.NATIVE, PixelFormat.BGRA, size_px=(320, 180))
        self.want = ReplayWant("r", frame, 1, 0, speed=0.0)
        self.session = ReplaySession(
            self.want, lambda: tuple(self.segments), folder, self.clock, lambda: None
        )
        self._reader: RingReader | None = None
        self._path = ""

    def ask(self, **changes: object) -> None:
        self.want = structs.replace(self.want, **changes)
        self.session.rewant(self.want)

    def number(self) -> int:
        """The number painted in the newest picture of the ring; −1 before the first."""
        ring = self.session.status().ring
        if ring is None:
            return -1
        if ring.path != self._path:
            self.let_go()
            self._reader, self._path = RingReader.open(Path(ring.path)), ring.path
        assert self._reader is not None
        frame = self._reader.newest()
        return -1 if frame is None else read_number(frame.pixels)

    def until(self, number: int) -> None:
        wait_until(lambda: self.number() == number, 10, f"picture {number}, now {self.number()}")

    def status(self) -> ReplayStatus:
        return self.session.status()

    def let_go(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def close(self) -> None:
        self.let_go()
        self.session.stop()
        assert self.session.join(5)


@pytest.fixture
def folder() -> Iterator[Path]:
    base = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix=f"gridwall-test-{os.getpid()}-", dir=base) as made:
        yield Path(made)


@pytest.fixture
def player(folder: Path) -> Iterator[Player]:
    made = Player([segment(encode_clip(picture_count=60, key_interval=25), 1, 0)], folder)
    made.session.start()
    yield made
    made.close()


def test_any_picture_can_be_sought_and_stepped_from_both_ways(player: Player) -> None:
    player.ask(seek_count=2, at_mono_ns=30 * FRAME_NS)
    player.until(30)
    for total, expected in ((1, 31), (2, 32), (1, 31), (-1, 29), (-8, 22), (-7, 23)):
        player.ask(step_total=total)
        player.until(expected)
    # a step beyond the ends stays at the ends, and says so
    player.ask(seek_count=3, at_mono_ns=0, step_total=0)
    player.until(0)
    player.ask(step_total=-5)
    player.ask(seek_count=4, at_mono_ns=10**12, step_total=0)
    player.until(59)
    wait_until(lambda: player.status().is_at_end, 5, "the end is told")
    assert (player.status().from_mono_ns, player.status().to_mono_ns) == (0, 59 * FRAME_NS)


@pytest.mark.parametrize("speed", [0.25, 1.0, 8.0])
def test_it_plays_as_fast_as_asked_and_stands_when_told(player: Player, speed: float) -> None:
    player.until(0)
    player.ask(speed=speed)
    wait_until(lambda: player.session.speed == speed, 5, "it plays")  # the clock stands still
    player.clock.advance(20 * FRAME_NS / 1e9 / speed)
    player.until(20)
    player.ask(speed=0.0)
    wait_until(lambda: player.session.speed == 0, 5, "it stands")
    player.clock.advance(5.0)
    player.ask(step_total=1)
    player.until(21)


def test_a_standing_picture_is_made_anew_for_another_part_of_it(player: Player) -> None:
    player.ask(seek_count=2, at_mono_ns=7 * FRAME_NS)
    player.until(7)
    before = player.status().ring
    part: Region = (0.0, 0.0, 0.5, 0.5)
    player.ask(frame=structs.replace(player.want.frame, region_norm=part))
    wait_until(lambda: player.status().ring != before, 5, "a ring of the part")
    assert player.status().ring_key.endswith("@0.0000,0.0000,0.5000,0.5000")
    # the left half of the number's sixteen blocks, each twice as wide
    wait_until(lambda: player.number() & 0b11 == 0b11, 5, "the part is shown")


def test_codec_and_size_may_change_on_the_tape_and_a_gap_is_jumped(folder: Path) -> None:
    later_ns = 30 * FRAME_NS + 5 * SECOND_NS
    made = Player(
        [
            segment(encode_clip(picture_count=30, key_interval=10), 1, 0),
            segment(
                encode_clip(
                    width_px=480, height_px=360, picture_count=20, key_interval=10,
                    codec=VideoCodec.H265, first_number=500,
                ),
                2,
                later_ns,
            ),
        ],
        folder,
    )  # fmt: skip
    made.session.start()
    try:
        made.ask(seek_count=2, at_mono_ns=28 * FRAME_NS)
        made.until(28)
        assert (made.status().width_px, made.status().height_px) == (320, 180)
        for total, expected in ((1, 29), (2, 500), (3, 501), (1, 29), (0, 28)):
            made.ask(step_total=total)
            made.until(expected)
        made.ask(speed=1.0)
        wait_until(lambda: made.session.speed == 1.0, 5, "it plays")
        made.clock.advance(0.2)  # five pictures at most: over the gap, not through it
        wait_until(lambda: made.number() >= 500, 10, "the gap is jumped")
        assert (made.status().width_px, made.status().height_px) == (480, 360)
        assert made.status().gaps == ((29 * FRAME_NS, later_ns),)
    finally:
        made.close()


def test_a_replay_plays_on_into_what_came_since(player: Player) -> None:
    player.ask(seek_count=2, at_mono_ns=10**12)
    player.until(59)
    longer = encode_clip(picture_count=80, key_interval=25)
    player.segments[:] = [segment(longer, 1, 0)]
    player.ask(speed=4.0)

    def reached() -> bool:
        player.clock.advance(0.1)
        return player.number() == 79

    wait_until(reached, 20, "the newest picture")


def test_damage_is_held_back_in_replay_too(folder: Path) -> None:
    whole = segment(encode_clip(picture_count=40, key_interval=20), 1, 0)
    packets = list(whole.packets)
    broken = packets[10]
    packets[10] = CompressedPacket(
        broken.data[: len(broken.data) // 3], broken.dts_ns, broken.pts_ns, False,
        broken.mono_ns, broken.utc_ns, 1, is_damaged=True,
    )  # fmt: skip
    made = Player([PacketSegment(whole.info, tuple(packets))], folder)
    made.session.start()
    try:
        made.ask(seek_count=2, at_mono_ns=9 * FRAME_NS)
        made.until(9)
        made.ask(step_total=1)
        made.until(20)  # the next whole picture is the next key frame
        made.ask(step_total=0)
        made.until(9)
    finally:
        made.close()


@pytest.mark.logs_warnings("what cannot be decoded is told")
def test_nothing_kept_and_nonsense_are_told(folder: Path) -> None:
    empty = Player([], folder)
    junk = Player([PacketSegment(INFO, (packet(1, key=True), packet(2)))], folder)
    for made, problem in (
        (empty, ReplayProblem.NOTHING_KEPT),
        (junk, ReplayProblem.UNDECODABLE),
    ):
        made.session.start()
        try:
            wait_until(lambda made=made, p=problem: made.status().problem is p, 5, problem.value)
        finally:
            made.close()


def test_a_process_opens_so_many_replays_and_refuses_more(folder: Path) -> None:
    replays = Replays(folder, SystemClock(), lambda: None)
    frame = FrameWant(CAMERA, WidthClass.SMALL, PixelFormat.BGRA)
    wants = [ReplayWant(str(n), frame, 1, 0) for n in range(MOST + 1)]
    replays.set(wants, lambda _camera: ())
    assert replays.statuses(CAMERA)[str(MOST)].problem is ReplayProblem.TOO_MANY
    assert replays.statuses(CameraId("other")) == {}
    replays.set(wants[1:], lambda _camera: ())
    assert replays.statuses(CAMERA).keys() == {want.replay_id for want in wants[1:]}
    replays.close()
    assert replays.statuses(CAMERA) == {}
