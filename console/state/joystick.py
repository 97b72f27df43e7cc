"""StickHand: what a joystick or gamepad asks of the camera under this seat's hand. No Qt, no device.

Decides dead zone, curve, speed and what each button means. A stick's own noise is nothing; near the
middle it is fine, at its edge it has the whole speed.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

import enum

from msgspec import Struct

#: Cheap sticks rest up to a tenth off their middle.
STICK_DEAD_ZONE = 0.12
#: Share of the cube in the curve: half deflection is a quarter of the speed.
EXPO = 0.7
#: Speeds at full deflection; a plate at full zoom wants the first.
SPEEDS = (0.25, 0.5, 1.0)
#: Presets a stick without names for its buttons calls with the first ones.
PRESET_BUTTONS = 9


class StickReading(Struct, frozen=True):
    """One look at a device. Axes −1…1: `pan` right, `tilt` up, `zoom` closer are positive.

    `buttons`: of a gamepad A, B, X, Y, start, left and right shoulder; of any other stick all, in
    the device's order.
    """

    name: str
    pan: float
    tilt: float
    zoom: float
    buttons: tuple[bool, ...] = ()
    is_gamepad: bool = False


class StickDo(enum.Enum):
    """What a button does."""

    PRESET = "preset"
    HOME = "home"
    SLOWER = "slower"
    FASTER = "faster"


class StickPress(Struct, frozen=True):
    """A button that went down; `preset` counts from 0."""

    do: StickDo
    preset: int = 0


_PAD = (
    *(StickPress(StickDo.PRESET, number) for number in range(4)),
    StickPress(StickDo.HOME), StickPress(StickDo.SLOWER), StickPress(StickDo.FASTER),
)  # fmt: skip
_STICK = (
    *(StickPress(StickDo.PRESET, number) for number in range(PRESET_BUTTONS)),
    StickPress(StickDo.HOME), StickPress(StickDo.SLOWER), StickPress(StickDo.FASTER),
)  # fmt: skip


def presses(before: tuple[bool, ...], reading: StickReading) -> tuple[StickPress, ...]:
    """The buttons that went down since `before`, as what they do."""
    table = _PAD if reading.is_gamepad else _STICK
    return tuple(
        table[at]
        for at, is_down in enumerate(reading.buttons[: len(table)])
        if is_down and not (at < len(before) and before[at])
    )


class StickHand:
    """The speed chosen on the device, and its axes as shares of what the camera can do."""

    def __init__(self) -> None:
        self._level = len(SPEEDS) - 1

    @property
    def speed(self) -> float:
        return SPEEDS[self._level]

    def change_speed(self, do: StickDo) -> float:
        """One step slower or faster; returns the speed."""
        step = 1 if do is StickDo.FASTER else -1
        self._level = min(len(SPEEDS) - 1, max(0, self._level + step))
        return self.speed

    def push(self, reading: StickReading | None) -> tuple[float, float, float]:
        """(pan, tilt, zoom), −1…1; all zero without a device."""
        if reading is None:
            return 0.0, 0.0, 0.0
        pan, tilt, zoom = map(curved, (reading.pan, reading.tilt, reading.zoom))
        return pan * self.speed, tilt * self.speed, zoom * self.speed


def curved(value: float) -> float:
    """An axis after its dead zone, bent: fine near the middle. −1…1; what is no number is nothing."""
    if not abs(value) > STICK_DEAD_ZONE:
        return 0.0
    size = min(1.0, abs(value))
    share = (size - STICK_DEAD_ZONE) / (1 - STICK_DEAD_ZONE)
    bent = (1 - EXPO) * share + EXPO * share**3
    return bent if value > 0 else -bent
