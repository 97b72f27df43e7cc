"""A scene saved on one seat by keys, sent to another, shown there with who and why, and gone again."""

from __future__ import annotations

import pytest

from tests.console.arrange.conftest import SeatMaker
from tests.feed_kit import RunningHub

#: Real windows and keys take their time where the machine is shared.
pytestmark = [pytest.mark.gui, pytest.mark.timeout(300)]

RIGHT_WINDOW = "monitor RIGHT"


def test_a_scene_goes_from_seat_to_wall_and_comes_back_by_itself(
    seat_maker: SeatMaker, hub: RunningHub
) -> None:
    wall = seat_maker("wall", "wall-1", hub.addresses.query)
    wall.until(lambda s: len(s["open"]) == 2 and s["seats"] == ["wall-1"])
    before = wall.state()["windows"]
    seat = seat_maker("subcentre", "seat-2", hub.addresses.query)
    seat.until(lambda s: s["seats"] == ["seat-2", "wall-1"])
    seat.click(600, 150)
    seat.keys("F1", "3", "0", "Return")
    seat.until(lambda s: s["windows"]["main"]["cameras"] == [30])
    seat.keys("ctrl+s")
    seat.type("Gate")
    seat.keys("Tab", "Tab", "space", "Return")
    seat.until(lambda s: s["scenes"] == ["Gate"])
    seat.keys("F2")
    seat.until(lambda s: s["windows"]["main"]["tiles"] == 4)
    seat.keys("asterisk", "1", "Return")
    seat.until(lambda s: s["windows"]["main"]["cameras"] == [30])
    seat.keys("ctrl+shift+s")
    seat.type("wall-1/monitor RIGHT")
    seat.keys("Tab")
    seat.until(lambda s: s["typed"] == "")
    seat.type("Watch the gate")
    seat.keys("Tab", "1", "Tab", "1", "Return")
    shown = wall.until(lambda s: s["windows"][RIGHT_WINDOW]["cameras"] == [30])
    assert "Watch the gate" in shown["banners"][RIGHT_WINDOW]
    assert "seat-2" in shown["banners"][RIGHT_WINDOW]
    assert list(shown["banners"]) == [RIGHT_WINDOW]
    seat.close()
    wall.click(1920 + 300, 300)
    wall.keys("ctrl+BackSpace")
    back = wall.until(lambda s: not s["banners"])
    assert back["windows"] == before
