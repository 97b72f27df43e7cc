"""Sight: how well a camera's picture serves its rules, told to every seat when it changes.

Data only, without OpenCV: seats read it, too.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

from msgspec import Struct

from config.site import CameraId
from vision.alerts import AlertKind


class Sanity(enum.Enum):
    GOOD = "good"
    BLOCKED = "blocked"
    DEFOCUSED = "defocused"
    MOVED = "moved"

    @property
    def zones_fit(self) -> bool:
        """Whether rules that depend on exact places may go on."""
        return self is Sanity.GOOD


class QuietPlace(Struct, frozen=True):
    """A place of a camera where alerts of a kind are suppressed, because operators rejected them.

    Attributes:
        rejected_count, since_utc, last_utc: how many were rejected there, the first and the last.
        held_count, held_utc: alerts held back there since the worker started, and the last.
    """

    kind: AlertKind
    box_norm: tuple[float, float, float, float]
    rejected_count: int
    since_utc: str
    last_utc: str
    held_count: int = 0
    held_utc: str | None = None


class SightNow(Struct, frozen=True):
    """What a pipeline says of its camera's picture; the fields are those of `SightData`."""

    state: Sanity
    rules_off: tuple[str, ...] = ()
    resting: tuple[str, ...] = ()
    is_night: bool = False
    quiet: tuple[QuietPlace, ...] = ()


class SightData(Struct, frozen=True):
    """`data` of gridwall.sight.changed.v1.

    Attributes:
        state: of the picture; other than good: parking and stall rules stand still, smoke goes on.
        rules_off: zones whose rule switched itself off after a fault.
        since_utc: RFC 3339; when it became so.
        resting: zones drawn at another view than the camera looks at now: their rules stand still.
        is_night: it sees by little light or infrared.
        quiet: places whose alerts are suppressed, after operators rejected them.
    """

    camera_id: CameraId
    state: Sanity
    rules_off: tuple[str, ...]
    since_utc: str
    resting: tuple[str, ...] = ()
    is_night: bool = False
    quiet: tuple[QuietPlace, ...] = ()

    @property
    def is_good(self) -> bool:
        """All its rules work; resting and quiet ones do as they were told."""
        return self.state is Sanity.GOOD and not self.rules_off

    @property
    def is_plain(self) -> bool:
        """Nothing at all to say."""
        return self.is_good and not (self.resting or self.is_night or self.quiet)


class SightNews:
    """What changed since it was told last; a camera that was always good is no news. Threads: one."""

    def __init__(self) -> None:
        self._told: dict[CameraId, SightNow] = {}

    def changed(self, now: Mapping[CameraId, SightNow], utc: str) -> list[SightData]:
        """States to tell; a camera that is no longer analysed is good again."""
        good = SightNow(Sanity.GOOD)
        everybody = {**dict.fromkeys(self._told, good), **now}
        news = [
            SightData(
                camera_id,
                state.state,
                state.rules_off,
                utc,
                state.resting,
                state.is_night,
                state.quiet,
            )
            for camera_id, state in everybody.items()
            if state != self._told.get(camera_id, good)
        ]
        self._told = {camera_id: state for camera_id, state in now.items() if state != good}
        return news
