"""Advisory locks on open files: how one process knows that another still lives.

The lock dies with its process, even with kill -9, on every system; nothing here depends on
process ids. The only place that knows `fcntl` from `msvcrt`.
"""

from __future__ import annotations

import contextlib
import sys

if sys.platform == "win32":
    import msvcrt
    import os

    #: Far behind any content, so that the locked byte never bars a reader of the file.
    _LOCKED_BYTE = 1 << 40

    def try_lock(file_descriptor: int, *, shared: bool = False) -> bool:
        """Takes the lock without waiting; False when another process holds it."""
        os.lseek(file_descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(file_descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def unlock(file_descriptor: int) -> None:
        """Gives the lock back; nothing happens when it was not held."""
        os.lseek(file_descriptor, _LOCKED_BYTE, os.SEEK_SET)
        with contextlib.suppress(OSError):
            msvcrt.locking(file_descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def try_lock(file_descriptor: int, *, shared: bool = False) -> bool:
        """Takes the lock without waiting; False when another process holds it."""
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(file_descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock(file_descriptor: int) -> None:
        """Gives the lock back; nothing happens when it was not held."""
        with contextlib.suppress(OSError):
            fcntl.flock(file_descriptor, fcntl.LOCK_UN)
