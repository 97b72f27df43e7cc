"""CameraTreeModel and FoundCameras: the camera directory as Qt models, made for ten thousand cameras.

Hold no order and no counts of their own: `console.state.camera_tree` decides. A row's content is
made when it is painted. Changes of counts are told to Qt a few times a second, not per event.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
)

from config.site import CameraId
from console.state.camera_browser import CameraBrowser
from console.state.camera_tree import ROOT, CameraTree, NodeId
from console.state.health import Mark

#: The role under which a row's `CameraRow` is found.
ROW_ROLE = int(Qt.ItemDataRole.UserRole)
#: What a dragged camera is called between the directory and a tile: ids, one a line.
CAMERA_MIME = "application/x-gridwall-camera"
#: Counts that change are told to Qt at most this often.
TELL_MS = 100

_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()


class CameraRow(Struct, frozen=True):
    """What one line shows. `camera_id` None: a branch, with the counts below it."""

    title: str
    mark: Mark
    camera_id: CameraId | None = None
    lost_count: int = 0
    stale_count: int = 0
    camera_count: int = 0


class CameraTreeModel(QAbstractItemModel):
    """The tree of a browser; column 0 only. A camera's row can be dragged."""

    def __init__(self, browser: CameraBrowser, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._browser = browser
        self._tree: CameraTree = browser.tree
        self._counted: set[NodeId] = set()
        self._tell = QTimer(self, singleShot=True, interval=TELL_MS)
        self._tell.timeout.connect(self._on_tell)
        self._let_go = self._tree.counted.connect(self._on_counted)
        self._disconnect = browser.rebuilt.connect(self._on_rebuilt)

    def close(self) -> None:
        """Lets go of browser and tree. Twice is harmless."""
        self._tell.stop()
        self._let_go()
        self._disconnect()

    # -- QAbstractItemModel

    def index(self, row: int, column: int, parent: _Index = _NOWHERE) -> QModelIndex:
        above = self.node_of(parent)
        if column != 0 or not 0 <= row < self._tree.child_count(above):
            return QModelIndex()
        return self.createIndex(row, 0, int(self._tree.child(above, row)))

    def parent(self, index: _Index = _NOWHERE) -> QModelIndex:  # type: ignore[override]  # Qt overloads it with QObject.parent()
        if not index.isValid():
            return QModelIndex()
        return self._index_of(self._tree.parent_of(self.node_of(index)))

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return self._tree.child_count(self.node_of(parent))

    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 1

    def data(
        self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole
    ) -> CameraRow | str | None:
        if not index.isValid():
            return None
        node = self.node_of(index)
        if role == ROW_ROLE:
            return self._row(node)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._tree.title_of(node)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        found = super().flags(index)
        is_camera = index.isValid() and self._tree.camera_at(self.node_of(index)) is not None
        return found | Qt.ItemFlag.ItemIsDragEnabled if is_camera else found

    def mimeTypes(self) -> list[str]:
        return [CAMERA_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        cameras = (self._tree.camera_at(self.node_of(index)) for index in indexes)
        return mime_of(camera for camera in cameras if camera is not None)

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    # -- ours

    def node_of(self, index: _Index) -> NodeId:
        """The node an index stands for; the root for an invalid one."""
        return NodeId(index.internalId()) if index.isValid() else ROOT

    def index_of_camera(self, camera_id: CameraId) -> QModelIndex:
        """Where a camera is; an invalid index for one the site does not know."""
        node = self._tree.node_of(camera_id)
        return QModelIndex() if node is None else self._index_of(node)

    def _index_of(self, node: NodeId) -> QModelIndex:
        if node == ROOT:
            return QModelIndex()
        return self.createIndex(self._tree.row_of(node), 0, int(node))

    def _row(self, node: NodeId) -> CameraRow:
        tree = self._tree
        camera_id = tree.camera_at(node)
        if camera_id is not None:
            return CameraRow("", tree.mark_of(node), camera_id)
        counts = tree.counts_of(node)
        return CameraRow(
            tree.title_of(node),
            tree.mark_of(node),
            None,
            counts[Mark.LOST],
            counts[Mark.STALE],
            sum(counts.values()),
        )

    # -- changes

    def _on_rebuilt(self) -> None:
        self.beginResetModel()
        self._let_go()
        self._counted.clear()
        self._tree = self._browser.tree
        self._let_go = self._tree.counted.connect(self._on_counted)
        self.endResetModel()

    def _on_counted(self, nodes: frozenset[NodeId]) -> None:
        self._counted |= nodes
        if not self._tell.isActive():
            self._tell.start()

    def _on_tell(self) -> None:
        """One `dataChanged` a branch, from its first changed row to its last."""
        spans: dict[NodeId, tuple[int, int]] = {}
        for node in self._counted:
            if node == ROOT:
                continue
            row = self._tree.row_of(node)
            first, last = spans.get(self._tree.parent_of(node), (row, row))
            spans[self._tree.parent_of(node)] = (min(first, row), max(last, row))
        self._counted.clear()
        for above, (first, last) in spans.items():
            parent = self._index_of(above)
            self.dataChanged.emit(self.index(first, 0, parent), self.index(last, 0, parent))


class FoundCameras(QAbstractListModel):
    """What the search found, best first."""

    def __init__(self, browser: CameraBrowser, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._browser = browser
        self._found = browser.found
        self._disconnect = browser.found_changed.connect(self._on_found)

    def close(self) -> None:
        """Lets go of the browser. Twice is harmless."""
        self._disconnect()

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._found)

    def data(
        self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole
    ) -> CameraRow | str | None:
        if not index.isValid():
            return None
        camera_id = self._found[index.row()]
        if role == ROW_ROLE:
            return CameraRow("", self._browser.mark_of(camera_id), camera_id)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return camera_id
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        return [CAMERA_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        return mime_of(self._found[index.row()] for index in indexes)

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def _on_found(self) -> None:
        self.beginResetModel()
        self._found = self._browser.found
        self.endResetModel()


def mime_of(camera_ids: Iterable[CameraId]) -> QMimeData:
    """Cameras as they travel by drag and drop."""
    mime = QMimeData()
    mime.setData(CAMERA_MIME, "\n".join(camera_ids).encode())
    return mime


def cameras_of(mime: QMimeData) -> list[CameraId]:
    """The cameras a drag carries; empty for anything else."""
    if not mime.hasFormat(CAMERA_MIME):
        return []
    text = bytes(mime.data(CAMERA_MIME).data()).decode("utf-8", "replace")
    return [CameraId(line) for line in text.splitlines() if line]
