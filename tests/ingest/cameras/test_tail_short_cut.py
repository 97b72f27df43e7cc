"""The end of a group of pictures without the loop filter: only where it was measured, and never for long."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from config.site import CameraId
from ingest.cameras.packets import CompressedPacket
from ingest.cameras.pictures import PictureDecoder, PictureScaler
from ingest.cameras.reconnect import RetryPace
from ingest.cameras.stream_info import StreamInfo
from ingest.cameras.stream_run import RunSettings, StreamRun
from ingest.cameras.tail_short_cut import MeasureTurns, TailShortCut, psnr_db
from ingest.cameras.wants import FrameWant
from ingest.clock import SystemClock
from ingest.frames.frame import PixelFormat, WidthClass
from tests.ingest.cameras.h264_clips import HEIGHT_PX, WIDTH_PX, encoded

INTERVAL_NS = 40_000_000
GROUP = 15
INFO = StreamInfo("h264", b"", WIDTH_PX, HEIGHT_PX, INTERVAL_NS)
CAMERA = CameraId("cam")
TILE = FrameWant(CAMERA, WidthClass.SMALL, PixelFormat.BGRA, size_px=(240, 196))
Clip = list[tuple[bytes, bool]]

CALM = encoded(group=GROUP, count=GROUP * 2, qp=24)
LARGE = encoded(group=GROUP, count=GROUP * 2, qp=19)
COARSE = encoded(group=GROUP, count=GROUP * 2, qp=34)
FINE = encoded(group=GROUP, count=GROUP * 2, qp=10)
REORDERED = encoded("bframes=2:b-adapt=0", group=GROUP, count=GROUP * 2)


def packets_of(
    *clips: Clip, start: int = 0, damaged: frozenset[int] = frozenset()
) -> list[CompressedPacket]:
    units = [unit for clip in clips for unit in clip]
    return [
        CompressedPacket(
            data,
            (start + at) * INTERVAL_NS,
            (start + at) * INTERVAL_NS,
            is_key,
            (start + at) * INTERVAL_NS,
            0,
            1,
            is_damaged=at in damaged,
        )
        for at, (data, is_key) in enumerate(units)
    ]


class Player:
    """A stream's decoder beside a full one, as a tile sees both."""

    def __init__(self, turns: MeasureTurns | None = None) -> None:
        self.cut = TailShortCut(INFO, turns or MeasureTurns())
        self._shown = PictureDecoder(INFO)
        self._whole = PictureDecoder(INFO)
        self._scaler = PictureScaler(PixelFormat.BGRA, None)
        self.changed: list[int] = []
        self.least_db = float("inf")
        self.count = 0

    def play(self, packets: list[CompressedPacket], want: FrameWant | None = TILE) -> list[int]:
        """Numbers of the packets that were changed."""
        before = len(self.changed)
        for packet in packets:
            data = self.cut.data(packet, want)
            if data is not packet.data:
                self.changed.append(self.count)
                assert data != packet.data
            self.count += 1
            pixels = []
            for decoder, content in ((self._shown, data), (self._whole, packet.data)):
                frame = decoder.decode(content, packet.pts_ns, is_key=packet.is_key)
                if frame is None:
                    continue
                if decoder is self._shown and self.cut.is_measuring:
                    self.cut.compare(frame, 1.0)
                pixels.append(np.zeros((196, 240 * 4), np.uint8))
                self._scaler.fill(frame, (pixels[-1],))
            if len(pixels) == 2:
                self.least_db = min(self.least_db, psnr_db(pixels[0], pixels[1]))
        return self.changed[before:]


def test_after_one_measured_group_the_last_pictures_are_changed_and_look_the_same() -> None:
    player = Player()
    changed = player.play(packets_of(CALM, CALM, CALM))
    assert changed  # groups 0 (its length), 1 (measured) as they came
    assert changed[0] >= 2 * GROUP
    places = {at % GROUP for at in changed}
    assert places == set(range(min(places), GROUP))  # one run, up to the key frame
    assert min(places) >= GROUP * 0.33 - 1
    assert 40 <= player.least_db < float("inf")


def test_a_stream_nobody_may_shorten_goes_on_as_it_came() -> None:
    assert Player().play(packets_of(CALM, CALM, CALM), want=None) == []


@pytest.mark.parametrize("clip", [COARSE, FINE, REORDERED], ids=["coarse", "fine", "reordered"])
def test_what_shows_or_saves_nothing_or_is_not_understood_is_left_alone(clip: Clip) -> None:
    assert Player().play(packets_of(clip, clip, clip)) == []


def test_pictures_that_are_no_longer_as_measured_are_whole() -> None:
    player = Player()
    assert player.play(packets_of(CALM, CALM))
    assert player.play(packets_of(LARGE, COARSE, start=4 * GROUP)) == []


def test_a_group_with_damage_is_decoded_as_it_came() -> None:
    player = Player()
    assert player.play(packets_of(CALM, CALM))
    damaged = frozenset({1})
    changed = player.play(packets_of(CALM, start=4 * GROUP, damaged=damaged))
    assert changed
    assert min(changed) >= 5 * GROUP


def test_a_late_key_frame_does_not_lengthen_the_run() -> None:
    player = Player()
    player.play(packets_of(CALM, CALM))
    later = [*CALM[:GROUP], *[(data, False) for data, is_key in CALM[1:GROUP] if not is_key]]
    changed = player.play(packets_of(later, start=4 * GROUP))
    assert changed
    assert max(changed) == 5 * GROUP - 1


def test_groups_of_changing_length_are_left_alone() -> None:
    player = Player()
    player.play(packets_of(CALM, CALM))
    shorter = CALM[: GROUP - 5]
    changed = player.play(packets_of(shorter, CALM[:GROUP], shorter, start=4 * GROUP))
    assert [at for at in changed if at >= 4 * GROUP + len(shorter)] == []


def test_a_wider_tile_is_measured_anew() -> None:
    player = Player()
    player.play(packets_of(CALM, CALM))
    wider = FrameWant(CAMERA, WidthClass.MEDIUM, PixelFormat.BGRA, size_px=(280, 228))
    changed = player.play(packets_of(CALM, CALM, start=4 * GROUP), wider)
    assert changed
    assert min(changed) >= 5 * GROUP


def test_cameras_are_measured_two_at_a_time() -> None:
    turns = MeasureTurns(2)
    players = [Player(turns) for _ in range(3)]
    packets = packets_of(CALM)
    for player in players:
        player.play(packets[: GROUP + 3])
    assert [player.cut.is_measuring for player in players] == [True, True, False]
    later = packets_of(CALM, start=2 * GROUP + 1)
    players[2].play(later[: GROUP + 3])
    assert players[2].cut.is_measuring


# -- in a stream's run


@pytest.mark.parametrize(
    ("wants", "is_exact", "is_cut"),
    [
        ((TILE,), False, True),
        ((structs.replace(TILE, format=PixelFormat.PLANES),), False, True),
        ((TILE,), True, False),
        ((TILE, FrameWant(CAMERA, WidthClass.NATIVE, PixelFormat.I420)), False, False),
        ((FrameWant(CAMERA, WidthClass.SMALL, PixelFormat.BGRA, region_norm=(0, 0, 0.5, 0.5)),), False, False),
        ((FrameWant(CAMERA, WidthClass.NATIVE, PixelFormat.BGRA),), False, False),
        ((FrameWant(CAMERA, WidthClass.SMALL, PixelFormat.BGRA, keyframes_only=True),), False, False),
    ],
    ids=["tile", "planes", "exact", "analysed", "zoomed", "large", "hidden"],
)  # fmt: skip
def test_only_small_tiles_are_cut_short_and_what_is_kept_is_what_came(
    tmp_path: Path, wants: tuple[FrameWant, ...], is_exact: bool, is_cut: bool
) -> None:
    settings = RunSettings(str(tmp_path), is_exact=is_exact)
    run = StreamRun(
        CAMERA, "rtsp://x", settings, SystemClock(), lambda: None, RetryPace(), MeasureTurns()
    )
    run.set_wants(wants)
    run.opened(INFO)
    packets = packets_of(CALM, CALM, CALM)
    for packet in packets:
        run.packet(packet, is_damaged=False)
    assert (run.shortened_count > 0) is is_cut
    assert [packet.data for packet in run.packets.snapshot()[1]] == [p.data for p in packets]
    run.set_wants(())
    run.packet(packets[0], is_damaged=False)  # lets go of its rings
