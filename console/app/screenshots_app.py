"""Makes the README's pictures from the running demonstration on two virtual monitors.

Starts a virtual screen, the demonstration on it, waits for cases, opens and dispatches one by
keyboard as a user would, and grabs the monitors. Needs Xvfb, xrandr, xdotool and openbox.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from config.load import load_site
from console.app.compact_png import compact_png
from console.app.output import print_text
from ingest.errors import GridwallError, Misconfigured
from ingest.feed.query import QueryClient

_log = logging.getLogger(__name__)

#: Two monitors side by side, as xrandr wants them (PLATFORM: several monitors for real).
SCREEN = "3840x1080x24"
MONITORS = (("L", "1920/508x1080/286+0+0", "screen"), ("R", "1920/508x1080/286+1920+0", "none"))
TOOLS = ("Xvfb", "xrandr", "xdotool", "openbox")
WINDOW_S = 60.0
CASES_S = 240.0
#: Cases that should be in the queue before pictures are worth taking.
CASES_WANTED = 4
#: A dispatch is held five seconds before it goes out.
AFTER_DISPATCH_S = 7.0
POLL_S = 0.5


class PicturesFailed(GridwallError):
    """The demonstration did not come so far that pictures could be taken."""


class Stage:
    """Virtual screen, window manager and demonstration; leaves nothing behind."""

    def __init__(self, state_folder: Path, videos: Path | None = None) -> None:
        self._state_folder = state_folder
        self._demo_arguments = [] if videos is None else ["--videos", str(videos)]
        self._processes: list[subprocess.Popen[bytes]] = []
        self.display = ""

    def __enter__(self) -> Stage:
        read_end, write_end = os.pipe()
        self._spawn(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", SCREEN, "-noreset",
             "+extension", "GLX", "+extension", "RANDR", "-nolisten", "tcp"],
            pass_fds=(write_end,),
        )  # fmt: skip
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            self.display = f":{pipe.readline().strip()}"
        for name, geometry, output in MONITORS:
            self.run("xrandr", "--setmonitor", name, geometry, output)
        self._spawn(["openbox"])
        demo = [sys.executable, "-m", "console.app.cli", "demo", "--screens", "2"]
        self._spawn([*demo, *self._demo_arguments])
        return self

    def __exit__(self, *error: object) -> None:
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)

    def _spawn(self, command: Sequence[str], pass_fds: tuple[int, ...] = ()) -> None:
        self._processes.append(
            subprocess.Popen(
                command, env=self._environment(), pass_fds=pass_fds, stdin=subprocess.DEVNULL
            )
        )

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DISPLAY": self.display,
            "QT_QPA_PLATFORM": "xcb",
            "XDG_STATE_HOME": str(self._state_folder),
            "TMPDIR": str(self._state_folder),
            "GRIDWALL_SEAT": "seat-1",
        }

    def run(self, *command: str) -> str:
        """A short command on the virtual screen; its output."""
        done = subprocess.run(
            command, env=self._environment(), capture_output=True, text=True, timeout=30
        )
        return done.stdout

    def window(self) -> str:
        """Number of the console's main window. Raises PicturesFailed."""
        end_s = time.monotonic() + WINDOW_S
        while time.monotonic() < end_s:
            found = self.run("xdotool", "search", "--onlyvisible", "--name", "— gridwall")
            if found.strip():
                return found.split()[0]
            self._check_alive()
            time.sleep(POLL_S)
        raise PicturesFailed(f"no window of the console within {WINDOW_S:.0f} s")

    def _check_alive(self) -> None:
        for process in self._processes:
            if process.poll() is not None:
                raise PicturesFailed(f"{process.args!s} ended with {process.returncode}")

    def key(self, window: str, *keys: str) -> None:
        self.run("xdotool", "windowactivate", "--sync", window)
        self.run("xdotool", "key", "--delay", "80", *keys)

    def wait_for_cases(self) -> None:
        """Returns when the queue is worth a picture, or the time is over."""
        end_s = time.monotonic() + CASES_S
        site_folder = self._site_folder(end_s)
        with QueryClient(load_site(site_folder).hub.query) as client:
            while time.monotonic() < end_s:
                self._check_alive()
                try:
                    if int(client.ask("count")["open"]) >= CASES_WANTED:
                        return
                except GridwallError as error:
                    _log.info("the hub is not ready yet: %s", error)
                time.sleep(POLL_S)

    def _site_folder(self, end_s: float) -> Path:
        while time.monotonic() < end_s:
            found = next(self._state_folder.rglob("site.toml"), None)
            if found is not None:
                return found.parent
            self._check_alive()
            time.sleep(POLL_S)
        raise PicturesFailed("the demonstration wrote no site folder")


def take_pictures(folder: Path, videos: Path | None = None, settle_s: float = 4.0) -> list[Path]:
    """Takes all pictures into `folder`; returns their paths.

    Raises:
        Misconfigured: a tool is missing.
        PicturesFailed: the demonstration did not come far enough.
    """
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise Misconfigured(f"pictures need {', '.join(missing)}: install them and try again")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as state, Stage(Path(state), videos) as stage:
        window = stage.window()
        print_text("the window is open; waiting for cases")
        stage.key(window, "F11")
        stage.wait_for_cases()
        os.environ.update(DISPLAY=stage.display, QT_QPA_PLATFORM="xcb")
        application = QGuiApplication.instance() or QGuiApplication([])
        assert isinstance(application, QGuiApplication)
        stage.key(window, "Down", "Return")
        time.sleep(settle_s)
        stage.key(window, "shift+Return")
        time.sleep(settle_s / 2)
        stage.key(window, "d")
        time.sleep(AFTER_DISPATCH_S + settle_s)
        made = [
            _grabbed(application, folder / "subcentre.zh_CN.png", 0),
            _grabbed(application, folder / "wall.png", 1920),
        ]
        stage.key(window, "ctrl+l")
        time.sleep(settle_s / 2)
        made.append(_grabbed(application, folder / "subcentre.png", 0))
        stage.key(window, "question")
        time.sleep(settle_s / 2)
        made.append(_grabbed(application, folder / "keys.png", 0))
        stage.key(window, "Escape", "ctrl+l")
    return made


def _grabbed(application: QGuiApplication, path: Path, left_px: int) -> Path:
    picture = application.primaryScreen().grabWindow(0, left_px, 0, 1920, 1080).toImage()
    path.write_bytes(compact_png(picture))
    print_text(f"{path} {path.stat().st_size // 1000} kB")
    return path
