"""WallMenu: the menu of a tile (right click), wherever its wall window is shown.

Everything in it has a key, too. Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from console.state.keys import CommandId
from console.state.session import ConsoleSession
from console.state.tiles import WHOLE, TileAddress
from console.views.act_bar import key_text
from console.views.arranger import Arranger
from console.views.layout_menu import fill_layout_menu
from console.views.scene_commands import SceneCommands
from console.views.scene_menu import fill_scene_menu
from console.views.tile_menu import RunCommand, fill_tile_menu, fill_wall_rows
from console.views.tour_menu import fill_tour_menu
from console.views.wall_commands import WallCommands
from console.views.wall_view import WallView
from console.views.words import translate


class WallMenu(QObject):
    """Opens the menu of the tile that was clicked; belongs to `view`."""

    def __init__(
        self,
        view: WallView,
        session: ConsoleSession,
        arranger: Arranger,
        scenes: SceneCommands,
        commands: WallCommands,
        run: RunCommand,
    ) -> None:
        """`run`: does any command of the key table."""
        super().__init__(view)
        self._view = view
        self._session = session
        self._arranger = arranger
        self._scenes = scenes
        self._commands = commands
        self._run = run
        self.menu: QMenu | None = None
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self.open)

    def open(self, at: QPoint) -> None:
        """Shows the menu of the tile under a point of the view."""
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = menu = QMenu(self._view)
        painter = self._view.tile_at(at)
        if painter is not None:
            self._session.wall.select(painter.address)
            self._add_tile(menu, painter.address)
        window = self._session.wall.window(self._view.window_id)
        layouts = menu.addMenu(translate("Wall", "Layout"))
        fill_layout_menu(layouts, self._session.arrangement.layouts, window, self._arranger)
        scenes = menu.addMenu(translate("Wall", "Scenes"))
        fill_scene_menu(scenes, self._session.arrangement, self._scenes)
        fill_wall_rows(menu, self._run)
        menu.popup(self._view.mapToGlobal(at))

    def _add_tile(self, menu: QMenu, address: TileAddress) -> None:
        wall = self._session.wall
        tile = wall.tile(address)
        if tile.region_norm != WHOLE:
            whole = menu.addAction(translate("Wall", "Whole picture"))
            whole.triggered.connect(lambda: wall.set_region(address, WHOLE))
        fill_tile_menu(menu, self._session, address, self._run)
        pin = translate("Wall", "Pinned: nothing takes it away")
        self._add_switch(menu, pin, CommandId.PIN, is_on=tile.pinned)
        hotspot = translate("Wall", "Hotspot: shows what is selected elsewhere")
        self._add_switch(menu, hotspot, CommandId.HOTSPOT, is_on=tile.hotspot)
        former = menu.addMenu(translate("Wall", "Last cameras"))
        former.setEnabled(bool(tile.recent))
        self._commands.fill_history(former, address)
        tours = menu.addMenu(translate("Wall", "Tour"))
        fill_tour_menu(tours, self._session.arrangement, address, self._commands)
        menu.addSeparator()

    def _add_switch(self, menu: QMenu, text: str, command_id: CommandId, *, is_on: bool) -> None:
        action = menu.addAction(f"{text}\t{key_text(command_id)}")
        action.setCheckable(True)
        action.setChecked(is_on)
        action.triggered.connect(lambda: self._commands.run(command_id))
