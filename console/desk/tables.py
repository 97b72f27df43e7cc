"""The desk's tables in the hub's database, and how a case becomes a row.

`body` holds the whole case as in its event; the other columns exist for indices only and are made
from it, so that the table can be made again from the log.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    select,
)

from console.desk.case import ENDED, CaseData
from console.desk.case_text import text_row, texts_table
from ingest.feed.envelope import parse_utc_ns
from ingest.feed.migrations import Step
from ingest.feed.tables import EXACT_TEXT

metadata = MetaData()

#: Stands for "nothing is due" so that such cases sort last without NULL rules of two databases.
NEVER_NS = 2**62

cases = Table(
    "desk_cases",
    metadata,
    Column("case_id", EXACT_TEXT, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("urgency", SmallInteger, nullable=False),
    Column("state", EXACT_TEXT, nullable=False),
    Column("kind", EXACT_TEXT, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("item_code", EXACT_TEXT),
    Column("unit", EXACT_TEXT),
    Column("grid_id", EXACT_TEXT),
    Column("street_id", EXACT_TEXT),
    Column("inspector_id", EXACT_TEXT),
    Column("camera_id", EXACT_TEXT),
    Column("source", EXACT_TEXT, nullable=False),
    Column("ticket_id", EXACT_TEXT),
    Column("title", EXACT_TEXT, nullable=False),
    Column("opened_ns", BigInteger, nullable=False),
    Column("due_ns", BigInteger, nullable=False),
    Column("whole_due_ns", BigInteger, nullable=False),
    Column("closed_ns", BigInteger),
    Column("audit_hash", EXACT_TEXT, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("desk_cases_queue", "is_open", "urgency", "due_ns", "case_id"),
    Index("desk_cases_urgency", "urgency", "due_ns", "case_id"),
    Index("desk_cases_opened", "opened_ns", "case_id"),
    Index("desk_cases_due", "is_open", "due_ns", "case_id"),
    Index("desk_cases_state", "state", "opened_ns", "case_id"),
    Index("desk_cases_kind", "kind", "opened_ns", "case_id"),
    Index("desk_cases_unit", "unit", "opened_ns", "case_id"),
    Index("desk_cases_street", "street_id", "opened_ns", "case_id"),
    Index("desk_cases_inspector", "inspector_id", "is_open"),
    Index("desk_cases_camera", "camera_id", "is_open"),
    Index("desk_cases_audit", "audit_hash"),
    Index("desk_cases_ticket", "ticket_id"),
)

#: The words of titles (`console.desk.case_text`); made again from the cases.
texts = texts_table(metadata)

#: Who was sent to an open case besides its lead; made again from the cases' bodies.
helpers = Table(
    "desk_helpers",
    metadata,
    Column("case_id", EXACT_TEXT, primary_key=True),
    Column("inspector_id", EXACT_TEXT, primary_key=True),
    Index("desk_helpers_inspector", "inspector_id"),
)

#: The alerts behind cases, as last heard.
alerts = Table(
    "desk_alerts",
    metadata,
    Column("alert_id", EXACT_TEXT, primary_key=True),
    Column("case_id", EXACT_TEXT, nullable=False),
    Column("camera_id", EXACT_TEXT, nullable=False),
    Column("kind", EXACT_TEXT, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("raised_ns", BigInteger, nullable=False),
    Column("changed_ns", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("desk_alerts_case", "case_id"),
    Index("desk_alerts_camera", "camera_id", "kind", "raised_ns"),
)

audit = Table(
    "desk_audit",
    metadata,
    Column("number", Integer().with_variant(BigInteger, "postgresql"), primary_key=True),
    Column("case_id", EXACT_TEXT, nullable=False),
    Column("version", Integer, nullable=False),
    Column("act", EXACT_TEXT, nullable=False),
    Column("actor", EXACT_TEXT, nullable=False),
    Column("utc", EXACT_TEXT, nullable=False),
    Column("from_state", EXACT_TEXT, nullable=False),
    Column("state", EXACT_TEXT, nullable=False),
    Column("note", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous_hash", EXACT_TEXT, nullable=False),
    Column("hash", EXACT_TEXT, nullable=False, unique=True),
    Index("desk_audit_case", "case_id", "number"),
)

#: Messages to other platforms until, and after, each had its receipt (`partners/outbox.py`).
partner_outbox = Table(
    "desk_partner_outbox",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", EXACT_TEXT, nullable=False, unique=True),
    Column("partner", EXACT_TEXT, nullable=False),
    Column("case_id", EXACT_TEXT, nullable=False),
    Column("kind", EXACT_TEXT, nullable=False),
    Column("state", EXACT_TEXT, nullable=False),
    Column("made_ns", BigInteger, nullable=False),
    Column("next_ns", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("receipt", LargeBinary),
    Index("desk_partner_outbox_lane", "state", "partner", "case_id", "number"),
    Index("desk_partner_outbox_case", "case_id", "number"),
)

#: Messages of other platforms that were taken, with the receipt each got.
partner_inbox = Table(
    "desk_partner_inbox",
    metadata,
    Column("partner", EXACT_TEXT, primary_key=True),
    Column("message_id", EXACT_TEXT, primary_key=True),
    Column("case_ref", EXACT_TEXT, nullable=False),
    Column("case_id", EXACT_TEXT),
    Column("number", BigInteger, nullable=False),
    Column("kind", EXACT_TEXT, nullable=False),
    Column("taken_ns", BigInteger, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    Index("desk_partner_inbox_order", "partner", "case_ref", "number"),
    Index("desk_partner_inbox_case", "case_id"),
)

#: Last serial number of a local day, for case ids.
serials = Table(
    "desk_serials",
    metadata,
    Column("day", EXACT_TEXT, primary_key=True),
    Column("last", Integer, nullable=False),
)


def case_row(case: CaseData) -> dict[str, Any]:
    """All columns of a case."""
    is_open = case.state not in ENDED
    return {
        "case_id": case.case_id,
        "version": case.version,
        "is_open": is_open,
        "urgency": 0 if case.priority == 1 else 1,
        "state": case.state.value,
        "kind": case.kind,
        "priority": case.priority,
        "item_code": case.item_code,
        "unit": case.unit,
        "grid_id": case.grid_id,
        "street_id": case.street_id,
        "inspector_id": case.inspector_id,
        "camera_id": case.camera_id,
        "source": case.source,
        "ticket_id": case.ticket_id,
        "title": case.title,
        "opened_ns": parse_utc_ns(case.opened_utc),
        "due_ns": _ns(case.step_due_utc),
        "whole_due_ns": _ns(case.whole_due_utc),
        "closed_ns": parse_utc_ns(case.closed_utc) if case.closed_utc else None,
        "audit_hash": case.audit_hash,
        "body": msgspec.json.encode(case),
    }


def _ns(utc: str | None) -> int:
    return NEVER_NS if utc is None else parse_utc_ns(utc)


_decoder = msgspec.json.Decoder(CaseData)


def case_of(body: bytes) -> CaseData:
    """The case of a row's `body`."""
    return _decoder.decode(body)


#: Rows written at once when an older database gets its index of titles.
_INDEXED_AT_ONCE = 5_000


def _index_titles(connection: Connection) -> None:
    """Every title there is, in the order in which the cases were opened."""
    texts.create(connection, checkfirst=True)
    oldest_first = select(cases.c.case_id, cases.c.title).order_by(
        cases.c.opened_ns, cases.c.case_id
    )
    titles = connection.execute(oldest_first.execution_options(yield_per=_INDEXED_AT_ONCE))
    for part in titles.partitions():
        connection.execute(texts.insert(), [text_row(row.case_id, row.title) for row in part])


#: Changes of the desk's tables since 0.1.0, oldest first (`ingest.feed.migrations`).
STEPS: tuple[Step, ...] = (Step("every title can be searched", _index_titles),)
