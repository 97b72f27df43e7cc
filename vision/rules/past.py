"""Past: how a camera's picture looked a while ago, in a few small copies.

What looks as it did long before a rule noticed it is part of the scene; what changed shortly
before it was noticed began then. Never more than COPIES + RECENT_COPIES small pictures; used by
the pipeline's thread.
"""

from __future__ import annotations

from collections import deque

from vision.boxes import Box
from vision.patches import PictureView

WIDTH_PX = 640
#: Distance of the copies and their number: the scene of the last minute.
INTERVAL_S = 15.0
COPIES = 4
#: The last seconds, coarser and closer.
RECENT_WIDTH_PX = 320
RECENT_INTERVAL_S = 0.4
RECENT_COPIES = 12


class Past:
    """Copies of one camera's pictures, oldest first. Threads: one."""

    def __init__(self) -> None:
        self._copies: deque[tuple[float, PictureView]] = deque(maxlen=COPIES)
        self._recent: deque[tuple[float, PictureView]] = deque(maxlen=RECENT_COPIES)

    def take(self, view: PictureView, now_s: float) -> None:
        """Keeps a copy when the last one is old enough."""
        if not self._copies or now_s - self._copies[-1][0] >= INTERVAL_S:
            self._copies.append((now_s, view.small_copy(WIDTH_PX)))
        if not self._recent or now_s - self._recent[-1][0] >= RECENT_INTERVAL_S:
            self._recent.append((now_s, view.thinned(RECENT_WIDTH_PX)))

    def before(self, at_s: float) -> list[PictureView]:
        """The copies taken before that moment, oldest first; empty when none is old enough."""
        return [view for taken_s, view in self._copies if taken_s <= at_s]

    def changed_since(self, box: Box, levels: int, share: float, seen_s: float) -> float:
        """Since when a place has looked different from before, at most some seconds back.

        Args:
            levels, share: grey levels and share of cells that make it different.
            seen_s: when something was seen there; returned when nothing earlier is known.
        """
        if not self._recent:
            return seen_s
        remembered = self._recent[0][1].core(box)
        since_s = seen_s
        for taken_s, view in reversed(self._recent):
            if taken_s > seen_s:
                continue
            changed = view.changed_share(remembered, box, levels)
            if changed is None or changed < share:
                break
            since_s = taken_s
        return since_s
