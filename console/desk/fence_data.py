"""A crossed fence, as its event carries it. Values only: seats import this, and no database with it."""

from __future__ import annotations

from msgspec import Struct

from config.site import FenceId, InspectorId


class FenceCrossed(Struct, frozen=True):
    """`data` of gridwall.unit.fence.v1: somebody crossed a fence. `fix_utc`: when they were there."""

    inspector_id: InspectorId
    fence_id: FenceId
    fence: str
    is_inside: bool
    lat_deg: float
    lon_deg: float
    fix_utc: str
