"""Decoded planes from real rings to tiles, beside BGRA, and back to BGRA without a black gap."""

from __future__ import annotations

from msgspec import structs

from console.bridge.frame_wants import frame_want
from console.bridge.ring_feed import RingFeed
from console.state.wall_wants import Importance, TileWant, ViewSize
from ingest.cameras.wants import FrameWant, ring_key
from ingest.frames.frame import PixelFormat, WidthClass
from tests.console.wall.ring_stage import CAMERA, FIRST, MAIN, Stage


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
