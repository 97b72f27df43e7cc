"""CameraDriver: one camera's hand, a thread of its own. Decides when a movement must end.

Movements are a wish that is renewed: the newest counts, and one that is not heard again for
`dead_man_s` is stopped. Everything else (presets, home, absolute moves) waits in a bounded queue.
After a turn the position is read until it rests, then told. Knows nothing of seats' rights.

Threads: `move`, `cut`, `submit`, `close` from any; the camera is spoken to from the driver's own.
"""

from __future__ import annotations

import enum
import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from config.site import CameraId
from ingest.clock import Clock
from ingest.errors import GridwallError, RetryLater
from ingest.ptz.device import PtzDevice, PtzPosition, PtzPreset, PtzStatus, PtzVelocity
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: The camera stops by itself after this without a word, should the hub die (ONVIF Timeout).
HOLD_S = 2.0
#: An unchanged movement is told again this often, well within HOLD_S.
AGAIN_S = 0.8
#: The driver looks at its dead man this often while something moves, at the position while it settles.
MOVING_STEP_S, SETTLE_STEP_S, IDLE_STEP_S = 0.1, 0.3, 1.0
#: A turn that takes longer than this is told as it is: some cameras report no rest at all.
SETTLE_MOST_S = 15.0
#: Two positions nearer than this are one: 0.002 of ±180° is a third of a degree.
REST_TOLERANCE = 0.002
JOBS_MOST = 16
#: A stop is said again this often when the camera did not hear it.
STOP_TRIES = 3


class MotionEnd(enum.Enum):
    STOPPED = "stopped"
    DEAD_MAN = "dead_man"
    CUT = "cut"
    FAILED = "failed"


class Target(Struct, frozen=True):
    """What a turn aims at: a preset's token, or home."""

    preset_token: str | None = None
    is_home: bool = False


class MotionStarted(Struct, frozen=True):
    camera_id: CameraId
    by: str | None


class MotionEnded(Struct, frozen=True):
    """`start` is where the camera looked before, as far as it was known."""

    camera_id: CameraId
    by: str
    end: MotionEnd
    duration_s: float
    start: PtzPosition | None
    error: str | None = None


class ViewRead(Struct, frozen=True):
    """Where the camera looks, at rest. `reached`: what it was sent to, if it was sent."""

    camera_id: CameraId
    status: PtzStatus
    presets: tuple[PtzPreset, ...]
    reached: Target | None = None
    by: str | None = None


class ViewFailed(Struct, frozen=True):
    camera_id: CameraId
    error: str
    by: str | None = None


News = MotionStarted | MotionEnded | ViewRead | ViewFailed


class JobKind(enum.Enum):
    """What follows: nothing; the view is read at rest; also the presets are read again."""

    ASK = "ask"
    TURN = "turn"
    LOOK = "look"
    EDIT = "edit"


class Job(Struct, frozen=True):
    """Something asked of the camera; `done` gets the result or the error, in the driver's thread.

    `target` is set where it turns the camera to a known view.
    """

    run: Callable[[PtzDevice], Any]
    done: Callable[[Any], None]
    by: str | None
    kind: JobKind = JobKind.ASK
    target: Target | None = None


class _Motion(Struct):
    by: str
    velocity: PtzVelocity
    start_ns: int
    start: PtzPosition | None
    told_ns: int


class _Settling(Struct):
    by: str | None
    since_ns: int
    target: Target | None = None
    last: PtzStatus | None = None


class CameraDriver:
    """See module."""

    def __init__(
        self,
        camera_id: CameraId,
        open_device: Callable[[], PtzDevice],
        on_news: Callable[[News], None],
        clock: Clock,
        dead_man_s: float,
    ) -> None:
        self.camera_id = camera_id
        self._open = open_device
        self._on_news = on_news
        self._clock = clock
        self._dead_man_ns = round(dead_man_s * 1e9)
        self._changed = threading.Condition()
        self._stop = StopToken()
        self._jobs: deque[Job] = deque()
        self._wish: tuple[str, PtzVelocity] | None = None
        self._heard_ns = 0
        self._is_cut = False
        self._device: PtzDevice | None = None
        self._motion: _Motion | None = None
        self._settling: _Settling | None = None
        self._position: PtzPosition | None = None
        self._presets: tuple[PtzPreset, ...] | None = None
        self.used_ns = clock.mono_ns()
        self._thread = threading.Thread(target=self._run, name=f"ptz {camera_id}", daemon=True)
        self._thread.start()

    # -- from any thread

    def move(self, by: str, velocity: PtzVelocity) -> None:
        """The movement wished now; standing still ends it. To be said again before `dead_man_s`."""
        with self._changed:
            self._wish = (by, velocity.clamped())
            self._heard_ns = self.used_ns = self._clock.mono_ns()
            self._changed.notify()

    def cut(self) -> None:
        """Ends a movement at once, because its seat lost the camera."""
        with self._changed:
            self._wish, self._is_cut = None, True
            self._changed.notify()

    def submit(self, job: Job) -> None:
        """Queues a job. A full queue answers it at once: the camera does not keep up."""
        with self._changed:
            room = len(self._jobs) < JOBS_MOST and not self._stop.stopped
            if room:
                self._jobs.append(job)
                if job.kind is not JobKind.LOOK:  # a look alone does not keep a hand
                    self.used_ns = self._clock.mono_ns()
                self._changed.notify()
        if not room:
            job.done(RetryLater(f"camera {self.camera_id} has {JOBS_MOST} commands waiting"))

    def close(self) -> None:
        """Asks the thread to stop the camera and leave; `join` waits for it."""
        self._stop.stop()
        with self._changed:
            self._changed.notify()

    def join(self, timeout_s: float) -> bool:
        """True when the thread has left."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def abort(self) -> None:
        """Ends the connection under a call that hangs longer than any deadline allows."""
        device = self._device
        if device is not None:
            device.close()

    # -- the driver's own thread

    def _run(self) -> None:
        while not self._stop.stopped:
            with self._changed:
                has_work = self._jobs or self._is_cut or self._wish_is_new()
                if not has_work and not self._stop.stopped:  # told under this lock: never missed
                    self._changed.wait(self._pause_s())
            try:
                self._step()
            except GridwallError as error:
                self._failed(error)
            except Exception as error:
                log.exception("camera %s: PTZ failed unexpectedly", self.camera_id)
                self._failed(GridwallError(f"unexpected: {error}"))
        self._leave()

    def _pause_s(self) -> float:
        if self._motion is not None:
            return MOVING_STEP_S
        return SETTLE_STEP_S if self._settling is not None else IDLE_STEP_S

    def _wish_is_new(self) -> bool:
        wish, motion = self._wish, self._motion
        if wish is None:
            return False
        if motion is None:
            return not wish[1].is_still
        return wish != (motion.by, motion.velocity)

    def _step(self) -> None:
        with self._changed:
            is_cut, self._is_cut = self._is_cut, False
            wish, is_new = self._wish, self._wish_is_new()
            job = None if is_new else (self._jobs.popleft() if self._jobs else None)
        now_ns = self._clock.mono_ns()
        if is_cut and self._motion is not None:
            self._end_motion(MotionEnd.CUT)
        elif wish is not None and is_new:
            self._follow(*wish)
        elif self._motion is not None and now_ns - self._heard_ns > self._dead_man_ns:
            self._end_motion(MotionEnd.DEAD_MAN)
        elif self._motion is not None and now_ns - self._motion.told_ns > AGAIN_S * 1e9:
            self._tell(self._motion)
        if job is not None:
            self._do(job)
        elif self._settling is not None and self._motion is None:
            self._settle()

    def _follow(self, by: str, velocity: PtzVelocity) -> None:
        motion = self._motion
        if velocity.is_still:
            self._end_motion(MotionEnd.STOPPED)
            return
        if motion is None or motion.by != by:
            now_ns = self._clock.mono_ns()
            self._motion = motion = _Motion(by, velocity, now_ns, self._position, now_ns)
            self._settling = None
            self._on_news(MotionStarted(self.camera_id, by))
        motion.velocity = velocity
        self._tell(motion)

    def _tell(self, motion: _Motion) -> None:
        self._ready().move(motion.velocity, HOLD_S)
        motion.told_ns = self._clock.mono_ns()

    def _end_motion(self, end: MotionEnd, error: str | None = None) -> None:
        motion, self._motion = self._motion, None
        with self._changed:
            if (self._wish is not None and self._wish[1].is_still) or end is not MotionEnd.STOPPED:
                self._wish = None
        if motion is None:
            return
        duration_s = (self._clock.mono_ns() - motion.start_ns) / 1e9
        try:
            self._say_stop()
        except GridwallError as failure:
            error = error or str(failure)
        ended = MotionEnded(self.camera_id, motion.by, end, duration_s, motion.start, error)
        self._on_news(ended)
        self._settling = _Settling(motion.by, self._clock.mono_ns())

    def _say_stop(self) -> None:
        """Said again where it was not heard; the camera's own time limit is the last resort."""
        for attempt in range(STOP_TRIES):
            try:
                self._ready().stop()
            except RetryLater:
                if attempt == STOP_TRIES - 1:
                    raise
            else:
                return

    def _do(self, job: Job) -> None:
        turns = job.kind is JobKind.TURN
        if turns and self._motion is not None:
            self._end_motion(MotionEnd.CUT)
        try:
            if turns:
                self._on_news(MotionStarted(self.camera_id, job.by))
            result = job.run(self._ready())
        except GridwallError as error:
            self._drop_device()
            job.done(error)
            if turns:
                self._on_news(ViewFailed(self.camera_id, str(error), job.by))
            return
        job.done(result)
        if job.kind is JobKind.EDIT:
            self._presets = None
        if job.kind is not JobKind.ASK and (turns or self._settling is None):
            self._settling = _Settling(job.by, self._clock.mono_ns(), job.target)

    def _settle(self) -> None:
        """Reads the position until it rests, then tells it."""
        settling = self._settling
        assert settling is not None
        device = self._ready()
        status = device.status()
        former, settling.last = settling.last, status
        waited_s = (self._clock.mono_ns() - settling.since_ns) / 1e9
        if waited_s < SETTLE_MOST_S and not _rests(former, status):
            return
        self._settling = None
        self._position = status.position
        if self._presets is None:
            self._presets = tuple(device.presets())
        self._on_news(ViewRead(self.camera_id, status, self._presets, settling.target, settling.by))

    def _ready(self) -> PtzDevice:
        if self._device is None:
            self._device = self._open()
        return self._device

    def _failed(self, error: GridwallError) -> None:
        by = self._settling.by if self._settling is not None else None
        self._settling = None
        self._drop_device()
        if self._motion is not None:
            self._end_motion(MotionEnd.FAILED, str(error))
            self._settling = None
        else:
            self._on_news(ViewFailed(self.camera_id, str(error), by))

    def _drop_device(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            device.close()

    def _leave(self) -> None:
        if self._motion is not None:
            self._end_motion(MotionEnd.CUT)
        with self._changed:
            jobs, self._jobs = list(self._jobs), deque()
        for job in jobs:
            job.done(RetryLater(f"camera {self.camera_id} is let go"))
        self._drop_device()


def _rests(former: PtzStatus | None, now: PtzStatus) -> bool:
    """Two readings at the same place; one is enough from a camera that tells no place."""
    if now.is_moving:
        return False
    if now.position is None:
        return True
    if former is None or former.position is None:
        return False
    return former.position.is_near(now.position, REST_TOLERANCE)
