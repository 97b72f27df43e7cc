"""LeaseBook: one owner a camera, whatever happens in which order."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.site import CameraId
from ingest.ptz.lease import Held, LeaseBook

C1 = CameraId("C1")
S = 1_000_000_000


def test_the_second_seat_is_told_who_has_it_and_for_how_long() -> None:
    book = LeaseBook(idle_s=15)
    book.take(C1, "seat 1", 5, now_ns=0)
    with pytest.raises(Held) as held:
        book.take(C1, "seat 2", 5, now_ns=5 * S)
    assert (held.value.lease.seat, held.value.free_in_s) == ("seat 1", 10.0)


def test_a_higher_priority_takes_over_and_names_the_former_owner() -> None:
    book = LeaseBook(idle_s=15)
    book.take(C1, "seat 1", 5, now_ns=0)
    taking = book.take(C1, "chief", 8, now_ns=S)
    assert taking.former is not None
    assert taking.former.seat == "seat 1"
    with pytest.raises(Held):
        book.take(C1, "seat 1", 5, now_ns=2 * S)


def test_use_renews_and_idleness_frees() -> None:
    book = LeaseBook(idle_s=15)
    book.take(C1, "seat 1", 5, now_ns=0)
    assert not book.take(C1, "seat 1", 5, now_ns=10 * S).is_new
    assert book.expired(now_ns=20 * S) == []
    assert [lease.seat for lease in book.expired(now_ns=25 * S)] == ["seat 1"]
    assert book.take(C1, "seat 2", 1, now_ns=25 * S).former is None


def test_only_the_owner_gives_back() -> None:
    book = LeaseBook(idle_s=15)
    book.take(C1, "seat 1", 5, now_ns=0)
    assert book.release(C1, "seat 2") is None
    assert book.release(C1, "seat 1") is not None
    assert book.holder(C1) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["take", "release", "expire"]),
            st.sampled_from(["a", "b", "c"]),
            st.integers(0, 9),
            st.integers(0, 20),
        )
    )
)
def test_a_live_lease_is_only_lost_to_its_owner_to_time_or_to_a_higher_priority(
    steps: list[tuple[str, str, int, int]],
) -> None:
    book = LeaseBook(idle_s=10)
    now_ns = 0
    for kind, seat, priority, wait_s in steps:
        now_ns += wait_s * S
        before = book.holder(C1)
        if kind == "release":
            book.release(C1, seat)
        elif kind == "expire":
            book.expired(now_ns)
        else:
            with contextlib.suppress(Held):
                book.take(C1, seat, priority, now_ns)
        after = book.holder(C1)
        if before is None or (after is not None and after.seat == before.seat):
            continue
        was_over = before.until_ns <= now_ns
        outranked = kind == "take" and priority > before.priority
        given_back = kind == "release" and seat == before.seat
        assert was_over or outranked or given_back
