"""CameraDirectory: the cameras of the site by id, by the number an operator types, by name and place.

Decides the number of every camera. Immutable: a changed register makes a new one. The search
index costs 0.2 s for ten thousand cameras: `prepare` makes it on a thread that may wait.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from config.directory import SiteDirectory
from config.geometry import GeoPoint, distance_m
from config.site import Camera, CameraId, GridCell, Site
from console.state.search import SearchIndex, place_face, sought

_LAST_DIGITS = re.compile(r"(\d+)(?!.*\d)")
#: A camera number is typed: more digits than this is a device code, not a number.
NUMBER_DIGITS_MAX = 6


def _number_in(camera_id: str) -> int | None:
    match = _LAST_DIGITS.search(camera_id)
    if match is None or len(match.group(1)) > NUMBER_DIGITS_MAX:
        return None
    return int(match.group(1))


def assigned_numbers(cameras: Sequence[Camera]) -> dict[CameraId, int]:
    """Number of each camera: the last run of digits of its id where that is unique in the
    site, else its row number from 1; a row number another camera already has moves up to
    the next free one.
    """
    wanted = {camera.id: _number_in(camera.id) for camera in cameras}
    uses = Counter(number for number in wanted.values() if number is not None)
    numbers = {
        camera_id: number
        for camera_id, number in wanted.items()
        if number is not None and uses[number] == 1
    }
    taken = set(numbers.values())
    for row, camera in enumerate(cameras, start=1):
        if camera.id in numbers:
            continue
        number = row
        while number in taken:
            number += 1
        numbers[camera.id] = number
        taken.add(number)
    return numbers


def owner_of(camera: Camera) -> tuple[str, ...]:
    """Owner and groups of a camera, the widest first: `group` is a path with "/" between them."""
    return tuple(part.strip() for part in (camera.group or "").split("/") if part.strip())


class CameraDirectory:
    """Look-ups over a site's cameras. Threads: any (immutable after construction)."""

    def __init__(self, cameras: Sequence[Camera], site: Site | None = None) -> None:
        """`site`: whose areas the cameras lie in; without it there are numbers and names only."""
        self.cameras: tuple[Camera, ...] = tuple(cameras)
        self._site = site
        self._by_id = {camera.id: camera for camera in self.cameras}
        self._numbers = assigned_numbers(self.cameras)
        self._by_number = {number: camera_id for camera_id, number in self._numbers.items()}
        self._areas: dict[CameraId, tuple[GridCell, ...]] | None = None
        self._index: SearchIndex | None = None

    @classmethod
    def of_site(cls, site: Site) -> CameraDirectory:
        return cls(site.cameras, site)

    def __len__(self) -> int:
        return len(self.cameras)

    def camera(self, camera_id: str | None) -> Camera | None:
        return self._by_id.get(CameraId(camera_id)) if camera_id else None

    def number_of(self, camera_id: str) -> int | None:
        """The number an operator types for it; None for a camera the site does not know."""
        return self._numbers.get(CameraId(camera_id))

    def by_number(self, number: int) -> Camera | None:
        camera_id = self._by_number.get(number)
        return None if camera_id is None else self._by_id[camera_id]

    def name_of(self, camera_id: str) -> str:
        """Name for people; the id itself where the register has no such camera any more."""
        camera = self.camera(camera_id)
        return camera.name if camera else camera_id

    def prepare(self) -> None:
        """Makes what the first search and the first tree need; twice costs nothing. Any thread."""
        self._searchable()

    @property
    def is_prepared(self) -> bool:
        """Whether a search answers at once."""
        return self._index is not None

    def areas_of(self, camera_id: str) -> tuple[GridCell, ...]:
        """The areas a camera lies in, the largest first: by the register, else by its place."""
        return self._area_table().get(CameraId(camera_id), ())

    def search(self, text: str, limit: int = 20) -> list[Camera]:
        """Cameras by number, id, name, pinyin initials or place, best match first.

        Several words narrow each other.
        """
        return [self.cameras[index] for index in self._searchable().find(text, limit)]

    def _area_table(self) -> dict[CameraId, tuple[GridCell, ...]]:
        if self._areas is None:
            areas: dict[CameraId, tuple[GridCell, ...]] = {}
            if self._site is not None and self._site.grid:
                known = SiteDirectory(self._site)
                for camera in self.cameras:
                    cell = known.cell_of_camera(camera.id)
                    if cell is not None:
                        areas[camera.id] = tuple(reversed(known.ancestors(cell.id)))
            self._areas = areas
        return self._areas

    def _searchable(self) -> SearchIndex:
        if self._index is None:
            places: dict[tuple[str, ...], str] = {}  # a few thousand areas, not one per camera
            faces = []
            for camera in self.cameras:
                names = tuple(cell.name for cell in self.areas_of(camera.id)) + owner_of(camera)
                place = places.setdefault(names, "") or place_face(*names)
                places[names] = place
                number = str(self._numbers[camera.id])
                faces.append(sought(camera.name, camera.id, number, place=place))
            self._index = SearchIndex(faces)
        return self._index

    def nearest(self, place: GeoPoint, limit: int = 9, within_m: float = 1_000.0) -> list[Camera]:
        """Cameras with a place, nearest first."""
        near = (
            (distance_m(place, camera.place), index)
            for index, camera in enumerate(self.cameras)
            if camera.place is not None
        )
        return [self.cameras[index] for away_m, index in sorted(near)[:limit] if away_m <= within_m]
