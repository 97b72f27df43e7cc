"""Escalation: an urgent case nobody acknowledged is told to everybody, once, until somebody acts.

A `Participant` of the hub: several seats may ask for the same case, the first is told. Decides
nothing about the case itself. Threads: the hub's acting thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from console.desk.case import CaseId
from console.desk.case_store import load_case
from console.desk.escalation_data import EscalationData
from console.desk.queries import convert
from ingest.feed.envelope import Event, Noun, new_event, utc_text
from ingest.feed.log import StoredEvent, Transaction
from ingest.feed.participant import Caller, Operation, OperationRefused, OperationResult

#: Acts that do not mean that a person took the case up.
NOBODY_ACTED = frozenset({"propose", "join", "amend", "evidence", "alert_cleared"})


class EscalateRequest(Struct, frozen=True):
    """`escalate`."""

    case_id: CaseId
    waited_s: Annotated[float, Meta(ge=0.0)]
    by: str = ""
    to: str = ""


class EscalationService:
    """Raises and ends; what is open is in the snapshot as `escalations`."""

    nouns: frozenset[Noun] = frozenset()

    def create_tables(self, tx: Transaction) -> None:
        """Escalations are kept as last values; there is no table of their own."""

    def on_event(self, tx: Transaction, event: StoredEvent) -> Sequence[Event]:
        return ()

    def operations(self) -> Mapping[str, Operation]:
        return {"escalate": self._escalate}

    def snapshot(self, tx: Transaction) -> dict[str, Any]:
        return {"escalations": tx.last_values_of(Noun.ESCALATION)}

    def tick(self, tx: Transaction, now_utc_ns: int) -> Sequence[Event]:
        """A person's act on the case since then ends it."""
        return [_event("ended", one, now_utc_ns) for one in _open(tx) if _was_answered(tx, one)]

    def _escalate(
        self, tx: Transaction, request: dict[str, Any], caller: Caller
    ) -> OperationResult:
        asked: EscalateRequest = convert(request, EscalateRequest)
        case = load_case(tx, asked.case_id)
        if case is None:
            raise OperationRefused(f"there is no case {asked.case_id}")
        for known in _open(tx):
            if known.case_id == case.case_id:
                return OperationResult({"escalation": known})
        raised = EscalationData(
            case.case_id, case.kind, case.priority, asked.by or caller.name, asked.to,
            asked.waited_s, utc_text(tx.now_utc_ns), case.version,
        )  # fmt: skip
        return OperationResult({"escalation": raised}, (_event("raised", raised, tx.now_utc_ns),))


def _open(tx: Transaction) -> list[EscalationData]:
    return [
        msgspec.json.decode(raw, type=EscalationData) for raw in tx.last_values_of(Noun.ESCALATION)
    ]


def _was_answered(tx: Transaction, known: EscalationData) -> bool:
    case = load_case(tx, known.case_id)
    if case is None:
        return True
    return case.version > known.case_version and case.act not in NOBODY_ACTED


def _event(verb: str, data: EscalationData, now_utc_ns: int) -> Event:
    return new_event(Noun.ESCALATION, verb, data, source="hub", utc_ns=now_utc_ns)
