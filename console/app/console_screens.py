"""SeatScreens: the wall windows of a seat, one per further monitor (every monitor for `wall`).

Threads: GUI thread only.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QApplication

from console.app.console_arrangement import SeatArrangement
from console.bridge.clips import SeatNames
from console.bridge.heartbeat import Watched
from console.bridge.tile_image import PictureSource
from console.state.keys import CommandId
from console.state.profiles import Profile
from console.state.session import ConsoleSession
from console.state.tiles import WindowId
from console.state.wall_first import fill_new_window
from console.views.camera_preview import Thumbnails
from console.views.commander import Commander
from console.views.compositor import CompositorMaker
from console.views.key_router import KeyRouter
from console.views.wall_cards import WallCards
from console.views.wall_directory import WallDirectory
from console.views.wall_view import WallView
from console.views.wall_window import WallScreens, WallWindow


class SeatScreens:
    """Opens, fills and closes the wall windows."""

    def __init__(
        self,
        application: QApplication,
        session: ConsoleSession,
        source: PictureSource,
        names: SeatNames,
        router: KeyRouter,
        arrangement: SeatArrangement,
        commander: Commander,
        *,
        profile: Profile,
        screen_count: int | None,
        thumbnails: Thumbnails | None = None,
        compositor: CompositorMaker | None = None,
    ) -> None:
        self._application = application
        self._session = session
        self._router = router
        self._arrangement = arrangement
        self._commander = commander
        self._cards: dict[WindowId, WallCards] = {}
        self._profile = profile
        self._screen_count = screen_count
        self._thumbnails = thumbnails
        self._directories: dict[WindowId, WallDirectory] = {}
        self._screens = WallScreens(
            session.wall, source, names,
            wanted=self._is_wall_screen, on_open=self._on_open, on_close=self._on_close,
            tools=session.tools, compositor=compositor,
        )  # fmt: skip

    def start(self) -> None:
        """Opens the windows; the board has none."""
        if self._profile is not Profile.BOARD:
            self._screens.start()

    @property
    def window_ids(self) -> tuple[WindowId, ...]:
        """The wall windows that are on a monitor now, in the order they came."""
        return tuple(self._screens.windows)

    def watched(self) -> list[Watched]:
        """The wall windows for the watchdog: each paints its clock every second."""
        return [
            Watched(window, partial(getattr, window, "paint_count"))
            for window in self._screens.windows.values()
        ]

    def toggle_directory(self) -> None:
        """The camera directory over the wall window of the selected tile, or the first one."""
        shown = self.window_ids
        selected = self._session.wall.selected
        here = selected.window_id if selected is not None else None
        window_id = here if here in shown else next(iter(shown), None)
        if window_id is not None:
            self._directories[window_id].toggle()

    def set_names(self, names: SeatNames) -> None:
        for window in self._screens.windows.values():
            window.view.set_names(names)

    def view_of(self, window_id: WindowId) -> WallView | None:
        """The tiles of a wall window that is open."""
        window = self._screens.windows.get(window_id)
        return None if window is None else window.view

    @property
    def open_windows(self) -> tuple[WindowId, ...]:
        """The wall windows that are on a monitor now."""
        return tuple(self._screens.windows)

    def run_command(self, command_id: CommandId) -> bool:
        """Does a command on the wall window the person works in; False when it is none of them."""
        active = self._application.activeWindow()
        if not isinstance(active, WallWindow):
            return False
        cards = self._cards.get(active.window_id)
        return cards is not None and cards.run(command_id)

    def close(self) -> None:
        self._screens.close()

    def _is_wall_screen(self, screen: QScreen) -> bool:
        screens = self._application.screens()
        count = self._screen_count or len(screens)
        if screen not in screens[:count]:
            return False
        return self._profile is Profile.WALL or screen is not self._application.primaryScreen()

    def _on_open(self, window: WallWindow) -> None:
        cameras = [camera.id for camera in self._session.site.cameras if camera.enabled]
        fill_new_window(self._session.wall, window.window_id, cameras)
        self._directories[window.window_id] = WallDirectory(self._session, window, self._thumbnails)
        cards = WallCards(self._session, window)
        self._cards[window.window_id] = cards
        cards.palette_card.chosen.connect(self._commander.choose)
        self._router.digits_changed.connect(cards.digit_badge.show_digits)
        self._arrangement.attach(window.view)
        self._arrangement.add_to_bar(window.chrome)
        self._router.watch(window)
        self._arrangement.spans.set_windows(self._screens.windows.values())

    def _on_close(self, window: WallWindow) -> None:
        self._cards.pop(window.window_id).release()
        self._arrangement.detach(window.window_id)
        self._arrangement.spans.set_windows(self._screens.windows.values())
