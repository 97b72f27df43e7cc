"""A phone that is live, as its event carries it. Values only: seats import this."""

from __future__ import annotations

from msgspec import Struct

from config.site import CameraId, InspectorId
from console.desk.case import CaseId


class LiveVideoData(Struct, frozen=True):
    """`data` of gridwall.unit.live.v1: pictures of an inspector's phone began or ended.

    `case_id`: what they are on, if anything. `since_utc`: when the pictures began.
    """

    inspector_id: InspectorId
    camera_id: CameraId
    is_live: bool
    since_utc: str
    case_id: CaseId | None = None
