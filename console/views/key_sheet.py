"""KeySheet (?): every key of the one table, by group, in as many columns as the window has room for.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from console.state.keys import KEY_TABLE, QT_TRANSLATE_NOOP, CommandId, KeyCommand, KeyGroup
from console.state.mode_keys import PTZ_KEY_TEXTS
from console.views.act_bar import key_text
from console.views.words import translate

_GROUPS = {
    KeyGroup.CASES: QT_TRANSLATE_NOOP("Keys", "Cases"),
    KeyGroup.CAMERAS: QT_TRANSLATE_NOOP("Keys", "Cameras"),
    KeyGroup.TILE: QT_TRANSLATE_NOOP("Keys", "Selected tile"),
    KeyGroup.ZOOM: QT_TRANSLATE_NOOP("Keys", "While zooming"),
    KeyGroup.REPLAY: QT_TRANSLATE_NOOP("Keys", "While replaying"),
    KeyGroup.PTZ: QT_TRANSLATE_NOOP("Keys", "Turning a camera"),
    KeyGroup.WALL: QT_TRANSLATE_NOOP("Keys", "Wall, scenes, tours"),
    KeyGroup.MAP: QT_TRANSLATE_NOOP("Keys", "Map"),
    KeyGroup.CONSOLE: QT_TRANSLATE_NOOP("Keys", "Console"),
}

#: Rows one other row stands for: eight layouts, four directions.
_FOLDED = {f"layout_{number}" for number in range(2, 9)}
_FOLDED |= {f"{what}_{way}" for what in ("pan", "tile") for way in ("right", "up", "down")}
#: Rows that are written otherwise than in the table.
_WRITTEN = {
    CommandId.LAYOUT_1: ("F1 … F8", QT_TRANSLATE_NOOP("Keys", "Wall layouts")),
    CommandId.PAN_LEFT: ("← → ↑ ↓", QT_TRANSLATE_NOOP("Keys", "Move the picture")),
    CommandId.TILE_LEFT: ("Alt+← → ↑ ↓", QT_TRANSLATE_NOOP("Keys", "Neighbouring tile")),
    CommandId.CALL_CAMERA: (
        QT_TRANSLATE_NOOP("Keys", "digits Enter"),
        QT_TRANSLATE_NOOP("Keys", "Camera to the selected tile"),
    ),
    CommandId.CALL_SCENE: (
        QT_TRANSLATE_NOOP("Keys", "* digits Enter"),
        QT_TRANSLATE_NOOP("Keys", "Scene to the wall"),
    ),
}
#: A title and the space above it, in rows.
_TITLE_ROWS = 2
#: A text wider than this is wrapped: one long row must not widen its whole column.
_TEXT_PX = 360
#: What stays free around the sheet, and what its frame takes of it.
_MARGIN_PX = 24
_FRAME_PX = 12


def columns_of(heights: Sequence[int], count: int) -> list[int]:
    """How many of the blocks, in their order, stand in each of at most `count` columns.

    The tallest column is as short as it can be.
    """
    limit = max(heights)
    while True:
        columns, filled = [0], 0
        for height in heights:
            if filled + height > limit and columns[-1]:
                columns.append(0)
                filled = 0
            columns[-1] += 1
            filled += height
        if len(columns) <= count:
            return columns
        limit += 1


class KeySheet(QFrame):
    """A card with all keys; `?` or Esc closes it. What does not fit scrolls."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self._area)
        self.hide()

    def open(self) -> None:
        """Shows the sheet in the middle of its parent, never larger than that."""
        parent = self.parentWidget()
        assert parent is not None
        room = parent.rect().adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
        content = self._fitting(room.size())
        self._area.setWidget(content)
        wanted = content.sizeHint() + QSize(_FRAME_PX, _FRAME_PX)
        if wanted.height() > room.height():
            wanted.setWidth(wanted.width() + self._area.verticalScrollBar().sizeHint().width())
        size = wanted.boundedTo(room.size())
        centre = room.center()
        self.setGeometry(
            centre.x() - size.width() // 2,
            centre.y() - size.height() // 2,
            size.width(),
            size.height(),
        )
        self.show()
        self.raise_()

    def toggle(self) -> None:
        if self.isVisible():
            self.hide()
        else:
            self.open()

    def _fitting(self, room: QSize) -> QWidget:
        """As few columns as fit the height, as many as fit the width where none does."""
        fitting = self._content(1)
        for count in range(2, len(_GROUPS) + 1):
            if fitting.sizeHint().height() + _FRAME_PX <= room.height():
                break
            wider = self._content(count)
            if wider.sizeHint().width() + _FRAME_PX > room.width():
                _discard(wider)
                break
            _discard(fitting)
            fitting = wider
        return fitting

    def _content(self, most_columns: int) -> QWidget:
        blocks = [(group, list(_rows(group))) for group in _GROUPS]
        counts = columns_of([len(rows) + _TITLE_ROWS for _, rows in blocks], most_columns)
        content = QWidget(self)
        across = QHBoxLayout(content)
        across.setContentsMargins(24, 16, 24, 20)
        across.setSpacing(32)
        left = iter(blocks)
        for count in counts:
            column = QGridLayout()
            column.setHorizontalSpacing(12)
            column.setVerticalSpacing(4)
            for _ in range(count):
                _add_block(column, *next(left))
            column.setRowStretch(column.rowCount(), 1)
            across.addLayout(column)
        content.ensurePolished()
        return content


def _discard(content: QWidget) -> None:
    """A child that is left would be shown with the sheet."""
    content.hide()
    content.deleteLater()


def _rows(group: KeyGroup) -> Iterator[tuple[str, str]]:
    """Key and what it does, as written, of the rows that have a key."""
    for row in KEY_TABLE:
        if row.group is group and row.id.value not in _FOLDED:
            key, text = _row_texts(row)
            if key:
                yield key, text


def _row_texts(row: KeyCommand) -> tuple[str, str]:
    if row.id in _WRITTEN:
        key, text = _WRITTEN[row.id]
        return translate("Keys", key), translate("Keys", text)
    own = PTZ_KEY_TEXTS.get(row.id)
    return translate("Keys", own) if own else key_text(row.id), translate("Keys", row.text)


def _add_block(grid: QGridLayout, group: KeyGroup, rows: Sequence[tuple[str, str]]) -> None:
    line = grid.rowCount()
    title = QLabel(translate("Keys", _GROUPS[group]))
    title.setObjectName("title")
    title.setContentsMargins(0, 10 if line > 1 else 0, 0, 2)
    grid.addWidget(title, line, 0, 1, 2)
    for key, text in rows:
        line += 1
        label = QLabel(key)
        label.setObjectName("key")
        across = Qt.AlignmentFlag.AlignRight
        told = QLabel(text)
        told.ensurePolished()
        if told.sizeHint().width() > _TEXT_PX:
            told.setWordWrap(True)
            told.setFixedSize(_TEXT_PX, told.heightForWidth(_TEXT_PX))
            across |= Qt.AlignmentFlag.AlignTop
        grid.addWidget(label, line, 0, across)
        grid.addWidget(told, line, 1)
