"""GroupHandle: the broker's end of one ingest process. Starts it, talks to it, hears of its death.

Threads: the broker's main one; a reader thread a process puts what it says into the broker's inbox.
"""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from typing import Final

import msgspec

from ingest.cameras.meeting_place import RuntimeInfo
from ingest.cameras.messages import Report, Request, decode_report, encode
from ingest.cameras.placement import GroupId

log = logging.getLogger(__name__)

_LEAVE_S: Final = 3.0
#: Requests waiting for a group that does not read; more means that it hangs.
_UNSENT_COUNT: Final = 200


@dataclass(frozen=True, slots=True)
class GroupSaid:
    """A report of a living process."""

    process_id: int
    report: Report


@dataclass(frozen=True, slots=True)
class GroupEnded:
    """The process is gone."""

    process_id: int
    exit_code: int


class GroupHandle:
    """One running ingest process."""

    def __init__(
        self,
        group_id: GroupId | None,
        rings_folder: str,
        inbox: queue.Queue[object],
        *,
        runtime: RuntimeInfo,
    ) -> None:
        arguments = [sys.executable, "-m", "ingest.cameras", "group", "--rings", rings_folder]
        arguments += ["--parent", str(os.getpid())]
        arguments += ["--settings", msgspec.json.encode(runtime.cameras).decode()]
        if runtime.is_exact:
            arguments.append("--exact")
        #: None: a spare that has loaded everything and waits for a group.
        self.group_id = group_id
        #: When it last said something, monotonic; kept by the broker.
        self.heard_s = time.monotonic()
        self._inbox = inbox
        self._process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self._unsent: queue.Queue[bytes | None] = queue.Queue(_UNSENT_COUNT)
        self._threads = [
            threading.Thread(target=target, name=f"group-{name}", daemon=True)
            for name, target in (("reader", self._read), ("writer", self._write))
        ]
        for thread in self._threads:
            thread.start()

    @property
    def process_id(self) -> int:
        return self._process.pid

    def send(self, message: Request) -> None:
        """Queues a message; a process that reads none for 200 messages is killed and restarted."""
        try:
            self._unsent.put_nowait(encode(message) + b"\n")
        except queue.Full:
            self.kill("it reads nothing")

    def kill(self, reason: str) -> None:
        """Ends a process that hangs; its end is reported like any other."""
        if self._process.poll() is None:
            log.error("ingest process %d is killed: %s", self.process_id, reason)
            self._process.kill()

    def leave(self) -> None:
        """Ends its input, so that it closes its cameras and leaves."""
        try:
            self._unsent.put_nowait(None)
        except queue.Full:
            self._process.kill()

    def join(self) -> None:
        """Waits for its end after `leave`; kills it when it does not come."""
        try:
            self._process.wait(_LEAVE_S)
        except subprocess.TimeoutExpired:
            log.warning("ingest process %d did not leave: killing it", self.process_id)
            self._process.kill()
            self._process.wait(_LEAVE_S)
        self._unsent.put(None)
        for thread in self._threads:
            thread.join(_LEAVE_S)

    def _write(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            while (line := self._unsent.get()) is not None:
                pipe.write(line)
        except OSError:
            log.debug("ingest process %d reads no more", self.process_id)
        finally:
            try:
                pipe.close()
            except OSError:
                log.debug("input of %d was closed by its end", self.process_id)

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        with os.fdopen(os.dup(pipe.fileno()), "rb") as lines:
            pipe.close()
            for line in lines:
                try:
                    report = decode_report(line)
                except msgspec.DecodeError as error:
                    log.error("ingest process %d said nonsense: %s", self.process_id, error)
                    continue
                self._inbox.put(GroupSaid(self.process_id, report))
        exit_code = self._process.wait()
        self._inbox.put(GroupEnded(self.process_id, exit_code))
