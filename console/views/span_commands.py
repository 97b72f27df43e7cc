"""SpanCommands: one camera over all monitors of the wall, and how wide their frames are.

Reads where the monitors are from Qt; what each shows is `console.state.spans`'.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QInputDialog

from console.state.keys import CommandId
from console.state.session import ConsoleSession
from console.state.spans import MonitorPlace
from console.views.map_span_desk import MapSpanDesk
from console.views.name_dialog import AskPerson, ask_person
from console.views.wall_window import WallWindow
from console.views.words import translate

BEZEL_MM_MOST = 80.0
MM_PER_INCH = 25.4


class SpanCommands(QObject):
    """`bezel_mm`: the frame of one monitor, as the person measured it."""

    def __init__(
        self,
        session: ConsoleSession,
        bezel_mm: float,
        map_span: MapSpanDesk,
        ask: AskPerson = ask_person,
    ) -> None:
        super().__init__()
        self._map_span = map_span
        self._session = session
        self._wall = session.wall
        self._spans = session.arrangement.spans
        self._ask = ask
        self._px_per_mm = 0.0
        self.bezel_mm = bezel_mm

    def set_windows(self, windows: Iterable[WallWindow]) -> None:
        """The wall windows that are on a monitor now."""
        places = []
        windows = list(windows)
        self._map_span.set_windows(windows)
        for window in windows:
            box = window.screen().geometry()
            self._px_per_mm = window.screen().physicalDotsPerInch() / MM_PER_INCH
            places.append(
                MonitorPlace(window.window_id, box.x(), box.y(), box.width(), box.height())
            )
        self._spans.bezel_px = self.bezel_mm * self._px_per_mm
        self._spans.set_monitors(places)
        self._session.arrangement.map_span.set_monitors(places, self._spans.bezel_px)

    def run(self, command_id: CommandId) -> bool:
        """Does a command of the key table; False for one that is somebody else's."""
        if command_id is CommandId.SPAN:
            self.toggle()
        elif command_id is CommandId.BEZEL:
            self.ask_bezel()
        else:
            return False
        return True

    def toggle(self) -> None:
        """The selected tile's camera over all monitors of the wall, or back."""
        self._session.arrangement.map_span.end()
        if self._spans.span is not None:
            self._spans.end()
            return
        selected = self._wall.selected
        camera_id = None if selected is None else self._wall.tile(selected).camera_id
        windows = list(self._spans.monitors)
        if camera_id is None:
            self._session.say(translate("Span", "Select a tile with a camera first"))
        elif len(windows) < 2:
            self._session.say(translate("Span", "The wall has one monitor only"))
        elif not self._spans.start(camera_id, windows):
            text = translate("Span", "Every monitor has a pinned tile: let one go first")
            self._session.say(text)

    def ask_bezel(self) -> None:
        """How wide the frames are, so that nothing is bent at them."""
        dialog = QInputDialog(QApplication.activeWindow())
        dialog.setWindowTitle(translate("Span", "Frames of the monitors"))
        dialog.setLabelText(translate("Span", "Width of one monitor's frame, mm"))
        dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
        dialog.setDoubleRange(0.0, BEZEL_MM_MOST)
        dialog.setDoubleDecimals(1)
        dialog.setDoubleValue(self.bezel_mm)
        dialog.setOkButtonText(translate("Name", "Save"))
        dialog.setCancelButtonText(translate("Name", "Back"))
        if self._ask(dialog):
            self.bezel_mm = dialog.doubleValue()
            bezel_px = self.bezel_mm * self._px_per_mm
            self._spans.set_bezel(bezel_px)
            map_span = self._session.arrangement.map_span
            map_span.set_monitors(self._spans.monitors.values(), bezel_px)
