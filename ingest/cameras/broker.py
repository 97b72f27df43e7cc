"""Broker: the one process per machine, user and site that owns the cameras. Decides who has what.

Serves the union of all leases, spreads cameras over ingest processes, restarts those that die
and sweeps their rings, publishes camera.health, and leaves `linger_s` after the last lease.
Threads: one main loop owns all state; doors, handles and signals only put into its inbox.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import queue
import signal
import threading
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection, Listener
from pathlib import Path
from typing import Final

import msgspec
from msgspec import structs

from config.settings import CameraSettings
from config.site import CameraId
from ingest.cameras.group_handle import GroupEnded, GroupHandle, GroupSaid
from ingest.cameras.health import LossCause, StreamState
from ingest.cameras.health_events import HealthEvents
from ingest.cameras.lease_door import LeaseDoor, LeaseEnded, LeaseSaid
from ingest.cameras.meeting_place import MeetingPlace, RuntimeInfo
from ingest.cameras.messages import ClipDone, ClipRequest, Hello, Request, SetWants, StatusChange
from ingest.cameras.placement import GroupId, Placement, group_count
from ingest.cameras.spares import Spares
from ingest.cameras.wants import CameraSource, CameraStatus, FrameWant, ReplayWant, merged_wants
from ingest.clock import Clock, SystemClock
from ingest.frames.ring import sweep_stale_rings
from ingest.stop import StopToken

log = logging.getLogger(__name__)

_STEP_S: Final = 0.1
#: Whoever starts a broker connects within this; otherwise it leaves again.
_FIRST_LEASE_S: Final = 10.0
_INBOX_COUNT: Final = 10_000
#: A living group tells every camera's status at least every two seconds.
_HANGS_AFTER_S: Final = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--runtime", type=Path, required=True, metavar="DIR", help="folder of socket and rings"
    )
    parser.add_argument("--site", default="", metavar="DIR", help="site folder, named in logs")
    parser.add_argument("--intake", metavar="ADDRESS", help="hub intake for camera.health events")
    parser.add_argument("--spool", metavar="DIR", help="where events wait for the hub")
    parser.add_argument("--key", metavar="FILE", help="CURVE key of the intake")
    parser.add_argument(
        "--linger", type=float, default=2.0, metavar="S", help="stay after the last lease"
    )
    parser.add_argument("--settings", default="{}", metavar="JSON", help="[cameras] of the site")
    parser.add_argument(
        "--exact", action="store_true", help="never leave out the loop filter for small tiles"
    )
    parser.add_argument(
        "--expect", type=int, default=0, metavar="N", help="cameras that will be asked for at once"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serves until no lease is left or a signal comes; 0 also when another broker is elected."""
    stop = StopToken()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.stop())
    runtime = RuntimeInfo(
        site_folder=str(arguments.site),
        runtime_folder=str(arguments.runtime),
        intake=arguments.intake,
        spool_folder=arguments.spool,
        linger_s=arguments.linger,
        is_exact=arguments.exact,
        key_file=arguments.key,
        cameras=msgspec.json.decode(arguments.settings, type=CameraSettings),
        expected_count=arguments.expect,
    )
    place = MeetingPlace(arguments.runtime)
    place.make()
    lock_descriptor = place.elect()
    if lock_descriptor is None:
        log.info("another broker serves %s", arguments.runtime)
        return 0
    try:
        with place.listen() as listener:
            Broker(runtime, place, SystemClock()).serve(listener, stop)
    finally:
        os.close(lock_descriptor)
    return 0


@dataclass(frozen=True, slots=True)
class _LeaseOpened:
    lease: LeaseDoor


@dataclass(frozen=True, slots=True)
class _PendingClip:
    lease: LeaseDoor
    request_id: int
    group_id: GroupId


class Broker:
    """State of the main loop."""

    def __init__(self, runtime: RuntimeInfo, place: MeetingPlace, clock: Clock) -> None:
        self._runtime = runtime
        self._place = place
        self._clock = clock
        self._inbox: queue.Queue[object] = queue.Queue(_INBOX_COUNT)
        self._leases: dict[int, LeaseDoor] = {}
        self._placement = Placement(_core_count())
        self._handles: dict[GroupId, GroupHandle] = {}
        self._spares = Spares(self._new_process)
        self._restart_due_s: dict[GroupId, float] = {}
        self._told: dict[GroupId, SetWants] = {}
        self._sources: dict[CameraId, CameraSource] = {}
        self._wants: dict[CameraId, list[FrameWant]] = {}
        self._replays: tuple[ReplayWant, ...] = ()
        self._statuses: dict[CameraId, CameraStatus] = {}
        self._clips: dict[int, _PendingClip] = {}
        self._clip_ids = itertools.count(1)
        self._events = HealthEvents(Path(runtime.runtime_folder), clock)
        self._events.use(runtime.intake, runtime.spool_folder, runtime.key_file)
        self._leave_at_s = time.monotonic() + max(runtime.linger_s, _FIRST_LEASE_S)

    def serve(self, listener: Listener, stop: StopToken) -> None:
        """The main loop. Closes every camera before it returns."""
        swept_count = sweep_stale_rings(self._place.rings_folder)
        if swept_count:
            log.info("removed %d rings of a broker that was killed", swept_count)
        self._spares.prepare(group_count(self._runtime.expected_count, _core_count()))
        threading.Thread(
            target=self._accept, args=(listener,), name="broker-door", daemon=True
        ).start()
        try:
            while not stop.stopped and not self._is_deserted():
                self._take_next()
                self._restart_due()
                self._spares.keep(len(self._handles))
                self._events.step(self._statuses)
        finally:
            self._close()

    def _accept(self, listener: Listener) -> None:
        while True:
            try:
                connection = listener.accept()
            except OSError:
                return  # the listener was closed: the broker leaves
            threading.Thread(
                target=self._admit, args=(connection,), name="lease", daemon=True
            ).start()

    def _admit(self, connection: Connection) -> None:
        if self._place.admit(connection):
            door = LeaseDoor(connection, self._inbox)
            self._inbox.put(_LeaseOpened(door))
            door.serve()

    def _is_deserted(self) -> bool:
        if self._leases:
            self._leave_at_s = time.monotonic() + self._runtime.linger_s
        return time.monotonic() >= self._leave_at_s

    def _take_next(self) -> None:
        try:
            item = self._inbox.get(timeout=_STEP_S)
        except queue.Empty:
            return
        if isinstance(item, GroupSaid):
            self._group_said(item)
        elif isinstance(item, GroupEnded):
            self._group_ended(item)
        elif isinstance(item, LeaseSaid):
            self._lease_said(item.lease, item.request)
        elif isinstance(item, _LeaseOpened):
            self._leases[item.lease.id] = item.lease
        elif isinstance(item, LeaseEnded):
            self._leases.pop(item.lease.id, None)
            self._serve_wants()

    # Leases.

    def _lease_said(self, lease: LeaseDoor, request: Request) -> None:
        if isinstance(request, SetWants):
            self._lease_wants(lease, request)
        elif isinstance(request, ClipRequest):
            self._lease_clip(lease, request)
        elif isinstance(request, Hello):
            self._events.use(request.intake, request.spool_folder, request.key_file)

    def _lease_wants(self, lease: LeaseDoor, wants: SetWants) -> None:
        before = {source.camera_id for source in lease.wants.sources}
        lease.wants = wants
        held = {source.camera_id for source in wants.sources}
        known = {key: self._statuses[key] for key in held - before if key in self._statuses}
        lease.tell(StatusChange(known, tuple(before - held)))
        self._serve_wants()

    def _lease_clip(self, lease: LeaseDoor, request: ClipRequest) -> None:
        group_id = self._group_of(request.camera_id)
        handle = None if group_id is None else self._handles.get(group_id)
        if group_id is None or handle is None:
            error = f"camera {request.camera_id} is not held or just restarting"
            lease.tell(ClipDone(request.request_id, error=error))
            return
        number = next(self._clip_ids)
        self._clips[number] = _PendingClip(lease, request.request_id, group_id)
        handle.send(structs.replace(request, request_id=number))

    def _serve_wants(self) -> None:
        """Brings groups and processes into line with the union of all leases."""
        leases = [lease.wants for lease in self._leases.values()]
        self._sources = {s.camera_id: s for wants in leases for s in wants.sources}
        self._wants = {}
        for want in merged_wants(w for wants in leases for w in wants.wants).values():
            self._wants.setdefault(want.camera_id, []).append(want)
        self._replays = tuple(replay for wants in leases for replay in wants.replays)
        for camera_id in self._statuses.keys() - self._sources.keys():
            del self._statuses[camera_id]
            self._events.forget(camera_id)
        self._placement.set_cameras(self._sources)
        self._tell_groups()

    # Groups.

    def _tell_groups(self) -> None:
        for group_id in self._handles.keys() - self._placement.groups.keys():
            self._handles[group_id].leave()
        for group_id in self._placement.groups:
            if group_id not in self._handles and group_id not in self._restart_due_s:
                self._start_group(group_id)
            self._tell_group(group_id)

    def _start_group(self, group_id: GroupId) -> None:
        """Gives the group the spare process, which is up at once, or a new one."""
        self._told.pop(group_id, None)
        handle = self._spares.take() or self._new_process()
        handle.group_id = group_id
        handle.heard_s = time.monotonic()
        self._handles[group_id] = handle

    def _new_process(self) -> GroupHandle:
        rings_folder = str(self._place.rings_folder)
        return GroupHandle(None, rings_folder, self._inbox, runtime=self._runtime)

    def _handle_of(self, process_id: int) -> GroupHandle | None:
        for handle in self._handles.values():
            if handle.process_id == process_id:
                return handle
        return None

    def _tell_group(self, group_id: GroupId) -> None:
        cameras = self._placement.groups[group_id].cameras
        message = SetWants(
            tuple(self._sources[camera] for camera in cameras),
            tuple(want for camera in cameras for want in self._wants.get(camera, ())),
            tuple(replay for replay in self._replays if replay.frame.camera_id in cameras),
        )
        handle = self._handles.get(group_id)
        if handle is not None and self._told.get(group_id) != message:
            self._told[group_id] = message
            handle.send(message)

    def _group_said(self, said: GroupSaid) -> None:
        handle = self._handle_of(said.process_id)
        if handle is None or handle.group_id is None:
            return
        handle.heard_s = time.monotonic()
        if isinstance(said.report, ClipDone):
            self._clip_done(said.report)
            return
        group = self._placement.groups.get(handle.group_id)
        mine = set(group.cameras) if group is not None else set()
        changed = {key: status for key, status in said.report.cameras.items() if key in mine}
        self._tell_leases(changed)

    def _group_ended(self, ended: GroupEnded) -> None:
        handle = self._handle_of(ended.process_id)
        if handle is None or handle.group_id is None:
            self._spares.ended(ended.process_id)
            return
        group_id = handle.group_id
        del self._handles[group_id]
        handle.join()
        sweep_stale_rings(self._place.rings_folder)
        self._fail_clips(group_id)
        group = self._placement.groups.get(group_id)
        if group is None:
            return
        cameras = tuple(group.cameras)
        delay_s = self._placement.crashed(group_id, self._clock.mono_ns())
        log.warning(
            "ingest process %d with %d cameras ended (%d): again in %.1f s",
            ended.process_id,
            len(cameras),
            ended.exit_code,
            delay_s,
        )
        self._restart_due_s[group_id] = time.monotonic() + delay_s
        self._tell_restart(cameras)
        self._tell_groups()

    def _restart_due(self) -> None:
        now_s = time.monotonic()
        for handle in self._handles.values():
            if now_s - handle.heard_s > _HANGS_AFTER_S:
                handle.kill("it says nothing")
        due = [key for key, at_s in self._restart_due_s.items() if at_s <= now_s]
        for group_id in due:
            del self._restart_due_s[group_id]
        if due:
            self._tell_groups()

    def _tell_restart(self, cameras: tuple[CameraId, ...]) -> None:
        changed = {}
        for camera_id in cameras:
            status = self._statuses.get(camera_id)
            if status is not None:
                health = structs.replace(
                    status.health,
                    state=StreamState.CONNECTING,
                    cause=LossCause.INGEST_RESTART,
                    since_mono_ns=self._clock.mono_ns(),
                )
                changed[camera_id] = CameraStatus(health, {})
        self._tell_leases(changed)

    def _tell_leases(self, changed: dict[CameraId, CameraStatus]) -> None:
        self._statuses.update(changed)
        for lease in self._leases.values():
            held = {source.camera_id for source in lease.wants.sources}
            mine = {key: status for key, status in changed.items() if key in held}
            if mine:
                lease.tell(StatusChange(mine))

    def _group_of(self, camera_id: CameraId) -> GroupId | None:
        for group in self._placement.groups.values():
            if camera_id in group.cameras:
                return group.id
        return None

    def _clip_done(self, done: ClipDone) -> None:
        pending = self._clips.pop(done.request_id, None)
        if pending is not None:
            pending.lease.tell(structs.replace(done, request_id=pending.request_id))

    def _fail_clips(self, group_id: GroupId) -> None:
        for number in [key for key, clip in self._clips.items() if clip.group_id == group_id]:
            self._clip_done(ClipDone(number, error="the ingest process ended"))

    def _close(self) -> None:
        handles = [*self._handles.values(), *self._spares.handles]
        for handle in handles:
            handle.leave()
        for handle in handles:
            handle.join()
        sweep_stale_rings(self._place.rings_folder)
        self._events.close()


def _core_count() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
