"""What a worker learnt from operators, in one file beside its memory; it lives for weeks.

Written whole and replaced atomically after every verdict.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from vision.ears import FeedMark
from vision.learnt import Rejection

_log = logging.getLogger(__name__)


class LearntRecord(Struct, frozen=True):
    """Rejections by camera id, and how far of the feed they come from."""

    mark: FeedMark = FeedMark()
    cameras: dict[str, tuple[Rejection, ...]] = {}


class LearntFile:
    """The file. Threads: one."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._written = b""

    def load(self) -> LearntRecord:
        """Empty where there is none or it is unreadable (logged): then nothing is suppressed."""
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=LearntRecord)
        except FileNotFoundError:
            return LearntRecord()
        except (OSError, msgspec.MsgspecError) as error:
            _log.warning("%s is unusable, nothing is suppressed: %s", self._file, error)
            return LearntRecord()

    def save(self, record: LearntRecord) -> None:
        """Writes what changed. Raises OSError when the disk refuses."""
        content = msgspec.json.encode(record)
        if content == self._written:
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._file.with_suffix(".new")
        unfinished.write_bytes(content)
        os.replace(unfinished, self._file)
        self._written = content
