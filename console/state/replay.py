"""TileReplays: which tiles show the past instead of the present, where they are and how fast.

Decides where a replay begins and what its keys mean; decoding is the ingest process's. A tile is in
replay until somebody takes it back to live, its camera is changed or its window goes: it never
slides into looking live by itself.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

import enum
import itertools
import os
from collections.abc import Mapping

from msgspec import Struct, structs

from config.site import CameraId
from console.state.observable import Signal
from console.state.tiles import TileAddress, TileAlarm, WindowId
from console.state.wall import WallState
from ingest.cameras.wants import ReplayProblem
from ingest.clock import Clock

#: Where a replay begins without an alert: what was just missed.
BACK_S = 15.0
#: … and with one: enough to see how it came about.
BEFORE_ALERT_S = 10.0
#: Shift + arrow.
JUMP_S = 5.0
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
#: Kept replays at once on a seat; each one is a decode of its own.
MOST = 4


class ReplayPart(enum.Enum):
    """What a replay is steered by with the mouse."""

    BACK = "back"
    PLAY = "play"
    FORWARD = "forward"
    SPAN = "span"
    SPEED = "speed"
    LIVE = "live"


class ReplayShown(Struct, frozen=True):
    """What a replay shows, as told by the picture at hand. Monotonic nanoseconds of receipt.

    `at_mono_ns` is None until the first picture came.
    """

    at_mono_ns: int | None = None
    from_mono_ns: int = 0
    to_mono_ns: int = 0
    gaps: tuple[tuple[int, int], ...] = ()
    is_at_end: bool = False
    problem: ReplayProblem | None = None


class TileReplay(Struct, frozen=True):
    """One tile's replay: what is asked for, and what is shown.

    Attributes:
        seek_count, at_mono_ns, step_total: see ReplayWant.
        speed: when it plays.
        alert_mono_ns: when the alert began that it was opened for, None without one.
        mark_from_ns, mark_to_ns: the part the operator marked for export.
    """

    id: str
    camera_id: CameraId
    at_mono_ns: int
    seek_count: int = 1
    step_total: int = 0
    speed: float = 1.0
    is_paused: bool = False
    alert_mono_ns: int | None = None
    mark_from_ns: int | None = None
    mark_to_ns: int | None = None
    shown: ReplayShown = ReplayShown()

    @property
    def position_mono_ns(self) -> int:
        """Where it is; where it was sent until the first picture."""
        at = self.shown.at_mono_ns
        return self.at_mono_ns if at is None else at


class TileReplays:
    """All replays of a seat.

    Signals: `changed(address)`: one began, ended or was steered;
    `shown_changed(address)`: its picture or range moved on.
    """

    def __init__(self, wall: WallState, clock: Clock) -> None:
        self.changed: Signal[[TileAddress]] = Signal()
        self.shown_changed: Signal[[TileAddress]] = Signal()
        self._wall = wall
        self._clock = clock
        self._replays: dict[TileAddress, TileReplay] = {}
        self._numbers = itertools.count(1)
        wall.window_changed.connect(self._on_window)
        wall.windows_changed.connect(self._on_windows)

    @property
    def all(self) -> Mapping[TileAddress, TileReplay]:
        return self._replays

    def of(self, address: TileAddress | None) -> TileReplay | None:
        return None if address is None else self._replays.get(address)

    # -- beginning and end

    def start(self, address: TileAddress) -> bool:
        """Replays a tile: from 10 s before its alert, else the last 15 s. False without a camera,
        or when four replays are open already."""
        camera_id = self._wall.tile(address).camera_id
        if camera_id is None or len(self._replays) >= MOST:
            return False
        now_ns = self._clock.mono_ns()
        alarm = self._wall.alarms.of(camera_id)
        began_ns = None if alarm is None else self._mono_of(alarm)
        at_ns = now_ns - round(BACK_S * 1e9)
        if began_ns is not None:
            at_ns = began_ns - round(BEFORE_ALERT_S * 1e9)
        replay_id = f"{os.getpid()}-{next(self._numbers)}"
        self._replays[address] = TileReplay(replay_id, camera_id, at_ns, alert_mono_ns=began_ns)
        self.changed.emit(address)
        return True

    def live(self, address: TileAddress) -> None:
        """Back to the present; nothing happens to a tile that is there."""
        if self._replays.pop(address, None) is not None:
            self.changed.emit(address)

    # -- steering

    def seek(self, address: TileAddress, at_mono_ns: int) -> None:
        """To a moment, within what is kept."""
        replay = self._replays.get(address)
        if replay is None:
            return
        shown = replay.shown
        if shown.to_mono_ns:
            at_mono_ns = min(max(at_mono_ns, shown.from_mono_ns), shown.to_mono_ns)
        self._put(
            address,
            structs.replace(
                replay,
                at_mono_ns=at_mono_ns,
                seek_count=replay.seek_count + 1,
                step_total=0,
                shown=structs.replace(shown, at_mono_ns=at_mono_ns),
            ),
        )

    def jump(self, address: TileAddress, seconds: float) -> None:
        """Forward or back by seconds."""
        replay = self._replays.get(address)
        if replay is not None:
            self.seek(address, replay.position_mono_ns + round(seconds * 1e9))

    def to_start(self, address: TileAddress) -> None:
        replay = self._replays.get(address)
        if replay is not None:
            self.seek(address, replay.shown.from_mono_ns or replay.at_mono_ns)

    def step(self, address: TileAddress, pictures: int) -> None:
        """One picture forward (1) or back (−1); it stands still then."""
        replay = self._replays.get(address)
        if replay is not None:
            total = replay.step_total + pictures
            self._put(address, structs.replace(replay, step_total=total, is_paused=True))

    def mark(self, address: TileAddress, *, is_start: bool) -> None:
        """The moment that is shown begins (or ends) what is to be exported; the other mark gives way."""
        replay = self._replays.get(address)
        if replay is None:
            return
        at, start, end = replay.position_mono_ns, replay.mark_from_ns, replay.mark_to_ns
        if is_start:
            start, end = at, end if end is not None and end > at else None
        else:
            start, end = start if start is not None and start < at else None, at
        self._put(address, structs.replace(replay, mark_from_ns=start, mark_to_ns=end))

    def toggle_pause(self, address: TileAddress) -> None:
        replay = self._replays.get(address)
        if replay is not None:
            self._put(address, structs.replace(replay, is_paused=not replay.is_paused))

    def change_speed(self, address: TileAddress, steps: int) -> None:
        """Faster (1) or slower (−1), within 0.25 and 8 times; a replay that stands goes on."""
        replay = self._replays.get(address)
        if replay is not None:
            place = min(max(0, SPEEDS.index(replay.speed) + steps), len(SPEEDS) - 1)
            self._put(address, structs.replace(replay, speed=SPEEDS[place], is_paused=False))

    def tell(self, address: TileAddress, shown: ReplayShown) -> None:
        """What the picture at hand says; told by the bridge."""
        replay = self._replays.get(address)
        if replay is not None and replay.shown != shown:
            self._replays[address] = structs.replace(replay, shown=shown)
            self.shown_changed.emit(address)

    # -- inside

    def _put(self, address: TileAddress, replay: TileReplay) -> None:
        self._replays[address] = replay
        self.changed.emit(address)

    def _mono_of(self, alarm: TileAlarm) -> int:
        return self._clock.mono_ns() - (self._clock.utc_ns() - alarm.since_utc_ns)

    def _on_window(self, window_id: WindowId) -> None:
        """A tile that got another camera is live."""
        for address, replay in list(self._replays.items()):
            if address.window_id == window_id and self._camera(address) != replay.camera_id:
                self.live(address)

    def _on_windows(self) -> None:
        for address in [a for a in self._replays if a.window_id not in self._wall.windows]:
            self.live(address)

    def _camera(self, address: TileAddress) -> CameraId | None:
        window = self._wall.windows.get(address.window_id)
        tiles = () if window is None else window.tiles
        return tiles[address.index].camera_id if address.index < len(tiles) else None
