"""A console that hangs must not look alive: the real process is stopped, the real screen is looked at."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from PySide6.QtGui import QColor, QImage

from console.views import theme
from tests.hub_process import write_site

pytestmark = [pytest.mark.system, pytest.mark.gui]
WAIT_S = 40.0


def _wait(condition: Callable[[], bool], what: str) -> None:
    waiter, end_s = threading.Event(), time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > end_s:
            pytest.fail(f"{what} did not happen within {WAIT_S:.0f} s")
        waiter.wait(0.1)


class Screen:
    def __init__(self, display: str, folder: Path) -> None:
        self._environment = {**os.environ, "DISPLAY": display}
        self._shot = folder / "screen.png"

    def has_cover(self) -> bool:
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", "picture frozen"],
            env=self._environment, capture_output=True, text=True, timeout=20,
        )  # fmt: skip
        return bool(found.stdout.split())

    def colour(self, x: int, y: int) -> str:
        command = ["import", "-window", "root", str(self._shot)]
        subprocess.run(command, env=self._environment, check=True, timeout=20)
        return QColor(QImage(str(self._shot)).pixelColor(x, y)).name()


@pytest.fixture
def console(virtual_screen: str, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`gridwall console` as a wall; no hub is needed to hang."""
    for tool in ("xdotool", "import"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool} to look at the screen")
    site = write_site(tmp_path / "site")
    log = tmp_path / "console.log"
    environment = {
        **os.environ, "DISPLAY": virtual_screen, "QT_QPA_PLATFORM": "xcb",
        "XDG_STATE_HOME": str(tmp_path / "user"),
    }  # fmt: skip
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "console.app.cli", "console", "--site", str(site),
             "--profile", "wall", "--language", "en"],
            env=environment, stdout=output, stderr=output,
        )  # fmt: skip
    _wait(lambda: "windows are open" in log.read_text(), "the console's window")
    yield process
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGCONT)
    process.terminate()
    process.wait(20)
    _gone, alive = psutil.wait_procs(family, timeout=WAIT_S)
    assert not alive, f"the console left processes behind: {alive}"


def _watchdogs(console: subprocess.Popen[bytes]) -> list[psutil.Process]:
    alive = [
        child
        for child in psutil.Process(console.pid).children()
        if child.status() != psutil.STATUS_ZOMBIE
    ]
    return [child for child in alive if "console.app.watchdog" in child.cmdline()]


def test_a_stopped_console_is_covered_and_a_living_one_is_not(
    console: subprocess.Popen[bytes], virtual_screen: str, tmp_path: Path
) -> None:
    screen = Screen(virtual_screen, tmp_path)
    _wait(lambda: bool(_watchdogs(console)), "the watchdog")
    _wait(lambda: psutil.Process(_watchdogs(console)[0].pid).cpu_times().user > 0.3, "its start")
    assert not screen.has_cover()
    console.send_signal(signal.SIGSTOP)
    _wait(screen.has_cover, "the cover")
    _wait(lambda: screen.colour(2, 500) == theme.DARK.red.lower(), "the red frame")
    assert screen.colour(300, 300) == theme.DARK.background.lower()
    console.send_signal(signal.SIGCONT)
    _wait(lambda: not screen.has_cover(), "the end of the cover")
    assert screen.colour(2, 500) != theme.DARK.red.lower()


def test_a_killed_watchdog_comes_back(
    console: subprocess.Popen[bytes],
) -> None:
    _wait(lambda: bool(_watchdogs(console)), "the watchdog")
    first = _watchdogs(console)[0]
    first.kill()
    _wait(lambda: any(one.pid != first.pid for one in _watchdogs(console)), "another watchdog")
