"""Intake: what alerts and tickets on the feed do to cases (受理 by the desk itself).

An alert proposes a case once; what follows of the same alert, or of the same fire, goes into that
case. Runs in the hub's acting thread, inside the transaction that stores the event.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from console.desk import case_store, proposals
from console.desk.act_input import ActInput
from console.desk.case import CaseData, CaseId
from console.desk.desk_context import SYSTEM_ACTOR, SYSTEM_ROLES, DeskContext
from console.desk.journal import record
from console.desk.messages import ActRefused
from console.desk.proposals import AlertSeen, TicketSeen
from console.desk.workflow import decide, proposed
from ingest.feed.envelope import Event
from ingest.feed.log import Transaction

log = logging.getLogger(__name__)


def take_alert(tx: Transaction, verb: str, data: bytes, context: DeskContext) -> Sequence[Event]:
    """What an alert event causes. One that is no alert (a foreign publisher's) causes nothing."""
    try:
        alert = msgspec.json.decode(data, type=AlertSeen)
    except msgspec.DecodeError as error:
        log.info("an alert event without a case: %s", error)
        return ()
    case_id = case_store.case_id_of_alert(tx, alert.alert_id)
    if case_id is None:
        return () if verb == "cleared" else _first_heard(tx, alert, context)
    case = case_store.load_case(tx, case_id)
    if case is None or verb == "raised":
        return ()
    case_store.save_alert(tx, alert, case_id, is_active=verb != "cleared", is_new=False)
    events = _evidence(tx, case, alert, context)
    if verb == "cleared":
        current = case_store.load_case(tx, case_id) or case
        events = [*events, *_cleared(tx, current, alert, context)]
    return events


def _first_heard(tx: Transaction, alert: AlertSeen, context: DeskContext) -> Sequence[Event]:
    same = _same_matter(tx, alert, context)
    if same is not None:
        case_store.save_alert(tx, alert, same.case_id, is_active=True, is_new=True)
        changes = proposals.joined(same, alert, context.directory, context.settings)
        return [_system_act(tx, same, "join", changes, {"alert_id": alert.alert_id}, context)]
    case_id = case_store.next_case_id(tx, context.day(tx))
    case_store.save_alert(tx, alert, case_id, is_active=True, is_new=True)
    draft = proposals.case_of_alert(case_id, alert, context.directory, context.settings)
    return _propose(tx, draft, {"alert_id": alert.alert_id, "rule": alert.rule}, context)


def _same_matter(tx: Transaction, alert: AlertSeen, context: DeskContext) -> CaseData | None:
    """The open case of overlapping smoke or fire of the same camera."""
    if alert.kind not in proposals.BURNING_KINDS:
        return None
    since_ns = tx.now_utc_ns - round(context.settings.merge_window_s * 1e9)
    known = case_store.burning_alerts_of_camera(
        tx, alert.camera_id, proposals.BURNING_KINDS, since_ns
    )
    for case_id, other in known:
        share = proposals.overlap_share(alert.box_norm, other.box_norm)
        if share >= context.settings.merge_overlap:
            return case_store.load_case(tx, case_id)
    return None


def _propose(
    tx: Transaction, draft: CaseData, detail: dict[str, Any], context: DeskContext
) -> Sequence[Event]:
    """The proposal, and its filing where the site files this kind without a person."""
    first = proposed(draft, context.around(tx), actor=SYSTEM_ACTOR, roles=SYSTEM_ROLES)
    case, event = record(tx, None, first, detail)
    if case.kind not in context.settings.auto_file:
        return [event]
    try:
        filed = decide(
            context.table,
            case,
            "file",
            ActInput(note="auto_file"),
            context.around(tx),
            actor=SYSTEM_ACTOR,
            roles=SYSTEM_ROLES,
        )
    except ActRefused as refusal:
        log.info("case %s stays proposed: %s", case.case_id, refusal)
        return [event]
    return [event, record(tx, case, filed, {"rule": "desk.auto_file"})[1]]


def _evidence(
    tx: Transaction, case: CaseData, alert: AlertSeen, context: DeskContext
) -> list[Event]:
    changes = proposals.newer_evidence(case, alert)
    if not changes:
        return []
    return [_system_act(tx, case, "evidence", changes, {"alert_id": alert.alert_id}, context)]


def _cleared(
    tx: Transaction, case: CaseData, alert: AlertSeen, context: DeskContext
) -> list[Event]:
    """Noted once the last active alert of the case is over; the case itself stays as it is."""
    if case.alert_active is False or case_store.has_active_alert(tx, case.case_id):
        return []
    changes: dict[str, object] = {"alert_active": False}
    return [_system_act(tx, case, "alert_cleared", changes, {"alert_id": alert.alert_id}, context)]


def _system_act(
    tx: Transaction,
    case: CaseData,
    act: str,
    changes: dict[str, object],
    detail: dict[str, Any],
    context: DeskContext,
) -> Event:
    """An act of the desk itself, with fields no person enters."""
    after = decide(
        context.table,
        case,
        act,
        ActInput(),
        context.around(tx),
        actor=SYSTEM_ACTOR,
        roles=SYSTEM_ROLES,
    )
    after = msgspec.structs.replace(after, **changes)
    return record(tx, case, after, detail)[1]


def join_cases(
    tx: Transaction, source: CaseData, target: CaseData, context: DeskContext, actor: str
) -> tuple[CaseData, Event]:
    """The case that a merge leads to takes over the alerts of the other one."""
    case_store.move_alerts(tx, source.case_id, target.case_id)
    after = decide(
        context.table,
        target,
        "join",
        ActInput(note=source.case_id),
        context.around(tx),
        actor=actor,
        roles=SYSTEM_ROLES,
    )
    ids = tuple(dict.fromkeys((*target.alert_ids, *source.alert_ids)))
    active = case_store.has_active_alert(tx, target.case_id) if ids else target.alert_active
    after = msgspec.structs.replace(after, alert_ids=ids, alert_active=active)
    return record(tx, target, after, {"merged_case": source.case_id})


def take_ticket(tx: Transaction, data: bytes, context: DeskContext) -> Sequence[Event]:
    """A ticket proposes a case, once."""
    try:
        ticket = msgspec.json.decode(data, type=TicketSeen)
    except msgspec.DecodeError as error:
        log.info("a ticket event without a case: %s", error)
        return ()
    if case_store.case_id_of_ticket(tx, ticket.source, ticket.ticket_id) is not None:
        return ()
    case_id: CaseId = case_store.next_case_id(tx, context.day(tx))
    draft = proposals.case_of_ticket(case_id, ticket, context.directory)
    return _propose(tx, draft, {"ticket_id": ticket.ticket_id}, context)
