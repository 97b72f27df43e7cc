"""Taking: what a partner's message does to our cases, and the receipt it gets, in one transaction.

A message is taken once: the same id again gets the receipt it got. Everything goes by the transition
table: a partner that handles a case for us is its department; one that gave us a case asks as a clerk.
What the table does not allow is refused, with the table's reason in the receipt.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import func, select

from config.geometry import GeoPoint
from config.site import Partner
from console.desk import case_store, proposals
from console.desk.act_input import ActInput
from console.desk.case import CaseData, CaseId, CasePhoto, CaseState, PhotoKind
from console.desk.desk_context import SYSTEM_ROLES, DeskContext
from console.desk.guards import PHOTOS_MOST
from console.desk.journal import record
from console.desk.messages import ActRefused
from console.desk.partners.outbox import PARTNER, actor_of
from console.desk.tables import case_of, cases
from console.desk.tables import partner_inbox as inbox
from console.desk.workflow import decide, proposed
from ingest.evidence import is_name
from ingest.feed.envelope import Event, utc_text
from ingest.feed.log import Transaction
from ingest.partners.messages import FROM_HANDLER, Kind, Message, Receipt, Result

_DEPARTMENT = frozenset({"department"})
_CLERK = frozenset({"clerk"})
_DUTY_HEAD = frozenset({"duty_head"})
_UNDER_WAY = (CaseState.DISPATCHED, CaseState.HANDLING)
#: States the other side reports that mean that somebody there works on it.
_THEY_WORK = frozenset({"dispatched", "handling", "verifying"})


class Unfit(Exception):
    """A message that cannot be taken: code and words of its receipt."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason, self.text = reason, text


def take(
    tx: Transaction, partner: Partner, message: Message, context: DeskContext
) -> tuple[Receipt, list[Event]]:
    """The receipt and the events of what the message caused."""
    known = tx.execute(
        select(inbox.c.receipt).where(
            inbox.c.partner == partner.id, inbox.c.message_id == message.message_id
        )
    ).scalar()
    if known is not None:
        return msgspec.json.decode(known, type=Receipt), []
    case: CaseData | None = None
    events: list[Event] = []
    reason = text = ""
    try:
        _check_order(tx, partner, message)
        case, events = _done(tx, partner, message, context)
    except Unfit as unfit:
        reason, text = unfit.reason, unfit.text
    except ActRefused as refusal:
        reason, text = refusal.message.id, refusal.message.english
    receipt = Receipt(
        message.message_id,
        Result.REFUSED if reason else Result.ACCEPTED,
        utc_text(tx.now_utc_ns),
        reason,
        text,
        case.case_id if case is not None else None,
    )
    row = {
        "partner": partner.id,
        "message_id": message.message_id,
        "case_ref": message.case_ref,
        "case_id": case.case_id if case is not None else None,
        "number": message.number,
        "kind": message.kind.value,
        "taken_ns": tx.now_utc_ns,
        "receipt": msgspec.json.encode(receipt),
    }
    tx.execute(inbox.insert(), row)
    return receipt, events


def shown(tx: Transaction, case_id: str, most: int) -> list[dict[str, Any]]:
    """What came about a case, newest first, for the case sheet."""
    rows = tx.execute(
        select(inbox)
        .where(inbox.c.case_id == case_id)
        .order_by(inbox.c.taken_ns.desc())
        .limit(most)
    )
    found = []
    for row in rows:
        receipt = msgspec.json.decode(row.receipt, type=Receipt)
        found.append(
            {
                "direction": "in",
                "partner": row.partner,
                "kind": row.kind,
                "state": receipt.result.value,
                "utc": receipt.utc,
                "tries": 1,
                "problem": "",
                "their_ref": row.case_ref,
                "reason_text": receipt.reason_text,
            }
        )
    return found


def note_on(
    tx: Transaction, case: CaseData, note: str, actor: str, context: DeskContext
) -> tuple[CaseData, Event]:
    """A line in the case's history. Raises ActRefused where the city's table has no such act."""
    after = decide(
        context.table, case, "partner_note", ActInput(note=note), context.around(tx),
        actor=actor, roles=SYSTEM_ROLES,
    )  # fmt: skip
    return record(tx, case, after, {})


def _check_order(tx: Transaction, partner: Partner, message: Message) -> None:
    last = tx.execute(
        select(func.max(inbox.c.number)).where(
            inbox.c.partner == partner.id, inbox.c.case_ref == message.case_ref
        )
    ).scalar()
    if last is not None and message.number <= last:
        raise Unfit("out_of_order", f"number {message.number} comes after {last} of this case")


def _done(
    tx: Transaction, partner: Partner, message: Message, context: DeskContext
) -> tuple[CaseData, list[Event]]:
    if message.kind in FROM_HANDLER:
        return _from_handler(tx, partner, message, context)
    if message.kind is Kind.OFFER:
        return _offered(tx, partner, message, context)
    case = _given_by(tx, partner, message.case_ref)
    if case is None:
        raise Unfit("unknown_case", "no case of this number came from you")
    return _from_origin(tx, partner, message, case, context)


# -- a case we gave to the partner


def _from_handler(
    tx: Transaction, partner: Partner, message: Message, context: DeskContext
) -> tuple[CaseData, list[Event]]:
    case = case_store.load_case(tx, message.case_ref)
    if case is None or case.partner != partner.id:
        raise Unfit("not_with_you", "the case is not with you (any more)")
    act = _act_of(message, case)
    note = _note_of(partner, message)
    if act is None:
        case, event = note_on(tx, case, note, actor_of(partner.id), context)
        return case, [event]
    after = decide(
        context.table, case, act, ActInput(note=note), context.around(tx),
        actor=actor_of(partner.id), roles=_DEPARTMENT,
    )  # fmt: skip
    if message.kind is Kind.CLOSED:
        after = _with_photos(after, message, PhotoKind.AFTER)
    case, event = record(tx, case, after, {"message_id": message.message_id})
    return case, [event]


def _act_of(message: Message, case: CaseData) -> str | None:
    """The department's act that the message stands for; None: a line in the history."""
    if message.kind is Kind.CLOSED and case.state in _UNDER_WAY:
        return "feedback"
    if message.kind is Kind.DECLINED and case.state in (*_UNDER_WAY, CaseState.VERIFYING):
        return "return"
    starts = message.case.state in _THEY_WORK and case.state is CaseState.DISPATCHED
    return "accept" if message.kind is Kind.PROGRESS and starts else None


# -- a case the partner gave to us


def _given_by(tx: Transaction, partner: Partner, case_ref: str) -> CaseData | None:
    """The newest case of that number: one that was declined may be offered again."""
    body = tx.execute(
        select(cases.c.body)
        .where(cases.c.ticket_id == case_ref, cases.c.source == f"{PARTNER}{partner.id}")
        .order_by(cases.c.opened_ns.desc(), cases.c.case_id.desc())
        .limit(1)
    ).scalar()
    return None if body is None else case_of(body)


def _offered(
    tx: Transaction, partner: Partner, message: Message, context: DeskContext
) -> tuple[CaseData, list[Event]]:
    if not partner.takes:
        raise Unfit("takes_nothing", "this site takes no cases from you (partners.toml: takes)")
    known = _given_by(tx, partner, message.case_ref)
    if known is not None and known.closed_utc is None:
        return known, []
    matter, directory = message.case, context.directory
    place = None
    if matter.lat_deg is not None and matter.lon_deg is not None:
        place = GeoPoint(matter.lat_deg, matter.lon_deg)
        if directory.site.grid and directory.cell_at(place) is None:
            raise Unfit("outside_area", "the place lies outside this site's area")
    if not matter.title.strip() and not matter.note.strip():
        raise Unfit("no_text", "neither title nor note says what it is about")
    item = directory.item(matter.item_code)
    case_id: CaseId = case_store.next_case_id(tx, context.day(tx))
    draft = proposals.case_by_hand(
        case_id,
        directory,
        camera_id=None,
        place=place,
        item_code=item.code if item is not None else None,
        title=matter.title.strip() or matter.note.strip()[:80],
        note=matter.note,
        priority=matter.priority,
        source=f"{PARTNER}{partner.id}",
    )
    draft = msgspec.structs.replace(draft, kind="ticket", ticket_id=message.case_ref)
    draft = _with_photos(draft, message, PhotoKind.FINDING)
    first = proposed(draft, context.around(tx), actor=actor_of(partner.id), roles=SYSTEM_ROLES)
    case, event = record(
        tx,
        None,
        first,
        {
            "message_id": message.message_id,
            "their_item": matter.item_code,
            "their_due_utc": matter.due_utc,
        },
    )
    return case, [event]


def _from_origin(
    tx: Transaction, partner: Partner, message: Message, case: CaseData, context: DeskContext
) -> tuple[CaseData, list[Event]]:
    note = _note_of(partner, message)
    act, roles = _asked_of_us(message.kind, case)
    if act is None:
        case, event = note_on(tx, case, note, actor_of(partner.id), context)
        return case, [event]
    after = decide(
        context.table, case, act, ActInput(note=note), context.around(tx),
        actor=actor_of(partner.id), roles=roles,
    )  # fmt: skip
    case, event = record(tx, case, after, {"message_id": message.message_id})
    return case, [event]


def _asked_of_us(kind: Kind, case: CaseData) -> tuple[str | None, frozenset[str]]:
    """A case that somebody already went out for is not voided by a message: people decide."""
    if kind is Kind.WITHDRAWN and case.state in (CaseState.PROPOSED, CaseState.FILED):
        return "void", _CLERK
    if kind is Kind.URGED and case.state in (*_UNDER_WAY, CaseState.VERIFYING):
        return "urge", _CLERK
    if kind is Kind.REWORK and case.state is CaseState.CLOSED:
        return "reopen", _DUTY_HEAD
    return None, frozenset()


def _note_of(partner: Partner, message: Message) -> str:
    """`City platform: progress handling, Street office. Their words.`"""
    head = f"{partner.name}: {message.kind.value}"
    state = f" {message.case.state}" if message.kind is Kind.PROGRESS else ""
    unit = f", {message.case.unit}" if message.case.unit else ""
    words = f". {message.case.note}" if message.case.note else ""
    return f"{head}{state}{unit}{words}"


def _with_photos(case: CaseData, message: Message, kind: PhotoKind) -> CaseData:
    names = [sha for sha in message.evidence if is_name(sha)]
    known = {photo.sha for photo in case.photos}
    new = [CasePhoto(sha, kind, message.sent_utc) for sha in names if sha not in known]
    return msgspec.structs.replace(case, photos=(*case.photos, *new)[:PHOTOS_MOST])
