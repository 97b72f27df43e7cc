"""People: the last known place of every inspector, and how much to believe it.

Decides who is live, greyed or offline (DOMAIN §3). The newest *fix* wins, not the newest
arrival; an entry marked not live never moves a marker. One thread.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable, Iterator, Sequence

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


#: People are found by place in squares of so many degrees (some 200 m).
_SQUARE_DEG = 0.002
_Square = tuple[int, int]


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
        self._squares: dict[_Square, set[InspectorId]] = {}

    def __len__(self) -> int:
        return len(self._people)

    def register(self, inspectors: Sequence[Inspector]) -> None:
        """The register changed: names follow, fixes stay."""
        self._names = {inspector.id: inspector.name for inspector in inspectors}
        self.changed.emit()

    def all(self) -> tuple[Person, ...]:
        return tuple(self._people.values())

    def near(self, south_west: GeoPoint, north_east: GeoPoint) -> Iterator[Person]:
        """Everybody last seen in (or within a square beside) this box, whatever their age."""
        low, high = _square_of(south_west), _square_of(north_east)
        for row in range(low[0], high[0] + 1):
            for column in range(low[1], high[1] + 1):
                for inspector_id in self._squares.get((row, column), ()):
                    yield self._people[inspector_id]

    def get(self, inspector_id: str | None) -> Person | None:
        return self._people.get(InspectorId(inspector_id)) if inspector_id else None

    def name_of(self, inspector_id: str) -> str:
        return self._names.get(InspectorId(inspector_id), inspector_id)

    def replace(self, entries: Iterable[PositionEntry]) -> None:
        """Forgets everybody and takes the snapshot's positions."""
        self._people.clear()
        self._squares.clear()
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
        place = GeoPoint(entry.lat_deg, entry.lon_deg)
        square = _square_of(place)
        if known is not None and _square_of(known.place) != square:
            self._squares[_square_of(known.place)].discard(entry.inspector_id)
        self._squares.setdefault(square, set()).add(entry.inspector_id)
        self._people[entry.inspector_id] = Person(
            inspector_id=entry.inspector_id,
            name=self.name_of(entry.inspector_id),
            place=place,
            fix_utc_ns=fix_utc_ns,
            heading_deg=entry.course_deg if moving else None,
            speed_mps=entry.speed_mps,
            accuracy_m=entry.accuracy_m,
        )
        return True


def _square_of(place: GeoPoint) -> _Square:
    return math.floor(place.lat_deg / _SQUARE_DEG), math.floor(place.lon_deg / _SQUARE_DEG)
