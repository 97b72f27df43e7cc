"""Finder: what the palette finds — cameras, open cases, inspectors, cells and commands — in one list.

Pure over the session's state. Threads: GUI thread only.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence

from msgspec import Struct

from config.geometry import GeoPoint, ring_centre
from console.state.search import RANK_PREFIX, Sought, rank, sought
from console.state.session import ConsoleSession

#: Shown at once.
FOUND_MAX = 12


class FoundKind(enum.Enum):
    CAMERA = "camera"
    CASE = "case"
    INSPECTOR = "inspector"
    PLACE = "place"
    SCENE = "scene"
    TOUR = "tour"
    LAYOUT = "layout"
    COMMAND = "command"


class Found(Struct, frozen=True):
    """One line of the palette. `place` only for places."""

    kind: FoundKind
    id: str
    title: str
    detail: str = ""
    place: GeoPoint | None = None


class NamedCommand(Struct, frozen=True):
    """A command with its words in the chosen language."""

    id: str
    title: str
    key: str = ""


#: Of equally good matches cameras come first: they are what is called most.
_ORDER = (
    FoundKind.CAMERA, FoundKind.CASE, FoundKind.INSPECTOR, FoundKind.PLACE, FoundKind.SCENE,
    FoundKind.TOUR, FoundKind.LAYOUT, FoundKind.COMMAND,
)  # fmt: skip


class Finder:
    """Finds by number, id, name, pinyin and initials. `release()` lets go of the session."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session
        self._grid_faces: list[tuple[Found, Sought]] = []
        self._people_faces: list[tuple[Found, Sought]] = []
        self.release = session.site_changed.connect(self._read_site)
        self._read_site()

    def _read_site(self) -> None:
        site = self._session.site
        self._grid_faces = [
            (
                Found(
                    FoundKind.PLACE, cell.id, cell.name, cell.unit or "", ring_centre(cell.rings[0])
                ),
                sought(cell.name, cell.id),
            )
            for cell in site.grid
            if cell.rings
        ]
        self._people_faces = [
            (
                Found(FoundKind.INSPECTOR, person.id, person.name, person.phone or ""),
                sought(person.name, person.id, person.phone or ""),
            )
            for person in site.inspectors
        ]

    def find(
        self,
        text: str,
        commands: Sequence[NamedCommand],
        case_titles: Sequence[tuple[str, str, str]] = (),
        further: Sequence[Found] = (),
    ) -> list[Found]:
        """The best matches, best first.

        Args:
            case_titles: (case id, title, detail) in words.
            further: lines that are found by their title and id.
        """
        query = text.strip().lower()
        command_faces = [
            (Found(FoundKind.COMMAND, one.id, one.title, one.key), sought(one.title))
            for one in commands
        ]
        if not query:
            return [found for found, _face in command_faces][:FOUND_MAX]
        case_faces = [
            (Found(FoundKind.CASE, case_id, title, detail), sought(title, case_id))
            for case_id, title, detail in case_titles
        ]
        scored = [
            (found_rank, _ORDER.index(found.kind), found)
            for found, face in (
                *case_faces,
                *self._people_faces,
                *self._grid_faces,
                *((found, sought(found.title, found.id)) for found in further),
                *command_faces,
            )
            if (found_rank := rank(query, face)) is not None
        ]
        for place, camera in enumerate(self._session.directory.search(query, FOUND_MAX)):
            number = self._session.directory.number_of(camera.id)
            exact = 0 if str(number) == query else RANK_PREFIX + place // 4
            scored.append((exact, 0, Found(FoundKind.CAMERA, camera.id, camera.name, str(number))))
        scored.sort(key=lambda item: item[:2])
        return [found for _rank, _order, found in scored[:FOUND_MAX]]
