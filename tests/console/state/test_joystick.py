"""A joystick's axes and buttons as what they ask of a camera; and that it never turns one by itself."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.state.joystick import (
    SPEEDS,
    STICK_DEAD_ZONE,
    StickDo,
    StickHand,
    StickPress,
    StickReading,
    curved,
    presses,
)
from console.state.ptz_hand import STICK_S, PtzHand


@given(st.floats(-1.5, 1.5))
def test_the_curve_is_odd_bounded_and_nothing_in_the_middle(value: float) -> None:
    assert curved(-value) == -curved(value)
    assert abs(curved(value)) <= 1.0
    assert (curved(value) == 0.0) == (abs(value) <= STICK_DEAD_ZONE)


def test_the_curve_is_fine_in_the_middle_and_whole_at_the_edge() -> None:
    steps = [curved(n / 50) for n in range(51)]
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
    assert curved(0.5) < 0.25
    assert curved(math.nan) == 0.0


def test_speed_is_chosen_on_the_device_and_has_ends() -> None:
    hand = StickHand()
    full = StickReading("s", 1.0, -1.0, 0.0)
    assert hand.push(full) == (1.0, -1.0, 0.0)
    for _ in range(5):
        hand.change_speed(StickDo.SLOWER)
    assert hand.push(full) == (SPEEDS[0], -SPEEDS[0], 0.0)
    for _ in range(5):
        hand.change_speed(StickDo.FASTER)
    assert hand.speed == SPEEDS[-1]
    assert hand.push(None) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("button", "is_gamepad", "expected"),
    [
        (0, False, StickPress(StickDo.PRESET, 0)),
        (8, False, StickPress(StickDo.PRESET, 8)),
        (9, False, StickPress(StickDo.HOME)),
        (3, True, StickPress(StickDo.PRESET, 3)),
        (4, True, StickPress(StickDo.HOME)),
        (5, True, StickPress(StickDo.SLOWER)),
        (6, True, StickPress(StickDo.FASTER)),
    ],
)
def test_a_button_acts_once_when_it_goes_down(
    button: int, is_gamepad: bool, expected: StickPress
) -> None:
    down = tuple(at == button for at in range(14))
    reading = StickReading("s", 0, 0, 0, down, is_gamepad)
    assert presses((), reading) == (expected,)
    assert presses(down, reading) == ()


def test_a_stick_that_hangs_turns_nothing_until_it_rested() -> None:
    hand = PtzHand()
    assert not hand.push((1.0, 0.0, 0.0), 0.0)
    assert hand.velocity(0.0).is_still
    hand.push((0.0, 0.0, 0.0), 0.1)
    assert hand.push((1.0, 0.0, 0.0), 0.2)
    assert hand.velocity(0.3).pan == 1.0
    hand.let_go()
    assert not hand.push((1.0, 0.0, 0.0), 0.4)
    assert hand.velocity(0.4).is_still


def test_a_silent_stick_is_let_go() -> None:
    hand = PtzHand()
    hand.push((0.0, 0.0, 0.0), 0.0)
    hand.push((0.5, 0.0, 0.2), 1.0)
    assert not hand.velocity(1.0 + STICK_S - 0.01).is_still
    assert hand.velocity(1.0 + STICK_S).is_still


def test_start_and_stop_are_said_at_once_what_is_between_waits_for_the_beat() -> None:
    hand = PtzHand()
    said = [hand.push((pan, 0.0, 0.0), at / 10) for at, pan in enumerate([0, 0.2, 0.3, 0.3, 0, 0])]
    assert said == [False, True, False, False, True, False]
