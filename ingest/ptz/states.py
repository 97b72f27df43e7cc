"""PtzStateData and PtzActData: what the feed tells of cameras that can be turned; StateBook keeps it.

Pure. A state is the last value of its camera (who has it, where it looks, whether it moves); an act
is a line of the audit: who did what to which camera, from where to where, and how it ended.
"""

from __future__ import annotations

import enum

from msgspec import Struct, structs

from config.site import CameraId
from ingest.ptz.device import PtzPosition, PtzPreset, PtzStatus
from ingest.ptz.driver import Target

#: A position this near to a preset's is at it: 0.01 of ±180° is under two degrees.
AT_PRESET_TOLERANCE = 0.01


class PtzCause(enum.Enum):
    """Why a state was told."""

    TAKEN = "taken"
    TAKEN_OVER = "taken_over"
    RELEASED = "released"
    IDLE = "idle"
    MOVING = "moving"
    STOPPED = "stopped"
    DEAD_MAN = "dead_man"
    ARRIVED = "arrived"
    SEEN = "seen"
    FAILED = "failed"
    RESTARTED = "restarted"


class PtzView(enum.Enum):
    """What is known of where a camera looks: never told, told, or not any more since we turned it."""

    UNKNOWN = "unknown"
    KNOWN = "known"
    LOST = "lost"


class PtzStateData(Struct, frozen=True, kw_only=True):
    """`data` of gridwall.ptz.state.v1.

    Attributes:
        owner_until_utc: the owner loses the camera then unless it uses it; None while it moves it.
        is_moving: it is turned by us and has not come to rest; the view fields say what was before.
        is_home: it looks where home is; None while nobody sent it home yet, so that home is unknown.
        preset_token, preset_name: the preset it stands at, None elsewhere.
        by: who caused this state; `error` what failed.
    """

    camera_id: CameraId
    cause: PtzCause
    by: str | None = None
    owner: str | None = None
    owner_priority: int | None = None
    owner_until_utc: str | None = None
    is_moving: bool = False
    view: PtzView = PtzView.UNKNOWN
    is_home: bool | None = None
    preset_token: str | None = None
    preset_name: str | None = None
    pan_norm: float | None = None
    tilt_norm: float | None = None
    zoom_norm: float | None = None
    since_utc: str = ""
    error: str | None = None

    @property
    def position(self) -> PtzPosition:
        return PtzPosition(self.pan_norm, self.tilt_norm, self.zoom_norm)


class PtzAct(enum.Enum):
    TAKE = "take"
    RELEASE = "release"
    LOSE_IDLE = "lose_idle"
    MOVE = "move"
    GOTO = "goto"
    HOME = "home"
    ABSOLUTE = "absolute"
    AIM = "aim"
    SAVE_PRESET = "save_preset"
    REMOVE_PRESET = "remove_preset"


class PtzActData(Struct, frozen=True, kw_only=True):
    """`data` of gridwall.ptz.act.v1: one line of the audit.

    Attributes:
        by: the seat; `caller` the name its key proved (`local` without encryption).
        taken_from: whose camera it was, where it was taken over.
        start, target: positions in the camera's own units, where known.
        end: how a movement ended.
        reason: why this camera was turned there (auto-aim).
    """

    camera_id: CameraId
    act: PtzAct
    by: str
    caller: str = ""
    ok: bool = True
    error: str | None = None
    taken_from: str | None = None
    preset_token: str | None = None
    preset_name: str | None = None
    start: PtzPosition | None = None
    target: PtzPosition | None = None
    duration_s: float | None = None
    end: str | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    reason: str | None = None


def zone_holds(zone_preset: str | None, state: PtzStateData | None) -> bool:
    """Whether a zone drawn at `zone_preset` (token or name; None: the home view) fits the picture now.

    A camera that never told its view is left to the judgement of its picture: True.
    """
    if state is None:
        return True
    if state.is_moving or state.view is PtzView.LOST:
        return False
    if state.view is PtzView.UNKNOWN:
        return True
    if zone_preset is None:
        return state.is_home is not False
    return zone_preset in (state.preset_token, state.preset_name)


class StateBook:
    """The last state of every camera. Threads: one."""

    def __init__(self) -> None:
        self._states: dict[CameraId, PtzStateData] = {}
        self._homes: dict[CameraId, PtzPosition] = {}

    def restore(self, state: PtzStateData) -> None:
        """A state from before a restart: the view stays what it was, nobody owns it or moves it."""
        self._states[state.camera_id] = state
        if state.is_home and state.pan_norm is not None:
            self._homes[state.camera_id] = state.position

    def get(self, camera_id: CameraId) -> PtzStateData:
        return self._states.get(camera_id) or PtzStateData(camera_id=camera_id, cause=PtzCause.SEEN)

    def all(self) -> tuple[PtzStateData, ...]:
        return tuple(self._states.values())

    def change(self, camera_id: CameraId, cause: PtzCause, **fields: object) -> PtzStateData:
        """The state with `fields` changed; `error` and `by` are of this change only."""
        fields = {"error": None, "by": None, **fields}
        state = structs.replace(self.get(camera_id), cause=cause, **fields)
        self._states[camera_id] = state
        return state

    def view(
        self,
        camera_id: CameraId,
        status: PtzStatus,
        presets: tuple[PtzPreset, ...],
        reached: Target | None,
    ) -> dict[str, object]:
        """The view fields of a camera at rest."""
        position = status.position
        if reached is not None and reached.is_home and position is not None:
            self._homes[camera_id] = position
        preset = _preset_at(position, presets, reached)
        fields: dict[str, object] = {
            "view": PtzView.UNKNOWN if position is None and reached is None else PtzView.KNOWN,
            "is_moving": False,
            "is_home": self._is_home(camera_id, position, reached),
            "preset_token": preset.token if preset else None,
            "preset_name": preset.name if preset else None,
        }
        for name in ("pan_norm", "tilt_norm", "zoom_norm"):
            value = getattr(position, name) if position is not None else None
            fields[name] = None if value is None else round(value, 5)
        return fields

    def _is_home(
        self, camera_id: CameraId, position: PtzPosition | None, reached: Target | None
    ) -> bool | None:
        if reached is not None and reached.is_home:
            return True
        home = self._homes.get(camera_id)
        if home is None or position is None:
            return None
        return home.is_near(position, AT_PRESET_TOLERANCE)


def _preset_at(
    position: PtzPosition | None, presets: tuple[PtzPreset, ...], reached: Target | None
) -> PtzPreset | None:
    """The preset the camera was sent to, else one whose position it has."""
    wanted = reached.preset_token if reached is not None else None
    for preset in presets:
        if preset.token == wanted:
            return preset
    if position is None:
        return None
    return next(
        (p for p in presets if p.position and p.position.is_near(position, AT_PRESET_TOLERANCE)),
        None,
    )
