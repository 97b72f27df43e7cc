"""WallCommands: what keys and menus do to single tiles and to tours.

Turns a person's wish into calls of the wall's and the tours' state, and says why something is not
possible. Decides nothing.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QApplication, QMenu

from console.bridge.library_line import LibraryLine
from console.desk.library_items import LibraryKind
from console.state.finder import Found, FoundKind
from console.state.keys import CommandId
from console.state.session import ConsoleSession
from console.state.tiles import TileAddress, WindowId
from console.state.tour_runs import all_cameras
from console.state.tours import Tour, TourContent
from console.views.act_bar import key_text
from console.views.name_dialog import AskPerson, ask_person
from console.views.tour_dialog import TourDeed, TourDialog
from console.views.wall_view import WallView
from console.views.words import translate


class WallCommands(QObject):
    """`ask`: shows a dialog and tells whether it was accepted (tests answer themselves)."""

    def __init__(
        self,
        session: ConsoleSession,
        library: LibraryLine,
        ask: AskPerson = ask_person,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._wall = session.wall
        self._tours = session.arrangement.tours
        self._runs = session.arrangement.runs
        self._library = library
        self._ask = ask
        self._views: dict[WindowId, WallView] = {}
        self._actions: dict[CommandId, Callable[[TileAddress], None]] = {
            CommandId.TOUR: self.tour,
            CommandId.TOURS: self.choose_tour,
            CommandId.TOUR_NEXT: lambda at: self._step(at, 1),
            CommandId.TOUR_FORMER: lambda at: self._step(at, -1),
            CommandId.TOUR_END: self.end_tour,
            CommandId.TILE_HISTORY: self.open_history,
            CommandId.TILE_FORMER: self.former,
            CommandId.PIN: self.pin,
            CommandId.HOTSPOT: self.hotspot,
            CommandId.TILE_LEFT: lambda _at: self._wall.move_selection(-1, 0),
            CommandId.TILE_RIGHT: lambda _at: self._wall.move_selection(1, 0),
            CommandId.TILE_UP: lambda _at: self._wall.move_selection(0, -1),
            CommandId.TILE_DOWN: lambda _at: self._wall.move_selection(0, 1),
        }

    def attach(self, view: WallView) -> None:
        self._views[view.window_id] = view

    def detach(self, window_id: WindowId) -> None:
        self._views.pop(window_id, None)

    def run(self, command_id: CommandId) -> bool:
        """Does a command on the selected tile; False for one that is somebody else's."""
        action = self._actions.get(command_id)
        if action is None:
            return False
        selected = self._wall.selected
        if selected is None:
            self._session.say(translate("Editor", "Select a tile of the wall first"))
        else:
            action(selected)
        return True

    def choose(self, found: Found) -> None:
        """Does what a line of the palette stands for."""
        tour = self._tours.find(found.id) if found.kind is FoundKind.TOUR else None
        selected = self._wall.selected
        if tour is not None and selected is not None:
            self.start(tour, selected)

    # -- tours

    def tour(self, address: TileAddress) -> None:
        """T: pauses or goes on; without a tour, starts the only one there is, else asks which."""
        if self._runs.run_on(address) is not None:
            self._runs.toggle(address, self._session.clock.mono_ns())
        elif self._tours.entries():
            self.choose_tour(address)
        else:
            self.start(self.all_cameras(), address)

    def start(self, tour: Tour, address: TileAddress, *, whole_window: bool = False) -> None:
        """Begins a tour on a tile, or on all tiles of its window."""
        window = self._wall.window(address.window_id)
        tiles = [TileAddress(window.id, i) for i in self._wall.shown_indexes(window)]
        chosen = tiles if whole_window else [address]
        if all(self._wall.tile(tile).pinned for tile in chosen):
            text = translate("Tour", "The tile is pinned: let it go first ({0})")
            self._session.say(text.format(key_text(CommandId.PIN)))
            return
        self._runs.start(tour, chosen, self._session.clock.mono_ns())

    def end_tour(self, address: TileAddress) -> None:
        if self._runs.run_on(address) is None:
            self._session.say(translate("Tour", "No tour runs on this tile"))
        self._runs.stop(address)

    def all_cameras(self) -> Tour:
        """The tour that needs no set-up."""
        cameras = self._session.site.cameras
        return all_cameras(camera.id for camera in cameras if camera.enabled)

    def choose_tour(self, address: TileAddress) -> None:
        """All tours: start one, write one, remove one."""
        dialog = TourDialog(self._session, self.all_cameras(), QApplication.activeWindow())
        if not self._ask(dialog):
            return
        tour = dialog.tour
        if dialog.deed is TourDeed.SAVE:
            content = TourContent(dialog.steps)
            self._library.put(LibraryKind.TOUR, dialog.name, content, dialog.number)
        elif dialog.deed is TourDeed.REMOVE and tour is not None:
            self._library.remove(LibraryKind.TOUR, tour.name)
        elif tour is not None:
            self.start(tour, address, whole_window=dialog.deed is TourDeed.START_WINDOW)

    def _step(self, address: TileAddress, by: int) -> None:
        self._runs.step(address, by, self._session.clock.mono_ns())

    # -- single tiles

    def pin(self, address: TileAddress) -> None:
        """K: nothing takes a pinned tile's camera away."""
        self._wall.set_pinned(address, not self._wall.tile(address).pinned)

    def hotspot(self, address: TileAddress) -> None:
        """Shift+H: the tile shows what is selected elsewhere."""
        is_on = not self._wall.tile(address).hotspot
        self._wall.set_hotspot(address, is_on)
        if is_on:
            self._session.say(translate("Tour", "The tile shows what you select elsewhere"))

    def former(self, address: TileAddress) -> None:
        """B: the camera that was there before."""
        self._wall.step_back(address)

    def open_history(self, address: TileAddress) -> None:
        """H: the last cameras of a tile, to bring one back."""
        view = self._views.get(address.window_id)
        painter = None if view is None else view.tile_painters.get(address.index)
        if view is None or painter is None:
            return
        if not self._wall.tile(address).recent:
            self._session.say(translate("Tour", "No other camera was in this tile yet"))
            return
        menu = QMenu(view)
        self.fill_history(menu, address)
        middle = painter.rect.center() / view.devicePixelRatioF()
        menu.popup(view.mapToGlobal(QPoint(middle.x(), middle.y())))
        menu.setActiveAction(menu.actions()[0])

    def fill_history(self, menu: QMenu, address: TileAddress) -> None:
        """Adds the tile's last cameras, newest first, each with a digit as its key."""
        menu.clear()
        directory = self._session.directory
        for place, camera_id in enumerate(self._wall.tile(address).recent, start=1):
            number = directory.number_of(camera_id)
            name = directory.name_of(camera_id)
            shown = name if number is None else f"{number} {name}"
            action = menu.addAction(f"&{place}  {shown}")
            action.triggered.connect(
                lambda _on=False, chosen=camera_id: self._wall.put_camera(address, chosen)
            )
