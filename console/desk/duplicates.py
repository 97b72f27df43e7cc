"""Duplicates: open cases that may be the same matter, for a person to merge. Pure, but for one look-up.

Near in place, near in time, and of the same item or kind (or one of the two does not know yet what it
is: a ticket before somebody looked). Offered with their distance; nothing is merged by itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import or_, select

from config.directory import SiteDirectory
from config.geometry import distance_m
from config.site import GridLevel
from console.desk.candidate_query import place_of
from console.desk.case import CaseData, CaseId
from console.desk.desk_context import DeskContext
from console.desk.proposals import BURNING_KINDS
from console.desk.tables import case_of, cases
from ingest.feed.envelope import parse_utc_ns
from ingest.feed.log import Transaction

#: Read at most so many open cases of the streets around.
READ_MOST = 400
#: Kinds that do not say what it is.
UNSAID_KINDS = frozenset({"", "ticket", "manual"})
#: Offered at most so many, the likeliest first.
OFFERED_MOST = 5


class Duplicate(Struct, frozen=True):
    """An open case that may be the same matter. `apart_s`: between the two openings."""

    case_id: CaseId
    title: str
    away_m: float
    apart_s: float
    is_same_item: bool


def duplicates_of(tx: Transaction, case: CaseData, context: DeskContext) -> list[Duplicate]:
    """The likeliest first; none for a case without a place or that has ended."""
    settings = context.settings
    if case.closed_utc is not None or place_of(case) is None:
        return []
    opened_ns = parse_utc_ns(case.opened_utc)
    window_ns = round(settings.duplicate_window_s * 1e9)
    streets = _streets(context.directory, case.grid_id)
    nowhere = cases.c.street_id.is_(None)
    where = or_(cases.c.street_id.in_(streets), nowhere) if streets else nowhere
    rows = tx.execute(
        select(cases.c.body)
        .where(
            where,
            cases.c.opened_ns >= opened_ns - window_ns,
            cases.c.opened_ns <= opened_ns + window_ns,
            cases.c.is_open.is_(True),
        )
        .order_by(cases.c.opened_ns.desc())
        .limit(READ_MOST)
    )
    others = (case_of(row.body) for row in rows)
    return likeliest(case, others, settings.duplicate_radius_m, settings.duplicate_window_s)


def likeliest(
    case: CaseData, others: Iterable[CaseData], radius_m: float, window_s: float
) -> list[Duplicate]:
    """Those within radius and window that can be the same thing: same item first, then the nearest."""
    place = place_of(case)
    if place is None:
        return []
    opened_ns = parse_utc_ns(case.opened_utc)
    found = []
    for other in others:
        there = place_of(other)
        if other.case_id == case.case_id or there is None or not _may_be_same(case, other):
            continue
        away_m = distance_m(place, there)
        apart_s = abs(parse_utc_ns(other.opened_utc) - opened_ns) / 1e9
        if away_m <= radius_m and apart_s <= window_s:
            same = case.item_code is not None and case.item_code == other.item_code
            found.append(
                Duplicate(other.case_id, other.title, round(away_m, 1), round(apart_s), same)
            )
    found.sort(key=lambda one: (not one.is_same_item, one.away_m, one.apart_s))
    return found[:OFFERED_MOST]


def _may_be_same(case: CaseData, other: CaseData) -> bool:
    if case.kind in BURNING_KINDS and other.kind in BURNING_KINDS:
        return True
    if case.item_code is not None and other.item_code is not None:
        return case.item_code == other.item_code
    return bool({case.kind, other.kind} & UNSAID_KINDS) or case.kind == other.kind


def _streets(directory: SiteDirectory, grid_id: str | None) -> list[str]:
    """The street of a cell and those beside it: a matter at the border is seen from both."""
    for cell in directory.ancestors(grid_id):
        if cell.level is GridLevel.STREET:
            return [cell.id, *cell.neighbours]
    return []
