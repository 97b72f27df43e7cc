"""What the stage of a bench does to its wall while it is measured: cameras called, layouts changed.

GUI thread of the stage.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from config.site import CameraId
from console.state.layouts import LayoutId
from console.state.tiles import WHOLE, TileAddress, WindowId
from console.state.wall import WallState
from console.views.wall_view import WallView

#: Between two calls and between two changes of the arrangement.
CALL_EVERY_MS = 1500
CHANGE_EVERY_MS = 700
#: How often it is looked whether a called camera is painted: the error of the figure.
LOOK_MS = 4
#: A called camera that shows nothing within this has failed.
CALL_DEADLINE_S = 10.0


class Calls(QObject):
    """Calls cameras nobody holds yet, one after the other, each into another tile.

    `delays_s`: from each call to its first painted picture; `CALL_DEADLINE_S` where none came.
    """

    def __init__(self, parent: QObject, view: WallView, wall: WallState) -> None:
        super().__init__(parent)
        self._view, self._wall = view, wall
        self.delays_s: list[float] = []
        self._waiting: list[CameraId] = []
        self._tile = 0
        self._painted = 0
        self._called_s = 0.0
        self._look_timer = QTimer(self)
        self._look_timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._look_timer.setInterval(LOOK_MS)
        self._look_timer.timeout.connect(self._look)
        self._done: Callable[[], None] = lambda: None

    def begin(self, cameras: Sequence[CameraId], done: Callable[[], None]) -> None:
        self._waiting, self._done = list(cameras), done
        QTimer.singleShot(CALL_EVERY_MS, self, self._call)

    @Slot()
    def _call(self) -> None:
        if not self._waiting:
            self._done()
            return
        camera_id = self._waiting.pop(0)
        address = TileAddress(self._view.window_id, self._tile)
        self._called_s = time.monotonic()
        self._wall.call(camera_id, address)
        self._painted = self._view.tile_painters[self._tile].frame_count
        self._look_timer.start()

    @Slot()
    def _look(self) -> None:
        passed_s = time.monotonic() - self._called_s
        is_painted = self._view.tile_painters[self._tile].frame_count > self._painted
        if is_painted or passed_s > CALL_DEADLINE_S:
            self._look_timer.stop()
            self.delays_s.append(min(passed_s, CALL_DEADLINE_S))
            self._tile += 1
            QTimer.singleShot(CALL_EVERY_MS, self, self._call)


class Changes(QObject):
    """Changes the arrangement without a pause: layouts, full tile, zoom, order, selection.

    `count`: changes made so far.
    """

    def __init__(self, parent: QObject, wall: WallState, window_id: WindowId) -> None:
        super().__init__(parent)
        self._wall, self._window_id = wall, window_id
        self._layout = wall.window(window_id).layout_id
        self.count = 0
        self._acts: tuple[Callable[[], None], ...] = (
            lambda: wall.set_layout(window_id, LayoutId("4x4")),
            lambda: wall.swap(self._at(0), self._at(9)),
            lambda: wall.set_layout(window_id, LayoutId("1+7")),
            lambda: wall.set_region(self._at(0), (0.2, 0.2, 0.7, 0.7)),
            lambda: wall.set_region(self._at(0), WHOLE),
            lambda: wall.set_layout(window_id, self._layout),
            lambda: wall.toggle_full(self._at(5)),
            lambda: wall.toggle_full(self._at(5)),
            lambda: wall.select(self._at(7)),
            lambda: wall.set_layout(window_id, LayoutId("8x8")),
            lambda: wall.set_layout(window_id, self._layout),
        )
        timer = QTimer(self)
        timer.setInterval(CHANGE_EVERY_MS)
        timer.timeout.connect(self._change)
        timer.start()

    def _at(self, index: int) -> TileAddress:
        return TileAddress(self._window_id, index)

    @Slot()
    def _change(self) -> None:
        self._acts[self.count % len(self._acts)]()
        self.count += 1
