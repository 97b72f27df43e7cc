"""Which inspectors are near, free and on duty: nearest by road first, and a reason for every pick and shortfall.

Pure; positions, commitments and road distances come from the caller. Ten thousand inspectors are
judged as arrays; words are made for those who are shown only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from config.directory import SiteDirectory
from config.geometry import GeoPoint
from config.settings import DeskSettings
from config.site import InspectorId
from config.travel import Travel
from console.desk.clock_rules import WorkingCalendar
from console.desk.fleet import Fleet, fleet_of
from console.desk.messages import Message
from console.desk.routing import Routing
from console.desk.units import Unit, UnitState
from ingest.positions.fix import PositionEntry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: The neighbouring cell counts like half the bonus of the own one.
_NEIGHBOUR_SHARE = 0.5
#: Roads are first looked along so much further than the straight line of the last one wanted.
_ROAD_OVER_LINE = 1.5
#: Shortfalls are listed for this many inspectors, nearest first; the counts say the rest.
SHORTFALLS_SHOWN = 30
#: How far beyond the radius the road to those just outside is followed, to say how far they are.
_BEYOND = 3.0


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


class Situation(Struct, frozen=True):
    """What the pick depends on besides the register.

    Attributes:
        positions: last fixes by inspector; a `Fleet` of the same register saves building one.
        units: what each inspector is doing, as far as they said. loads: cases of today.
        load_m: metres that one case of today counts like. silent: sent before, do not come.
    """

    now_utc_ns: int
    positions: Mapping[str, PositionEntry] | Fleet
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
    positions = situation.positions
    if not isinstance(positions, Fleet):
        positions = fleet_of(directory.site.inspectors, positions)
    return _Judgement(directory, place, grid_id, situation, positions).answer()


class _Judgement:
    """One question, answered. Rows are the fleet's."""

    def __init__(
        self,
        directory: SiteDirectory,
        place: GeoPoint,
        grid_id: str | None,
        situation: Situation,
        fleet: Fleet,
    ) -> None:
        import numpy as np

        self._np = np
        self._directory, self._place, self._grid_id = directory, place, grid_id
        self._situation, self._settings, self._fleet = situation, situation.settings, fleet
        self._line_m = fleet.line_m(place)
        #: What is told and counted with: the road where it is known, else the stretched line.
        self._metres = self._line_m * self._settings.detour_factor
        self._by_road = np.zeros(len(fleet.inspectors), bool)
        self._age_s = np.maximum(0.0, (situation.now_utc_ns - fleet.fix_ns) / 1e9)
        self._chain = {cell.id for cell in directory.ancestors(grid_id)}
        self._on_foot = fleet.on_foot(self._settings.travel)
        speeds = [self._settings.speed_mps(travel) for travel in (Travel.E_BIKE, Travel.WALKING)]
        self._speed_mps = np.where(self._on_foot, speeds[1], speeds[0])
        #: A metre of somebody slow counts like so many of the fastest.
        self._pace = max(speeds) / self._speed_mps
        self._bonus_m = self._bonuses()
        self._load_m = np.zeros(len(fleet.inspectors))
        for inspector_id, count in situation.loads.items():
            if (row := fleet.row_of.get(inspector_id)) is not None:
                self._load_m[row] = count * situation.load_m
        self._old = fleet.has_place & (self._age_s > self._settings.fix_age_max_s)
        self._off = self._off_duty()
        self._engaged = self._engagements()

    def answer(self) -> CandidateList:
        np = self._np
        explanation = None
        held = ~self._fleet.has_place | self._old | self._off
        held[list(self._engaged)] = True
        able = np.flatnonzero(~held)
        if self._situation.routing.distances_m is None:
            values = {
                "factor": self._settings.detour_factor,
                "cause": self._situation.routing.cause,
            }
            explanation = Message("straight_line", values)
        else:
            self._follow_roads(able)
        far = self._metres > self._settings.radius_m
        ranked = able[~far[able]]
        order = np.lexsort((ranked, self._score(ranked)))
        ranked = self._settled_ties(ranked[order])[: self._settings.candidate_count]
        unable = np.flatnonzero(held | far)
        return self._told(ranked, unable, far & ~held, explanation)

    # -- judging

    def _off_duty(self) -> NDArray[np.bool_]:
        now = self._situation.calendar.local(self._situation.now_utc_ns).time()
        closed = [n for n, shift in enumerate(self._fleet.shifts) if not shift.contains(now)]
        found: NDArray[np.bool_] = self._np.isin(self._fleet.shift, closed)
        return found

    def _engagements(self) -> dict[int, list[Message]]:
        """Row → busy with a case, by their own word, signed off, or sent before and not coming."""
        situation, row_of = self._situation, self._fleet.row_of
        found: dict[int, list[Message]] = {}

        def add(inspector_id: str, message: Message) -> None:
            if (row := row_of.get(inspector_id)) is not None:
                found.setdefault(row, []).append(message)

        for inspector_id in situation.silent:
            add(inspector_id, Message("silent"))
        for inspector_id, case_id in situation.commitments.items():
            add(inspector_id, Message("busy", {"case_id": case_id}))
        for inspector_id, unit in situation.units.items():
            if unit.state is UnitState.BUSY:
                add(inspector_id, Message("unit_busy", {"utc": unit.until_utc or "-"}))
            elif unit.state is UnitState.OFF:
                add(inspector_id, Message("unit_off"))
        return found

    def _bonuses(self) -> NDArray[np.float64]:
        """Metres that somebody's own grid is worth here."""
        own = self._settings.own_grid_bonus_m
        worth = self._np.zeros(len(self._fleet.grids) + 1)  # the last: no grid of their own
        for number, grid_id in enumerate(self._fleet.grids):
            kind = self._kind(grid_id)
            worth[number] = {"own_grid": own, "neighbour_grid": own * _NEIGHBOUR_SHARE}.get(kind, 0)
        found: NDArray[np.float64] = worth[self._fleet.grid]
        return found

    def _kind(self, grid_id: str | None) -> str:
        """Own grid: the inspector's area is the case's or holds it; neighbour: next to it."""
        if grid_id is not None and grid_id in self._chain:
            return "own_grid"
        cell = self._directory.cell(grid_id)
        if cell is not None and any(neighbour in self._chain for neighbour in cell.neighbours):
            return "neighbour_grid"
        return "other_grid"

    def _score(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Metres at the fastest's pace, less what the own grid is worth, more for today's cases."""
        metres = self._metres[rows] * self._pace[rows]
        found: NDArray[np.float64] = metres - self._bonus_m[rows] + self._load_m[rows]
        return found

    def _settled_ties(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Equal scores by id, so that the answer does not depend on the register's order."""
        head = rows[: self._settings.candidate_count + 1].tolist()
        head.sort(key=lambda row: (self._score_of(row), self._fleet.inspectors[row].id))
        return self._np.array(head, dtype=self._np.int64)

    def _score_of(self, row: int) -> float:
        return float(self._score(self._np.array([row]))[0])

    # -- roads

    def _follow_roads(self, able: NDArray[np.int64]) -> None:
        """Road metres of everybody who may be among the best, exactly.

        The road is never shorter than the line. Roads are followed to a limit that grows until the
        last one wanted is nearer than anybody beyond the limit could be with their grid's bonus.
        """
        np, settings = self._np, self._settings
        wanted = settings.candidate_count
        lines = np.sort(self._line_m[able])
        slack_m = settings.own_grid_bonus_m
        limit_m = settings.radius_m
        if len(lines) > wanted:
            limit_m = min(limit_m, float(lines[wanted - 1]) * _ROAD_OVER_LINE + slack_m)
        while True:
            near = able[self._line_m[able] <= limit_m]
            self._take_roads(near, limit_m)
            scores = np.sort(self._score(near[self._metres[near] <= limit_m]))
            enough = len(scores) >= wanted and scores[wanted - 1] <= limit_m - slack_m
            if enough or limit_m >= settings.radius_m:
                break
            limit_m = min(settings.radius_m, 2 * limit_m)
        if not enough:
            beyond = near[np.isinf(self._metres[near])]
            self._take_roads(beyond[:SHORTFALLS_SHOWN], _BEYOND * settings.radius_m)

    def _take_roads(self, rows: NDArray[np.int64], limit_m: float) -> None:
        on_foot = self._on_foot[rows]
        self._take_roads_of(rows[~on_foot], limit_m, Travel.E_BIKE)
        self._take_roads_of(rows[on_foot], limit_m, Travel.WALKING)

    def _take_roads_of(self, rows: NDArray[np.int64], limit_m: float, travel: Travel) -> None:
        distances_m = self._situation.routing.distances_m
        if distances_m is None or not len(rows):
            return
        fleet = self._fleet
        places = [
            GeoPoint(lat, lon)
            for lat, lon in zip(
                fleet.lat_deg[rows].tolist(), fleet.lon_deg[rows].tolist(), strict=True
            )
        ]
        found = distances_m(self._place, places, limit_m, travel)
        for row, road in zip(rows.tolist(), found, strict=True):
            if road is not None:
                self._metres[row], self._by_road[row] = road, True

    # -- telling

    def _told(
        self,
        ranked: NDArray[np.int64],
        unable: NDArray[np.int64],
        too_far: NDArray[np.bool_],
        explanation: Message | None,
    ) -> CandidateList:
        np = self._np
        best = [self._with_reasons(row) for row in ranked.tolist()]
        if best and best[0].reasons[0].id != "own_grid":
            best = self._as_mutual_aid(best, unable, too_far)
        nearest = unable[np.argsort(self._metres[unable], kind="stable")][:SHORTFALLS_SHOWN]
        held = [
            structs.replace(self._candidate(row), shortfalls=self._shortfalls(row, too_far))
            for row in nearest.tolist()
        ]
        counts = {
            "no_position": int((~self._fleet.has_place).sum()),
            "fix_too_old": int(self._old.sum()),
            "off_duty": int(self._off.sum()),
            "outside_radius": int(too_far.sum()),
        }
        for messages in self._engaged.values():
            for message in messages:
                counts[message.id] = counts.get(message.id, 0) + 1
        shown = {message_id: count for message_id, count in counts.items() if count}
        return CandidateList((*best, *held), explanation, shown)

    def _candidate(self, row: int) -> Candidate:
        fleet, inspector = self._fleet, self._fleet.inspectors[row]
        if not fleet.has_place[row]:
            return Candidate(inspector.id, inspector.name, None, None, None, by_road=False)
        metres = float(self._metres[row])
        if self._np.isinf(metres):  # the road goes further than it was followed
            metres = _BEYOND * self._settings.radius_m
        return Candidate(
            inspector.id,
            inspector.name,
            metres,
            metres / float(self._speed_mps[row]),
            float(self._age_s[row]),
            by_road=bool(self._by_road[row]),
            lat_deg=float(fleet.lat_deg[row]),
            lon_deg=float(fleet.lon_deg[row]),
        )

    def _with_reasons(self, row: int) -> Candidate:
        inspector = self._fleet.inspectors[row]
        candidate = self._candidate(row)
        reasons = [
            Message(self._kind(inspector.grid_id)),
            Message("distance", {"metres": round(candidate.distance_m or 0.0)}),
        ]
        if self._on_foot[row] and not self._on_foot.all():
            reasons.append(Message("on_foot"))
        if count := self._situation.loads.get(inspector.id, 0):
            reasons.append(Message("load", {"count": count}))
        return structs.replace(candidate, reasons=tuple(reasons))

    def _shortfalls(self, row: int, too_far: NDArray[np.bool_]) -> tuple[Message, ...]:
        found = []
        if not self._fleet.has_place[row]:
            found.append(Message("no_position"))
        if self._old[row]:
            values = {
                "age_s": round(float(self._age_s[row])),
                "limit_s": self._settings.fix_age_max_s,
            }
            found.append(Message("fix_too_old", values))
        if self._off[row]:
            shift = self._fleet.shifts[self._fleet.shift[row]]
            found.append(Message("off_duty", {"shift": f"{shift.start:%H:%M}-{shift.end:%H:%M}"}))
        found += self._engaged.get(row, ())
        if too_far[row]:
            metres = self._candidate(row).distance_m or 0.0
            values = {"metres": round(metres), "limit_m": self._settings.radius_m}
            found.append(Message("outside_radius", values))
        return tuple(found)

    def _as_mutual_aid(
        self, ranked: list[Candidate], unable: NDArray[np.int64], too_far: NDArray[np.bool_]
    ) -> list[Candidate]:
        """Where nobody of the own grid can go, the first helper says so, and what holds those back."""
        if any(message.id == "own_grid" for candidate in ranked for message in candidate.reasons):
            return ranked
        cell = self._directory.cell(self._grid_id)
        own_grids = [n for n, grid_id in enumerate(self._fleet.grids) if grid_id in self._chain]
        own = unable[self._np.isin(self._fleet.grid[unable], own_grids)].tolist()
        if not own or cell is None:
            return ranked
        counts: dict[str, int] = {}
        for row in own:
            first = self._shortfalls(row, too_far)[0].id
            counts[first] = counts.get(first, 0) + 1
        aid = Message("mutual_aid", {"grid": cell.name, "count": len(own), "counts": counts})
        return [structs.replace(ranked[0], reasons=(*ranked[0].reasons, aid)), *ranked[1:]]
