"""For the arrangement's window tests: seats as processes on a virtual screen with two monitors.

Keys and clicks come from xdotool, as from a person; a window manager gives the focus.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
#: A busy machine with two cores.
DEADLINE_S = 30.0


class RealSeat:
    """One seat's process; `person` acts on what is on the screen."""

    def __init__(
        self,
        display: str,
        folder: Path,
        profile: str,
        seat: str,
        query: str,
        child: Path = HERE / "wall_seat.py",
    ) -> None:
        """`child`: the script of the process, told folder, profile, seat and `query`."""
        self._display = display
        folder.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "PYTHONPATH": str(ROOT),
        }
        self.process = subprocess.Popen(
            [sys.executable, str(child), str(folder), profile, seat, query],
            env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.first = self._line()

    def state(self) -> dict[str, Any]:
        return self.say("state")

    def say(self, words: str) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        return self._line()

    def until(self, met: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Waits until the seat's state is as `met` says; fails with the last one."""
        deadline = time.monotonic() + DEADLINE_S
        state = self.state()
        while not met(state):
            assert time.monotonic() < deadline, state
            state = self.state()
        return state

    def keys(self, *keys: str) -> None:
        self._do("key", "--clearmodifiers", "--delay", "30", *keys)

    def type(self, text: str) -> None:
        """Types into the text field that has, or soon gets, the focus; what stood there goes."""
        self.until(lambda state: state["typed"] is not None)
        self.keys("ctrl+a")
        # what is on no key borrows one: the next such character only when this one has arrived
        parts = [text] if text.isascii() else list(text)
        typed = ""
        for part in parts:
            typed += part
            self._do("type", "--delay", "30", part)
            self.until(lambda state, so_far=typed: state["typed"] == so_far)

    def click(self, x_px: int, y_px: int, button: int = 1, *, held: str = "") -> None:
        """A click at a point of the whole screen, with a key held."""
        self._do("mousemove", str(x_px), str(y_px))
        if held:
            self._do("keydown", held, "click", str(button), "keyup", held)
        else:
            self._do("click", str(button))

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        steps = [
            (start[0] + (end[0] - start[0]) * n // 6, start[1] + (end[1] - start[1]) * n // 6)
            for n in range(7)
        ]
        self._do("mousemove", *map(str, steps[0]))
        self._do("mousedown", "1")
        for step in steps[1:]:
            self._do("mousemove", *map(str, step))
        self._do("mouseup", "1")

    def picture(self, file: Path) -> None:
        """The whole screen as a PNG, for people who look."""
        subprocess.run(
            ["import", "-display", self._display, "-window", "root", str(file)],
            check=True,
            timeout=20,
        )

    def close(self) -> None:
        if self.process.poll() is None:
            assert self.process.stdin is not None
            self.process.stdin.write("quit\n")
            self.process.stdin.flush()
        try:
            assert self.process.wait(timeout=15) == 0
        finally:
            self.process.kill()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    pipe.close()

    def _do(self, *words: str) -> None:
        subprocess.run(
            ["xdotool", *words],
            check=True,
            timeout=20,
            env={**os.environ, "DISPLAY": self._display},
        )

    def _line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the seat's process ended"
        found: dict[str, Any] = json.loads(line)
        return found
