"""Past: how a camera's picture looked a while ago, in a few small copies.

What looks as it did long before a rule noticed it is part of the scene. Never more than
COPIES pictures of WIDTH_PX; used by the pipeline's thread.
"""

from __future__ import annotations

from collections import deque

from vision.patches import PictureView

WIDTH_PX = 640
#: Distance of the copies and their number: the scene of the last minute.
INTERVAL_S = 15.0
COPIES = 4


class Past:
    """Copies of one camera's pictures, oldest first. Threads: one."""

    def __init__(self) -> None:
        self._copies: deque[tuple[float, PictureView]] = deque(maxlen=COPIES)

    def take(self, view: PictureView, now_s: float) -> None:
        """Keeps a copy when the last one is old enough."""
        if not self._copies or now_s - self._copies[-1][0] >= INTERVAL_S:
            self._copies.append((now_s, view.small_copy(WIDTH_PX)))

    def before(self, at_s: float) -> list[PictureView]:
        """The copies taken before that moment, oldest first; empty when none is old enough."""
        return [view for taken_s, view in self._copies if taken_s <= at_s]
