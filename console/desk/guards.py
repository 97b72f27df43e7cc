"""Guards: what must hold before an act, under the names the transition table uses. Pure."""

from __future__ import annotations

from collections.abc import Callable

from console.desk.act_input import ActInput
from console.desk.case import CaseData, DifficultStage
from console.desk.messages import Message

Guard = Callable[[CaseData, ActInput], Message | None]


def _unless(condition: Callable[[CaseData, ActInput], bool], message_id: str) -> Guard:
    return lambda case, entered: None if condition(case, entered) else Message(message_id)


#: Photos a case may hold: every event of the case carries their names.
PHOTOS_MOST = 40
#: Inspectors sent to one case besides the one who leads.
HELPERS_MOST = 20
#: Stages of a difficult case at which a step has been done.
_CONSULTED = (DifficultStage.CONSULTED, DifficultStage.CALLED, DifficultStage.FALLBACK)
_CALLED = (DifficultStage.CALLED, DifficultStage.FALLBACK)

GUARDS: dict[str, Guard] = {
    "has_item": _unless(lambda c, e: bool(e.item_code or c.item_code), "has_no_item"),
    "has_unit": _unless(
        lambda c, e: bool(e.unit or e.inspector_id or c.unit or c.inspector_id), "has_no_unit"
    ),
    "verified": _unless(lambda c, e: c.verified, "not_verified"),
    "checked": _unless(lambda c, e: c.checked or not c.needs_check, "not_checked"),
    "not_extended": _unless(lambda c, e: not c.extended, "already_extended"),
    "not_arrived": _unless(lambda c, e: c.arrived_utc is None, "has_arrived"),
    "helper_is_new": _unless(
        lambda c, e: e.helper_id is None or e.helper_id not in (c.inspector_id, *c.helpers),
        "is_on_it_already",
    ),
    "has_helper": _unless(lambda c, e: bool(c.helpers), "has_no_helper"),
    "has_helper_room": _unless(lambda c, e: len(c.helpers) < HELPERS_MOST, "too_many_helpers"),
    "has_photo_room": _unless(lambda c, e: len(c.photos) < PHOTOS_MOST, "too_many_photos"),
    "not_supervised": _unless(lambda c, e: not c.supervised, "already_supervised"),
    "is_supervised": _unless(lambda c, e: c.supervised, "not_supervised"),
    "is_difficult": _unless(lambda c, e: c.difficult, "not_difficult"),
    "is_consulted": _unless(lambda c, e: c.difficult_stage in _CONSULTED, "not_consulted"),
    "is_called": _unless(lambda c, e: c.difficult_stage in _CALLED, "not_called"),
    "no_fallback": _unless(
        lambda c, e: c.difficult_stage is not DifficultStage.FALLBACK, "fallback_owner"
    ),
    "hazard_demanded": _unless(
        lambda c, e: not c.must_rectify or c.rectification is not None, "not_rectified"
    ),
    "no_open_hazard": _unless(
        lambda c, e: c.rectification is None or not c.rectification.is_open, "not_written_off"
    ),
    "no_hazard_running": _unless(
        lambda c, e: c.rectification is None or not c.rectification.is_open, "already_demanded"
    ),
    "has_hazard": _unless(
        lambda c, e: c.rectification is not None and c.rectification.is_open, "nothing_demanded"
    ),
    "hazard_reported": _unless(
        lambda c, e: c.rectification is None or c.rectification.reported_utc is not None,
        "not_reported",
    ),
    "no_request": _unless(lambda c, e: c.request is None, "already_requested"),
    "has_request": _unless(lambda c, e: c.request is not None, "not_requested"),
}
