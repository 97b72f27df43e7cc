"""CameraPanel: the camera directory beside the wall — tree by owner or area, search, preview.

Keys stay in the search field: ↑ ↓ move, ← → fold and unfold, Enter calls the camera to the
selected tile, Ctrl+Enter a whole branch (or what was found) to the empty tiles, Esc clears the search, then closes the panel to nothing. Decides nothing.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QStackedWidget,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from console.bridge.camera_tree_model import ROW_ROLE, CameraRow, CameraTreeModel, FoundCameras
from console.state.camera_browser import CameraBrowser
from console.state.camera_tree import ROOT, Grouping, NodeId
from console.state.health import Mark
from console.state.session import ConsoleSession
from console.views.camera_marks import mark_text
from console.views.camera_preview import CameraPreview, Thumbnails
from console.views.camera_rows import CameraRows
from console.views.words import translate

WIDTH_PX = 320
_PAGE_ROWS = 12
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _PAGE_ROWS,
    Qt.Key.Key_PageUp: -_PAGE_ROWS,
}


class CameraPanel(QFrame):
    """`closed`: it was closed by Esc or its button, and the focus should go elsewhere."""

    closed = Signal()

    def __init__(
        self,
        session: ConsoleSession,
        thumbnails: Thumbnails | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setMinimumWidth(WIDTH_PX - 80)
        self._session = session
        self.browser = CameraBrowser(session)
        self.edit = QLineEdit(self)
        self.edit.setClearButtonEnabled(True)
        self.edit.installEventFilter(self)
        self._buttons = {grouping: self._button(grouping) for grouping in Grouping}
        self._counts = QLabel(self)
        self._counts.setObjectName("secondary")
        self.fill_button = QToolButton(self)
        self.fill_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.fill_button.clicked.connect(self.fill_empty_tiles)
        self.tree = QTreeView(self)
        self.list = QListView(self)
        self._stack = QStackedWidget(self)
        self.preview = CameraPreview(session, thumbnails, self)
        self._tree_model: CameraTreeModel | None = None
        self._found_model = FoundCameras(self.browser, self)
        self._build()
        self._connect()
        self.hide()

    def _button(self, grouping: Grouping) -> QToolButton:
        button = QToolButton(self)
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setChecked(grouping is self.browser.grouping)
        return button

    def _build(self) -> None:
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(14)
        self.tree.setUniformRowHeights(True)
        self.tree.setItemDelegate(CameraRows(self._session, self.tree, with_place=False))
        self.list.setModel(self._found_model)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(CameraRows(self._session, self.list, with_place=True))
        for view in (self.tree, self.list):
            view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
            view.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
            view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self._stack.addWidget(view)
        group = QButtonGroup(self)
        line = QHBoxLayout()
        line.setSpacing(4)
        for button in self._buttons.values():
            group.addButton(button)
            line.addWidget(button)
        line.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 0)
        layout.setSpacing(6)
        layout.addWidget(self.edit)
        layout.addLayout(line)
        under = QHBoxLayout()
        under.addWidget(self._counts, 1)
        under.addWidget(self.fill_button)
        layout.addLayout(under)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.preview)

    def _connect(self) -> None:
        self.edit.textChanged.connect(self._on_text)
        for grouping, button in self._buttons.items():
            button.setProperty("grouping", grouping.value)
            button.clicked.connect(self._on_grouping)
        self.tree.doubleClicked.connect(self._call)
        self.list.doubleClicked.connect(self._call)
        self.list.selectionModel().currentChanged.connect(self._on_current)

    # -- what it shows

    def open(self) -> None:
        """Shows the directory; the tree is made the first time."""
        if self._tree_model is None:
            self._tree_model = CameraTreeModel(self.browser, self)
            self.tree.setModel(self._tree_model)
            self.tree.selectionModel().currentChanged.connect(self._on_current)
            self._tree_model.modelReset.connect(self._after_reset)
            self._tree_model.dataChanged.connect(self._refresh_counts)
            self._after_reset()
        self.show()
        self.retranslate()
        self.edit.setFocus()
        self.edit.selectAll()

    def close_panel(self) -> None:
        """To nothing: no stripe of it is left."""
        self.hide()
        self.preview.show_camera(None)
        self.closed.emit()

    def toggle(self) -> None:
        if self.isVisible():
            self.close_panel()
        else:
            self.open()

    def release(self) -> None:
        """Lets go of the session before the widget is deleted. Twice is harmless."""
        if self._tree_model is not None:
            self._tree_model.close()
        self._found_model.close()
        self.browser.close()

    def retranslate(self) -> None:
        self.edit.setPlaceholderText(translate("Cameras", "Number, name, pinyin initials or place"))
        self._buttons[Grouping.OWNER].setText(translate("Cameras", "By owner"))
        self._buttons[Grouping.GRID].setText(translate("Cameras", "By area"))
        self.fill_button.setText(translate("Cameras", "To the empty tiles"))
        self.fill_button.setToolTip(
            translate(
                "Cameras", "This branch, or all that was found, to the empty tiles (Ctrl+Enter)"
            )
        )
        self._refresh_counts()
        self.preview.refresh()

    def counts_text(self) -> str:
        """The whole site in one line: how many there are, and what is not well."""
        if self._tree_model is None:
            return ""
        counts = self.browser.tree.counts_of(ROOT)
        parts = [translate("Cameras", "{0} cameras").format(sum(counts.values()))]
        parts += [
            f"{mark_text(mark)} {counts[mark]}" for mark in (Mark.LOST, Mark.STALE) if counts[mark]
        ]
        return " · ".join(parts)

    def _refresh_counts(self) -> None:
        if self.isVisible():
            self._counts.setText(self.counts_text())

    def _after_reset(self) -> None:
        """A small site is seen at once; a large one opens its first level."""
        assert self._tree_model is not None
        self.tree.expandToDepth(0)
        self.tree.setCurrentIndex(self._tree_model.index(0, 0))
        self._refresh_counts()

    # -- what a person does

    def _on_text(self, text: str) -> None:
        self.browser.search(text)
        self._stack.setCurrentWidget(self.list if self.browser.text else self.tree)
        if self._found_model.rowCount():
            self.list.setCurrentIndex(self._found_model.index(0, 0))
        self._on_current(self.view.currentIndex())

    def _on_grouping(self) -> None:
        self.browser.group_by(Grouping(self.sender().property("grouping")))

    @property
    def view(self) -> QTreeView | QListView:
        """The one that is shown: the tree, or what the search found."""
        return self.list if self._stack.currentWidget() is self.list else self.tree

    def _on_current(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        is_camera = isinstance(row, CameraRow) and row.camera_id is not None
        self.preview.show_camera(row.camera_id if is_camera else None)

    def _call(self, index: QModelIndex) -> None:
        """A camera to the selected tile; a branch folds or unfolds."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, CameraRow):
            return
        if row.camera_id is not None:
            self._session.select_camera(row.camera_id)
        else:
            self.tree.setExpanded(index, not self.tree.isExpanded(index))

    def fill_empty_tiles(self) -> None:
        """Cameras of the branch under the cursor, or all that was found, to the empty tiles of the wall."""
        wall = self._session.wall
        empty = sum(wall.tile(address).camera_id is None for address in wall.addresses())
        if self.view is self.list:
            cameras = list(self.browser.found)
        else:
            node = NodeId(self.tree.currentIndex().internalId())
            # those the wall shows already take no room
            most = empty + sum(wall.tile(a).camera_id is not None for a in wall.addresses())
            cameras = self.browser.tree.cameras_below(node, most)
        self._session.call_cameras(cameras)
        left = sum(wall.tile(address).camera_id is None for address in wall.addresses())
        text = translate("Cameras", "{0} cameras came to empty tiles; {1} tiles are empty.")
        self._session.say(text.format(empty - left, left))

    def _step(self, rows: int) -> None:
        view = self.view
        model: QAbstractItemModel = view.model()
        if isinstance(view, QListView):
            at = max(0, min(model.rowCount() - 1, view.currentIndex().row() + rows))
            view.setCurrentIndex(model.index(at, 0))
            return
        for _ in range(abs(rows)):
            here = view.currentIndex()
            there = view.indexBelow(here) if rows > 0 else view.indexAbove(here)
            if not there.isValid():
                return
            view.setCurrentIndex(there)

    def _fold(self, *, unfold: bool) -> None:
        """→ unfolds or goes in; ← folds or goes to the branch above."""
        index = self.tree.currentIndex()
        if self.tree.isExpanded(index) is not unfold and self.tree.model().hasChildren(index):
            self.tree.setExpanded(index, unfold)
        elif unfold:
            self._step(1)
        elif index.parent().isValid():
            self.tree.setCurrentIndex(index.parent())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.edit or event.type() != QEvent.Type.KeyPress:
            return False
        assert isinstance(event, QKeyEvent)
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._step(_STEPS[key])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not self.edit.text():
            self._fold(unfold=key == Qt.Key.Key_Right)
        elif key in _ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.fill_empty_tiles()
        elif key in _ENTER:
            self._call(self.view.currentIndex())
        elif key == Qt.Key.Key_Escape and self.edit.text():
            self.edit.clear()
        elif key == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            return False
        return True
