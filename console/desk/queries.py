"""Lists and counts of cases: filters, orders, pages by key, for the queue and the head line.

A page goes on after the last row's key (never by offset), so that it costs the same at row
1,000,000 and misses nothing when rows move. Reading transactions; any thread.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Raw, Struct
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, union_all

from console.desk.case import CaseState
from console.desk.case_text import CANDIDATES_MOST, candidate_ids
from console.desk.tables import NEVER_NS, cases, texts
from ingest.feed.envelope import parse_utc_ns
from ingest.feed.log import Transaction
from ingest.feed.participant import OperationRefused

#: Rows of a page, and most of them.
PAGE_ROWS, PAGE_ROWS_MAX = 100, 1_000
#: Open cases a snapshot carries; a desk with more pages through `cases`.
SNAPSHOT_CASES_MAX = 5_000
#: A search for one character reads titles one by one (0.25 s for these).
TEXT_SEARCH_CASES = 100_000
#: `by` of `count` → column.
COUNTED = {
    "state": cases.c.state,
    "kind": cases.c.kind,
    "unit": cases.c.unit,
    "street": cases.c.street_id,
    "grid": cases.c.grid_id,
    "inspector": cases.c.inspector_id,
    "camera": cases.c.camera_id,
    "item": cases.c.item_code,
    "priority": cases.c.priority,
    "source": cases.c.source,
}
#: Orders: columns and whether each descends. The last column makes every key unique.
ORDERS: dict[str, tuple[tuple[Any, bool], ...]] = {
    "urgency": ((cases.c.urgency, False), (cases.c.due_ns, False), (cases.c.case_id, False)),
    "due": ((cases.c.due_ns, False), (cases.c.case_id, False)),
    "opened": ((cases.c.opened_ns, True), (cases.c.case_id, True)),
    "oldest": ((cases.c.opened_ns, False), (cases.c.case_id, False)),
}
_Texts = str | tuple[str, ...] | None


class CaseFilter(Struct, frozen=True, forbid_unknown_fields=True):
    """`filter` of `cases` and `count`. A text or a list of texts; absent = everything.

    Attributes:
        open: only open (or only ended) cases. late: only those past their step's limit.
        since_utc, until_utc: opened in this time. text: in the title, or how the case id
            begins; of a text in more titles the newest `CANDIDATES_MOST`, of a single
            character the newest `TEXT_SEARCH_CASES`, with `since_utc` all since then.
    """

    state: _Texts = None
    kind: _Texts = None
    unit: _Texts = None
    street: _Texts = None
    grid_id: _Texts = None
    inspector_id: _Texts = None
    camera_id: _Texts = None
    item_code: _Texts = None
    source: _Texts = None
    priority: Annotated[int, Meta(ge=0, le=100)] | None = None
    open: bool | None = None
    late: bool | None = None
    since_utc: str | None = None
    until_utc: str | None = None
    text: str | None = None


class ListRequest(Struct, frozen=True):
    """`cases`."""

    filter: CaseFilter = CaseFilter()
    sort: str = "urgency"
    after: str | None = None
    limit: int = PAGE_ROWS


class CountRequest(Struct, frozen=True):
    """`count`; without `by` only the totals."""

    filter: CaseFilter = CaseFilter()
    by: str | tuple[str, ...] = ()


def convert(request: dict[str, Any], kind: type[Any]) -> Any:
    """A request as a value. Raises OperationRefused with what was expected."""
    try:
        return msgspec.convert({k: v for k, v in request.items() if v is not None}, kind)
    except msgspec.ValidationError as error:
        raise OperationRefused(f"{request.get('op', 'request')}: {error}") from error


def list_cases(tx: Transaction, request: dict[str, Any]) -> dict[str, Any]:
    """A page: `cases`, and `after` for the next one (null at the end)."""
    asked: ListRequest = convert(request, ListRequest)
    if asked.sort not in ORDERS:
        raise OperationRefused(f"sort is {asked.sort!r}; expected one of {', '.join(ORDERS)}")
    if not 1 <= asked.limit <= PAGE_ROWS_MAX:
        raise OperationRefused(f"limit is {asked.limit}; expected 1 to {PAGE_ROWS_MAX}")
    order = ORDERS[asked.sort]
    statement = select(cases.c.body, *(column for column, _ in order))
    statement = _filtered(statement, asked.filter, tx.now_utc_ns)
    if asked.after is not None:
        statement = statement.where(_beyond(order, _cursor_values(asked.after, len(order))))
    statement = statement.order_by(*(c.desc() if falls else c.asc() for c, falls in order))
    rows = tx.execute(statement.limit(asked.limit + 1)).all()
    page = rows[: asked.limit]
    more = len(rows) > asked.limit
    after = _cursor(tuple(page[-1])[1:]) if more else None
    return {"cases": [Raw(row.body) for row in page], "after": after}


def open_cases(tx: Transaction) -> list[Raw]:
    """Bodies of the open cases, most urgent first, for the snapshot."""
    statement = (
        select(cases.c.body)
        .where(cases.c.is_open.is_(True))
        .order_by(cases.c.urgency, cases.c.due_ns, cases.c.case_id)
        .limit(SNAPSHOT_CASES_MAX)
    )
    return [Raw(row.body) for row in tx.execute(statement)]


def count_cases(tx: Transaction, request: dict[str, Any], day_start_ns: int) -> dict[str, Any]:
    """`count` of the filter, groups `by`, and the head line: `today`, `open`, `late`."""
    asked: CountRequest = convert(request, CountRequest)
    names = (asked.by,) if isinstance(asked.by, str) else asked.by
    unknown = [name for name in names if name not in COUNTED]
    if unknown:
        raise OperationRefused(f"by is {unknown[0]!r}; expected one of {', '.join(COUNTED)}")
    now_ns = tx.now_utc_ns
    total = _filtered(select(func.count()).select_from(cases), asked.filter, now_ns)
    return {
        "count": tx.execute(total).scalar_one(),
        "by": {name: _groups(tx, name, asked.filter) for name in names},
        **head_line(tx, day_start_ns),
    }


def head_line(tx: Transaction, day_start_ns: int) -> dict[str, int]:
    """`today` opened since local midnight, `open` now, `late` past their step's limit."""
    is_open = cases.c.is_open.is_(True)
    conditions = {
        "today": cases.c.opened_ns >= day_start_ns,
        "open": is_open,
        "late": and_(is_open, cases.c.due_ns < tx.now_utc_ns),
    }
    return {
        name: tx.execute(select(func.count()).select_from(cases).where(condition)).scalar_one()
        for name, condition in conditions.items()
    }


def _groups(tx: Transaction, name: str, wanted: CaseFilter) -> dict[str, int]:
    column = COUNTED[name]
    counted = select(column.label("value"), func.count().label("count_of"))
    statement = _filtered(counted, wanted, tx.now_utc_ns).group_by(column)
    return {
        "" if row.value is None else str(row.value): row.count_of for row in tx.execute(statement)
    }


def _filtered(statement: Select[Any], wanted: CaseFilter, now_ns: int) -> Select[Any]:
    columns = {
        "state": cases.c.state,
        "kind": cases.c.kind,
        "unit": cases.c.unit,
        "street": cases.c.street_id,
        "grid_id": cases.c.grid_id,
        "inspector_id": cases.c.inspector_id,
        "camera_id": cases.c.camera_id,
        "item_code": cases.c.item_code,
        "source": cases.c.source,
    }
    for name, column in columns.items():
        value = getattr(wanted, name)
        if value is not None:
            texts = (value,) if isinstance(value, str) else value
            statement = statement.where(
                column == texts[0] if len(texts) == 1 else column.in_(texts)
            )
    _check_states(wanted.state)
    if wanted.priority is not None:
        statement = statement.where(cases.c.priority == wanted.priority)
    if wanted.open is not None:
        statement = statement.where(cases.c.is_open.is_(wanted.open))
    if wanted.late is not None:
        late = and_(cases.c.is_open.is_(True), cases.c.due_ns < now_ns)
        statement = statement.where(late if wanted.late else ~late)
    return _filtered_by_time_and_text(statement, wanted)


def _filtered_by_time_and_text(statement: Select[Any], wanted: CaseFilter) -> Select[Any]:
    if wanted.since_utc is not None:
        statement = statement.where(cases.c.opened_ns >= _instant("since_utc", wanted.since_utc))
    if wanted.until_utc is not None:
        statement = statement.where(cases.c.opened_ns < _instant("until_utc", wanted.until_utc))
    if wanted.text:
        statement = _filtered_by_text(
            statement, wanted.text, is_bounded=wanted.since_utc is not None
        )
    return statement


def _filtered_by_text(statement: Select[Any], text: str, *, is_bounded: bool) -> Select[Any]:
    pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    in_title = cases.c.title.ilike(f"%{pattern}%", escape="\\")
    by_id = and_(cases.c.case_id >= text, cases.c.case_id < text + "\U0010ffff")
    candidates = candidate_ids(texts, text)
    if is_bounded:
        return statement.where(or_(in_title, by_id))
    if candidates is None:
        return statement.where(or_(in_title, by_id), cases.c.opened_ns >= _oldest_searched())
    with_id = select(cases.c.case_id).where(by_id).limit(CANDIDATES_MOST).subquery()
    found = union_all(candidates, select(with_id.c.case_id))
    return statement.where(cases.c.case_id.in_(found), or_(in_title, by_id))


def _oldest_searched() -> ColumnElement[int]:
    """Opening of the oldest case that a text search without `since_utc` looks at."""
    oldest = (
        select(cases.c.opened_ns)
        .order_by(cases.c.opened_ns.desc())
        .offset(TEXT_SEARCH_CASES)
        .limit(1)
        .scalar_subquery()
    )
    return func.coalesce(oldest, 0)


def _check_states(wanted: _Texts) -> None:
    known = {state.value for state in CaseState}
    for text in (wanted,) if isinstance(wanted, str) else wanted or ():
        if text not in known:
            raise OperationRefused(
                f"filter.state is {text!r}; expected one of {', '.join(sorted(known))}"
            )


def _instant(name: str, text: str) -> int:
    try:
        return max(-NEVER_NS, min(NEVER_NS, parse_utc_ns(text)))
    except (ValueError, OverflowError) as error:
        raise OperationRefused(f"filter.{name}: {error}") from error


def _beyond(order: tuple[tuple[Any, bool], ...], values: list[Any]) -> ColumnElement[bool]:
    """Rows after a key: (a > x) or (a = x and b > y) or …"""
    alternatives = []
    for rank, (column, falls) in enumerate(order):
        equal = [c == v for (c, _), v in zip(order[:rank], values[:rank], strict=True)]
        beyond = column < values[rank] if falls else column > values[rank]
        alternatives.append(and_(*equal, beyond))
    return or_(*alternatives)


def _cursor(values: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).decode()


def _cursor_values(text: str, count: int) -> list[Any]:
    try:
        values = msgspec.json.decode(base64.urlsafe_b64decode(text.encode()), type=list[int | str])
    except (binascii.Error, msgspec.DecodeError, UnicodeError, ValueError) as error:
        raise OperationRefused("after is not what a former page gave") from error
    if len(values) != count or any(isinstance(v, int) and abs(v) > NEVER_NS for v in values):
        raise OperationRefused("after belongs to another sort")
    return list(values)
