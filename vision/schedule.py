"""FairSchedule: whose newest picture is analysed next.

Longest waiting first, never more often than the rate; a newer picture replaces the one that
waited, and the replaced one is counted as dropped. Nobody starves: the order is by waiting time
alone, urgency only moves a camera forward by a bounded time.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

#: An urgent camera is treated as if it had waited this much longer.
URGENCY_S = 0.5
#: Rings tick at the analysis rate themselves: a picture slightly early is taken.
EARLY_SHARE = 0.8


@dataclass(slots=True)
class _Turn:
    number: int = 0
    taken_number: int = 0
    taken_s: float = float("-inf")
    arrived_s: float = 0.0
    dropped_count: int = 0
    urgent: bool = False


class FairSchedule(Generic[Key]):
    """Turns of the cameras of one worker. Threads: one."""

    def __init__(self, fps_max: float) -> None:
        """`fps_max`: analyses per second and camera at most."""
        self._interval_s = EARLY_SHARE / fps_max
        self._turns: dict[Key, _Turn] = {}

    @property
    def dropped_count(self) -> int:
        """Pictures that were replaced by a newer one before their turn."""
        return sum(turn.dropped_count for turn in self._turns.values())

    def arrived(self, key: Key, number: int, now_s: float) -> None:
        """The camera's newest picture has this number (of its ring's generation)."""
        turn = self._turns.setdefault(key, _Turn())
        if number == turn.number:
            return
        if turn.number > turn.taken_number and number > turn.number:
            turn.dropped_count += number - turn.number
        else:
            turn.arrived_s = now_s
        if number < turn.number:  # a new ring counts from one again
            turn.taken_number, turn.arrived_s = 0, now_s
        turn.number = number

    def urge(self, key: Key, urgent: bool) -> None:
        """Somebody waits for this camera's next picture."""
        if key in self._turns:
            self._turns[key].urgent = urgent

    def remove(self, key: Key) -> None:
        self._turns.pop(key, None)

    def next_batch(self, count: int, now_s: float) -> list[Key]:
        """Up to `count` cameras whose turn it is, the longest waiting first."""
        due = [
            (key, turn)
            for key, turn in self._turns.items()
            if turn.number != turn.taken_number and now_s - turn.taken_s >= self._interval_s
        ]
        due.sort(key=lambda pair: self._waited_since_s(pair[1]))
        return [key for key, _ in due[:count]]

    def _waited_since_s(self, turn: _Turn) -> float:
        since_s = max(turn.arrived_s, turn.taken_s + self._interval_s)
        return since_s - URGENCY_S if turn.urgent else since_s

    def taken(self, key: Key, now_s: float) -> None:
        """The camera had its turn with its newest picture."""
        turn = self._turns[key]
        turn.taken_number, turn.taken_s = turn.number, now_s

    def longest_wait_s(self, now_s: float) -> float:
        """How long the camera that waits longest has been waiting for its turn."""
        waits = [
            now_s - self._waited_since_s(turn)
            for turn in self._turns.values()
            if turn.number != turn.taken_number
        ]
        return max(0.0, *waits) if waits else 0.0
