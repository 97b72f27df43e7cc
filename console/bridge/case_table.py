"""CaseTable: the queue as a Qt list model. Holds no order of its own; `CaseQueue` decides.

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from console.desk.case import CaseId
from console.state.cases import CaseRow
from console.state.queue import CaseQueue

#: The role under which a row's `CaseRow` is found.
ROW_ROLE = int(Qt.ItemDataRole.UserRole)
#: More rows coming and going at once than this are one reset.
RESET_ABOVE_COUNT = 64

_Index = QModelIndex | QPersistentModelIndex


class CaseTable(QAbstractListModel):
    """Rows of the queue; `rows_moved` in the queue become inserts, removes and moves here."""

    def __init__(self, queue: CaseQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._ids: list[CaseId] = list(queue.order)
        queue.order_changed.connect(self._on_order)
        queue.rows_changed.connect(self._on_rows)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> CaseRow | str | None:
        case_id = self.case_id(index)
        row = self._queue.row(case_id) if case_id is not None else None
        if role == ROW_ROLE:
            return row
        if row is not None and role in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
        ):
            return row.case.title or row.case.case_id
        return None

    def case_id(self, index: _Index) -> CaseId | None:
        in_range = index.isValid() and 0 <= index.row() < len(self._ids)
        return self._ids[index.row()] if in_range else None

    def index_of(self, case_id: CaseId | None) -> QModelIndex:
        """The row of a case; an invalid index when the list does not show it."""
        if case_id is None or case_id not in self._ids:
            return QModelIndex()
        return self.index(self._ids.index(case_id), 0)

    def _on_rows(self, ids: frozenset[CaseId]) -> None:
        for row, case_id in enumerate(self._ids):
            if case_id in ids:
                index = self.index(row, 0)
                self.dataChanged.emit(index, index)

    def _on_order(self) -> None:
        wanted = list(self._queue.order)
        gone = set(self._ids) - set(wanted)
        come = set(wanted) - set(self._ids)
        if len(gone) + len(come) > RESET_ABOVE_COUNT:
            self.beginResetModel()
            self._ids = wanted
            self.endResetModel()
            return
        self._remove(gone)
        self._insert(wanted, come)
        self._move(wanted)

    def _remove(self, gone: set[CaseId]) -> None:
        for row in range(len(self._ids) - 1, -1, -1):
            if self._ids[row] in gone:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._ids[row]
                self.endRemoveRows()

    def _insert(self, wanted: list[CaseId], come: set[CaseId]) -> None:
        for row, case_id in enumerate(wanted):
            if case_id in come:
                place = min(row, len(self._ids))
                self.beginInsertRows(QModelIndex(), place, place)
                self._ids.insert(place, case_id)
                self.endInsertRows()

    def _move(self, wanted: list[CaseId]) -> None:
        if self._ids == wanted:
            return
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        ids = [self._ids[index.row()] for index in old]
        self._ids = wanted
        rows = {case_id: row for row, case_id in enumerate(wanted)}
        self.changePersistentIndexList(old, [self.index(rows[case_id], 0) for case_id in ids])
        self.layoutChanged.emit()
