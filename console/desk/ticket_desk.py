"""Ticket desk: what became of citizens' tickets, in the words and with the fields the public may see.

Not who works on it, nor notes, nor contacts: those are the centre's. Runs in the hub's read thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct
from sqlalchemy import select

from console.desk.case import ENDED, CaseData, CaseState
from console.desk.desk_context import DeskContext
from console.desk.queries import convert
from console.desk.tables import case_of, cases
from ingest.feed.log import Transaction
from ingest.feed.participant import (
    Caller,
    Operation,
    OperationRefused,
    OperationResult,
    ReadingOperation,
)

#: GeoReport v2: at most so many requests an answer, and at most so long a span.
LIST_MOST = 1_000
SPAN_MOST_S = 90 * 86_400.0


class TicketStatusRequest(Struct, frozen=True):
    """`tickets.status`: of some tickets, or of a span (ns since 1970), newest first."""

    ticket_ids: Annotated[tuple[str, ...], Meta(max_length=LIST_MOST)] = ()
    from_ns: int | None = None
    until_ns: int | None = None
    is_open: bool | None = None
    item_code: str | None = None


class TicketStatus(Struct, frozen=True):
    """One ticket as the public may see it. Times RFC 3339 UTC; `expected_utc`: the whole limit."""

    ticket_id: str
    state: CaseState
    is_open: bool
    item_code: str | None
    title: str
    opened_utc: str
    closed_utc: str | None
    expected_utc: str | None
    unit: str | None
    lat_deg: float | None
    lon_deg: float | None


class TicketDesk:
    """Operations on tickets."""

    def __init__(self, context: Callable[[], DeskContext]) -> None:
        self._context = context

    def operations(self) -> Mapping[str, Operation]:
        return {"tickets.status": ReadingOperation(self._status)}

    def _status(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: TicketStatusRequest = convert(request, TicketStatusRequest)
        wanted = select(cases.c.body).where(cases.c.ticket_id.is_not(None))
        if asked.ticket_ids:
            wanted = wanted.where(cases.c.ticket_id.in_(asked.ticket_ids))
        else:
            if asked.from_ns is None or asked.until_ns is None:
                raise OperationRefused("ticket_ids, or from_ns and until_ns, are missing")
            if not 0 <= asked.until_ns - asked.from_ns <= SPAN_MOST_S * 1e9:
                raise OperationRefused("a span of at most 90 days, from before until")
            wanted = wanted.where(
                cases.c.opened_ns >= asked.from_ns, cases.c.opened_ns <= asked.until_ns
            )
        if asked.is_open is not None:
            wanted = wanted.where(cases.c.is_open.is_(asked.is_open))
        if asked.item_code is not None:
            wanted = wanted.where(cases.c.item_code == asked.item_code)
        rows = tx.execute(wanted.order_by(cases.c.opened_ns.desc()).limit(LIST_MOST))
        return OperationResult({"tickets": [status_of(case_of(row.body)) for row in rows]})


def status_of(case: CaseData) -> TicketStatus:
    return TicketStatus(
        ticket_id=case.ticket_id or "",
        state=case.state,
        is_open=case.state not in ENDED,
        item_code=case.item_code,
        title=case.title,
        opened_utc=case.opened_utc,
        closed_utc=case.closed_utc,
        expected_utc=case.whole_due_utc,
        unit=case.unit,
        lat_deg=case.lat_deg,
        lon_deg=case.lon_deg,
    )
