"""SdlSticks: joysticks and gamepads through SDL, whose table knows the axes of hundreds of pads.

Of several devices the first that has two axes counts; when it is pulled out, the next. Needs the
extra `joystick`. SDL's own signal handlers and its window system stay off.

Threads: the joystick reader's.
"""

from __future__ import annotations

import importlib.util
import warnings
from typing import Any

from console.bridge.joystick import NoSticks, Sticks
from console.state.joystick import StickReading
from ingest.errors import GridwallError

_FULL = 32_767.0
#: Axis of a joystick without a name in SDL's table: the twist of PTZ keyboards and flight sticks.
_TWIST_AXIS = 2


class SticksUnusable(GridwallError):
    """SDL cannot be loaded or started."""


def installed_sticks() -> Sticks:
    """SDL's where the extra `joystick` is installed, else none."""
    return NoSticks() if importlib.util.find_spec("sdl2") is None else SdlSticks()


def loaded_sdl() -> Any:
    """The module `sdl2`. Raises SticksUnusable when its library is missing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns which library it took
        try:
            import sdl2
        except ImportError as error:
            raise SticksUnusable(str(error)) from error
    return sdl2


class SdlSticks:
    """See module."""

    def __init__(self) -> None:
        self._sdl: Any = None
        self._stick: Any = None
        self._pad: Any = None
        self._name = ""

    def open(self) -> None:
        sdl = loaded_sdl()
        for hint in (
            sdl.SDL_HINT_JOYSTICK_ALLOW_BACKGROUND_EVENTS,  # SDL never has a window here
            sdl.SDL_HINT_NO_SIGNAL_HANDLERS,  # Ctrl+C is the console's
            sdl.SDL_HINT_JOYSTICK_THREAD,  # Windows: messages of devices without a window
        ):
            sdl.SDL_SetHint(hint, b"1")
        if sdl.SDL_InitSubSystem(sdl.SDL_INIT_JOYSTICK | sdl.SDL_INIT_GAMECONTROLLER) != 0:
            raise SticksUnusable(sdl.SDL_GetError().decode(errors="replace"))
        sdl.SDL_JoystickEventState(sdl.SDL_IGNORE)
        sdl.SDL_GameControllerEventState(sdl.SDL_IGNORE)
        self._sdl = sdl

    def poll(self) -> StickReading | None:
        sdl = self._sdl
        sdl.SDL_JoystickUpdate()
        sdl.SDL_FlushEvents(
            sdl.SDL_FIRSTEVENT, sdl.SDL_LASTEVENT
        )  # nobody takes them from the queue
        if self._stick is not None and not sdl.SDL_JoystickGetAttached(self._stick):
            self._let_go()
            return None  # said even where another is plugged in: that one begins at rest
        if self._stick is None and not self._found():
            return None
        return self._pad_reading() if self._pad is not None else self._stick_reading()

    def close(self) -> None:
        self._let_go()
        if self._sdl is not None:
            self._sdl.SDL_QuitSubSystem(
                self._sdl.SDL_INIT_JOYSTICK | self._sdl.SDL_INIT_GAMECONTROLLER
            )
            self._sdl = None

    def _found(self) -> bool:
        sdl = self._sdl
        for index in range(sdl.SDL_NumJoysticks()):
            stick = sdl.SDL_JoystickOpen(index)
            if not stick:
                continue
            if sdl.SDL_JoystickNumAxes(stick) < 2:
                sdl.SDL_JoystickClose(stick)
                continue
            self._stick = stick
            self._name = (sdl.SDL_JoystickName(stick) or b"?").decode(errors="replace")
            if sdl.SDL_IsGameController(index):
                self._pad = sdl.SDL_GameControllerOpen(index) or None
            return True
        return False

    def _let_go(self) -> None:
        if self._pad is not None:
            self._sdl.SDL_GameControllerClose(self._pad)
        if self._stick is not None:
            self._sdl.SDL_JoystickClose(self._stick)
        self._pad = self._stick = None

    def _pad_reading(self) -> StickReading:
        sdl, pad = self._sdl, self._pad
        pan, tilt, zoom = (
            sdl.SDL_GameControllerGetAxis(pad, axis) / _FULL
            for axis in (
                sdl.SDL_CONTROLLER_AXIS_LEFTX,
                sdl.SDL_CONTROLLER_AXIS_LEFTY,
                sdl.SDL_CONTROLLER_AXIS_RIGHTY,
            )
        )
        buttons = (
            sdl.SDL_CONTROLLER_BUTTON_A,
            sdl.SDL_CONTROLLER_BUTTON_B,
            sdl.SDL_CONTROLLER_BUTTON_X,
            sdl.SDL_CONTROLLER_BUTTON_Y,
            sdl.SDL_CONTROLLER_BUTTON_START,
            sdl.SDL_CONTROLLER_BUTTON_LEFTSHOULDER,
            sdl.SDL_CONTROLLER_BUTTON_RIGHTSHOULDER,
        )
        down = tuple(bool(sdl.SDL_GameControllerGetButton(pad, button)) for button in buttons)
        return StickReading(self._name, pan, -tilt, -zoom, down, is_gamepad=True)

    def _stick_reading(self) -> StickReading:
        sdl, stick = self._sdl, self._stick
        axis_count = sdl.SDL_JoystickNumAxes(stick)
        values = [
            sdl.SDL_JoystickGetAxis(stick, axis) / _FULL for axis in range(min(axis_count, 3))
        ]
        zoom = values[_TWIST_AXIS] if axis_count > _TWIST_AXIS else 0.0
        buttons = range(sdl.SDL_JoystickNumButtons(stick))
        down = tuple(bool(sdl.SDL_JoystickGetButton(stick, button)) for button in buttons)
        return StickReading(self._name, values[0], -values[1], zoom, down)
