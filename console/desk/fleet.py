"""Fleet: everybody of the register with where they were last, as arrays, so that ten thousand are judged at once.

Immutable but for what is worked out once and kept; built again when register or positions changed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from config.directory import SiteDirectory
from config.geometry import EARTH_RADIUS_M, GeoPoint
from config.site import Hours, Inspector
from config.travel import Travel
from ingest.feed.envelope import Noun, parse_utc_ns
from ingest.feed.last_values import LastPositions
from ingest.feed.log import Transaction
from ingest.positions.fix import PositionEntry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Fleet:
    """Rows in the register's order; the arrays have one entry a row.

    Attributes:
        positions: inspector → last fix, of whoever has one.
        row_of: inspector → row.
        lat_deg, lon_deg: NaN without a position. fix_ns: 0 without one.
        shift: index into `shifts`, -1 for always on duty. grid: index into `grids`, -1 for none.
        walks, rides: True where the register says so; neither: the site's own default.
    """

    inspectors: tuple[Inspector, ...]
    positions: Mapping[str, PositionEntry]
    row_of: Mapping[str, int]
    lat_deg: NDArray[np.float64]
    lon_deg: NDArray[np.float64]
    fix_ns: NDArray[np.int64]
    shift: NDArray[np.int64]
    shifts: tuple[Hours, ...]
    grid: NDArray[np.int64]
    grids: tuple[str, ...]
    walks: NDArray[np.bool_]
    rides: NDArray[np.bool_]

    def on_foot(self, default: Travel) -> NDArray[np.bool_]:
        """Who goes on foot, where `default` holds for those whose row does not say it."""
        return self.walks | ~self.rides if default is Travel.WALKING else self.walks

    @property
    def has_place(self) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = self.fix_ns > 0
        return found

    def line_m(self, place: GeoPoint) -> NDArray[np.float64]:
        """Metres on the straight line to everybody; infinite without a position."""
        import numpy as np

        lat, lon = np.radians(self.lat_deg), np.radians(self.lon_deg)
        here = np.radians(place.lat_deg)
        half = np.sin((lat - here) / 2) ** 2
        half += np.cos(here) * np.cos(lat) * np.sin((lon - np.radians(place.lon_deg)) / 2) ** 2
        metres = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
        return np.where(self.has_place, metres, np.inf)


def fleet_of(inspectors: Sequence[Inspector], positions: Mapping[str, PositionEntry]) -> Fleet:
    """The fleet of a register with these last fixes; one whose time cannot be read counts as none."""
    import numpy as np

    count = len(inspectors)
    lat, lon = np.full(count, np.nan), np.full(count, np.nan)
    fixes = np.zeros(count, np.int64)
    shifts: dict[Hours, int] = {}
    grids: dict[str, int] = {}
    shift, grid = np.full(count, -1), np.full(count, -1)
    for row, inspector in enumerate(inspectors):
        entry = positions.get(inspector.id)
        if entry is not None:
            lat[row], lon[row] = entry.lat_deg, entry.lon_deg
            fixes[row] = parse_utc_ns(entry.fix_utc)
        if inspector.shift is not None:
            shift[row] = shifts.setdefault(inspector.shift, len(shifts))
        if inspector.grid_id is not None:
            grid[row] = grids.setdefault(inspector.grid_id, len(grids))
    return Fleet(
        tuple(inspectors),
        positions,
        {inspector.id: row for row, inspector in enumerate(inspectors)},
        lat,
        lon,
        fixes,
        shift,
        tuple(shifts),
        grid,
        tuple(grids),
        np.array([each.travel is Travel.WALKING for each in inspectors], dtype=bool),
        np.array([each.travel is Travel.E_BIKE for each in inspectors], dtype=bool),
    )


class FleetShelf:
    """The fleet as the hub's last positions have it, worked out again only when they changed.

    Threads: any; two that come at the same moment may both work it out.

    Args:
        positions: the hub's own memory of them; without it they are read from the record, which is
            up to 5 s behind.
    """

    def __init__(self, positions: LastPositions | None = None) -> None:
        self._positions = positions
        self._lock = threading.Lock()
        self._kept: tuple[SiteDirectory, object, Fleet] | None = None
        self._decoded: dict[str, tuple[bytes, PositionEntry | None]] = {}

    def fleet(self, tx: Transaction, directory: SiteDirectory) -> Fleet:
        """Everybody where they are now."""
        stamp, fixes = self._fixes(tx)
        with self._lock:
            kept, decoded = self._kept, self._decoded
        if kept is not None and kept[0] is directory and kept[1] == stamp:
            return kept[2]
        if fixes is None:
            rows = tx.last_values_of(Noun.POSITION)
            fixes = {str(number): bytes(raw) for number, raw in enumerate(rows)}
        news = {key: _known_or_decoded(decoded.get(key), raw) for key, raw in fixes.items()}
        entries = [entry for _, entry in news.values() if entry is not None]
        fleet = fleet_of(directory.site.inspectors, by_inspector(entries, directory))
        with self._lock:
            self._kept, self._decoded = (directory, stamp, fleet), news
        return fleet

    def _fixes(self, tx: Transaction) -> tuple[object, dict[str, bytes] | None]:
        """What tells a change, and the raw fixes; None: they are in the record."""
        if self._positions is not None:
            return self._positions.snapshot()
        return tx.stamp_of(Noun.POSITION), None


def _known_or_decoded(
    known: tuple[bytes, PositionEntry | None] | None, raw: bytes
) -> tuple[bytes, PositionEntry | None]:
    """A fix decoded once; None for a foreign publisher's that lacks a field: it places nobody."""
    if known is not None and known[0] == raw:
        return known
    try:
        entry = msgspec.json.decode(raw, type=PositionEntry)
        GeoPoint(entry.lat_deg, entry.lon_deg)
        parse_utc_ns(entry.fix_utc)
    except (ValueError, OverflowError):
        return raw, None
    return raw, entry


def by_inspector(
    entries: Iterable[PositionEntry], directory: SiteDirectory
) -> dict[str, PositionEntry]:
    """Inspector → their newest fix, by their own word or by the device they carry."""
    found: dict[str, PositionEntry] = {}
    for entry in entries:
        inspector_id: str | None = entry.inspector_id
        if inspector_id is None:
            inspector = directory.inspector_of_device(entry.device_id)
            inspector_id = inspector.id if inspector else None
        if inspector_id is not None:
            known = found.get(inspector_id)
            if known is None or entry.fix_utc > known.fix_utc:
                found[inspector_id] = entry
    return found
