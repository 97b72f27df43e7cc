"""FileLock: one owner per folder, held by the operating system and freed when the owner dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ingest.errors import GridwallError


class LockTaken(GridwallError):
    """Another process holds the lock; `owner` is what it wrote into the file."""

    def __init__(self, file: Path, owner: str) -> None:
        super().__init__(f"{file} is held by another process ({owner or 'unknown'})")
        self.owner = owner


class FileLock:
    """An exclusive lock on `file`, taken at construction. Raises LockTaken at once if held.

    The file stays after `close` (removing it would let two owners lock two files).
    """

    def __init__(self, file: Path, owner: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            _lock(self._fd)
        except OSError as error:
            text = os.pread(self._fd, 200, 0).decode(errors="replace") if _CAN_PREAD else ""
            os.close(self._fd)
            self._fd = -1
            raise LockTaken(file, text.strip()) from error
        os.ftruncate(self._fd, 0)
        os.write(self._fd, owner.encode())

    def close(self) -> None:
        """Gives the lock up. Idempotent."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


_CAN_PREAD = hasattr(os, "pread")

if sys.platform == "win32":
    import msvcrt

    #: Locked byte far behind the text, so that others can read who the owner is.
    _LOCKED_AT = 1 << 30

    def _lock(fd: int) -> None:
        os.lseek(fd, _LOCKED_AT, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        os.lseek(fd, 0, os.SEEK_SET)
else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
