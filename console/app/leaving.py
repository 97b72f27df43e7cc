"""Runs a gridwall command that must not outlive its parent: `python -m console.app.leaving PID COMMAND …`.

For commands that have no such option of their own (windows). On Linux the kernel tells us
(PR_SET_PDEATHSIG); elsewhere, and should that come too late, a thread looks every second.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time

from console.app.cli import main
from ingest.parent import ParentWatch

_PR_SET_PDEATHSIG = 1
POLL_S = 1.0
#: After the polite signal the process ends itself.
GRACE_S = 5.0


def leave_with(parent_pid: int) -> None:
    """From now on this process ends when `parent_pid` does."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    threading.Thread(target=_watch, args=(parent_pid,), name="parent-watch", daemon=True).start()


def _watch(parent_pid: int) -> None:
    parent = ParentWatch(parent_pid)
    while not parent.is_gone():
        time.sleep(POLL_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


if __name__ == "__main__":
    leave_with(int(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
