"""People: the last known place of every inspector, and how much to believe it.

Decides who is live, greyed or offline (DOMAIN §3). The newest *fix* wins, not the newest
arrival; an entry marked not live never moves a marker. One thread.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence

from msgspec import Struct

from config.geometry import GeoPoint
from config.site import Inspector, InspectorId
from console.state.observable import Signal
from ingest.feed.envelope import parse_utc_ns
from ingest.positions.fix import PositionEntry

#: DOMAIN §3: greyed with its age after 5 min, offline after 600 s.
GREYED_AFTER_S = 300.0
OFFLINE_AFTER_S = 600.0
#: Below this speed the course of a fix is noise, metres a second.
HEADING_SPEED_MIN_MPS = 0.4


class Presence(enum.Enum):
    LIVE = "live"
    GREYED = "greyed"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class Person(Struct, frozen=True):
    """An inspector where last seen. `heading_deg` clockwise from north, None at rest."""

    inspector_id: InspectorId
    name: str
    place: GeoPoint
    fix_utc_ns: int
    heading_deg: float | None
    speed_mps: float | None
    accuracy_m: float | None

    def age_s(self, now_utc_ns: int) -> float:
        return max(0.0, (now_utc_ns - self.fix_utc_ns) / 1e9)

    def presence(self, now_utc_ns: int) -> Presence:
        age_s = self.age_s(now_utc_ns)
        if age_s >= OFFLINE_AFTER_S:
            return Presence.OFFLINE
        return Presence.GREYED if age_s >= GREYED_AFTER_S else Presence.LIVE


class People:
    """Last fix per inspector. `changed` fires once per batch that moved somebody."""

    def __init__(self, inspectors: Sequence[Inspector] = ()) -> None:
        self.changed: Signal[[]] = Signal()
        self._names = {inspector.id: inspector.name for inspector in inspectors}
        self._people: dict[InspectorId, Person] = {}

    def __len__(self) -> int:
        return len(self._people)

    def register(self, inspectors: Sequence[Inspector]) -> None:
        """The register changed: names follow, fixes stay."""
        self._names = {inspector.id: inspector.name for inspector in inspectors}
        self.changed.emit()

    def all(self) -> tuple[Person, ...]:
        return tuple(self._people.values())

    def get(self, inspector_id: str | None) -> Person | None:
        return self._people.get(InspectorId(inspector_id)) if inspector_id else None

    def name_of(self, inspector_id: str) -> str:
        return self._names.get(InspectorId(inspector_id), inspector_id)

    def replace(self, entries: Iterable[PositionEntry]) -> None:
        """Forgets everybody and takes the snapshot's positions."""
        self._people.clear()
        for entry in entries:
            self._take(entry)
        self.changed.emit()

    def apply(self, entries: Iterable[PositionEntry]) -> None:
        """Moves whom a newer live fix moves."""
        moved = [self._take(entry) for entry in entries if entry.live]
        if any(moved):
            self.changed.emit()

    def _take(self, entry: PositionEntry) -> bool:
        if entry.inspector_id is None:
            return False
        fix_utc_ns = parse_utc_ns(entry.fix_utc)
        known = self._people.get(entry.inspector_id)
        if known is not None and known.fix_utc_ns >= fix_utc_ns:
            return False
        moving = (entry.speed_mps or 0.0) >= HEADING_SPEED_MIN_MPS
        self._people[entry.inspector_id] = Person(
            inspector_id=entry.inspector_id,
            name=self.name_of(entry.inspector_id),
            place=GeoPoint(entry.lat_deg, entry.lon_deg),
            fix_utc_ns=fix_utc_ns,
            heading_deg=entry.course_deg if moving else None,
            speed_mps=entry.speed_mps,
            accuracy_m=entry.accuracy_m,
        )
        return True
