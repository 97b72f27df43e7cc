"""leave_with_parent: a child process that does not outlive the one that started it.

Every child of ours also reads its standard input and leaves at its end; on Linux the kernel
sends SIGKILL as well, for the case that it is stuck. The only place that knows `prctl`.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def leave_with_parent(parent_process_id: int) -> None:
    """Asks the kernel to end this process with its parent; leaves at once if that is gone already.

    The signal follows the *thread* that started us, so only long-lived threads may start children.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_process_id:
        os._exit(1)
