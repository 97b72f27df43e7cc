"""From real rings to tiles: sizes change without a black gap, dead rings leave their last picture."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from pytestqt.qtbot import QtBot

from config.site import Camera, CameraId
from console.bridge.frame_pump import FramePump
from console.bridge.frame_wants import frame_want, region_of_key, width_class
from console.bridge.ring_feed import RingFeed
from console.state.layouts import LayoutId
from console.state.tiles import WHOLE, TileAddress, WindowId
from console.state.wall import WallState
from console.state.wall_wants import Importance, TileWant, ViewSize
from ingest.cameras.health import LossCause, StreamHealth, StreamState
from ingest.cameras.wants import (
    CameraSource,
    CameraStatus,
    FrameWant,
    ReplayWant,
    RingInfo,
    ring_key,
)
from ingest.frames.frame import ColourRange, Colours, PixelFormat, WidthClass
from ingest.frames.ring import RingWriter

MAIN = WindowId("main")
FIRST, SECOND = TileAddress(MAIN, 0), TileAddress(MAIN, 1)
CAMERA, OTHER = CameraId("cam-1"), CameraId("cam-2")


class RingLease:
    """A lease whose broker is the test: it makes the rings that were asked for when told to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._status: dict[CameraId, CameraStatus] = {}
        self.status_version = 0
        self.sources: Sequence[CameraSource] = ()
        self.wants: Sequence[FrameWant] = ()
        self.writers: dict[tuple[CameraId, str], RingWriter] = {}

    def set_wants(
        self,
        sources: Sequence[CameraSource],
        wants: Sequence[FrameWant],
        replays: Sequence[ReplayWant] = (),
    ) -> None:
        self.sources, self.wants, self.replays = sources, wants, replays

    def status(self) -> Mapping[CameraId, CameraStatus]:
        return dict(self._status)

    def want_of(self, camera_id: CameraId) -> FrameWant:
        return next(want for want in self.wants if want.camera_id == camera_id)

    def serve(self, want: FrameWant, level: int, width_px: int = 64, height_px: int = 36) -> None:
        """Makes the ring of `want` and writes one grey frame into it."""
        writer = RingWriter.create(
            self._folder,
            want.camera_id,
            want.width_class,
            width_px,
            height_px,
            want.format,
            25,
            Colours(range=ColourRange.FULL),
        )
        self.writers[(want.camera_id, ring_key(want))] = writer
        self.write(writer, level)
        self.tell()

    def write(self, writer: RingWriter, level: int) -> None:
        """One grey picture; of planes: full range, without colour."""
        levels = (level, 128, 128)
        planes = [
            (np.full(shape, value, np.uint8), shape[1])
            for shape, value in zip(writer.header.planes, levels, strict=False)
        ]
        writer.write(planes, 0, time.monotonic_ns(), time.time_ns())

    def stop(self, want: FrameWant) -> None:
        self.writers.pop((want.camera_id, ring_key(want))).close()
        self.tell()

    def tell(self, state: StreamState = StreamState.LIVE, cause: LossCause | None = None) -> None:
        rings: dict[CameraId, dict[str, RingInfo]] = {}
        for (camera_id, key), writer in self.writers.items():
            header = writer.header
            rings.setdefault(camera_id, {})[key] = RingInfo(
                str(writer.path), header.width_px, header.height_px, header.format, 25
            )
        self._status = {
            source.camera_id: CameraStatus(
                StreamHealth(source.camera_id, state, 25.0, time.monotonic_ns(), cause=cause),
                rings.get(source.camera_id, {}),
            )
            for source in self.sources
        }
        self.status_version += 1

    def close(self) -> None:
        for writer in self.writers.values():
            writer.close()


class Stage:
    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self.qtbot = qtbot
        self.wall = WallState()
        self.wall.open_window(MAIN, LayoutId("2x2"))
        self.wall.put_camera(FIRST, CAMERA)
        self.lease = RingLease(folder)
        self.cameras = {c: Camera(c, f"name of {c}", f"rtsp://{c}") for c in (CAMERA, OTHER)}
        self.pump = FramePump(self.wall, self.lease, self.cameras.get)
        self.pump.set_view(MAIN, ViewSize(962, 542))
        self.wanted(WidthClass.MEDIUM)

    def wanted(self, width: WidthClass) -> FrameWant:
        """Waits until the camera is asked for in this width."""
        self.qtbot.waitUntil(
            lambda: any(want.width_class is width for want in self.lease.wants), timeout=3000
        )
        return next(want for want in self.lease.wants if want.width_class is width)

    def level(self, address: TileAddress = FIRST) -> int | None:
        """The grey a tile's picture has now; None without a picture."""
        feed = self.pump.feed(address)
        if feed is None:
            return None
        while feed.advance():
            pass
        image = feed.image()
        return None if image is None else image.image.pixelColor(5, 5).red()

    def until(self, level: int, address: TileAddress = FIRST) -> None:
        self.qtbot.waitUntil(lambda: self.level(address) == level, timeout=3000)


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(qtbot, tmp_path)
    yield made
    made.pump.close()
    made.lease.close()


def test_a_tile_shows_the_newest_frame_of_its_ring(stage: Stage) -> None:
    want = stage.lease.want_of(CAMERA)
    stage.lease.serve(want, 10)
    stage.until(10)
    feed = stage.pump.feed(FIRST)
    assert feed is not None
    assert not feed.advance()
    for level in (20, 30, 40):
        stage.lease.write(stage.lease.writers[(CAMERA, ring_key(want))], level)
    assert feed.advance()
    assert stage.level() == 40
    assert feed.dropped_count == 2
    assert feed.still_valid()


def test_a_picture_overwritten_while_painted_is_known(stage: Stage) -> None:
    want = stage.lease.want_of(CAMERA)
    stage.lease.serve(want, 10)
    stage.until(10)
    feed = stage.pump.feed(FIRST)
    assert feed is not None
    for level in (1, 2, 3, 4):
        stage.lease.write(stage.lease.writers[(CAMERA, ring_key(want))], level)
    assert not feed.still_valid()


def test_a_larger_tile_keeps_its_picture_until_the_larger_ring_has_one(stage: Stage) -> None:
    small = stage.lease.want_of(CAMERA)
    stage.lease.serve(small, 10)
    stage.until(10)
    stage.wall.toggle_full(FIRST)
    large = stage.wanted(WidthClass.LARGE)
    assert stage.level() == 10
    assert small in stage.lease.wants, "the former ring must stay wanted meanwhile"
    stage.lease.serve(large, 77, 96, 54)
    stage.until(77)
    stage.qtbot.waitUntil(lambda: small not in stage.lease.wants, timeout=3000)


def test_a_ring_that_ends_leaves_its_last_picture(stage: Stage) -> None:
    want = stage.lease.want_of(CAMERA)
    stage.lease.serve(want, 10)
    stage.until(10)
    stage.lease.stop(want)
    stage.lease.tell(StreamState.LOST, LossCause.CLOSED)
    feed = stage.pump.feed(FIRST)
    assert feed is not None

    def lost() -> bool:
        health = feed.health()
        return health is not None and health.state is StreamState.LOST

    stage.qtbot.waitUntil(lost, timeout=3000)
    image = feed.image()
    assert image is not None
    assert image.pixels is None, "the last picture must not hold the dead ring's memory"
    assert stage.level() == 10


def test_a_new_ring_of_a_restarted_broker_is_taken_up(stage: Stage) -> None:
    want = stage.lease.want_of(CAMERA)
    stage.lease.serve(want, 10)
    stage.until(10)
    stage.lease.stop(want)
    stage.lease.serve(want, 200)
    stage.until(200)


def test_swapped_tiles_show_their_pictures_at_once(stage: Stage) -> None:
    stage.wall.put_camera(SECOND, OTHER)
    stage.qtbot.waitUntil(lambda: len(stage.lease.wants) == 2)
    stage.lease.serve(stage.lease.want_of(CAMERA), 10)
    stage.lease.serve(stage.lease.want_of(OTHER), 20)
    stage.until(20, SECOND)
    stage.wall.swap(FIRST, SECOND)
    assert (stage.level(FIRST), stage.level(SECOND)) == (20, 10)


def test_a_camera_the_register_switched_off_is_not_opened(stage: Stage) -> None:
    stage.cameras[OTHER] = Camera(OTHER, "off", "rtsp://off", enabled=False)
    stage.wall.put_camera(SECOND, OTHER)
    feed = stage.pump.feed(SECOND)
    assert feed is not None
    health = feed.health()
    assert health is not None
    assert health.state is StreamState.DISABLED
    stage.pump.state_wants()
    assert [source.camera_id for source in stage.lease.sources] == [CAMERA]


def test_a_window_that_is_gone_wants_key_frames_only(stage: Stage) -> None:
    stage.pump.set_view(MAIN, None)
    stage.qtbot.waitUntil(lambda: stage.lease.want_of(CAMERA).keyframes_only, timeout=3000)


def test_closing_gives_every_camera_back(stage: Stage) -> None:
    stage.pump.close()
    assert (tuple(stage.lease.sources), tuple(stage.lease.wants)) == ((), ())


@pytest.mark.parametrize(
    ("width_px", "expected"),
    [(200, WidthClass.SMALL), (250, WidthClass.SMALL), (480, WidthClass.MEDIUM),
     (620, WidthClass.LARGE), (1000, WidthClass.LARGE), (1920, WidthClass.NATIVE)],
)  # fmt: skip
def test_the_smallest_ring_that_fills_the_tile_is_asked_for(
    width_px: int, expected: WidthClass
) -> None:
    assert width_class(width_px) is expected


def test_the_region_of_a_ring_is_in_its_key() -> None:
    want = TileWant(FIRST, CAMERA, 480, 270, Importance.REST, (0.25, 0.5, 0.5, 0.75))
    assert region_of_key(ring_key(frame_want(want))) == (0.25, 0.5, 0.5, 0.75)
    assert region_of_key("bgra480") == WHOLE


def test_a_closed_pump_asks_for_nothing_more(stage: Stage) -> None:
    stage.pump.close()
    stage.pump.set_view(MAIN, ViewSize(962, 542))
    stage.wall.put_camera(SECOND, OTHER)
    stage.qtbot.wait(120)
    assert tuple(stage.lease.wants) == ()


def test_rings_of_many_tiles_are_opened_over_several_events(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.bridge.frame_pump.OPEN_BUDGET_S", 0.0)
    stage.wall.put_camera(SECOND, OTHER)
    stage.pump.state_wants()
    stage.lease.serve(stage.lease.want_of(CAMERA), 60)
    stage.lease.serve(stage.lease.want_of(OTHER), 90)
    feeds = [stage.pump.feed(address) for address in (FIRST, SECOND)]
    stage.pump.state_wants()  # one event: time for one ring
    assert [feed is not None and feed.advance() for feed in feeds] == [True, False]
    second = feeds[1]
    assert second is not None
    stage.qtbot.waitUntil(second.advance, timeout=3000)


def test_a_ring_that_replaces_another_copies_nothing_when_it_has_a_picture(stage: Stage) -> None:
    stage.pump.state_wants()
    want = stage.lease.want_of(CAMERA)
    stage.lease.serve(want, 60)
    feed = stage.pump.feed(FIRST)
    assert feed is not None
    stage.qtbot.waitUntil(feed.advance, timeout=3000)
    before = feed.image()
    stage.pump.set_view(MAIN, ViewSize(400, 300))
    stage.pump.state_wants()
    stage.lease.serve(stage.lease.want_of(CAMERA), 90, 32, 18)
    stage.qtbot.waitUntil(lambda: feed.has_wanted_ring, timeout=3000)
    assert feed.image() is before
    assert feed.advance()
    after = feed.image()
    assert after is not None
    assert after.image.width() == 32


def planes_view(*, takes_planes: bool) -> ViewSize:
    return ViewSize(962, 542, takes_planes=takes_planes)


def wanted_format(stage: Stage, pixel_format: PixelFormat) -> FrameWant:
    def found() -> list[FrameWant]:
        return [want for want in stage.lease.wants if want.format is pixel_format]

    stage.qtbot.waitUntil(lambda: bool(found()), timeout=3000)
    return found()[0]


def test_planes_are_asked_for_where_the_window_takes_them_and_bgra_again_without_a_gap(
    stage: Stage,
) -> None:
    """To the graphics device and back to QPainter: there is a picture all the time."""
    bgra = stage.lease.want_of(CAMERA)
    stage.lease.serve(bgra, 10)
    stage.until(10)
    stage.pump.set_view(MAIN, planes_view(takes_planes=True))
    planes = wanted_format(stage, PixelFormat.PLANES)
    assert stage.level() == 10
    assert bgra in stage.lease.wants, "the former ring must stay wanted meanwhile"
    stage.lease.serve(planes, 77)
    stage.until(77)
    feed = stage.pump.feed(FIRST)
    assert feed is not None
    image = feed.image()
    assert image is not None
    assert image.planes is not None
    assert image.size == (64, 36)
    stage.qtbot.waitUntil(lambda: bgra not in stage.lease.wants, timeout=3000)
    stage.lease.stop(bgra)
    stage.pump.set_view(MAIN, planes_view(takes_planes=False))
    again = wanted_format(stage, PixelFormat.BGRA)
    assert planes in stage.lease.wants
    stage.lease.write(stage.lease.writers[(CAMERA, ring_key(planes))], 90)
    assert stage.level() == 90, "planes go on, converted, until there is BGRA"
    stage.lease.serve(again, 120)
    stage.until(120)
    stage.qtbot.waitUntil(lambda: planes not in stage.lease.wants, timeout=3000)


def test_a_stream_without_such_planes_shows_bgra_in_their_ring(stage: Stage) -> None:
    stage.pump.set_view(MAIN, planes_view(takes_planes=True))
    planes = wanted_format(stage, PixelFormat.PLANES)
    as_bgra = structs.replace(planes, format=PixelFormat.BGRA)
    stage.lease.serve(as_bgra, 33)
    stage.lease.writers[(CAMERA, ring_key(planes))] = stage.lease.writers.pop(
        (CAMERA, ring_key(as_bgra))
    )
    stage.lease.tell()
    stage.until(33)
    feed = stage.pump.feed(FIRST)
    assert isinstance(feed, RingFeed)
    assert feed.has_wanted_ring


def test_the_last_picture_of_planes_stays_when_their_ring_ends(stage: Stage) -> None:
    stage.pump.set_view(MAIN, planes_view(takes_planes=True))
    planes = wanted_format(stage, PixelFormat.PLANES)
    stage.lease.serve(planes, 50)
    stage.until(50)
    stage.lease.stop(planes)
    feed = stage.pump.feed(FIRST)
    assert isinstance(feed, RingFeed)
    stage.qtbot.waitUntil(lambda: feed.key == "", timeout=3000)
    image = feed.image()
    assert image is not None
    assert image.pixels is None, "the last picture must not hold the dead ring's memory"
    assert stage.level() == 50


def test_rings_of_eyes_are_never_shown(stage: Stage) -> None:
    eyes = FrameWant(CAMERA, WidthClass.NATIVE, PixelFormat.I420)
    stage.pump.state_wants()
    stage.lease.serve(eyes, 50)
    feed = stage.pump.feed(FIRST)
    assert isinstance(feed, RingFeed)
    feed.take_status(stage.lease.status()[CAMERA])
    assert feed.key == ""
    assert stage.level() is None


def test_a_hidden_tile_asks_for_bgra_whoever_paints_it() -> None:
    shown = TileWant(FIRST, CAMERA, 480, 270, Importance.REST, takes_planes=True)
    hidden = TileWant(FIRST, CAMERA, 480, 270, Importance.HIDDEN, takes_planes=True)
    assert frame_want(shown, (704, 576)).format is PixelFormat.PLANES
    assert frame_want(hidden, (704, 576)).format is PixelFormat.BGRA
