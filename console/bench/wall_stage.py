"""The console of a bench: a real wall view on a real lease, in a process of its own.

Started as `python -m console.bench.wall_stage JOB`, JOB being a `StageJob` as JSON. Writes one
JSON line a step on standard output: `pictures` when every tile has one, `live` when measuring
begins, `done` with a `StageResult` when the time is over. It reads its pictures back from the window's own pixels.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QRect, QTimer, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from config.site import Camera, CameraId
from console.bench import timecode
from console.bridge.frame_pump import FramePump
from console.state.directory import CameraDirectory
from console.state.layouts import smallest_grid
from console.state.tiles import Aspect
from console.state.wall import MAIN_WINDOW, WallState
from console.views import theme
from console.views.wall_view import WallView
from ingest.cameras.lease import CameraLease, RuntimeInfo
from ingest.heap import settle_heap

#: The event loop is asked to come back this often; what it is late is a stall. Not more often: each
#: beat is a wake-up that would count as the product's CPU.
HEARTBEAT_MS = 20
LIVE_DEADLINE_S = 40.0
#: A picture is compared where no plate of the tile lies: share of the height left out above and below.
PLATE_SHARE = 0.14


class StageJob(Struct, frozen=True):
    """What the stage plays.

    Attributes:
        urls: one camera each, `cam-0` first.
        tile_width_px, tile_height_px: size of every tile, device pixels.
        samples_folder: where painted tiles are written as `.npy` for comparison; None: nowhere.
        latencies: note when each picture number was first seen painted.
        is_exact: decode without short-cuts, as the limit does.
        settle_s: from the last tile's first picture to the begin: every start-up is over then, the
            broker's spare process included.
    """

    runtime_folder: str
    site_folder: str
    urls: tuple[str, ...]
    tile_width_px: int
    tile_height_px: int
    seconds: float
    samples_folder: str | None = None
    latencies: bool = False
    is_exact: bool = False
    settle_s: float = 4.5


class PaintedPicture(Struct, frozen=True):
    """One picture read back from the window: tile, its number, when it was there."""

    tile: int
    number: int
    mono_ns: int


class StageResult(Struct, frozen=True):
    """What was measured between `live` and the end.

    `dropped`: pictures that came into a ring and were never painted; `shed`: cameras whose rate
    ingest had reduced at the end.
    """

    seconds: float
    frames: tuple[int, ...]
    paints: int
    repaints: int
    stall_ms_max: float
    paint_ms_max: float
    platform: str
    dropped: int = 0
    shed: int = 0
    pictures: tuple[PaintedPicture, ...] = ()


class Stage(QObject):
    """The wall of the bench, from first picture to result."""

    def __init__(self, job: StageJob) -> None:
        super().__init__()
        self._job = job
        cameras = [
            Camera(CameraId(f"cam-{i}"), f"bench {i}", url) for i, url in enumerate(job.urls)
        ]
        directory = CameraDirectory(cameras)
        self._lease = CameraLease(
            RuntimeInfo(job.site_folder, job.runtime_folder, is_exact=job.is_exact)
        )
        self._lease.start()
        self._wall = WallState()
        layout_id = smallest_grid(len(cameras))
        self._wall.open_window(MAIN_WINDOW, layout_id)
        self._wall.fill([camera.id for camera in cameras])
        for address in self._wall.addresses():
            self._wall.set_aspect(address, Aspect.FILL)
        self._pump = FramePump(self._wall, self._lease, directory.camera)
        self._view = WallView(self._wall, MAIN_WINDOW, self._pump, directory, show_clock=False)
        side = round(len(self._wall.window(MAIN_WINDOW).tiles) ** 0.5)
        gaps = 2 * (side - 1)
        self._view.resize(job.tile_width_px * side + gaps, job.tile_height_px * side + gaps)
        self._view.show()
        self._began = time.monotonic()
        self._beat_at = self._began
        self._stall_s = 0.0
        self._frames_before: dict[int, int] = {}
        self._paints_before = (0, 0)
        self._dropped_before = 0
        self._seen: dict[int, int] = {}
        self._counts_read: dict[int, int] = {}
        self._pictures: list[PaintedPicture] = []
        self._sample_count = 0
        self._live_timer = self._timer(50, self._look_live)
        self._beat_timer = QTimer(self)
        self._read_timer = QTimer(self)

    def _timer(self, interval_ms: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        timer.start()
        return timer

    @Slot()
    def _look_live(self) -> None:
        painters = list(self._view.tile_painters.values())[: len(self._job.urls)]
        if all(painter.frame_count > 0 for painter in painters):
            self._live_timer.stop()
            _tell("pictures", {"after_s": time.monotonic() - self._began})
            QTimer.singleShot(round(self._job.settle_s * 1000), self._begin)
        elif time.monotonic() - self._began > LIVE_DEADLINE_S:
            missing = [p.address.index for p in painters if p.frame_count == 0]
            _tell("failed", {"missing": missing})
            self._end()

    @Slot()
    def _begin(self) -> None:
        settle_heap()  # as the console does at its start
        _tell("live", {"after_s": time.monotonic() - self._began})
        self._frames_before = self._frame_counts()
        self._paints_before = (self._view.painting.paint_count, self._view.repaint_count)
        self._dropped_before = self._dropped_count()
        self._view.painting.longest_paint_ms = 0.0
        self._began = self._beat_at = time.monotonic()
        self._beat_timer = self._timer(HEARTBEAT_MS, self._beat)
        if self._job.latencies:
            self._read_timer.setSingleShot(True)
            self._read_timer.timeout.connect(self._read_back)
            self._view.installEventFilter(self)
        if self._job.samples_folder is not None:
            self._timer(round(self._job.seconds * 1000 / 12), self._sample)
        QTimer.singleShot(round(self._job.seconds * 1000), self._finish)

    def _frame_counts(self) -> dict[int, int]:
        return {i: p.frame_count for i, p in self._view.tile_painters.items()}

    def _dropped_count(self) -> int:
        feeds = [self._pump.feed(address) for address in self._wall.addresses()]
        return sum(feed.dropped_count for feed in feeds if feed is not None)

    @Slot()
    def _beat(self) -> None:
        now = time.monotonic()
        self._stall_s = max(self._stall_s, now - self._beat_at - HEARTBEAT_MS / 1e3)
        self._beat_at = now

    # -- reading the window

    def _pixels(self) -> NDArray[np.uint8]:
        """The window's own picture: a view into its backing store."""
        device = self._view.backingStore().paintDevice()
        assert isinstance(device, QImage)
        flat = np.frombuffer(device.constBits(), np.uint8)
        lines = flat.reshape(device.height(), device.bytesPerLine())
        return lines[:, : device.width() * 4].reshape(device.height(), device.width(), 4)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A paint event is followed by a look at what it left in the window."""
        if event.type() == QEvent.Type.Paint:
            self._read_timer.start(0)
        return False

    @Slot()
    def _read_back(self) -> None:
        """Notes every picture number that was not in the window a moment ago."""
        now = time.monotonic_ns()
        pixels = self._pixels()
        for index, painter in self._view.tile_painters.items():
            if self._counts_read.get(index) == painter.frame_count:
                continue
            self._counts_read[index] = painter.frame_count
            number = timecode.read(_tile(pixels, painter.rect))
            if number is not None and self._seen.get(index) != number:
                self._seen[index] = number
                self._pictures.append(PaintedPicture(index, number, now))

    @Slot()
    def _sample(self) -> None:
        """Writes one painted tile, to be compared with a full decode of the same picture."""
        index = self._sample_count * 5 % len(self._job.urls)
        self._sample_count += 1
        tile = _tile(self._pixels(), self._view.tile_painters[index].rect)
        number = timecode.read(tile)
        if number is not None and self._job.samples_folder is not None:
            name = f"{self._sample_count:02d}-{index}-{number}.npy"
            np.save(Path(self._job.samples_folder) / name, tile)

    # -- the end

    @Slot()
    def _finish(self) -> None:
        counts = self._frame_counts()
        result = StageResult(
            seconds=time.monotonic() - self._began,
            frames=tuple(
                counts[i] - self._frames_before.get(i, 0) for i in range(len(self._job.urls))
            ),
            paints=self._view.painting.paint_count - self._paints_before[0],
            repaints=self._view.repaint_count - self._paints_before[1],
            stall_ms_max=self._stall_s * 1e3,
            paint_ms_max=self._view.painting.longest_paint_ms,
            platform=QApplication.platformName(),
            dropped=self._dropped_count() - self._dropped_before,
            shed=sum(s.shed_fps is not None for s in self._lease.status().values()),
            pictures=tuple(self._pictures),
        )
        _tell("done", msgspec.to_builtins(result))
        # the parent measures the processes before they leave: it answers when it has
        sys.stdin.readline()
        self._end()

    def _end(self) -> None:
        for timer in self.findChildren(QTimer):
            timer.stop()
        self._view.release()
        self._pump.close()
        self._lease.close()
        QApplication.quit()


def _tile(pixels: NDArray[np.uint8], rect: QRect) -> NDArray[np.uint8]:
    return pixels[rect.top() : rect.bottom() + 1, rect.left() : rect.right() + 1]


def _tell(step: str, content: object) -> None:
    sys.stdout.write(msgspec.json.encode({"step": step, "content": content}).decode() + "\n")
    sys.stdout.flush()


def main(argument: str) -> int:
    """Runs one job; 0 when it came to its end."""
    if "DISPLAY" not in os.environ:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    theme.use(application)
    job = msgspec.json.decode(argument, type=StageJob)
    stage = Stage(job)
    code = application.exec()
    stage.deleteLater()
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
