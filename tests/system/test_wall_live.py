"""The wall on real cameras: RTSP server, broker, ingest processes, shared memory, painted window."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from config.site import Camera, CameraId
from console.bridge.frame_pump import FramePump
from console.bridge.ring_feed import RingFeed
from console.state.directory import CameraDirectory
from console.state.layouts import LayoutId
from console.state.tiles import Aspect, TileAddress
from console.state.wall import MAIN_WINDOW, WallState
from console.views.compositor import Compositor, CompositorMaker, WallScene
from console.views.tile_status import TileMode
from console.views.wall_view import WallView
from ingest.cameras.lease import CameraLease, RuntimeInfo
from ingest.cameras.rtsp_out import RtspServerThread
from tests.media import looping_feed, read_number
from tests.system.live_wall import PlanesTaker

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(os.name != "posix", reason="kill -9 and /dev/shm are POSIX"),
]

NAMES = ("cam-1", "cam-2", "cam-3")
NOBODY = "cam-9"
DEADLINE_MS = 25_000


class LiveWall:
    """A 2×2 wall of 480×270 tiles: three cameras that live and one address where nobody is."""

    def __init__(self, qtbot: QtBot, compositor: CompositorMaker | None = None) -> None:
        self.qtbot = qtbot
        base = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
        self.folder = tempfile.TemporaryDirectory(prefix=f"gridwall-test-{os.getpid()}-", dir=base)
        self.server = RtspServerThread()
        self.server.start()
        cameras = [Camera(CameraId(name), name, self._mounted(name)) for name in NAMES]
        cameras.append(Camera(CameraId(NOBODY), NOBODY, "rtsp://127.0.0.1:9/nobody"))
        self.directory = CameraDirectory(cameras)
        self.lease = CameraLease(RuntimeInfo("test-site", self.folder.name, linger_s=0.1))
        self.lease.start()
        self.wall = WallState()
        self.wall.open_window(MAIN_WINDOW, LayoutId("2x2"))
        self.wall.fill([camera.id for camera in cameras])
        for address in self.wall.addresses():
            self.wall.set_aspect(address, Aspect.FILL)
        self.pump = FramePump(self.wall, self.lease, self.directory.camera)
        self.view = WallView(
            self.wall, MAIN_WINDOW, self.pump, self.directory,
            show_clock=False, compositor=compositor,
        )  # fmt: skip
        qtbot.addWidget(self.view)
        self.view.resize(962, 542)
        self.view.show()

    def _mounted(self, name: str) -> str:
        feed = looping_feed(width_px=640, height_px=360, picture_count=250, key_interval=12)
        self.server.mount(name, feed)
        return self.server.url(name)

    def close(self) -> None:
        self.view.release()
        self.pump.close()
        self.lease.close()
        self.server.close()
        self.folder.cleanup()

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=DEADLINE_MS)

    def painted(self, index: int) -> NDArray[np.uint8]:
        """What the window shows in a tile, read from the window itself."""
        device = self.view.backingStore().paintDevice()
        assert isinstance(device, QImage)
        lines = np.frombuffer(device.constBits(), np.uint8).reshape(device.height(), -1, 4)
        r = self.view.tile_painters[index].rect
        return lines[r.top() : r.bottom() + 1, r.left() : r.right() + 1].copy()

    def number(self, index: int) -> int:
        return read_number(self.painted(index))

    def feed(self, index: int) -> RingFeed:
        feed = self.pump.feed(TileAddress(MAIN_WINDOW, index))
        assert feed is not None
        return feed

    def mode(self, index: int) -> TileMode:
        return self.view.tile_painters[index].mode

    def all_live(self) -> bool:
        return all(
            self.mode(i) is TileMode.PICTURE and self.feed(i).has_wanted_ring for i in range(3)
        )

    def groups(self) -> list[psutil.Process]:
        return [
            process
            for process in psutil.Process().children(recursive=True)
            if "group" in process.cmdline() and f"{self.folder.name}/rings" in process.cmdline()
        ]


@pytest.fixture
def live(qtbot: QtBot) -> Iterator[LiveWall]:
    made = LiveWall(qtbot)
    yield made
    made.close()


@pytest.mark.timeout(110)
@pytest.mark.logs_warnings("the kill of an ingest process is logged by whoever sees it")
def test_cameras_reach_the_wall_and_come_back_after_their_process_is_killed(live: LiveWall) -> None:
    live.until(live.all_live)
    # pixel for pixel: the ring has the tile's own size, and pictures move on
    image = live.feed(1).image()
    assert image is not None
    assert (image.image.width(), image.image.height()) == (480, 270)
    first = [live.number(i) for i in range(3)]
    live.until(lambda: all(live.number(i) != first[i] for i in range(3)))

    # nobody is at the fourth address: a card says so, and when the next try is
    live.until(lambda: live.mode(3) is TileMode.LOST)
    status = live.view.tile_painters[3].status
    assert "reached" in status.title
    assert any("next try" in line or "trying" in line for line in status.lines)

    # a full tile keeps its picture while its larger ring is made
    live.wall.toggle_full(TileAddress(MAIN_WINDOW, 0))
    darkest = 255

    def in_full_size() -> bool:
        nonlocal darkest
        painted = live.painted(0)
        if painted.shape[:2] == (542, 962):
            darkest = min(darkest, int(painted[200:400, 200:700, 1].mean()))
        return live.feed(0).has_wanted_ring

    live.until(in_full_size)
    assert darkest > 60, "the tile went black on its way to full size"
    live.wall.toggle_full()
    live.until(live.all_live)

    # kill -9 of the process that decodes: the last picture stays, then new ones come
    for process in live.groups():
        process.kill()
    image = live.feed(0).image()
    assert image is not None
    stamp = image.received_mono_ns

    def moved_on() -> bool:
        now = live.feed(0).image()
        return now is not None and now.received_mono_ns > stamp + 1_500_000_000

    live.until(moved_on)
    live.until(live.all_live)


@pytest.mark.timeout(110)
def test_a_wall_of_decoded_planes_goes_on_in_bgra_when_the_graphics_device_fails(
    qtbot: QtBot,
) -> None:
    failures: list[Callable[[str], None]] = []

    def make(widget: QWidget, scene: WallScene, failed: Callable[[str], None]) -> Compositor:
        failures.append(failed)
        return PlanesTaker(widget, scene)

    live = LiveWall(qtbot, make)
    try:

        def formats() -> list[bool | None]:
            images = [live.feed(i).image() for i in range(3)]
            return [None if image is None else image.planes is not None for image in images]

        live.until(live.all_live)
        live.until(lambda: formats() == [True] * 3)
        image = live.feed(1).image()
        assert image is not None
        assert image.size == (480, 270)
        first = [live.number(i) for i in range(3)]
        live.until(lambda: all(live.number(i) != first[i] for i in range(3)))

        failures[0]("the device is gone")
        darkest = 255

        def in_bgra() -> bool:
            nonlocal darkest
            darkest = min(darkest, *(int(live.painted(i)[90:, :, 1].mean()) for i in range(3)))
            return formats() == [False] * 3

        live.until(in_bgra)
        assert darkest > 60, "a tile went black on its way to QPainter"
        first = [live.number(i) for i in range(3)]
        live.until(lambda: all(live.number(i) != first[i] for i in range(3)))
    finally:
        live.close()
