"""Planned patrol rounds: when one runs, its points, how long each person patrolled, who went together. Pure."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from config.directory import SiteDirectory
from config.geometry import GeoPoint, distance_m
from config.site import Checkpoint, InspectorId, PatrolRound, RoundId
from console.desk.trail_rules import GAP_S, stops, where_at
from ingest.positions.trails import TrailPoint

#: Who goes together is this near; phones in streets are each good to 5–20 m.
TOGETHER_M = 100.0
#: Whether people are together is looked at this often.
TOGETHER_EVERY_S = 60.0
#: A position this far from a moment still says where somebody was then.
NEAR_S = 60.0

Trails = Mapping[str, Sequence[TrailPoint]]


class RoundState(enum.Enum):
    PLANNED = "planned"
    RUNNING = "running"
    ENDED = "ended"


class Patrolled(Struct, frozen=True):
    """One person in a round. `patrolled_s`: on the move in the round's area, as far as it is known."""

    inspector_id: InspectorId
    patrolled_s: float
    is_enough: bool


class RoundReport(Struct, frozen=True):
    """A round of a day as it stands. `together_s`: of a joint round, when all were near each other."""

    round_id: RoundId
    name: str
    from_ms: int
    until_ms: int
    state: RoundState
    least_s: float
    people: tuple[Patrolled, ...] = ()
    together_s: float | None = None


def span_ms(planned: PatrolRound, local: datetime) -> tuple[int, int] | None:
    """When the round is on that day, UTC milliseconds; None where it is not."""
    if local.weekday() not in planned.days:
        return None
    start = datetime.combine(local.date(), planned.hours.start, local.tzinfo)
    end = datetime.combine(local.date(), planned.hours.end, local.tzinfo)
    if end <= start:
        end += timedelta(days=1)
    return round(start.timestamp() * 1000), round(end.timestamp() * 1000)


def state_at(span: tuple[int, int], now_ms: int) -> RoundState:
    if now_ms < span[0]:
        return RoundState.PLANNED
    return RoundState.RUNNING if now_ms < span[1] else RoundState.ENDED


def points_of(planned: PatrolRound, directory: SiteDirectory) -> list[Checkpoint]:
    """The check points a round visits: its route in order; else of its classes, in its area, of its
    people where it names some."""
    if planned.route:
        known = {point.id: point for point in directory.site.checkpoints}
        return [known[each] for each in planned.route if each in known]
    is_inside = area_of(planned, directory)
    people = set(planned.inspectors)
    return [
        point
        for point in directory.site.checkpoints
        if (not planned.classes or point.checkpoint_class in planned.classes)
        and (not people or point.inspector_id is None or point.inspector_id in people)
        and is_inside(point.place)
    ]


def area_of(planned: PatrolRound, directory: SiteDirectory) -> Callable[[GeoPoint], bool]:
    """Whether a place lies in the round's cells; without cells everywhere counts."""
    wanted = set(planned.grids)
    if not wanted:
        return lambda _place: True

    def is_inside(place: GeoPoint) -> bool:
        cell = directory.cell_at(place)
        ids = {each.id for each in directory.ancestors(cell.id)} if cell else set()
        return bool(ids & wanted)

    return is_inside


def round_of(
    rounds: Sequence[PatrolRound], inspector_id: str, local: datetime, now_ms: int
) -> tuple[PatrolRound, tuple[int, int]] | None:
    """Somebody's round now: the one that runs (of several: that ends first), else today's next, or last."""
    own = [
        (planned, span)
        for planned in rounds
        if (not planned.inspectors or inspector_id in planned.inspectors)
        and (span := span_ms(planned, local)) is not None
    ]
    order = {RoundState.RUNNING: 0, RoundState.PLANNED: 1, RoundState.ENDED: 2}

    def rank(one: tuple[PatrolRound, tuple[int, int]]) -> tuple[int, int]:
        state, span = state_at(one[1], now_ms), one[1]
        if state is RoundState.PLANNED:
            return order[state], span[0]
        return order[state], span[1] if state is RoundState.RUNNING else -span[1]

    return min(own, key=rank, default=None)


def report(
    planned: PatrolRound,
    span: tuple[int, int],
    trails: Trails,
    directory: SiteDirectory,
    now_ms: int,
) -> RoundReport:
    """Who patrolled how long; of a joint round, how long together."""
    is_inside = area_of(planned, directory)
    who = planned.inspectors or tuple(InspectorId(each) for each in sorted(trails))
    people = []
    for inspector_id in who:
        seconds = patrolled_s(trails.get(inspector_id, ()), is_inside)
        people.append(Patrolled(inspector_id, round(seconds, 1), seconds >= planned.least_s))
    together = None
    if planned.joint:
        until_ms = min(span[1], now_ms)
        together = together_s(planned.inspectors, trails, span[0], until_ms)
    return RoundReport(
        planned.id, planned.name, *span, state_at(span, now_ms), planned.least_s,
        tuple(people), together,
    )  # fmt: skip


def patrolled_s(trail: Sequence[TrailPoint], is_inside: Callable[[GeoPoint], bool]) -> float:
    """Seconds on the move inside: gaps are not known, and a long stop is no patrol."""
    standing = stops(trail)
    seconds = 0.0
    for a, b in itertools.pairwise(trail):
        step_s = (b.fix_ms - a.fix_ms) / 1000
        stands = any(stop.from_ms <= a.fix_ms and b.fix_ms <= stop.until_ms for stop in standing)
        if step_s <= GAP_S and not stands and is_inside(GeoPoint(a.lat_deg, a.lon_deg)):
            seconds += step_s
    return seconds


def together_s(who: Sequence[str], trails: Trails, from_ms: int, until_ms: int) -> float:
    """Seconds in which everybody was within `TOGETHER_M` of the first, by samples."""
    own = {each: trails.get(each, ()) for each in who}
    seconds = 0.0
    for moment_ms in range(from_ms, until_ms, round(TOGETHER_EVERY_S * 1000)):
        found = [GeoPoint(s.lat_deg, s.lon_deg) for s in where_at(own, moment_ms, NEAR_S)]
        if len(found) == len(who) and all(distance_m(found[0], p) <= TOGETHER_M for p in found):
            seconds += TOGETHER_EVERY_S
    return seconds
