"""StickControl: a joystick on the camera that PTZ mode holds; says what was plugged in or pulled out.

Decides nothing about speed (`state.joystick`) or rights (the hub). Outside PTZ mode the stick moves
nothing; on entering it, it has to rest in its middle once, so that a stick that hangs or is held
down by something turns no camera.

Threads: GUI thread only.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject

from console.bridge.joystick import JoystickReader, Sticks
from console.bridge.ptz_line import PtzLine
from console.state.joystick import StickDo, StickHand, StickPress, StickReading
from console.state.ptz_hand import PtzHand
from console.state.session import ConsoleSession, Severity
from console.views.words import translate


class StickControl(QObject):
    """`goto(index)` calls a preset of the held camera."""

    def __init__(
        self,
        session: ConsoleSession,
        hand: PtzHand,
        line: PtzLine,
        goto: Callable[[int], None],
        sticks: Sticks,
    ) -> None:
        super().__init__()
        self._session, self._hand, self._line, self._goto = session, hand, line, goto
        self._stick = StickHand()
        self._name: str | None = None
        self.reader = JoystickReader(sticks, self)
        self.reader.moved.connect(self._on_moved)

    def close(self) -> None:
        """Ends the reader. Twice is harmless."""
        self.reader.close()

    def _on_moved(self, reading: StickReading | None, pressed: tuple[StickPress, ...]) -> None:
        self._tell_name(None if reading is None else reading.name)
        if self._line.camera_id is None:
            return
        if reading is None:
            self._hand.let_go()
            self._line.hand_moved()
            return
        if self._hand.push(self._stick.push(reading), time.monotonic()):
            self._line.hand_moved()
        for press in pressed:
            self._do(press)

    def _do(self, press: StickPress) -> None:
        if press.do is StickDo.PRESET:
            self._goto(press.preset)
        elif press.do is StickDo.HOME:
            self._line.turn("ptz.home")
        else:
            speed = self._stick.change_speed(press.do)
            text = translate("Ptz", "Joystick: up to {0} % of the camera's speed.")
            self._session.say(text.format(round(100 * speed)))

    def _tell_name(self, name: str | None) -> None:
        if name == self._name:
            return
        before, self._name = self._name, name
        if name is not None:
            text = translate("Ptz", "Joystick ready: {0}. P takes the camera of the selected tile.")
            self._session.say(text.format(name))
        elif self._line.camera_id is not None:
            text = translate("Ptz", "The joystick {0} is gone: the camera stands still.")
            self._session.say(text.format(before), Severity.PROBLEM)
