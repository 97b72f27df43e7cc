"""The transition table: transitions.toml as values, checked so that a slip in it fails at start.

Decides nothing about a case; see `workflow`. Pure but for reading its own file.
"""

from __future__ import annotations

import enum
import tomllib
from collections.abc import Collection
from importlib import resources

import msgspec
from msgspec import Struct, field

from console.desk.case import ENDED, CaseState, Step

#: Who may act; `system` is the desk itself. GB/T 30428's roles (DOMAIN §2).
DESK_ROLES = frozenset(
    {"clerk", "duty_head", "dispatcher", "department", "inspector", "supervisor"}
)
SYSTEM = "system"
SAME, RESUME = "same", "resume"


class When(enum.Enum):
    """Which of two rows of an act is meant."""

    PASSED = "passed"
    FAILED = "failed"


class Transition(Struct, frozen=True, rename={"from_states": "from"}):
    """One row of the table; see the head of transitions.toml."""

    act: str
    from_states: tuple[CaseState, ...]
    to: str
    roles: tuple[str, ...]
    clock: str
    when: When | None = None
    guards: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()

    @property
    def starts(self) -> Step | None:
        """The step whose clock this act starts."""
        verb, _, step = self.clock.partition(":")
        return Step(step) if verb == "start" else None

    @property
    def makes_case(self) -> bool:
        return not self.from_states


class _File(Struct, frozen=True):
    transitions: tuple[Transition, ...] = field(name="transition")


class TransitionsInvalid(ValueError):
    """The table contradicts itself; every contradiction is named."""


class TransitionTable:
    """All rows, by act."""

    def __init__(self, transitions: Collection[Transition]) -> None:
        self.transitions = tuple(transitions)
        self.acts = tuple(dict.fromkeys(row.act for row in self.transitions))

    def find(self, act: str, state: CaseState, *, passed: bool = True) -> Transition | None:
        """The row of an act in a state."""
        wanted = When.PASSED if passed else When.FAILED
        for row in self.transitions:
            if row.act == act and state in row.from_states and row.when in (None, wanted):
                return row
        return None

    def rows_of(self, act: str) -> tuple[Transition, ...]:
        return tuple(row for row in self.transitions if row.act == act)

    def roles_of(self, act: str) -> tuple[str, ...]:
        """Every person's role that may do an act in some state."""
        roles = (role for row in self.rows_of(act) for role in row.roles)
        return tuple(role for role in dict.fromkeys(roles) if role != SYSTEM)


def parse_table(
    text: str, *, guards: Collection[str], effects: Collection[str], inputs: Collection[str]
) -> TransitionTable:
    """The checked table.

    Args:
        guards, effects, inputs: names the engine knows.

    Raises:
        TransitionsInvalid: with every contradiction.
    """
    try:
        rows = msgspec.convert(tomllib.loads(text), _File).transitions
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise TransitionsInvalid(f"transitions.toml: {error}") from error
    table = TransitionTable(rows)
    wrong = [
        *_unknown_names(rows, guards, effects, inputs),
        *_ambiguities(rows),
        *_dead_ends(rows),
    ]
    if wrong:
        raise TransitionsInvalid("transitions.toml: " + "; ".join(wrong))
    return table


#: A city with a loop of its own puts its table into the site folder under this name.
SITE_TABLE = "transitions.toml"


def shipped_text() -> str:
    """The table of the product."""
    return resources.files("console.desk").joinpath("transitions.toml").read_text("utf-8")


def _unknown_names(
    rows: Collection[Transition],
    guards: Collection[str],
    effects: Collection[str],
    inputs: Collection[str],
) -> list[str]:
    states = {state.value for state in CaseState}
    clocks = {"keep", "whole", "extend", "pause", "resume", "stop"} | {
        f"start:{step.value}" for step in Step
    }
    wrong = []
    for row in rows:
        named = [
            *((name, "state", states | {SAME, RESUME}) for name in (row.to,)),
            *((name, "role", DESK_ROLES | {SYSTEM}) for name in row.roles),
            *((name, "clock", clocks) for name in (row.clock,)),
            *((name, "guard", guards) for name in row.guards),
            *((name, "effect", effects) for name in row.effects),
            *((name, "input", inputs) for name in row.needs),
        ]
        wrong += [
            f"{row.act}: no {kind} {name!r}" for name, kind, known in named if name not in known
        ]
        if not row.roles:
            wrong.append(f"{row.act}: nobody may do it")
    return wrong


def _ambiguities(rows: Collection[Transition]) -> list[str]:
    """Two rows for one act, state and case of `when`."""
    seen: set[tuple[str, CaseState, When]] = set()
    wrong = []
    for row in rows:
        for state in row.from_states:
            for when in (row.when,) if row.when else tuple(When):
                key = (row.act, state, when)
                if key in seen:
                    wrong.append(f"{row.act} from {state.value} stands twice")
                seen.add(key)
    return wrong


def _dead_ends(rows: Collection[Transition]) -> list[str]:
    """States nothing leads to, and states from which no way leads to an end."""
    leads: dict[CaseState, set[CaseState]] = {state: set() for state in CaseState}
    for row in rows:
        for state in row.from_states:
            if row.to == RESUME:
                leads[state] |= {
                    s for other in rows if other.clock == "pause" for s in other.from_states
                }
            elif row.to != SAME and row.to in {s.value for s in CaseState}:
                leads[state].add(CaseState(row.to))
    reached = {CaseState(row.to) for row in rows if row.makes_case and row.to != SAME}
    reached = _closure(reached, leads)
    wrong = [f"nothing leads to {state.value}" for state in CaseState if state not in reached]
    stuck = [state for state in CaseState if not _closure({state}, leads) & ENDED]
    return wrong + [f"no way leads from {state.value} to an end" for state in stuck]


def _closure(start: set[CaseState], leads: dict[CaseState, set[CaseState]]) -> set[CaseState]:
    found, new = set(start), set(start)
    while new:
        new = {after for state in new for after in leads[state]} - found
        found |= new
    return found
