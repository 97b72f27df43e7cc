"""The engine of the case loop: (case, act, now) → the case afterwards, or a reason why not.

Pure: no database, no events, no clock of its own. The rules are the transition table's; here is
only what its names mean. Runs in the hub's acting thread and in tests.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from config.site import GridId, InspectorId, ItemCode, UnitName
from console.desk import step_clocks
from console.desk.case import (
    Attention,
    CaseData,
    CaseId,
    CasePhoto,
    CaseState,
    Ending,
    PhotoKind,
    Step,
)
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

#: Photos a case may hold: every event of the case carries their names.
PHOTOS_MOST = 40
#: Inspectors sent to one case besides the one who leads.
HELPERS_MOST = 20
#: Scores of a callback (DOMAIN §2).
SATISFACTION_SCORES = (100, 80, 50, 0, -100)


class ActInput(Struct, frozen=True):
    """What a person entered with an act; None = not entered, keep what the case has.

    Attributes:
        minutes: of `extend`, in the step's kind of time; None = the step's own limit once more.
        into: the case that `merge` joins this one to.
        passed: of `verify`.
        helper_id: whom `reinforce` sends as well, or `release` lets go.
        photo, photo_kind: of `photo`; the SHA-256 of a picture in the evidence store.
    """

    note: str = ""
    inspector_id: InspectorId | None = None
    unit: UnitName | None = None
    item_code: ItemCode | None = None
    grid_id: GridId | None = None
    priority: int | None = None
    title: str | None = None
    minutes: float | None = None
    into: CaseId | None = None
    passed: bool = True
    satisfaction: int | None = None
    helper_id: InspectorId | None = None
    photo: str | None = None
    photo_kind: PhotoKind = PhotoKind.FINDING


class Offer(Struct, frozen=True):
    """One act on a case as it is now; `reason` is None where it is allowed."""

    act: str
    allowed: bool
    reason: Message | None
    who_may: tuple[str, ...]
    needs: tuple[str, ...]


Guard = Callable[[CaseData, ActInput], Message | None]
Effect = Callable[[CaseData, ActInput, Surroundings], dict[str, Any]]


def _unless(condition: Callable[[CaseData, ActInput], bool], message_id: str) -> Guard:
    return lambda case, entered: None if condition(case, entered) else Message(message_id)


#: Names of `guards` in the table.
GUARDS: dict[str, Guard] = {
    "has_item": _unless(lambda c, e: bool(e.item_code or c.item_code), "has_no_item"),
    "has_unit": _unless(
        lambda c, e: bool(e.unit or e.inspector_id or c.unit or c.inspector_id), "has_no_unit"
    ),
    "verified": _unless(lambda c, e: c.verified, "not_verified"),
    "not_extended": _unless(lambda c, e: not c.extended, "already_extended"),
    "not_arrived": _unless(lambda c, e: c.arrived_utc is None, "has_arrived"),
    "helper_is_new": _unless(
        lambda c, e: e.helper_id is None or e.helper_id not in (c.inspector_id, *c.helpers),
        "is_on_it_already",
    ),
    "has_helper": _unless(lambda c, e: bool(c.helpers), "has_no_helper"),
    "has_helper_room": _unless(lambda c, e: len(c.helpers) < HELPERS_MOST, "too_many_helpers"),
    "has_photo_room": _unless(lambda c, e: len(c.photos) < PHOTOS_MOST, "too_many_photos"),
    "not_supervised": _unless(lambda c, e: not c.supervised, "already_supervised"),
}


def _ending(case: CaseData, now_utc_ns: int) -> Ending:
    if case.ending is not None:
        return case.ending
    late = case.whole_due_utc is not None and now_utc_ns > parse_utc_ns(case.whole_due_utc)
    return Ending.OVERDUE if late else Ending.NORMAL


def _now(around: Surroundings) -> str:
    return utc_text(around.now_utc_ns)


#: Names of `effects` in the table: the fields they change.
EFFECTS: dict[str, Effect] = {
    "note_arrival": lambda c, e, s: {"arrived_utc": c.arrived_utc or _now(s)},
    "set_verified": lambda c, e, s: {"verified": True},
    "unverify": lambda c, e, s: {"verified": False},
    "count_rework": lambda c, e, s: {"rework_count": c.rework_count + 1},
    "count_return": lambda c, e, s: {"returned_count": c.returned_count + 1},
    "count_urge": lambda c, e, s: {"urged_count": c.urged_count + 1},
    "unassign": lambda c, e, s: {"inspector_id": None, "arrived_utc": None, "helpers": ()},
    "add_helper": lambda c, e, s: {
        "helpers": (*c.helpers, e.helper_id) if e.helper_id else c.helpers
    },
    "drop_helper": lambda c, e, s: {"helpers": tuple(h for h in c.helpers if h != e.helper_id)},
    "say_unanswered": lambda c, e, s: {"attention": Attention.UNANSWERED},
    "say_stuck": lambda c, e, s: {"attention": Attention.STUCK},
    "clear_attention": lambda c, e, s: {"attention": None},
    "set_extended": lambda c, e, s: {"extended": True},
    "set_supervised": lambda c, e, s: {"supervised": True},
    "set_difficult": lambda c, e, s: {"difficult": True},
    "add_photo": lambda c, e, s: {
        "photos": (*c.photos, CasePhoto(e.photo or "", e.photo_kind, _now(s)))
    },
    "set_satisfaction": lambda c, e, s: {"satisfaction": e.satisfaction},
    "remember_state": lambda c, e, s: {"resume_state": c.state},
    "forget_state": lambda c, e, s: {"resume_state": None},
    "mark_self_handled": lambda c, e, s: {"ending": Ending.SELF_HANDLED},
    "end_normally": lambda c, e, s: {"ending": _ending(c, s.now_utc_ns), "closed_utc": _now(s)},
    "end_void": lambda c, e, s: {"ending": Ending.VOID, "closed_utc": _now(s)},
    "end_merged": lambda c, e, s: {
        "ending": Ending.MERGED,
        "closed_utc": _now(s),
        "merged_into": e.into,
    },
}
#: Names of `needs` in the table.
INPUTS = frozenset(ActInput.__struct_fields__)
#: Fields of a case that an act takes over from what was entered.
_ENTERED = ("inspector_id", "unit", "item_code", "grid_id", "priority", "title")


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
        if getattr(entered, name) in (None, "", 0.0) and name != "satisfaction":
            raise ActRefused(Message("needs", {"field": name}))
    _check_values(row, entered)
    return _after(row, case, entered, _not_backwards(case, around), actor, roles)


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
