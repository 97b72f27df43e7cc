"""Case: one matter from proposal to closing, as stored and as sent (CONTRACT §5)."""

from __future__ import annotations

import enum
from typing import NewType

from msgspec import Struct

from config.site import GridId, InspectorId, ItemCode, UnitName

CaseId = NewType("CaseId", str)


class CaseState(enum.Enum):
    PROPOSED = "proposed"
    FILED = "filed"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    VERIFYING = "verifying"
    CLOSED = "closed"
    VOID = "void"
    SUSPENDED = "suspended"


#: States in which nobody has anything left to do.
ENDED = frozenset({CaseState.CLOSED, CaseState.VOID})


class CaseData(Struct, frozen=True):
    """`data` of gridwall.case.<act>.v1, and a row of the queue. Times RFC 3339 UTC."""

    case_id: CaseId
    state: CaseState
    act: str
    actor: str
    item_code: ItemCode | None
    grid_id: GridId | None
    unit: UnitName | None
    inspector_id: InspectorId | None
    lat_deg: float | None
    lon_deg: float | None
    step_due_utc: str | None
    whole_due_utc: str | None
    version: int
    alert_ids: tuple[str, ...]
    note: str
    opened_utc: str = ""
    kind: str = ""
    priority: int = 3
    title: str = ""
    camera_id: str | None = None
    snapshot: str | None = None
    clip: str | None = None
    step_started_utc: str = ""
    source: str = ""
