"""ReplaySession: one replay: a thread that decodes kept packets into a ring of its own.

Decides which picture is due. Live decoding goes on beside it in the camera's own thread; the tape
follows what the camera sends meanwhile, so that a replay can play up to the present. Threads: one
of its own; `rewant`, `status` and `stop` from any.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import structs

from ingest.cameras.outputs import FrameOutput
from ingest.cameras.packet_history import PacketSegment
from ingest.cameras.replay_reader import ReadPicture, TapeReader
from ingest.cameras.replay_tape import GAP_NS, ReplayTape, TapePicture
from ingest.cameras.wants import FrameWant, ReplayProblem, ReplayStatus, ReplayWant, ring_key
from ingest.clock import Clock
from ingest.frames.ring import RingUnavailable

log = logging.getLogger(__name__)

#: A waiting replay looks for wishes when they come, and for new packets this often.
_IDLE_S: Final = 0.5
_LONGEST_WAIT_S: Final = 0.1
#: Later than this behind its own clock a replay goes on from where it is instead of hurrying.
_LATE_NS: Final = 500_000_000
#: Pictures tried in a row where damage keeps some back.
_TRIES: Final = 50


class ReplaySession:
    """Shows what `ReplayWant` asks for until stopped."""

    def __init__(
        self,
        want: ReplayWant,
        segments: Callable[[], tuple[PacketSegment, ...]],
        rings_folder: Path,
        clock: Clock,
        on_change: Callable[[], None],
    ) -> None:
        self._want = want
        self._segments = segments
        self._folder = rings_folder
        self._clock = clock
        self._on_change = on_change
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._stopped = False
        self._status = ReplayStatus()
        self._reader = TapeReader()
        self._tape = ReplayTape(())
        self._index = -1
        self._shown: tuple[ReadPicture, TapePicture] | None = None
        self._done_seek = -1
        self._done_steps = 0
        self._anchor = (0, 0)  # (now, media) from which playing is reckoned
        #: How fast it goes now; 0 while it stands.
        self.speed = 0.0
        self._frame_want: FrameWant | None = None
        self._output: FrameOutput | None = None
        self._refresh_due_ns = 0
        name = f"replay {want.frame.camera_id}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def rewant(self, want: ReplayWant) -> None:
        """Takes over a newer statement of the same replay."""
        with self._lock:
            self._want = want
        self._woken.set()

    def status(self) -> ReplayStatus:
        return self._status

    def stop(self) -> None:
        self._stopped = True
        self._woken.set()

    def join(self, timeout_s: float) -> bool:
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stopped:
                wait_s = self._step()
                self._woken.wait(wait_s)
                self._woken.clear()
        except Exception:
            log.exception("replay of %s failed", self._want.frame.camera_id)
            self._tell(problem=ReplayProblem.UNDECODABLE)
        finally:
            if self._output is not None:
                self._output.close()

    def _step(self) -> float:
        """Does what is wanted now; returns how long nothing is due."""
        with self._lock:
            want = self._want
        if not len(self._tape):
            self._refresh()
        if not len(self._tape):
            self._tell(problem=ReplayProblem.NOTHING_KEPT)
            return _IDLE_S
        if want.frame != self._frame_want:
            self._resize(want.frame)
        now_ns = self._clock.mono_ns()
        if want.seek_count != self._done_seek:
            self._done_seek, self._done_steps = want.seek_count, 0
            self._show_near(self._tape.at(want.at_mono_ns), -1)
            self._reckon_from_here(now_ns, want.speed)
        if want.step_total != self._done_steps:
            self._step_pictures(want.step_total - self._done_steps)
            self._done_steps = want.step_total
            self._reckon_from_here(now_ns, want.speed)
        if want.speed != self.speed:
            self._reckon_from_here(now_ns, want.speed)
        return self._play(now_ns) if self.speed > 0 else _IDLE_S

    def _reckon_from_here(self, now_ns: int, speed: float) -> None:
        self.speed = speed
        self._anchor = (now_ns, self._tape.pictures[max(0, self._index)].mono_ns)

    def _play(self, now_ns: int) -> float:
        if self._index + 1 >= len(self._tape):
            self._refresh()
            if self._index + 1 >= len(self._tape):
                self._reckon_from_here(now_ns, self.speed)
                return _LONGEST_WAIT_S
        here, due_ns = self._mono_ns(self._index), self._mono_ns(self._index + 1)
        target_ns = self._anchor[1] + round((now_ns - self._anchor[0]) * self.speed)
        if due_ns - here > GAP_NS:
            self._anchor, target_ns = (now_ns, due_ns), due_ns  # nothing to see in between
        if due_ns > target_ns:
            return min((due_ns - target_ns) / 1e9 / self.speed, _LONGEST_WAIT_S)
        self._show_near(max(self._index + 1, self._tape.at(target_ns)), +1)
        after_ns = self._clock.mono_ns()
        target_ns = self._anchor[1] + round((after_ns - self._anchor[0]) * self.speed)
        if target_ns - self._mono_ns(self._index) > _LATE_NS * max(1.0, self.speed):
            self._reckon_from_here(after_ns, self.speed)
        return 0.0

    def _mono_ns(self, index: int) -> int:
        return self._tape.pictures[max(0, index)].mono_ns

    def _step_pictures(self, count: int) -> None:
        """Whole pictures forward or back, those that damage keeps back left out."""
        direction = 1 if count > 0 else -1
        for _ in range(min(abs(count), len(self._tape))):
            if direction > 0 and self._index + 1 >= len(self._tape):
                self._refresh()
            if not self._show_near(self._index + direction, direction):
                return

    def _show_near(self, index: int, direction: int) -> bool:
        """Shows the picture at `index`, or the next that can be decoded in a direction, then the other."""
        for way in (direction, -direction):
            for at in range(index, index + way * _TRIES, way):
                if not 0 <= at < len(self._tape):
                    break
                found = self._reader.picture(self._tape, self._tape.pictures[at])
                if found is not None:
                    self._index = at
                    self._shown = (found, self._tape.pictures[at])
                    self._put()
                    return True
        if self._shown is None:
            self._tell(problem=ReplayProblem.UNDECODABLE)
        else:
            self._index = min(max(0, index), len(self._tape) - 1)
        return False

    def _resize(self, want: FrameWant) -> None:
        """Pictures of another size or region from now on; the one that stands is made anew."""
        former, self._output = self._output, FrameOutput(self._folder, want)
        self._frame_want = want
        if self._shown is not None:
            self._put()
        if former is not None:
            former.close()

    def _put(self) -> None:
        assert self._output is not None
        assert self._shown is not None
        read, picture = self._shown
        try:
            self._output.put(
                read.frame, read.pixel_aspect, picture.pts_ns, picture.mono_ns, picture.utc_ns
            )
        except RingUnavailable as error:
            log.error("replay of %s: %s", self._want.frame.camera_id, error)
        self._tell()

    def _refresh(self) -> None:
        """Takes what the camera sent since; a tape that lost its beginning finds its place again."""
        now_ns = self._clock.mono_ns()
        if now_ns < self._refresh_due_ns:
            return
        self._refresh_due_ns = now_ns + round(_IDLE_S * 1e9)
        here_ns = self._mono_ns(self._index) if len(self._tape) else 0
        before = self._tape.pictures[self._index] if self._index >= 0 else None
        self._tape = self._tape.extended(self._segments())
        if before is not None:
            self._index = self._tape.at(here_ns)
        if len(self._tape):
            self._tell()

    def _tell(self, problem: ReplayProblem | None = None) -> None:
        output, want = self._output, self._frame_want
        shown = None if self._shown is None else self._shown[0]
        status = ReplayStatus(
            ring_key="" if want is None else ring_key(want),
            ring=None if output is None else output.info,
            from_mono_ns=self._tape.from_mono_ns,
            to_mono_ns=self._tape.to_mono_ns,
            gaps=self._tape.gaps,
            is_at_end=len(self._tape) > 0 and self._index + 1 >= len(self._tape),
            problem=problem,
        )
        if shown is not None:
            status = structs.replace(
                status,
                width_px=shown.frame.width,
                height_px=shown.frame.height,
                pixel_aspect=shown.pixel_aspect,
            )
        if status != self._status:
            self._status = status
            self._on_change()
