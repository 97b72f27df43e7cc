"""Unit desk: keeps unit states, follows cases and positions, and says when somebody does not come.

Decides by the rules of `units`; every change is one row and one event `gridwall.unit.changed.v1`,
in the transaction of what caused it. Who does not answer, stands still or is late turns into an act
of the desk on the case (`unanswered`, `stuck`) that names who would be next; nobody is sent by it.
Threads: the hub's acting thread; `units_of` and `snapshot` also the read thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from config.geometry import GeoPoint, distance_m
from config.site import InspectorId
from console.desk import case_store, unit_store
from console.desk.act_input import ActInput
from console.desk.acts import actor_name, refused
from console.desk.candidate_query import find_candidates, place_of
from console.desk.case import CaseData
from console.desk.desk_context import SYSTEM_ACTOR, SYSTEM_ROLES, DeskContext
from console.desk.journal import record
from console.desk.messages import ActRefused, Message
from console.desk.queries import convert
from console.desk.route_push import routed_event
from console.desk.units import (
    ON_CASE,
    SETTABLE,
    Progress,
    SetBy,
    Unit,
    UnitState,
    changed,
    has_arrived,
    limit_s,
    state_on,
    team_of,
)
from console.desk.workflow import decide
from ingest.feed.envelope import Event, Noun, new_event, parse_utc_ns
from ingest.feed.log import Transaction
from ingest.feed.participant import Caller, Operation, OperationResult, ReadingOperation
from ingest.positions.fix import PositionEntry

#: Positions are looked at this often: the hub writes them every 5 s.
LOOK_S = 5.0
SOURCE = "gridwall/desk"


class SetRequest(Struct, frozen=True):
    """`unit.set`: what a console, a phone or a terminal says of an inspector."""

    inspector_id: str
    state: UnitState
    minutes: float | None = None
    actor: str | None = None
    by: SetBy = SetBy.CONSOLE


class UnitDesk:
    """Operations, consequences of cases, and the clock of units."""

    def __init__(self, context: Callable[[], DeskContext]) -> None:
        self._context = context
        self._progress = Progress()
        self._next_look_ns = 0

    def operations(self) -> Mapping[str, Operation]:
        return {"unit.set": self._set, "units": ReadingOperation(self._list)}

    def snapshot(self, tx: Transaction) -> dict[str, Any]:
        return {"units": list(unit_store.units_of(tx).values())}

    def _list(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        return OperationResult(self.snapshot(tx))

    def _set(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: SetRequest = convert(request, SetRequest)
        unit, events = self.set_state(tx, asked, actor_name(caller, asked.actor))
        return OperationResult({"unit": unit}, events)

    def set_state(
        self, tx: Transaction, asked: SetRequest, actor: str
    ) -> tuple[Unit | None, list[Event]]:
        """Sets what a person may set. Raises OperationRefused: unknown, or the case decides."""
        context = self._context()
        inspector = context.directory.inspector(asked.inspector_id)
        if inspector is None:
            raise refused(Message("unknown_inspector", {"inspector_id": asked.inspector_id}), None)
        before = unit_store.unit_of(tx, inspector.id)
        if asked.state not in SETTABLE:
            raise refused(Message("unit_by_case", {"state": asked.state.value}), None)
        if before is not None and before.state in ON_CASE and before.case_id is not None:
            raise refused(Message("unit_on_case", {"case_id": before.case_id}), None)
        lasts_s = None if asked.minutes is None else asked.minutes * 60.0
        if lasts_s is None:
            lasts_s = limit_s(asked.state, None, context.settings_of_units)
        unit = changed(
            before, inspector.id, asked.state, now_ns=tx.now_utc_ns, lasts_s=lasts_s,
            case_id=None, set_by=asked.by, actor=actor,
        )  # fmt: skip
        return (before, []) if unit is None else (unit, [self._keep(tx, unit)])

    def follow(self, tx: Transaction, events: Sequence[Event]) -> list[Event]:
        """What case events mean for the units; call it with every act's events."""
        found: list[Event] = []
        for event in events:
            if event.noun is Noun.CASE:
                found += self._follow_case(tx, event.decode_data(CaseData))
        return found

    def _follow_case(self, tx: Transaction, case: CaseData, by: SetBy = SetBy.CASE) -> list[Event]:
        held = unit_store.units_on(tx, case.case_id)
        everybody = dict.fromkeys((*team_of(case), *(unit.inspector_id for unit in held)))
        found: list[Event] = []
        for inspector_id in everybody:
            before = unit_store.unit_of(tx, inspector_id)
            state = state_on(case, inspector_id, before)
            if state is None and (before is None or before.case_id != case.case_id):
                continue
            found += self._moved(tx, case, inspector_id, before, state or UnitState.AVAILABLE, by)
        return found

    def _moved(
        self,
        tx: Transaction,
        case: CaseData,
        inspector_id: InspectorId,
        before: Unit | None,
        state: UnitState,
        by: SetBy,
    ) -> list[Event]:
        context = self._context()
        is_on_case = state in ON_CASE
        was_here = before is not None and before.case_id == case.case_id
        routed = None
        if state in (UnitState.CALLED, UnitState.EN_ROUTE):
            routed = routed_event(tx, case, inspector_id, context)
        eta_s = routed[1] if routed else None
        unit = changed(
            before, inspector_id, state, now_ns=tx.now_utc_ns, set_by=by, actor=case.actor,
            lasts_s=limit_s(state, eta_s, context.settings_of_units),
            case_id=case.case_id if is_on_case else None,
        )  # fmt: skip
        if unit is None:
            return []
        events = [self._keep(tx, unit)]
        if routed is not None and not was_here:
            events.append(routed[0])
        return events

    def tick(self, tx: Transaction) -> list[Event]:
        """Limits that passed, arrivals, and who does not get on."""
        if tx.now_utc_ns < self._next_look_ns:
            return []
        self._next_look_ns = tx.now_utc_ns + round(LOOK_S * 1e9)
        everybody = unit_store.units_of(tx).values()
        moving = [u for u in everybody if u.state in (UnitState.CALLED, UnitState.EN_ROUTE)]
        self._progress.keep_only({unit.inspector_id for unit in moving})
        events: list[Event] = []
        if moving:
            context = self._context()
            positions = context.fleets.fleet(tx, context.directory).positions
            for unit in moving:
                events += self._look_at(tx, unit, positions.get(unit.inspector_id))
        for unit in everybody:
            is_late = unit.until_utc is not None and parse_utc_ns(unit.until_utc) <= tx.now_utc_ns
            if (
                is_late
                and not unit.is_overdue
                and unit_store.unit_of(tx, unit.inspector_id) == unit
            ):
                events += self._after_limit(tx, unit)
        return events

    def _look_at(self, tx: Transaction, unit: Unit, entry: PositionEntry | None) -> list[Event]:
        case = case_store.load_case(tx, unit.case_id) if unit.case_id else None
        if entry is None or case is None:
            return []
        settings = self._context().settings_of_units
        at, fix_ns = GeoPoint(entry.lat_deg, entry.lon_deg), parse_utc_ns(entry.fix_utc)
        if has_arrived(unit, at, fix_ns, entry.accuracy_m, case, settings.arrival_m):
            return self._arrived(tx, unit, case, at)
        if unit.state is not UnitState.EN_ROUTE or unit.is_overdue:
            return []
        still_s = self._progress.still_s(unit.inspector_id, at, fix_ns, settings.moved_m)
        if still_s < settings.stuck_s:
            return []
        return self._does_not_come(tx, unit, case, "stuck", round(still_s))

    def _arrived(self, tx: Transaction, unit: Unit, case: CaseData, at: GeoPoint) -> list[Event]:
        place = place_of(case)
        metres = round(distance_m(at, place)) if place else 0
        if unit.inspector_id != case.inspector_id:
            return self._moved(
                tx, case, unit.inspector_id, unit, UnitState.ON_SCENE, SetBy.GEOFENCE
            )
        acted = self._system_act(tx, case, "arrive", f"unit.geofence metres={metres}", {})
        if acted is None:
            return []
        return [acted[1], *self._follow_case(tx, acted[0], SetBy.GEOFENCE)]

    def _after_limit(self, tx: Transaction, unit: Unit) -> list[Event]:
        case = case_store.load_case(tx, unit.case_id) if unit.case_id else None
        lasted_s = round((tx.now_utc_ns - unit.since_ns) / 1e9)
        if case is not None:
            act = "unanswered" if unit.state is UnitState.CALLED else "stuck"
            return self._does_not_come(tx, unit, case, act, lasted_s)
        over = changed(
            unit, unit.inspector_id, UnitState.AVAILABLE, now_ns=tx.now_utc_ns, lasts_s=None,
            case_id=None, set_by=SetBy.LIMIT, actor=SYSTEM_ACTOR,
        )  # fmt: skip
        return [] if over is None else [self._keep(tx, over)]

    def _does_not_come(
        self, tx: Transaction, unit: Unit, case: CaseData, act: str, lasted_s: int
    ) -> list[Event]:
        """The unit is overdue; the case says so, with who would be next and why the others not."""
        events = [self._keep(tx, msgspec.structs.replace(unit, is_overdue=True))]
        if unit.state is UnitState.ON_SCENE or unit.inspector_id != case.inspector_id:
            return events
        context = self._context()
        place = place_of(case)
        found = None
        if place is not None:
            found = find_candidates(
                tx, place, case.grid_id, context, but_for=case.case_id,
                silent=frozenset({unit.inspector_id}),
            )  # fmt: skip
        following = found.first if found else None
        name = context.directory.inspector(unit.inspector_id)
        note = (
            f"unit.{act} who={_word(name.name if name else unit.inspector_id)} "
            f"lasted_s={lasted_s} next={_word(following.name if following else '-')}"
        )
        detail = {"unit": unit, "next": following}
        acted = self._system_act(tx, case, act, note, msgspec.to_builtins(detail))
        return events if acted is None else [*events, acted[1]]

    def _system_act(
        self, tx: Transaction, case: CaseData, act: str, note: str, detail: dict[str, Any]
    ) -> tuple[CaseData, Event] | None:
        """An act of the desk itself; None where the site's own table does not have it."""
        context = self._context()
        try:
            after = decide(
                context.table, case, act, ActInput(note=note), context.around(tx),
                actor=SYSTEM_ACTOR, roles=SYSTEM_ROLES,
            )  # fmt: skip
        except ActRefused:
            return None
        return record(tx, case, after, detail)

    def _keep(self, tx: Transaction, unit: Unit) -> Event:
        unit_store.save_unit(tx, unit)
        return new_event(Noun.UNIT, "changed", unit, source=SOURCE, utc_ns=tx.now_utc_ns)


def _word(text: str) -> str:
    """A value of a note: notes are split at spaces."""
    return text.replace(" ", "\u00a0")
