"""What a seat does before its first window, and what it must not load for that."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from config.site import Camera, CameraId, Site
from console.app.seat_entry import expected_count
from console.state.layouts import LayoutId
from console.state.profiles import Profile
from console.state.seat_memory import SeatMemory
from console.state.tiles import WindowId
from console.state.wall import WallState


@pytest.fixture
def site(tmp_path: Path) -> Site:
    cameras = tuple(Camera(CameraId(f"cam-{i}"), f"cam {i}", f"rtsp://h/{i}") for i in range(40))
    return Site(folder=tmp_path, name="bench", cameras=cameras)


def _loaded(*statements: str) -> set[str]:
    code = "; ".join((*statements, "import sys", "print(*sys.modules, sep='\\n')"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_cameras_are_called_before_anything_of_qt_is_loaded() -> None:
    loaded = _loaded("import console.app.console_run")
    assert "ingest.cameras.lease" in loaded
    assert not {name for name in loaded if name.startswith(("PySide6", "console.views"))}


def test_pinyin_is_loaded_with_the_first_chinese_name_and_without_phrases() -> None:
    begin = "from console.state.search import sought"
    assert "pypinyin" not in _loaded(begin, "sought('gate 12', 'cam-1')")
    loaded = _loaded(begin, "assert sought('重庆路').initials == 'zql'")
    assert "pypinyin" in loaded
    assert "pypinyin.phrases_dict" not in loaded


def test_a_first_start_expects_the_first_layouts_cameras(site: Site) -> None:
    assert expected_count(site, SeatMemory(), Profile.SUBCENTRE) == 6
    assert expected_count(site, SeatMemory(), Profile.BOARD) == 0
    assert expected_count(site, SeatMemory(wall="no wall"), Profile.DESK) == 4


def test_a_remembered_wall_expects_the_cameras_it_shows_and_the_site_knows(site: Site) -> None:
    wall = WallState()
    wall.open_window(WindowId("one"), LayoutId("6x6"))
    wall.fill([camera.id for camera in site.cameras[:35]] + [CameraId("gone")])
    remembered = SeatMemory(wall=base64.b64encode(wall.remember()).decode())
    assert expected_count(site, remembered, Profile.WALL) == 35
    wall.set_layout(WindowId("one"), LayoutId("2x2"))
    remembered = SeatMemory(wall=base64.b64encode(wall.remember()).decode())
    assert expected_count(site, remembered, Profile.WALL) == 4
