"""DeedDialog: a table of saved things, and what shall be done with the chosen one, by key or mouse.

Threads: GUI thread only.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QSize, Qt
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

from console.views.act_bar import native_key

Deed = TypeVar("Deed", bound=enum.Enum)


@dataclass(frozen=True, slots=True)
class DeedKey(Generic[Deed]):
    """A deed, its key in the dialog, its words. `needs_row`: it is done with a line of the table."""

    deed: Deed
    key: str
    text: str
    needs_row: bool = True


@dataclass(frozen=True, slots=True)
class DeedTable:
    """The table's titles, which column takes the room left, and what is said while it is empty.

    `no_row_hint`: why a deed that needs a line cannot be done then.
    """

    titles: Sequence[str]
    wide_column: int
    empty_text: str
    no_row_hint: str


class DeedDialog(QDialog, Generic[Deed]):
    """`deed` and `chosen_row` after it was accepted. The first of `deeds` is what Enter does."""

    def __init__(
        self,
        title: str,
        size: QSize,
        table: DeedTable,
        lines: Sequence[Sequence[str]],
        deeds: Sequence[DeedKey[Deed]],
        parent: QWidget | None,
        first_row: int = 0,
    ) -> None:
        super().__init__(parent)
        self.setModal(True)
        self.setWindowTitle(title)
        self.resize(size)
        self._first = deeds[0].deed
        self._needs_row = {each.deed: each.needs_row for each in deeds}
        self.deed: Deed = self._first
        self.list = _made_table(self, table, lines)
        self.list.itemDoubleClicked.connect(lambda _item, _column: self._finish(self._first))
        empty = QLabel(table.empty_text, self)
        empty.setObjectName("secondary")
        empty.setVisible(not lines)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.buttons: dict[Deed, QPushButton] = {}
        for each in deeds:
            hint = table.no_row_hint if each.needs_row and not lines else ""
            row.addWidget(self._button(each, hint))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self.list)
        layout.addWidget(empty)
        layout.addLayout(row)
        if (item := self.list.topLevelItem(first_row)) is not None:
            self.list.setCurrentItem(item)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def chosen_row(self) -> int | None:
        """The chosen line; None: there is none."""
        current = self.list.currentItem()
        return None if current is None else self.list.indexOfTopLevelItem(current)

    def _button(self, each: DeedKey[Deed], hint: str) -> QPushButton:
        button = QPushButton(f"{each.text}  {native_key(each.key)}", self)
        button.setAutoDefault(False)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setObjectName("primary" if each.deed is self._first else "act")
        button.clicked.connect(lambda: self._finish(each.deed))
        if hint:
            button.setEnabled(False)
            button.setToolTip(hint)
        elif each.deed is not self._first:  # Enter comes to keyPressEvent, from the keypad too
            QShortcut(QKeySequence(each.key), self, lambda: self._finish(each.deed))
        self.buttons[each.deed] = button
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._finish(self._first)
            return
        super().keyPressEvent(event)

    def _finish(self, deed: Deed) -> None:
        if self.chosen_row is not None or not self._needs_row[deed]:
            self.deed = deed
            self.accept()


def _made_table(parent: QWidget, table: DeedTable, lines: Sequence[Sequence[str]]) -> QTreeWidget:
    made = QTreeWidget(parent)
    made.setRootIsDecorated(False)
    made.setUniformRowHeights(True)
    made.setHeaderLabels(list(table.titles))
    for line in lines:
        made.addTopLevelItem(QTreeWidgetItem(list(line)))
    header = made.header()
    header.setStretchLastSection(False)
    for column in range(len(table.titles)):
        is_wide = column == table.wide_column
        header.setSectionResizeMode(
            column,
            QHeaderView.ResizeMode.Stretch if is_wide else QHeaderView.ResizeMode.ResizeToContents,
        )
    return made
