"""Steps: a value that is edited step by step, each to be taken back and done again.

Threads: the one of its owner.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

#: Steps that can be taken back.
UNDO_MOST = 200


class Steps(Generic[T]):
    """The value `now` and the ones before and after it.

    Args:
        on_change: told after every change of `now`.
        is_same: whether two values differ in nothing that is worth a step.
    """

    def __init__(
        self, first: T, on_change: Callable[[], None], is_same: Callable[[T, T], bool]
    ) -> None:
        self.now = first
        self._first = first
        self._on_change = on_change
        self._is_same = is_same
        self._done: list[T] = []
        self._undone: list[T] = []
        self._is_open = False

    @property
    def is_changed(self) -> bool:
        return not self._is_same(self.now, self._first)

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def look(self, other: T) -> None:
        """Another selection: nothing to take back."""
        if other != self.now:
            self.now = other
            self._on_change()

    def step(self, after: T) -> None:
        """One change; while a long one is open it belongs to that."""
        if after == self.now:
            return
        if not self._is_open:
            self._keep()
        self.now = after
        self._on_change()

    def open(self) -> None:
        """Everything until `close` is one step (a drag)."""
        self._keep()
        self._is_open = True

    def close(self) -> None:
        """Ends the long step; one that changed nothing is none."""
        self._is_open = False
        if self._done and self._is_same(self._done[-1], self.now):
            self._done.pop()

    def undo(self) -> None:
        self._go(self._done, self._undone)

    def redo(self) -> None:
        self._go(self._undone, self._done)

    def _keep(self) -> None:
        self._done = [*self._done[1 - UNDO_MOST :], self.now]
        self._undone.clear()

    def _go(self, source: list[T], other: list[T]) -> None:
        if source:
            other.append(self.now)
            self.now = source.pop()
            self._on_change()
