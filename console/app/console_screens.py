"""SeatScreens: the wall windows of a seat, one per further monitor (every monitor for `wall`).

Threads: GUI thread only.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QScreen
from PySide6.QtWidgets import QApplication

from console.bridge.clips import SeatNames
from console.bridge.heartbeat import Watched
from console.bridge.tile_image import PictureSource
from console.state.profiles import Profile
from console.state.session import ConsoleSession
from console.state.tiles import WindowId
from console.state.wall_first import fill_new_window
from console.views.camera_preview import Thumbnails
from console.views.key_router import KeyRouter
from console.views.status_line import DigitBadge
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
        *,
        profile: Profile,
        screen_count: int | None,
        thumbnails: Thumbnails | None = None,
    ) -> None:
        self._application = application
        self._session = session
        self._router = router
        self._profile = profile
        self._screen_count = screen_count
        self._thumbnails = thumbnails
        self._directories: dict[WindowId, WallDirectory] = {}
        self._screens = WallScreens(
            session.wall, source, names, wanted=self._is_wall_screen, on_open=self._on_open,
            tools=session.tools,
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
            Watched(window, partial(getattr, window.view, "paint_count"))
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
        badge = DigitBadge(self._session, window)
        self._router.digits_changed.connect(badge.show_digits)
        self._router.watch(window)
