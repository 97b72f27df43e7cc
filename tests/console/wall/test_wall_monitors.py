"""Monitors come and go: real X monitors, a real window process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.monitors import RIGHT, monitors

pytestmark = pytest.mark.gui

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
DEADLINE_S = 20.0


class WallProcess:
    """A wall in a process of its own."""

    def __init__(self, display: str) -> None:
        environment = {
            **os.environ,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(HERE))),
        }
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "hotplug_wall.py")],
            env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.first = self._line()

    def ask(self, words: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        return self._line()

    def until(self, met: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        deadline = time.monotonic() + DEADLINE_S
        state = self.ask("state")
        while not met(state):
            assert time.monotonic() < deadline, state
            state = self.ask("state")
        return state

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the wall process ended"
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("quit\n")
        self.process.stdin.flush()
        assert self.process.wait(timeout=10) == 0
        self.process.stdin.close()
        self.process.stdout.close()


def test_an_unplugged_monitor_comes_back_with_what_it_showed(two_monitors: str) -> None:
    wall = WallProcess(two_monitors)
    assert wall.first["screens"] == 2
    (window_id, geometry), *none = wall.until(lambda state: len(state["open"]) == 1)["open"].items()
    assert none == []
    assert geometry == [1920, 0, 1920, 1080]
    assert wall.ask("call 7")["cameras"][window_id][0] == "cam-7"

    monitors(two_monitors, "--delmonitor", "RIGHT")
    state = wall.until(lambda state: state["open"] == {})
    assert state["cameras"][window_id][0] == "cam-7"

    monitors(two_monitors, "--setmonitor", *RIGHT)
    state = wall.until(lambda state: list(state["open"]) == [window_id])
    assert state["open"][window_id] == [1920, 0, 1920, 1080]
    assert state["cameras"][window_id][0] == "cam-7"
    wall.close()
