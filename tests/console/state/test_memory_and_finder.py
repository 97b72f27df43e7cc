"""What a seat remembers, and what the palette finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.desk.case import CaseId
from console.state.finder import Finder, FoundKind, NamedCommand
from console.state.layouts import LayoutId
from console.state.seat_memory import SeatMemory, memory_path, read_memory, write_memory
from console.state.session import ConsoleSession
from console.state.wall import MAIN_WINDOW, WallState
from ingest.clock import ManualClock
from tests.console.seat_kit import fake_site


def test_a_memory_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = memory_path(tmp_path, "/sites/a", "desk")
    memory = SeatMemory(
        language="zh_CN", splitters={"main": (1, 2)}, open_case=CaseId("c"), map_zoom=16.5
    )
    write_memory(path, memory)
    assert read_memory(path) == memory
    assert memory_path(tmp_path, "/sites/b", "desk") != path
    assert memory_path(tmp_path, "/sites/a", "wall") != path
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_first_start_remembers_nothing(tmp_path: Path) -> None:
    assert read_memory(tmp_path / "none.json") == SeatMemory()


@pytest.mark.logs_warnings("a layout that cannot be read is said")
@pytest.mark.parametrize("content", [b"", b"{", b'{"splitters": 5}', b"\xff\xfe"])
def test_a_broken_memory_starts_afresh(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "seat.json"
    path.write_bytes(content)
    assert read_memory(path) == SeatMemory()


def test_a_memory_of_another_version_starts_afresh(tmp_path: Path) -> None:
    path = tmp_path / "seat.json"
    write_memory(path, SeatMemory(version=99, language="en"))
    assert read_memory(path) == SeatMemory()


def test_the_palette_finds_every_kind_of_thing_by_name_number_and_initials(tmp_path: Path) -> None:
    wall = WallState()
    wall.open_window(MAIN_WINDOW, LayoutId("2x2"))
    finder = Finder(ConsoleSession(fake_site(tmp_path), wall, ManualClock()))
    commands = [NamedCommand("night", "夜间亮度", "N")]
    titles = [("2026-000007", "违停 · 延吉路口", "待立案")]

    def first(text: str) -> tuple[FoundKind, str]:
        found = finder.find(text, commands, titles)[0]
        return found.kind, found.id

    assert first("3") == (FoundKind.CAMERA, "cam-0003")
    assert first("wjg") == (FoundKind.INSPECTOR, "insp-1")
    assert first("登州路街道") == (FoundKind.PLACE, "37020300100000")
    assert first("yjld") == (FoundKind.COMMAND, "night")
    assert first("000007") == (FoundKind.CASE, "2026-000007")
    assert finder.find("", commands) == finder.find(" ", commands)
    assert finder.find("qqqq", commands) == []
