"""Effects: the fields an act changes besides state and clocks, by the table's names. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import structs

from console.desk.act_input import ActInput
from console.desk.case import (
    Attention,
    CaseData,
    CasePhoto,
    DifficultStage,
    Ending,
    Rectification,
    Request,
)
from console.desk.step_clocks import Surroundings
from ingest.feed.envelope import parse_utc_ns, utc_text

Effect = Callable[[CaseData, ActInput, Surroundings], dict[str, Any]]

#: A case sent back this often goes between departments: it is flagged as difficult (DOMAIN §2).
BOUNCES = 2


def _ending(case: CaseData, now_utc_ns: int) -> Ending:
    if case.ending is not None:
        return case.ending
    late = case.whole_due_utc is not None and now_utc_ns > parse_utc_ns(case.whole_due_utc)
    return Ending.OVERDUE if late else Ending.NORMAL


def _now(around: Surroundings) -> str:
    return utc_text(around.now_utc_ns)


def _difficult(case: CaseData) -> dict[str, Any]:
    """Marked; a stage that was reached before stays."""
    is_new = case.difficult_stage is DifficultStage.NONE
    stage = DifficultStage.MARKED if is_new else case.difficult_stage
    return {"difficult": True, "difficult_stage": stage}


def _stage(stage: DifficultStage) -> Effect:
    return lambda case, entered, around: {"difficult_stage": stage}


def _demanded(case: CaseData, entered: ActInput, around: Surroundings) -> dict[str, Any]:
    """Calendar days: a hazard does not rest at night."""
    days = entered.days if entered.days is not None else around.settings.rectify_days
    due_ns = around.now_utc_ns + round(days * 86_400) * 10**9
    return {"rectification": Rectification(entered.note, _now(around), utc_text(due_ns))}


def _hazard(**changes: Callable[[Rectification, Surroundings], Any]) -> Effect:
    """Changes of the running demand; nothing where there is none."""

    def effect(case: CaseData, entered: ActInput, around: Surroundings) -> dict[str, Any]:
        former = case.rectification
        if former is None:
            return {}
        values = {name: value(former, around) for name, value in changes.items()}
        return {"rectification": structs.replace(former, **values)}

    return effect


EFFECTS: dict[str, Effect] = {
    "demand_rectification": _demanded,
    "report_rectified": _hazard(reported_utc=lambda r, s: _now(s)),
    "write_off": _hazard(written_off_utc=lambda r, s: _now(s)),
    "refuse_rectified": _hazard(
        reported_utc=lambda r, s: None, refused_count=lambda r, s: r.refused_count + 1
    ),
    "note_arrival": lambda c, e, s: {"arrived_utc": c.arrived_utc or _now(s)},
    "set_verified": lambda c, e, s: {"verified": True},
    "unverify": lambda c, e, s: {"verified": False},
    "set_checked": lambda c, e, s: {"checked": True},
    "count_rework": lambda c, e, s: {"rework_count": c.rework_count + 1},
    "count_return": lambda c, e, s: {"returned_count": c.returned_count + 1},
    "flag_bouncing": lambda c, e, s: _difficult(c) if c.returned_count + 1 >= BOUNCES else {},
    "count_urge": lambda c, e, s: {"urged_count": c.urged_count + 1},
    "unassign": lambda c, e, s: {
        "inspector_id": None,
        "arrived_utc": None,
        "helpers": (),
        "partner": None,
    },
    "set_partner": lambda c, e, s: {"partner": e.partner, "inspector_id": None, "helpers": ()},
    "drop_partner": lambda c, e, s: {"partner": None},
    "add_helper": lambda c, e, s: {
        "helpers": (*c.helpers, e.helper_id) if e.helper_id else c.helpers
    },
    "drop_helper": lambda c, e, s: {"helpers": tuple(h for h in c.helpers if h != e.helper_id)},
    "say_unanswered": lambda c, e, s: {"attention": Attention.UNANSWERED},
    "say_stuck": lambda c, e, s: {"attention": Attention.STUCK},
    "clear_attention": lambda c, e, s: {"attention": None},
    "set_extended": lambda c, e, s: {"extended": True},
    "set_supervised": lambda c, e, s: {"supervised": True},
    "lift_supervision": lambda c, e, s: {"supervised": False},
    "set_difficult": lambda c, e, s: _difficult(c),
    "set_consulted": _stage(DifficultStage.CONSULTED),
    "set_called": lambda c, e, s: {
        "difficult_stage": DifficultStage.CALLED,
        "co_units": tuple(dict.fromkeys(e.co_units)),
    },
    "set_fallback": _stage(DifficultStage.FALLBACK),
    "set_request": lambda c, e, s: {
        "request": Request(act=e.wanted or "", note=e.note, minutes=e.minutes, utc=_now(s))
    },
    "clear_request": lambda c, e, s: {"request": None},
    "add_photo": lambda c, e, s: {
        "photos": (*c.photos, CasePhoto(e.photo or "", e.photo_kind, _now(s)))
    },
    "set_satisfaction": lambda c, e, s: {"satisfaction": e.satisfaction},
    "remember_state": lambda c, e, s: {"resume_state": c.state},
    "forget_state": lambda c, e, s: {"resume_state": None},
    "mark_self_handled": lambda c, e, s: {"ending": Ending.SELF_HANDLED},
    "end_normally": lambda c, e, s: {"ending": _ending(c, s.now_utc_ns), "closed_utc": _now(s)},
    "end_void": lambda c, e, s: {"ending": Ending.VOID, "closed_utc": _now(s)},
    "end_merged": lambda c, e, s: {
        "ending": Ending.MERGED,
        "closed_utc": _now(s),
        "merged_into": e.into,
    },
    "reopen": lambda c, e, s: {
        "ending": None,
        "closed_utc": None,
        "satisfaction": None,
        "reopened_count": c.reopened_count + 1,
    },
}
