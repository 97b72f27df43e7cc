"""An escalated case, as events and snapshot carry it. Values only: seats import this, too."""

from __future__ import annotations

from msgspec import Struct

from console.desk.case import CaseId


class EscalationData(Struct, frozen=True):
    """`data` of gridwall.escalation.raised.v1 and …ended.v1.

    Attributes:
        by: the seat that waited; to: the seat that is asked, empty = whoever sees it.
        waited_s: how long nobody acknowledged.
        case_version: of the case then; a later act of a person ends the escalation.
    """

    case_id: CaseId
    kind: str
    priority: int
    by: str
    to: str
    waited_s: float
    since_utc: str
    case_version: int = 0
