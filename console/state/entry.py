"""Typing that has a deadline: camera digits, and the dispatch an operator may still take back.

Pure state machines over monotonic nanoseconds; whoever owns the clock asks them.
"""

from __future__ import annotations

from msgspec import Struct

from config.site import InspectorId
from console.desk.case import CaseId

#: UI.md, keys: digits expire after 3 s; a dispatch is held 5 s.
DIGITS_EXPIRE_S = 3.0
DISPATCH_HOLD_S = 5.0
DIGITS_MAX = 6


#: Begins the number of a scene.
SCENE_SIGN = "*"


class DigitEntry:
    """The number being typed: a camera's, or after `*` a scene's. One thread."""

    def __init__(self) -> None:
        self._digits = ""
        self._last_mono_ns = 0

    def text(self, now_mono_ns: int) -> str:
        """What is typed so far, empty once it expired."""
        if self._digits and now_mono_ns - self._last_mono_ns >= DIGITS_EXPIRE_S * 1e9:
            self._digits = ""
        return self._digits

    def press(self, digit: str, now_mono_ns: int) -> str:
        """Adds one digit; a seventh starts a new number, a `*` that of a scene."""
        typed = "" if digit == SCENE_SIGN else self.text(now_mono_ns)
        sign = SCENE_SIGN if typed.startswith(SCENE_SIGN) else ""
        full = len(typed) - len(sign) >= DIGITS_MAX
        self._digits = sign + digit if full else typed + digit
        self._last_mono_ns = now_mono_ns
        return self._digits

    def erase(self, now_mono_ns: int) -> str:
        """Backspace."""
        self._digits = self.text(now_mono_ns)[:-1]
        self._last_mono_ns = now_mono_ns
        return self._digits

    def take(self, now_mono_ns: int) -> int | None:
        """Enter: the number, or None when nothing (fresh) is typed. Clears."""
        typed = self.text(now_mono_ns).removeprefix(SCENE_SIGN)
        self._digits = ""
        return int(typed) if typed else None

    def clear(self) -> None:
        self._digits = ""


class HeldDispatch(Struct, frozen=True):
    """A dispatch that will be sent at `due_mono_ns` unless it is taken back."""

    case_id: CaseId
    version: int
    inspector_id: InspectorId
    inspector_name: str
    due_mono_ns: int

    def remaining_s(self, now_mono_ns: int) -> float:
        return max(0.0, (self.due_mono_ns - now_mono_ns) / 1e9)


class DispatchHold:
    """At most one dispatch in the hold; a second one sends the first at once. One thread."""

    def __init__(self) -> None:
        self._held: HeldDispatch | None = None

    @property
    def held(self) -> HeldDispatch | None:
        return self._held

    def hold(self, dispatch: HeldDispatch) -> HeldDispatch | None:
        """Starts the count-down; returns the dispatch that was waiting and must go out now."""
        former, self._held = self._held, dispatch
        return None if former is None or former.case_id == dispatch.case_id else former

    def take_back(self) -> HeldDispatch | None:
        """Esc: nothing is sent. Returns what was taken back."""
        former, self._held = self._held, None
        return former

    def due(self, now_mono_ns: int) -> HeldDispatch | None:
        """The dispatch whose time is up, once."""
        held = self._held
        if held is None or now_mono_ns < held.due_mono_ns:
            return None
        self._held = None
        return held
