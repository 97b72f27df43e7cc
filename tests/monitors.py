"""Two monitors on a virtual screen, and a window manager that gives the focus."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

LEFT = ("LEFT", "1920/508x1080/286+0+0", "screen")
RIGHT = ("RIGHT", "1920/508x1080/286+1920+0", "none")


def monitors(display: str, *arguments: str) -> None:
    """What `xrandr` is told."""
    subprocess.run(["xrandr", "-display", display, *arguments], check=True, timeout=10)


@contextmanager
def two_monitors_on(display: str) -> Iterator[str]:
    """Two monitors side by side, as long as the block lasts. Skips without xrandr."""
    if shutil.which("xrandr") is None:
        pytest.skip("needs xrandr (x11-xserver-utils)")
    try:
        monitors(display, "--setmonitor", *LEFT)
        monitors(display, "--setmonitor", *RIGHT)
        yield display
    finally:
        for name, *_ in (RIGHT, LEFT):
            subprocess.run(["xrandr", "-display", display, "--delmonitor", name], check=False)


@contextmanager
def window_manager_on(display: str) -> Iterator[None]:
    """Windows get the focus a person gives them. Skips without what real keys need."""
    for tool in ("xdotool", "openbox"):
        if shutil.which(tool) is None:
            pytest.skip(f"needs {tool} for real keys on two monitors")
    manager = subprocess.Popen(
        ["openbox", "--sm-disable"],
        env={"DISPLAY": display, "HOME": "/nonexistent", "PATH": "/usr/bin:/bin"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        manager.terminate()
        manager.wait(timeout=10)
