"""The keys of modes that take the whole keyboard: turning a camera, cutting a window's tiles.

Data only, written as in `console.state.keys`.
"""

from __future__ import annotations

import enum

from msgspec import Struct

from console.state.keys import QT_TRANSLATE_NOOP, CommandId


class PtzKey(enum.Enum):
    """What a key means while a camera is turned."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    UP_LEFT = "up_left"
    UP_RIGHT = "up_right"
    DOWN_LEFT = "down_left"
    DOWN_RIGHT = "down_right"
    ZOOM_IN = "zoom_in"
    ZOOM_OUT = "zoom_out"
    HOME = "home"
    SAVE = "save"
    LEAVE = "leave"


#: Keys of PTZ mode, without their speed modifiers; main-row digits call presets 1…9.
PTZ_KEYS: dict[str, PtzKey] = {
    "Left": PtzKey.LEFT, "Right": PtzKey.RIGHT, "Up": PtzKey.UP, "Down": PtzKey.DOWN,
    "PgUp": PtzKey.ZOOM_IN, "PgDown": PtzKey.ZOOM_OUT, "+": PtzKey.ZOOM_IN, "-": PtzKey.ZOOM_OUT,
    "Home": PtzKey.HOME, "S": PtzKey.SAVE, "P": PtzKey.LEAVE, "Escape": PtzKey.LEAVE,
}  # fmt: skip
#: The keypad as a joystick: with Num Lock on, and what joystick keypads send.
PTZ_KEYPAD: dict[str, PtzKey] = {
    "7": PtzKey.UP_LEFT, "8": PtzKey.UP, "9": PtzKey.UP_RIGHT,
    "4": PtzKey.LEFT, "6": PtzKey.RIGHT,
    "1": PtzKey.DOWN_LEFT, "2": PtzKey.DOWN, "3": PtzKey.DOWN_RIGHT,
}  # fmt: skip
#: How the key sheet writes keys that hold only in PTZ mode.
PTZ_KEY_TEXTS = {
    CommandId.PTZ_TURN: "← ↑ ↓ → / 1…9",
    CommandId.PTZ_ZOOM: "PgUp PgDn",
    CommandId.PTZ_PRESET: "1…9 Home S",
    CommandId.PTZ_STICK: QT_TRANSLATE_NOOP("Keys", "Joystick"),
}


class EditorCommand(enum.Enum):
    """What can be done while a window's tiles are being cut."""

    SPLIT_COLUMNS = "split_columns"
    SPLIT_ROWS = "split_rows"
    MERGE = "merge"
    UNDO = "undo"
    SAVE = "save"
    KEEP = "keep"
    TAKE_BACK = "take_back"


class EditorKey(Struct, frozen=True):
    """One row of the layout editor's own table; arrows move, with Shift select, with Ctrl push the edge."""

    id: EditorCommand
    keys: tuple[str, ...]
    text: str


EDITOR_TABLE: tuple[EditorKey, ...] = (
    EditorKey(EditorCommand.SPLIT_COLUMNS, ("V", "|"), QT_TRANSLATE_NOOP("Editor", "Split left | right")),
    EditorKey(EditorCommand.SPLIT_ROWS, ("H", "-"), QT_TRANSLATE_NOOP("Editor", "Split top / bottom")),
    EditorKey(EditorCommand.MERGE, ("M",), QT_TRANSLATE_NOOP("Editor", "Merge")),
    EditorKey(EditorCommand.UNDO, ("Ctrl+Z",), QT_TRANSLATE_NOOP("Editor", "Undo")),
    EditorKey(EditorCommand.SAVE, ("Ctrl+S",), QT_TRANSLATE_NOOP("Editor", "Save as…")),
    EditorKey(EditorCommand.TAKE_BACK, ("Escape",), QT_TRANSLATE_NOOP("Editor", "Discard")),
    EditorKey(EditorCommand.KEEP, ("Return",), QT_TRANSLATE_NOOP("Editor", "Done")),
)  # fmt: skip
