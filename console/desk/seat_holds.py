"""Seat holds: which seat works on which case now, told to the others ("being handled by seat 3").

A seat says every few seconds what it has open and hears what the others have. Nothing is locked by
it: two who act at once are told apart by the case's version, and the second hears what happened. In
memory only: a seat that falls silent holds nothing. Threads: the hub's read thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from console.desk.acts import actor_name
from console.desk.case import CaseId
from console.desk.queries import convert
from ingest.feed.envelope import utc_text
from ingest.feed.log import Transaction
from ingest.feed.participant import (
    Caller,
    Operation,
    OperationRefused,
    OperationResult,
    ReadingOperation,
)

#: A seat that says nothing for so long holds nothing any more; seats speak every 3 s.
HELD_S = 12.0
#: Seats at once; more would be a mistake of somebody's program.
SEATS_MOST = 500


class HoldRequest(Struct, frozen=True):
    """`case.hold`: what a seat has open; None: nothing."""

    seat: Annotated[str, Meta(min_length=1, max_length=80)]
    case_id: str | None = None
    actor: str | None = None


class Hold(Struct, frozen=True):
    """Another seat's open case. `actor`: who sits there, as acts name them."""

    case_id: CaseId
    seat: str
    actor: str
    since_utc: str


class SeatHolds:
    """See module."""

    def __init__(self) -> None:
        self._holds: dict[str, tuple[Hold, int]] = {}

    def operations(self) -> Mapping[str, Operation]:
        return {"case.hold": ReadingOperation(self._hold)}

    def _hold(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: HoldRequest = convert(request, HoldRequest)
        if "operator" not in caller.roles:
            raise OperationRefused("seats are operators'", who_may="operator")
        now_ns = tx.now_utc_ns
        oldest_ns = now_ns - round(HELD_S * 1e9)
        alive = {seat: held for seat, held in self._holds.items() if held[1] >= oldest_ns}
        before = alive.pop(asked.seat, None)
        if asked.case_id is not None and len(alive) < SEATS_MOST:
            is_same = before is not None and before[0].case_id == asked.case_id
            since = before[0].since_utc if before and is_same else utc_text(now_ns)
            actor = actor_name(caller, asked.actor)
            alive[asked.seat] = (Hold(CaseId(asked.case_id), asked.seat, actor, since), now_ns)
        self._holds = alive
        others = [hold for hold, _ in alive.values() if hold.seat != asked.seat]
        return OperationResult({"holds": others})
