"""PartnerDesk: cases to and from other platforms, as operations of the hub.

The gateway asks what is due, carries it, and tells the receipt; it brings what others send. Without a
receipt in time a case comes back to the dispatcher. Threads: the acting thread, lists the read thread.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from config.site import Partner
from console.desk import case_store
from console.desk.act_input import ActInput
from console.desk.case import CaseData, CaseState
from console.desk.desk_context import SYSTEM_ACTOR, DeskContext
from console.desk.journal import record
from console.desk.messages import ActRefused
from console.desk.partners import outbox, taking
from console.desk.partners.outbox import OutRow, OutState, actor_of
from console.desk.queries import convert
from console.desk.workflow import decide
from ingest.feed.envelope import Event
from ingest.feed.log import Transaction
from ingest.feed.participant import (
    Caller,
    Operation,
    OperationRefused,
    OperationResult,
    ReadingOperation,
)
from ingest.partners.messages import Kind, Message, Receipt, Result

log = logging.getLogger(__name__)

#: Messages besides offers are tried for so long; late ones are looked for this often.
OTHERS_S = 7 * 86_400.0
LOOK_NS = 5 * 10**9
#: Looked at in one go, and shown with a case.
LATE_MOST, SHOWN_MOST = 200, 50
_PROBLEM_CHARS = 300
_WITH_THEM = (CaseState.DISPATCHED, CaseState.HANDLING)


class DueRequest(Struct, frozen=True):
    """`partners.due`."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50


class SettleRequest(Struct, frozen=True):
    """`partners.settle`: a receipt, or why there is none yet."""

    number: int
    receipt: Receipt | None = None
    problem: str = ""


class TakeRequest(Struct, frozen=True):
    """`partners.take`: a message whose signature was checked."""

    partner: str
    message: Message


class PartnerDesk:
    """Operations on what goes to and comes from partners."""

    def __init__(self, context: Callable[[], DeskContext]) -> None:
        self._context = context
        self._next_look_ns = 0

    def operations(self) -> Mapping[str, Operation]:
        return {
            "partners.due": ReadingOperation(self._due),
            "partners.list": ReadingOperation(self._list),
            "partners.settle": self._settle,
            "partners.take": self._take,
        }

    def of_case(self, tx: Transaction, case: CaseData) -> dict[str, Any]:
        """Fields of the `case` answer: what went to and came from others, and who could take it."""
        site = self._context().directory.site
        sent = outbox.shown(outbox.of_case(tx, case.case_id, SHOWN_MOST))
        came = taking.shown(tx, case.case_id, SHOWN_MOST)
        names = {str(partner.id): partner.name for partner in site.partners}
        rows = sorted([*sent, *came], key=lambda row: row["utc"], reverse=True)
        for row in rows:
            row["name"] = names.get(row["partner"], row["partner"])
        able = [{"id": one.id, "name": one.name} for one in site.partners if one.sends]
        return {"exchange": rows, "partners": able}

    def tick(self, tx: Transaction) -> list[Event]:
        """What waited too long for its receipt."""
        left_ns = self._next_look_ns - tx.now_utc_ns
        if 0 < left_ns <= LOOK_NS:  # more is left only where the clock was set back
            return []
        self._next_look_ns = tx.now_utc_ns + LOOK_NS
        context = self._context()
        partners = context.directory.site.partners
        shortest_s = min([OTHERS_S, *(partner.receipt_s for partner in partners)])
        before_ns = tx.now_utc_ns - round(shortest_s * 1e9)
        events: list[Event] = []
        for row in outbox.waiting_since(tx, before_ns, LATE_MOST):
            if self._is_late(row, tx.now_utc_ns, context):
                events += self._expired(tx, row, context)
        return events

    def _is_late(self, row: OutRow, now_ns: int, context: DeskContext) -> bool:
        partner = context.directory.partner(row.partner)
        limit_s = OTHERS_S
        if row.kind is Kind.OFFER and partner is not None:
            limit_s = partner.receipt_s
        return now_ns - row.made_ns > limit_s * 1e9

    # -- operations

    def _due(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: DueRequest = convert(request, DueRequest)
        messages = [
            {"number": row.number, "partner": row.partner, "message": row.message}
            for row in outbox.due(tx, asked.limit)
        ]
        return OperationResult({"messages": messages})

    def _list(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        partners = [
            {"id": one.id, "name": one.name, "url": one.url, "sends": one.sends, "takes": one.takes}
            for one in self._context().directory.site.partners
        ]
        return OperationResult({"partners": partners, "messages": outbox.counts(tx)})

    def _take(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        _check_gateway(caller)
        asked: TakeRequest = convert(request, TakeRequest)
        context = self._context()
        partner = context.directory.partner(asked.partner)
        if partner is None:
            raise OperationRefused(f"partners.toml has no partner {asked.partner!r}")
        receipt, events = taking.take(tx, partner, asked.message, context)
        return OperationResult({"receipt": receipt}, events)

    def _settle(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        """The same receipt twice is no second act."""
        _check_gateway(caller)
        asked: SettleRequest = convert(request, SettleRequest)
        row = outbox.load(tx, asked.number)
        if row is None:
            raise OperationRefused(f"no message has the number {asked.number}")
        if row.state is not OutState.WAITING:
            return OperationResult({"state": row.state.value})
        if asked.receipt is None:
            outbox.put_off(tx, row, asked.problem[:_PROBLEM_CHARS])
            return OperationResult({"state": OutState.WAITING.value})
        if asked.receipt.message_id != row.message.message_id:
            raise OperationRefused("the receipt is for another message")
        accepted = asked.receipt.result is Result.ACCEPTED
        state = OutState.ACCEPTED if accepted else OutState.REFUSED
        outbox.end(tx, row.number, state, asked.receipt)
        events = self._answered(tx, row, asked.receipt, self._context())
        return OperationResult({"state": state.value}, events)

    # -- what answers do to the case

    def _answered(
        self, tx: Transaction, row: OutRow, receipt: Receipt, context: DeskContext
    ) -> Sequence[Event]:
        name = _name_of(context.directory.partner(row.partner), row.partner)
        if receipt.result is Result.ACCEPTED:
            if row.kind is not Kind.OFFER:
                return []
            number = f" ({receipt.their_ref})" if receipt.their_ref else ""
            return self._noted(tx, row, f"{name}: accepted{number}", context)
        why = receipt.reason_text or receipt.reason
        if row.kind is Kind.OFFER:
            text = f"{name}: refused. {why}"
            return self._back(tx, row, text, actor_of(row.partner), "department", context)
        return self._noted(tx, row, f"{name}: {row.kind.value} refused. {why}", context)

    def _expired(self, tx: Transaction, row: OutRow, context: DeskContext) -> Sequence[Event]:
        outbox.end(tx, row.number, OutState.EXPIRED, None)
        name = _name_of(context.directory.partner(row.partner), row.partner)
        why = f"{name}: no receipt after {row.tries} tries. {row.problem}".rstrip()
        log.warning("case %s, message %d to a partner: %s", row.case_id, row.number, why)
        if row.kind is Kind.OFFER:
            return self._back(tx, row, why, SYSTEM_ACTOR, "dispatcher", context)
        return self._noted(tx, row, f"{why} ({row.kind.value})", context)

    def _back(
        self, tx: Transaction, row: OutRow, why: str, actor: str, role: str, context: DeskContext
    ) -> Sequence[Event]:
        """The case is the dispatcher's again, if it is still with that partner."""
        case = case_store.load_case(tx, row.case_id)
        if case is None or case.partner != row.partner or case.state not in _WITH_THEM:
            return self._noted(tx, row, why, context)
        try:
            after = decide(
                context.table, case, "return", ActInput(note=why), context.around(tx),
                actor=actor, roles=frozenset({role}),
            )  # fmt: skip
        except ActRefused as refusal:
            log.warning("case %s stays with partner %s: %s", row.case_id, row.partner, refusal)
            return self._noted(tx, row, why, context)
        return [record(tx, case, after, {"message_id": row.message.message_id})[1]]

    def _noted(
        self, tx: Transaction, row: OutRow, text: str, context: DeskContext
    ) -> Sequence[Event]:
        case = case_store.load_case(tx, row.case_id)
        if case is None:
            return []
        try:
            return [taking.note_on(tx, case, text, actor_of(row.partner), context)[1]]
        except ActRefused as refusal:
            log.warning("case %s: %s (not noted: %s)", row.case_id, text, refusal)
            return []


def _check_gateway(caller: Caller) -> None:
    """The gateway's own key, or loopback: a reader cannot speak for a partner."""
    if "operator" not in caller.roles:
        raise OperationRefused("messages of partners are the gateway's", who_may="operator")


def _name_of(partner: Partner | None, partner_id: str) -> str:
    return partner.name if partner is not None else partner_id
