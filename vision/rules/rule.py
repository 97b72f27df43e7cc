"""Rule: the protocol of everything that turns tracks into alerts, and what it is given.

A rule belongs to one zone of one camera, works in seconds, never blocks and never does I/O.
One that raises is switched off by the pipeline for that camera; the others go on.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Protocol

from config.site import ZoneId
from vision.alerts import AlertKind, AlertVerb
from vision.boxes import Box
from vision.light import Light
from vision.models import OperatingPoints
from vision.patches import PictureView
from vision.scene import SceneChange
from vision.sight import Sanity
from vision.tracks import Sighting, Track

#: A second look at part of the newest picture, at its full resolution.
Look = Callable[[Box], Sequence[Sighting]]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a picture was taken: monotonic seconds for limits, UTC for records and hours."""

    mono_s: float
    utc_ns: int

    def utc_at(self, mono_s: float) -> int:
        """UTC nanoseconds of another monotonic moment."""
        return self.utc_ns + round((mono_s - self.mono_s) * 1e9)

    def mono_at(self, utc_ns: int) -> float:
        """Monotonic seconds of another UTC moment (before this process: may be negative)."""
        return self.mono_s + (utc_ns - self.utc_ns) / 1e9


@dataclass(frozen=True, slots=True)
class FrameContext:
    """What one step of a rule may know besides tracks.

    Attributes:
        view: the picture's brightness; valid during the step only.
        burning: smoke and fire boxes of this picture, down to the model's keep score.
        detected: False when the gate was closed: nothing moved, `burning` is empty.
        sanity: whether the camera sees its usual scene.
        points: the model's operating points.
        look: a second look at a part of the picture; None where no detector is at hand.
        zone_info: the site's time zone for hours and days; None = this machine's.
        light: by what light the camera sees.
        is_doubtful: the picture may be of another scene; rules of exact places wait a moment.
    """

    view: PictureView
    burning: Sequence[Sighting]
    detected: bool
    sanity: Sanity
    points: OperatingPoints
    look: Look | None = None
    zone_info: tzinfo | None = None
    light: Light = Light.DAY
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says about one alert now."""

    alert_id: str
    kind: AlertKind
    zone_id: ZoneId
    since_utc_ns: int
    since_before: bool
    box: Box
    score: float
    limit_s: float
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class AlertChange:
    """A step in an alert's life."""

    verb: AlertVerb
    finding: Finding


class Rule(Protocol):
    """One zone's rule. Threads: the pipeline's one."""

    @property
    def name(self) -> str:
        """Kind and version, e.g. `parking/1`: goes into every alert."""
        ...

    @property
    def zone_id(self) -> ZoneId: ...

    @property
    def needs_look(self) -> bool:
        """Whether it waits for the next picture to be analysed, whatever moves."""
        ...

    @property
    def open_alerts(self) -> set[str]:
        """Ids of alerts it raised that are not over."""
        ...

    def step(
        self, tracks: Sequence[Track], context: FrameContext, now: Moment
    ) -> list[AlertChange]:
        """What changed by this picture."""
        ...

    def forget(self, track_id: int) -> None:
        """The tracker dropped this track."""
        ...

    def change_scene(self, change: SceneChange, now: Moment) -> None:
        """The picture changed all at once, and not because of what is in it."""
        ...

    def end_all(self, now: Moment, reason: str) -> list[AlertChange]:
        """Clears every open alert: the zone is gone or the rule was switched off."""
        ...

    def remember(self) -> bytes:
        """Its state for a restart, as JSON."""
        ...

    def restore(self, state: bytes, now: Moment) -> None:
        """Takes over a former state. Raises ValueError when it is not one."""
        ...


def new_alert_id() -> str:
    return uuid.uuid4().hex
