"""Units: what every inspector of the site is doing, for the people sheet and the map.

Joins what the hub says of units with positions and cases; decides only the order: who needs a look
first, then who is on a case, then the rest by name. One thread.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from config.site import InspectorId
from console.desk.units import Unit, UnitState
from console.state.observable import Signal
from ingest.feed.envelope import parse_utc_ns

_ORDER = {
    UnitState.CALLED: 1,
    UnitState.EN_ROUTE: 2,
    UnitState.ON_SCENE: 3,
    UnitState.BUSY: 4,
    UnitState.AVAILABLE: 5,
    UnitState.OFF: 6,
}


class UnitRow(Struct, frozen=True):
    """One inspector of the sheet. `fix_age_s` None: no position. `since_ns` None: nothing was said."""

    inspector_id: InspectorId
    name: str
    state: UnitState
    since_ns: int | None
    until_ns: int | None
    case_title: str
    is_overdue: bool
    fix_age_s: float | None


class Units:
    """Unit by inspector. `changed` fires once per batch."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self._units: dict[str, Unit] = {}

    def replace(self, units: Iterable[Unit]) -> None:
        self._units = {unit.inspector_id: unit for unit in units}
        self.changed.emit()

    def apply(self, unit: Unit) -> None:
        self._units[unit.inspector_id] = unit
        self.changed.emit()

    def unavailable(self) -> tuple[str, ...]:
        """Who says busy, or signed off."""
        states = (UnitState.BUSY, UnitState.OFF)
        return tuple(who for who, unit in self._units.items() if unit.state in states)

    def get(self, inspector_id: str) -> Unit | None:
        return self._units.get(inspector_id)


def unit_row(
    inspector_id: InspectorId, name: str, unit: Unit | None, title: str, fix_age_s: float | None
) -> UnitRow:
    """A row; somebody of whom nothing was said is available."""
    if unit is None:
        return UnitRow(inspector_id, name, UnitState.AVAILABLE, None, None, "", False, fix_age_s)
    return UnitRow(
        inspector_id, name, unit.state, unit.since_ns,
        None if unit.until_utc is None else parse_utc_ns(unit.until_utc),
        title, unit.is_overdue, fix_age_s,
    )  # fmt: skip


def in_order(rows: Iterable[UnitRow]) -> list[UnitRow]:
    """Who does not come first, then by state, then by name."""
    return sorted(rows, key=lambda row: (not row.is_overdue, _ORDER[row.state], row.name))
