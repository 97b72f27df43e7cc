"""rounds.toml to values: planned patrol rounds: when, whose, which check points, how long. Pure.

DOMAIN §1: two rounds a day, two hours each, every point fixed to place, person and duty. Tells every
mistake; returns what is whole.
"""

from __future__ import annotations

from config.problems import FileProblems, Noun, shown
from config.site import ALL_DAYS, GridId, Hours, InspectorId, PatrolRound, RoundId
from config.times import parse_days, parse_hours
from config.toml_document import read_toml
from config.toml_table import Table, is_number, tables_of

_KEYS = (
    "id",
    "name",
    "hours",
    "days",
    "inspectors",
    "classes",
    "grids",
    "route",
    "least_s",
    "joint",
)
#: Somebody patrols at least so long in a round, seconds.
LEAST_S = 7_200.0


def read_rounds(content: bytes, problems: FileProblems) -> tuple[PatrolRound, ...]:
    """rounds.toml."""
    document = read_toml(content, problems)
    if document is None:
        return ()
    rounds = [_round(table) for table in tables_of(document, "round", problems)]
    return tuple(each for each in rounds if each is not None)


def _round(table: Table) -> PatrolRound | None:
    table.warn_unknown(_KEYS)
    identity, name, hours = table.identity("id"), table.text("name"), _hours(table)
    days, least_s = _days(table), _least_s(table)
    inspectors = _texts(table, "inspectors", Noun.INSPECTOR)
    grids = _texts(table, "grids", Noun.CELL)
    classes = _texts(table, "classes", None)
    joint = table.values.get("joint", False)
    if not isinstance(joint, bool):
        table.error("joint", shown(joint), "true or false")
        joint = False
    if joint and len(inspectors) < 2:
        table.error("joint", f"{len(inspectors)} inspectors", "two or more who go together")
    if identity is None or name is None or hours is None:
        return None
    return PatrolRound(
        id=RoundId(identity),
        name=name,
        hours=hours,
        days=days,
        inspectors=tuple(map(InspectorId, inspectors)),
        classes=tuple(classes),
        grids=tuple(map(GridId, grids)),
        route=tuple(_texts(table, "route", Noun.CHECKPOINT)),
        least_s=least_s,
        joint=joint,
    )


def _hours(table: Table) -> Hours | None:
    value = table.values.get("hours")
    try:
        if isinstance(value, str):
            return parse_hours(value)
    except ValueError:
        pass
    found = "nothing" if value is None else shown(value)
    table.error("hours", found, 'hours like "08:00-11:00"')
    return None


def _days(table: Table) -> frozenset[int]:
    value = table.values.get("days")
    if value is None:
        return ALL_DAYS
    try:
        return parse_days(value)
    except ValueError:
        table.error("days", shown(value), '"mon-fri", ["sat", "sun"] or "all"')
        return ALL_DAYS


def _least_s(table: Table) -> float:
    value = table.values.get("least_s", LEAST_S)
    if is_number(value) and 0 <= value <= 86_400:
        return float(value)
    table.error("least_s", shown(value), "seconds, 0 to 86400")
    return LEAST_S


def _texts(table: Table, key: str, noun: Noun | None) -> list[str]:
    """A list of texts; ids of another register are checked there."""
    value = table.values.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, str | int) for each in value):
        table.error(key, shown(value), '["…", "…"]')
        return []
    found = [str(each) for each in value]
    if noun is not None:
        for each in found:
            table.refers(noun, each, key)
    return found
