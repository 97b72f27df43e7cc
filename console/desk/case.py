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


class Step(enum.Enum):
    """Whose clock runs: the desk's (file, dispatch), the unit's (handle), the checker's (verify)."""

    NONE = "none"
    FILE = "file"
    DISPATCH = "dispatch"
    HANDLE = "handle"
    VERIFY = "verify"


class ClockKind(enum.Enum):
    """WORKING time of the site's calendar, or AROUND_CLOCK for urgent matters (DOMAIN §2)."""

    WORKING = "working"
    AROUND_CLOCK = "around_clock"


class Ending(enum.Enum):
    """How a case ended (GB/T 30428: normal, overdue, special; void and merged beside them)."""

    NORMAL = "normal"
    OVERDUE = "overdue"
    SELF_HANDLED = "self_handled"
    VOID = "void"
    MERGED = "merged"


class PhotoKind(enum.Enum):
    """What a photo from the spot shows: as found, before and after the work."""

    FINDING = "finding"
    BEFORE = "before"
    AFTER = "after"


class CasePhoto(Struct, frozen=True):
    """A picture taken on the spot; `sha` names it in the evidence store, the timeline says by whom."""

    sha: str
    kind: PhotoKind
    utc: str


class Attention(enum.Enum):
    """Why somebody should look at a case that was dispatched: no answer, or nobody comes."""

    UNANSWERED = "unanswered"
    STUCK = "stuck"


class DifficultStage(enum.Enum):
    """How far a difficult case (疑难) has come: meeting 会商, joint call 吹哨报到, fallback 兜底."""

    NONE = "none"
    MARKED = "marked"
    CONSULTED = "consulted"
    CALLED = "called"
    FALLBACK = "fallback"


class Request(Struct, frozen=True):
    """What a department asks the desk to do: the act, why, and for `extend` how long."""

    act: str
    note: str
    minutes: float | None
    utc: str


class Rectification(Struct, frozen=True):
    """A hazard that must be put right (限期整改) and written off (销账) before its case is closed.

    Attributes:
        what: what was demanded. due_utc: until when.
        reported_utc: the responsible side says that it is done; written_off_utc: somebody saw it.
        refused_count: how often it was looked at and was not.
    """

    what: str
    demanded_utc: str
    due_utc: str
    reported_utc: str | None = None
    written_off_utc: str | None = None
    refused_count: int = 0

    @property
    def is_open(self) -> bool:
        return self.written_off_utc is None


class CaseData(Struct, frozen=True):
    """`data` of gridwall.case.<act>.v1, and a row of the queue. Times RFC 3339 UTC.

    The event holds the whole case: the table of cases can be made again from the log alone.

    Attributes:
        note: of this act; the timeline keeps those of former acts.
        step_due_utc, step_amber_utc: when the running step's limit, and 80 % of it, is used up;
            None while the clock stands. `step_left_s`: what is left of it while it stands.
        whole_left_s: likewise for the whole case.
        decided_version: the last version a person made; a person's act is only refused as
            outdated by another person's, never by evidence that came in meanwhile.
        helpers: sent besides `inspector_id`, who leads and whose answer counts.
        attention: set by the desk when who was sent does not come; the next answer clears it.
        alert_active: None without an alert; False once every alert of the case was cleared.
        needs_check: its source says that somebody looks at the spot before it is filed.
        request: what waits for the duty head's word; any change of state makes it void.
        split_from: the case this one was taken out of; it keeps that one's opening time.
        must_rectify: its kind is one of `[desk] rectify_kinds`: it is not closed before a hazard
            was demanded to be put right and written off. rectification: that demand.
        partner: the other platform that handles it (partners.toml); its `unit` is that one's name.
        audit_hash: hash of this act's audit row, which ties the log to the chain.
    """

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
    step: Step = Step.NONE
    step_amber_utc: str | None = None
    step_limit_s: float = 0.0
    step_clock: ClockKind = ClockKind.WORKING
    step_left_s: float | None = None
    whole_left_s: float | None = None
    decided_version: int = 0
    street_id: GridId | None = None
    place_error_m: float | None = None
    zone_id: str | None = None
    box_norm: tuple[float, float, float, float] | None = None
    score: float | None = None
    crop: str | None = None
    alert_active: bool | None = None
    ticket_id: str | None = None
    verified: bool = False
    extended: bool = False
    supervised: bool = False
    difficult: bool = False
    urged_count: int = 0
    returned_count: int = 0
    rework_count: int = 0
    resume_state: CaseState | None = None
    merged_into: CaseId | None = None
    arrived_utc: str | None = None
    closed_utc: str | None = None
    ending: Ending | None = None
    satisfaction: int | None = None
    photos: tuple[CasePhoto, ...] = ()
    helpers: tuple[InspectorId, ...] = ()
    attention: Attention | None = None
    audit_hash: str = ""
    needs_check: bool = False
    checked: bool = False
    difficult_stage: DifficultStage = DifficultStage.NONE
    co_units: tuple[UnitName, ...] = ()
    request: Request | None = None
    split_from: CaseId | None = None
    reopened_count: int = 0
    partner: str | None = None
    must_rectify: bool = False
    rectification: Rectification | None = None
