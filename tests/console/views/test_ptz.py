"""Turning a camera from a real window: keys and mouse as Qt delivers them, a real hub, a hand-made camera."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from feed_kit import RunningHub
from msgspec import structs
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from config.directory import SiteDirectory
from config.geometry import moved
from config.settings import PtzSettings, Settings
from config.site import PtzMount
from console.app.console_feed import SeatFeed
from console.state.feed_status import FeedState
from console.state.seat_memory import SeatMemory
from console.state.tiles import TileAddress
from console.state.wall import MAIN_WINDOW
from console.views.preset_dialog import PresetDialog
from console.views.ptz_mode import PtzMode
from console.views.tile_status import TileMode
from ingest.clock import SystemClock
from ingest.feed.query import QueryClient
from ingest.ptz.device import PtzPosition, PtzPreset
from ingest.ptz.service import PtzService
from tests.console.seat_kit import camera_id
from tests.console.views.conftest import Seat
from tests.ingest.ptz.ptz_fakes import HandyCamera

C1, C2 = camera_id(1), camera_id(2)
FIRST = TileAddress(MAIN_WINDOW, 0)
KEYPAD, SHIFT = Qt.KeyboardModifier.KeypadModifier, Qt.KeyboardModifier.ShiftModifier


class PtzSeat:
    """A seat with a hub that turns camera 1."""

    def __init__(self, seat: Seat, folder: Path) -> None:
        self.seat = seat
        self.camera = HandyCamera(
            [PtzPreset("a", "东门", PtzPosition(0.5, 0.1, 0.0)), PtzPreset("b", "Square")]
        )
        site = seat.session.site
        cameras = (structs.replace(site.cameras[0], ptz_url="http://c1"), *site.cameras[1:])
        settings = Settings(ptz=PtzSettings(priorities={"chief": 9}, idle_s=15.0))
        mounts = (PtzMount(C1, height_m=10.0, home_bearing_deg=90.0),)
        site = structs.replace(site, cameras=cameras, settings=settings, ptz_mounts=mounts)
        directory = SiteDirectory(site)
        self.service = PtzService(lambda: directory, lambda *_: self.camera)
        self.running = RunningHub(folder, (self.service,), SystemClock()).start()
        assert self.running.hub is not None
        self.service.start(self.running.hub.soon)
        seat.session.set_site(structs.replace(site, hub=self.running.addresses))
        self.client = QueryClient(self.running.addresses.query)
        self.feed = SeatFeed(seat.session, SeatMemory())
        self.feed.start()
        self.mode = PtzMode(
            seat.session, self.client, seat.errands, "seat 1", seat.router, seat.commander,
            lambda window_id: seat.view if window_id == MAIN_WINDOW else None,
        )  # fmt: skip
        seat.wait(lambda: seat.session.feed.get().state is FeedState.LIVE)
        seat.wall.put_camera(FIRST, C1)
        seat.wall.put_camera(TileAddress(MAIN_WINDOW, 1), C2)
        seat.wall.select(FIRST)

    def enter(self) -> None:
        self.seat.key(Qt.Key.Key_P)
        self.seat.wait(lambda: self.mode.overlay is not None)
        self.seat.wait(lambda: self.mode.overlay.presets if self.mode.overlay else None)

    def press(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        QTest.keyPress(self.seat.window.windowHandle(), key, modifier)

    def release(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        QTest.keyRelease(self.seat.window.windowHandle(), key, modifier)

    def notice(self) -> str:
        notice = self.seat.session.notice.get()
        return "" if notice is None else notice.text

    def close(self) -> None:
        self.mode.close()
        self.feed.close()
        self.client.close()
        self.service.close()
        self.running.stop()


@pytest.fixture
def ptz(seat: Seat, tmp_path: Path) -> Iterator[PtzSeat]:
    stage = PtzSeat(seat, tmp_path / "hub")
    yield stage
    stage.close()


def test_a_held_arrow_turns_and_its_release_stops(ptz: PtzSeat) -> None:
    ptz.enter()
    ptz.press(Qt.Key.Key_Right)
    ptz.seat.wait(lambda: ptz.camera.velocity.pan == 0.5)
    ptz.press(Qt.Key.Key_Up)
    ptz.seat.wait(lambda: ptz.camera.velocity.tilt == 0.5)
    ptz.release(Qt.Key.Key_Up)
    ptz.release(Qt.Key.Key_Right)
    ptz.seat.wait(lambda: ptz.camera.velocity.is_still and "stop" in ptz.camera.said)


def test_the_keypad_is_a_joystick_and_shift_is_slow(ptz: PtzSeat) -> None:
    ptz.enter()
    ptz.press(Qt.Key.Key_7, KEYPAD)
    ptz.seat.wait(lambda: (ptz.camera.velocity.pan, ptz.camera.velocity.tilt) == (-0.5, 0.5))
    ptz.release(Qt.Key.Key_7, KEYPAD)
    ptz.press(Qt.Key.Key_Left, SHIFT)
    ptz.seat.wait(lambda: ptz.camera.velocity.pan == -0.15)
    ptz.release(Qt.Key.Key_Left)


def test_digits_call_presets_and_home_goes_home(ptz: PtzSeat) -> None:
    ptz.enter()
    ptz.seat.key(Qt.Key.Key_1)
    ptz.seat.wait(lambda: "goto a" in ptz.camera.said)
    ptz.seat.wait(lambda: (ptz.seat.wall.ptz.get(C1) or ptz).preset_token == "a")  # type: ignore[union-attr]
    ptz.seat.key(Qt.Key.Key_Home)
    ptz.seat.wait(lambda: "home" in ptz.camera.said)
    ptz.seat.key(Qt.Key.Key_9)
    ptz.seat.wait(lambda: "9" in ptz.notice())


def test_a_pull_from_the_middle_turns_the_wheel_zooms_and_letting_go_stops(ptz: PtzSeat) -> None:
    ptz.enter()
    overlay = ptz.mode.overlay
    assert overlay is not None
    middle = overlay.rect().center()
    QTest.mousePress(overlay, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(overlay, middle + QPoint(overlay.height() // 2, 0))
    ptz.seat.wait(lambda: ptz.camera.velocity.pan > 0.9)
    QTest.mouseRelease(overlay, Qt.MouseButton.LeftButton, pos=middle)
    ptz.seat.wait(lambda: ptz.camera.velocity.is_still)
    overlay.wheeled.emit(1.0)
    ptz.seat.wait(lambda: any(text.startswith("move 0 0 0.5") for text in ptz.camera.said))
    ptz.seat.wait(lambda: ptz.camera.velocity.is_still)


def test_grip_and_presets_wait_where_words_stand_instead_of_a_picture(
    ptz: PtzSeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    ptz.seat.key(Qt.Key.Key_F)
    feed = ptz.seat.view.tile_painters[0].feed
    with monkeypatch.context() as no_picture:
        no_picture.setattr(feed, "image", lambda: None)
        ptz.seat.wait(lambda: ptz.seat.view.tile_painters[0].mode is TileMode.CONNECTING)
        ptz.enter()
        overlay = ptz.mode.overlay
        assert overlay is not None
        assert not overlay.shows_grip
        preset = QPoint(overlay.width() - 40, overlay.height() // 2 - 10)
        told: list[object] = []
        overlay.preset_chosen.connect(told.append)
        overlay.pulled.connect(lambda *pull: told.append(pull))
        QTest.mouseClick(overlay, Qt.MouseButton.LeftButton, pos=preset)
        assert told == []  # nobody takes what is not seen
    ptz.seat.wait(lambda: overlay.shows_grip and overlay.lists_presets)
    QTest.mouseClick(overlay, Qt.MouseButton.LeftButton, pos=preset)
    ptz.seat.wait(lambda: "goto a" in ptz.camera.said)


def test_the_view_is_saved_under_a_name(ptz: PtzSeat, monkeypatch: pytest.MonkeyPatch) -> None:
    ptz.enter()

    def typed(dialog: PresetDialog) -> int:
        assert not dialog.accept_button.isEnabled()
        dialog.edit.setText("西门")
        return int(PresetDialog.DialogCode.Accepted)

    monkeypatch.setattr(PresetDialog, "exec", typed)
    ptz.seat.key(Qt.Key.Key_S)
    ptz.seat.wait(lambda: "save 西门" in ptz.camera.said)
    ptz.seat.wait(lambda: ptz.mode.overlay and "西门" in [p.name for p in ptz.mode.overlay.presets])


def test_p_again_and_escape_give_the_camera_back(ptz: PtzSeat) -> None:
    for key in (Qt.Key.Key_P, Qt.Key.Key_Escape):
        ptz.enter()
        ptz.seat.key(key)
        assert ptz.mode.overlay is None
        ptz.seat.wait(lambda: (ptz.seat.wall.ptz.get(C1) or ptz).owner is None)  # type: ignore[union-attr]


def test_a_higher_priority_takes_over_and_this_seat_is_told(ptz: PtzSeat) -> None:
    ptz.enter()
    ptz.press(Qt.Key.Key_Right)
    ptz.seat.wait(lambda: ptz.camera.velocity.pan == 0.5)
    ptz.client.ask("ptz.take", camera_id=C1, seat="chief")
    ptz.seat.wait(lambda: ptz.mode.overlay is None)
    assert "chief" in ptz.notice()
    ptz.seat.wait(lambda: ptz.camera.velocity.is_still)


def test_a_seat_that_comes_second_hears_who_has_the_camera(ptz: PtzSeat) -> None:
    ptz.client.ask("ptz.take", camera_id=C1, seat="chief")
    ptz.seat.key(Qt.Key.Key_P)
    ptz.seat.wait(lambda: "chief" in ptz.notice())
    assert ptz.mode.overlay is None
    assert "9" in ptz.notice()


def test_every_seat_sees_on_the_tile_who_turns_the_camera(ptz: PtzSeat) -> None:
    ptz.seat.clock.step_utc((SystemClock().utc_ns() - ptz.seat.clock.utc_ns()) / 1e9)
    ptz.client.ask("ptz.take", camera_id=C1, seat="seat 3")
    badge: list[tuple[str, ...]] = []

    def shows(*seconds: int) -> bool:
        badge[:] = [ptz.seat.view.tile_painters[0].badges]
        return badge[0] in [(f"PTZ: seat 3, {number} s",) for number in seconds]

    ptz.seat.wait(lambda: shows(15, 14))
    ptz.seat.clock.step_utc(5)
    ptz.seat.wait(lambda: shows(10, 9))
    ptz.seat.clock.step_utc(60)
    ptz.seat.wait(lambda: ptz.seat.view.tile_painters[0].badges == ())


def test_another_tile_or_a_fixed_camera_ends_or_refuses_the_mode(ptz: PtzSeat) -> None:
    ptz.enter()
    ptz.seat.wall.select(TileAddress(MAIN_WINDOW, 1))
    assert ptz.mode.overlay is None
    ptz.seat.key(Qt.Key.Key_P)
    assert "fixed" in ptz.notice()


def test_a_window_that_loses_the_keyboard_lets_go(ptz: PtzSeat) -> None:
    ptz.enter()
    ptz.press(Qt.Key.Key_Right)
    ptz.seat.wait(lambda: ptz.camera.velocity.pan == 0.5)
    QApplication.sendEvent(ptz.seat.window, QEvent(QEvent.Type.WindowDeactivate))
    ptz.seat.wait(lambda: ptz.camera.velocity.is_still)


def test_a_place_chosen_on_the_map_turns_the_calibrated_camera_and_says_why(ptz: PtzSeat) -> None:
    place = ptz.seat.session.site.cameras[0].place
    assert place is not None
    ptz.seat.key(Qt.Key.Key_P, SHIFT)
    assert "first" in ptz.notice()
    ptz.seat.session.select_place(moved(place, 60.0, 0.0))
    ptz.seat.key(Qt.Key.Key_P, SHIFT)
    ptz.seat.wait(lambda: "absolute" in ptz.camera.said)
    ptz.seat.wait(lambda: "60 m" in ptz.notice())
    assert ptz.camera.position.pan_norm == pytest.approx(0.0, abs=0.01)
    ptz.seat.session.aim_wanted.emit(moved(place, 5000.0, 0.0))
    ptz.seat.wait(lambda: "limit 400 m" in ptz.notice())
