"""Tones: at once, again and sooner until acknowledged; mute ends by itself and never covers priority 1."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from console.state.attention import APART_S, MUTE_S, RHYTHMS, AttentionState

S = 1_000_000_000


def _tones(state: AttentionState, since_s: float, until_s: float) -> list[tuple[float, int]]:
    """(second, priority) of every tone, looked for four times a second."""
    found = []
    at = round(since_s * 4)
    while at <= until_s * 4:
        priority = state.due(at * S // 4)
        if priority is not None:
            found.append((at / 4, priority))
        at += 1
    return found


def test_a_fire_sounds_at_once_then_sooner_each_time_until_it_is_acknowledged() -> None:
    state = AttentionState()
    state.update({"fire": 1}, 100 * S)
    times = [at_s for at_s, _priority in _tones(state, 100, 140)]
    assert times[0] == 100
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] == RHYTHMS[1].first_s
    assert gaps[-1] == RHYTHMS[1].shortest_s
    state.update({}, 140 * S)
    assert state.is_quiet
    assert _tones(state, 140, 300) == []


def test_something_new_starts_the_rhythm_again_and_an_acknowledged_one_does_not() -> None:
    state = AttentionState()
    state.update({"a": 1}, 0)
    _tones(state, 0, 60)
    state.update({"a": 1, "b": 1}, 60 * S)
    assert _tones(state, 60, 67)[0] == (60, 1)
    state.update({"b": 1}, 67 * S)
    assert _tones(state, 67.25, 67.75) == []


def test_the_more_urgent_tone_goes_first_and_tones_do_not_lie_on_each_other() -> None:
    state = AttentionState()
    state.update({"parking": 3, "fire": 1, "stall": 2}, 0)
    assert _tones(state, 0, 5) == [(0, 1), (APART_S, 2), (2 * APART_S, 3)]


def test_a_mute_leaves_priority_one_and_ends_after_ten_minutes() -> None:
    state = AttentionState()
    state.toggle_mute(0)
    assert state.muted_left_s(0) == MUTE_S
    state.update({"parking": 3, "fire": 1}, 0)
    assert {priority for _at, priority in _tones(state, 0, MUTE_S - 1)} == {1}
    assert not state.is_muted(round(MUTE_S * S))
    assert 3 in {priority for _at, priority in _tones(state, MUTE_S, MUTE_S + 60)}


def test_a_mute_can_be_ended_early() -> None:
    state = AttentionState()
    state.toggle_mute(0)
    state.toggle_mute(5 * S)
    assert not state.is_muted(5 * S)


def test_what_nobody_acknowledges_is_escalated_once() -> None:
    state = AttentionState(escalate_after_s=120.0)
    state.update({"fire": 1, "parking": 3}, 0)
    assert state.escalations(119 * S) == []
    assert state.escalations(120 * S) == ["fire"]
    assert state.escalations(500 * S) == []
    state.update({}, 500 * S)
    state.update({"fire": 1}, 501 * S)  # it came back: its time begins anew
    assert state.escalations(600 * S) == []
    assert state.escalations(621 * S) == ["fire"]
    assert AttentionState().escalations(10**15) == []


@given(
    st.lists(
        st.one_of(
            st.tuples(
                st.just("ask"),
                st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 5), max_size=4),
            ),
            st.tuples(st.just("mute"), st.none()),
            st.tuples(st.just("wait"), st.integers(1, 900)),
        ),
        max_size=20,
    )
)
@settings(max_examples=100, deadline=None)
def test_priority_one_is_never_silent_longer_than_its_first_wait(
    steps: list[tuple[str, object]],
) -> None:
    state, now_s = AttentionState(), 0.0
    asking: dict[str, int] = {}
    last_s: float | None = None
    for name, value in steps:
        if name == "ask":
            assert isinstance(value, dict)
            asking = value
            state.update(asking, round(now_s * S))
            last_s = now_s
        elif name == "mute":
            state.toggle_mute(round(now_s * S))
        else:
            assert isinstance(value, int)
            until_s = now_s + value
            urgent = any(priority <= 1 for priority in asking.values())
            for at_s, priority in _tones(state, now_s, until_s):
                if priority == 1 and last_s is not None:
                    assert at_s - last_s <= RHYTHMS[1].first_s + 0.5
                    last_s = at_s
            if urgent:
                assert last_s is not None
                assert until_s - last_s <= RHYTHMS[1].first_s + 0.5
            now_s = until_s + 0.25
