"""The console of a bench: a real wall view on a real lease, in a process of its own.

Started by `console.bench.stage_job`. Writes one JSON line a step on standard output: `pictures` when every tile has one, `live` when measuring
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
import psutil
from msgspec import Struct
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QRect, QTimer, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from config.site import Camera, CameraId
from console.bench import timecode
from console.bench.beat import Lateness
from console.bench.gui_watch import HandlerTime, LoopBeat, WatchedApplication
from console.bench.painted import PaintedNumbers
from console.bench.stage_acts import Calls, Changes
from console.bench.stage_job import StageJob
from console.bridge.frame_pump import FramePump
from console.state.directory import CameraDirectory
from console.state.layouts import smallest_grid
from console.state.tiles import Aspect
from console.state.wall import MAIN_WINDOW, WallState
from console.views import theme
from console.views.wall_view import WallView
from ingest.cameras.health import StreamState
from ingest.cameras.lease import CameraLease
from ingest.heap import settle_heap

#: The event loop is asked to come back this often; what it is late is a stall. Not more often: each
#: beat is a wake-up that would count as the product's CPU.
HEARTBEAT_MS = 20
LIVE_DEADLINE_S = 40.0


class WallComplete(Struct, frozen=True):
    """Seconds from the begin of the process, and from its first want, to the last tile's picture."""

    from_process_s: float
    from_wants_s: float


class StageResult(Struct, frozen=True):
    """What was measured between `live` and the end.

    `dropped`: pictures that came into a ring and were never painted; `shed`: cameras whose rate
    ingest had reduced at the end; `live`: cameras whose stream was live at the end.
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
    live: int = 0
    called_s: tuple[float, ...] = ()
    changes: int = 0
    late: Lateness | None = None
    handlers: tuple[HandlerTime, ...] = ()
    event_count: int = 0


class Stage(QObject):
    """The wall of the bench, from first picture to result."""

    def __init__(self, job: StageJob, lease: CameraLease) -> None:
        super().__init__()
        self._job = job
        cameras = [
            Camera(CameraId(f"cam-{i}"), f"bench {i}", url)
            for i, url in enumerate((*job.urls, *job.called_urls))
        ]
        directory = CameraDirectory(cameras)
        self._lease = lease
        self._wall = WallState()
        layout_id = smallest_grid(len(job.urls))
        self._wall.open_window(MAIN_WINDOW, layout_id)
        self._wall.fill([camera.id for camera in cameras[: len(job.urls)]])
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
        self._called = tuple(camera.id for camera in cameras[len(job.urls) :])
        self._calls = Calls(self, self._view, self._wall)
        self._changes: Changes | None = None
        self._beats: LoopBeat | None = None
        self._painted: PaintedNumbers | None = None
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
            born_s = time.time() - psutil.Process().create_time()
            _tell("pictures", WallComplete(born_s, time.monotonic() - self._began))
            if self._job.is_hidden:
                self._view.hide()
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
        if self._job.stamps is not None:
            self._painted = PaintedNumbers(Path(self._job.stamps), len(self._job.urls))
            self._read_timer.setSingleShot(True)
            self._read_timer.timeout.connect(self._read_back)
            self._view.installEventFilter(self)
        if self._job.is_watched:
            self._watch()
        if self._job.changes:
            self._changes = Changes(self, self._wall, MAIN_WINDOW)
        if self._job.samples_folder is not None:
            self._timer(round(self._job.seconds * 1000 / 12), self._sample)
        if self._called:
            self._calls.begin(self._called, self._finish)
        else:
            QTimer.singleShot(round(self._job.seconds * 1000), self._finish)

    def _watch(self) -> None:
        self._beats = LoopBeat(self)
        application = QApplication.instance()
        if isinstance(application, WatchedApplication):
            # once the event is over that begins the measurement: it is not the product's
            QTimer.singleShot(0, self, application.times.begin)

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
        if self._painted is None:
            return
        now_ns = time.monotonic_ns()
        pixels = self._pixels()
        for index, painter in self._view.tile_painters.items():
            if self._painted.is_new(index, painter.frame_count):
                number = timecode.read(_tile(pixels, painter.rect))
                self._painted.note(index, number, now_ns)

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
        statuses = self._lease.status().values()
        application = QApplication.instance()
        times = application.times if isinstance(application, WatchedApplication) else None
        result = StageResult(
            seconds=time.monotonic() - self._began,
            frames=tuple(
                counts.get(i, 0) - self._frames_before.get(i, 0) for i in range(len(self._job.urls))
            ),
            paints=self._view.painting.paint_count - self._paints_before[0],
            repaints=self._view.repaint_count - self._paints_before[1],
            stall_ms_max=self._stall_s * 1e3,
            paint_ms_max=self._view.painting.longest_paint_ms,
            platform=QApplication.platformName(),
            dropped=self._dropped_count() - self._dropped_before,
            shed=sum(s.shed_fps is not None for s in statuses),
            live=sum(s.health.state is StreamState.LIVE for s in statuses),
            called_s=tuple(self._calls.delays_s),
            changes=0 if self._changes is None else self._changes.count,
            late=None if self._beats is None else self._beats.lateness(),
            handlers=() if times is None else times.dearest(),
            event_count=0 if times is None else times.count,
        )
        if self._painted is not None and self._job.delays_file is not None:
            self._painted.save(Path(self._job.delays_file))
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


def play(job: StageJob, lease: CameraLease) -> int:
    """Runs one job on a started lease and closes it; 0 when it came to its end."""
    if "DISPLAY" not in os.environ:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = WatchedApplication() if job.is_watched else QApplication([])
    theme.use(application)
    stage = Stage(job, lease)
    code = application.exec()
    stage.deleteLater()
    return code
