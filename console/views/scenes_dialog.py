"""ScenesDialog: the site's scenes, and what shall be done with the chosen one.

Threads: GUI thread only.
"""

from __future__ import annotations

import enum

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from console.state.arrangement import Arrangement
from console.state.keys import QT_TRANSLATE_NOOP
from console.state.scenes import Scene
from console.views.act_bar import native_key
from console.views.arrangement_words import scene_detail
from console.views.words import translate


class SceneDeed(enum.Enum):
    CALL = "call"
    SEND = "send"
    SAVE_OVER = "save_over"
    RENAME = "rename"
    REMOVE = "remove"
    SAVE_NEW = "save_new"


#: Deed, key in this dialog, words.
_DEEDS = (
    (SceneDeed.CALL, "Return", QT_TRANSLATE_NOOP("Scene", "Call")),
    (SceneDeed.SEND, "Ctrl+Return", QT_TRANSLATE_NOOP("Scene", "Send…")),
    (SceneDeed.SAVE_OVER, "Ctrl+S", QT_TRANSLATE_NOOP("Scene", "Save over…")),
    (SceneDeed.RENAME, "F2", QT_TRANSLATE_NOOP("Scene", "Rename…")),
    (SceneDeed.REMOVE, "Delete", QT_TRANSLATE_NOOP("Scene", "Remove")),
    (SceneDeed.SAVE_NEW, "Insert", QT_TRANSLATE_NOOP("Scene", "Save this wall…")),
)


class ScenesDialog(QDialog):
    """`deed` and `scene` after it was accepted."""

    def __init__(self, arrangement: Arrangement, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setWindowTitle(translate("Scene", "Scenes"))
        self.resize(680, 420)
        self.deed = SceneDeed.CALL
        self._scenes = arrangement.scenes.entries()
        self.list = QTreeWidget(self)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setHeaderLabels(
            [
                translate("Scene", "No."),
                translate("Scene", "Scene"),
                translate("Scene", "Shows"),
                translate("Scene", "Saved by"),
            ]
        )
        for scene in self._scenes:
            self.list.addTopLevelItem(_row(scene))
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for column in (0, 2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemDoubleClicked.connect(lambda _item, _column: self._finish(SceneDeed.CALL))
        empty = QLabel(translate("Scene", "No scene yet. Arrange the wall, then save it."), self)
        empty.setObjectName("secondary")
        empty.setVisible(not self._scenes)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.buttons: dict[SceneDeed, QPushButton] = {}
        for deed, key, text in _DEEDS:
            row.addWidget(self._button(deed, key, translate("Scene", text)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self.list)
        layout.addWidget(empty)
        layout.addLayout(row)
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def scene(self) -> Scene | None:
        """The chosen one."""
        current = self.list.currentItem()
        return None if current is None else self._scenes[self.list.indexOfTopLevelItem(current)]

    def _button(self, deed: SceneDeed, key: str, text: str) -> QPushButton:
        button = QPushButton(f"{text}  {native_key(key)}", self)
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setObjectName("primary" if deed is SceneDeed.CALL else "act")
        button.clicked.connect(lambda: self._finish(deed))
        if deed is not SceneDeed.SAVE_NEW and not self._scenes:
            button.setEnabled(False)
            button.setToolTip(translate("Scene", "There is no scene yet: save one first"))
        elif key != "Return":  # Enter comes to keyPressEvent, from the keypad too
            QShortcut(QKeySequence(key), self, lambda: self._finish(deed))
        self.buttons[deed] = button
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self._finish(SceneDeed.CALL)
            return
        super().keyPressEvent(event)

    def _finish(self, deed: SceneDeed) -> None:
        if deed is SceneDeed.SAVE_NEW or self.scene is not None:
            self.deed = deed
            self.accept()


def _row(scene: Scene) -> QTreeWidgetItem:
    number = "" if scene.number is None else str(scene.number)
    return QTreeWidgetItem([number, scene.name, scene_detail(scene), scene.by])
