"""The lists of the people sheet as rows of texts: pure of widgets, in the operator's language.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from console.bridge.people_line import Coverage
from console.desk.round_rules import RoundReport, RoundState
from console.desk.units import UnitState
from console.state.session import ConsoleSession
from console.state.units import UnitRow
from console.views import people_words, theme, words
from console.views.words import translate
from ingest.positions.quality import DeviceQuality


@dataclass(frozen=True, slots=True)
class Lines:
    """Column heads, rows (id, cells, ink or None), and what stands above them."""

    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str], str | None]]
    summary: str


def people(session: ConsoleSession, rows: Sequence[UnitRow]) -> Lines:
    """Who does what, since when, and how old their position is."""
    heads = (
        translate("People", "Name"), translate("People", "State"), translate("People", "For"),
        translate("People", "Case"), translate("People", "Position"),
    )  # fmt: skip
    now_ns = session.clock.utc_ns()
    lines = []
    for row in rows:
        lasted = (
            "" if row.since_ns is None else people_words.age_text((now_ns - row.since_ns) / 1e9)
        )
        state = people_words.state_text(row.state)
        if row.is_overdue:
            state = translate("People", "{0} · does not come").format(state)
        age = people_words.age_text(row.fix_age_s)
        ink = theme.COLOURS.amber if row.is_overdue else None
        lines.append((row.inspector_id, (row.name, state, lasted, row.case_title, age), ink))
    free = sum(row.state is UnitState.AVAILABLE for row in rows)
    late = sum(row.is_overdue for row in rows)
    text = translate("People", "{0} people · {1} available").format(len(rows), free)
    if late:
        text += " · " + translate("People", "{0} do not come").format(late)
    return Lines(heads, lines, text)


def devices(session: ConsoleSession, found: Sequence[DeviceQuality]) -> Lines:
    """Every device with what became of its fixes."""
    heads = (
        translate("People", "Device"), translate("People", "Carried by"),
        translate("People", "Source"), translate("People", "Heard"),
        translate("People", "Accuracy"), translate("People", "Fixes"),
    )  # fmt: skip
    now_ms, lines, unknown = session.clock.utc_ns() // 1_000_000, [], 0
    for row in found:
        unknown += row.inspector_id is None
        name = session.people.name_of(row.inspector_id) if row.inspector_id else ""
        who = name or translate("People", "nobody")
        heard = people_words.age_text(max(0, now_ms - row.last_heard_ms) / 1000)
        accuracy = "–" if row.accuracy_m is None else words.distance_text(row.accuracy_m)
        cells = (
            row.device_id,
            who,
            row.source,
            heard,
            accuracy,
            people_words.counts_text(row.counts),
        )
        ink = theme.COLOURS.amber if row.inspector_id is None else None
        lines.append((row.inspector_id or "", cells, ink))
    text = translate("People", "{0} devices · {1} carried by nobody")
    return Lines(heads, lines, text.format(len(found), unknown))


def patrol(
    session: ConsoleSession, found: Coverage | None, planned: RoundReport | None = None
) -> Lines:
    """The round: of a planned one first who went how long; then points, missed ones first."""
    heads = (
        translate("People", "Check point"), translate("People", "Class"),
        translate("People", "Grid"), translate("People", "Duty"), translate("People", "Visited"),
    )  # fmt: skip
    if found is None:
        return Lines(heads, [], translate("People", "Reading the round…"))
    cells_of = {cell.id: cell.name for cell in session.site.grid}
    lines = [] if planned is None else _people_of(session, planned)
    for visit in sorted(found.visits, key=lambda v: (v.visited_ms is not None, v.visited_ms or 0)):
        name_of = session.people.name_of
        duty = name_of(visit.inspector_id) if visit.inspector_id else translate("People", "anybody")
        seen = translate("People", "missed")
        if visit.visited_ms is not None:
            seen = f"{people_words.moment_text(visit.visited_ms)} {name_of(visit.visited_by or '')}"
        grid = cells_of.get(visit.grid_id or "", visit.grid_id or "")  # type: ignore[call-overload]
        ink = theme.COLOURS.amber if visit.visited_ms is None else None
        lines.append(
            (visit.checkpoint_id, (visit.name, visit.checkpoint_class, grid, duty, seen), ink)
        )
    span = f"{people_words.moment_text(found.from_ms)}–{people_words.moment_text(found.until_ms)}"
    others = sum(counts["others"] for counts in found.back_check.values())
    own = sum(counts["patrol"] for counts in found.back_check.values())
    text = translate("People", "{0} · {1} of {2} visited · found by patrols {3}, by others {4}")
    summary = text.format(span, found.visited, len(found.visits), own, others)
    if planned is not None and planned.together_s is not None:
        together = words.duration_text(planned.together_s)
        summary += " · " + translate("People", "together {0}").format(together)
    return Lines(heads, lines, summary)


def _people_of(
    session: ConsoleSession, planned: RoundReport
) -> list[tuple[str, Sequence[str], str | None]]:
    """Who patrols in a planned round, who has least first; short only counts once it is over."""
    rows: list[tuple[str, Sequence[str], str | None]] = []
    least = words.duration_text(planned.least_s)
    for person in sorted(planned.people, key=lambda each: each.patrolled_s):
        name = session.people.name_of(person.inspector_id)
        done = words.duration_text(person.patrolled_s)
        text = translate("People", "patrolled {0} of {1}").format(done, least)
        is_short = planned.state is RoundState.ENDED and not person.is_enough
        ink = theme.COLOURS.amber if is_short else None
        rows.append(("", (name, translate("People", "Person"), "", "", text), ink))
    return rows
