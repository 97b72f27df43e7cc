"""LayoutBook: every layout a seat can choose: those every wall knows, its own, and the site's.

Decides names; never cuts a window. Own layouts live in the seat's memory, the site's at the hub
(`console.desk.library`).

Threads: GUI thread only.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from console.state.layouts import LAYOUTS, Layout, LayoutId
from console.state.observable import Signal

#: The id of a cut that has no name yet.
FREE = LayoutId("free")


class LayoutOrigin(enum.Enum):
    BUILT_IN = "built_in"
    OWN = "own"
    SITE = "site"


class LayoutEntry(Struct, frozen=True):
    """One line of the book. `by`: who shared it."""

    layout: Layout
    origin: LayoutOrigin
    by: str = ""


class LayoutBook:
    """Signals: `changed()`."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self._own: dict[LayoutId, Layout] = {}
        self._site: dict[LayoutId, LayoutEntry] = {}

    def entries(self) -> list[LayoutEntry]:
        """Built-in ones first, then the seat's own, then the site's."""
        return [
            *(LayoutEntry(layout, LayoutOrigin.BUILT_IN) for layout in LAYOUTS.values()),
            *(LayoutEntry(layout, LayoutOrigin.OWN) for layout in self._own.values()),
            *(entry for key, entry in self._site.items() if key not in self._own),
        ]

    def find(self, layout_id: str) -> LayoutEntry | None:
        """The seat's own goes before the site's of the same name."""
        return next((e for e in self.entries() if e.layout.id == layout_id), None)

    @property
    def own(self) -> tuple[Layout, ...]:
        return tuple(self._own.values())

    def is_taken(self, name: str) -> bool:
        """True for a name that cannot be given: every wall knows a layout of it."""
        return name in LAYOUTS or name == FREE

    def keep(self, name: str, layout: Layout) -> Layout:
        """Keeps a cut under a name; a former one of that name is replaced.

        Raises ValueError for a name that `is_taken`.
        """
        if self.is_taken(name):
            raise ValueError(f"every wall knows the layout {name}")
        named = msgspec.structs.replace(layout, id=LayoutId(name))
        self._own[named.id] = named
        self.changed.emit()
        return named

    def forget(self, layout_id: LayoutId) -> None:
        """Removes an own layout; windows that show it keep it."""
        if self._own.pop(layout_id, None) is not None:
            self.changed.emit()

    def restore(self, own: Iterable[Layout]) -> None:
        """The seat's memory at start."""
        self._own = {layout.id: layout for layout in own if not self.is_taken(layout.id)}
        self.changed.emit()

    def take_site(self, entries: Iterable[LayoutEntry]) -> None:
        """What the hub keeps for all seats."""
        fresh = {e.layout.id: e for e in entries if not self.is_taken(e.layout.id)}
        if fresh != self._site:
            self._site = fresh
            self.changed.emit()
