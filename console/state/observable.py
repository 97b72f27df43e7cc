"""Signal: how a plain value tells its listeners that it changed. No Qt.

Decides nothing. One thread only: whoever owns the state emits, listeners run at once in the
order they connected. Qt views connect bound methods and redraw; tests connect `list.append`.
A listener's exception is the emitter's exception: nothing is swallowed here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Signal(Generic[P]):
    """A list of callbacks: `moved: Signal[[int, str]] = Signal()`."""

    __slots__ = ("_listeners",)

    def __init__(self) -> None:
        self._listeners: tuple[Callable[P, object], ...] = ()

    def connect(self, listener: Callable[P, object]) -> Callable[[], None]:
        """Calls `listener` at every emit; returns the function that disconnects it again."""
        self._listeners = (*self._listeners, listener)
        return lambda: self.disconnect(listener)

    def disconnect(self, listener: Callable[P, object]) -> None:
        """Forgets `listener`; an unknown one is ignored."""
        # equality, not identity: a bound method is a new object at every access
        self._listeners = tuple(known for known in self._listeners if known != listener)

    def emit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Calls every listener that was connected when the emit began."""
        for listener in self._listeners:
            listener(*args, **kwargs)

    @property
    def listener_count(self) -> int:
        return len(self._listeners)


class Value(Generic[T]):
    """One observable value; `changed` fires with the new value, and only on a real change."""

    __slots__ = ("_value", "changed")

    def __init__(self, value: T) -> None:
        self._value = value
        self.changed: Signal[[T]] = Signal()

    def get(self) -> T:
        return self._value

    def set(self, value: T) -> None:
        if value != self._value:
            self._value = value
            self.changed.emit(value)
