"""SheetWork: makes the map's sheets between the frames, never more of a frame than is left of it.

Threads: GUI thread only.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from console.views.map_layers.sheet import Sheet

#: A sheet is made this long at a time, this often.
SLICE_MS = 5.0
WORK_MS = 5
#: Paint and work of one frame together: what is left of 16 ms is for the rest of the console.
FRAME_MS = 9.0
#: The same while nobody drags or zooms: the wall beside it is painted 25 times a second.
REST_MS = 12.0
#: Less than this is not worth beginning.
SLICE_LEAST_MS = 1.0
FRAME_S = 1 / 60


class SheetWork(QObject):
    """`painted` after every frame of the map; `step` is what the timer does."""

    def __init__(self, sheets: Sequence[Sheet], view: QWidget) -> None:
        super().__init__(view)
        self._sheets = sheets
        self._turn = 0
        self._left_ms, self._frame_until_s = REST_MS, 0.0
        #: A finished sheet is shown with the next frame, not with one of its own.
        self._show = QTimer(self, singleShot=True, interval=round(FRAME_S * 1000))
        self._show.timeout.connect(view.update)
        self._timer = QTimer(self, interval=WORK_MS)
        self._timer.timeout.connect(self.step)

    @property
    def is_needed(self) -> bool:
        """Some sheet is being made."""
        return any(sheet.is_working for sheet in self._sheets)

    def painted(self, began_s: float, took_ms: float, *, is_moving: bool) -> None:
        """The map was painted: the work takes what is left of this frame."""
        self._show.stop()
        whole_ms = FRAME_MS if is_moving else REST_MS
        self._left_ms, self._frame_until_s = whole_ms - took_ms, began_s + FRAME_S
        if not self._timer.isActive() and self.is_needed:
            self._timer.start()

    def step(self) -> None:
        """Goes on with the sheets that are being made, in turns; has them shown when they are there.

        In turns, so that neither starves: a moving crowd always has another sheet to make, and a
        map that is dragged fast always another ground.
        """
        making = [sheet for sheet in self._sheets if sheet.is_working]
        now_s = time.perf_counter()
        if now_s > self._frame_until_s:  # nothing is painted meanwhile
            self._left_ms, self._frame_until_s = REST_MS, now_s + FRAME_S
        slice_ms = min(SLICE_MS, self._left_ms)
        if making and slice_ms >= SLICE_LEAST_MS:
            self._turn += 1
            if making[self._turn % len(making)].work(slice_ms):
                self._show.start()
            self._left_ms -= (time.perf_counter() - now_s) * 1e3
        if not self.is_needed:
            self._timer.stop()

    def stop(self) -> None:
        """Nobody looks: what is half made is dropped."""
        self._timer.stop()
        for sheet in self._sheets:
            sheet.stop()
