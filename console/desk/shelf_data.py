"""What a seat put aside, as events and snapshot carry it. Values only: seats import this, too."""

from __future__ import annotations

import enum

from msgspec import Struct

from config.site import CameraId

REASON_CHARS = 400


class ShelfKind(enum.Enum):
    """MAINTENANCE: the cameras do not count as lost · ALERTS: their alerts do not ask for attention."""

    MAINTENANCE = "maintenance"
    ALERTS = "alerts"


class ShelfData(Struct, frozen=True):
    """`data` of gridwall.shelf.set.v1 and …ended.v1.

    Attributes:
        kinds: of alerts that are put aside; empty = all of these cameras.
        ended_by: who ended it early; empty while it runs and when its time was up.
    """

    shelf_id: str
    what: ShelfKind
    camera_ids: tuple[CameraId, ...]
    reason: str
    by: str
    from_utc: str
    until_utc: str
    kinds: tuple[str, ...] = ()
    ended_by: str = ""
