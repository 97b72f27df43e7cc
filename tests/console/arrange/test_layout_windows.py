"""Cutting a wall by hand: a real window on two monitors, real keys and clicks."""

from __future__ import annotations

import pytest

from tests.console.arrange.conftest import SeatMaker
from tests.feed_kit import RunningHub

#: Real windows and keys take their time where the machine is shared.
pytestmark = [pytest.mark.gui, pytest.mark.timeout(300)]

RIGHT_WINDOW = "monitor RIGHT"


def test_a_window_is_cut_by_keys_and_the_cut_is_saved_for_all_seats(
    seat_maker: SeatMaker, hub: RunningHub
) -> None:
    seat = seat_maker("wall", query=hub.addresses.query)
    seat.until(lambda s: len(s["open"]) == 2)
    seat.click(1920 + 100, 100)
    seat.keys("F2")
    seat.until(lambda s: s["windows"][RIGHT_WINDOW]["layout"] == "2x2")
    cameras = seat.state()["windows"][RIGHT_WINDOW]["cameras"]
    seat.keys("shift+e", "h")
    seat.until(lambda s: s["editing"] and s["windows"][RIGHT_WINDOW]["tiles"] == 5)
    assert seat.state()["windows"][RIGHT_WINDOW]["cameras"][:4] == cameras
    seat.keys("Right", "shift+Down", "m")
    seat.until(lambda s: s["windows"][RIGHT_WINDOW]["tiles"] == 4)
    seat.keys("ctrl+s")
    seat.type("Gate")
    seat.keys("Tab", "space", "Return")
    seat.until(lambda s: "Gate" in s["layouts"])
    seat.keys("Return")
    seat.until(lambda s: not s["editing"])
    seat.keys("F1")
    seat.until(lambda s: s["windows"][RIGHT_WINDOW]["tiles"] == 1)
    seat.keys("ctrl+k")
    seat.type("Gate")
    seat.keys("Return")
    seat.until(lambda s: s["windows"][RIGHT_WINDOW]["layout"] == "Gate")
    other = seat_maker("subcentre", "seat-2", hub.addresses.query)
    other.until(lambda s: "Gate" in s["layouts"])


def test_a_window_is_cut_by_mouse_and_escape_takes_it_back(seat_maker: SeatMaker) -> None:
    seat = seat_maker("wall")
    seat.until(lambda s: len(s["open"]) == 2)
    seat.click(1920 + 100, 100)
    seat.keys("F2")
    seat.until(lambda s: s["windows"][RIGHT_WINDOW]["layout"] == "2x2")
    seat.keys("shift+e")
    seat.until(lambda s: s["editing"])
    seat.drag((1920 + 960, 270), (1920 + 1280, 270))
    seat.until(lambda s: s["windows"][RIGHT_WINDOW]["layout"] == "free")
    seat.click(1920 + 100, 800)
    seat.click(1920 + 1500, 800, held="ctrl")
    seat.keys("m")
    seat.until(lambda s: s["windows"][RIGHT_WINDOW]["tiles"] == 3)
    seat.keys("Escape")
    state = seat.until(lambda s: not s["editing"])
    assert state["windows"][RIGHT_WINDOW]["layout"] == "2x2"
