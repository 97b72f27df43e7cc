"""CameraDirectory: the cameras of the site by id, by the number an operator types, and by name.

Decides the number of every camera. Immutable: a changed register makes a new one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from config.geometry import GeoPoint, distance_m
from config.site import Camera, CameraId
from console.state.search import Sought, best, sought

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


class CameraDirectory:
    """Look-ups over a site's cameras. Threads: any (immutable after construction)."""

    def __init__(self, cameras: Sequence[Camera]) -> None:
        self.cameras: tuple[Camera, ...] = tuple(cameras)
        self._by_id = {camera.id: camera for camera in self.cameras}
        self._numbers = assigned_numbers(self.cameras)
        self._by_number = {number: camera_id for camera_id, number in self._numbers.items()}
        self._faces: list[tuple[int, Sought]] | None = None

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

    def search(self, text: str, limit: int = 20) -> list[Camera]:
        """Cameras by number, id, name or pinyin initials, best match first."""
        if self._faces is None:
            self._faces = [
                (index, sought(camera.name, camera.id, str(self._numbers[camera.id])))
                for index, camera in enumerate(self.cameras)
            ]
        return [self.cameras[index] for index in best(text, self._faces, limit)]

    def nearest(self, place: GeoPoint, limit: int = 9, within_m: float = 1_000.0) -> list[Camera]:
        """Cameras with a place, nearest first."""
        near = (
            (distance_m(place, camera.place), index)
            for index, camera in enumerate(self.cameras)
            if camera.place is not None
        )
        return [self.cameras[index] for away_m, index in sorted(near)[:limit] if away_m <= within_m]
