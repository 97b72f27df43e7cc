"""Sight: how well a camera's picture serves its rules, told to every seat when it changes.

Data only, without OpenCV: seats read it, too.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

from msgspec import Struct

from config.site import CameraId


class Sanity(enum.Enum):
    GOOD = "good"
    BLOCKED = "blocked"
    DEFOCUSED = "defocused"
    MOVED = "moved"

    @property
    def zones_fit(self) -> bool:
        """Whether rules that depend on exact places may go on."""
        return self is Sanity.GOOD


class SightData(Struct, frozen=True):
    """`data` of gridwall.sight.changed.v1.

    Attributes:
        state: of the picture; other than good: parking and stall rules stand still, smoke goes on.
        rules_off: zones whose rule switched itself off after a fault.
        since_utc: RFC 3339; when it became so.
    """

    camera_id: CameraId
    state: Sanity
    rules_off: tuple[str, ...]
    since_utc: str

    @property
    def is_good(self) -> bool:
        return self.state is Sanity.GOOD and not self.rules_off


class SightNews:
    """What changed since it was told last; a camera that was always good is no news. Threads: one."""

    def __init__(self) -> None:
        self._told: dict[CameraId, tuple[Sanity, tuple[str, ...]]] = {}

    def changed(
        self, now: Mapping[CameraId, tuple[Sanity, tuple[str, ...]]], utc: str
    ) -> list[SightData]:
        """States to tell; a camera that is no longer analysed is good again."""
        good = (Sanity.GOOD, ())
        everybody = {**dict.fromkeys(self._told, good), **now}
        news = [
            SightData(camera_id, *state, since_utc=utc)
            for camera_id, state in everybody.items()
            if state != self._told.get(camera_id, good)
        ]
        self._told = {camera_id: state for camera_id, state in now.items() if state != good}
        return news
