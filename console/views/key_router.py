"""KeyRouter: turns key presses anywhere in the console into commands of the one table.

Listens at the native windows, where a key press arrives first and little else does: a filter on
the application would run Python for every paint and timer. Digits become a camera number first. Text fields keep their keys; keypad and main keys are the
same; the input method never sees a command key because no widget here but text fields takes it.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QTextEdit,
    QWidget,
)

from console.state.entry import DIGITS_EXPIRE_S, SCENE_SIGN, DigitEntry
from console.state.keys import REPEATING, KeyMode, commands_by_key
from ingest.clock import Clock

_TEXT_FIELDS = (QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QComboBox)
_KEY_EVENTS = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease)
#: Keys whose shifted form is the key itself on common layouts.
_SHIFT_FREE = frozenset({"?", "+", "*", "/"})
#: A widget with this property takes every key for itself while it has the focus.
OWN_KEYS = "ownKeys"
#: Commands that work while a text field has the focus.
_ALSO_IN_TEXT = frozenset({"Ctrl+K"})


def portable_key(event: QKeyEvent) -> str:
    """A key press as the table writes it: keypad as main keys, Enter as Return."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = Qt.Key.Key_Return if event.key() == Qt.Key.Key_Enter else Qt.Key(event.key())
    plain = QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
    if plain in _SHIFT_FREE:
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    combination = QKeyCombination(modifiers, key)
    text = QKeySequence(combination).toString(QKeySequence.SequenceFormat.PortableText)
    return {"Esc": "Escape"}.get(text, text)


class KeyRouter(QObject):
    """Listens at the windows given to `watch`.

    Signals: `command(id)`; `digits_changed(text)`; `camera_called(number)`; `scene_called(number)`.
    """

    command = Signal(object)
    digits_changed = Signal(str)
    camera_called = Signal(int)
    scene_called = Signal(int)

    def __init__(
        self,
        application: QApplication,
        clock: Clock,
        tool: Callable[[], KeyMode | None] = lambda: None,
    ) -> None:
        """`tool`: the tool whose own keys count before the common ones, asked at every key."""
        super().__init__(application)
        self._application = application
        self._clock = clock
        self._digits = DigitEntry()
        #: A mode that takes keys before anybody else, told presses and releases; True = taken.
        self.mode: Callable[[QKeyEvent, str], bool] | None = None
        self._tool = tool
        self._tables = {mode: commands_by_key(mode) for mode in (None, *KeyMode)}
        self._expiry = QTimer(self, singleShot=True, interval=round(DIGITS_EXPIRE_S * 1000) + 20)
        self._expiry.timeout.connect(self._on_expired)

    def watch(self, window: QWidget) -> None:
        """Listens at a top-level window; it stops by itself when the window is destroyed."""
        window.winId()  # makes the native window
        handle = window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)

    def close(self) -> None:
        """Stops listening. Twice is harmless."""
        for handle in self._application.topLevelWindows():
            handle.removeEventFilter(self)
        self._expiry.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() not in _KEY_EVENTS or not isinstance(event, QKeyEvent):
            return False
        if self._application.activeModalWidget() is not None:
            return False
        key = portable_key(event)
        focus = self._application.focusWidget()
        if focus is not None and focus.property(OWN_KEYS):
            return False
        if self.mode is not None and self.mode(event, key):
            return True
        if event.type() == QEvent.Type.KeyRelease:
            return False
        if isinstance(focus, _TEXT_FIELDS) and key not in _ALSO_IN_TEXT:
            return False
        return self._take_digit(event, key) or self._take_command(key, event.isAutoRepeat())

    def _take_digit(self, event: QKeyEvent, key: str) -> bool:
        now = self._clock.mono_ns()
        typed = self._digits.text(now)
        if key == SCENE_SIGN or (len(key) == 1 and key.isdigit()):
            self._show(self._digits.press(key, now))
            return True
        if not typed:
            return False
        if key == "Return":
            number = self._digits.take(now)
            self._show("")
            if number is not None and typed.startswith(SCENE_SIGN):
                self.scene_called.emit(number)
            elif number is not None:
                self.camera_called.emit(number)
            return True
        if key in ("Backspace", "Escape"):
            self._show(self._digits.erase(now) if key == "Backspace" else "")
            if key == "Escape":
                self._digits.clear()
            return True
        return False

    def _take_command(self, key: str, is_repeat: bool) -> bool:
        own = self._tables[self._tool()].get(key)
        command_id = own or self._tables[None].get(key)
        if command_id is None:
            return False
        if not is_repeat or command_id in REPEATING:
            self.command.emit(command_id)
        return True

    def _show(self, digits: str) -> None:
        self.digits_changed.emit(digits)
        if digits:
            self._expiry.start()
        else:
            self._expiry.stop()

    def _on_expired(self) -> None:
        if not self._digits.text(self._clock.mono_ns()):
            self.digits_changed.emit("")
