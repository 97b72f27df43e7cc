"""LeaseDoor: the broker's end of one lease: what it said in, what it should know out.

A lease that does not read holds nobody: statuses wait merged by camera, so the wait is bounded
by the number of cameras. Threads: a reader and a writer of its own; `tell` from any.
"""

from __future__ import annotations

import itertools
import logging
import queue
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final

import msgspec

from config.site import CameraId
from ingest.cameras.messages import (
    PROTOCOL_VERSION,
    ClipDone,
    Hello,
    Report,
    Request,
    SetWants,
    StatusChange,
    decode_request,
    encode,
)
from ingest.cameras.wants import CameraStatus

log = logging.getLogger(__name__)

_ids = itertools.count(1)
_JOIN_S: Final = 1.0
#: Clips answered to a lease that does not read.
_MAX_ANSWERS: Final = 1_000


@dataclass(frozen=True, slots=True)
class LeaseSaid:
    lease: LeaseDoor
    request: Request


@dataclass(frozen=True, slots=True)
class LeaseEnded:
    lease: LeaseDoor


class LeaseDoor:
    """One connected lease. `wants` is what it asked for last; the broker's main thread sets it."""

    def __init__(self, connection: Connection, inbox: queue.Queue[object]) -> None:
        self.id = next(_ids)
        self.wants = SetWants(sources=(), wants=())
        self._connection = connection
        self._inbox = inbox
        self._changed: dict[CameraId, CameraStatus] = {}
        self._gone: set[CameraId] = set()
        self._answers: list[ClipDone] = []
        self._is_over = False
        self._news = threading.Condition()

    def serve(self) -> None:
        """Reads until the lease goes. Runs in the connection's thread."""
        writer = threading.Thread(target=self._write, name=f"lease-{self.id}-writer", daemon=True)
        writer.start()
        try:
            while True:
                request = decode_request(self._connection.recv_bytes())
                if isinstance(request, Hello) and request.version != PROTOCOL_VERSION:
                    log.error("a lease speaks version %d: refused", request.version)
                    break
                self._inbox.put(LeaseSaid(self, request))
        except (OSError, EOFError):
            log.debug("lease %d left", self.id)
        except msgspec.DecodeError as error:
            log.error("lease %d said nonsense and is dropped: %s", self.id, error)
        finally:
            self._end()
            writer.join(_JOIN_S)
            self._connection.close()
            self._inbox.put(LeaseEnded(self))

    def tell(self, message: Report) -> None:
        """Queues a message; a newer status of a camera replaces one that was not sent."""
        with self._news:
            if isinstance(message, StatusChange):
                self._gone.difference_update(message.cameras)
                self._changed.update(message.cameras)
                for camera_id in message.gone:
                    self._changed.pop(camera_id, None)
                    self._gone.add(camera_id)
            elif len(self._answers) < _MAX_ANSWERS:
                self._answers.append(message)
            self._news.notify()

    def _end(self) -> None:
        with self._news:
            self._is_over = True
            self._news.notify()

    def _write(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(
                    lambda: self._is_over or self._changed or self._gone or self._answers
                )
                if self._is_over:
                    return
                messages: list[Report] = list(self._answers)
                if self._changed or self._gone:
                    messages.append(StatusChange(self._changed, tuple(self._gone)))
                self._changed, self._gone, self._answers = {}, set(), []
            try:
                for message in messages:
                    self._connection.send_bytes(encode(message))
            except OSError:
                return
