"""Two monitors on the virtual screen, a window manager, a hub with library, and seats as processes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.desk.library import Library
from console.desk.scene_pushes import ScenePushes
from ingest.clock import SystemClock
from tests.console.arrange.real_seat import LEFT, RIGHT, RealSeat, monitors
from tests.feed_kit import RunningHub

SeatMaker = Callable[..., RealSeat]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    running = RunningHub(tmp_path / "hub", (Library(), ScenePushes()), SystemClock()).start()
    yield running
    running.stop()


@pytest.fixture
def two_monitors(virtual_screen: str) -> Iterator[str]:
    for tool in ("xrandr", "xdotool", "openbox"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool} for real keys on two monitors")
    monitors(virtual_screen, "--setmonitor", *LEFT)
    monitors(virtual_screen, "--setmonitor", *RIGHT)
    manager = subprocess.Popen(
        ["openbox", "--sm-disable"],
        env={"DISPLAY": virtual_screen, "HOME": "/nonexistent", "PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    yield virtual_screen
    manager.terminate()
    manager.wait(timeout=10)
    for name in ("RIGHT", "LEFT"):
        subprocess.run(["xrandr", "-display", virtual_screen, "--delmonitor", name], check=False)


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
