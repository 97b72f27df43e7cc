"""WallMarks: which tiles tour, which wait for a person, which follow the selection; and the touch.

Small plates over a wall view, one per marked tile; a press or a turn of the wheel on a touring tile
pauses its tour. Decides nothing.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QLabel

from console.state.arrangement import Arrangement
from console.state.keys import CommandId
from console.state.tiles import TileAddress, WindowId
from console.state.tour_runs import TourRun, TourState
from console.views import theme
from console.views.act_bar import key_text
from console.views.tile_look import text_px
from console.views.wall_view import WallView
from console.views.words import translate


class WallMarks(QObject):
    """Belongs to `view`."""

    def __init__(self, view: WallView, arrangement: Arrangement) -> None:
        super().__init__(view)
        self._view = view
        self._wall, self._runs = arrangement.wall, arrangement.runs
        self._plates: dict[int, QLabel] = {}
        self._disconnect = [
            self._runs.changed.connect(self.refresh),
            self._wall.window_changed.connect(self._on_window),
        ]
        view.installEventFilter(self)
        self.refresh()

    def release(self) -> None:
        """Lets go of the wall. Twice is harmless."""
        for disconnect in self._disconnect:
            disconnect()
        self._disconnect = []
        self._view.removeEventFilter(self)

    @property
    def texts(self) -> dict[int, str]:
        """What each marked tile says."""
        return {index: plate.text() for index, plate in self._plates.items()}

    def refresh(self) -> None:
        wanted: dict[int, str] = {}
        if self._view.window_id in self._wall.windows:
            for index in self._view.tile_painters:
                text = self._text(TileAddress(self._view.window_id, index))
                if text:
                    wanted[index] = text
        for index in [i for i in self._plates if i not in wanted]:
            self._plates.pop(index).deleteLater()
        for index, text in wanted.items():
            self._place(index, text)

    def _text(self, address: TileAddress) -> str:
        run = self._runs.run_on(address)
        if run is not None:
            return _tour_text(run)
        if self._wall.tile(address).hotspot:
            return "◎ " + translate("Tour", "hotspot")
        return ""

    def _place(self, index: int, text: str) -> None:
        painter = self._view.tile_painters[index]
        plate = self._plates.get(index)
        if plate is None:
            plate = self._plates[index] = QLabel(self._view)
            plate.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            plate.show()
        ratio = self._view.devicePixelRatioF()
        size = text_px(painter.rect.height(), 1.0)
        run = self._runs.run_on(TileAddress(self._view.window_id, index))
        is_waiting = run is not None and run.state is TourState.PAUSED
        ink = theme.DARK.amber if is_waiting else theme.DARK.text
        plate.setStyleSheet(
            f"background: rgba(14, 17, 22, 0.72); color: {ink}; font-size: {size}px;"
            f" border-radius: 4px; padding: {size // 4}px {size // 2}px;"
        )
        plate.setText(text)
        plate.adjustSize()
        left = round(painter.rect.left() / ratio) + 6
        bottom = round(painter.rect.bottom() / ratio)
        plate.move(left, bottom - plate.height() - round(size * 1.62) - 12)

    def _on_window(self, window_id: WindowId) -> None:
        if window_id == self._view.window_id:
            self.refresh()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.Resize, QEvent.Type.LanguageChange, QEvent.Type.Show):
            self.refresh()
        elif isinstance(event, QMouseEvent) and kind == QEvent.Type.MouseButtonPress:
            if event.button() == Qt.MouseButton.LeftButton:
                self._touch(event.position().toPoint())
        elif isinstance(event, QWheelEvent):
            self._touch(event.position().toPoint())
        return False

    def _touch(self, at: QPoint) -> None:
        painter = self._view.tile_at(at)
        if painter is not None:
            self._runs.touched(painter.address)


def _tour_text(run: TourRun) -> str:
    name = run.tour.name or translate("Tour", "all cameras")
    where = f"{run.step + 1}/{len(run.tour.steps)}"
    if run.state is TourState.RUNNING:
        return f"▶ {name} {where}"
    waits = translate("Tour", "paused")
    return f"❚❚ {name} {where} · {waits} · {key_text(CommandId.TOUR)} ▶"
