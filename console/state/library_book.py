"""LibraryBook: the site's scenes or tours as the hub has them, by name and number. No Qt, one thread."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

from console.state.observable import Signal


class Named(Protocol):
    """What lies on the hub's library."""

    @property
    def name(self) -> str: ...
    @property
    def number(self) -> int | None: ...


T = TypeVar("T", bound=Named)


class LibraryBook(Generic[T]):
    """Signals: `changed()`."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self._items: dict[str, T] = {}

    def take(self, items: Iterable[T]) -> None:
        """Replaces what is known."""
        fresh = {item.name: item for item in items}
        if fresh != self._items:
            self._items = fresh
            self.changed.emit()

    def entries(self) -> list[T]:
        """By number, then those without one by name."""
        return sorted(self._items.values(), key=lambda i: (i.number is None, i.number or 0, i.name))

    def find(self, name: str) -> T | None:
        return self._items.get(name)

    def by_number(self, number: int) -> T | None:
        return next((item for item in self._items.values() if item.number == number), None)

    def free_number(self) -> int:
        """The smallest number nobody has."""
        taken = {item.number for item in self._items.values()}
        return next(n for n in range(1, len(taken) + 2) if n not in taken)
