"""The clocks of a case: one per step and one for the whole, as acts start, stop and stretch them.

Pure; the engine (`workflow`) calls it with the row of the transition table. Limits: the desk's own
steps by the site's settings, the handling step by the item, the whole as all of them in a row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from config.settings import DeskSettings
from config.site import Item
from console.desk.case import CaseData, ClockKind, Step
from console.desk.clock_rules import DueTimes, Limit, WorkingCalendar
from console.desk.transitions import Transition
from ingest.feed.envelope import parse_utc_ns, utc_text

#: Fire and smoke: their desk steps run around the clock too.
URGENT_PRIORITY = 1


class Surroundings(Struct, frozen=True):
    """What a decision needs to know besides the case."""

    now_utc_ns: int
    calendar: WorkingCalendar
    settings: DeskSettings
    item_of: Callable[[str | None], Item | None]


def moved_on(
    row: Transition, case: CaseData, minutes: float | None, around: Surroundings
) -> CaseData:
    """The case with its clocks as the row of the table says.

    `minutes`: what was asked for with `extend`.
    """
    if row.starts is not None:
        return started(case, row.starts, around)
    match row.clock:
        case "extend":
            return _extended(case, minutes, around)
        case "pause":
            return _paused(case, around)
        case "resume":
            return _resumed(case, around)
        case "stop":
            return _stopped(case)
        case "whole":
            return msgspec.structs.replace(
                case, whole_due_utc=utc_text(_whole_due_ns(case, around))
            )
        case _:
            return case


def step_limit(case: CaseData, step: Step, around: Surroundings) -> Limit:
    """The desk's own steps by the settings, the handling step by the item."""
    settings = around.settings
    if step is Step.HANDLE:
        return around.calendar.limit_of(around.item_of(case.item_code))
    minutes = {
        Step.FILE: settings.file_limit_min,
        Step.DISPATCH: settings.dispatch_limit_min,
        Step.VERIFY: settings.verify_limit_min,
    }[step]
    urgent = case.priority <= URGENT_PRIORITY
    return Limit(minutes * 60, ClockKind.AROUND_CLOCK if urgent else ClockKind.WORKING)


def started(case: CaseData, step: Step, around: Surroundings) -> CaseData:
    """A step begins now, with its whole limit before it."""
    limit = step_limit(case, step, around)
    changes: dict[str, Any] = {
        "step": step,
        "step_started_utc": utc_text(around.now_utc_ns),
        "step_limit_s": limit.seconds,
        "step_clock": limit.kind,
        "step_left_s": None,
        **_due_fields(around.calendar.due(around.now_utc_ns, limit)),
    }
    is_first_dispatch = step is Step.DISPATCH and case.returned_count == 0
    if case.whole_due_utc is None or is_first_dispatch:
        changes["whole_due_utc"] = utc_text(_whole_due_ns(case, around))
    return msgspec.structs.replace(case, **changes)


def _due_fields(due: DueTimes) -> dict[str, str]:
    return {
        "step_amber_utc": utc_text(due.amber_utc_ns),
        "step_due_utc": utc_text(due.due_utc_ns),
    }


def _whole_due_ns(case: CaseData, around: Surroundings) -> int:
    """The limits of all steps one after the other, from the opening, each in its own time."""
    moment = parse_utc_ns(case.opened_utc)
    for step in (Step.FILE, Step.DISPATCH, Step.HANDLE, Step.VERIFY):
        limit = step_limit(case, step, around)
        moment = around.calendar.add(moment, limit.seconds, limit.kind)
    return moment


def _limit_of_case(case: CaseData) -> Limit:
    return Limit(case.step_limit_s, case.step_clock)


def _extended(case: CaseData, minutes: float | None, around: Surroundings) -> CaseData:
    """Longer by the minutes asked for; the whole case gains the same."""
    more_s = minutes * 60 if minutes is not None else case.step_limit_s
    limit = Limit(case.step_limit_s + more_s, case.step_clock)
    changes: dict[str, Any] = {"step_limit_s": limit.seconds}
    if case.step_due_utc is not None:
        used_from_ns = parse_utc_ns(case.step_due_utc)
        due_ns = around.calendar.add(used_from_ns, more_s, limit.kind)
        left_s = around.calendar.between(around.now_utc_ns, due_ns, limit.kind)
        changes |= _due_fields(around.calendar.resumed(around.now_utc_ns, left_s, limit))
        changes["step_due_utc"] = utc_text(due_ns)
    if case.whole_due_utc is not None:
        whole_ns = parse_utc_ns(case.whole_due_utc)
        changes["whole_due_utc"] = utc_text(around.calendar.add(whole_ns, more_s, limit.kind))
    return msgspec.structs.replace(case, **changes)


def _paused(case: CaseData, around: Surroundings) -> CaseData:
    """The clocks stand; what was left of them (negative when late) is kept."""
    return msgspec.structs.replace(
        case,
        step_left_s=_left_s(case.step_due_utc, case.step_clock, around),
        whole_left_s=_left_s(case.whole_due_utc, case.step_clock, around),
        step_due_utc=None,
        step_amber_utc=None,
        whole_due_utc=None,
    )


def _left_s(due_utc: str | None, kind: ClockKind, around: Surroundings) -> float | None:
    if due_utc is None:
        return None
    due_ns = parse_utc_ns(due_utc)
    calendar, now_ns = around.calendar, around.now_utc_ns
    return calendar.between(now_ns, due_ns, kind) - calendar.between(due_ns, now_ns, kind)


def _resumed(case: CaseData, around: Surroundings) -> CaseData:
    changes: dict[str, Any] = {"step_left_s": None, "whole_left_s": None}
    if case.step_left_s is not None:
        due = around.calendar.resumed(around.now_utc_ns, case.step_left_s, _limit_of_case(case))
        changes |= _due_fields(due)
    if case.whole_left_s is not None:
        whole_ns = around.calendar.add(around.now_utc_ns, case.whole_left_s, case.step_clock)
        changes["whole_due_utc"] = utc_text(whole_ns)
    return msgspec.structs.replace(case, **changes)


def _stopped(case: CaseData) -> CaseData:
    """Nothing is due any more; the whole limit stays for the record."""
    return msgspec.structs.replace(
        case, step=Step.NONE, step_due_utc=None, step_amber_utc=None, step_left_s=None
    )
