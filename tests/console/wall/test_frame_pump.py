"""From real rings to tiles: sizes change without a black gap, dead rings leave their last picture."""

from __future__ import annotations

import pytest

from config.site import Camera
from console.bridge.frame_wants import frame_want, region_of_key, width_class
from console.state.tiles import WHOLE
from console.state.wall_wants import Importance, TileWant, ViewSize
from ingest.cameras.health import LossCause, StreamState
from ingest.cameras.wants import (
    ring_key,
)
from ingest.frames.frame import WidthClass
from tests.console.wall.ring_stage import CAMERA, FIRST, MAIN, OTHER, SECOND, Stage


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
