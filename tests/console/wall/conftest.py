"""Painting is awaited whole; a frame pump over rings the test makes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.console.wall.ring_stage import Stage
from tests.whole_paints import whole_paints

__all__ = ["whole_paints"]


@pytest.fixture
def stage(qtbot: QtBot, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(qtbot, tmp_path)
    yield made
    made.pump.close()
    made.lease.close()
