"""Tours, pins and a tile's last cameras by real keys and clicks; a monitor goes while a tour runs."""

from __future__ import annotations

import pytest

from tests.console.arrange.conftest import SeatMaker
from tests.feed_kit import RunningHub
from tests.monitors import RIGHT, monitors

#: Real windows and keys take their time where the machine is shared.
pytestmark = [pytest.mark.gui, pytest.mark.timeout(300)]

RIGHT_WINDOW = "monitor RIGHT"


def test_a_tour_runs_by_keys_pauses_on_touch_and_outlives_its_monitor(
    seat_maker: SeatMaker, two_monitors: str
) -> None:
    seat = seat_maker("wall")
    seat.until(lambda s: len(s["open"]) == 2)
    seat.click(1920 + 100, 100)
    seat.keys("F2", "t")
    seat.until(lambda s: s["marks"].get(RIGHT_WINDOW, {}).get("0", "").startswith("▶"))
    seat.keys("Next", "Next")
    seat.until(lambda s: s["windows"][RIGHT_WINDOW]["cameras"][0] == 3)
    seat.click(1920 + 100, 200)
    seat.until(lambda s: "paused" in s["marks"][RIGHT_WINDOW]["0"])
    seat.keys("t")
    seat.until(lambda s: s["marks"][RIGHT_WINDOW]["0"].startswith("▶"))

    monitors(two_monitors, "--delmonitor", "RIGHT")
    seat.until(lambda s: s["open"] == ["monitor LEFT"])
    here = seat.state()["windows"][RIGHT_WINDOW]["cameras"][0]
    seat.until(lambda s: s["windows"][RIGHT_WINDOW]["cameras"][0] != here)
    monitors(two_monitors, "--setmonitor", *RIGHT)
    seat.until(lambda s: RIGHT_WINDOW in s["open"])
    seat.until(lambda s: s["marks"].get(RIGHT_WINDOW, {}).get("0", "").startswith("▶"))
    seat.click(1920 + 1500, 900)
    seat.keys("ctrl+t")
    assert seat.until(lambda s: "No tour" in s["notice"])
    seat.click(1920 + 100, 100)
    seat.keys("ctrl+t")
    seat.until(lambda s: not s["marks"].get(RIGHT_WINDOW))


def test_a_tour_is_written_kept_and_found_by_name(seat_maker: SeatMaker, hub: RunningHub) -> None:
    seat = seat_maker("wall", query=hub.addresses.query)
    seat.until(lambda s: len(s["open"]) == 2 and s["seats"])
    seat.click(1920 + 100, 100)
    seat.keys("shift+t")
    seat.until(lambda s: s["dialog"])
    seat.keys("Tab")
    seat.until(lambda s: s["typed"] is not None)
    seat.type("Night")
    seat.keys("ctrl+s")
    seat.until(lambda s: s["tours"] == ["Night"])
    seat.keys("ctrl+k")
    seat.type("Night")
    seat.keys("Return")
    seat.until(lambda s: "Night" in s["marks"].get(RIGHT_WINDOW, {}).get("0", ""))


def test_pins_hotspot_arrows_and_the_last_cameras_by_keys(seat_maker: SeatMaker) -> None:
    seat = seat_maker("wall")
    seat.until(lambda s: len(s["open"]) == 2)
    seat.click(1920 + 100, 100)
    seat.keys("F6", "3", "0", "Return")
    seat.until(lambda s: s["windows"][RIGHT_WINDOW]["cameras"][0] == 30)
    seat.keys("b")
    seat.until(lambda s: s["windows"][RIGHT_WINDOW]["cameras"][0] == 1)
    seat.keys("h")
    seat.until(lambda s: s["popup"])
    seat.keys("1")
    seat.until(lambda s: s["windows"][RIGHT_WINDOW]["cameras"][0] == 30)
    seat.keys("shift+h", "Right", "Down")
    seat.until(lambda s: s["selected"] == [RIGHT_WINDOW, 2])
    seat.until(lambda s: s["windows"][RIGHT_WINDOW]["cameras"][0] == 3)
    seat.keys("k")
    seat.until(lambda s: s["windows"][RIGHT_WINDOW]["pinned"] == [2])
    seat.keys("3", "5", "Return")
    state = seat.until(lambda s: 35 in s["windows"][RIGHT_WINDOW]["cameras"])
    assert state["windows"][RIGHT_WINDOW]["cameras"][2] == 3
