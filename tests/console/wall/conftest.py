"""Two monitors on the virtual screen."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.whole_paints import whole_paints

__all__ = ["whole_paints"]


def monitors(display: str, *arguments: str) -> None:
    subprocess.run(["xrandr", "-display", display, *arguments], check=True, timeout=10)


@pytest.fixture
def two_monitors(virtual_screen: str) -> Iterator[str]:
    monitors(virtual_screen, "--setmonitor", "LEFT", "1920/508x1080/286+0+0", "screen")
    monitors(virtual_screen, "--setmonitor", "RIGHT", "1920/508x1080/286+1920+0", "none")
    yield virtual_screen
    subprocess.run(["xrandr", "-display", virtual_screen, "--delmonitor", "RIGHT"], check=False)
    subprocess.run(["xrandr", "-display", virtual_screen, "--delmonitor", "LEFT"], check=False)
