"""Attention: a tone and the taskbar for priority-1 cases nobody has acknowledged, sooner each time.

Priority 1 cannot be muted; acknowledging (Space) ends it. Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from console.state.session import ConsoleSession

#: Seconds to the next tone: first, the factor after each, and the shortest.
FIRST_S = 8.0
FACTOR = 0.7
SHORTEST_S = 2.0


class Attention(QObject):
    """Calls `tone` at once for a new priority-1 case, then again and again."""

    def __init__(self, session: ConsoleSession, tone: Callable[[], None]) -> None:
        super().__init__()
        self._session = session
        self._tone = tone
        self._wait_s = FIRST_S
        self._known: frozenset[str] = frozenset()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.ask_again)
        session.cases.changed.connect(self._on_cases)
        session.cases.replaced.connect(self._look)
        session.acknowledgement_changed.connect(self._look)

    @property
    def next_s(self) -> float | None:
        """Seconds to the next tone as planned; None while nothing asks for attention."""
        return self._timer.interval() / 1000 if self._timer.isActive() else None

    def close(self) -> None:
        self._timer.stop()

    def _on_cases(self, _ids: object) -> None:
        self._look()

    def _look(self) -> None:
        asking = frozenset(row.id for row in self._session.unacknowledged())
        new = asking - self._known
        self._known = asking
        if not asking:
            self._timer.stop()
        elif new:
            self._wait_s = FIRST_S
            self._sound()

    def ask_again(self) -> None:
        """The next tone, and the wait after it is shorter."""
        self._wait_s = max(SHORTEST_S, self._wait_s * FACTOR)
        self._sound()

    def _sound(self) -> None:
        self._tone()
        self._timer.start(round(self._wait_s * 1000))
