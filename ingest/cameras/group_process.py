"""The ingest process of a group: reads wishes on standard input, tells status on standard output.

Leaves when its input ends, which is when the broker goes. Started as
`python -m ingest.cameras group`.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import queue
import signal
import sys
import threading
from typing import Final

import msgspec

from config.settings import CameraSettings
from ingest.cameras.allocator import keep_freed_pictures
from ingest.cameras.group import CameraGroup
from ingest.cameras.messages import (
    ClipRequest,
    Report,
    Request,
    SetWants,
    StatusChange,
    decode_request,
    encode,
)
from ingest.cameras.parent_life import leave_with_parent
from ingest.cameras.session import SessionSettings
from ingest.cameras.status_news import StatusNews
from ingest.cameras.stream_run import RunSettings
from ingest.clock import SystemClock
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: Statuses are looked at this often without a change, and at most this often with changes.
_STEP_S: Final = 0.25
_SHORTEST_STEP_S: Final = 0.03
#: Clips written at the same time; more wait in the queue of threads of their callers.
_MAX_CLIPS: Final = 16


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rings", required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--settings", default="{}")
    parser.add_argument("--exact", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """Serves until standard input ends. Never returns normally: stuck readers must not hold it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the broker, which ends our input
    leave_with_parent(arguments.parent)
    keep_freed_pictures()
    cameras = msgspec.json.decode(arguments.settings, type=CameraSettings)
    settings = RunSettings(
        arguments.rings,
        cameras,
        SessionSettings(read_timeout_s=cameras.silent_after_s),
        is_exact=arguments.exact,
    )
    process = GroupProcess(settings)
    process.serve()
    os._exit(0)


class GroupProcess:
    """The loop around a CameraGroup."""

    def __init__(self, settings: RunSettings) -> None:
        self._woken = threading.Event()
        self._stop = StopToken()
        self._clock = SystemClock()
        self._group = CameraGroup(settings, self._clock, self._woken.set, self._stop)
        self._inbox: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._news = StatusNews()
        self._output_lock = threading.Lock()
        self._clip_slots = threading.Semaphore(_MAX_CLIPS)

    def serve(self) -> None:
        threading.Thread(target=self._read, name="group-input", daemon=True).start()
        while not self._stop.stopped:
            self._woken.wait(_STEP_S)
            self._woken.clear()
            try:
                self._take_requests()
                self._tell_statuses()
            except Exception:
                log.exception("group step failed")
            self._stop.wait(_SHORTEST_STEP_S)
        self._group.close()

    def _read(self) -> None:
        for line in sys.stdin.buffer:
            try:
                self._inbox.put(decode_request(line))
            except msgspec.DecodeError as error:
                log.error("the broker sent something unreadable: %s", error)
            self._woken.set()
        self._stop.stop()
        self._woken.set()

    def _take_requests(self) -> None:
        wants: SetWants | None = None
        with contextlib.suppress(queue.Empty):
            while True:
                request = self._inbox.get_nowait()
                if isinstance(request, SetWants):
                    wants = request
                elif isinstance(request, ClipRequest):
                    threading.Thread(
                        target=self._clip, args=(request,), name="clip", daemon=True
                    ).start()
        if wants is not None:
            self._group.set_wants(wants)

    def _tell_statuses(self) -> None:
        now = self._group.step()
        changed, gone = self._news.changes(now, self._clock.mono_ns())
        if changed or gone:
            self._say(StatusChange(changed, gone))

    def _clip(self, request: ClipRequest) -> None:
        with self._clip_slots:
            self._say(self._group.clip(request))

    def _say(self, message: Report) -> None:
        with self._output_lock:
            try:
                sys.stdout.buffer.write(encode(message) + b"\n")
                sys.stdout.buffer.flush()
            except BrokenPipeError:
                self._stop.stop()
