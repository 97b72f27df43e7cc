"""WallCards: palette, key sheet, notices and digits over a wall window, which has nothing else.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from console.state.keys import CommandId
from console.state.session import ConsoleSession
from console.state.tiles import TileAddress
from console.views.key_sheet import KeySheet
from console.views.palette import Palette
from console.views.status_line import DigitBadge, NoticeLine
from console.views.wall_window import WallWindow


class WallCards(QObject):
    """Belongs to `window` and goes with it."""

    def __init__(self, session: ConsoleSession, window: WallWindow) -> None:
        super().__init__(window)
        self._wall = session.wall
        self._spans = session.arrangement.spans
        self._map_span = session.arrangement.map_span
        self._window = window
        self.palette_card = Palette(session, window)
        self.key_sheet = KeySheet(window)
        self.digit_badge = DigitBadge(session, window)
        self.notice_line = NoticeLine(session, window)
        window.installEventFilter(self)

    def release(self) -> None:
        """Lets go of the session; the widgets go with the window."""
        self._window.removeEventFilter(self)
        self.palette_card.release()
        self.notice_line.release()

    def run(self, command_id: CommandId) -> bool:
        """Does a command on this window; False for one that is not this window's."""
        if command_id is CommandId.PALETTE:
            self._window.show_pointer()
            self.palette_card.open()
        elif command_id is CommandId.KEY_SHEET:
            self.key_sheet.toggle()
        elif command_id is CommandId.BACK:
            self._step_back()
        else:
            return False
        return True

    def _step_back(self) -> None:
        if self.key_sheet.isVisible():
            self.key_sheet.hide()
        elif self.palette_card.isVisible():
            self.palette_card.close_palette()
        elif self._map_span.is_open:
            self._map_span.end()
        elif self._spans.span is not None:
            self._spans.end()
        else:
            full = self._wall.window(self._window.window_id).full_index
            if full is not None:
                self._wall.toggle_full(TileAddress(self._window.window_id, full))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.notice_line.place()
        elif event.type() == QEvent.Type.LanguageChange:
            self.palette_card.retranslate()
        return False
