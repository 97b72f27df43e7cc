"""TrailReplay: trails of some or all people, and the moment of them that is shown.

Decides where everybody is at that moment: between two fixes on the line, in a gap where they were
last, and says so. Plays at ×1 to ×60 and stops at the end. Holds nothing once it is closed: trails
are personal data. One thread.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from config.site import InspectorId
from console.desk.trail_rules import GAP_S
from console.state.map_projection import worlds_of
from console.state.observable import Signal
from ingest.positions.trails import TrailPoint

SPEEDS = (1, 2, 5, 10, 20, 60)
#: The tail behind somebody shows this much, seconds.
TAIL_S = 600.0


class Known(enum.Enum):
    """How sure a place is: between two fixes, in a gap, or outside the trail (not shown)."""

    SURE = "sure"
    GAP = "gap"
    NONE = "none"


class Placed(Struct, frozen=True):
    """Somebody at the moment shown. `world`: map coordinates."""

    inspector_id: InspectorId
    world: tuple[float, float]
    known: Known


class _Trail:
    """One person's fixes as arrays: moments (N,) ms, map coordinates (N, 2)."""

    def __init__(self, points: Sequence[TrailPoint]) -> None:
        self.ms: NDArray[np.int64] = np.array([point.fix_ms for point in points], np.int64)
        self.world = worlds_of(
            np.array([point.lat_deg for point in points]),
            np.array([point.lon_deg for point in points]),
        )

    def at(self, ms: float) -> tuple[tuple[float, float], Known]:
        after = int(np.searchsorted(self.ms, ms, side="right"))
        if after == 0:
            return (0.0, 0.0), Known.NONE
        last = self.world[after - 1]
        if after == len(self.ms):
            known = Known.SURE if ms == self.ms[-1] else Known.GAP
            return (float(last[0]), float(last[1])), known
        gap_ms = self.ms[after] - self.ms[after - 1]
        if gap_ms > GAP_S * 1000:
            return (float(last[0]), float(last[1])), Known.GAP
        x, y = last + (self.world[after] - last) * ((ms - self.ms[after - 1]) / gap_ms)
        return (float(x), float(y)), Known.SURE


class TrailReplay:
    """`changed`: another moment, other trails, or closed."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self._trails: dict[InspectorId, _Trail] = {}
        self.from_ms = self.until_ms = self.at_ms = 0.0
        self.speed = SPEEDS[3]
        self.is_playing = False

    @property
    def is_open(self) -> bool:
        return bool(self._trails)

    @property
    def people(self) -> tuple[InspectorId, ...]:
        return tuple(self._trails)

    def open(self, trails: Mapping[str, Sequence[TrailPoint]]) -> bool:
        """Shows trails from their beginning; False where there is nothing to show."""
        self._trails = {
            InspectorId(who): _Trail(points) for who, points in trails.items() if points
        }
        if not self._trails:
            self.close()
            return False
        self.from_ms = float(min(trail.ms[0] for trail in self._trails.values()))
        self.until_ms = float(max(trail.ms[-1] for trail in self._trails.values()))
        self.at_ms, self.is_playing = self.from_ms, True
        self.changed.emit()
        return True

    def stand_at(self, ms: float) -> None:
        """Shows one moment, standing."""
        self.is_playing = False
        self.seek(ms)

    def close(self) -> None:
        """Forgets the trails."""
        self._trails = {}
        self.is_playing = False
        self.changed.emit()

    def advance(self, seconds: float) -> None:
        """Real time went by."""
        if self.is_playing:
            self.seek(self.at_ms + seconds * 1000 * self.speed)
            self.is_playing = self.at_ms < self.until_ms

    def seek(self, ms: float) -> None:
        self.at_ms = min(max(ms, self.from_ms), self.until_ms)
        self.changed.emit()

    def toggle(self) -> None:
        """Plays or pauses; at the end it begins anew."""
        if not self.is_open:
            return
        if not self.is_playing and self.at_ms >= self.until_ms:
            self.at_ms = self.from_ms
        self.is_playing = not self.is_playing
        self.changed.emit()

    def next_speed(self) -> None:
        """×1 → ×2 → … → ×60 → ×1."""
        self.speed = SPEEDS[(SPEEDS.index(self.speed) + 1) % len(SPEEDS)]
        self.changed.emit()

    def placed(self) -> list[Placed]:
        """Everybody whose trail has begun."""
        found = []
        for who, trail in self._trails.items():
            world, known = trail.at(self.at_ms)
            if known is not Known.NONE:
                found.append(Placed(who, world, known))
        return found

    def tails(self) -> list[list[NDArray[np.float64]]]:
        """What everybody walked in the last `TAIL_S`, in pieces between gaps; of one, everything."""
        since = self.from_ms if len(self._trails) == 1 else self.at_ms - TAIL_S * 1000
        return [_pieces(trail, since, self.at_ms) for trail in self._trails.values()]


def _pieces(trail: _Trail, since_ms: float, until_ms: float) -> list[NDArray[np.float64]]:
    first = int(np.searchsorted(trail.ms, since_ms))
    end = int(np.searchsorted(trail.ms, until_ms, side="right"))
    world, ms = trail.world[first:end], trail.ms[first:end]
    cuts = np.flatnonzero(np.diff(ms) > GAP_S * 1000) + 1
    pieces = [piece for piece in np.split(world, cuts) if len(piece)]
    here, known = trail.at(until_ms)
    if pieces and known is Known.SURE:
        pieces[-1] = np.vstack([pieces[-1], np.array([here])])
    return [piece for piece in pieces if len(piece) > 1]  # a single fix is no way
