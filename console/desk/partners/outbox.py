"""Outbox: what other platforms are to hear of a case, as rows beside the change that causes it.

`follow` is called where every change becomes lasting (`journal.record`), in the same transaction: a
change without its message, or a message without its change, cannot be. Rows wait until each has a
receipt; of one case and partner they go one after the other.
"""

from __future__ import annotations

import enum
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import func, select

from console.desk.case import CaseData, CaseState
from console.desk.tables import partner_outbox as outbox
from ingest.feed.envelope import utc_text
from ingest.feed.log import Transaction
from ingest.partners.messages import EVIDENCE_MOST, Kind, Matter, Message, Receipt

#: Between two tries: doubling from the first to the most, seconds.
RETRY_S, RETRY_MOST_S = 5.0, 600.0
#: `source` of a case that came from a partner, and actor of what a partner does, begin so.
PARTNER = "partner:"
_NOTE_CHARS, _TITLE_CHARS = 4_000, 400


class OutState(enum.Enum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"


class OutRow(Struct, frozen=True):
    """One message that was written. `receipt`: the answer, once there is one."""

    number: int
    partner: str
    case_id: str
    kind: Kind
    state: OutState
    made_ns: int
    tries: int
    problem: str
    message: Message
    receipt: Receipt | None


def actor_of(partner_id: str) -> str:
    """Who acts when a partner does."""
    return f"{PARTNER}{partner_id}"


def origin_of(case: CaseData) -> str | None:
    """The partner a case came from; None for our own."""
    if case.ticket_id is None or not case.source.startswith(PARTNER):
        return None
    return case.source.removeprefix(PARTNER)


def told_of(before: CaseData | None, after: CaseData) -> list[tuple[str, Kind]]:
    """Which partner hears what of a change. Pure. What a partner did itself it is not told."""
    found: list[tuple[str, Kind]] = []
    was, now = before.partner if before is not None else None, after.partner
    if was is not None and now != was and after.actor != actor_of(was):
        found.append((was, Kind.WITHDRAWN))
    if now is not None and now != was:
        found.append((now, Kind.OFFER))
    elif now is not None and before is not None and after.actor != actor_of(now):
        kind = _to_handler(before, after)
        found += [(now, kind)] if kind is not None else []
    origin = origin_of(after)
    if origin is not None and before is not None and after.actor != actor_of(origin):
        kind = _to_origin(before, after)
        found += [(origin, kind)] if kind is not None else []
    return found


def _to_handler(before: CaseData, after: CaseData) -> Kind | None:
    if after.state is not before.state:
        if after.state is CaseState.VOID:
            return Kind.WITHDRAWN
        if after.state is CaseState.CLOSED:
            return Kind.SETTLED
        done = before.state in (CaseState.VERIFYING, CaseState.CLOSED)
        return Kind.REWORK if done and after.state is CaseState.HANDLING else None
    return Kind.URGED if after.act == "urge" else None


def _to_origin(before: CaseData, after: CaseData) -> Kind | None:
    if after.state is before.state:
        return None
    ends = {CaseState.CLOSED: Kind.CLOSED, CaseState.VOID: Kind.DECLINED}
    return ends.get(after.state, Kind.PROGRESS)


def follow(tx: Transaction, before: CaseData | None, after: CaseData) -> None:
    """Writes what partners are to hear of this change."""
    for partner_id, kind in told_of(before, after):
        _write(tx, partner_id, kind, after)


def _write(tx: Transaction, partner_id: str, kind: Kind, case: CaseData) -> None:
    last = tx.execute(select(func.max(outbox.c.number))).scalar()
    # one thread writes; by the clock, so that a restored log does not begin again below what was sent
    number = max((last or 0) + 1, tx.now_utc_ns // 1_000_000)
    from_handler = origin_of(case) == partner_id
    note = case.note or (f"merged into {case.merged_into}" if case.merged_into else "")
    message = Message(
        message_id=uuid.uuid4().hex,
        sender="-",  # both are put in where it leaves: the site may rename a partner
        receiver="-",
        kind=kind,
        case_ref=str(case.ticket_id) if from_handler else case.case_id,
        number=number,
        sent_utc=utc_text(tx.now_utc_ns),
        case=Matter(
            title=case.title[:_TITLE_CHARS],
            note=note[:_NOTE_CHARS],
            state=case.state.value,
            item_code=case.item_code,
            priority=case.priority,
            lat_deg=case.lat_deg,
            lon_deg=case.lon_deg,
            opened_utc=case.opened_utc,
            due_utc=case.whole_due_utc,
            unit=case.unit if from_handler else None,
        ),
        evidence=_evidence_of(case) if kind in (Kind.OFFER, Kind.CLOSED) else (),
    )
    row = {
        "number": number,
        "message_id": message.message_id,
        "partner": partner_id,
        "case_id": case.case_id,
        "kind": kind.value,
        "state": OutState.WAITING.value,
        "made_ns": tx.now_utc_ns,
        "next_ns": tx.now_utc_ns,
        "tries": 0,
        "problem": "",
        "body": msgspec.json.encode(message),
    }
    tx.execute(outbox.insert(), row)


def _evidence_of(case: CaseData) -> tuple[str, ...]:
    named = (case.snapshot, case.crop, case.clip, *(photo.sha for photo in case.photos))
    return tuple(dict.fromkeys(sha for sha in named if sha))[:EVIDENCE_MOST]


def due(tx: Transaction, most: int) -> list[OutRow]:
    """The first waiting message of every case and partner whose time has come, oldest first."""
    heads = (
        select(func.min(outbox.c.number))
        .where(outbox.c.state == OutState.WAITING.value)
        .group_by(outbox.c.partner, outbox.c.case_id)
    )
    rows = tx.execute(
        select(outbox)
        .where(outbox.c.number.in_(heads), outbox.c.next_ns <= tx.now_utc_ns)
        .order_by(outbox.c.next_ns, outbox.c.number)
        .limit(most)
    )
    return [_row(row) for row in rows]


def waiting_since(tx: Transaction, before_ns: int, most: int) -> list[OutRow]:
    """What has waited since before then, oldest first."""
    rows = tx.execute(
        select(outbox)
        .where(outbox.c.state == OutState.WAITING.value, outbox.c.made_ns < before_ns)
        .order_by(outbox.c.number)
        .limit(most)
    )
    return [_row(row) for row in rows]


def load(tx: Transaction, number: int) -> OutRow | None:
    row = tx.execute(select(outbox).where(outbox.c.number == number)).first()
    return None if row is None else _row(row)


def of_case(tx: Transaction, case_id: str, most: int) -> list[OutRow]:
    """What was written about a case, newest first."""
    rows = tx.execute(
        select(outbox)
        .where(outbox.c.case_id == case_id)
        .order_by(outbox.c.number.desc())
        .limit(most)
    )
    return [_row(row) for row in rows]


def end(tx: Transaction, number: int, state: OutState, receipt: Receipt | None) -> None:
    """A message has its answer, or will have none."""
    body = msgspec.json.encode(receipt) if receipt is not None else None
    changes = {"state": state.value, "receipt": body}
    tx.execute(outbox.update().where(outbox.c.number == number), changes)


def put_off(tx: Transaction, row: OutRow, problem: str) -> None:
    """No receipt yet: tried again after a while that grows, spread so that not all come at once."""
    wait_s = min(RETRY_MOST_S, RETRY_S * 2.0 ** min(row.tries, 20))
    spread = 0.8 + 0.4 * (row.number * 2_654_435_761 % 1_000) / 1_000
    next_ns = tx.now_utc_ns + round(wait_s * spread * 1e9)
    changes = {"tries": row.tries + 1, "next_ns": next_ns, "problem": problem}
    tx.execute(outbox.update().where(outbox.c.number == row.number), changes)


def counts(tx: Transaction) -> list[dict[str, Any]]:
    """Messages by partner and state, with the oldest of each."""
    rows = tx.execute(
        select(
            outbox.c.partner,
            outbox.c.state,
            func.count().label("messages"),
            func.min(outbox.c.made_ns).label("oldest_ns"),
            func.max(outbox.c.problem).label("problem"),
        ).group_by(outbox.c.partner, outbox.c.state)
    )
    return [
        {
            "partner": row.partner,
            "state": row.state,
            "messages": row.messages,
            "oldest_utc": utc_text(row.oldest_ns),
            "problem": row.problem if row.state == OutState.WAITING.value else "",
        }
        for row in rows
    ]


def _row(row: Any) -> OutRow:
    receipt = msgspec.json.decode(row.receipt, type=Receipt) if row.receipt is not None else None
    return OutRow(
        row.number, row.partner, row.case_id, Kind(row.kind), OutState(row.state), row.made_ns,
        row.tries, row.problem, msgspec.json.decode(row.body, type=Message), receipt,
    )  # fmt: skip


def shown(rows: Sequence[OutRow]) -> list[dict[str, Any]]:
    """For the case sheet."""
    return [
        {
            "direction": "out",
            "partner": row.partner,
            "kind": row.kind.value,
            "state": row.state.value,
            "utc": row.message.sent_utc,
            "tries": row.tries,
            "problem": row.problem if row.state is OutState.WAITING else "",
            "their_ref": row.receipt.their_ref if row.receipt else None,
            "reason_text": row.receipt.reason_text if row.receipt else "",
        }
        for row in rows
    ]


def waiting_evidence(tx: Transaction) -> tuple[str, ...]:
    """What messages still on their way name."""
    rows = tx.execute(select(outbox.c.body).where(outbox.c.state == OutState.WAITING.value))
    named = (msgspec.json.decode(row.body, type=Message).evidence for row in rows)
    return tuple(dict.fromkeys(sha for shas in named for sha in shas))
