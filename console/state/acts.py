"""Which acts the console offers in a state, and why one cannot be done just now.

The hub's desk decides what is allowed (`transitions.toml`); this table only says which acts
have a button, in the order of use. A refusal the hub told with the case wins. Pure.
"""

from __future__ import annotations

from console.desk.case import CaseState
from console.state.candidates import Reason
from console.state.cases import CaseRow
from console.state.session import ConsoleSession

ACTS_OF_STATE: dict[CaseState, tuple[str, ...]] = {
    CaseState.PROPOSED: ("file", "void"),
    CaseState.FILED: ("dispatch", "void"),
    CaseState.DISPATCHED: ("urge", "return"),
    CaseState.HANDLING: ("feedback", "urge"),
    CaseState.VERIFYING: ("verify", "return"),
    CaseState.SUSPENDED: ("resume",),
}


def acts_of(row: CaseRow) -> tuple[str, ...]:
    """The acts with a button, the next step first."""
    if row.case.attention is not None and may_send(row):
        return ("dispatch", *ACTS_OF_STATE.get(row.case.state, ()))
    if row.case.state is CaseState.VERIFYING and row.case.verified:
        return ("close", "return")
    return ACTS_OF_STATE.get(row.case.state, ())


def may_send(row: CaseRow) -> bool:
    """Whether somebody can be dispatched now: filed, or who was sent does not come."""
    if row.case.state is CaseState.FILED:
        return True
    waits = row.case.state in (CaseState.DISPATCHED, CaseState.HANDLING)
    return waits and row.case.attention is not None and row.case.arrived_utc is None


#: Acts that end or undo something ask for a reason first.
ACTS_WITH_REASON = frozenset({"void", "return"})


def refusal_of(act: str, row: CaseRow, session: ConsoleSession) -> Reason | None:
    """Why `act` cannot be done now; None when it can."""
    if not session.feed.get().is_live:
        return Reason("hub_away")
    if row.case.state is CaseState.VERIFYING and act == "close" and not row.case.verified:
        return Reason("not_verified")
    if act not in (*acts_of(row), *ACTS_OF_STATE.get(row.case.state, ())):
        return Reason("not_in_state", {"state": row.case.state.value})
    if act == "dispatch" and not any(one.can_go for one in session.candidates.get()):
        return Reason("no_candidate")
    detail = session.detail.get()
    if detail is None or detail.case.case_id != row.id:
        return None
    offer = detail.offer(act)
    if offer is None or offer.allowed:
        return None
    return Reason(offer.reason or offer.reason_text or "not_allowed", offer.values)
