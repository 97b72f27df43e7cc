"""One camera over two real monitors by one key, and back; a monitor goes and comes meanwhile."""

from __future__ import annotations

import pytest

from tests.console.arrange.conftest import SeatMaker
from tests.monitors import RIGHT, monitors

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


def test_the_map_lies_over_both_monitors_moves_as_one_and_gives_way_to_an_alarm(
    seat_maker: SeatMaker, two_monitors: str
) -> None:
    seat = seat_maker("wall")
    before = seat.until(lambda s: len(s["open"]) == 2)["windows"]
    seat.click(1920 + 100, 100)
    seat.keys("ctrl+shift+g")
    shown = seat.until(lambda s: len(s["map"]) == 2)["map"]
    left, right = (shown[w] for w in BOTH)
    assert left[1] == pytest.approx(right[0], abs=1e-12)  # one map goes on where the other ends
    assert left[2:] == pytest.approx(right[2:], abs=1e-12)
    seat.drag((2500, 500), (2300, 400))
    width = left[1] - left[0]
    moved = seat.until(lambda s: s["map"][BOTH[0]][0] > left[0] + 0.09 * width)["map"]
    moved = seat.until(lambda s: abs(s["map"][BOTH[0]][1] - s["map"][BOTH[1]][0]) < 1e-12)["map"]
    assert moved[BOTH[0]][2] > left[2]
    seat.keys("plus")
    closer = seat.until(lambda s: s["map"][BOTH[0]][3] > left[3])
    seat.until(lambda s: s["map"][BOTH[0]][3] == s["map"][BOTH[1]][3] > left[3])
    assert closer["windows"] == before  # the tiles below are as they were
    camera = before[BOTH[1]]["cameras"][0]
    seat.say(f"alarm {camera}")
    seat.until(lambda s: list(s["map"]) == [w for w in BOTH if camera not in before[w]["cameras"]])
    seat.say(f"alarm {camera} over")
    seat.until(lambda s: len(s["map"]) == 2)
    monitors(two_monitors, "--delmonitor", "RIGHT")
    seat.until(lambda s: list(s["map"]) == [BOTH[0]])
    seat.click(500, 500)
    seat.keys("Escape")
    assert seat.until(lambda s: s["map"] == {})["windows"][BOTH[0]] == before[BOTH[0]]
    monitors(two_monitors, "--setmonitor", *RIGHT)


def test_a_camera_called_into_a_covered_monitor_is_seen(seat_maker: SeatMaker) -> None:
    seat = seat_maker("wall")
    seat.until(lambda s: len(s["open"]) == 2)
    seat.click(1920 + 100, 100)
    seat.keys("ctrl+shift+g")
    seat.until(lambda s: len(s["map"]) == 2)
    seat.keys("3", "7", "Return")
    shown = seat.until(lambda s: len(s["map"]) == 1)
    assert 37 in shown["windows"][BOTH[1]]["cameras"]
    assert list(shown["map"]) == [BOTH[0]]
