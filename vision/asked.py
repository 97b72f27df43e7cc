"""What seats ask of the eyes over the feed, and what comes back. Data only, without OpenCV."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from config.site import CameraId, Zone
from vision.alerts import AlertKind

#: Zones that can be tried at once: those of one camera.
TRIED_ZONES_MAX = 50
#: Alerts a trial tells of; more are counted.
TRIED_ALERTS_MAX = 200

_Norm = Annotated[float, Meta(ge=0.0, le=1.0)]


class SightReset(Struct, frozen=True):
    """`data` of gridwall.sight.reset.v1: an operator wants a quiet place watched again."""

    camera_id: CameraId
    kind: AlertKind
    box_norm: tuple[_Norm, _Norm, _Norm, _Norm]
    by: str = ""


class TrialAsked(Struct, frozen=True):
    """`data` of gridwall.sight.tryout.v1: what would these zones have raised lately?"""

    trial_id: str
    camera_id: CameraId
    zones: Annotated[tuple[Zone, ...], Meta(max_length=TRIED_ZONES_MAX)]
    by: str = ""


class TriedAlert(Struct, frozen=True):
    """An alert that would have been raised, and when it would have been over."""

    zone_id: str
    kind: AlertKind
    raised_utc: str
    since_utc: str
    cleared_utc: str | None
    box_norm: tuple[float, float, float, float]
    reason: str


class TrialDone(Struct, frozen=True):
    """`data` of gridwall.sight.tried.v1.

    Attributes:
        stored_s: seconds of the camera that were there to try on; `asked_s` what was wanted.
        from_utc, to_utc: the first and the last moment of it.
        gap_s: seconds inside it that nobody analysed (a reconnect, a turned camera).
        alerts: oldest first, at most TRIED_ALERTS_MAX; `more_count` beyond them.
        error: why there is no result; empty where there is one.
    """

    trial_id: str
    camera_id: CameraId
    asked_s: float
    stored_s: float = 0.0
    from_utc: str | None = None
    to_utc: str | None = None
    gap_s: float = 0.0
    alerts: tuple[TriedAlert, ...] = ()
    more_count: int = 0
    error: str = ""
