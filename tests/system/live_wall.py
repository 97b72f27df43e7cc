"""A wall of 962×542 pixels on a real broker: the test adds cameras, then opens it (2×2: 480×270 tiles)."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from config.site import Camera
from console.bridge.frame_pump import FramePump
from console.state.directory import CameraDirectory
from console.state.layouts import LayoutId
from console.state.tile_tools import TileTools
from console.state.tiles import Aspect, TileAddress
from console.state.wall import MAIN_WINDOW, WallState
from console.views.compositor import Compositor, WallScene
from console.views.raster_painting import RasterCompositor
from console.views.wall_view import WallView
from ingest.cameras.lease import CameraLease, RuntimeInfo
from ingest.cameras.rtsp_out import RtspServerThread
from ingest.clock import SystemClock
from tests.media import wait_until

DEADLINE_MS = 25_000


class PlanesTaker(RasterCompositor):
    """Asks for decoded planes as the graphics device does; who paints them here is QPainter."""

    takes_planes = True


class LiveTiles:
    """Server, broker, wall and window; `close` waits until the broker has left."""

    def __init__(self, qtbot: QtBot, *, takes_planes: bool = False) -> None:
        self.qtbot = qtbot
        self.takes_planes = takes_planes
        base = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
        self.folder = tempfile.TemporaryDirectory(prefix=f"gridwall-test-{os.getpid()}-", dir=base)
        self.server = RtspServerThread()
        self.server.start()
        self.cameras: list[Camera] = []
        self.clock = SystemClock()
        self.wall = WallState()
        self.tools = TileTools(self.wall, self.clock)
        self.lease_runtime = RuntimeInfo("test-site", self.folder.name, linger_s=0.1)
        self.lease = CameraLease(self.lease_runtime)

    def open(self, layout: str = "2x2") -> None:
        directory = CameraDirectory(self.cameras)
        self.lease.start()
        self.wall.open_window(MAIN_WINDOW, LayoutId(layout))
        self.wall.fill([camera.id for camera in self.cameras])
        for address in self.wall.addresses():
            self.wall.set_aspect(address, Aspect.FILL)
        self.pump = FramePump(self.wall, self.lease, directory.camera, replays=self.tools.replays)
        self.view = WallView(
            self.wall, MAIN_WINDOW, self.pump, directory, show_clock=False, tools=self.tools,
            compositor=self._compositor,
        )  # fmt: skip
        self.qtbot.addWidget(self.view)
        self.view.resize(962, 542)
        self.view.show()

    def _compositor(
        self, widget: QWidget, scene: WallScene, _failed: Callable[[str], None]
    ) -> Compositor:
        return (PlanesTaker if self.takes_planes else RasterCompositor)(widget, scene)

    def close(self) -> None:
        self.view.release()
        self.pump.close()
        self.lease.close()
        self.server.close()
        try:
            wait_until(self._broker_left, 15, "the broker leaves")
        finally:
            self.folder.cleanup()

    def until(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=DEADLINE_MS)

    def is_sharp(self, index: int) -> bool:
        """Whether a tile's picture comes in the size and part it asked for."""
        feed = self.pump.feed(TileAddress(MAIN_WINDOW, index))
        return feed is not None and feed.has_wanted_ring

    def painted(self, index: int) -> NDArray[np.uint8]:
        """What the window shows in a tile, read from the window itself."""
        device = self.view.backingStore().paintDevice()
        assert isinstance(device, QImage)
        lines = np.frombuffer(device.constBits(), np.uint8).reshape(device.height(), -1, 4)
        r = self.view.tile_painters[index].rect
        return lines[r.top() : r.bottom() + 1, r.left() : r.right() + 1].copy()

    def groups(self) -> list[psutil.Process]:
        """The ingest processes of this broker."""
        return [p for p in self._processes() if "group" in p.cmdline()]

    def _processes(self) -> list[psutil.Process]:
        found = []
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):  # gone meanwhile, or a zombie
                if self.folder.name in " ".join(child.cmdline()):
                    found.append(child)
        return found

    def _broker_left(self) -> bool:
        return not self._processes()
