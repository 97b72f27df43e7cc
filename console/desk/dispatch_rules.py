"""Who handles a case: item × area → unit, and which inspectors are near, free and on duty.

Every pick and every shortfall carries its reasons as messages. Pure; positions, commitments and
road distances come from the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, structs

from config.directory import SiteDirectory
from config.geometry import GeoPoint, distance_m
from config.registers import ANY_ITEM
from config.settings import DeskSettings
from config.site import DispatchRule, GridLevel, Inspector, InspectorId, UnitName
from console.desk.clock_rules import WorkingCalendar
from console.desk.messages import Message
from console.desk.units import Unit, UnitState
from ingest.feed.envelope import parse_utc_ns
from ingest.positions.fix import PositionEntry

#: Values of `unit_rule` in items.csv that name a level instead of a unit.
_LEVEL_RULES = {level.value: level for level in GridLevel}
#: The neighbouring cell counts like half the bonus of the own one.
_NEIGHBOUR_SHARE = 0.5
#: Road distances are asked for this many of the nearest; the rest keep the straight line.
SHORT_LIST_COUNT = 20
#: Shortfalls are listed for this many inspectors, nearest first; the counts say the rest.
SHORTFALLS_SHOWN = 30


class UnitChoice(Struct, frozen=True):
    """The responsible unit and why it is that one; None where nothing fits."""

    unit: UnitName | None
    reason: Message


def unit_for(directory: SiteDirectory, item_code: str | None, grid_id: str | None) -> UnitChoice:
    """Dispatch rules first (highest priority, then the smallest area, then the own item), then the
    item's own rule, then who is responsible for the area."""
    chain = [cell.id for cell in directory.ancestors(grid_id)]
    depth: dict[str, int] = {cell_id: len(chain) - rank for rank, cell_id in enumerate(chain)}
    fitting = [
        rule
        for rule in directory.site.dispatch_rules
        if rule.item_code in (item_code, ANY_ITEM)
        and (rule.grid_id is None or rule.grid_id in depth)
    ]
    if fitting:
        return _by_rule(max(fitting, key=lambda rule: _rank(rule, depth)))
    item = directory.item(item_code)
    if item is not None and item.unit_rule:
        choice = _by_item_rule(directory, item.unit_rule, grid_id)
        if choice is not None:
            return choice
    for cell in directory.ancestors(grid_id):
        if cell.unit is not None:
            return UnitChoice(cell.unit, Message("unit_by_grid", {"grid_id": cell.id}))
    values = {"item_code": item_code or "-", "grid_id": grid_id or "-"}
    return UnitChoice(None, Message("unit_unknown", values))


def _rank(rule: DispatchRule, depth: Mapping[str, int]) -> tuple[int, int, bool]:
    area = depth.get(rule.grid_id, 0) if rule.grid_id else 0
    return rule.priority, area, rule.item_code != ANY_ITEM


def _by_rule(rule: DispatchRule) -> UnitChoice:
    values = {
        "item_code": rule.item_code,
        "grid_id": rule.grid_id or "*",
        "priority": rule.priority,
    }
    return UnitChoice(rule.unit, Message("unit_by_rule", values))


def _by_item_rule(
    directory: SiteDirectory, unit_rule: str, grid_id: str | None
) -> UnitChoice | None:
    """`grid` or a level's name = whoever is responsible there; anything else is a unit's name."""
    reason = Message("unit_by_item", {"unit_rule": unit_rule})
    if unit_rule not in _LEVEL_RULES and unit_rule != "grid":
        return UnitChoice(UnitName(unit_rule), reason)
    level = _LEVEL_RULES.get(unit_rule)
    for cell in directory.ancestors(grid_id):
        if cell.unit is not None and level in (None, cell.level):
            return UnitChoice(cell.unit, reason)
    return None


class Candidate(Struct, frozen=True):
    """One inspector for one place. Without shortfalls: can be sent, best first.

    Attributes:
        distance_m, eta_s: by road where `by_road`, else the straight line with a detour factor;
            None without a position.
        fix_age_s: how old the position is.
    """

    inspector_id: InspectorId
    name: str
    distance_m: float | None
    eta_s: float | None
    fix_age_s: float | None
    by_road: bool
    reasons: tuple[Message, ...] = ()
    shortfalls: tuple[Message, ...] = ()
    lat_deg: float | None = None
    lon_deg: float | None = None


class CandidateList(Struct, frozen=True):
    """The answer: who can go, best first, then who cannot and why.

    Attributes:
        explanation: why distances are straight lines, or None where they follow the streets.
        shortfall_counts: how many inspectors each shortfall holds back.
    """

    candidates: tuple[Candidate, ...]
    explanation: Message | None
    shortfall_counts: dict[str, int]

    @property
    def first(self) -> Candidate | None:
        """The one to send; None when nobody can be."""
        head = self.candidates[0] if self.candidates else None
        return head if head is not None and not head.shortfalls else None


class Route(Struct, frozen=True):
    """A way along the streets, `points` from start to end."""

    distance_m: float
    points: tuple[GeoPoint, ...]


class Routing(Struct, frozen=True):
    """What the street network answers; None everywhere and `cause` where there is none.

    Attributes:
        distances_m: road metres from a place to others (None = no way).
        route: the way from one place to another (None = no way).
        streets_near: pieces of street within a margin (m) around points, a bounded number.
    """

    distances_m: Callable[[GeoPoint, Sequence[GeoPoint]], Sequence[float | None]] | None
    cause: str = ""
    route: Callable[[GeoPoint, GeoPoint], Route | None] | None = None
    streets_near: (
        Callable[[Sequence[GeoPoint], float, int], Sequence[tuple[GeoPoint, GeoPoint]]] | None
    ) = None


class Situation(Struct, frozen=True):
    """What the pick depends on besides the register.

    Attributes:
        units: what each inspector is doing, as far as they said. loads: cases of today.
        load_m: metres that one case of today counts like. silent: sent before, do not come.
    """

    now_utc_ns: int
    positions: Mapping[str, PositionEntry]
    commitments: Mapping[str, str]
    calendar: WorkingCalendar
    settings: DeskSettings
    routing: Routing
    units: Mapping[str, Unit] = {}
    loads: Mapping[str, int] = {}
    load_m: float = 0.0
    silent: frozenset[str] = frozenset()


def candidates_for(
    directory: SiteDirectory, place: GeoPoint, grid_id: str | None, situation: Situation
) -> CandidateList:
    """Everybody, judged: who can go by nearness (own grid preferred), who cannot by reason."""
    if grid_id is None:
        cell = directory.cell_at(place)
        grid_id = cell.id if cell else None
    judged = [_judge(inspector, place, situation) for inspector in directory.site.inspectors]
    able = sorted((c for c in judged if not c.shortfalls), key=_distance)
    able, explanation = _with_roads(able, place, situation)
    able = [_too_far(candidate, situation) for candidate in able]
    unable = [c for c in judged if c.shortfalls] + [c for c in able if c.shortfalls]
    ranked = [_with_grid(c, directory, grid_id) for c in able if not c.shortfalls]
    ranked = [_with_load(candidate, situation.loads) for candidate in ranked]
    ranked.sort(key=lambda candidate: _score(candidate, situation))
    if ranked and "own_grid" not in {message.id for message in ranked[0].reasons}:
        ranked = _as_mutual_aid(ranked, unable, directory, grid_id)
    unable.sort(key=_distance)
    counts: dict[str, int] = {}
    for message in (message for candidate in unable for message in candidate.shortfalls):
        counts[message.id] = counts.get(message.id, 0) + 1
    shown = (*ranked[: situation.settings.candidate_count], *unable[:SHORTFALLS_SHOWN])
    return CandidateList(shown, explanation, counts)


def _distance(candidate: Candidate) -> float:
    return float("inf") if candidate.distance_m is None else candidate.distance_m


def _judge(inspector: Inspector, place: GeoPoint, situation: Situation) -> Candidate:
    """Straight-line distance and every shortfall but the radius, which needs the road."""
    settings = situation.settings
    shortfalls = []
    entry = situation.positions.get(inspector.id)
    age_s = line_m = None
    if entry is None:
        shortfalls.append(Message("no_position"))
    else:
        age_s = max(0.0, (situation.now_utc_ns - parse_utc_ns(entry.fix_utc)) / 1e9)
        line_m = distance_m(place, GeoPoint(entry.lat_deg, entry.lon_deg)) * settings.detour_factor
        if age_s > settings.fix_age_max_s:
            values = {"age_s": round(age_s), "limit_s": settings.fix_age_max_s}
            shortfalls.append(Message("fix_too_old", values))
    local_time = situation.calendar.local(situation.now_utc_ns).time()
    if inspector.shift is not None and not inspector.shift.contains(local_time):
        span = f"{inspector.shift.start:%H:%M}-{inspector.shift.end:%H:%M}"
        shortfalls.append(Message("off_duty", {"shift": span}))
    shortfalls += _engaged(inspector, situation)
    return Candidate(
        inspector.id,
        inspector.name,
        line_m,
        None if line_m is None else line_m / settings.inspector_speed_mps,
        age_s,
        by_road=False,
        shortfalls=tuple(shortfalls),
        lat_deg=None if entry is None else entry.lat_deg,
        lon_deg=None if entry is None else entry.lon_deg,
    )


def _engaged(inspector: Inspector, situation: Situation) -> list[Message]:
    """Busy with a case, by their own word, signed off, or sent before and not coming."""
    found = []
    if inspector.id in situation.silent:
        found.append(Message("silent"))
    if inspector.id in situation.commitments:
        found.append(Message("busy", {"case_id": situation.commitments[inspector.id]}))
    unit = situation.units.get(inspector.id)
    if unit is not None and unit.state is UnitState.BUSY:
        found.append(Message("unit_busy", {"utc": unit.until_utc or "-"}))
    elif unit is not None and unit.state is UnitState.OFF:
        found.append(Message("unit_off"))
    return found


def _with_roads(
    able: list[Candidate], place: GeoPoint, situation: Situation
) -> tuple[list[Candidate], Message | None]:
    """Road distances for the short list; the straight line, and saying so, where there are none."""
    settings, routing = situation.settings, situation.routing
    if routing.distances_m is None:
        values = {"factor": settings.detour_factor, "cause": routing.cause}
        return able, Message("straight_line", values)
    short = able[:SHORT_LIST_COUNT]
    places = [GeoPoint(c.lat_deg or 0.0, c.lon_deg or 0.0) for c in short]
    roads = routing.distances_m(place, places)
    found = [
        candidate if road is None else _by_road(candidate, road, settings)
        for candidate, road in zip(short, roads, strict=True)
    ]
    return found + able[SHORT_LIST_COUNT:], None


def _by_road(candidate: Candidate, road_m: float, settings: DeskSettings) -> Candidate:
    return structs.replace(
        candidate, distance_m=road_m, eta_s=road_m / settings.inspector_speed_mps, by_road=True
    )


def _too_far(candidate: Candidate, situation: Situation) -> Candidate:
    metres = _distance(candidate)
    if metres <= situation.settings.radius_m:
        return candidate
    values = {"metres": round(metres), "limit_m": situation.settings.radius_m}
    return structs.replace(candidate, shortfalls=(Message("outside_radius", values),))


def _with_grid(candidate: Candidate, directory: SiteDirectory, grid_id: str | None) -> Candidate:
    """Own grid: the inspector's area is the case's or holds it; neighbour: next to it."""
    inspector = directory.inspector(candidate.inspector_id)
    area = inspector.grid_id if inspector else None
    chain = {cell.id for cell in directory.ancestors(grid_id)}
    cell = directory.cell(area)
    if area is not None and area in chain:
        kind = "own_grid"
    elif cell is not None and any(neighbour in chain for neighbour in cell.neighbours):
        kind = "neighbour_grid"
    else:
        kind = "other_grid"
    reasons = [Message(kind), Message("distance", {"metres": round(_distance(candidate))})]
    return structs.replace(candidate, reasons=tuple(reasons))


def _with_load(candidate: Candidate, loads: Mapping[str, int]) -> Candidate:
    count = loads.get(candidate.inspector_id, 0)
    if not count:
        return candidate
    reasons = (*candidate.reasons, Message("load", {"count": count}))
    return structs.replace(candidate, reasons=reasons)


def _as_mutual_aid(
    ranked: list[Candidate], unable: list[Candidate], directory: SiteDirectory, grid_id: str | None
) -> list[Candidate]:
    """Where nobody of the own grid can go, the first helper says so, and what holds those back."""
    if any(message.id == "own_grid" for candidate in ranked for message in candidate.reasons):
        return ranked
    chain = {cell.id for cell in directory.ancestors(grid_id)}
    own = [c for c in unable if (i := directory.inspector(c.inspector_id)) and i.grid_id in chain]
    cell = directory.cell(grid_id)
    if not own or cell is None:
        return ranked
    counts: dict[str, int] = {}
    for candidate in own:
        counts[candidate.shortfalls[0].id] = counts.get(candidate.shortfalls[0].id, 0) + 1
    aid = Message("mutual_aid", {"grid": cell.name, "count": len(own), "counts": counts})
    return [structs.replace(ranked[0], reasons=(*ranked[0].reasons, aid)), *ranked[1:]]


def _score(candidate: Candidate, situation: Situation) -> tuple[float, str]:
    """Metres, less what the own grid is worth, more for every case of today."""
    settings = situation.settings
    load_m = situation.load_m * situation.loads.get(candidate.inspector_id, 0)
    kinds = {message.id for message in candidate.reasons}
    bonus_m = 0.0
    if "own_grid" in kinds:
        bonus_m = settings.own_grid_bonus_m
    elif "neighbour_grid" in kinds:
        bonus_m = settings.own_grid_bonus_m * _NEIGHBOUR_SHARE
    return _distance(candidate) - bonus_m + load_m, candidate.inspector_id
