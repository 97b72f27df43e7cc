"""What a worker remembers over a restart: stays, dwell and open alerts of its cameras, in one file.

Written whole and replaced atomically, after every alert and every few seconds.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from vision.pipeline import PipelineRecord

_log = logging.getLogger(__name__)

#: A memory older than this says nothing about who stands where.
AGE_MAX_S = 24 * 3600.0


class WorkerRecord(Struct, frozen=True):
    """All cameras' memory and when it was written."""

    saved_utc_ns: int
    cameras: dict[str, PipelineRecord]


class WorkerMemory:
    """The file. Threads: one."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._written = b""

    def load(self, now_utc_ns: int) -> dict[str, PipelineRecord]:
        """By camera id; empty when there is none, it is too old, or it is unreadable (logged)."""
        try:
            record = msgspec.json.decode(self._file.read_bytes(), type=WorkerRecord)
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.MsgspecError) as error:
            _log.warning("%s is unusable, dwell times start anew: %s", self._file, error)
            return {}
        if abs(now_utc_ns - record.saved_utc_ns) > AGE_MAX_S * 1e9:
            return {}
        return record.cameras

    def save(self, cameras: dict[str, PipelineRecord], now_utc_ns: int) -> None:
        """Writes what changed. Raises OSError when the disk refuses."""
        content = msgspec.json.encode(cameras)
        if content == self._written:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._file.with_suffix(".new")
        unfinished.write_bytes(msgspec.json.encode(WorkerRecord(now_utc_ns, cameras)))
        os.replace(unfinished, self._file)
        self._written = content
