"""One camera over two real monitors by one key, and back; a monitor goes and comes meanwhile."""

from __future__ import annotations

import pytest

from tests.console.arrange.conftest import SeatMaker
from tests.console.arrange.real_seat import RIGHT, monitors

#: Real windows and keys take their time where the machine is shared.
pytestmark = [pytest.mark.gui, pytest.mark.timeout(300)]

BOTH = ("monitor LEFT", "monitor RIGHT")


def test_a_camera_spans_two_monitors_and_a_monitor_may_go_meanwhile(
    seat_maker: SeatMaker, two_monitors: str
) -> None:
    seat = seat_maker("wall")
    before = seat.until(lambda s: len(s["open"]) == 2)["windows"]
    seat.click(1920 + 100, 100)
    seat.keys("shift+f")
    shown = seat.until(lambda s: s["windows"][BOTH[0]]["layout"] == "span")["windows"]
    assert [shown[w]["cameras"] for w in BOTH] == [[1], [1]]
    left, right = (shown[w]["regions"][0] for w in BOTH)
    assert left == [0.0, 0.0, 0.5, 1.0]
    assert right == [0.5, 0.0, 1.0, 1.0]
    monitors(two_monitors, "--delmonitor", "RIGHT")
    seat.until(lambda s: s["windows"][BOTH[0]]["regions"][0] == [0.0, 0.0, 1.0, 1.0])
    monitors(two_monitors, "--setmonitor", *RIGHT)
    seat.until(lambda s: len(s["open"]) == 2 and s["windows"][BOTH[0]]["regions"][0] == left)
    seat.click(1920 + 100, 400)
    seat.keys("Escape")
    assert seat.until(lambda s: s["windows"] == before)
