"""TileMarks: what is drawn into live pictures beside the alert's caption: its box, the camera's
zones, the trails of what moves, where people stand by their positions.

Decides by one switch of the seat what is drawn; frames and captions of alarms are never switched off.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from config.site import CameraId, Zone, ZoneKind
from console.state.observable import Value
from console.state.people_in_view import PeopleInView, PersonInView
from console.state.track_trails import TrackTrails, Trail
from ingest.clock import Clock


class MarkLevel(enum.Enum):
    """What is drawn; the values are the order in which the key goes round."""

    BOXES = 0  #: boxes of alerts
    ZONES = 1  #: … and the zones of every camera
    TRACKS = 2  #: … and the trails of what moves
    PEOPLE = 3  #: … and the people who stand there by the positions they send
    NONE = 4  #: the bare picture


_WITH_ZONES = frozenset({MarkLevel.ZONES, MarkLevel.TRACKS, MarkLevel.PEOPLE})
_WITH_TRAILS = frozenset({MarkLevel.TRACKS, MarkLevel.PEOPLE})


class TileMarks:
    """The switch, and the zones by camera. `people`: set by whoever knows positions."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.trails = TrackTrails()
        self.people: PeopleInView | None = None
        self.level: Value[MarkLevel] = Value(MarkLevel.BOXES)
        self._zones: dict[CameraId, tuple[Zone, ...]] = {}

    @property
    def has_boxes(self) -> bool:
        return self.level.get() is not MarkLevel.NONE

    def set_zones(self, zones: Iterable[Zone]) -> None:
        """The register's zones, after every change of it."""
        found: dict[CameraId, tuple[Zone, ...]] = {}
        for zone in zones:
            found[zone.camera_id] = (*found.get(zone.camera_id, ()), zone)
        self._zones = found

    def next(self) -> MarkLevel:
        """Switches to the next level and returns it."""
        self.level.set(MarkLevel((self.level.get().value + 1) % len(MarkLevel)))
        return self.level.get()

    def trails_of(self, camera_id: CameraId | None) -> tuple[Trail, ...]:
        """The trails to draw into a camera's picture now."""
        if camera_id is None or self.level.get() not in _WITH_TRAILS:
            return ()
        return self.trails.of(camera_id, self._clock.utc_ns())

    def people_of(self, camera_id: CameraId | None) -> tuple[PersonInView, ...]:
        """Who is to be drawn into a camera's picture now."""
        if camera_id is None or self.people is None or self.level.get() is not MarkLevel.PEOPLE:
            return ()
        return self.people.of(camera_id, self._clock.utc_ns())

    def zones_of(self, camera_id: CameraId | None) -> tuple[Zone, ...]:
        """The zones to draw into a camera's picture now; masks first, so that rules lie on top."""
        if camera_id is None or self.level.get() not in _WITH_ZONES:
            return ()
        mine = self._zones.get(camera_id, ())
        return tuple(sorted(mine, key=lambda zone: zone.kind is not ZoneKind.MASK))
