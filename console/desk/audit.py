"""The audit trail: one row per act, each holding the hash of the row before it.

A row that is changed, taken out or put in breaks the chain from there on; the hash of a case's
last row is also in its event, so that a cut end shows too. Written in the transaction of the act;
the acting thread writes, any reading transaction verifies.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import func, select

from console.desk.case import CaseData, CaseId
from console.desk.tables import audit, cases
from ingest.feed.log import Transaction

#: What stands in the place of a former hash in the first row.
FIRST_HASH = "0" * 64
#: Rows one request verifies (a second of work), so that lists do not wait for it.
VERIFY_ROWS_MAX = 50_000
#: Rows fetched at once while a chain is verified.
_PAGE_ROWS = 2_000


class AuditEntry(Struct, frozen=True):
    """One act as it is kept. `detail` is JSON: what was entered and why somebody was picked."""

    number: int
    case_id: str
    version: int
    act: str
    actor: str
    utc: str
    from_state: str
    state: str
    note: str
    detail: str
    previous_hash: str
    hash: str

    def computed_hash(self) -> str:
        """SHA-256 over every other field, in order, as one JSON list."""
        fields = [getattr(self, name) for name in self.__struct_fields__ if name != "hash"]
        return hashlib.sha256(msgspec.json.encode(fields)).hexdigest()


class ChainBreak(Struct, frozen=True):
    """Where the chain is broken first, and how it shows."""

    number: int
    case_id: str
    cause: str


def append_audit(
    tx: Transaction, before: CaseData | None, after: CaseData, utc: str, detail: dict[str, Any]
) -> str:
    """Adds the row of an act; returns its hash, which belongs into the case's event."""
    last = tx.execute(
        select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)
    ).first()
    entry = AuditEntry(
        number=1 if last is None else last.number + 1,
        case_id=after.case_id,
        version=after.version,
        act=after.act,
        actor=after.actor,
        utc=utc,
        from_state="" if before is None else before.state.value,
        state=after.state.value,
        note=after.note,
        detail=msgspec.json.encode(detail, order="deterministic").decode(),
        previous_hash=FIRST_HASH if last is None else last.hash,
        hash="",
    )
    entry = msgspec.structs.replace(entry, hash=entry.computed_hash())
    tx.execute(audit.insert(), msgspec.structs.asdict(entry))
    return entry.hash


def timeline(tx: Transaction, case_id: CaseId) -> list[AuditEntry]:
    """A case's rows, oldest first."""
    rows = tx.execute(select(audit).where(audit.c.case_id == case_id).order_by(audit.c.number))
    return [AuditEntry(**row._mapping) for row in rows]


class Verdict(Struct, frozen=True):
    """What a look at (a part of) the chain found; `next` is where the next part begins."""

    broken: ChainBreak | None
    next: int | None


def verify_chain(tx: Transaction, start: int = 1, most: int = VERIFY_ROWS_MAX) -> Verdict:
    """The first break from row `start` on, looking at no more than `most` rows.

    A part that begins later takes the row before it as given: verify from 1 on to prove the whole.
    """
    expected_hash, expected_number = _hash_before(tx, start), start
    while expected_number < start + most:
        rows = tx.execute(
            select(audit)
            .where(audit.c.number >= expected_number)
            .order_by(audit.c.number)
            .limit(min(_PAGE_ROWS, start + most - expected_number))
        ).all()
        if not rows:
            return Verdict(_ends_missing(tx), None)
        for row in rows:
            entry = AuditEntry(**row._mapping)
            cause = _fault(entry, expected_number, expected_hash)
            if cause is not None:
                return Verdict(ChainBreak(entry.number, entry.case_id, cause), None)
            expected_hash, expected_number = entry.hash, entry.number + 1
    return Verdict(None, expected_number)


def chain_end(tx: Transaction) -> tuple[int, str]:
    """How many rows there are and the last one's hash: note it elsewhere to prove them later."""
    last = tx.execute(
        select(audit.c.number, audit.c.hash).order_by(audit.c.number.desc()).limit(1)
    ).first()
    return (0, FIRST_HASH) if last is None else (last.number, last.hash)


def _hash_before(tx: Transaction, start: int) -> str:
    if start <= 1:
        return FIRST_HASH
    found = tx.execute(select(audit.c.hash).where(audit.c.number == start - 1)).scalar()
    return FIRST_HASH if found is None else str(found)


def _fault(entry: AuditEntry, number: int, previous_hash: str) -> str | None:
    if entry.number != number:
        return f"row {number} is missing"
    if entry.previous_hash != previous_hash:
        return "the hash of the row before does not fit"
    if entry.hash != entry.computed_hash():
        return "the row was changed"
    return None


def _ends_missing(tx: Transaction) -> ChainBreak | None:
    """A case whose newest version has no row of its own hash: the end of the chain was cut."""
    missing = tx.execute(
        select(cases.c.case_id, cases.c.version)
        .outerjoin(audit, audit.c.hash == cases.c.audit_hash)
        .where(audit.c.number.is_(None))
        .limit(1)
    ).first()
    if missing is None:
        return None
    number = tx.execute(select(func.coalesce(func.max(audit.c.number), 0))).scalar_one()
    return ChainBreak(number + 1, missing.case_id, "the row of the newest version is missing")
