"""MarkedCases: the cases ticked in the list, for one act on all of them (`console.state.batch`).

A mark is this seat's own and is forgotten when the case ends. One thread.
"""

from __future__ import annotations

from collections.abc import Iterable

from console.desk.case import CaseId
from console.state.cases import CaseRow, OpenCases
from console.state.observable import Signal

#: One act on more cases than this is no decision any more; the rest is told, not done.
MARKED_MOST = 200


class MarkedCases:
    """`changed()` when others are marked."""

    def __init__(self, cases: OpenCases) -> None:
        self.changed: Signal[[]] = Signal()
        self._cases = cases
        self._ids: dict[CaseId, None] = {}
        cases.changed.connect(self._on_changed)
        cases.replaced.connect(lambda: self._on_changed(frozenset(self._ids)))

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, case_id: object) -> bool:
        return case_id in self._ids

    def rows(self) -> list[CaseRow]:
        """In the order in which they were marked."""
        return [row for each in self._ids if (row := self._cases.get(each)) is not None]

    def toggle(self, case_id: CaseId) -> None:
        if case_id in self._ids:
            del self._ids[case_id]
            self.changed.emit()
        else:
            self.mark((case_id,))

    def mark(self, case_ids: Iterable[CaseId]) -> int:
        """Marks open cases, at most `MARKED_MOST` in all; how many found no room."""
        wanted = [each for each in case_ids if each not in self._ids and self._is_open(each)]
        room = max(0, MARKED_MOST - len(self._ids))
        self._ids.update(dict.fromkeys(wanted[:room]))
        self.changed.emit()
        return len(wanted) - len(wanted[:room])

    def done_with(self, case_id: CaseId) -> None:
        """The act on it is committed: what stays marked is what was refused."""
        if case_id in self._ids:
            del self._ids[case_id]
            self.changed.emit()

    def clear(self) -> None:
        if self._ids:
            self._ids.clear()
            self.changed.emit()

    def _is_open(self, case_id: CaseId) -> bool:
        row = self._cases.get(case_id)
        return row is not None and not row.ended

    def _on_changed(self, ids: frozenset[CaseId]) -> None:
        gone = [each for each in self._ids if each in ids and not self._is_open(each)]
        for each in gone:
            del self._ids[each]
        if gone:
            self.changed.emit()
