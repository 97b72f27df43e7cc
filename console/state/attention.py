"""AttentionState: when a seat makes a sound, which one, and what a mute may silence.

Decides the rhythm: a tone at once for something new, then again and again, sooner each time, until
it is acknowledged. A mute ends by itself and never covers priority 1. What nobody acknowledged
within the site's time is escalated, once. Pure; monotonic nanoseconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

#: UI.md: a mute expires after ten minutes.
MUTE_S = 600.0
#: The priority that cannot be muted.
LOUDEST = 1
LEAST = 3
#: Two tones never lie on each other.
APART_S = 1.5


class Rhythm(Struct, frozen=True):
    """Seconds to the second tone, the factor after each, and the shortest wait."""

    first_s: float
    factor: float
    shortest_s: float


RHYTHMS = {
    1: Rhythm(8.0, 0.7, 2.0),
    2: Rhythm(30.0, 0.7, 10.0),
    3: Rhythm(120.0, 0.7, 40.0),
}


class _Asking:
    """One priority's open matters and its next tone."""

    def __init__(self, rhythm: Rhythm) -> None:
        self.rhythm = rhythm
        self.ids: frozenset[str] = frozenset()
        self.wait_s = rhythm.first_s
        self.next_mono_ns = 0

    def update(self, ids: frozenset[str], now_mono_ns: int) -> None:
        if ids - self.ids:
            self.wait_s = self.rhythm.first_s
            self.next_mono_ns = now_mono_ns
        self.ids = ids

    def sounded(self, now_mono_ns: int) -> None:
        self.next_mono_ns = now_mono_ns + round(self.wait_s * 1e9)
        self.wait_s = max(self.rhythm.shortest_s, self.wait_s * self.rhythm.factor)


class AttentionState:
    """Tones, mute and escalation of one seat. One thread."""

    def __init__(self, escalate_after_s: float = 0.0) -> None:
        """`escalate_after_s`: 0 = never."""
        self._asking = {priority: _Asking(rhythm) for priority, rhythm in RHYTHMS.items()}
        self._escalate_after_s = escalate_after_s
        self._since: dict[str, int] = {}
        self._escalated: set[str] = set()
        self._muted_until_mono_ns = 0

    def update(self, asking: Mapping[str, int], now_mono_ns: int) -> None:
        """Everything that asks for attention now: id → priority (1 most urgent)."""
        priorities = {one: min(max(wanted, LOUDEST), LEAST) for one, wanted in asking.items()}
        for priority, state in self._asking.items():
            ids = frozenset(one for one, wanted in priorities.items() if wanted == priority)
            state.update(ids, now_mono_ns)
        self._since = {one: self._since.get(one, now_mono_ns) for one in priorities}
        self._escalated &= self._since.keys()

    @property
    def is_quiet(self) -> bool:
        """Nothing asks for attention."""
        return not self._since

    def due(self, now_mono_ns: int) -> int | None:
        """The priority whose tone sounds now, the most urgent first; each call counts as sounded."""
        found: int | None = None
        for priority, state in sorted(self._asking.items()):
            if not state.ids or state.next_mono_ns > now_mono_ns:
                continue
            if found is not None:
                state.next_mono_ns = now_mono_ns + round(APART_S * 1e9)
                continue
            state.sounded(now_mono_ns)
            if priority == LOUDEST or not self.is_muted(now_mono_ns):
                found = priority
        return found

    def next_s(self, priority: int, now_mono_ns: int) -> float | None:
        """Seconds to the priority's next tone; None while nothing of it asks."""
        state = self._asking[priority]
        return (state.next_mono_ns - now_mono_ns) / 1e9 if state.ids else None

    # -- mute

    def toggle_mute(self, now_mono_ns: int) -> None:
        """Silences all but priority 1 for ten minutes, or ends that."""
        muted = self.is_muted(now_mono_ns)
        self._muted_until_mono_ns = 0 if muted else now_mono_ns + round(MUTE_S * 1e9)

    def is_muted(self, now_mono_ns: int) -> bool:
        return now_mono_ns < self._muted_until_mono_ns

    def muted_left_s(self, now_mono_ns: int) -> float:
        """What is left of the mute; 0 without one."""
        return max(0.0, (self._muted_until_mono_ns - now_mono_ns) / 1e9)

    # -- escalation

    def escalations(self, now_mono_ns: int) -> list[str]:
        """Priority-1 matters nobody acknowledged within the site's time; each is told once."""
        if self._escalate_after_s <= 0:
            return []
        late = [
            one
            for one in self._asking[LOUDEST].ids
            if one not in self._escalated
            and now_mono_ns - self._since[one] >= self._escalate_after_s * 1e9
        ]
        self._escalated.update(late)
        return sorted(late)
