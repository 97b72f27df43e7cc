"""PeopleInView: who stands in a camera's picture by the positions people send, and where.

Decides by the camera's calibration: whoever is on the ground it was taken on and falls inside the
picture is in view, at the foot. Positions keep their age (DOMAIN §3): greyed after 5 min, gone when
offline. A camera that looks elsewhere than it was calibrated shows nobody.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from msgspec import Struct

from config.geometry import GeoPoint
from config.site import Calibration, CameraId
from console.state.linkage import covers_ground
from console.state.people import People, Person, Presence
from vision.ground import CalibrationUnusable, Ground

#: Calibrated ground is believed a little beyond its corners, never further than this.
_BEYOND_DEG = 0.0005


class PersonInView(Struct, frozen=True):
    """Somebody's last known place in a picture: foot in 0..1 of it. `is_old`: do not believe it."""

    name: str
    x_norm: float
    y_norm: float
    age_s: int
    is_old: bool


@dataclass(frozen=True, slots=True)
class _View:
    """The ground of one camera, and a box of degrees around it."""

    calibration: Calibration
    ground: Ground
    south_west: GeoPoint
    north_east: GeoPoint


class PeopleInView:
    """By camera; worked out once a second, and when somebody moved."""

    def __init__(
        self,
        people: People,
        is_live: Callable[[], bool],
        looks_elsewhere: Callable[[CameraId], bool],
    ) -> None:
        """`is_live`: positions arrive now; `looks_elsewhere(camera)`: the calibration does not hold."""
        self._people = people
        self._is_live = is_live
        self._looks_elsewhere = looks_elsewhere
        self._calibrations: dict[CameraId, Calibration] = {}
        self._views: dict[CameraId, _View | None] = {}
        self._found: dict[CameraId, tuple[PersonInView, ...]] = {}
        self._found_at: object = None
        self._batches = 0
        people.changed.connect(self._on_people)

    def set_calibrations(self, calibrations: Iterable[Calibration]) -> None:
        """The register's, after every change of it."""
        self._calibrations = {each.camera_id: each for each in calibrations}
        self._views.clear()
        self._found.clear()

    def of(self, camera_id: CameraId, utc_ns: int) -> tuple[PersonInView, ...]:
        """Who is in a camera's picture now, the furthest away first, so that near ones lie on top."""
        at = (utc_ns // 1_000_000_000, self._batches, self._is_live())
        if at != self._found_at:
            self._found_at = at
            self._found.clear()
        known = self._found.get(camera_id)
        if known is None:
            known = self._found[camera_id] = self._find(camera_id, utc_ns)
        return known

    def _on_people(self) -> None:
        self._batches += 1

    def _find(self, camera_id: CameraId, utc_ns: int) -> tuple[PersonInView, ...]:
        view = self._view_of(camera_id)
        if view is None or self._looks_elsewhere(camera_id):
            return ()
        found = []
        for person in self._people.near(view.south_west, view.north_east):
            seen = self._seen(person, view, utc_ns)
            if seen is not None:
                found.append(seen)
        return tuple(sorted(found, key=lambda seen: (seen.y_norm, seen.x_norm)))

    def _seen(self, person: Person, view: _View, utc_ns: int) -> PersonInView | None:
        presence = person.presence(utc_ns)
        if presence is Presence.OFFLINE or not covers_ground(view.calibration, person.place):
            return None
        foot = view.ground.image_of(person.place)
        if foot is None:
            return None
        is_old = presence is not Presence.LIVE or not self._is_live()
        age_s = int(person.age_s(utc_ns))
        return PersonInView(
            person.name, round(foot.x_norm, 4), round(foot.y_norm, 4), age_s, is_old
        )

    def _view_of(self, camera_id: CameraId) -> _View | None:
        if camera_id not in self._views:
            calibration = self._calibrations.get(camera_id)
            self._views[camera_id] = None if calibration is None else _view(calibration)
        return self._views[camera_id]


def _view(calibration: Calibration) -> _View | None:
    """None where the pairs determine no plane: the editor and `gridwall check` say so."""
    try:
        ground = Ground(calibration)
    except CalibrationUnusable:
        return None
    lat = [pair.place.lat_deg for pair in calibration.pairs]
    lon = [pair.place.lon_deg for pair in calibration.pairs]
    return _View(
        calibration,
        ground,
        GeoPoint(min(lat) - _BEYOND_DEG, min(lon) - _BEYOND_DEG),
        GeoPoint(max(lat) + _BEYOND_DEG, max(lon) + _BEYOND_DEG),
    )
