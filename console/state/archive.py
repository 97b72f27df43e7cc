"""Archive: every case the hub has, years of them, as a list that is read page by page.

Decides what is asked, which answers still count and how far the list goes; never holds more than
`SHOWN_MOST` rows, so that a seat that looks through millions stays as small as it was. Asks by
`page_wanted`; `console.bridge.archive_line` answers. One thread.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from msgspec import Struct

from console.desk.case import CaseData, CaseId, CaseState
from console.state.candidates import Reason
from console.state.cases import CaseRow, row_of
from console.state.observable import Signal

PAGE_ROWS = 200
#: Rows read at most for one question: further back is a day away, not a thousand turns of a wheel.
SHOWN_MOST = 5_000


class ArchiveOrder(enum.Enum):
    """As the hub's `cases` sorts."""

    NEWEST = "opened"
    OLDEST = "oldest"
    URGENT = "urgency"


class ArchiveQuery(Struct, frozen=True):
    """What is sought. Times are UTC texts, `until_utc` not included; None and "" are everything."""

    text: str = ""
    kind: str | None = None
    state: CaseState | None = None
    street: str | None = None
    since_utc: str | None = None
    until_utc: str | None = None
    order: ArchiveOrder = ArchiveOrder.NEWEST

    def filter(self) -> dict[str, str]:
        """As the hub's `cases` and `count` take it."""
        wanted = {
            "text": self.text.strip(),
            "kind": self.kind,
            "state": self.state.value if self.state is not None else None,
            "street": self.street,
            "since_utc": self.since_utc,
            "until_utc": self.until_utc,
        }
        return {name: value for name, value in wanted.items() if value}


class PageAsked(Struct, frozen=True):
    """One page of one question. `number` grows: answers to older questions are dropped."""

    number: int
    query: ArchiveQuery
    after: str | None


class ArchiveState(enum.Enum):
    IDLE = "idle"
    READING = "reading"
    FAILED = "failed"


class Archive:
    """`changed()` when rows, count or state are others; `page_wanted(asked)`."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self.page_wanted: Signal[[PageAsked]] = Signal()
        self.query = ArchiveQuery()
        self.rows: tuple[CaseRow, ...] = ()
        #: How many the hub has of these; None: not told yet, or not counted for a text.
        self.total: int | None = None
        self.state = ArchiveState.IDLE
        self.problem: Reason | None = None
        self._after: str | None = None
        self._number = 0

    @property
    def has_more(self) -> bool:
        """Whether a further page can be read now."""
        waits = self.state is ArchiveState.READING
        return self._after is not None and not waits and len(self.rows) < SHOWN_MOST

    @property
    def is_cut(self) -> bool:
        """There are more than a person can look through: the question must become narrower."""
        return self._after is not None and len(self.rows) >= SHOWN_MOST

    def search(self, query: ArchiveQuery) -> None:
        """Another question: the list begins anew."""
        self.query = query
        self.rows, self.total, self._after = (), None, None
        self._ask()

    def more(self) -> None:
        """The next page, where there is one and none is on its way."""
        if self.has_more:
            self._ask()

    def again(self) -> None:
        """After a failure: the same page once more."""
        if self.state is ArchiveState.FAILED:
            self._ask()

    def row(self, case_id: str) -> CaseRow | None:
        return next((row for row in self.rows if row.id == case_id), None)

    def take(
        self, asked: PageAsked, cases: Iterable[CaseData], after: str | None, now_utc_ns: int
    ) -> None:
        """The hub's answer."""
        if asked.number != self._number:
            return
        known: set[CaseId] = {row.id for row in self.rows} if asked.after is not None else set()
        fresh = [row_of(case, now_utc_ns) for case in cases if case.case_id not in known]
        self.rows = (*self.rows, *fresh)
        self._after = after
        if after is None:
            self.total = len(self.rows)
        self.state, self.problem = ArchiveState.IDLE, None
        self.changed.emit()

    def take_total(self, asked: PageAsked, total: int) -> None:
        if asked.number == self._number and self._after is not None:
            self.total = total
            self.changed.emit()

    def fail(self, asked: PageAsked, problem: Reason) -> None:
        """No answer, or a refusal: what was read stays, and says so."""
        if asked.number == self._number:
            self.state, self.problem = ArchiveState.FAILED, problem
            self.changed.emit()

    def _ask(self) -> None:
        self._number += 1
        self.state, self.problem = ArchiveState.READING, None
        self.changed.emit()
        self.page_wanted.emit(PageAsked(self._number, self.query, self._after))
