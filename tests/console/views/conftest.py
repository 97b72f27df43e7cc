"""A whole seat in one window, with fake pictures and a fake hub; keys arrive as Qt delivers them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from config.site import Language
from console.bridge.desk_line import DeskLine
from console.bridge.evidence_cache import EvidenceCache
from console.bridge.gui_thread import Errands
from console.desk.case import CaseId, CaseState
from console.state.cases import CaseRow
from console.state.feed_status import FeedState, FeedStatus
from console.state.intake import FeedIntake
from console.state.layouts import LayoutId
from console.state.profiles import Profile
from console.state.seat_memory import SeatMemory
from console.state.session import ConsoleSession
from console.state.wall import MAIN_WINDOW, WallState
from console.views import theme
from console.views.commander import Commander
from console.views.key_router import KeyRouter
from console.views.language import Translators
from console.views.main_window import MainWindow
from console.views.wall_view import WallView
from ingest.clock import ManualClock
from tests.console.seat_kit import alert, case, fake_site, position, snapshot
from tests.console.views.fake_seat import FakeHub, FakePictures, picture_bytes
from tests.whole_paints import whole_paints

__all__ = ["whole_paints"]

#: How long a seat may take to show something: two test processes may keep both cores busy.
WAIT_MS = 15_000
PLAIN = Qt.KeyboardModifier.NoModifier


class Seat:
    """Everything a console has but hub and cameras. `hub.acts` holds what was asked of the desk."""

    def __init__(self, qtbot: QtBot, folder: Path, profile: Profile = Profile.SUBCENTRE) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self.qtbot = qtbot
        theme.use(application)
        self.translators = Translators(application)
        self.clock = ManualClock(mono_ns=1_000_000_000_000)
        self.wall = WallState()
        self.wall.open_window(MAIN_WINDOW, LayoutId("2x2"))
        self.session = ConsoleSession(fake_site(folder), self.wall, self.clock)
        self.session.fills_tiles = profile is Profile.DESK
        self.errands = Errands(1)
        self.hub = FakeHub()
        self.cache = EvidenceCache(self.errands, picture_bytes)
        pictures = FakePictures(self.wall, self.clock)
        self.view = WallView(
            self.wall, MAIN_WINDOW, pictures, self.session.directory, clock=self.clock,
            tools=self.session.tools,
        )  # fmt: skip
        self.window = MainWindow(self.session, self.cache, self.view, profile)
        self.desk = DeskLine(self.session, self.hub, self.errands, "seat 1")
        self.reason: str | None = "why"
        self.commander = Commander(self.session, self.desk, self._reason)
        self.router = KeyRouter(application, self.clock, self.session.tools.key_mode)
        self._connect()
        self.window.arrange(SeatMemory(is_maximized=False, geometry=(0, 0, 1400, 860)))
        qtbot.waitExposed(self.window)
        self.router.watch(self.window)
        qtbot.waitUntil(lambda: self.window.isVisible() and self.window.width() > 1000)
        self.window.queue_view.list.setFocus()

    def _connect(self) -> None:
        window, commander = self.window, self.commander
        self.router.command.connect(commander.run)
        self.router.camera_called.connect(commander.call_camera)
        self.router.digits_changed.connect(window.digit_badge.show_digits)
        commander.held_changed.connect(window.hold_bar.show_held)
        commander.window_command.connect(window.run_command)
        self.desk.acted.connect(commander.on_acted)
        self.desk.refused.connect(commander.on_refused)
        window.case_view.act_asked.connect(commander.act)
        window.case_view.send_asked.connect(commander.send)
        window.palette_card.chosen.connect(commander.choose)

    def _reason(self, _act: str, _row: CaseRow) -> str | None:
        return self.reason

    def fill(self, count: int = 3, state: CaseState = CaseState.FILED) -> None:
        """A live feed with `count` cases, the oldest first in the queue."""
        now = self.clock.utc_ns()
        cases = [
            case(number, now_utc_ns=now, state=state, age_s=200 - number, camera=number + 1)
            for number in range(1, count + 1)
        ]
        alerts = [
            alert(number, now_utc_ns=now, camera=number + 1) for number in range(1, count + 1)
        ]
        people = [position(number, now_utc_ns=now) for number in range(1, 5)]
        self.session.feed.set(FeedStatus(FeedState.LIVE, self.clock.mono_ns()))
        FeedIntake(self.session).take_snapshot(snapshot(cases, alerts, people))
        self.hub.answers["case"] = self._detail
        self.hub.answers["candidates"] = {
            "candidates": [
                {"inspector_id": "insp-2", "name": "李晓梅", "distance_m": 180.0, "eta_s": 150.0,
                 "reasons": [{"id": "own_grid"}]},
                {"inspector_id": "insp-4", "name": "赵磊",
                 "shortfalls": [{"id": "fix_too_old", "values": {"age_s": 400}}]},
            ]
        }  # fmt: skip
        self.hub.answers["act"] = self._acted

    def _detail(self, fields: dict[str, Any]) -> dict[str, Any]:
        row = self.session.cases.get(fields["id"])
        assert row is not None
        audit = {"act": "propose", "actor": "system", "utc": row.case.opened_utc}
        return {"case": msgspec.to_builtins(row.case), "acts": [], "timeline": [audit]}

    def _acted(self, fields: dict[str, Any]) -> dict[str, Any]:
        row = self.session.cases.get(fields["case_id"])
        assert row is not None
        states = {"file": CaseState.FILED, "dispatch": CaseState.DISPATCHED, "void": CaseState.VOID}
        made = msgspec.structs.replace(
            row.case,
            state=states.get(fields["act"], row.case.state),
            version=row.case.version + 1,
            inspector_id=fields.get("inspector_id"),
        )
        return {"ok": True, "case": msgspec.to_builtins(made)}

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = PLAIN) -> None:
        """A key press at the native window, as the platform delivers it."""
        QTest.keyClick(self.window.windowHandle(), key, modifier)

    def keypad(self, digits: str) -> None:
        for digit in digits:
            self.key(Qt.Key(ord(digit)), Qt.KeyboardModifier.KeypadModifier)

    def wait(self, condition: Any) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=WAIT_MS)

    @property
    def opened(self) -> CaseId | None:
        return self.session.open_case.get()

    def close(self) -> None:
        self.router.close()
        self.translators.use(Language.ENGLISH)
        self.view.release()
        self.window.close()
        self.errands.close()
        self.window.deleteLater()
        self.cache.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()


@pytest.fixture
def seat(qtbot: QtBot, tmp_path: Path) -> Iterator[Seat]:
    made = Seat(qtbot, tmp_path)
    yield made
    made.close()


@pytest.fixture
def desk_seat(qtbot: QtBot, tmp_path: Path) -> Iterator[Seat]:
    made = Seat(qtbot, tmp_path, Profile.DESK)
    yield made
    made.close()
