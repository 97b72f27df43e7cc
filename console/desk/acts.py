"""Acts of people: `act` and `propose` requests to changed cases, or to a refusal that says why.

Of two operators the second is told what the first did. Runs in the hub's acting thread, inside one
transaction; a refusal changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import Struct

from config.geometry import GeoPoint
from config.site import UnitName
from console.desk import case_store, consequences, proposals
from console.desk.act_input import ActInput
from console.desk.audit import timeline
from console.desk.candidate_query import find_candidates, place_of, silent_on
from console.desk.candidates import CandidateList
from console.desk.case import CaseData, CaseId
from console.desk.desk_context import DeskContext
from console.desk.dispatch_rules import unit_for
from console.desk.journal import record
from console.desk.messages import DONE, ActRefused, Message
from console.desk.queries import convert
from console.desk.workflow import Offer, decide, may, offers, proposed, who_may
from ingest.feed.envelope import Event
from ingest.feed.log import Transaction
from ingest.feed.participant import Caller, OperationRefused, OperationResult

#: Candidates written into the audit row of a dispatch.
_AUDITED_CANDIDATES = 5
#: Longest name of an actor that is kept.
_ACTOR_CHARS = 80
#: Longest note of where a suggestion came from.
_SUGGESTED_CHARS = 300


class ActRequest(Struct, frozen=True):
    """The part of an `act` request that says which act; the rest is an `ActInput`.

    `version`: of the case as the operator saw it; absent = whatever it is now. `suggested`: what
    was taken over from the suggester, for the audit row.
    """

    case_id: str
    act: str
    version: int | None = None
    actor: str | None = None
    suggested: str = ""


class ProposeRequest(Struct, frozen=True):
    """`propose`: a person saw something. A camera or a place is needed."""

    camera_id: str | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    item_code: str | None = None
    title: str = ""
    note: str = ""
    priority: int = proposals.ORDINARY_PRIORITY
    actor: str | None = None


def perform(
    tx: Transaction,
    request: dict[str, Any],
    caller: Caller,
    context: DeskContext,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> OperationResult:
    """Does an act; `more` goes into its audit row.

    Raises:
        OperationRefused: with the reason, who may, and the case as it is.
    """
    asked: ActRequest = convert(request, ActRequest)
    entered: ActInput = convert(request, ActInput)
    case = case_store.load_case(tx, asked.case_id)
    if case is None:
        raise refused(Message("unknown_case", {"case_id": asked.case_id}), None)
    try:
        _check_street(caller, case, context)
        _check_version(tx, asked, case)
        _check_references(entered, context)
        return _performed(tx, asked, entered, case, caller, context, more)
    except ActRefused as refusal:
        message = refusal.message
        if message.id == "not_in_state" and (done := _last_decision(tx, case)):
            message = Message("done_already", {**message.values, **done})
        raise refused(message, case, refusal.who_may) from refusal


def _performed(
    tx: Transaction,
    asked: ActRequest,
    entered: ActInput,
    case: CaseData,
    caller: Caller,
    context: DeskContext,
    more: Mapping[str, Any],
) -> OperationResult:
    actor = actor_name(caller, asked.actor)
    detail: dict[str, Any] = {"entered": _entered(entered), "roles": sorted(caller.roles), **more}
    if asked.suggested:
        detail["suggested"] = asked.suggested[:_SUGGESTED_CHARS]
    around = context.around(tx)
    target = (
        consequences.merge_target(tx, case, entered)
        if asked.act == "merge" and entered.into
        else None
    )

    def after(what: ActInput) -> CaseData:
        return decide(context.table, case, asked.act, what, around, actor=actor, roles=caller.roles)

    picked: CandidateList | None = None
    if asked.act == "dispatch":
        after(msgspec.structs.replace(entered, unit=entered.unit or UnitName("-")))  # may they?
        entered, picked = _with_pick(tx, case, entered, context)
        detail["candidates"] = _explained(picked)
    changed = _placed(after(_with_unit(case, entered, context)), case, context)
    if asked.act == "split":
        changed = consequences.without_split_alerts(changed, entered)
    recorded, event = record(tx, case, changed, detail)
    final, following = consequences.follow(
        tx, case, recorded, entered, context, actor=actor, roles=caller.roles, target=target
    )
    return OperationResult(_reply(final, caller, context, picked), [event, *following])


def _reply(
    case: CaseData, caller: Caller, context: DeskContext, picked: CandidateList | None
) -> dict[str, Any]:
    reply: dict[str, Any] = {"case": case, "acts": acts_of(case, caller, context)}
    if picked is not None:
        reply["picked"] = case.inspector_id
        reply["candidates"] = _explained(picked)
    return reply


def acts_of(case: CaseData, caller: Caller, context: DeskContext) -> list[dict[str, Any]]:
    """Every act: whether it is allowed now, if not why (message id and English), who may."""
    return [_told(offer, context) for offer in offers(context.table, case, caller.roles)]


def _told(offer: Offer, context: DeskContext) -> dict[str, Any]:
    reason = offer.reason
    if reason is None and "partner" in offer.needs:  # the table does not know the site
        has_any = any(partner.sends for partner in context.directory.site.partners)
        reason = None if has_any else Message("no_partner")
    return {
        "act": offer.act,
        "allowed": reason is None,
        "reason": reason.id if reason else "",
        "reason_text": reason.english if reason else "",
        "values": reason.values if reason else {},
        "who_may": offer.who_may,
        "needs": offer.needs,
    }


def _check_version(tx: Transaction, asked: ActRequest, case: CaseData) -> None:
    """Only what a person did meanwhile makes an act outdated; evidence coming in does not."""
    if asked.version is None or case.version >= asked.version >= case.decided_version:
        return
    if asked.version > case.version:
        ahead = {"field": "version", "found": asked.version, "expected": str(case.version)}
        raise ActRefused(Message("wrong_value", ahead))
    raise ActRefused(Message("overtaken", {"version": case.version, **_last_decision(tx, case)}))


def _last_decision(tx: Transaction, case: CaseData) -> dict[str, Any]:
    """What a person did last, and who and when; empty while only the desk itself acted."""
    rows = timeline(tx, case.case_id)
    last = next((row for row in rows if row.version == case.decided_version), None)
    if last is None:
        return {}
    return {
        "act": last.act,
        "done": DONE.get(last.act, last.act),
        "actor": last.actor,
        "utc": last.utc,
    }


def _check_references(entered: ActInput, context: DeskContext) -> None:
    """What is named must exist; registers may have changed since the console loaded them."""
    directory = context.directory
    for named in (entered.inspector_id, entered.helper_id):
        if named is not None and directory.inspector(named) is None:
            raise ActRefused(Message("unknown_inspector", {"inspector_id": named}))
    if entered.partner is not None:
        partner = directory.partner(entered.partner)
        if partner is None or not partner.sends:
            raise ActRefused(Message("unknown_partner", {"partner": entered.partner}))
    if (
        entered.item_code is not None
        and directory.site.items
        and directory.item(entered.item_code) is None
    ):
        raise ActRefused(Message("unknown_item", {"item_code": entered.item_code}))
    if entered.grid_id is not None and directory.cell(entered.grid_id) is None:
        raise ActRefused(Message("unknown_grid", {"grid_id": entered.grid_id}))


def _with_pick(
    tx: Transaction, case: CaseData, entered: ActInput, context: DeskContext
) -> tuple[ActInput, CandidateList | None]:
    """The first candidate where nobody is named; the unit alone where nobody can go."""
    place = place_of(case)
    found = None
    if place is not None:
        found = find_candidates(
            tx, place, case.grid_id, context, but_for=case.case_id, silent=silent_on(case)
        )
    if entered.inspector_id is not None or entered.unit is not None:
        return entered, found
    first = found.first if found else None
    if first is not None:
        return msgspec.structs.replace(entered, inspector_id=first.inspector_id), found
    unit = case.unit or unit_for(context.directory, case.item_code, case.grid_id).unit
    if unit is None:
        count = len(context.directory.site.inspectors)
        raise ActRefused(Message("no_candidate", {"count": count}))
    return entered, found


def _with_unit(case: CaseData, entered: ActInput, context: DeskContext) -> ActInput:
    """Another item or area means another unit, unless the operator named one."""
    partner = context.directory.partner(entered.partner)
    if partner is not None:
        return msgspec.structs.replace(entered, unit=UnitName(partner.name))
    if entered.unit is not None:
        return entered
    item_code, grid_id = entered.item_code or case.item_code, entered.grid_id or case.grid_id
    moved = (item_code, grid_id) != (case.item_code, case.grid_id)
    if case.unit is not None and not moved:
        return entered
    unit = unit_for(context.directory, item_code, grid_id).unit
    return entered if unit is None else msgspec.structs.replace(entered, unit=unit)


def _placed(after: CaseData, before: CaseData, context: DeskContext) -> CaseData:
    """The street follows the grid cell."""
    if after.grid_id == before.grid_id:
        return after
    street_id = context.directory.street_of(after.grid_id)
    return msgspec.structs.replace(after, street_id=street_id)


def _entered(entered: ActInput) -> dict[str, Any]:
    empty = ActInput()
    return {
        name: getattr(entered, name)
        for name in ActInput.__struct_fields__
        if getattr(entered, name) != getattr(empty, name)
    }


def _explained(found: CandidateList | None) -> dict[str, Any] | None:
    """Why this one: the head of the list and what held the others back."""
    if found is None:
        return None
    return {
        "first": msgspec.to_builtins(found.candidates[:_AUDITED_CANDIDATES]),
        "explanation": msgspec.to_builtins(found.explanation),
        "shortfall_counts": found.shortfall_counts,
    }


def _check_street(caller: Caller, case: CaseData, context: DeskContext) -> None:
    """An operator of one street does not act on another's cases; one without a street is anybody's."""
    street = context.directory.street_of(case.grid_id) if case.grid_id else None
    if caller.streets and street is not None and street not in caller.streets:
        cell = context.directory.cell(street)
        values = {"street": cell.name if cell else street}
        raise ActRefused(Message("other_street", values), who_may="an operator of that street")


def actor_name(caller: Caller, named: object) -> str:
    """Seat or person. A key's name cannot be talked away; on loopback the named seat counts.

    Raises:
        OperationRefused: `named`, as it came in a request, is no text.
    """
    if not isinstance(named, str | None):
        raise OperationRefused("actor must be a text: the seat or the person who acts")
    wanted = (named or "").strip()[:_ACTOR_CHARS]
    if caller.name == "local":
        return wanted or caller.name
    return f"{caller.name}/{wanted}" if wanted and wanted != caller.name else caller.name


def refused(
    message: Message, case: CaseData | None, who_may: str | None = None
) -> OperationRefused:
    """A refusal as the socket tells it: the sentence, its id and values, the case as it is."""
    fields: dict[str, Any] = {"reason": message.id, "values": message.values}
    if case is not None:
        fields["case"] = msgspec.to_builtins(case)
    return OperationRefused(message.english, who_may=who_may, fields=fields)


def propose(
    tx: Transaction,
    request: dict[str, Any],
    caller: Caller,
    context: DeskContext,
    source: str = "video",
) -> OperationResult:
    """A case by hand, seen on the wall or on the spot. Raises OperationRefused."""
    asked: ProposeRequest = convert(request, ProposeRequest)
    try:
        _check_references(convert({"item_code": asked.item_code}, ActInput), context)
        return _proposed_by_hand(tx, asked, caller, context, source)
    except ActRefused as refusal:
        raise refused(refusal.message, None, refusal.who_may) from refusal


def _proposed_by_hand(
    tx: Transaction, asked: ProposeRequest, caller: Caller, context: DeskContext, source: str
) -> OperationResult:
    row = context.table.rows_of("propose")[0]
    if not may(caller.roles, row):
        raise ActRefused(Message("not_allowed"), who_may=", ".join(who_may(row)))
    directory = context.directory
    place = None
    if asked.lat_deg is not None and asked.lon_deg is not None:
        try:
            place = GeoPoint(asked.lat_deg, asked.lon_deg)
        except ValueError as error:
            raise OperationRefused(str(error)) from error
    if place is None and (asked.camera_id is None or directory.camera(asked.camera_id) is None):
        raise OperationRefused("a case needs a camera of the site, or lat_deg and lon_deg")
    case_id: CaseId = case_store.next_case_id(tx, context.day(tx))
    draft = proposals.case_by_hand(
        case_id,
        directory,
        camera_id=asked.camera_id,
        place=place,
        item_code=asked.item_code,
        title=asked.title.strip()[:120],
        note=asked.note,
        priority=min(9, max(1, asked.priority)),
        source=source,
    )
    actor = actor_name(caller, asked.actor)
    first = proposed(draft, context.around(tx), actor=actor, roles=caller.roles)
    final, event = record(tx, None, first, {"roles": sorted(caller.roles)})
    events: list[Event] = [event]
    return OperationResult({"case": final, "acts": acts_of(final, caller, context)}, events)
