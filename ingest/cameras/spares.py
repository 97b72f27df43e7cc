"""Spares: ingest processes that have loaded everything and wait for a group. The broker's main thread.

One is kept while there are cameras, so that a dead process is replaced at once. At the start as many
are made as the first lease will need: they load while that lease's process is still loading itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

from ingest.cameras.group_handle import GroupHandle

log = logging.getLogger(__name__)

#: A spare starts when the processes in need have started, and not in a storm.
SPARE_AFTER_S: Final = 3.0
SPARE_RETRY_S: Final = 60.0
#: What was prepared and nobody needed within this leaves again.
UNNEEDED_AFTER_S: Final = 30.0


class Spares:
    """`handles`: the waiting processes."""

    def __init__(
        self, make: Callable[[], GroupHandle], now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self.handles: list[GroupHandle] = []
        self._leaving: list[GroupHandle] = []
        self._make, self._now_s = make, now_s
        self._due_s = 0.0
        self._unneeded_s = 0.0

    def prepare(self, count: int) -> None:
        """Makes `count` at once, before anybody asks."""
        self.handles += [self._make() for _ in range(count)]
        self._unneeded_s = self._now_s() + UNNEEDED_AFTER_S

    def take(self) -> GroupHandle | None:
        """A waiting process, the oldest; None: there is none. Another follows later."""
        self._due_s = self._now_s() + SPARE_AFTER_S
        return self.handles.pop(0) if self.handles else None

    def keep(self, used_count: int) -> None:
        """Keeps one while processes are used and none while there are none; call often."""
        now_s = self._now_s()
        if not self.handles and used_count and now_s >= self._due_s:
            self.handles.append(self._make())
        kept = 1 if used_count else 0
        if len(self.handles) > kept and now_s >= self._unneeded_s and now_s >= self._due_s:
            for handle in self.handles[kept:]:
                handle.leave()
                self._leaving.append(handle)
            del self.handles[kept:]

    def ended(self, process_id: int) -> None:
        """A process that had no group is gone."""
        for handle in [one for one in self._leaving if one.process_id == process_id]:
            handle.join()
            self._leaving.remove(handle)
        for handle in [one for one in self.handles if one.process_id == process_id]:
            log.warning("the spare ingest process %d ended", process_id)
            handle.join()
            self.handles.remove(handle)
            self._due_s = self._now_s() + SPARE_RETRY_S
