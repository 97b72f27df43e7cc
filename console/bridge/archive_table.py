"""ArchiveTable: the archive as a Qt list model that reads on as one scrolls.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from console.bridge.case_table import ROW_ROLE
from console.state.archive import Archive
from console.state.cases import CaseRow

_Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()


class ArchiveTable(QAbstractListModel):
    """`fetchMore` asks for the next page; rows come when the hub has answered."""

    def __init__(self, archive: Archive, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._archive = archive
        self._rows: tuple[CaseRow, ...] = archive.rows
        self.release = archive.changed.connect(self._on_changed)

    def rowCount(self, parent: _Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> CaseRow | str | None:
        row = self.row_at(index)
        if role == ROW_ROLE:
            return row
        if row is not None and role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return row.case.title or row.case.case_id
        return None

    def row_at(self, index: _Index) -> CaseRow | None:
        in_range = index.isValid() and 0 <= index.row() < len(self._rows)
        return self._rows[index.row()] if in_range else None

    def canFetchMore(self, parent: _Index = _TOP) -> bool:
        return not parent.isValid() and self._archive.has_more

    def fetchMore(self, parent: _Index = _TOP) -> None:
        self._archive.more()

    def _on_changed(self) -> None:
        rows = self._archive.rows
        if rows == self._rows:
            return
        known = len(self._rows)
        if known and rows[:known] == self._rows:
            self.beginInsertRows(QModelIndex(), known, len(rows) - 1)
            self._rows = rows
            self.endInsertRows()
        else:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
