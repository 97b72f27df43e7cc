"""For system tests: `gridwall console` as its own process on the virtual screen, driven by real keys."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

#: A busy machine with two cores; the figure of merit itself is asserted where it is a promise.
WAIT_S = 30.0


def wait(condition: Callable[[], Any], what: str, deadline_s: float = WAIT_S) -> Any:
    waiter = threading.Event()
    end_s = time.monotonic() + deadline_s
    while time.monotonic() < end_s:
        found = condition()
        if found:
            return found
        waiter.wait(0.05)
    pytest.fail(f"{what} did not happen within {deadline_s:.0f} s")


class ConsoleProcess:
    """`gridwall console` on the virtual screen."""

    def __init__(self, display: str, folder: Path, *arguments: str) -> None:
        self._display, self._folder, self._arguments = display, folder, arguments
        self._log = folder / "console.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._family: dict[int, psutil.Process] = {}

    def start(self) -> None:
        environment = {
            **os.environ,
            "DISPLAY": self._display,
            "QT_QPA_PLATFORM": "xcb",
            "XDG_STATE_HOME": str(self._folder / "user"),
        }
        self._log.write_bytes(b"")
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "console.app.cli", "console", *self._arguments],
                env=environment, stdout=log, stderr=log,
            )  # fmt: skip
        wait(lambda: "feed: live" in self.log(), "a live feed in the console")

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def key(self, *keys: str) -> None:
        window = wait(self._window, "the console's window")
        run = {"check": True, "env": {**os.environ, "DISPLAY": self._display}, "timeout": 20}
        subprocess.run(["xdotool", "windowfocus", "--sync", window], **run)
        subprocess.run(["xdotool", "key", "--delay", "40", *keys], **run)

    def _window(self) -> str | None:
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", "gridwall"],
            env={**os.environ, "DISPLAY": self._display}, capture_output=True, text=True, timeout=20,
        )  # fmt: skip
        return next(iter(found.stdout.split()), None)

    def picture(self, file: Path) -> bytes:
        """What the screen shows now, as a PNG; a screen of one colour fails."""
        width, height = 1920, 1080
        run = subprocess.run(
            ["ffmpeg", "-v", "error", "-f", "x11grab", "-video_size", f"{width}x{height}",
             "-i", self._display, "-frames:v", "1", "-y", str(file)],
            check=False, capture_output=True, timeout=30,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr
        content = file.read_bytes()
        assert len(content) > 20_000, "the screen is empty"
        return content

    def memory(self) -> dict[str, Any]:
        files = list((self._folder / "user" / "gridwall").glob("console-*.json"))
        return dict(json.loads(files[0].read_bytes())) if files else {}

    def modules(self) -> str:
        assert self.process is not None
        return Path(f"/proc/{self.process.pid}/maps").read_text()

    def _meet_family(self) -> None:
        """Remembers broker and camera groups: they leave by themselves, a moment later."""
        assert self.process is not None
        for child in psutil.Process(self.process.pid).children(recursive=True):
            self._family[child.pid] = child

    def kill(self) -> None:
        assert self.process is not None
        self._meet_family()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)
        self.process = None

    def leave(self) -> int:
        assert self.process is not None
        self._meet_family()
        self.process.terminate()
        code = self.process.wait(20)
        self.process = None
        return code

    def clean(self) -> None:
        """Ends the seat; fails when its broker or cameras stay behind."""
        if self.process is not None:
            self.kill()
        _gone, alive = psutil.wait_procs(list(self._family.values()), timeout=WAIT_S)
        assert not alive, f"the seat left processes behind: {alive}"
