"""TileMenu: what can be done with a tile's picture, for the mouse; every row is a command of the key table.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from console.state.keys import CommandId, command
from console.state.session import ConsoleSession
from console.state.tile_marks import MarkLevel
from console.state.tiles import Aspect, TileAddress
from console.views.act_bar import key_text
from console.views.tile_texts import aspect_text, marks_text
from console.views.words import translate

RunCommand = Callable[[CommandId], None]

#: About the picture of the tile that was clicked.
_OF_TILE = (
    CommandId.FULL_TILE,
    CommandId.ZOOM_TOOL,
    CommandId.REPLAY,
    CommandId.SNAPSHOT,
    CommandId.EXPORT,
)
#: About the wall as a whole, whatever was clicked.
_OF_WALL = (
    CommandId.SPAN,
    CommandId.MAP_SPAN,
    CommandId.CAMERA_DIRECTORY,
    CommandId.PALETTE,
    CommandId.KEY_SHEET,
)


def fill_tile_menu(
    menu: QMenu, session: ConsoleSession, address: TileAddress, run: RunCommand
) -> None:
    """Adds the tools of the tile at `address`, which is selected."""
    wall, marks = session.wall, session.tools.marks
    tile = wall.tile(address)
    camera = session.directory.camera(tile.camera_id)
    if camera is None:
        return
    rows = _OF_TILE if camera.ptz_url is None else (*_OF_TILE, CommandId.PTZ)
    for command_id in rows:
        _add(menu, command_id, run)
    shapes = menu.addMenu(command_text(CommandId.ASPECT))
    group = QActionGroup(shapes)
    for aspect in Aspect:
        action = group.addAction(shapes.addAction(aspect_text(aspect)))
        action.setCheckable(True)
        action.setChecked(tile.aspect is aspect)
        action.triggered.connect(lambda _on=False, chosen=aspect: wall.set_aspect(address, chosen))
    levels = menu.addMenu(command_text(CommandId.MARKS))
    group = QActionGroup(levels)
    for level in MarkLevel:
        action = group.addAction(levels.addAction(marks_text(level)))
        action.setCheckable(True)
        action.setChecked(marks.level.get() is level)
        action.triggered.connect(lambda _on=False, chosen=level: marks.level.set(chosen))
    menu.addSeparator()


def fill_wall_rows(menu: QMenu, run: RunCommand) -> None:
    """Adds what is about the whole wall."""
    menu.addSeparator()
    for command_id in _OF_WALL:
        _add(menu, command_id, run)


def command_text(command_id: CommandId) -> str:
    """A command as the key sheet says it, with its key."""
    return f"{translate('Keys', command(command_id).text)}\t{key_text(command_id)}"


def _add(menu: QMenu, command_id: CommandId, run: RunCommand) -> None:
    action = menu.addAction(command_text(command_id))
    action.triggered.connect(lambda: run(command_id))
