"""SeatArrangement: joins layouts, scenes and tours of a seat with hub, feed, memory and windows.

Threads: GUI thread only.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

import msgspec
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMenu

from config.site import CameraId
from console.app.console_feed import SeatFeed
from console.bridge.desk_line import Asks
from console.bridge.frame_wants import picture_shape
from console.bridge.gui_thread import Errands
from console.bridge.library_line import LibraryLine
from console.bridge.tour_presets import TourPresets
from console.desk.scene_messages import SeatHere, SeatWindow
from console.state.finder import Found
from console.state.keys import CommandId
from console.state.profiles import Profile
from console.state.pushed_scenes import Push
from console.state.scenes import MapPosition
from console.state.seat_memory import SeatMemory
from console.state.session import ConsoleSession
from console.state.tiles import Tile, TileAddress, WindowId
from console.views.arranger import Arranger
from console.views.commander import Commander
from console.views.key_router import KeyRouter
from console.views.layout_menu import fill_layout_menu
from console.views.map_span_desk import MapSpanDesk
from console.views.map_view import MapView
from console.views.push_banner import PushBanner
from console.views.scene_commands import SceneCommands
from console.views.scene_menu import fill_scene_menu
from console.views.span_commands import SpanCommands
from console.views.wall_chrome import WallChrome
from console.views.wall_commands import WallCommands
from console.views.wall_marks import WallMarks
from console.views.wall_menu import WallMenu
from console.views.wall_view import WallView
from console.views.words import translate
from ingest.cameras.wants import CameraStatus

#: A seat tells the hub that it is there this often; the hub forgets it after three times that.
PRESENCE_MS = 10_000


class SeatArrangement:
    """The arrangement's parts of one seat, put together."""

    def __init__(
        self,
        session: ConsoleSession,
        client: Asks,
        errands: Errands,
        seat: str,
        profile: Profile,
        memory: SeatMemory,
        statuses: Callable[[], Mapping[CameraId, CameraStatus]] = dict,
    ) -> None:
        self._session = session
        state = session.arrangement
        state.layouts.restore(memory.layouts)
        self._presets = TourPresets(session, client, errands, seat)
        state.runs.step_shown.connect(self._presets.on_step)
        state.runs.restore(memory.tours)
        state.pushes.seat = seat
        state.spans.shape_of = self._shape_of
        self._statuses = statuses
        self._here = SeatHere(seat, profile.value)
        self.library = LibraryLine(client, errands, state, seat)
        self.arranger = Arranger(session, self.library)
        self.scenes = SceneCommands(session, self.library)
        self.tiles = WallCommands(session, self.library)
        self.map_span = MapSpanDesk(session)
        self.spans = SpanCommands(session, memory.bezel_mm, self.map_span)
        self._commander: Commander | None = None
        self._over: dict[WindowId, tuple[PushBanner, WallMarks]] = {}
        self._presence = QTimer(interval=PRESENCE_MS)
        self._presence.timeout.connect(self._tell_here)

    def follow(self, feed: SeatFeed, commander: Commander, router: KeyRouter) -> None:
        """The library is read when the feed is live and when it changed."""
        self._commander = commander
        feed.library_changed.connect(self.library.read)
        feed.library_changed.connect(self._tell_here)
        commander.arrangement_chosen.connect(self.choose)
        router.scene_called.connect(self.scenes.call_number)
        self._session.arrangement.pushes.arrived.connect(self._on_arrived)
        self._presence.start()

    def run(self, command_id: CommandId) -> bool:
        """Does a command of the key table; False for one that is somebody else's."""
        parts = (self.arranger, self.scenes, self.tiles, self.spans, self.map_span)
        return any(part.run(command_id) for part in parts)

    def _run_any(self, command_id: CommandId) -> None:
        """A row of a tile's menu, whoever does it."""
        if self._commander is not None:
            self._commander.run(command_id)

    def choose(self, found: Found) -> None:
        """Does what a line of the palette stands for."""
        self.arranger.choose(found)
        self.scenes.choose(found)
        self.tiles.choose(found)

    def attach(self, view: WallView, map_view: MapView | None = None) -> None:
        """A widget that shows a wall window gets menu, editor, marks and banner; `map_view`: the map
        that scenes keep and move."""
        if map_view is not None:
            self._follow_map(map_view)
        self.arranger.attach(view.window_id, view)
        self.tiles.attach(view)
        WallMenu(view, self._session, self.arranger, self.scenes, self.tiles, self._run_any)
        state = self._session.arrangement
        self._over[view.window_id] = (
            PushBanner(state, view.window_id, view),
            WallMarks(view, state),
        )

    def detach(self, window_id: WindowId) -> None:
        """The widget goes."""
        self.arranger.detach(window_id)
        self.tiles.detach(window_id)
        for part in self._over.pop(window_id, ()):
            part.release()

    def mark_texts(self) -> dict[WindowId, dict[int, str]]:
        """What the marked tiles of every window say."""
        return {window_id: marks.texts for window_id, (_, marks) in self._over.items()}

    def _follow_map(self, map_view: MapView) -> None:
        pushes, over_wall = self._session.arrangement.pushes, self._session.arrangement.map_span
        self.map_span.follow(map_view)

        def position() -> MapPosition:
            shown = map_view.projection
            own = MapPosition(shown.centre_x, shown.centre_y, shown.zoom)
            return over_wall.position or own

        def show(wanted: MapPosition) -> None:
            if not self.map_span.restore(wanted):
                map_view.restore((wanted.centre_x, wanted.centre_y), wanted.zoom)

        pushes.map_position = position
        pushes.map_wanted.connect(show)

    def close(self) -> None:
        """Twice is harmless."""
        self._presence.stop()
        self.map_span.release()
        for window_id in list(self._over):
            self.detach(window_id)

    def _on_arrived(self, _push: Push) -> None:
        """The banner says what came; one tone says that something did."""
        QApplication.beep()

    def _shape_of(self, camera_id: CameraId) -> tuple[int, int]:
        """A span is laid by the picture's true shape."""
        status = self._statuses().get(camera_id)
        return picture_shape(None if status is None else status.health)

    def _tell_here(self) -> None:
        windows = tuple(
            SeatWindow(window.id, len(window.layout.cells))
            for window in self._session.wall.windows.values()
        )
        self.library.tell_here(msgspec.structs.replace(self._here, windows=windows))

    def add_to_bar(self, chrome: WallChrome) -> None:
        """The bar of a wall window gets its menus."""

        def fill_scenes(menu: QMenu) -> None:
            fill_scene_menu(menu, self._session.arrangement, self.scenes)

        wall, layouts = self._session.wall, self._session.arrangement.layouts

        def fill(menu: QMenu) -> None:
            fill_layout_menu(menu, layouts, wall.window(chrome.window_id), self.arranger)

        chrome.add_menu("layout", translate("Wall", "Layouts"), fill)
        chrome.add_menu("scene", translate("Wall", "Scenes"), fill_scenes)

    def remembered(self, memory: SeatMemory, lent: Mapping[TileAddress, Tile]) -> SeatMemory:
        """`memory` with what the seat itself keeps; `lent`: tiles that alarms have for a while."""
        state = self._session.arrangement
        wall = self._session.wall.remember(lent, state.pushes.had_before())
        return msgspec.structs.replace(
            memory,
            layouts=state.layouts.own,
            tours=state.runs.remember(),
            bezel_mm=self.spans.bezel_mm,
            wall=base64.b64encode(wall).decode(),
        )
