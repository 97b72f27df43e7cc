"""Unit states: what an inspector is doing, since when, until when, and what follows from a case.

Pure rules: (case as it is now, unit as it was) → the unit now; what a limit that passed means; when
somebody has arrived or does not get on. The store and the events are `unit_desk`'s.
"""

from __future__ import annotations

import enum

from msgspec import Struct

from config.geometry import GeoPoint, distance_m
from config.settings import UnitSettings
from config.site import InspectorId
from console.desk.case import CaseData, CaseId, CaseState
from ingest.feed.envelope import parse_utc_ns, utc_text


class UnitState(enum.Enum):
    """CALLED: sent to a case, has not answered yet. The others as on any radio."""

    AVAILABLE = "available"
    CALLED = "called"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    BUSY = "busy"
    OFF = "off"


class SetBy(enum.Enum):
    """Where a state comes from."""

    CASE = "case"
    PHONE = "phone"
    TERMINAL = "terminal"
    CONSOLE = "console"
    GEOFENCE = "geofence"
    LIMIT = "limit"


#: States a person may set; the others follow from cases and positions.
SETTABLE = frozenset({UnitState.AVAILABLE, UnitState.BUSY, UnitState.OFF})
#: States that belong to a case.
ON_CASE = frozenset({UnitState.CALLED, UnitState.EN_ROUTE, UnitState.ON_SCENE})


class Unit(Struct, frozen=True):
    """`data` of gridwall.unit.changed.v1. Times RFC 3339 UTC.

    Attributes:
        until_utc: the limit of this state; what happens then is `after_limit`.
        case_id: the case that a state of `ON_CASE` belongs to.
        is_overdue: the limit passed and somebody should look.
    """

    inspector_id: InspectorId
    state: UnitState
    since_utc: str
    until_utc: str | None
    case_id: CaseId | None
    set_by: SetBy
    actor: str
    is_overdue: bool = False

    @property
    def since_ns(self) -> int:
        return parse_utc_ns(self.since_utc)


def team_of(case: CaseData) -> tuple[InspectorId, ...]:
    """Everybody on a case, who leads first."""
    lead = (case.inspector_id,) if case.inspector_id else ()
    return (*lead, *(helper for helper in case.helpers if helper != case.inspector_id))


def state_on(case: CaseData, inspector_id: InspectorId, before: Unit | None) -> UnitState | None:
    """The state a case puts an inspector in; None where the case does not hold them (any more)."""
    if inspector_id not in team_of(case):
        return None
    if case.state not in (CaseState.DISPATCHED, CaseState.HANDLING):
        return None
    was_here = before is not None and before.case_id == case.case_id
    if inspector_id != case.inspector_id:  # a helper answers and arrives by position or page
        return before.state if was_here and before is not None else UnitState.EN_ROUTE
    if case.arrived_utc is not None:
        return UnitState.ON_SCENE
    return UnitState.CALLED if case.state is CaseState.DISPATCHED else UnitState.EN_ROUTE


def limit_s(state: UnitState, eta_s: float | None, settings: UnitSettings) -> float | None:
    """How long a state may last before somebody should look; None = as long as it likes."""
    match state:
        case UnitState.CALLED:
            return settings.answer_s
        case UnitState.EN_ROUTE:
            return settings.en_route_extra_s + 2.0 * (eta_s or 0.0)
        case UnitState.ON_SCENE:
            return settings.on_scene_s
        case UnitState.BUSY:
            return settings.busy_s
        case _:
            return None


def changed(
    before: Unit | None,
    inspector_id: InspectorId,
    state: UnitState,
    *,
    now_ns: int,
    lasts_s: float | None,
    case_id: CaseId | None,
    set_by: SetBy,
    actor: str,
) -> Unit | None:
    """The unit in its new state; None where nothing changed."""
    if before is not None and (before.state, before.case_id) == (state, case_id):
        return None
    until = None if lasts_s is None else utc_text(now_ns + round(lasts_s * 1e9))
    return Unit(inspector_id, state, utc_text(now_ns), until, case_id, set_by, actor)


def has_arrived(
    unit: Unit, at: GeoPoint, fix_ns: int, accuracy_m: float | None, case: CaseData, within_m: float
) -> bool:
    """Whether a fix later than the call lies within the geofence, judged by its worst case.

    An accuracy worse than the geofence proves nothing.
    """
    if case.lat_deg is None or case.lon_deg is None or fix_ns < unit.since_ns:
        return False
    if accuracy_m is not None and accuracy_m > within_m:
        return False
    return distance_m(at, GeoPoint(case.lat_deg, case.lon_deg)) <= within_m


class Progress:
    """Who gets on and who stands still on the way. Threads: one. Forgets who is not asked about."""

    def __init__(self) -> None:
        self._anchors: dict[str, tuple[GeoPoint, int]] = {}

    def still_s(self, key: str, at: GeoPoint, fix_ns: int, moved_m: float) -> float:
        """Seconds (by fix time) since `key` was last `moved_m` away from where it stands now."""
        anchor = self._anchors.get(key)
        if anchor is None or distance_m(anchor[0], at) >= moved_m:
            anchor = self._anchors[key] = (at, fix_ns)
        return max(0.0, (fix_ns - anchor[1]) / 1e9)

    def keep_only(self, keys: set[str]) -> None:
        for gone in self._anchors.keys() - keys:
            del self._anchors[gone]
