"""ParentWatch: a child leaves when the process that started it is gone, even by kill -9."""

from __future__ import annotations

import psutil


class ParentWatch:
    """Remembers the parent by pid and start time (pids are used again). Threads: one."""

    def __init__(self, pid: int) -> None:
        try:
            self._process: psutil.Process | None = psutil.Process(pid)
        except psutil.NoSuchProcess:
            self._process = None

    def is_gone(self) -> bool:
        """True when the parent has ended (or is a corpse nobody collected)."""
        if self._process is None or not self._process.is_running():
            return True
        try:
            return bool(self._process.status() == psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return True
