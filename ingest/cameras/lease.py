"""CameraLease: a process's hold on cameras, through the broker of this machine.

Starts a broker when there is none, states its wishes again after every reconnect, and keeps the
newest status for whoever asks. It never decodes and never blocks its caller.
Threads: one of its own; every public method may be called from any thread.
"""

from __future__ import annotations

import itertools
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
from msgspec import structs

from config.site import CameraId
from ingest.cameras.health import LossCause, StreamState
from ingest.cameras.meeting_place import BrokerAway, MeetingPlace, RuntimeInfo
from ingest.cameras.messages import (
    PROTOCOL_VERSION,
    ClipDone,
    ClipForm,
    ClipRequest,
    Hello,
    SetWants,
    StatusChange,
    decode_report,
    encode,
)
from ingest.cameras.wants import (
    CameraSource,
    CameraStatus,
    ClipInfo,
    FrameWant,
    ReplayWant,
    ring_key,
)
from ingest.errors import RetryLater
from ingest.stop import StopToken

__all__ = [
    "CameraLease",
    "CameraSource",
    "CameraStatus",
    "ClipFailed",
    "ClipInfo",
    "FrameWant",
    "RuntimeInfo",
    "ring_key",
]

log = logging.getLogger(__name__)

#: A broker starts in about half a second; after this long without one another is started.
_BROKER_START_S = 3.0
_RETRY_S = 0.05
_POLL_S = 0.25
_JOIN_S = 8.0
#: The log of a broker is started afresh above this size.
_LOG_BYTES = 1 << 20

#: Brokers this process started: they outlive a lease and are reaped here when they end.
_started_brokers: list[subprocess.Popen[bytes]] = []


class ClipFailed(RetryLater):
    """No clip was written: no packets of that time, the camera is not held, or no space."""

    is_disk_full = False


class CameraLease:
    """What this process wants of which cameras. `close` gives everything back."""

    def __init__(self, runtime: RuntimeInfo) -> None:
        self._runtime = runtime
        self._place = MeetingPlace(Path(runtime.runtime_folder))
        self._lock = threading.Lock()
        self._to_send: list[SetWants | ClipRequest] = []
        self._wake_reader, self._wake_writer = Pipe(duplex=False)
        self._woken = False
        self._wants = SetWants(sources=(), wants=())
        self._status: dict[CameraId, CameraStatus] = {}
        self._snapshot: Mapping[CameraId, CameraStatus] = MappingProxyType({})
        self._status_version = 0
        self._clips: dict[int, tuple[ClipRequest, Future[Any]]] = {}
        self._clip_ids = itertools.count(1)
        self._stop = StopToken()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to look for a broker, and starts one when there is none."""
        self._thread = threading.Thread(target=self._run, name="camera-lease", daemon=True)
        self._thread.start()

    def set_wants(
        self,
        sources: Sequence[CameraSource],
        wants: Sequence[FrameWant],
        replays: Sequence[ReplayWant] = (),
    ) -> None:
        """The full set of cameras held and pictures wanted; replaces the former set.

        A source without a want is connected and its packets are kept for clips, undecoded.
        """
        message = SetWants(tuple(sources), tuple(wants), tuple(replays))
        with self._lock:
            if message == self._wants:
                return
            self._wants = message
            self._say(message)

    def status(self) -> Mapping[CameraId, CameraStatus]:
        """The newest status of every held camera: a snapshot that never changes."""
        return self._snapshot

    @property
    def status_version(self) -> int:
        """Grows with every change of `status()`."""
        return self._status_version

    def clip(
        self, camera_id: CameraId, from_mono_ns: int, to_mono_ns: int, path: Path
    ) -> Future[ClipInfo]:
        """Writes what the camera sent between two moments to `path` as MP4, without transcoding.

        The future resolves once `to_mono_ns` has passed; it fails with ClipFailed.
        """
        request = ClipRequest(
            next(self._clip_ids), camera_id, from_mono_ns, to_mono_ns, str(path.absolute())
        )
        future: Future[ClipInfo] = Future()
        with self._lock:
            self._clips[request.request_id] = (request, future)
            self._say(request)
        return future

    def export(
        self, camera_id: CameraId, from_mono_ns: int, to_mono_ns: int, path: Path, form: ClipForm
    ) -> Future[tuple[ClipInfo, ...]]:
        """As `clip`, in another form: every connection's part, or a picture (see ClipForm)."""
        span = (from_mono_ns, to_mono_ns)
        request = ClipRequest(next(self._clip_ids), camera_id, *span, str(path.absolute()), form)
        future: Future[tuple[ClipInfo, ...]] = Future()
        with self._lock:
            self._clips[request.request_id] = (request, future)
            self._say(request)
        return future

    def close(self) -> None:
        """Gives all cameras back and ends the thread. Twice is harmless."""
        self._stop.stop()
        with self._lock:
            self._wake()
        if self._thread is not None:
            self._thread.join(_JOIN_S)
            self._thread = None
        self._fail_clips("the lease was closed")
        with self._lock:
            self._wake_writer.close()
            self._wake_reader.close()

    def _run(self) -> None:
        while not self._stop.stopped:
            connection = self._connected()
            if connection is not None:
                self._serve(connection)
                self._broker_lost()

    def _connected(self) -> Connection | None:
        """A broker that answers, starting one as often as needed; None when told to stop."""
        self._place.make()
        while not self._stop.stopped:
            started = _start_broker(self._place, self._runtime)
            for _ in range(round(_BROKER_START_S / _RETRY_S)):
                try:
                    return self._place.connect()
                except BrokerAway:
                    if self._stop.wait(_RETRY_S):
                        return None
                if started is not None and started.poll() is not None:
                    started = None  # lost the election: the winner will answer
            log.info("no camera broker answered within %.0f s: starting another", _BROKER_START_S)
        return None

    def _serve(self, connection: Connection) -> None:
        try:
            with self._lock:
                self._to_send = [self._wants, *(request for request, _ in self._clips.values())]
            connection.send_bytes(encode(self._hello()))
            while not self._stop.stopped:
                for message in self._taken_messages():
                    connection.send_bytes(encode(message))
                if connection in wait([connection, self._wake_reader], _POLL_S):
                    self._take(connection.recv_bytes())
        except (OSError, EOFError):
            pass  # the broker is gone: `_run` finds or starts the next one
        finally:
            connection.close()

    def _hello(self) -> Hello:
        runtime = self._runtime
        return Hello(
            PROTOCOL_VERSION, os.getpid(), runtime.intake, runtime.spool_folder, runtime.key_file
        )

    def _taken_messages(self) -> list[SetWants | ClipRequest]:
        with self._lock:
            if self._woken:
                self._woken = False
                self._wake_reader.recv_bytes()
            messages, self._to_send = self._to_send, []
        return messages

    def _take(self, raw: bytes) -> None:
        try:
            message = decode_report(raw)
        except msgspec.DecodeError as error:
            log.error("the broker sent something unreadable: %s", error)
            return
        if isinstance(message, StatusChange):
            self._take_status(message)
        elif isinstance(message, ClipDone):
            self._take_clip(message)

    def _take_status(self, message: StatusChange) -> None:
        self._status.update(message.cameras)
        for camera_id in message.gone:
            self._status.pop(camera_id, None)
        self._publish_snapshot()

    def _publish_snapshot(self) -> None:
        self._snapshot = MappingProxyType(dict(self._status))
        self._status_version += 1

    def _take_clip(self, message: ClipDone) -> None:
        with self._lock:
            request, future = self._clips.pop(message.request_id, (None, None))
        if request is None or future is None:
            return
        if message.clip is not None and request.form is ClipForm.EVIDENCE:
            future.set_result(message.clip)
        elif message.clip is not None:
            future.set_result((message.clip, *message.further))
        else:
            failure = ClipFailed(message.error or "no clip")
            failure.is_disk_full = message.is_disk_full
            future.set_exception(failure)

    def _broker_lost(self) -> None:
        if self._stop.stopped:
            return
        log.info("camera broker lost: looking for the next one")
        for camera_id, status in self._status.items():
            health = structs.replace(
                status.health,
                state=StreamState.CONNECTING,
                cause=LossCause.INGEST_RESTART,
                since_mono_ns=time.monotonic_ns(),
            )
            self._status[camera_id] = structs.replace(status, health=health)
        self._publish_snapshot()

    def _fail_clips(self, reason: str) -> None:
        with self._lock:
            waiting = list(self._clips.values())
            self._clips.clear()
        for _, future in waiting:
            future.set_exception(ClipFailed(reason))

    def _say(self, message: SetWants | ClipRequest) -> None:
        """With the lock held: hands `message` to the own thread; a newer SetWants replaces an older."""
        if self._stop.stopped:
            return
        if isinstance(message, SetWants):
            self._to_send = [kept for kept in self._to_send if not isinstance(kept, SetWants)]
        self._to_send.append(message)
        self._wake()

    def _wake(self) -> None:
        """With the lock held."""
        if not self._woken:
            self._woken = True
            self._wake_writer.send_bytes(b"")


def _start_broker(place: MeetingPlace, runtime: RuntimeInfo) -> subprocess.Popen[bytes] | None:
    """Starts a broker that outlives this process, unless one holds the election lock."""
    _started_brokers[:] = [process for process in _started_brokers if process.poll() is None]
    descriptor = place.elect()
    if descriptor is None:
        return None
    os.close(descriptor)
    arguments = [
        sys.executable, "-m", "ingest.cameras", "broker",
        "--runtime", runtime.runtime_folder, "--site", runtime.site_folder,
        "--linger", str(runtime.linger_s),
    ]  # fmt: skip
    arguments += ["--settings", msgspec.json.encode(runtime.cameras).decode()]
    arguments += ["--expect", str(runtime.expected_count)]
    if runtime.is_exact:
        arguments.append("--exact")
    if runtime.intake is not None:
        arguments += ["--intake", runtime.intake]
    if runtime.spool_folder is not None:
        arguments += ["--spool", runtime.spool_folder]
    if runtime.key_file is not None:
        arguments += ["--key", runtime.key_file]
    fresh = place.log_path.exists() and place.log_path.stat().st_size > _LOG_BYTES
    with place.log_path.open("wb" if fresh else "ab") as log_file:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log_file,
            start_new_session=True,
        )
    _started_brokers.append(process)
    return process
