"""WallDrops: a camera dragged from the directory into a tile of a wall window.

Changes `WallState` only; a pinned tile refuses the drop and says why. Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDragMoveEvent, QDropEvent

from console.bridge.camera_tree_model import cameras_of
from console.state.session import ConsoleSession, Severity
from console.state.tiles import TileAddress
from console.views.wall_view import WallView
from console.views.words import translate


class WallDrops(QObject):
    """Takes drops for one wall view, whose child it is."""

    def __init__(self, session: ConsoleSession, view: WallView) -> None:
        super().__init__(view)
        self._session = session
        self._view = view
        view.setAcceptDrops(True)
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove):
            assert isinstance(event, QDragMoveEvent)
            event.setAccepted(self._target(event) is not None)
            return True
        if kind == QEvent.Type.Drop:
            assert isinstance(event, QDropEvent)
            event.setAccepted(self._drop(event))
            return True
        return False

    def _target(self, event: QDropEvent) -> TileAddress | None:
        """The tile under a camera that is dragged; the selection follows it there."""
        tile = self._view.tile_at(event.position().toPoint())
        if tile is None or not cameras_of(event.mimeData()):
            return None
        self._session.wall.select(tile.address)
        return tile.address

    def _drop(self, event: QDropEvent) -> bool:
        address = self._target(event)
        if address is None:
            return False
        if self._session.wall.tile(address).pinned:
            text = translate("Cameras", "The tile is pinned: unpin it first")
            self._session.say(text, Severity.PROBLEM)
            return False
        self._session.wall.put_camera(address, cameras_of(event.mimeData())[0])
        return True
