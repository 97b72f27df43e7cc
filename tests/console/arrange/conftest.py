"""Two monitors on the virtual screen, a window manager, a hub with library, and seats as processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.desk.library import Library
from console.desk.scene_pushes import ScenePushes
from ingest.clock import SystemClock
from tests.console.arrange.real_seat import RealSeat, two_monitors_on
from tests.feed_kit import RunningHub

SeatMaker = Callable[..., RealSeat]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    running = RunningHub(tmp_path / "hub", (Library(), ScenePushes()), SystemClock()).start()
    yield running
    running.stop()


@pytest.fixture
def two_monitors(virtual_screen: str) -> Iterator[str]:
    with two_monitors_on(virtual_screen) as display:
        yield display


@pytest.fixture
def seat_maker(two_monitors: str, tmp_path: Path) -> Iterator[SeatMaker]:
    """`seat_maker(profile, seat, query)`."""
    made: list[RealSeat] = []

    def make(profile: str, seat: str = "seat-1", query: str = "-") -> RealSeat:
        made.append(RealSeat(two_monitors, tmp_path / seat, profile, seat, query))
        return made[-1]

    yield make
    for seat in made:
        seat.close()
