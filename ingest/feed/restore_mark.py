"""RestoreMark: notices that an older copy of the log was put back in place.

Beside the log lies how far it was a moment ago. A log that is shorter than its mark was replaced
by a backup: readers would take new events for old ones, so the log gets a new epoch.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec
from msgspec import Struct

log = logging.getLogger(__name__)


class Mark(Struct, frozen=True):
    epoch: str
    sequence: int


class RestoreMark:
    """Threads: the acting thread's."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._written: Mark | None = None

    def is_ahead_of(self, epoch: str, sequence: int) -> bool:
        """True when the log was longer once than it is now."""
        try:
            mark = msgspec.json.decode(self._file.read_bytes(), type=Mark)
        except (OSError, msgspec.DecodeError):
            return False
        return mark.epoch == epoch and mark.sequence > sequence

    def write(self, epoch: str, sequence: int) -> None:
        """Notes how far the log is on disk. Not forced onto the platter: it may lag, never lead."""
        mark = Mark(epoch, sequence)
        if mark == self._written:
            return
        beside = self._file.with_suffix(".new")
        try:
            beside.write_bytes(msgspec.json.encode(mark))
            os.replace(beside, self._file)
        except OSError as error:
            log.debug("the mark %s was not written: %s", self._file, error)
            return
        self._written = mark
