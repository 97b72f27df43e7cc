"""SeatWatch: what keeps watch at a seat — alarms on the wall, tones, what is put aside, the watchdog.

Joins parts; decides nothing. Threads: GUI thread only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QApplication, QWidget

from console.app.console_screens import SeatScreens
from console.bridge.heartbeat import Heartbeat, Watched
from console.bridge.shelf_line import ShelfLine
from console.bridge.tone_player import TonePlayer
from console.state.alarm_calls import AlarmCalls
from console.state.keys import CommandId
from console.state.session import ConsoleSession
from console.state.tiles import Tile, TileAddress, WindowId
from console.state.wall import MAIN_WINDOW
from console.views.attention import Attention
from console.views.live_desk import LiveDesk
from console.views.main_window import MainWindow
from console.views.shelf_desk import ShelfDesk
from console.views.sight_desk import SightDesk


class SeatWatch:
    """`open_main` once the main window is there, `start` when all are, `close` at the end."""

    def __init__(
        self,
        application: QApplication,
        session: ConsoleSession,
        screens: SeatScreens,
        shelf_line: ShelfLine,
        language: Callable[[], str],
    ) -> None:
        self._screens, self._shelf_line, self._session = screens, shelf_line, session
        self._application = application
        self.attention = Attention(session, self._ask_for_attention)
        self.tones = TonePlayer(application.beep, self.attention.tell_no_tones)
        self.attention.escalated.connect(self._escalate)
        self._window: MainWindow | None = None
        self._others: Sequence[QWidget] = ()
        self.shelves: ShelfDesk | None = None
        self._sights = SightDesk(session)
        self._live = LiveDesk(session)
        self.alarm_calls = AlarmCalls(session, self._windows_on_screen)
        session.arrangement.map_span.is_lent = self.alarm_calls.regions.holds
        self.heartbeat = Heartbeat(
            [sys.executable, "-m", "console.app.watchdog"], self._watched, language, session.clock
        )

    def open_main(self, window: MainWindow) -> None:
        """The main window's header and loss list show what is watched."""
        self._window = window
        self.shelves = ShelfDesk(self._session, self._shelf_line, window)
        window.header.lost_asked.connect(window.loss_list.toggle)
        window.loss_list.maintenance_asked.connect(self.shelves.maintenance)
        window.loss_list.end_asked.connect(self.shelves.end)
        window.header.mute_asked.connect(self.attention.toggle_mute)
        self.attention.mute_changed.connect(window.header.show_mute)
        self.alarm_calls.regions.waiting.changed.connect(window.header.show_waiting)

    def start(self, *others: QWidget | None) -> None:
        """All windows are open; `others`: besides main window and wall."""
        self._others = [one for one in others if one is not None]
        self.heartbeat.start()

    def tick(self) -> None:
        """Once a second."""
        self.alarm_calls.tick()

    def before(self) -> Mapping[TileAddress, Tile]:
        """What tiles hold that are lent to alarms now."""
        return self.alarm_calls.before()

    def run_command(self, command_id: CommandId) -> bool:
        """Does a command of ours; False for every other."""
        if command_id is CommandId.MUTE:
            self.attention.toggle_mute()
        elif command_id is CommandId.PUT_ASIDE:
            if self.shelves is not None:
                self.shelves.put_alerts_aside()
        else:
            return False
        return True

    def _escalate(self, case_id: str) -> None:
        settings = self._session.site.settings.attention
        self._shelf_line.escalate(case_id, settings.escalate_after_s, settings.escalate_to)

    def _ask_for_attention(self, priority: int) -> None:
        self.tones.play(priority)
        if self._window is not None:
            self._application.alert(self._window)

    def close(self) -> None:
        """Gives tiles back and ends the watchdog. Twice is harmless."""
        self.heartbeat.close()
        self.attention.close()
        self.tones.close()
        self.alarm_calls.close()

    def _windows_on_screen(self) -> tuple[WindowId, ...]:
        main = (MAIN_WINDOW,) if self._window is not None else ()
        return (*main, *self._screens.window_ids)

    def _watched(self) -> list[Watched]:
        main = [] if self._window is None else [self._window]
        return [*map(Watched, (*main, *self._others)), *self._screens.watched()]
