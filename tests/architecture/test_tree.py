"""The tree keeps its promises: small files, one importer per engine, a lean base install."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "ingest", "vision", "console")
LINES_AT_MOST = 400

#: engine → the only files (or folders) that may import it.
IMPORTERS = {
    "av": (
        "ingest/phones/",
        "ingest/cameras/source.py",
        "ingest/cameras/direct_scaler.py",
        "ingest/cameras/pictures.py",
        "console/bridge/watermarking.py",
    ),
    "sdl2": ("console/bridge/sdl_sticks.py",),
    "aiortc": ("ingest/phones/",),
    "zmq": ("ingest/feed/sockets.py", "console/bench/"),
    "ultralytics": ("vision/ultralytics_detector.py", "vision/learn/"),
    "openvino": ("vision/openvino_detector.py", "vision/learn/", "console/bench/"),
    "torch": ("vision/ultralytics_detector.py", "vision/learn/"),
    "cv2": ("vision/", "console/demo/", "console/bench/"),
    "PySide6": ("console/bridge/", "console/views/", "console/app/", "console/bench/"),
    "moderngl": ("console/demo/",),
    "sklearn": ("console/desk/suggester/",),
}


def _modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


@cache  # every engine asks about every file
def _imports(path: Path) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return frozenset(found)


@pytest.mark.parametrize("engine", IMPORTERS)
def test_engine_is_imported_in_its_place_only(engine: str) -> None:
    strangers = [
        path.relative_to(ROOT).as_posix()
        for path in _modules()
        if engine in _imports(path)
        and not path.relative_to(ROOT).as_posix().startswith(IMPORTERS[engine])
    ]
    assert strangers == []


def test_no_module_outgrows_its_reader() -> None:
    too_long = {
        path.relative_to(ROOT).as_posix(): count
        for path in _modules()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LINES_AT_MOST
    }
    assert too_long == {}


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in _modules()
        if path.read_text(encoding="utf-8").strip()
        and ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]
    assert silent == []


def test_base_install_does_not_pull_torch() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    base = " ".join(project["dependencies"]).lower()
    assert "torch" not in base
    assert "ultralytics" not in base
    assert "ultralytics" in " ".join(project["optional-dependencies"]["train"])


def test_top_level_holds_only_what_the_mission_names() -> None:
    allowed = {
        "config", "console", "ingest", "resources", "tests", "vision", "pyproject.toml",
        "README.md", "README.zh-CN.md", "LICENSE", "CHANGELOG.md", "Makefile",
    }  # fmt: skip
    visible = {
        path.name
        for path in ROOT.iterdir()
        if not path.name.startswith(".") and not path.name.endswith(".egg-info")
    }
    assert visible - allowed - {"build", "runs"} == set()


def test_a_seat_starts_without_the_database_library() -> None:
    """A fifth of a second of every start, and nothing a window may speak to."""
    code = "import sys; sys.modules['sqlalchemy'] = None; import console.app.console_app"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=60)
