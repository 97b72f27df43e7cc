"""The transition table: sound as shipped, refused when it contradicts itself, every row walked."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from config.settings import CalendarSettings, DeskSettings
from config.site import Item, ItemCode, LimitUnit, UnitName
from console.desk.act_input import INPUTS, ActInput
from console.desk.case import (
    CaseData,
    CaseId,
    CaseState,
    ClockKind,
    DifficultStage,
    Ending,
    Rectification,
    Request,
    Step,
)
from console.desk.clock_rules import WorkingCalendar
from console.desk.effects import EFFECTS
from console.desk.guards import GUARDS
from console.desk.messages import ENGLISH, ActRefused, Message
from console.desk.step_clocks import Surroundings
from console.desk.transitions import (
    SYSTEM,
    Transition,
    TransitionsInvalid,
    When,
    parse_table,
    shipped_text,
)
from console.desk.workflow import (
    decide,
    offers,
    proposed,
    shipped_table,
)
from ingest.feed.envelope import parse_utc_ns, utc_text

TABLE = shipped_table()
CALENDAR = WorkingCalendar(CalendarSettings())
OPERATOR = frozenset({"operator"})
NINE = parse_utc_ns("2026-11-23T01:00:00Z")
HOUR = 3600 * 10**9
ITEM = Item(ItemCode("0505"), "停车", "Parking", limit_value=2, limit_unit=LimitUnit.WORKING_HOUR)


def around(now_utc_ns: int = NINE) -> Surroundings:
    return Surroundings(now_utc_ns, CALENDAR, DeskSettings(), lambda code: ITEM if code else None)


def fresh(**changes: object) -> CaseData:
    case = CaseData(
        case_id=CaseId("c"), state=CaseState.PROPOSED, act="", actor="", item_code=ItemCode("0505"),
        grid_id=None, unit=UnitName("police"), inspector_id=None, lat_deg=None, lon_deg=None,
        step_due_utc=None, whole_due_utc=None, version=0, alert_ids=(), note="",
    )  # fmt: skip
    first = proposed(case, around(), actor="system", roles=frozenset({SYSTEM}))
    return msgspec.structs.replace(first, **changes)


def act(
    case: CaseData, name: str, now: int = NINE, roles: frozenset[str] = OPERATOR, **entered: object
) -> CaseData:
    what = ActInput(**entered)  # type: ignore[arg-type]
    return decide(TABLE, case, name, what, around(now), actor="seat", roles=roles)


#: The shortest way into each state.
WAYS: dict[CaseState, tuple[str, ...]] = {
    CaseState.PROPOSED: (),
    CaseState.FILED: ("file",),
    CaseState.DISPATCHED: ("file", "dispatch"),
    CaseState.HANDLING: ("file", "dispatch", "accept"),
    CaseState.VERIFYING: ("file", "dispatch", "feedback", "verify"),
    CaseState.CLOSED: ("file", "dispatch", "feedback", "verify", "close"),
    CaseState.VOID: ("void",),
    CaseState.SUSPENDED: ("file", "dispatch", "suspend"),
}


def in_state(state: CaseState) -> CaseData:
    case = fresh()
    for name in WAYS[state]:
        case = act(case, name, note="why")
    assert case.state is state
    return case


AT = "2026-11-23T01:00:00Z"
#: What a guard wants to find, besides the way into the state.
PREPARED: dict[str, dict[str, object]] = {
    "is_difficult": {"difficult": True, "difficult_stage": DifficultStage.MARKED},
    "is_consulted": {"difficult": True, "difficult_stage": DifficultStage.CONSULTED},
    "is_called": {"difficult": True, "difficult_stage": DifficultStage.CALLED},
    "is_supervised": {"supervised": True},
    "has_helper": {"helpers": ("p9",)},
    "has_hazard": {"rectification": Rectification("why", AT, AT)},
    "hazard_reported": {"rectification": Rectification("why", AT, AT, reported_utc=AT)},
    "has_request": {"request": Request("extend", "why", None, "2026-11-23T01:00:00Z")},
}
#: Everything any row asks for.
ENTERED: dict[str, object] = {
    "note": "why", "into": "other", "satisfaction": 80, "co_units": ("police", "office"),
    "unit": "police", "wanted": "return", "new_title": "Another matter", "photo": "a" * 64,
    "helper_id": "p8", "partner": "district",
}  # fmt: skip


def ready_for(row: Transition, state: CaseState) -> CaseData:
    case = in_state(state)
    for name in row.guards:
        case = msgspec.structs.replace(case, **PREPARED.get(name, {}))  # type: ignore[arg-type]
    return case


def all_rows() -> list[tuple[Transition, CaseState]]:
    return [(row, state) for row in TABLE.transitions for state in row.from_states]


@pytest.mark.parametrize(
    ("row", "state"), all_rows(), ids=lambda v: getattr(v, "act", None) or v.value
)
def test_every_row_leads_where_it_says(row: Transition, state: CaseState) -> None:
    case = ready_for(row, state)
    roles = frozenset({SYSTEM}) if row.roles == (SYSTEM,) else frozenset({row.roles[0]})
    after = act(case, row.act, roles=roles, passed=row.when is not When.FAILED, **ENTERED)
    expected = {"same": state, "resume": CaseState.DISPATCHED}.get(row.to) or CaseState(row.to)
    assert after.state is expected
    assert (after.act, after.version) == (row.act, case.version + 1)
    if row.starts is not None:
        assert after.step is row.starts
        assert after.step_due_utc is not None
    if row.clock == "stop":
        assert after.step_due_utc is None
        assert after.closed_utc is not None


@pytest.mark.parametrize(
    ("row", "state"), all_rows(), ids=lambda v: getattr(v, "act", None) or v.value
)
def test_nobody_else_may(row: Transition, state: CaseState) -> None:
    case = in_state(state)
    for stranger in {"clerk", "department", "reader", "publisher"} - set(row.roles):
        with pytest.raises(ActRefused) as refused:
            act(case, row.act, roles=frozenset({stranger}), passed=row.when is not When.FAILED,
                **ENTERED)  # fmt: skip
        assert refused.value.message.id == "not_allowed"


@pytest.mark.parametrize("name", [a for a in TABLE.acts if TABLE.find(a, CaseState.CLOSED) is None])
def test_what_is_closed_stays_closed(name: str) -> None:
    with pytest.raises(ActRefused) as refused:
        act(in_state(CaseState.CLOSED), name, note="x")
    assert refused.value.message.id == "not_in_state"


def test_offers_say_for_each_act_whether_and_why_not() -> None:
    found = {
        offer.act: offer
        for offer in offers(TABLE, in_state(CaseState.FILED), frozenset({"dispatcher"}))
    }
    assert found["dispatch"].allowed
    assert found["void"].reason == Message("not_allowed")
    assert found["void"].who_may == ("duty_head", "clerk")
    close = found["close"].reason
    assert close is not None
    assert close.id == "not_in_state"
    assert "evidence" not in found
    unverified = act(in_state(CaseState.HANDLING), "feedback")
    closing = {o.act: o for o in offers(TABLE, unverified, OPERATOR)}["close"]
    assert closing.reason == Message("not_verified")


def test_what_must_be_entered_is_asked_for() -> None:
    with pytest.raises(ActRefused) as refused:
        act(in_state(CaseState.FILED), "void")
    assert refused.value.message == Message("needs", {"field": "note"})
    with pytest.raises(ActRefused) as refused:
        act(fresh(item_code=None), "file")
    assert refused.value.message.id == "has_no_item"
    with pytest.raises(ActRefused) as refused:
        act(in_state(CaseState.CLOSED), "callback", satisfaction=70)
    assert refused.value.message.id == "wrong_value"


def test_messages_of_every_guard_have_words() -> None:
    for guard in GUARDS.values():
        message = guard(
            fresh(item_code=None, unit=None, extended=True, supervised=True), ActInput()
        )
        if message is not None:
            assert message.id in ENGLISH


def test_steps_have_the_limits_of_settings_and_item() -> None:
    case = fresh()
    assert case.step_due_utc == utc_text(NINE + HOUR // 4)
    assert case.whole_due_utc == utc_text(NINE + 3 * HOUR)  # 15 + 15 min, 2 h, 30 min: until noon
    handling = act(act(case, "file", now=NINE + HOUR), "dispatch", now=NINE + HOUR)
    assert handling.step_due_utc == utc_text(NINE + 3 * HOUR)
    assert handling.whole_due_utc == case.whole_due_utc


def test_urgent_cases_run_at_night() -> None:
    midnight = NINE + 15 * HOUR
    case = fresh(priority=1, step_started_utc=utc_text(midnight), opened_utc=utc_text(midnight))
    filed = act(case, "file", now=midnight)
    assert filed.step_clock is ClockKind.AROUND_CLOCK
    assert filed.step_due_utc == utc_text(midnight + HOUR // 4)


def test_suspending_stops_the_clock_and_resuming_goes_on_with_what_was_left() -> None:
    case = act(act(fresh(), "file"), "dispatch")
    paused = act(case, "suspend", now=NINE + HOUR, note="rain")
    assert (paused.step_due_utc, paused.whole_due_utc) == (None, None)
    assert paused.step_left_s == 3600
    week_later = NINE + 7 * 24 * HOUR
    resumed = act(paused, "resume", now=week_later)
    assert resumed.state is CaseState.DISPATCHED
    assert resumed.step_due_utc == utc_text(week_later + HOUR)
    assert resumed.whole_due_utc == utc_text(week_later + 2 * HOUR)


def test_extending_gives_time_once() -> None:
    case = act(act(fresh(), "file"), "dispatch")
    extended = act(case, "extend", minutes=30, note="deep snow")
    assert extended.step_due_utc == utc_text(NINE + 2 * HOUR + HOUR // 2)
    with pytest.raises(ActRefused) as refused:
        act(extended, "extend", minutes=30, note="again")
    assert refused.value.message.id == "already_extended"


def test_a_late_case_that_is_extended_is_amber_or_green_again() -> None:
    case = act(act(fresh(), "file"), "dispatch")
    extended = act(case, "extend", now=NINE + 2 * HOUR + 60, minutes=60, note="x")
    assert extended.step_due_utc == utc_text(NINE + 3 * HOUR)
    assert extended.step_amber_utc is not None
    assert extended.step_amber_utc <= extended.step_due_utc


def test_endings_tell_how_it_ended() -> None:
    assert in_state(CaseState.CLOSED).ending is Ending.NORMAL
    assert in_state(CaseState.VOID).ending is Ending.VOID
    late = act(in_state(CaseState.VERIFYING), "close", now=NINE + 48 * HOUR)
    assert late.ending is Ending.OVERDUE
    handled = act(act(fresh(), "self_handle", note="moved on"), "close")
    assert handled.ending is Ending.SELF_HANDLED


def test_a_failed_check_goes_back_to_the_same_unit_and_counts() -> None:
    case = act(in_state(CaseState.HANDLING), "feedback")
    again = act(case, "verify", passed=False, note="still there")
    assert (again.state, again.rework_count, again.unit) == (CaseState.HANDLING, 1, "police")
    assert again.step is Step.HANDLE
    with pytest.raises(ActRefused):
        act(act(again, "feedback"), "close")


def test_returning_frees_the_inspector_and_keeps_the_whole_limit() -> None:
    case = act(act(fresh(), "file"), "dispatch", inspector_id="p1")
    back = act(case, "return", now=NINE + HOUR, note="not ours")
    assert (back.state, back.inspector_id, back.returned_count) == (CaseState.FILED, None, 1)
    assert back.whole_due_utc == case.whole_due_utc


def test_the_hubs_clock_going_back_an_hour_breaks_no_step() -> None:
    case = act(act(fresh(), "file"), "dispatch")
    earlier = act(case, "feedback", now=NINE - HOUR)
    assert earlier.step_started_utc == case.step_started_utc
    assert earlier.step_due_utc is not None
    assert earlier.step_due_utc > earlier.step_started_utc


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.replace('to = "filed"', 'to = "field"', 1), "no state 'field'"),
        (lambda t: t.replace('"verified"', '"verifed"', 1), "no guard 'verifed'"),
        (lambda t: t.replace('"count_urge"', '"count"', 1), "no effect 'count'"),
        (lambda t: t.replace('"duty_head"]', '"boss"]', 1), "no role 'boss'"),
        (lambda t: t.replace('clock = "pause"', 'clock = "stand"', 1), "no clock 'stand'"),
        (lambda t: t.replace('needs = ["into"]', 'needs = ["onto"]', 1), "no input 'onto'"),
        (lambda t: t + t[t.index("[[transition]]\nact = \"close\""):t.index("[[transition]]\nact = \"void\"")],
         "close from verifying stands twice"),
        (lambda t: t.replace('clock = "pause"', 'clock = "stop"', 1).replace('to = "suspended"', 'to = "same"', 1),
         "nothing leads to suspended"),
        (lambda t: t.replace("[[transition]]", "[[transiton]]", 1), "transitions.toml"),
        (lambda t: t + "[[", "transitions.toml"),
    ],
)  # fmt: skip
def test_a_table_that_contradicts_itself_is_refused(
    change: Callable[[str], str], told: str
) -> None:
    text = change(shipped_text())
    if text.count("transiton"):
        text = text.replace("[[transition]]", "[[transiton]]")
    with pytest.raises(TransitionsInvalid, match=r"transitions\.toml") as caught:
        parse_table(text, guards=GUARDS, effects=EFFECTS, inputs=INPUTS)
    assert told in str(caught.value)
