"""AskingCases: which open cases ask for this seat's attention, and which it has acknowledged.

Priority 1 asks until the seat has acknowledged it, the others while they are proposals nobody has
taken up; of the others those the seat subscribed to. What is put aside (shelved, in maintenance) asks for nothing.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

from console.desk.case import CaseId, CaseState
from console.state.case_filters import CaseFilters
from console.state.cases import STRIP_PRIORITY, CaseRow, OpenCases
from console.state.observable import Signal
from console.state.shelves import Shelves
from ingest.clock import Clock


class AskingCases:
    """Signal `changed()`: acknowledgements or shelves are others."""

    def __init__(
        self, cases: OpenCases, shelves: Shelves, clock: Clock, filters: CaseFilters
    ) -> None:
        self.changed: Signal[[]] = Signal()
        self.acknowledged: set[CaseId] = set()
        self._cases, self._shelves, self._clock = cases, shelves, clock
        self._filters = filters
        shelves.changed.connect(self.changed.emit)
        filters.changed.connect(self.changed.emit)

    def acknowledge(self, *case_ids: CaseId) -> None:
        """This seat has seen them: they stop asking."""
        self.acknowledged.update(case_ids)
        self.changed.emit()

    def urgent(self) -> list[CaseRow]:
        """Priority-1 cases that ask, for the strip."""
        return [row for row in self._cases.strip(self._clock.utc_ns()) if self._asks(row)]

    def rows(self) -> list[CaseRow]:
        """Every case that asks, the most urgent first."""
        proposed = [
            row
            for row in self._cases.open_rows()
            if row.case.priority != STRIP_PRIORITY
            and row.case.state is CaseState.PROPOSED
            and self._filters.subscription.admits(row)
            and self._asks(row)
        ]
        now_utc_ns = self._clock.utc_ns()
        return self.urgent() + sorted(proposed, key=lambda row: row.urgency(now_utc_ns))

    def _asks(self, row: CaseRow) -> bool:
        case = row.case
        return (
            row.id not in self.acknowledged
            and self._shelves.puts_aside(case.camera_id, case.kind) is None
        )
