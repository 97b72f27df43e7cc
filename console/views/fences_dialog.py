"""FencesDialog: the site's fences, who is inside, and what shall be done with the chosen one.

Threads: GUI thread only.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

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

from config.site import Fence, FenceId, FenceWatch
from console.state.keys import QT_TRANSLATE_NOOP
from console.views.act_bar import native_key
from console.views.words import translate


class FenceDeed(enum.Enum):
    SHOW = "show"
    WATCH = "watch"
    RENAME = "rename"
    REMOVE = "remove"
    DRAW = "draw"


#: Deed, key in this dialog, words.
_DEEDS = (
    (FenceDeed.SHOW, "Return", QT_TRANSLATE_NOOP("Fence", "On the map")),
    (FenceDeed.WATCH, "Space", QT_TRANSLATE_NOOP("Fence", "Watch otherwise")),
    (FenceDeed.RENAME, "F2", QT_TRANSLATE_NOOP("Fence", "Rename…")),
    (FenceDeed.REMOVE, "Delete", QT_TRANSLATE_NOOP("Fence", "Remove")),
    (FenceDeed.DRAW, "Insert", QT_TRANSLATE_NOOP("Fence", "Draw one…")),
)
_WATCHES = {
    FenceWatch.ENTER: QT_TRANSLATE_NOOP("Fence", "entering"),
    FenceWatch.LEAVE: QT_TRANSLATE_NOOP("Fence", "leaving"),
    FenceWatch.BOTH: QT_TRANSLATE_NOOP("Fence", "entering and leaving"),
}


class FencesDialog(QDialog):
    """`deed` and `fence` after it was accepted. `inside`: how many are in each now."""

    def __init__(
        self,
        fences: Sequence[Fence],
        inside: Mapping[FenceId, int],
        chosen: FenceId | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setWindowTitle(translate("Fence", "Fences"))
        self.resize(680, 360)
        self.deed = FenceDeed.SHOW
        self._fences = tuple(fences)
        self.list = QTreeWidget(self)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setHeaderLabels(
            [
                translate("Fence", "Fence"),
                translate("Fence", "Told"),
                translate("Fence", "Hours"),
                translate("Fence", "Inside now"),
            ]
        )
        for fence in self._fences:
            self.list.addTopLevelItem(_row(fence, inside.get(fence.id, 0)))
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2, 3):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.list.itemDoubleClicked.connect(lambda _item, _column: self._finish(FenceDeed.SHOW))
        empty = QLabel(translate("Fence", "No fence yet: draw one on the map."), self)
        empty.setObjectName("secondary")
        empty.setVisible(not self._fences)
        row = QHBoxLayout()
        row.setSpacing(8)
        for deed, key, text in _DEEDS:
            row.addWidget(self._button(deed, key, translate("Fence", text)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self.list)
        layout.addWidget(empty)
        layout.addLayout(row)
        ids = [fence.id for fence in self._fences]
        first = ids.index(chosen) if chosen in ids else 0
        if (item := self.list.topLevelItem(first)) is not None:
            self.list.setCurrentItem(item)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def fence(self) -> Fence | None:
        """The chosen one."""
        current = self.list.currentItem()
        return None if current is None else self._fences[self.list.indexOfTopLevelItem(current)]

    def _button(self, deed: FenceDeed, key: str, text: str) -> QPushButton:
        button = QPushButton(f"{text}  {native_key(key)}", self)
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setObjectName("primary" if deed is FenceDeed.SHOW else "act")
        button.clicked.connect(lambda: self._finish(deed))
        if deed is not FenceDeed.DRAW and not self._fences:
            button.setEnabled(False)
            button.setToolTip(translate("Fence", "There is no fence yet: draw one first"))
        elif key != "Return":  # Enter comes to keyPressEvent, from the keypad too
            QShortcut(QKeySequence(key), self, lambda: self._finish(deed))
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._finish(FenceDeed.SHOW)
            return
        super().keyPressEvent(event)

    def _finish(self, deed: FenceDeed) -> None:
        if deed is FenceDeed.DRAW or self.fence is not None:
            self.deed = deed
            self.accept()


def _row(fence: Fence, inside: int) -> QTreeWidgetItem:
    hours = "" if fence.hours is None else f"{fence.hours.start:%H:%M}–{fence.hours.end:%H:%M}"
    return QTreeWidgetItem(
        [
            fence.name,
            translate("Fence", _WATCHES[fence.watch]),
            hours,
            str(inside) if inside else "",
        ]
    )
