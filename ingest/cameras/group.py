"""CameraGroup: the cameras of one ingest process. Decides nothing about other processes.

Threads: one caller (the process's main thread) for `set_wants`, `step` and `close`; clips are
written in threads of their own; every camera has its session thread.
"""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import structs

from config.site import CameraId
from ingest.cameras.clip_parts import write_parts
from ingest.cameras.health import LossCause, StreamState
from ingest.cameras.keeper import CameraKeeper
from ingest.cameras.messages import ClipDone, ClipForm, ClipRequest, SetWants
from ingest.cameras.overload import CameraLoad, Shedder
from ingest.cameras.packet_history import PacketSegment
from ingest.cameras.reconnect import RetryPace
from ingest.cameras.replays import Replays
from ingest.cameras.source import StreamLost, write_clip
from ingest.cameras.stills import still_of_stream, still_of_tape
from ingest.cameras.stream_run import RunSettings, StreamRun
from ingest.cameras.tail_short_cut import MeasureTurns
from ingest.cameras.wants import CameraSource, CameraStatus, ClipInfo, FrameWant, merged_wants
from ingest.clock import Clock
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: A clip waits this long after its end for the packets of that moment to arrive.
_LATE_PACKETS_S: Final = 1.5
#: No clip may wait longer for its end than this.
_LONGEST_WAIT_S: Final = 120.0
_SHED_STEP_NS: Final = 1_000_000_000
_JOIN_S: Final = 1.5
_NO_CLIP: Final = LossCause.NO_VIDEO


class CameraGroup:
    """Cameras, their streams and their rings."""

    def __init__(
        self, settings: RunSettings, clock: Clock, on_change: Callable[[], None], stop: StopToken
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._on_change = on_change
        self._stop = stop
        self._keepers: dict[CameraId, CameraKeeper] = {}
        self._retired: list[StreamRun] = []
        self._pace = RetryPace()
        self._turns = MeasureTurns()
        self._replays = Replays(Path(settings.rings_folder), clock, on_change)
        self._shedder = Shedder()
        self._shed_due_ns = 0

    def set_wants(self, message: SetWants) -> None:
        """Takes the full set of cameras and wishes of this process."""
        by_camera: dict[CameraId, list[FrameWant]] = {}
        for want in merged_wants(message.wants).values():
            by_camera.setdefault(want.camera_id, []).append(want)
        sources = {source.camera_id: source for source in message.sources}
        keepers = dict(self._keepers)
        for camera_id in keepers.keys() - sources.keys():
            keepers.pop(camera_id).close()
        for camera_id, source in sources.items():
            if camera_id not in keepers:
                keepers[camera_id] = CameraKeeper(camera_id, self._make_run, self._retire)
            keepers[camera_id].set(source, tuple(by_camera.get(camera_id, ())))
        self._keepers = keepers
        self._replays.set(message.replays, self._segments)
        self._on_change()

    def step(self) -> dict[CameraId, CameraStatus]:
        """Does what time asks for and returns every camera's status; call some times a second."""
        now_ns = self._clock.mono_ns()
        statuses = {}
        for camera_id, keeper in self._keepers.items():
            keeper.step()
            keeper.history.trim(now_ns)
            status = keeper.status()
            if status is not None:
                replays = self._replays.statuses(camera_id)
                statuses[camera_id] = structs.replace(status, replays=replays)
        if now_ns >= self._shed_due_ns:
            self._shed_due_ns = now_ns + _SHED_STEP_NS
            self._shed(statuses)
        self._retired = [run for run in self._retired if not run.join(0)]
        return statuses

    def clip(self, request: ClipRequest) -> ClipDone:
        """Waits for the clip's end and writes it. Runs in a thread of its own."""
        try:
            if request.form is ClipForm.EVIDENCE:
                return ClipDone(request.request_id, clip=self._write_clip(request))
            first, *further = self._export(request)
            return ClipDone(request.request_id, clip=first, further=tuple(further))
        except (StreamLost, OSError) as error:
            full = isinstance(error, OSError) and error.errno == errno.ENOSPC
            return ClipDone(request.request_id, error=str(error), is_disk_full=full)

    def _export(self, request: ClipRequest) -> tuple[ClipInfo, ...]:
        path, at_ns = Path(request.path), request.to_mono_ns
        segments = self._segments(request.camera_id)
        if request.form is ClipForm.WHOLE:
            return write_parts(segments, request.from_mono_ns, at_ns, path)
        keeper = self._keepers.get(request.camera_id)
        main_url = None if keeper is None else keeper.main_url
        if request.form is ClipForm.STILL_NOW and main_url is not None:
            try:
                return (still_of_stream(main_url, path, self._clock),)
            except StreamLost as error:
                log.info("%s: a still of the sub-stream: %s", request.camera_id, error)
        return (still_of_tape(segments, at_ns, path),)

    def close(self) -> None:
        """Stops all streams; rings are gone when it returns."""
        self._replays.close()
        for keeper in self._keepers.values():
            keeper.close()
        self._keepers = {}
        deadline_s = time.monotonic() + _JOIN_S
        for run in self._retired:
            run.join(max(0.0, deadline_s - time.monotonic()))
        self._retired = []

    def _segments(self, camera_id: CameraId) -> tuple[PacketSegment, ...]:
        """All packets kept of a camera. Called by replays in their own threads."""
        keeper = self._keepers.get(camera_id)
        return () if keeper is None else keeper.history.segments()

    def _make_run(self, source: CameraSource, url: str, is_guarded: bool) -> StreamRun:
        session = structs.replace(self._settings.session, is_guarded=is_guarded)
        settings = structs.replace(self._settings, session=session)
        run = StreamRun(
            source.camera_id, url, settings, self._clock, self._on_change, self._pace,
            self._turns, source.relay_urls,
        )  # fmt: skip
        run.start()
        return run

    def _retire(self, run: StreamRun) -> None:
        run.stop()
        self._retired.append(run)

    def _shed(self, statuses: dict[CameraId, CameraStatus]) -> None:
        loads = [
            CameraLoad(camera_id, self._keepers[camera_id].priority, status.health.lag_s)
            for camera_id, status in statuses.items()
            if status.health.state is StreamState.LIVE
        ]
        for camera_id, fps_max in self._shedder.step(loads).items():
            self._keepers[camera_id].shed(fps_max)
            if self._shedder.is_late:
                self._keepers[camera_id].catch_up()

    def _write_clip(self, request: ClipRequest) -> ClipInfo:
        wait_s = (request.to_mono_ns - self._clock.mono_ns()) / 1e9 + _LATE_PACKETS_S
        if wait_s > _LONGEST_WAIT_S:
            raise StreamLost(_NO_CLIP, f"a clip's end lies {wait_s:.0f} s ahead")
        self._stop.wait(max(0.0, wait_s))
        keeper = self._keepers.get(request.camera_id)
        run = None if keeper is None else keeper.active
        if run is None or run.info is None:
            raise StreamLost(_NO_CLIP, f"camera {request.camera_id} is not connected")
        packets = run.packets.between(request.from_mono_ns, request.to_mono_ns)
        if not packets:
            raise StreamLost(_NO_CLIP, f"camera {request.camera_id} sent nothing in that time")
        write_clip(Path(request.path), run.info, packets)
        health = run.health()
        return ClipInfo(
            path=request.path,
            start_mono_ns=packets[0].mono_ns,
            end_mono_ns=packets[-1].mono_ns,
            start_utc_ns=packets[0].utc_ns,
            packet_count=len(packets),
            byte_count=Path(request.path).stat().st_size,
            codec=run.info.codec,
            width_px=health.width_px,
            height_px=health.height_px,
        )
