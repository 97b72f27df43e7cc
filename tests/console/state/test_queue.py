"""The queue: what is urgent comes first, and nothing moves under the operator's hand."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from console.desk.case import CaseId, CaseState
from console.state.cases import Light, OpenCases, row_of
from console.state.queue import CaseQueue, QueueFilter, Scope
from tests.console.seat_kit import case

NOW = 1_767_225_600_000_000_000
S = 1_000_000_000


def _queue(*cases: object) -> tuple[OpenCases, CaseQueue]:
    store = OpenCases()
    queue = CaseQueue(store)
    queue.tick(NOW)
    store.replace(cases, NOW)  # type: ignore[arg-type]
    return store, queue


def _id(number: int) -> CaseId:
    return CaseId(f"2026-{number:06d}")


def test_a_light_is_green_to_80_percent_amber_to_the_limit_then_red() -> None:
    made = case(1, now_utc_ns=NOW, age_s=0, limit_s=100)
    row = row_of(made, NOW)
    assert row.light(NOW + 79 * S) is Light.GREEN
    assert row.light(NOW + 80 * S) is Light.AMBER
    assert row.light(NOW + 100 * S) is Light.AMBER
    assert row.light(NOW + 101 * S) is Light.RED


def test_the_desks_own_amber_moment_wins_over_the_wall_clock() -> None:
    made = msgspec.structs.replace(
        case(1, now_utc_ns=NOW, age_s=0, limit_s=100), step_amber_utc="2026-01-01T00:00:10Z"
    )
    assert row_of(made, NOW).light(NOW + 11 * S) is Light.AMBER


def test_a_suspended_or_ended_case_has_no_light() -> None:
    for state in (CaseState.SUSPENDED, CaseState.CLOSED, CaseState.VOID):
        row = row_of(case(1, now_utc_ns=NOW, age_s=900, limit_s=10, state=state), NOW)
        assert row.light(NOW) is Light.NONE


def test_priority_one_then_light_then_what_waits_for_us_then_age_orders_the_queue() -> None:
    _store, queue = _queue(
        case(1, now_utc_ns=NOW, age_s=10),
        case(2, now_utc_ns=NOW, age_s=20),
        case(3, now_utc_ns=NOW, age_s=590),
        case(4, now_utc_ns=NOW, age_s=700),
        case(5, now_utc_ns=NOW, age_s=30, state=CaseState.DISPATCHED),
        case(6, now_utc_ns=NOW, age_s=1, priority=1, kind="smoke"),
    )
    assert queue.order == (_id(6), _id(4), _id(3), _id(2), _id(1), _id(5))


def test_a_new_row_above_the_cursor_waits_and_one_below_comes_at_once() -> None:
    store, queue = _queue(case(1, now_utc_ns=NOW, age_s=50), case(2, now_utc_ns=NOW, age_s=40))
    counts: list[int] = []
    queue.waiting_changed.connect(counts.append)
    queue.protect(cursor=_id(1), pointer=None)
    store.apply([case(3, now_utc_ns=NOW, age_s=90), case(4, now_utc_ns=NOW, age_s=1)], NOW)
    assert queue.order == (_id(1), _id(2), _id(4))
    assert counts == [1]
    queue.release()
    assert queue.order == (_id(3), _id(1), _id(2), _id(4))
    assert counts == [1, 0]


def test_a_case_that_ends_under_the_pointer_keeps_its_line_until_the_pointer_leaves() -> None:
    store, queue = _queue(case(1, now_utc_ns=NOW, age_s=50), case(2, now_utc_ns=NOW, age_s=40))
    queue.protect(cursor=None, pointer=_id(2))
    store.apply([case(1, now_utc_ns=NOW, state=CaseState.VOID, version=2)], NOW)
    assert queue.order == (_id(1), _id(2))
    queue.protect(cursor=None, pointer=None)
    assert queue.order == (_id(2),)


def test_a_light_that_turns_moves_rows_only_below_the_protected_one() -> None:
    store, queue = _queue(
        case(1, now_utc_ns=NOW, age_s=50, limit_s=10_000),
        case(2, now_utc_ns=NOW, age_s=40, limit_s=10_000),
        case(3, now_utc_ns=NOW, age_s=30, limit_s=60),
    )
    assert len(store) == 3
    queue.protect(cursor=_id(1), pointer=None)
    queue.tick(NOW + 40 * S)
    assert queue.order == (_id(1), _id(3), _id(2))


def test_an_older_version_changes_nothing() -> None:
    store = _queue(case(1, now_utc_ns=NOW, version=3))[0]
    store.apply([case(1, now_utc_ns=NOW, version=2, state=CaseState.CLOSED)], NOW)
    row = store.get(_id(1))
    assert row is not None
    assert row.case.state is CaseState.PROPOSED


def test_the_headers_numbers_are_filters() -> None:
    _store, queue = _queue(
        case(1, now_utc_ns=NOW, age_s=700),
        case(2, now_utc_ns=NOW, age_s=10),
        case(3, now_utc_ns=NOW, age_s=10, state=CaseState.CLOSED),
        case(4, now_utc_ns=NOW, age_s=90_000, limit_s=900_000),
    )
    today = NOW - 3600 * S
    counts = queue.counts(today)
    assert (counts.open_count, counts.late_count, counts.today_count) == (3, 1, 3)
    queue.set_filter(QueueFilter(scope=Scope.LATE))
    assert queue.order == (_id(1),)
    queue.set_filter(QueueFilter(scope=Scope.TODAY, since_utc_ns=today))
    assert set(queue.order) == {_id(1), _id(2), _id(3)}


_changes = st.lists(
    st.tuples(
        st.integers(1, 8), st.integers(1, 5), st.sampled_from(list(CaseState)), st.integers(1, 3)
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(_changes, st.integers(0, 30))
def test_live_updates_and_a_fresh_snapshot_end_in_the_same_list(
    changes: list[tuple[int, int, CaseState, int]], cut: int
) -> None:
    events = [
        case(number, now_utc_ns=NOW, version=version, state=state, priority=priority)
        for number, version, state, priority in changes
    ]
    live_store, live = _queue()
    for event in events:
        live.protect(cursor=next(iter(live.order), None), pointer=None)
        live_store.apply([event], NOW)
    live.release()
    newest: dict[CaseId, object] = {}
    for event in events:
        known = newest.get(event.case_id)
        if known is None or known.version < event.version:  # type: ignore[attr-defined]
            newest[event.case_id] = event
    _fresh_store, fresh = _queue(*newest.values())
    assert live.order == fresh.order
    # nothing is shown twice and nothing gets lost while rows wait
    assert len(set(live.order)) == len(live.order)
