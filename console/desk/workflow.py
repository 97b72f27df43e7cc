"""The engine of the case loop: (case, act, now) → the case afterwards, or a reason why not.

Pure: no database, no events, no clock of its own. The rules are the transition table's; here is
only what its names mean. Runs in the hub's acting thread and in tests.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from console.desk import step_clocks
from console.desk.act_input import INPUTS, ActInput
from console.desk.case import CaseData, CaseState, Step
from console.desk.effects import EFFECTS
from console.desk.guards import GUARDS
from console.desk.messages import ActRefused, Message
from console.desk.step_clocks import Surroundings
from console.desk.transitions import (
    DESK_ROLES,
    RESUME,
    SAME,
    SITE_TABLE,
    SYSTEM,
    Transition,
    TransitionsInvalid,
    TransitionTable,
    parse_table,
    shipped_text,
)
from ingest.evidence import is_name as is_evidence_name
from ingest.feed.envelope import parse_utc_ns, utc_text

#: Scores of a callback (DOMAIN §2).
SATISFACTION_SCORES = (100, 80, 50, 0, -100)
#: Acts a department may ask for; somebody else does them (延期、挂账、回退申请).
REQUESTABLE = ("extend", "suspend", "return")


#: Fields of a case that an act takes over from what was entered.
_ENTERED = ("inspector_id", "unit", "item_code", "grid_id", "priority", "title")


class Offer(Struct, frozen=True):
    """One act on a case as it is now; `reason` is None where it is allowed."""

    act: str
    allowed: bool
    reason: Message | None
    who_may: tuple[str, ...]
    needs: tuple[str, ...]


def shipped_table() -> TransitionTable:
    """The product's table, checked against the names above."""
    return parse_table(shipped_text(), guards=GUARDS, effects=EFFECTS, inputs=INPUTS)


def table_of_site(folder: Path) -> TransitionTable:
    """The site's own table where it has one, else the product's.

    Raises:
        TransitionsInvalid: the site's table cannot be read or contradicts itself.
    """
    path = folder / SITE_TABLE
    if not path.exists():
        return shipped_table()
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TransitionsInvalid(f"{SITE_TABLE}: {error}") from error
    return parse_table(text, guards=GUARDS, effects=EFFECTS, inputs=INPUTS)


def may(roles: frozenset[str], transition: Transition) -> bool:
    """Whether somebody with these roles may; a plain operator holds every desk role."""
    if SYSTEM in roles:
        return SYSTEM in transition.roles
    held = roles & DESK_ROLES
    if not held and "operator" in roles:
        held = DESK_ROLES
    return bool(held & set(transition.roles))


def who_may(transition: Transition) -> tuple[str, ...]:
    return tuple(role for role in transition.roles if role != SYSTEM)


def offers(table: TransitionTable, case: CaseData, roles: frozenset[str]) -> tuple[Offer, ...]:
    """Every act a person could ever do, with the reason where it is not possible now."""
    found = []
    for act in table.acts:
        people = table.roles_of(act)
        if not people or all(row.makes_case for row in table.rows_of(act)):
            continue
        row = table.find(act, case.state)
        if row is None:
            reason: Message | None = Message("not_in_state", {"state": case.state.value})
            found.append(Offer(act, False, reason, people, ()))
            continue
        reason = _refusal(row, case, ActInput(), roles)
        found.append(Offer(act, reason is None, reason, who_may(row), row.needs))
    return tuple(found)


def _refusal(
    row: Transition, case: CaseData, entered: ActInput, roles: frozenset[str]
) -> Message | None:
    if not may(roles, row):
        return Message("not_allowed")
    for name in row.guards:
        message = GUARDS[name](case, entered)
        if message is not None:
            return message
    return None


def decide(
    table: TransitionTable,
    case: CaseData,
    act: str,
    entered: ActInput,
    around: Surroundings,
    *,
    actor: str,
    roles: frozenset[str],
) -> CaseData:
    """The case after an act.

    Raises:
        ActRefused: the act is unknown, not possible now, not this person's, or lacks something.
    """
    if act not in table.acts:
        raise ActRefused(Message("unknown_act", {"act": act}))
    row = table.find(act, case.state, passed=entered.passed)
    if row is None:
        people = ", ".join(table.roles_of(act))
        message = Message("not_in_state", {"state": case.state.value, "act": act})
        raise ActRefused(message, who_may=people or None)
    refusal = _refusal(row, case, entered, roles)
    if refusal is not None:
        people = ", ".join(who_may(row))
        raise ActRefused(refusal, who_may=people if refusal.id == "not_allowed" else None)
    for name in row.needs:
        if getattr(entered, name) in (None, "", 0.0, ()) and name != "satisfaction":
            raise ActRefused(Message("needs", {"field": name}))
    _check_values(row, entered)
    if "wanted" in row.needs:
        _check_wanted(table, case, entered)
    return _after(row, case, entered, _not_backwards(case, around), actor, roles)


def _check_wanted(table: TransitionTable, case: CaseData, entered: ActInput) -> None:
    """What cannot be done anyway need not be asked for."""
    row = table.find(entered.wanted or "", case.state) if entered.wanted in REQUESTABLE else None
    if row is None:
        expected = ", ".join(REQUESTABLE)
        values = {"field": "wanted", "found": entered.wanted, "expected": expected}
        raise ActRefused(Message("wrong_value", values))
    for name in row.guards:
        message = GUARDS[name](case, entered)
        if message is not None:
            raise ActRefused(message)


def _check_values(row: Transition, entered: ActInput) -> None:
    values: dict[str, Any]
    if "satisfaction" in row.needs and entered.satisfaction not in SATISFACTION_SCORES:
        expected = ", ".join(str(score) for score in SATISFACTION_SCORES)
        values = {"field": "satisfaction", "found": entered.satisfaction, "expected": expected}
        raise ActRefused(Message("wrong_value", values))
    if entered.photo is not None and not is_evidence_name(entered.photo):
        values = {"field": "photo", "found": entered.photo[:80], "expected": "a SHA-256"}
        raise ActRefused(Message("wrong_value", values))
    if entered.minutes is not None and not 0 < entered.minutes <= 525_600:
        values = {"field": "minutes", "found": entered.minutes, "expected": "above 0"}
        raise ActRefused(Message("wrong_value", values))
    if entered.priority is not None and not 1 <= entered.priority <= 9:
        values = {"field": "priority", "found": entered.priority, "expected": "1 to 9"}
        raise ActRefused(Message("wrong_value", values))


def _not_backwards(case: CaseData, around: Surroundings) -> Surroundings:
    """A hub clock that was set back must not let a step end before it began."""
    started_ns = parse_utc_ns(case.step_started_utc or case.opened_utc or "1970-01-01T00:00:00Z")
    now_ns = max(around.now_utc_ns, started_ns)
    return (
        around
        if now_ns == around.now_utc_ns
        else msgspec.structs.replace(around, now_utc_ns=now_ns)
    )


def _after(
    row: Transition,
    case: CaseData,
    entered: ActInput,
    around: Surroundings,
    actor: str,
    roles: frozenset[str],
) -> CaseData:
    changes: dict[str, Any] = {
        name: getattr(entered, name) for name in _ENTERED if getattr(entered, name) is not None
    }
    for name in row.effects:
        changes.update(EFFECTS[name](case, entered, around))
    if _target(row, case) is not case.state:
        changes["request"] = None
    version = case.version + 1
    changes |= {
        "act": row.act,
        "actor": actor,
        "note": entered.note,
        "state": _target(row, case),
        "version": version,
        "decided_version": case.decided_version if SYSTEM in roles else version,
    }
    moved = msgspec.structs.replace(case, **changes)
    return step_clocks.moved_on(row, moved, entered.minutes, around)


def _target(row: Transition, case: CaseData) -> CaseState:
    if row.to == SAME:
        return case.state
    if row.to == RESUME:
        return case.resume_state or CaseState.FILED
    return CaseState(row.to)


def proposed(
    case: CaseData, around: Surroundings, *, actor: str, roles: frozenset[str]
) -> CaseData:
    """A new case, its first clock running."""
    first = msgspec.structs.replace(
        case,
        state=CaseState.PROPOSED,
        act="propose",
        actor=actor,
        version=1,
        decided_version=0 if SYSTEM in roles else 1,
        opened_utc=utc_text(around.now_utc_ns),
    )
    return step_clocks.started(first, Step.FILE, around)
