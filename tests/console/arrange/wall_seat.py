"""Child process of the arrangement's window tests: a seat with real windows, still pictures, and a hub
if one is named. Says what it shows as JSON lines; reads words from standard input:

`state` · `language zh_CN|en` · `alarm CAMERA_NUMBER [over]` · `quit`.

Arguments: folder, profile, seat, query address of a hub (or `-`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from config.site import HubAddresses, Language
from console.app.console_arrangement import SeatArrangement
from console.app.console_feed import SeatFeed
from console.app.console_screens import SeatScreens
from console.bridge.clips import ClipShelf, SeatNames
from console.bridge.desk_line import Asks, DeskLine
from console.bridge.evidence_cache import EvidenceCache
from console.bridge.gui_thread import Errands
from console.state.keys import CommandId
from console.state.layouts import LayoutId
from console.state.profiles import Profile
from console.state.seat_memory import SeatMemory
from console.state.session import ConsoleSession
from console.state.tiles import TileAlarm
from console.state.wall import MAIN_WINDOW, WallState
from console.views import theme
from console.views.commander import Commander
from console.views.key_router import KeyRouter
from console.views.language import Translators
from console.views.main_window import MainWindow
from console.views.wall_view import WallView
from ingest.clock import SystemClock
from ingest.feed.query import QueryClient
from tests.console.arrange.seat_state import arrangement_state
from tests.console.seat_kit import fake_site
from tests.console.views.fake_seat import FakeHub, FakePictures, picture_bytes
from vision.alerts import AlertKind


class Seat:
    """What `ConsoleApp` puts together, without cameras and clips."""

    def __init__(
        self, application: QApplication, folder: Path, profile: Profile, seat: str, query: str
    ) -> None:
        self.application = application
        theme.use(application)
        self.translators = Translators(application)
        self.clock = SystemClock()
        site = msgspec.structs.replace(
            fake_site(folder, camera_count=40), hub=HubAddresses(query=query)
        )
        self.wall = WallState(self._camera_of_number)
        self.session = ConsoleSession(site, self.wall, self.clock)
        self.errands = Errands(1)
        self.hub: Asks = FakeHub() if query == "-" else QueryClient(query)
        pictures = FakePictures(self.wall, self.clock)
        clips = ClipShelf(folder, self.errands, picture_bytes)
        names = SeatNames(self.session.directory, clips)
        desk = DeskLine(self.session, self.hub, self.errands, seat)
        self.commander = Commander(self.session, desk, lambda _act, _row: None)
        self.router = KeyRouter(application, self.clock)
        memory = SeatMemory(is_maximized=False, geometry=(0, 0, 1920, 1080))
        self.arrangement = SeatArrangement(
            self.session, self.hub, self.errands, seat, profile, memory
        )
        self.feed = None if query == "-" else SeatFeed(self.session, memory)
        self.screens = SeatScreens(
            application, self.session, pictures, names, self.router, self.arrangement,
            self.commander, profile=profile, screen_count=None,
        )  # fmt: skip
        self.window: MainWindow | None = None
        if profile is Profile.SUBCENTRE:
            self._open_main(pictures, names, memory)
        self._connect()
        self.screens.start()

    def _camera_of_number(self, number: int) -> Any:
        camera = self.session.directory.by_number(number)
        return None if camera is None else camera.id

    def _open_main(self, pictures: FakePictures, names: SeatNames, memory: SeatMemory) -> None:
        self.wall.open_window(MAIN_WINDOW, LayoutId("3x2"))
        self.wall.fill([camera.id for camera in self.session.site.cameras])
        view = WallView(self.wall, MAIN_WINDOW, pictures, names, show_clock=False)
        cache = EvidenceCache(self.errands, picture_bytes)
        self.window = MainWindow(self.session, cache, view, Profile.SUBCENTRE)
        self.window.palette_card.chosen.connect(self.commander.choose)
        self.router.digits_changed.connect(self.window.digit_badge.show_digits)
        self.arrangement.attach(view, self.window.map_view)
        self.window.arrange(memory)
        self.router.watch(self.window)

    def _connect(self) -> None:
        self.router.command.connect(self.commander.run)
        self.router.camera_called.connect(self.commander.call_camera)
        self.commander.window_command.connect(self._on_window_command)
        if self.feed is not None:
            self.arrangement.follow(self.feed, self.commander, self.router)
            self.feed.start()
        else:
            self.commander.arrangement_chosen.connect(self.arrangement.choose)
        self.seconds = QTimer(interval=200)
        self.seconds.timeout.connect(self.session.tick)
        self.seconds.start()

    def _on_window_command(self, command_id: CommandId) -> None:
        if self.arrangement.run(command_id) or self.screens.run_command(command_id):
            return
        if self.window is not None:
            self.window.run_command(command_id)

    def alarm(self, number: str, over: str = "") -> None:
        """An alert of a camera frames its tiles, or is over."""
        camera_id = self._camera_of_number(int(number))
        if over:
            self.wall.alarms.cleared("alert")
            return
        now = self.clock.utc_ns()
        self.wall.alarms.raised(TileAlarm("alert", camera_id, AlertKind.SMOKE, "somewhere", now))

    def state(self) -> dict[str, Any]:
        return arrangement_state(self.application, self.session, self.arrangement, self.screens)

    def close(self) -> None:
        if self.feed is not None:
            self.feed.close()
        self.router.close()
        self.seconds.stop()
        self.screens.close()
        self.arrangement.close()
        self.errands.close()
        if isinstance(self.hub, QueryClient):
            self.hub.close()
        self.application.quit()


def main() -> int:
    folder, profile, name, query = sys.argv[1:5]
    application = QApplication([])
    application.setQuitOnLastWindowClosed(False)
    seat = Seat(application, Path(folder), Profile(profile), name, query)

    def heard() -> None:
        words = sys.stdin.readline().split()
        if not words or words[0] == "quit":
            seat.close()
            return
        if words[0] == "alarm":
            seat.alarm(*words[1:])
        if words[0] == "language":
            seat.translators.use(Language(words[1]))
        sys.stdout.write(json.dumps(seat.state()) + "\n")
        sys.stdout.flush()

    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(heard)
    sys.stdout.write(json.dumps(seat.state()) + "\n")
    sys.stdout.flush()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
