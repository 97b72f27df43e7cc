"""Instant replay through broker, ingest process, ring and painted window, with live beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from config.site import Camera, CameraId
from console.state.replay import ReplayPart
from console.state.tiles import TileAddress
from console.state.wall import MAIN_WINDOW
from console.views.replay_bar import ReplayBar
from console.views.tile_status import TileMode
from ingest.cameras.nal import VideoCodec
from ingest.cameras.packet_feed import EncodedPacket, LoopingFeed, VideoParameters
from tests.media import encode_clip, looping_feed, read_number
from tests.system.live_wall import LiveTiles

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(os.name != "posix", reason="kill -9 and /dev/shm are POSIX"),
]

FIRST, SECOND = TileAddress(MAIN_WINDOW, 0), TileAddress(MAIN_WINDOW, 1)
FPS = 25


@cache
def _clip() -> tuple[VideoParameters, list[EncodedPacket]]:
    """80 s of numbered pictures, encoded once for all cameras and tests."""
    return encode_clip(picture_count=2000, key_interval=12)


@pytest.fixture
def rig(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[LiveTiles]:
    made = LiveTiles(qtbot, takes_planes=getattr(request, "param", False))
    for name in ("cam-1", "cam-2"):
        made.server.mount(name, LoopingFeed(*_clip()))
        made.cameras.append(Camera(CameraId(name), name, made.server.url(name)))
    made.open()
    yield made
    made.close()


def number(rig: LiveTiles, index: int) -> int:
    """The picture number in the painted tile; captions and frame lie over its corner only."""
    feed = rig.pump.feed(TileAddress(MAIN_WINDOW, index))
    image = None if feed is None else feed.image()
    if image is None or image.pixels is None:
        return -1
    assert (image.planes is not None) is rig.takes_planes
    if image.planes is not None:
        return read_number(image.planes.luma[..., None].repeat(3, axis=2))
    return read_number(np.asarray(image.pixels))


@pytest.mark.timeout(110)
@pytest.mark.parametrize("rig", [False, True], indirect=True, ids=["bgra", "planes"])
def test_a_tile_goes_back_in_time_while_the_others_stay_live(rig: LiveTiles) -> None:
    rig.until(lambda: number(rig, 0) > 3 * FPS and number(rig, 1) > 0)
    replays, view = rig.tools.replays, rig.view
    live_before = number(rig, 1)
    replays.start(FIRST)
    painter = view.tile_painters[0]
    rig.until(lambda: painter.mode is TileMode.REPLAY and 0 < number(rig, 0) < 3 * FPS)
    # marked so that it is never taken for live: caption, light frame, no age
    assert "REPLAY" in painter.status.replay
    assert not painter.status.age
    frame = rig.painted(0)[2, 300:460, :3]
    assert frame.min() > 200, "a light frame runs around the past"
    assert view.tile_painters[1].mode is TileMode.PICTURE

    # it stands, steps one picture at a time both ways, and live goes on elsewhere
    replays.toggle_pause(FIRST)
    replays.seek(FIRST, replays.all[FIRST].shown.from_mono_ns + 2_000_000_000)
    rig.qtbot.wait(300)
    here = number(rig, 0)
    for step, expected in ((1, here + 1), (-1, here), (-1, here - 1)):
        replays.step(FIRST, step)
        rig.until(lambda expected=expected: number(rig, 0) == expected)
    rig.until(lambda: number(rig, 1) > live_before + FPS)
    assert number(rig, 0) == here - 1

    # the scrub bar: a press near its end goes there; speed and the way back are on it
    bar = view.findChild(ReplayBar)
    assert bar is not None
    assert bar.isVisible()
    span = bar.parts()[ReplayPart.SPAN]
    at = QPoint(span.right() - 2, span.center().y())
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=at)
    rig.until(lambda: number(rig, 0) > here + 10)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.parts()[ReplayPart.SPEED].center())
    assert replays.all[FIRST].speed == 2.0
    # at twice the speed it reaches the present and waits there, still called a replay
    rig.until(lambda: replays.all[FIRST].shown.is_at_end)
    assert painter.mode is TileMode.REPLAY
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.parts()[ReplayPart.LIVE].center())
    assert FIRST not in replays.all
    rig.until(lambda: painter.mode is TileMode.PICTURE and number(rig, 0) >= number(rig, 1) - FPS)
    assert view.findChild(ReplayBar) is None or not bar.isVisible()


@pytest.mark.timeout(110)
def test_codec_size_and_aspect_may_change_during_zoom_and_replay(rig: LiveTiles) -> None:
    rig.until(lambda: number(rig, 0) > 2 * FPS)
    replays = rig.tools.replays
    replays.start(FIRST)
    replays.toggle_pause(FIRST)
    replays.to_start(FIRST)
    rig.wall.set_region(SECOND, (0.0, 0.0, 0.5, 0.5))
    rig.until(lambda: 0 <= number(rig, 0) < FPS and rig.is_sharp(1))
    held = number(rig, 0)
    other = looping_feed(
        width_px=240, height_px=240, picture_count=500, key_interval=12,
        codec=VideoCodec.H265, first_number=3000,
    )  # fmt: skip
    for name in ("cam-1", "cam-2"):
        mount = rig.server.server.mounts[name]
        rig.server.call(mount.switch, other)
        rig.server.call(mount.kick)
    # the replay still shows the old stream's picture, and its shape
    feed = rig.pump.feed(FIRST)
    assert feed is not None
    rig.until(lambda: rig.lease.status()[CameraId("cam-1")].health.codec == "hevc")
    assert number(rig, 0) == held
    health = feed.health()
    assert health is not None
    assert (health.width_px, health.height_px) == (320, 180)
    # the zoomed tile goes on with the new stream, sharp again
    rig.until(lambda: rig.lease.status()[CameraId("cam-2")].health.width_px == 240)
    rig.until(lambda: rig.is_sharp(1) and rig.view.tile_painters[1].mode is TileMode.PICTURE)
    # the tape reaches over the change: its end is of the new codec
    replays.seek(FIRST, rig.clock.mono_ns() + 10**12)
    replays.change_speed(FIRST, 1)
    rig.until(lambda: number(rig, 0) >= 3000)
    replays.live(FIRST)
    rig.until(lambda: rig.view.tile_painters[0].mode is TileMode.PICTURE)
    assert number(rig, 0) >= 3000


@pytest.mark.timeout(110)
@pytest.mark.logs_warnings("the kill of an ingest process is logged by whoever sees it")
def test_a_replay_whose_process_was_killed_says_that_nothing_is_kept(rig: LiveTiles) -> None:
    rig.until(lambda: number(rig, 0) > FPS)
    rig.tools.replays.start(FIRST)
    rig.until(lambda: rig.view.tile_painters[0].mode is TileMode.REPLAY)
    for process in rig.groups():
        process.kill()
    # what was kept is gone: the tape begins anew with what comes now, and stays marked
    rig.until(lambda: rig.view.tile_painters[1].mode is TileMode.PICTURE and rig.is_sharp(1))
    assert rig.view.tile_painters[0].status.replay
    rig.tools.replays.live(FIRST)
    rig.until(lambda: rig.view.tile_painters[0].mode is TileMode.PICTURE)
