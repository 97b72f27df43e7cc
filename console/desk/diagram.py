"""The transition table drawn: a Mermaid diagram of the states and a table of every row. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from console.desk.case import ENDED, CaseState
from console.desk.transitions import RESUME, SAME, Transition, TransitionTable

#: What stands around the drawing in a README, so that it can be drawn again.
BEGIN = "<!-- transitions: drawn by `gridwall transitions --write FILE` -->"
END = "<!-- /transitions -->"


def drawn(table: TransitionTable) -> str:
    """Markdown: the diagram of what changes a state, and under it every row."""
    return "\n".join([BEGIN, *_diagram(table), "", *_rows(table), END])


def put_into(text: str, drawing: str) -> str:
    """The text with its drawing replaced.

    Raises:
        ValueError: it has no place for one.
    """
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"no {BEGIN} … {END} in it")
    return head + drawing + tail


def _diagram(table: TransitionTable) -> Iterable[str]:
    ways: dict[tuple[str, str], list[str]] = {}
    for row in table.transitions:
        for start, target in _ways(row, table):
            ways.setdefault((start, target), []).append(row.act + _when(row))
    yield "```mermaid"
    yield "stateDiagram-v2"
    for (start, target), acts in ways.items():
        yield f"    {start} --> {target}: {', '.join(dict.fromkeys(acts))}"
    for state in CaseState:
        if state in ENDED:
            yield f"    {state.value} --> [*]"
    yield "```"


def _ways(row: Transition, table: TransitionTable) -> Iterable[tuple[str, str]]:
    """Pairs of states a row leads between; those that stay where they are are in the table only."""
    if row.to == SAME:
        return
    if row.makes_case:
        yield "[*]", row.to
    for state in row.from_states:
        if row.to != RESUME:
            if row.to != state.value:
                yield state.value, row.to
            continue
        paused = (other.from_states for other in table.transitions if other.clock == "pause")
        for before in dict.fromkeys(s for states in paused for s in states):
            yield state.value, before.value


def _when(row: Transition) -> str:
    return f" ({row.when.value})" if row.when else ""


def _rows(table: TransitionTable) -> Iterable[str]:
    yield "| act | from | to | who | must hold | entered | clock |"
    yield "|---|---|---|---|---|---|---|"
    for row in table.transitions:
        cells = (
            row.act + _when(row), _states(row), row.to, ", ".join(row.roles),
            ", ".join(row.guards), ", ".join(row.needs), row.clock,
        )  # fmt: skip
        yield f"| {' | '.join(cells)} |"


def _states(row: Transition) -> str:
    """Short where an act is possible everywhere, or in every open state."""
    if not row.from_states:
        return "–"
    states = set(row.from_states)
    if states == set(CaseState):
        return "any"
    if states == set(CaseState) - ENDED:
        return "any open"
    return ", ".join(state.value for state in row.from_states)
