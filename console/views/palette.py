"""Palette (Ctrl+K): finds any camera, case, inspector, place or command and does it.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from console.state.finder import Finder, Found, FoundKind, NamedCommand
from console.state.keys import KEY_TABLE
from console.state.session import ConsoleSession
from console.views import icons, theme, words
from console.views.act_bar import key_text
from console.views.arrangement_words import found_arrangement
from console.views.words import translate

_FOUND_ROLE = int(Qt.ItemDataRole.UserRole)
_WIDTH_PX = 560
_ROW_PX = 34
_ICONS = {
    FoundKind.CAMERA: "camera",
    FoundKind.CASE: "case",
    FoundKind.INSPECTOR: "inspector",
    FoundKind.PLACE: "place",
    FoundKind.SCENE: "scene",
    FoundKind.TOUR: "tour",
    FoundKind.LAYOUT: "layout",
    FoundKind.COMMAND: "command",
}


class _Row(QStyledItemDelegate):
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(_WIDTH_PX - 16, _ROW_PX)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        found = index.data(_FOUND_ROLE)
        if not isinstance(found, Found):
            return
        area: QRect = option.rect
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, theme.colour(theme.COLOURS.accent_dim))
        icon = icons.pixmap(_ICONS[found.kind], 16, theme.COLOURS.secondary)
        painter.drawPixmap(area.left() + 12, area.center().y() - 7, icon)
        painter.setFont(theme.font())
        painter.setPen(theme.colour(theme.COLOURS.secondary))
        line = area.adjusted(40, 0, -12, 0)
        painter.drawText(
            line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, found.detail
        )
        used = QFontMetrics(theme.font()).horizontalAdvance(found.detail) + 12
        painter.setPen(theme.colour(theme.COLOURS.text))
        title = QFontMetrics(theme.font()).elidedText(
            found.title, Qt.TextElideMode.ElideRight, line.width() - used
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)


class Palette(QFrame):
    """`chosen(found)`: the operator pressed Enter on a line."""

    chosen = Signal(object)

    def __init__(self, session: ConsoleSession, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._session = session
        self._finder = Finder(session)
        self._former_focus: QWidget | None = None
        self.edit = QLineEdit(self)
        self._model = QStandardItemModel(self)
        self.list = QListView(self)
        self.list.setModel(self._model)
        self.list.setItemDelegate(_Row(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.edit)
        layout.addWidget(self.list)
        self.edit.textChanged.connect(self._on_text)
        self.edit.installEventFilter(self)
        self.list.clicked.connect(self._on_clicked)
        self.hide()
        self.retranslate()

    def retranslate(self) -> None:
        self.edit.setPlaceholderText(
            translate("Palette", "Camera number, name, pinyin initials, case, inspector, command…")
        )

    def release(self) -> None:
        """Lets go of the session, for a window that goes before it."""
        self._finder.release()

    def open(self) -> None:
        """Shows the palette, empty, with the commands."""
        former = self.window().focusWidget()
        self._former_focus = None if former is self.edit else former
        self.edit.clear()
        self._on_text("")
        parent = self.parentWidget()
        if parent is not None:
            height = 58 + _ROW_PX * 12
            self.setGeometry((parent.width() - _WIDTH_PX) // 2, 64, _WIDTH_PX, height)
        self.show()
        self.raise_()
        self.edit.setFocus()

    def close_palette(self) -> None:
        self.hide()
        if self._former_focus is not None:
            self._former_focus.setFocus()
        else:  # a wall window has nothing else to write in: its keys are commands again
            self.edit.clearFocus()

    def found(self) -> list[Found]:
        """What the list shows, in order."""
        items = (self._model.item(row) for row in range(self._model.rowCount()))
        return [item.data(_FOUND_ROLE) for item in items]

    def _on_text(self, text: str) -> None:
        commands = [
            NamedCommand(row.id.value, translate("Keys", row.text), key_text(row.id))
            for row in KEY_TABLE
            if row.mode is None
        ]
        titles = [
            (
                row.id,
                f"{words.kind_text(row.case.kind)} · {words.place_text(row, self._session.site)}",
                words.state_text(row.case.state),
            )
            for row in self._session.cases.open_rows()
        ]
        self._model.clear()
        for found in self._finder.find(
            text, commands, titles, found_arrangement(self._session.arrangement)
        ):
            item = QStandardItem(found.title)
            item.setData(found, _FOUND_ROLE)
            self._model.appendRow(item)
        if self._model.rowCount():
            self.list.setCurrentIndex(self._model.index(0, 0))

    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(index)

    def _choose(self, index: QModelIndex) -> None:
        found = index.data(_FOUND_ROLE)
        self.close_palette()
        if isinstance(found, Found):
            self.chosen.emit(found)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.edit or not isinstance(event, QKeyEvent):
            return False
        if event.type() != QEvent.Type.KeyPress:
            return False
        key = event.key()
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(key))
        if step is not None:
            row = max(0, min(self._model.rowCount() - 1, self.list.currentIndex().row() + step))
            self.list.setCurrentIndex(self._model.index(row, 0))
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex())
            return True
        if key == Qt.Key.Key_Escape:
            self.close_palette()
            return True
        return False
