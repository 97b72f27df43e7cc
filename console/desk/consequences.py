"""What an act does beyond its own case or step: merge joins, split parts, an approval is carried out.

Runs in the hub's acting thread, in the transaction of the act; raises ActRefused, which undoes
all of it.
"""

from __future__ import annotations

import msgspec

from console.desk import case_store
from console.desk.act_input import ActInput
from console.desk.case import ENDED, CaseData, CaseState
from console.desk.desk_context import DeskContext
from console.desk.intake import join_cases
from console.desk.journal import record
from console.desk.messages import ActRefused, Message
from console.desk.workflow import decide, proposed
from ingest.feed.envelope import Event
from ingest.feed.log import Transaction


def merge_target(tx: Transaction, case: CaseData, entered: ActInput) -> CaseData:
    """The open case that takes this one over."""
    if entered.into == case.case_id:
        raise ActRefused(Message("merge_into_itself"))
    target = case_store.load_case(tx, entered.into or "")
    if target is None:
        raise ActRefused(Message("unknown_case", {"case_id": entered.into}))
    if target.state in ENDED:
        values = {"case_id": target.case_id, "state": target.state.value}
        raise ActRefused(Message("merge_into_ended", values))
    return target


def without_split_alerts(case: CaseData, entered: ActInput) -> CaseData:
    """The old case after a split: the alerts named go, the rest stays."""
    for alert_id in entered.alert_ids:
        if alert_id not in case.alert_ids:
            raise ActRefused(Message("unknown_alert", {"alert_id": alert_id}))
    kept = tuple(known for known in case.alert_ids if known not in entered.alert_ids)
    if case.alert_ids and not kept:
        raise ActRefused(Message("nothing_left"))
    return msgspec.structs.replace(case, alert_ids=kept)


def follow(
    tx: Transaction,
    before: CaseData,
    after: CaseData,
    entered: ActInput,
    context: DeskContext,
    *,
    actor: str,
    roles: frozenset[str],
    target: CaseData | None,
) -> tuple[CaseData, list[Event]]:
    """The case as it is in the end, and the events of what followed the act."""
    if target is not None:
        return after, [join_cases(tx, after, target, context, actor)[1]]
    if after.act == "split":
        return after, [_split_off(tx, before, after, entered, context, actor, roles)]
    if after.act == "approve" and before.request is not None:
        wanted = ActInput(note=before.request.note, minutes=before.request.minutes)
        done = decide(
            context.table, after, before.request.act, wanted, context.around(tx),
            actor=actor, roles=roles,
        )  # fmt: skip
        final, event = record(tx, after, done, {"requested_utc": before.request.utc})
        return final, [event]
    return after, []


def _split_off(
    tx: Transaction,
    before: CaseData,
    after: CaseData,
    entered: ActInput,
    context: DeskContext,
    actor: str,
    roles: frozenset[str],
) -> Event:
    """The new case: of the same place, source and opening time, with the alerts it was given."""
    case_id = case_store.next_case_id(tx, context.day(tx))
    draft = msgspec.structs.replace(
        before,
        case_id=case_id,
        state=CaseState.PROPOSED,
        title=entered.new_title or before.title,
        note=entered.note,
        alert_ids=entered.alert_ids,
        split_from=before.case_id,
        ticket_id=None,  # the citizen's ticket stays with the old case
        whole_due_utc=None,
        audit_hash="",
    )
    first = proposed(draft, context.around(tx), actor=actor, roles=roles)
    case_store.move_some_alerts(tx, entered.alert_ids, case_id)
    active = case_store.has_active_alert(tx, case_id) if entered.alert_ids else None
    first = msgspec.structs.replace(
        first,
        opened_utc=before.opened_utc,
        whole_due_utc=before.whole_due_utc,
        alert_active=active,
    )
    return record(tx, None, first, {"split_from": after.case_id, "roles": sorted(roles)})[1]
