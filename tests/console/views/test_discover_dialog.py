"""The wizard: what was found, what can be picked, what is written; the hub's part is a small stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.bridge.discovery_line import DiscoveryLine
from console.bridge.gui_thread import Errands
from console.views.discover_dialog import ID, NAME, PICK, SAYS, DiscoverDialog
from ingest.feed.query import QueryRefused
from ingest.ptz.discovery import FoundCamera, FoundStream

MAIN, SUB = FoundStream("m", "rtsp://10.0.0.5/1", 1920, 1080), FoundStream("s", "rtsp://10.0.0.5/2", 640, 360)  # fmt: skip
NEW = FoundCamera("10.0.0.5", "http://10.0.0.5/onvif/device_service", "Gate", "DS-2DE", (MAIN, SUB), True)  # fmt: skip
KNOWN = FoundCamera("10.0.0.6", "http://10.0.0.6/x", "Square", "", (MAIN,))
LOCKED = FoundCamera("10.0.0.7", "http://10.0.0.7/x", error="no (ONVIF)", wants_password=True)  # fmt: skip


class Hub:
    """Answers like the hub's discovery and register."""

    def __init__(self) -> None:
        self.written: list[dict[str, Any]] = []
        self.refusal: QueryRefused | None = None

    def ask(self, op: str, timeout_s: float = 5.0, **fields: Any) -> dict[str, Any]:
        if self.refusal is not None:
            raise self.refusal
        if op == "discover":
            rows = [(NEW, False), (KNOWN, True), (LOCKED, False)]
            return {"cameras": [{"camera": msgspec.to_builtins(c), "is_known": k} for c, k in rows]}
        if op == "register.get":
            return {"content": [{"id": "C1"}], "version": "v1"}
        self.written = fields["content"]
        return {"warnings": []}


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.fixture
def dialog(qtbot: QtBot, hub: Hub) -> Iterator[DiscoverDialog]:
    errands = Errands(1)
    made = DiscoverDialog(DiscoveryLine(hub, errands, "seat 1"))
    yield made
    made.close()
    errands.close()
    made.deleteLater()


def test_only_new_cameras_that_told_a_stream_can_be_picked(
    dialog: DiscoverDialog, qtbot: QtBot, hub: Hub
) -> None:
    qtbot.mouseClick(dialog.search_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 3)
    pickable = [bool(dialog.table.item(row, PICK).flags() & Qt.ItemFlag.ItemIsUserCheckable) for row in range(3)]  # type: ignore[union-attr]  # fmt: skip
    assert pickable == [True, False, False]
    assert "password" in dialog.table.item(2, SAYS).text()  # type: ignore[union-attr]
    assert not dialog.add_button.isEnabled()
    dialog.table.item(0, PICK).setCheckState(Qt.CheckState.Checked)  # type: ignore[union-attr]
    dialog.table.item(0, ID).setText("C7")  # type: ignore[union-attr]
    dialog.table.item(0, NAME).setText("东门")  # type: ignore[union-attr]
    qtbot.mouseClick(dialog.add_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.added_count == 1)
    assert hub.written[0] == {"id": "C1"}
    assert hub.written[1]["id"] == "C7"
    assert hub.written[1]["name"] == "东门"
    assert hub.written[1]["main_url"] == "rtsp://${CAMERA_USER}:${CAMERA_PASSWORD}@10.0.0.5/1"
    assert not dialog.picked()


def test_a_refusal_is_shown_with_its_mistakes_and_the_search_can_be_repeated(
    dialog: DiscoverDialog, qtbot: QtBot, hub: Hub
) -> None:
    hub.refusal = QueryRefused(
        "the environment variable CAMERA_USER is not set", None, {"problems": []}
    )
    qtbot.mouseClick(dialog.search_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "CAMERA_USER" in dialog.says.text())
    assert dialog.search_button.isEnabled()
