"""KeySheet (?): every key of the one table, by group. Threads: GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QWidget

from console.state.keys import (
    KEY_TABLE,
    PTZ_KEY_TEXTS,
    QT_TRANSLATE_NOOP,
    CommandId,
    KeyGroup,
)
from console.views.act_bar import key_text
from console.views.words import translate

_GROUPS = {
    KeyGroup.CASES: QT_TRANSLATE_NOOP("Keys", "Cases"),
    KeyGroup.CAMERAS: QT_TRANSLATE_NOOP("Keys", "Cameras"),
    KeyGroup.ZOOM: QT_TRANSLATE_NOOP("Keys", "While zooming"),
    KeyGroup.REPLAY: QT_TRANSLATE_NOOP("Keys", "While replaying"),
    KeyGroup.MAP: QT_TRANSLATE_NOOP("Keys", "Map"),
    KeyGroup.CONSOLE: QT_TRANSLATE_NOOP("Keys", "Console"),
}

#: One line stands for all eight layouts, one for the four ways to move a zoomed picture.
_FOLDED = {f"layout_{number}" for number in range(2, 9)} | {"pan_right", "pan_up", "pan_down"}
#: What stands below each other.
_COLUMNS = (
    (KeyGroup.CASES, KeyGroup.MAP),
    (KeyGroup.CAMERAS, KeyGroup.ZOOM),
    (KeyGroup.CONSOLE, KeyGroup.REPLAY),
)


class KeySheet(QFrame):
    """A card with all keys; any key closes it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(28, 20, 28, 24)
        self._layout.setSpacing(40)
        self.hide()

    def open(self) -> None:
        """Shows the sheet in the middle of its parent."""
        self._fill()
        self.adjustSize()
        parent = self.parentWidget()
        if parent is not None:
            self.move((parent.width() - self.width()) // 2, (parent.height() - self.height()) // 2)
        self.show()
        self.raise_()

    def toggle(self) -> None:
        if self.isVisible():
            self.hide()
        else:
            self.open()

    def _fill(self) -> None:
        while (item := self._layout.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for groups in _COLUMNS:
            column = QWidget(self)
            grid = QGridLayout(column)
            grid.setContentsMargins(0, 0, 0, 0)
            grid.setHorizontalSpacing(16)
            grid.setVerticalSpacing(6)
            line = 0
            for group in groups:
                title = QLabel(translate("Keys", _GROUPS[group]))
                title.setObjectName("title")
                title.setContentsMargins(0, 12 if line else 0, 0, 2)
                grid.addWidget(title, line, 0, 1, 2)
                line = self._add_rows(grid, group, line + 1)
            grid.setRowStretch(line, 1)
            self._layout.addWidget(column)

    def _add_rows(self, grid: QGridLayout, group: KeyGroup, line: int) -> int:
        for row in KEY_TABLE:
            if row.group is not group or row.id.value in _FOLDED:
                continue
            key, text = self._row_text(row.id, row.text)
            if not key:
                continue
            label = QLabel(key)
            label.setObjectName("key")
            grid.addWidget(label, line, 0, Qt.AlignmentFlag.AlignRight)
            grid.addWidget(QLabel(text), line, 1)
            line += 1
        return line

    def _row_text(self, command_id: CommandId, text: str) -> tuple[str, str]:
        if command_id is CommandId.LAYOUT_1:
            return "F1 … F8", translate("Keys", "Wall layouts")
        if command_id is CommandId.PAN_LEFT:
            return "← → ↑ ↓", translate("Keys", "Move the picture")
        if command_id is CommandId.CALL_CAMERA:
            return translate("Keys", "digits Enter"), translate(
                "Keys", "Camera to the selected tile"
            )
        if command_id is CommandId.CALL_SCENE:
            return translate("Keys", "* digits Enter"), translate("Keys", "Scene to the wall")
        key = PTZ_KEY_TEXTS.get(command_id) or key_text(command_id)
        return key, translate("Keys", text)
