"""Replays: all replays of an ingest process. Decides how many may be open at once.

Threads: the group's for `set` and `close`; every session has its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from config.site import CameraId
from ingest.cameras.packet_history import PacketSegment
from ingest.cameras.replay_session import ReplaySession
from ingest.cameras.wants import ReplayProblem, ReplayStatus, ReplayWant
from ingest.clock import Clock

#: Each one may decode a key-frame interval at a stroke while sixteen live cameras go on.
MOST: Final = 4
_JOIN_S: Final = 1.5

SegmentsOf = Callable[[CameraId], tuple[PacketSegment, ...]]


class Replays:
    """Sessions by the lease's replay id."""

    def __init__(self, rings_folder: Path, clock: Clock, on_change: Callable[[], None]) -> None:
        self._folder = rings_folder
        self._clock = clock
        self._on_change = on_change
        self._sessions: dict[str, tuple[CameraId, ReplaySession]] = {}
        self._refused: dict[str, CameraId] = {}
        self._retired: list[ReplaySession] = []

    def set(self, wants: Sequence[ReplayWant], segments_of: SegmentsOf) -> None:
        """Takes the full set of replays; new ones begin, those that are missing end."""
        wanted = {want.replay_id: want for want in wants}
        for replay_id in self._sessions.keys() - wanted.keys():
            _, session = self._sessions.pop(replay_id)
            session.stop()
            self._retired.append(session)
        self._refused = {}
        for replay_id, want in wanted.items():
            camera_id = want.frame.camera_id
            if replay_id in self._sessions:
                self._sessions[replay_id][1].rewant(want)
            elif len(self._sessions) >= MOST:
                self._refused[replay_id] = camera_id
            else:
                session = ReplaySession(
                    want,
                    partial(segments_of, camera_id),
                    self._folder,
                    self._clock,
                    self._on_change,
                )
                self._sessions[replay_id] = (camera_id, session)
                session.start()
        self._retired = [session for session in self._retired if not session.join(0)]

    def statuses(self, camera_id: CameraId) -> dict[str, ReplayStatus]:
        """What is to be told of a camera's replays, by id."""
        found = {
            key: s.status() for key, (camera, s) in self._sessions.items() if camera == camera_id
        }
        refused = ReplayStatus(problem=ReplayProblem.TOO_MANY)
        found |= {key: refused for key, camera in self._refused.items() if camera == camera_id}
        return found

    def close(self) -> None:
        """Ends all replays; their rings are gone when it returns."""
        self.set((), lambda _camera_id: ())
        deadline_s = time.monotonic() + _JOIN_S
        for session in self._retired:
            session.join(max(0.0, deadline_s - time.monotonic()))
        self._retired = []
