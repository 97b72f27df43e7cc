"""A hub with library, and seats as processes on two monitors with a window manager."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.desk.library import Library
from console.desk.scene_pushes import ScenePushes
from ingest.clock import SystemClock
from tests.console.arrange.real_seat import RealSeat
from tests.feed_kit import RunningHub
from tests.monitors import window_manager_on

SeatMaker = Callable[..., RealSeat]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    running = RunningHub(tmp_path / "hub", (Library(), ScenePushes()), SystemClock()).start()
    yield running
    running.stop()


@pytest.fixture
def seat_maker(two_monitors: str, tmp_path: Path) -> Iterator[SeatMaker]:
    """`seat_maker(profile, seat, query)`."""
    made: list[RealSeat] = []

    def make(profile: str, seat: str = "seat-1", query: str = "-") -> RealSeat:
        made.append(RealSeat(two_monitors, tmp_path / seat, profile, seat, query))
        return made[-1]

    with window_manager_on(two_monitors):
        yield make
        for seat in made:
            seat.close()
