"""CaseQueue: the order of the operator's list, and what may move in it.

Decides which rows are shown, where a row stands and which new ones wait. Nothing moves under
the pointer or the keyboard cursor: rows down to the lowest protected one keep their places,
rows that belong above it wait and are counted (UI.md, principle 3). Everything is computed
from `OpenCases`, so live updates and a fresh snapshot end in the same list. One thread.
"""

from __future__ import annotations

import enum

from msgspec import Struct

from console.desk.case import CaseId
from console.state.case_filters import EVERYTHING, CaseChoice
from console.state.cases import CaseRow, Light, OpenCases
from console.state.grouping import GroupHead, Grouping, grouped, heads_of
from console.state.observable import Signal


class Scope(enum.Enum):
    """The header's numbers, each a filter."""

    OPEN = "open"
    LATE = "late"
    TODAY = "today"


class QueueFilter(Struct, frozen=True):
    """What the list shows. `since_utc_ns` is today's first moment."""

    scope: Scope = Scope.OPEN
    choice: CaseChoice = EVERYTHING
    since_utc_ns: int = 0

    def admits(self, row: CaseRow, now_utc_ns: int) -> bool:
        if not self.choice.admits(row):
            return False
        if self.scope is Scope.TODAY:
            return row.opened_utc_ns >= self.since_utc_ns
        if row.ended:
            return False
        return self.scope is Scope.OPEN or row.light(now_utc_ns) is Light.RED


class QueueCounts(Struct, frozen=True):
    """The header's numbers as far as this seat knows them."""

    open_count: int
    late_count: int
    today_count: int


class CaseQueue:
    """The shown order of case ids.

    Signals: `order_changed` when rows came, went or moved; `rows_changed(ids)` when rows
    changed in place; `waiting_changed(count)`.
    """

    def __init__(self, cases: OpenCases) -> None:
        self.order_changed: Signal[[]] = Signal()
        self.rows_changed: Signal[[frozenset[CaseId]]] = Signal()
        self.waiting_changed: Signal[[int]] = Signal()
        self._cases = cases
        self._filter = QueueFilter()
        self._order: tuple[CaseId, ...] = ()
        self._grouping = Grouping.NONE
        self._heads: dict[CaseId, GroupHead] = {}
        self._waiting: frozenset[CaseId] = frozenset()
        self._cursor: CaseId | None = None
        self._pointer: CaseId | None = None
        self._now_utc_ns = 0
        cases.changed.connect(self._on_changed)
        cases.replaced.connect(self.refresh)

    @property
    def order(self) -> tuple[CaseId, ...]:
        return self._order

    @property
    def waiting_count(self) -> int:
        return len(self._waiting)

    @property
    def filter(self) -> QueueFilter:
        return self._filter

    @property
    def grouping(self) -> Grouping:
        return self._grouping

    def head(self, case_id: CaseId) -> GroupHead | None:
        """What stands over this row, where it begins a part of a grouped list."""
        return self._heads.get(case_id)

    def row(self, case_id: CaseId) -> CaseRow | None:
        return self._cases.get(case_id)

    def counts(self, today_since_utc_ns: int) -> QueueCounts:
        rows = self._cases.rows()
        open_rows = [row for row in rows if not row.ended]
        return QueueCounts(
            len(open_rows),
            sum(row.light(self._now_utc_ns) is Light.RED for row in open_rows),
            sum(row.opened_utc_ns >= today_since_utc_ns for row in rows),
        )

    def set_filter(self, wanted: QueueFilter) -> None:
        """A person asked for another list: everything may move."""
        self._filter = wanted
        self.release()

    def group_by(self, grouping: Grouping) -> None:
        """A person asked for another division: everything may move."""
        self._grouping = grouping
        self.release()

    def protect(self, *, cursor: CaseId | None, pointer: CaseId | None) -> None:
        """Tells which rows must not move: under the keyboard cursor and under the mouse."""
        if (cursor, pointer) == (self._cursor, self._pointer):
            return
        loosened = self._lowest_protected() is not None
        self._cursor, self._pointer = cursor, pointer
        if loosened and self._lowest_protected() is None:
            self.refresh()

    def release(self) -> None:
        """Shows what waited, sorted anew (the chip was pressed, Home, a new filter)."""
        self._cursor = self._pointer = None
        self.refresh()

    def tick(self, now_utc_ns: int) -> None:
        """Time passed: lights change and rows move where they may."""
        self._now_utc_ns = now_utc_ns
        self.refresh()

    def refresh(self) -> None:
        """Recomputes the order from the cases, the filter and what is protected."""
        wanted = self._sorted()
        order, waiting = self._arranged(wanted)
        if waiting != self._waiting:
            self._waiting = waiting
            self.waiting_changed.emit(len(waiting))
        shown = [row for each in order if (row := self._cases.get(each)) is not None]
        heads = heads_of(self._grouping, shown)
        if (order, heads) != (self._order, self._heads):
            self._order, self._heads = order, heads
            self.order_changed.emit()

    def _on_changed(self, ids: frozenset[CaseId]) -> None:
        self.refresh()
        self.rows_changed.emit(ids)

    def _sorted(self) -> list[CaseId]:
        now = self._now_utc_ns
        rows = [row for row in self._cases.rows() if self._filter.admits(row, now)]
        by_urgency = sorted(rows, key=lambda row: row.urgency(now))
        return [row.id for row in grouped(self._grouping, by_urgency)]

    def _lowest_protected(self) -> int | None:
        places = [
            self._order.index(case_id)
            for case_id in (self._cursor, self._pointer)
            if case_id is not None and case_id in self._order
        ]
        return max(places, default=None)

    def _arranged(self, wanted: list[CaseId]) -> tuple[tuple[CaseId, ...], frozenset[CaseId]]:
        lowest = self._lowest_protected()
        if lowest is None:
            return tuple(wanted), frozenset()
        # a case that ended keeps its line while something protected stands below it
        head = self._order[: lowest + 1]
        rank = {case_id: place for place, case_id in enumerate(wanted)}
        shown = frozenset(self._order)
        anchor = max((rank[case_id] for case_id in head if case_id in rank), default=-1)
        tail = [
            case_id
            for case_id in wanted
            if case_id not in head and (case_id in shown or rank[case_id] > anchor)
        ]
        waiting = frozenset(rank) - frozenset(head) - frozenset(tail)
        return (*head, *tail), waiting
