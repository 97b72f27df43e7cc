"""The age on a tile is true to a tenth of a second: a camera falls silent at a known moment."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from config.site import Camera, CameraId
from console.views.tile_status import TileMode
from tests.media import looping_feed
from tests.system.live_wall import LiveTiles

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(os.name != "posix", reason="/dev/shm is POSIX"),
]


@pytest.fixture
def rig(qtbot: QtBot) -> Iterator[LiveTiles]:
    made = LiveTiles(qtbot)
    made.server.mount("cam-1", looping_feed(picture_count=250))
    made.cameras.append(Camera(CameraId("cam-1"), "crossing", made.server.url("cam-1")))
    made.open()
    yield made
    made.close()


@pytest.mark.timeout(60)
def test_a_silent_camera_is_as_old_as_the_tile_says(rig: LiveTiles) -> None:
    painter = rig.view.tile_painters[0]
    rig.until(lambda: painter.mode is TileMode.PICTURE)
    mount = rig.server.server.mounts["cam-1"]
    rig.qtbot.wait(1500)  # the delay's own average has settled

    def fall_silent() -> float:
        mount.faults.is_stalled = True
        return time.monotonic()

    silent_s = rig.server.call(fall_silent)
    told: list[tuple[float, float]] = []

    def look() -> bool:
        found = re.match(r"([\d.]+) s old", painter.status.age)
        if found is not None:
            told.append((float(found.group(1)), time.monotonic() - silent_s))
        return bool(told) and told[-1][0] >= 3.0

    rig.until(look)
    # the last picture was sent up to one interval (40 ms) before it fell silent; what is told is at most
    # one look (100 ms) old and cut to a tenth
    off = [age_s - since_s for age_s, since_s in told]
    assert -0.2 <= sum(off) / len(off) <= 0.1
    assert max(abs(value) for value in sorted(off)[len(off) // 10 : -len(off) // 10 or None]) < 0.25
