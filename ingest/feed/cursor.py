"""Cursor: how much of the feed a reader has seen, and where it must read again. Pure.

`prevsequence` counts per noun, so a reader of some nouns sees each noun's gaps; a reader of
everything sees a missing number at once and keeps the one order of the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingest.feed.envelope import Event

#: A heartbeat may lag behind a snapshot for a moment (the snapshot reads the log itself); this
#: many in a row mean that the log is shorter than what was seen: it was replaced.
BEATS_BEHIND_MOST = 5


class Cursor:
    """Threads: the reader's."""

    def __init__(self, filters: Sequence[str]) -> None:
        self._filters = tuple(filters)
        self._takes_all = "" in filters
        self.forget()

    def forget(self) -> None:
        """Nothing was seen yet."""
        self.epoch = ""
        self._sequence = 0
        self._nouns: dict[str, int] = {}
        self._behind: set[str] = set()
        self._late_beats = 0

    def begin(self, epoch: str, sequence: int, nouns: Mapping[str, int]) -> None:
        """Everything up to `sequence` is known, from a snapshot."""
        self.forget()
        self.epoch, self._sequence, self._nouns = epoch, sequence, dict(nouns)

    def wants(self, topic: str) -> bool:
        return topic.startswith(self._filters)

    def is_old(self, event: Event) -> bool:
        """Seen already."""
        return event.epoch == self.epoch and (event.sequence or 0) <= self._seen_of(event)

    def follows(self, event: Event) -> bool:
        """True when nothing is missing before `event`; otherwise its noun is behind."""
        if event.epoch != self.epoch:
            return False
        if self._takes_all:
            complete = event.sequence == self._sequence + 1
        else:
            complete = event.prevsequence == self._seen_of(event)
        if not complete:
            self._behind.add(event.noun_text)
        return complete

    def advance(self, event: Event) -> None:
        sequence = event.sequence or 0
        self._nouns[event.noun_text] = sequence
        self._sequence = max(self._sequence, sequence)

    def is_behind(self, nouns: Mapping[str, int]) -> bool:
        """Whether a heartbeat speaks of events that never came."""
        self._behind.update(
            noun
            for noun, value in nouns.items()
            if value > self._nouns.get(noun, 0) and self._follows_noun(noun)
        )
        return bool(self._behind)

    def is_replaced(self, epoch: str, sequence: int) -> bool:
        """Whether a heartbeat belongs to another log than the one that was read."""
        if epoch != self.epoch:
            return True
        self._late_beats = self._late_beats + 1 if sequence < self._sequence else 0
        return self._late_beats >= BEATS_BEHIND_MOST

    def replay_from(self) -> int:
        """The first sequence to read again."""
        if self._takes_all or not self._behind:
            return self._sequence + 1
        return min(self._nouns.get(noun, 0) for noun in self._behind) + 1

    def caught_up(self) -> None:
        """A replay ended without finding another gap."""
        self._behind.clear()

    def _seen_of(self, event: Event) -> int:
        return self._sequence if self._takes_all else self._nouns.get(event.noun_text, 0)

    def _follows_noun(self, noun: str) -> bool:
        name = noun + "."
        return any(name.startswith(f) or f.startswith(name) for f in self._filters)


def widened(filters: Sequence[str]) -> tuple[str, ...]:
    """Filters at whole nouns: gaps show only there."""
    return tuple(dict.fromkeys(f.split(".", 1)[0] + "." if "." in f else f for f in filters))
