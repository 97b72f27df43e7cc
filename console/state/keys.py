"""The one key table: what each key does, for the key router, the `?` sheet, the palette and tool tips.

Data only. A key stands here only when it works. Texts are English sources for translation
(context "Keys"). Keys are written as QKeySequence's portable text.
"""

from __future__ import annotations

import enum

from msgspec import Struct


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:
    """Marks `text` for translation where no Qt may be imported; returns it unchanged."""
    return text


class KeyGroup(enum.Enum):
    CASES = "cases"
    CAMERAS = "cameras"
    TILE = "tile"
    WALL = "wall"
    PTZ = "ptz"
    ZOOM = "zoom"
    REPLAY = "replay"
    MAP = "map"
    CONSOLE = "console"


class KeyMode(enum.Enum):
    """A tool that has keys of its own while it is in the hand; all others stay as they are."""

    ZOOM = "zoom"
    REPLAY = "replay"


class CommandId(enum.Enum):
    OPEN = "open"
    FILE = "file"
    DISPATCH = "dispatch"
    ACKNOWLEDGE = "acknowledge"
    VERIFY = "verify"
    CLOSE = "close"
    VOID = "void"
    ACTS = "acts"
    TAKE_SUGGESTION = "take_suggestion"
    SHOW_NEW = "show_new"
    CALL_CAMERA = "call_camera"
    CAMERA_DIRECTORY = "camera_directory"
    LOSSES = "losses"
    PUT_ASIDE = "put_aside"
    FULL_TILE = "full_tile"
    PTZ = "ptz"
    AIM = "aim"
    PTZ_TURN = "ptz_turn"
    PTZ_ZOOM = "ptz_zoom"
    PTZ_PRESET = "ptz_preset"
    PTZ_STICK = "ptz_stick"
    ZOOM_TOOL = "zoom_tool"
    ZOOM_WHOLE = "zoom_whole"
    ZOOM_IN = "zoom_in"
    ZOOM_OUT = "zoom_out"
    PAN_LEFT = "pan_left"
    PAN_RIGHT = "pan_right"
    PAN_UP = "pan_up"
    PAN_DOWN = "pan_down"
    ZOOM_KEEP = "zoom_keep"
    ZOOM_BACK = "zoom_back"
    ASPECT = "aspect"
    MARKS = "marks"
    EDIT_ZONES = "edit_zones"
    CALIBRATE = "calibrate"
    SNAPSHOT = "snapshot"
    EXPORT = "export"
    REPLAY = "replay"
    REPLAY_LIVE = "replay_live"
    REPLAY_PAUSE = "replay_pause"
    REPLAY_STEP_BACK = "replay_step_back"
    REPLAY_STEP_ON = "replay_step_on"
    REPLAY_JUMP_BACK = "replay_jump_back"
    REPLAY_JUMP_ON = "replay_jump_on"
    REPLAY_FASTER = "replay_faster"
    REPLAY_SLOWER = "replay_slower"
    REPLAY_START = "replay_start"
    REPLAY_MARK_FROM = "replay_mark_from"
    REPLAY_MARK_TO = "replay_mark_to"
    LAYOUT_1 = "layout_1"
    LAYOUT_2 = "layout_2"
    LAYOUT_3 = "layout_3"
    LAYOUT_4 = "layout_4"
    LAYOUT_5 = "layout_5"
    LAYOUT_6 = "layout_6"
    LAYOUT_7 = "layout_7"
    LAYOUT_8 = "layout_8"
    EDIT_LAYOUT = "edit_layout"
    CALL_SCENE = "call_scene"
    SCENES = "scenes"
    SAVE_SCENE = "save_scene"
    PUSH_SCENE = "push_scene"
    SCENE_BACK = "scene_back"
    TOUR = "tour"
    TOURS = "tours"
    TOUR_NEXT = "tour_next"
    TOUR_FORMER = "tour_former"
    TOUR_END = "tour_end"
    TILE_HISTORY = "tile_history"
    TILE_FORMER = "tile_former"
    PIN = "pin"
    HOTSPOT = "hotspot"
    SPAN = "span"
    MAP_SPAN = "map_span"
    BEZEL = "bezel"
    TILE_LEFT = "tile_left"
    TILE_RIGHT = "tile_right"
    TILE_UP = "tile_up"
    TILE_DOWN = "tile_down"
    MAP_TO_IT = "map_to_it"
    MAP_WHOLE = "map_whole"
    MAP_IN = "map_in"
    MAP_OUT = "map_out"
    MAP_LAYERS = "map_layers"
    MAP_MEASURE = "map_measure"
    MAP_CHOOSE = "map_choose"
    FENCES = "fences"
    FILTER = "filter"
    GROUP = "group"
    ARCHIVE = "archive"
    MARK = "mark"
    MARK_ALL = "mark_all"
    TRAIL_AT = "trail_at"
    PALETTE = "palette"
    PEOPLE = "people"
    ESCORT = "escort"
    TRAIL_PLAY = "trail_play"
    DISCOVER = "discover"
    HAND_OVER = "hand_over"
    LANGUAGE = "language"
    THEME = "theme"
    NIGHT = "night"
    MUTE = "mute"
    FULL_SCREEN = "full_screen"
    RESET_LAYOUT = "reset_layout"
    KEY_SHEET = "key_sheet"
    BACK = "back"


class KeyCommand(Struct, frozen=True):
    """One row of the table. No keys: reachable by palette and menu only.

    `mode`: the keys mean this only while that tool is in the hand.
    """

    id: CommandId
    keys: tuple[str, ...]
    text: str
    group: KeyGroup
    mode: KeyMode | None = None


KEY_TABLE: tuple[KeyCommand, ...] = (
    KeyCommand(CommandId.OPEN, ("Return",), QT_TRANSLATE_NOOP("Keys", "Open the case"), KeyGroup.CASES),
    KeyCommand(CommandId.FILE, ("Shift+Return",), QT_TRANSLATE_NOOP("Keys", "File the case"), KeyGroup.CASES),
    KeyCommand(CommandId.DISPATCH, ("D",), QT_TRANSLATE_NOOP("Keys", "Dispatch the first candidate (5 s to take it back)"), KeyGroup.CASES),
    KeyCommand(CommandId.ACKNOWLEDGE, ("Space",), QT_TRANSLATE_NOOP("Keys", "Acknowledge the alert"), KeyGroup.CASES),
    KeyCommand(CommandId.VERIFY, ("Ctrl+Shift+V",), QT_TRANSLATE_NOOP("Keys", "Verified: the matter is dealt with"), KeyGroup.CASES),
    KeyCommand(CommandId.CLOSE, ("Ctrl+Shift+C",), QT_TRANSLATE_NOOP("Keys", "Close the case"), KeyGroup.CASES),
    KeyCommand(CommandId.VOID, ("Ctrl+Shift+X",), QT_TRANSLATE_NOOP("Keys", "Void the case (asks why)"), KeyGroup.CASES),
    KeyCommand(CommandId.ACTS, ("X",), QT_TRANSLATE_NOOP("Keys", "All acts of the case, and why not"), KeyGroup.CASES),
    KeyCommand(CommandId.TAKE_SUGGESTION, ("Ctrl+Return",), QT_TRANSLATE_NOOP("Keys", "Take over what was learned (item, area, unit)"), KeyGroup.CASES),
    KeyCommand(CommandId.PUT_ASIDE, ("Ctrl+Shift+A",), QT_TRANSLATE_NOOP("Keys", "Put alerts of this camera aside (asks why and how long)"), KeyGroup.CASES),
    KeyCommand(CommandId.SHOW_NEW, ("Home",), QT_TRANSLATE_NOOP("Keys", "Top of the queue, with what is new"), KeyGroup.CASES),
    KeyCommand(CommandId.FILTER, ("Q",), QT_TRANSLATE_NOOP("Keys", "Which cases the list shows, and which ask for attention"), KeyGroup.CASES),
    KeyCommand(CommandId.GROUP, ("Shift+Q",), QT_TRANSLATE_NOOP("Keys", "Group the list: by kind, state, street, unit"), KeyGroup.CASES),
    KeyCommand(CommandId.ARCHIVE, ("Ctrl+F",), QT_TRANSLATE_NOOP("Keys", "Search all cases, the closed ones too"), KeyGroup.CASES),
    KeyCommand(CommandId.MARK, ("Ins",), QT_TRANSLATE_NOOP("Keys", "Mark the case and go on: the next act is for all marked cases"), KeyGroup.CASES),
    KeyCommand(CommandId.MARK_ALL, ("Ctrl+A",), QT_TRANSLATE_NOOP("Keys", "Mark every case of the list, or its group"), KeyGroup.CASES),
    KeyCommand(CommandId.CALL_CAMERA, (), QT_TRANSLATE_NOOP("Keys", "Digits, Enter: camera to the selected tile"), KeyGroup.CAMERAS),
    KeyCommand(CommandId.CAMERA_DIRECTORY, ("C",), QT_TRANSLATE_NOOP("Keys", "Camera directory"), KeyGroup.CAMERAS),
    KeyCommand(CommandId.LOSSES, ("L",), QT_TRANSLATE_NOOP("Keys", "Lost cameras and maintenance"), KeyGroup.CAMERAS),
    KeyCommand(CommandId.FULL_TILE, ("F",), QT_TRANSLATE_NOOP("Keys", "Selected tile full size and back"), KeyGroup.TILE),
    KeyCommand(CommandId.PTZ, ("P",), QT_TRANSLATE_NOOP("Keys", "Turn the selected camera (PTZ) and leave it"), KeyGroup.PTZ),
    KeyCommand(CommandId.AIM, ("Shift+P",), QT_TRANSLATE_NOOP("Keys", "Aim a camera at the selected place"), KeyGroup.PTZ),
    KeyCommand(CommandId.PTZ_TURN, (), QT_TRANSLATE_NOOP("Keys", "Turn; with Shift slow, with Ctrl fast"), KeyGroup.PTZ),
    KeyCommand(CommandId.PTZ_ZOOM, (), QT_TRANSLATE_NOOP("Keys", "Closer and wider"), KeyGroup.PTZ),
    KeyCommand(CommandId.PTZ_PRESET, (), QT_TRANSLATE_NOOP("Keys", "Preset, home, save the view"), KeyGroup.PTZ),
    KeyCommand(CommandId.PTZ_STICK, (), QT_TRANSLATE_NOOP("Keys", "Stick turns, twist or right stick zooms, buttons call presets; Start is home, shoulders are speed"), KeyGroup.PTZ),
    KeyCommand(CommandId.ZOOM_TOOL, ("Z",), QT_TRANSLATE_NOOP("Keys", "Zoom the selected tile"), KeyGroup.TILE),
    KeyCommand(CommandId.ZOOM_WHOLE, ("Shift+Z",), QT_TRANSLATE_NOOP("Keys", "Whole picture again"), KeyGroup.TILE),
    KeyCommand(CommandId.ZOOM_IN, ("+", "="), QT_TRANSLATE_NOOP("Keys", "Closer"), KeyGroup.ZOOM, KeyMode.ZOOM),
    KeyCommand(CommandId.ZOOM_OUT, ("-",), QT_TRANSLATE_NOOP("Keys", "Wider"), KeyGroup.ZOOM, KeyMode.ZOOM),
    KeyCommand(CommandId.PAN_LEFT, ("Left",), QT_TRANSLATE_NOOP("Keys", "Picture to the left"), KeyGroup.ZOOM, KeyMode.ZOOM),
    KeyCommand(CommandId.PAN_RIGHT, ("Right",), QT_TRANSLATE_NOOP("Keys", "Picture to the right"), KeyGroup.ZOOM, KeyMode.ZOOM),
    KeyCommand(CommandId.PAN_UP, ("Up",), QT_TRANSLATE_NOOP("Keys", "Picture up"), KeyGroup.ZOOM, KeyMode.ZOOM),
    KeyCommand(CommandId.PAN_DOWN, ("Down",), QT_TRANSLATE_NOOP("Keys", "Picture down"), KeyGroup.ZOOM, KeyMode.ZOOM),
    KeyCommand(CommandId.ZOOM_KEEP, ("Return",), QT_TRANSLATE_NOOP("Keys", "Keep this part"), KeyGroup.ZOOM, KeyMode.ZOOM),
    KeyCommand(CommandId.ZOOM_BACK, ("Escape",), QT_TRANSLATE_NOOP("Keys", "Whole picture, tool away"), KeyGroup.ZOOM, KeyMode.ZOOM),
    KeyCommand(CommandId.REPLAY, ("R",), QT_TRANSLATE_NOOP("Keys", "Replay the selected tile, or back to live"), KeyGroup.TILE),
    KeyCommand(CommandId.ASPECT, ("A",), QT_TRANSLATE_NOOP("Keys", "Fit, fill or stretch the picture"), KeyGroup.TILE),
    KeyCommand(CommandId.MARKS, ("O",), QT_TRANSLATE_NOOP("Keys", "Boxes, zones, trails, people or bare pictures"), KeyGroup.TILE),
    KeyCommand(CommandId.EDIT_ZONES, ("Shift+O",), QT_TRANSLATE_NOOP("Keys", "Draw the camera's zones"), KeyGroup.TILE),
    KeyCommand(CommandId.CALIBRATE, ("Shift+C",), QT_TRANSLATE_NOOP("Keys", "Set the camera's ground (calibration)"), KeyGroup.TILE),
    KeyCommand(CommandId.SNAPSHOT, ("S",), QT_TRANSLATE_NOOP("Keys", "Snapshot of the selected tile"), KeyGroup.TILE),
    KeyCommand(CommandId.EXPORT, ("E",), QT_TRANSLATE_NOOP("Keys", "Export a clip of the selected tile"), KeyGroup.TILE),
    KeyCommand(CommandId.REPLAY_LIVE, ("Escape",), QT_TRANSLATE_NOOP("Keys", "Back to live"), KeyGroup.REPLAY, KeyMode.REPLAY),
    KeyCommand(CommandId.REPLAY_PAUSE, ("Space",), QT_TRANSLATE_NOOP("Keys", "Pause or play"), KeyGroup.REPLAY, KeyMode.REPLAY),
    KeyCommand(CommandId.REPLAY_STEP_BACK, ("Left", ","), QT_TRANSLATE_NOOP("Keys", "One picture back"), KeyGroup.REPLAY, KeyMode.REPLAY),
    KeyCommand(CommandId.REPLAY_STEP_ON, ("Right", "."), QT_TRANSLATE_NOOP("Keys", "One picture forward"), KeyGroup.REPLAY, KeyMode.REPLAY),
    KeyCommand(CommandId.REPLAY_JUMP_BACK, ("Shift+Left",), QT_TRANSLATE_NOOP("Keys", "5 s back"), KeyGroup.REPLAY, KeyMode.REPLAY),
    KeyCommand(CommandId.REPLAY_JUMP_ON, ("Shift+Right",), QT_TRANSLATE_NOOP("Keys", "5 s forward"), KeyGroup.REPLAY, KeyMode.REPLAY),
    KeyCommand(CommandId.REPLAY_FASTER, ("Up",), QT_TRANSLATE_NOOP("Keys", "Faster"), KeyGroup.REPLAY, KeyMode.REPLAY),
    KeyCommand(CommandId.REPLAY_SLOWER, ("Down",), QT_TRANSLATE_NOOP("Keys", "Slower"), KeyGroup.REPLAY, KeyMode.REPLAY),
    KeyCommand(CommandId.REPLAY_START, ("Home",), QT_TRANSLATE_NOOP("Keys", "To the oldest picture"), KeyGroup.REPLAY, KeyMode.REPLAY),
    KeyCommand(CommandId.REPLAY_MARK_FROM, ("[",), QT_TRANSLATE_NOOP("Keys", "Export begins here"), KeyGroup.REPLAY, KeyMode.REPLAY),
    KeyCommand(CommandId.REPLAY_MARK_TO, ("]",), QT_TRANSLATE_NOOP("Keys", "Export ends here"), KeyGroup.REPLAY, KeyMode.REPLAY),
    KeyCommand(CommandId.LAYOUT_1, ("F1",), QT_TRANSLATE_NOOP("Keys", "Wall layout 1"), KeyGroup.WALL),
    KeyCommand(CommandId.LAYOUT_2, ("F2",), QT_TRANSLATE_NOOP("Keys", "Wall layout 2"), KeyGroup.WALL),
    KeyCommand(CommandId.LAYOUT_3, ("F3",), QT_TRANSLATE_NOOP("Keys", "Wall layout 3"), KeyGroup.WALL),
    KeyCommand(CommandId.LAYOUT_4, ("F4",), QT_TRANSLATE_NOOP("Keys", "Wall layout 4"), KeyGroup.WALL),
    KeyCommand(CommandId.LAYOUT_5, ("F5",), QT_TRANSLATE_NOOP("Keys", "Wall layout 5"), KeyGroup.WALL),
    KeyCommand(CommandId.LAYOUT_6, ("F6",), QT_TRANSLATE_NOOP("Keys", "Wall layout 6"), KeyGroup.WALL),
    KeyCommand(CommandId.LAYOUT_7, ("F7",), QT_TRANSLATE_NOOP("Keys", "Wall layout 7"), KeyGroup.WALL),
    KeyCommand(CommandId.LAYOUT_8, ("F8",), QT_TRANSLATE_NOOP("Keys", "Wall layout 8"), KeyGroup.WALL),
    KeyCommand(CommandId.EDIT_LAYOUT, ("Shift+E",), QT_TRANSLATE_NOOP("Keys", "Cut the window's tiles freely"), KeyGroup.WALL),
    KeyCommand(CommandId.CALL_SCENE, (), QT_TRANSLATE_NOOP("Keys", "*, digits, Enter: scene to the wall"), KeyGroup.WALL),
    KeyCommand(CommandId.SCENES, ("Shift+S",), QT_TRANSLATE_NOOP("Keys", "Scenes: call, send, rename, remove"), KeyGroup.WALL),
    KeyCommand(CommandId.SAVE_SCENE, ("Ctrl+S",), QT_TRANSLATE_NOOP("Keys", "Save the wall as a scene"), KeyGroup.WALL),
    KeyCommand(CommandId.PUSH_SCENE, ("Ctrl+Shift+S",), QT_TRANSLATE_NOOP("Keys", "Send a scene to a seat or window"), KeyGroup.WALL),
    KeyCommand(CommandId.SCENE_BACK, ("Ctrl+Backspace",), QT_TRANSLATE_NOOP("Keys", "Back from a scene that was sent here"), KeyGroup.WALL),
    KeyCommand(CommandId.TOUR, ("T",), QT_TRANSLATE_NOOP("Keys", "Tour on the tile: start, pause, go on"), KeyGroup.WALL),
    KeyCommand(CommandId.TOURS, ("Shift+T",), QT_TRANSLATE_NOOP("Keys", "Choose, write and remove tours"), KeyGroup.WALL),
    KeyCommand(CommandId.TOUR_NEXT, ("PgDown",), QT_TRANSLATE_NOOP("Keys", "Next step of the tour"), KeyGroup.WALL),
    KeyCommand(CommandId.TOUR_FORMER, ("PgUp",), QT_TRANSLATE_NOOP("Keys", "Step of the tour before"), KeyGroup.WALL),
    KeyCommand(CommandId.TOUR_END, ("Ctrl+T",), QT_TRANSLATE_NOOP("Keys", "End the tour"), KeyGroup.WALL),
    KeyCommand(CommandId.TILE_HISTORY, ("H",), QT_TRANSLATE_NOOP("Keys", "Last cameras of the tile"), KeyGroup.TILE),
    KeyCommand(CommandId.TILE_FORMER, ("B",), QT_TRANSLATE_NOOP("Keys", "Camera that was in the tile before"), KeyGroup.TILE),
    KeyCommand(CommandId.PIN, ("K",), QT_TRANSLATE_NOOP("Keys", "Pin the tile, or let it go"), KeyGroup.TILE),
    KeyCommand(CommandId.HOTSPOT, ("Shift+H",), QT_TRANSLATE_NOOP("Keys", "Tile follows the selection (hotspot)"), KeyGroup.TILE),
    KeyCommand(CommandId.SPAN, ("Shift+F",), QT_TRANSLATE_NOOP("Keys", "Selected camera over all monitors, and back"), KeyGroup.WALL),
    KeyCommand(CommandId.MAP_SPAN, ("Ctrl+Shift+G",), QT_TRANSLATE_NOOP("Keys", "Map over all monitors of the wall, and back"), KeyGroup.WALL),
    KeyCommand(CommandId.BEZEL, (), QT_TRANSLATE_NOOP("Keys", "Width of the monitors' frames"), KeyGroup.WALL),
    KeyCommand(CommandId.TILE_LEFT, ("Alt+Left",), QT_TRANSLATE_NOOP("Keys", "Tile on the left"), KeyGroup.TILE),
    KeyCommand(CommandId.TILE_RIGHT, ("Alt+Right",), QT_TRANSLATE_NOOP("Keys", "Tile on the right"), KeyGroup.TILE),
    KeyCommand(CommandId.TILE_UP, ("Alt+Up",), QT_TRANSLATE_NOOP("Keys", "Tile above"), KeyGroup.TILE),
    KeyCommand(CommandId.TILE_DOWN, ("Alt+Down",), QT_TRANSLATE_NOOP("Keys", "Tile below"), KeyGroup.TILE),
    KeyCommand(CommandId.MAP_TO_IT, ("G",), QT_TRANSLATE_NOOP("Keys", "Map to the open case"), KeyGroup.MAP),
    KeyCommand(CommandId.MAP_WHOLE, ("Shift+G",), QT_TRANSLATE_NOOP("Keys", "Map of the whole area"), KeyGroup.MAP),
    KeyCommand(CommandId.MAP_IN, ("+",), QT_TRANSLATE_NOOP("Keys", "Map closer"), KeyGroup.MAP),
    KeyCommand(CommandId.MAP_OUT, ("-",), QT_TRANSLATE_NOOP("Keys", "Map wider"), KeyGroup.MAP),
    KeyCommand(CommandId.MAP_LAYERS, ("Shift+L",), QT_TRANSLATE_NOOP("Keys", "Layers of the map"), KeyGroup.MAP),
    KeyCommand(CommandId.MAP_MEASURE, ("Shift+M",), QT_TRANSLATE_NOOP("Keys", "Measure on the map"), KeyGroup.MAP),
    KeyCommand(CommandId.MAP_CHOOSE, ("Ctrl+M",), QT_TRANSLATE_NOOP("Keys", "Choose on the map by keys: arrows, Enter"), KeyGroup.MAP),
    KeyCommand(CommandId.FENCES, ("Ctrl+Shift+M",), QT_TRANSLATE_NOOP("Keys", "Fences: who is inside; draw, change, remove"), KeyGroup.MAP),
    KeyCommand(CommandId.TRAIL_PLAY, ("Shift+U",), QT_TRANSLATE_NOOP("Keys", "Trails of the last eight hours; again: play or pause"), KeyGroup.MAP),
    KeyCommand(CommandId.TRAIL_AT, ("Ctrl+U",), QT_TRANSLATE_NOOP("Keys", "Who was where at a moment"), KeyGroup.MAP),
    KeyCommand(CommandId.PALETTE, ("Ctrl+K",), QT_TRANSLATE_NOOP("Keys", "Find a camera, case, inspector or command"), KeyGroup.CONSOLE),
    KeyCommand(CommandId.PEOPLE, ("U",), QT_TRANSLATE_NOOP("Keys", "People: states, devices, patrol round"), KeyGroup.CONSOLE),
    KeyCommand(CommandId.ESCORT, ("W",), QT_TRANSLATE_NOOP("Keys", "Follow the inspector from camera to camera, and end it"), KeyGroup.MAP),
    KeyCommand(CommandId.DISCOVER, (), QT_TRANSLATE_NOOP("Keys", "Add cameras from the network"), KeyGroup.CONSOLE),
    KeyCommand(CommandId.HAND_OVER, ("Ctrl+Shift+L",), QT_TRANSLATE_NOOP("Keys", "Hand the seat over (sign in)"), KeyGroup.CONSOLE),
    KeyCommand(CommandId.LANGUAGE, ("Ctrl+L",), QT_TRANSLATE_NOOP("Keys", "中文 / English"), KeyGroup.CONSOLE),
    KeyCommand(CommandId.THEME, (), QT_TRANSLATE_NOOP("Keys", "Dark or light"), KeyGroup.CONSOLE),
    KeyCommand(CommandId.NIGHT, ("N",), QT_TRANSLATE_NOOP("Keys", "Night brightness"), KeyGroup.CONSOLE),
    KeyCommand(CommandId.MUTE, ("M",), QT_TRANSLATE_NOOP("Keys", "Mute for 10 min (never priority 1)"), KeyGroup.CONSOLE),
    KeyCommand(CommandId.FULL_SCREEN, ("F11",), QT_TRANSLATE_NOOP("Keys", "Full screen"), KeyGroup.CONSOLE),
    KeyCommand(CommandId.RESET_LAYOUT, (), QT_TRANSLATE_NOOP("Keys", "Arrange the window as at first"), KeyGroup.CONSOLE),
    KeyCommand(CommandId.KEY_SHEET, ("?",), QT_TRANSLATE_NOOP("Keys", "These keys"), KeyGroup.CONSOLE),
    KeyCommand(CommandId.BACK, ("Escape",), QT_TRANSLATE_NOOP("Keys", "Back; takes a held dispatch back"), KeyGroup.CONSOLE),
)  # fmt: skip


#: Commands that go on while their key is held down.
REPEATING = frozenset(
    {
        CommandId.ZOOM_IN,
        CommandId.ZOOM_OUT,
        CommandId.PAN_LEFT,
        CommandId.PAN_RIGHT,
        CommandId.PAN_UP,
        CommandId.PAN_DOWN,
        CommandId.REPLAY_STEP_BACK,
        CommandId.REPLAY_STEP_ON,
        CommandId.REPLAY_JUMP_BACK,
        CommandId.REPLAY_JUMP_ON,
    }
)


#: Layout keys in order; the wall's layouts of the same place answer to them.
LAYOUT_COMMANDS = (
    CommandId.LAYOUT_1,
    CommandId.LAYOUT_2,
    CommandId.LAYOUT_3,
    CommandId.LAYOUT_4,
    CommandId.LAYOUT_5,
    CommandId.LAYOUT_6,
    CommandId.LAYOUT_7,
    CommandId.LAYOUT_8,
)


def command(command_id: CommandId) -> KeyCommand:
    return next(row for row in KEY_TABLE if row.id is command_id)


def commands_by_key(mode: KeyMode | None = None) -> dict[str, CommandId]:
    """Portable key text → command, of the common keys or of one tool's own.

    Raises ValueError when two rows claim one key.
    """
    table: dict[str, CommandId] = {}
    for row in KEY_TABLE:
        for key in row.keys if row.mode is mode else ():
            if key in table:
                raise ValueError(f"the key {key} stands for {table[key].value} and {row.id.value}")
            table[key] = row.id
    return table
