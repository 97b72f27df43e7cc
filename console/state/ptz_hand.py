"""PtzHand: what this seat's hand asks of the camera under it, from keys, mouse, wheel and joystick. No Qt.

Pure but for the time the wheel's and the stick's pushes last, which is handed in. Threads: GUI thread only.
"""

from __future__ import annotations

from console.state.mode_keys import PtzKey
from ingest.ptz.device import PtzVelocity

#: Speed of a held key: usual, with Shift (a plate at full zoom), with Ctrl (across the street).
SPEED, FINE_SPEED, FAST_SPEED = 0.5, 0.15, 1.0
#: A pull shorter than this share of the tile's smaller half is a click, not a movement.
DEAD_ZONE = 0.08
#: One notch of the wheel zooms for this long.
NOTCH_S = 0.3
#: A joystick that was not heard of for so long is let go: a camera must never go on turning.
STICK_S = 0.5

_DIRECTIONS = {
    PtzKey.LEFT: (-1, 0, 0),
    PtzKey.RIGHT: (1, 0, 0),
    PtzKey.UP: (0, 1, 0),
    PtzKey.DOWN: (0, -1, 0),
    PtzKey.UP_LEFT: (-1, 1, 0),
    PtzKey.UP_RIGHT: (1, 1, 0),
    PtzKey.DOWN_LEFT: (-1, -1, 0),
    PtzKey.DOWN_RIGHT: (1, -1, 0),
    PtzKey.ZOOM_IN: (0, 0, 1),
    PtzKey.ZOOM_OUT: (0, 0, -1),
}


class PtzHand:
    """See module. `velocity(now_s)` is what the camera shall do now."""

    def __init__(self) -> None:
        self._held: dict[PtzKey, float] = {}
        self._pull: tuple[float, float] | None = None
        self._notch = 0
        self._notch_until_s = 0.0
        self._stick = (0.0, 0.0, 0.0)
        self._stick_until_s = 0.0
        self._stick_must_rest = True

    def press(self, key: PtzKey, speed: float = SPEED) -> bool:
        """A key goes down. False for one that is no direction."""
        if key not in _DIRECTIONS:
            return False
        self._held[key] = speed
        return True

    def release(self, key: PtzKey) -> None:
        self._held.pop(key, None)

    def pull(self, x_share: float, y_share: float) -> None:
        """The pointer's distance from the tile's middle, 1 at its smaller half; down is positive."""
        self._pull = (x_share, y_share)

    def let_go(self) -> None:
        """Mouse up, focus lost, mode left: nothing is held any more."""
        self._held.clear()
        self._pull = None
        self._notch = 0
        self._stick = (0.0, 0.0, 0.0)
        self._stick_must_rest = True

    def push(self, stick: tuple[float, float, float], now_s: float) -> bool:
        """A joystick's (pan, tilt, zoom), −1…1. True when it has to be said at once.

        After `let_go` it counts again once it was at rest.
        """
        rests = not any(stick)
        self._stick_must_rest = self._stick_must_rest and not rests
        if self._stick_must_rest:
            return False
        was_resting = not any(self._stick) or now_s >= self._stick_until_s
        self._stick, self._stick_until_s = stick, now_s + STICK_S
        return rests != was_resting

    def release_pull(self) -> None:
        self._pull = None

    def turn_wheel(self, notches: float, now_s: float) -> None:
        """Zooms for a moment, in for a positive turn."""
        self._notch = (notches > 0) - (notches < 0)
        self._notch_until_s = now_s + NOTCH_S

    def velocity(self, now_s: float) -> PtzVelocity:
        pan = tilt = zoom = 0.0
        for key, speed in self._held.items():
            x, y, z = _DIRECTIONS[key]
            pan, tilt, zoom = pan + x * speed, tilt + y * speed, zoom + z * speed
        if self._pull is not None:
            pan += _eased(self._pull[0])
            tilt -= _eased(self._pull[1])
        if self._notch and now_s < self._notch_until_s:
            zoom += self._notch * SPEED
        if now_s < self._stick_until_s:
            pan, tilt, zoom = (a + b for a, b in zip((pan, tilt, zoom), self._stick, strict=True))
        return PtzVelocity(round(pan, 2), round(tilt, 2), round(zoom, 2)).clamped()


def _eased(share: float) -> float:
    """Slow near the middle, full speed at the edge; nothing inside the dead zone."""
    size = min(1.0, abs(share))
    if size < DEAD_ZONE:
        return 0.0
    eased: float = ((size - DEAD_ZONE) / (1 - DEAD_ZONE)) ** 1.5
    return eased if share > 0 else -eased
