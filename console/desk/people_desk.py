"""People desk: trails, who was where, coverage of patrols and quality of devices, for those who may.

Positions of people are personal data: only dispatchers, duty heads and supervisors (or a plain
operator) read them, and every reading is written down before anything is told. Trails are read from
their own file in the hub's read thread; what devices are like is told by the gateway and kept in
memory.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import func, select

from config.site import Checkpoint, PatrolRound
from console.desk import round_rules
from console.desk.acts import actor_name
from console.desk.desk_context import DeskContext
from console.desk.map_matching import matched
from console.desk.patrol_rules import Visit, coverage
from console.desk.queries import convert
from console.desk.tables import cases
from console.desk.trail_rules import summary, where_at
from console.desk.transitions import DESK_ROLES
from ingest.errors import RetryLater
from ingest.feed.envelope import parse_utc_ns
from ingest.feed.log import Transaction
from ingest.feed.participant import (
    Caller,
    Operation,
    OperationRefused,
    OperationResult,
    ReadingOperation,
)
from ingest.positions.quality import DEVICES_MOST, DeviceQuality
from ingest.positions.trails import Access, TrailPoint, TrailStore

#: Desk roles that may see where somebody was.
MAY_SEE = frozenset({"dispatcher", "duty_head", "supervisor"})
#: Fixes a person and answer; more are thinned evenly. A day at one fix per 5 s is 17,280.
POINTS_MOST = 20_000
ALL_POINTS_MOST = 2_000
#: Coverage looks at this much of a trail: 12 h at one fix per 5 s.
COVERAGE_POINTS_MOST = 9_000
#: Trails of more people at once are shown as they were reported: a shift takes 50 ms to match.
MATCHED_MOST = 50
#: Longest stretch of one request, days.
DAYS_MOST = 31
#: Cases found by others while nobody patrolled past: what the back-check compares (DOMAIN §1).
PATROL_SOURCE = "patrol"


class TrailRequest(Struct, frozen=True):
    """`trail.read` and `trail.summary`: of some or (absent) all inspectors."""

    from_utc: str
    until_utc: str
    inspector_ids: tuple[str, ...] | None = None
    #: Along the streets they were most likely walked; absent: as `[positions] match_streets` says.
    matched: bool | None = None
    actor: str | None = None


class WhereRequest(Struct, frozen=True):
    """`trail.where`: who was where at a moment."""

    at_utc: str
    window_s: Annotated[float, Meta(gt=0, le=3_600)] = 300.0
    actor: str | None = None


class CoverageRequest(Struct, frozen=True):
    """`patrol.coverage`: of a stretch, or of a planned round's today; absent = the round of the
    site's hours that runs now."""

    from_utc: str | None = None
    until_utc: str | None = None
    round_id: str | None = None
    actor: str | None = None


class RoundsRequest(Struct, frozen=True):
    """`patrol.rounds`: of today."""

    actor: str | None = None


class ForgetRequest(Struct, frozen=True):
    """`positions.forget`."""

    inspector_id: Annotated[str, Meta(min_length=1, max_length=200)]
    actor: str | None = None


class PeopleDesk:
    """Operations on trails, patrols and devices."""

    def __init__(self, context: Callable[[], DeskContext], folder: Path) -> None:
        self._context = context
        self._folder = folder
        self._store: TrailStore | None = None
        self._lock = threading.Lock()
        self._devices: dict[str, DeviceQuality] = {}

    def operations(self) -> Mapping[str, Operation]:
        return {
            "trail.read": ReadingOperation(self._read),
            "trail.where": ReadingOperation(self._where),
            "trail.summary": ReadingOperation(self._summary),
            "trail.accesses": ReadingOperation(self._accesses),
            "patrol.coverage": ReadingOperation(self._coverage),
            "patrol.rounds": ReadingOperation(self._rounds),
            "devices": ReadingOperation(self._list_devices),
            "devices.report": self._report_devices,
            "positions.forget": self._forget,
        }

    def _trails(self) -> TrailStore:
        if self._store is None:
            self._store = TrailStore(self._folder)
        return self._store

    def _look(
        self, caller: Caller, asked_actor: str | None, what: str, who: tuple[str, ...] | None,
        span: tuple[int, int], now_ns: int, most: int,
    ) -> dict[str, list[TrailPoint]]:  # fmt: skip
        """The trails, after it was written down who looks. Raises OperationRefused."""
        held = caller.roles & DESK_ROLES
        if not (held & MAY_SEE or (not held and "operator" in caller.roles)):
            raise OperationRefused("you may not see where people were", who_may=", ".join(MAY_SEE))
        actor = actor_name(caller, asked_actor)
        try:
            self._trails().note_access(
                Access(now_ns // 1_000_000, actor, what, who or ("*",), *span)
            )
            return self._trails().read(who, *span, most)
        except RetryLater as error:
            raise OperationRefused(str(error)) from error

    def _read(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: TrailRequest = convert(request, TrailRequest)
        span = _span(asked.from_utc, asked.until_utc)
        most = POINTS_MOST if asked.inspector_ids is not None else ALL_POINTS_MOST
        trails = self._look(
            caller, asked.actor, "read", asked.inspector_ids, span, tx.now_utc_ns, most
        )
        return OperationResult({"trails": self._on_streets(trails, asked)})

    def _where(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: WhereRequest = convert(request, WhereRequest)
        at_ms = _ms(asked.at_utc)
        around_ms = round(asked.window_s * 1000) + 1
        span = (at_ms - around_ms, at_ms + around_ms)
        trails = self._look(
            caller, asked.actor, "where", None, span, tx.now_utc_ns, ALL_POINTS_MOST
        )
        return OperationResult({"sightings": where_at(trails, at_ms, asked.window_s)})

    def _summary(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: TrailRequest = convert(request, TrailRequest)
        span = _span(asked.from_utc, asked.until_utc)
        trails = self._look(
            caller, asked.actor, "summary", asked.inspector_ids, span, tx.now_utc_ns, POINTS_MOST
        )
        directory = self._context().directory
        laid = self._on_streets(trails, asked)
        found = {who: summary(trail, directory) for who, trail in laid.items()}
        return OperationResult({"summaries": found})

    def _on_streets(
        self, trails: dict[str, list[TrailPoint]], asked: TrailRequest
    ) -> dict[str, list[TrailPoint]]:
        """Laid onto the streets where that is wanted, there are streets, and it is about few people."""
        context = self._context()
        wanted = asked.matched
        if wanted is None:
            wanted = context.directory.site.settings.positions.match_streets
        graph = context.routing.graph
        if not wanted or graph is None or len(trails) > MATCHED_MOST:
            return trails
        return {who: matched(trail, graph) for who, trail in trails.items()}

    def _accesses(
        self, tx: Transaction, request: dict[str, Any], caller: Caller
    ) -> OperationResult:
        held = caller.roles & DESK_ROLES
        if held and "supervisor" not in held:
            raise OperationRefused("only a supervisor sees who looked", who_may="supervisor")
        return OperationResult({"accesses": self._trails().accesses()})

    def _coverage(
        self, tx: Transaction, request: dict[str, Any], caller: Caller
    ) -> OperationResult:
        asked: CoverageRequest = convert(request, CoverageRequest)
        context = self._context()
        points: Sequence[Checkpoint] = context.directory.site.checkpoints
        if asked.from_utc is not None and asked.until_utc is not None:
            span = _span(asked.from_utc, asked.until_utc)
        elif asked.round_id is not None:
            planned, span = self._planned(asked.round_id, tx.now_utc_ns, context)
            points = round_rules.points_of(planned, context.directory)
        else:
            span = self._round_now(tx.now_utc_ns, context)
        trails = self._look(
            caller, asked.actor, "coverage", None, span, tx.now_utc_ns, COVERAGE_POINTS_MOST
        )
        visits = coverage(points, trails)
        reply = {
            "from_ms": span[0],
            "until_ms": span[1],
            "visits": visits,
            "visited": sum(visit.visited_ms is not None for visit in visits),
            "grids": _per_grid(visits),
            "back_check": back_check(tx, *span),
        }
        return OperationResult(reply)

    def _rounds(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        """Today's planned rounds: who patrolled how long, who went together."""
        asked: RoundsRequest = convert(request, RoundsRequest)
        context = self._context()
        now_ms = tx.now_utc_ns // 1_000_000
        local = context.calendar.local(tx.now_utc_ns)
        found = []
        for planned in context.directory.site.rounds:
            span = round_rules.span_ms(planned, local)
            if span is None:
                continue
            trails: dict[str, list[TrailPoint]] = {}
            if span[0] < now_ms:
                trails = self._look(
                    caller, asked.actor, "rounds", planned.inspectors or None, span,
                    tx.now_utc_ns, COVERAGE_POINTS_MOST,
                )  # fmt: skip
            found.append(round_rules.report(planned, span, trails, context.directory, now_ms))
        return OperationResult({"rounds": found})

    def _planned(
        self, round_id: str, now_ns: int, context: DeskContext
    ) -> tuple[PatrolRound, tuple[int, int]]:
        """A round of today. Raises OperationRefused: unknown, or not today."""
        planned = next((r for r in context.directory.site.rounds if r.id == round_id), None)
        if planned is None:
            raise OperationRefused(f"rounds.toml has no round {round_id!r}")
        span = round_rules.span_ms(planned, context.calendar.local(now_ns))
        if span is None:
            raise OperationRefused(f"{planned.name} is not a round of today")
        return planned, span

    def _round_now(self, now_ns: int, context: DeskContext) -> tuple[int, int]:
        """The round that runs now, else the last one that began: the working spans of the day."""
        local = context.calendar.local(now_ns)
        spans = context.directory.site.settings.calendar.spans()
        begun = [span for span in spans if span.start <= local.time()]
        day, span = (local, begun[-1]) if begun else (local - timedelta(days=1), spans[-1])
        start = datetime.combine(day.date(), span.start, local.tzinfo)
        end = datetime.combine(day.date(), span.end, local.tzinfo)
        return round(start.timestamp() * 1000), round(end.timestamp() * 1000)

    def _list_devices(
        self, tx: Transaction, request: dict[str, Any], caller: Caller
    ) -> OperationResult:
        with self._lock:
            known = list(self._devices.values())
        rows = sorted(known, key=lambda row: -row.last_heard_ms)
        return OperationResult({"devices": rows})

    def _report_devices(
        self, tx: Transaction, request: dict[str, Any], caller: Caller
    ) -> OperationResult:
        """From the gateway: rows that changed."""
        try:
            rows = msgspec.convert(request.get("devices"), list[DeviceQuality])
        except msgspec.ValidationError as error:
            raise OperationRefused(f"devices.report: {error}") from error
        with self._lock:
            for row in rows:
                self._devices.pop(row.device_id, None)
                self._devices[row.device_id] = row
            while len(self._devices) > DEVICES_MOST:
                del self._devices[next(iter(self._devices))]
        return OperationResult({})

    def _forget(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        """One person's trail, for good. Raises OperationRefused."""
        held = caller.roles & DESK_ROLES
        if held and "duty_head" not in held:
            raise OperationRefused("trails are deleted by the duty head", who_may="duty_head")
        asked: ForgetRequest = convert(request, ForgetRequest)
        who, actor = asked.inspector_id, actor_name(caller, asked.actor)
        access = Access(tx.now_utc_ns // 1_000_000, actor, "forget", (who,), 0, 0)
        self._trails().note_access(access)
        return OperationResult({"inspector_id": who, "forgotten": self._trails().forget(who)})


def back_check(tx: Transaction, from_ms: int, until_ms: int) -> dict[str, dict[str, int]]:
    """Grid → cases of the time found by patrols and by others (网格倒查): where patrols see less."""
    rows = tx.execute(
        select(cases.c.grid_id, cases.c.source, func.count().label("count_of"))
        .where(cases.c.opened_ns >= from_ms * 1_000_000, cases.c.opened_ns < until_ms * 1_000_000)
        .where(cases.c.state != "void")
        .group_by(cases.c.grid_id, cases.c.source)
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        grid = found.setdefault(row.grid_id or "", {"patrol": 0, "others": 0})
        grid["patrol" if row.source == PATROL_SOURCE else "others"] += row.count_of
    return found


def _per_grid(visits: list[Visit]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for visit in visits:
        grid = found.setdefault(visit.grid_id or "", {"points": 0, "visited": 0})
        grid["points"] += 1
        grid["visited"] += visit.visited_ms is not None
    return found


def _ms(utc: str) -> int:
    try:
        return parse_utc_ns(utc) // 1_000_000
    except ValueError as error:
        raise OperationRefused(f"{utc[:40]!r} is no time; expected RFC 3339 UTC") from error


def _span(from_utc: str, until_utc: str) -> tuple[int, int]:
    span = _ms(from_utc), _ms(until_utc)
    if not 0 < span[1] - span[0] <= DAYS_MOST * 86_400_000:
        raise OperationRefused(f"until_utc must be after from_utc, by at most {DAYS_MOST} days")
    return span
