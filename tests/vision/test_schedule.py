"""Turns are fair whatever the load, newest first, and what is dropped is counted."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as some

from vision.schedule import FairSchedule


def test_the_longest_waiting_camera_comes_first() -> None:
    schedule = FairSchedule[str](2.0)
    schedule.arrived("b", 1, 0.1)
    schedule.arrived("a", 1, 0.2)
    assert schedule.next_batch(1, 0.3) == ["b"]


def test_a_newer_picture_replaces_the_waiting_one_and_is_counted() -> None:
    schedule = FairSchedule[str](2.0)
    schedule.arrived("a", 1, 0.0)
    schedule.arrived("a", 4, 0.2)
    assert schedule.dropped_count == 3
    assert schedule.longest_wait_s(0.5) == 0.5


def test_a_camera_never_has_more_than_its_rate() -> None:
    schedule = FairSchedule[str](2.0)
    taken = 0
    for tick in range(1000):
        now_s = tick / 100
        schedule.arrived("a", tick + 1, now_s)
        for key in schedule.next_batch(8, now_s):
            schedule.taken(key, now_s)
            taken += 1
    assert 20 <= taken <= 26


def test_a_ring_that_begins_anew_is_taken_again() -> None:
    schedule = FairSchedule[str](2.0)
    schedule.arrived("a", 50, 0.0)
    schedule.taken("a", 0.0)
    schedule.arrived("a", 1, 5.0)
    assert schedule.next_batch(1, 5.0) == ["a"]


def test_an_urgent_camera_goes_forward_but_starves_nobody() -> None:
    schedule = FairSchedule[str](2.0)
    schedule.arrived("calm", 1, 0.0)
    schedule.arrived("urgent", 1, 0.2)
    schedule.urge("urgent", True)
    assert schedule.next_batch(2, 0.3) == ["urgent", "calm"]
    schedule.arrived("late", 1, 1.0)
    schedule.urge("late", True)
    assert schedule.next_batch(3, 1.1)[-1] == "late"


@settings(max_examples=20, deadline=None)
@given(some.integers(2, 40), some.integers(1, 8), some.integers(0, 2**32))
def test_nobody_starves_under_overload(cameras: int, batch: int, seed: int) -> None:
    """Whatever arrives, a camera's turn comes within one round of all of them."""
    schedule = FairSchedule[int](2.0)
    random = Random(seed)
    round_s, last = 0.1, dict.fromkeys(range(cameras), 0.0)
    for tick in range(200):
        now_s = tick * round_s
        for camera in range(cameras):
            schedule.arrived(camera, tick + 1, now_s)
            schedule.urge(camera, random.random() < 0.3)
        for key in schedule.next_batch(batch, now_s):
            schedule.taken(key, now_s)
            last[key] = now_s
        bound_s = 0.5 + 0.5 + round_s * (2 + -(-cameras // batch))
        assert all(now_s - when <= bound_s for when in last.values())
