"""A frame pump over real rings that the test makes and fills: no broker, no decoder."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot

from config.site import Camera, CameraId
from console.bridge.frame_pump import FramePump
from console.state.layouts import LayoutId
from console.state.tiles import TileAddress, WindowId
from console.state.wall import WallState
from console.state.wall_wants import ViewSize
from ingest.cameras.health import LossCause, StreamHealth, StreamState
from ingest.cameras.wants import (
    CameraSource,
    CameraStatus,
    FrameWant,
    ReplayWant,
    RingInfo,
    ring_key,
)
from ingest.frames.frame import ColourRange, Colours, WidthClass
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
