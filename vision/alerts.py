"""Alert: what a rule says happened, and its life raised → updated → cleared (CONTRACT §5)."""

from __future__ import annotations

import enum

from msgspec import Struct

from config.site import CameraId, ZoneId


class AlertKind(enum.Enum):
    SMOKE = "smoke"
    FIRE = "fire"
    PARKING = "parking"
    STALL = "stall"
    CYCLE_PARKING = "cycle_parking"
    CROWD = "crowd"


class AlertVerb(enum.Enum):
    RAISED = "raised"
    UPDATED = "updated"
    CLEARED = "cleared"


class AlertData(Struct, frozen=True):
    """`data` of gridwall.alert.<verb>.v1.

    Attributes:
        since_utc: RFC 3339; when the thing began (a car stopped), not when the limit passed.
        box_norm: x1, y1, x2, y2 in 0..1 of the picture.
        score: 0..1, the rule's confidence now. score_history: (utc, score) samples, newest last.
        lat_deg, lon_deg, place_error_m: WGS-84 place with its error, None where the camera has
            neither calibration nor position.
        snapshot, crop, clip: SHA-256 hex of evidence already stored; clip comes with an update.
        reason: one sentence for the operator, in the rule's words (message id + values).
    """

    alert_id: str
    kind: AlertKind
    camera_id: CameraId
    zone_id: ZoneId | None
    since_utc: str
    box_norm: tuple[float, float, float, float]
    score: float
    lat_deg: float | None
    lon_deg: float | None
    place_error_m: float | None
    snapshot: str | None
    clip: str | None
    model: str
    rule: str
    crop: str | None = None
    since_before: bool = False
    limit_s: float = 0.0
    score_history: tuple[tuple[str, float], ...] = ()
    reason: str = ""
