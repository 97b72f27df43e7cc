"""A joystick on a camera: scripted devices, and SDL's own virtual one through the real library."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.bridge.joystick import JoystickReader
from console.bridge.sdl_sticks import SdlSticks, SticksUnusable, loaded_sdl
from console.state.joystick import StickDo, StickPress, StickReading
from console.views.stick_control import StickControl
from tests.console.views.conftest import Seat
from tests.console.views.test_ptz import PtzSeat

REST = StickReading("desk stick", 0.0, 0.0, 0.0, (False,) * 12)


class ScriptedSticks:
    """`now` is what the reader sees; an exception there is raised."""

    def __init__(self) -> None:
        self.now: StickReading | Exception | None = None
        self.is_closed = threading.Event()

    def open(self) -> None: ...

    def poll(self) -> StickReading | None:
        if isinstance(self.now, Exception):
            raise self.now
        return self.now

    def close(self) -> None:
        self.is_closed.set()


class StickSeat(PtzSeat):
    def __init__(self, seat: Seat, folder: Path) -> None:
        super().__init__(seat, folder)
        self.sticks = ScriptedSticks()
        self.sticks.now = REST
        self.control = StickControl(
            seat.session, self.mode.hand, self.mode.line, self.mode.goto, self.sticks
        )

    def close(self) -> None:
        self.control.close()
        assert self.sticks.is_closed.is_set()
        super().close()


@pytest.fixture
def ptz(seat: Seat, tmp_path: Path) -> Iterator[StickSeat]:
    stage = StickSeat(seat, tmp_path / "hub")
    yield stage
    stage.close()


def _pushed(
    pan: float = 0.0, tilt: float = 0.0, zoom: float = 0.0, button: int = -1
) -> StickReading:
    return StickReading("desk stick", pan, tilt, zoom, tuple(at == button for at in range(12)))


def _taken(ptz: StickSeat) -> None:
    ptz.seat.wait(lambda: "desk stick" in ptz.notice())
    ptz.enter()
    ptz.seat.wait(lambda: not ptz.mode.hand._stick_must_rest)  # the reader tells it within 0.1 s


def test_the_stick_turns_and_zooms_and_its_rest_stops(ptz: StickSeat) -> None:
    _taken(ptz)
    ptz.sticks.now = _pushed(pan=1.0, zoom=-1.0)
    ptz.seat.wait(lambda: (ptz.camera.velocity.pan, ptz.camera.velocity.zoom) == (1.0, -1.0))
    ptz.sticks.now = REST
    ptz.seat.wait(lambda: ptz.camera.velocity.is_still and "stop" in ptz.camera.said)


@pytest.mark.logs_warnings("a driver's error is logged")
@pytest.mark.parametrize("gone", [None, OSError("no such device")])
def test_pulled_out_or_broken_it_stops_the_camera_at_once(
    ptz: StickSeat, gone: Exception | None
) -> None:
    _taken(ptz)
    ptz.sticks.now = _pushed(tilt=1.0)
    ptz.seat.wait(lambda: ptz.camera.velocity.tilt == 1.0)
    ptz.sticks.now = gone
    ptz.seat.wait(lambda: ptz.camera.velocity.is_still)
    ptz.seat.wait(lambda: "gone" in ptz.notice())


def test_buttons_call_presets_go_home_and_change_the_speed(ptz: StickSeat) -> None:
    _taken(ptz)
    for button, said in ((0, "goto a"), (9, "home")):
        ptz.sticks.now = _pushed(button=button)
        ptz.seat.wait(lambda said=said: said in ptz.camera.said)
        ptz.sticks.now = REST
    ptz.sticks.now = _pushed(button=10)
    ptz.seat.wait(lambda: "50 %" in ptz.notice())
    ptz.sticks.now = _pushed(pan=1.0)
    ptz.seat.wait(lambda: ptz.camera.velocity.pan == 0.5)
    ptz.sticks.now = REST
    ptz.seat.wait(lambda: ptz.camera.velocity.is_still)


def test_a_stick_that_is_held_when_the_mode_begins_or_the_window_loses_the_keyboard_turns_nothing(
    ptz: StickSeat,
) -> None:
    seen: list[StickReading | None] = []
    ptz.control.reader.moved.connect(lambda reading, _presses: seen.append(reading))
    ptz.sticks.now = _pushed(pan=1.0)
    ptz.seat.wait(lambda: "desk stick" in ptz.notice() and ptz.sticks.now in seen)
    ptz.enter()  # from here on no reading from before it was pushed is under way
    seen.clear()
    ptz.seat.wait(lambda: len(seen) >= 4)
    assert ptz.camera.velocity.is_still
    ptz.sticks.now = REST
    ptz.seat.wait(lambda: not ptz.mode.hand._stick_must_rest)
    ptz.sticks.now = _pushed(pan=1.0)
    ptz.seat.wait(lambda: ptz.camera.velocity.pan == 1.0)
    QApplication.sendEvent(ptz.seat.window, QEvent(QEvent.Type.WindowDeactivate))
    ptz.seat.wait(lambda: ptz.camera.velocity.is_still)
    seen.clear()
    ptz.seat.wait(lambda: len(seen) >= 4)
    assert ptz.camera.velocity.is_still


def test_outside_the_mode_the_stick_moves_nothing(ptz: StickSeat) -> None:
    _taken(ptz)
    ptz.seat.key(Qt.Key.Key_P)
    ptz.seat.wait(lambda: ptz.mode.overlay is None)
    ptz.camera.said.clear()
    seen: list[object] = []
    ptz.control.reader.moved.connect(lambda *_: seen.append(1))
    ptz.sticks.now = _pushed(pan=1.0, button=0)
    ptz.seat.wait(lambda: len(seen) >= 4)
    assert not any(text.startswith(("move", "goto")) for text in ptz.camera.said)


def test_sdl_reads_a_virtual_stick_through_plugging_moving_and_pulling_out(qtbot: QtBot) -> None:
    """The real library with a device of its own making; /dev/uinput is not needed."""
    try:
        sdl = loaded_sdl()
    except SticksUnusable as error:
        pytest.skip(f"SDL is not installed: {error}")
    sticks = SdlSticks()
    sticks.open()
    try:
        if sticks.poll() is not None:
            pytest.skip("a real joystick is plugged in and would be read instead")
        device = sdl.SDL_JoystickAttachVirtual(sdl.SDL_JOYSTICK_TYPE_FLIGHT_STICK, 3, 12, 0)
        assert device >= 0, sdl.SDL_GetError()
        first = sticks.poll()
        assert first is not None
        assert (first.pan, first.tilt, first.zoom) == (0.0, 0.0, 0.0)
        held = sdl.SDL_JoystickOpen(device)
        for axis, value in ((0, 32767), (1, -16384), (2, -32767)):
            assert sdl.SDL_JoystickSetVirtualAxis(held, axis, value) == 0
        sdl.SDL_JoystickSetVirtualButton(held, 9, 1)
        moved = sticks.poll()
        assert moved is not None
        assert (moved.pan, moved.zoom) == (1.0, -1.0)
        assert moved.tilt == pytest.approx(0.5, abs=0.01)
        assert moved.buttons[9]
        assert not moved.is_gamepad
        sdl.SDL_JoystickClose(held)
        sdl.SDL_JoystickDetachVirtual(device)
        assert sticks.poll() is None
        device = sdl.SDL_JoystickAttachVirtual(sdl.SDL_JOYSTICK_TYPE_GAMECONTROLLER, 6, 15, 0)
        pad = sticks.poll()
        assert pad is not None
        assert pad.is_gamepad
        assert len(pad.buttons) == 7
        sdl.SDL_JoystickDetachVirtual(device)
        assert sticks.poll() is None
    finally:
        sticks.close()


def test_the_reader_keeps_presses_while_nobody_looks_and_the_newest_axes(qtbot: QtBot) -> None:
    sticks = ScriptedSticks()
    reader = JoystickReader(sticks)
    told: list[tuple[StickReading | None, tuple[StickPress, ...]]] = []
    reader.moved.connect(lambda reading, pressed: told.append((reading, pressed)))
    try:
        reader._tell(_pushed(pan=0.3), (StickPress(StickDo.PRESET, 1),))
        reader._tell(_pushed(pan=0.6), (StickPress(StickDo.HOME),))
        qtbot.waitUntil(lambda: bool(told))
        reading, pressed = told[0]
        assert reading is not None
        assert reading.pan == 0.6
        assert pressed == (StickPress(StickDo.PRESET, 1), StickPress(StickDo.HOME))
    finally:
        reader.close()
