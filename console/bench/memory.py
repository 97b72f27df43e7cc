"""Memory and open handles of a set of process trees, sampled in a thread of its own.

PSS: each page counts once, shared pages in equal shares, so that rings mapped by two processes are
not counted twice. Linux only; elsewhere the unique set size is taken.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
from msgspec import Struct

from console.bench.processes import trees

SAMPLE_S = 5.0


class Usage(Struct, frozen=True):
    """All processes together at one moment."""

    at_s: float
    pss_mb: float
    handles: int
    processes: int


def usage(process_ids: Sequence[int], at_s: float) -> Usage:
    """Processes that end while they are asked count nothing."""
    pss_kb, handles, count = 0.0, 0, 0
    for process in trees(process_ids):
        with contextlib.suppress(psutil.Error, OSError):
            pss_kb += _pss_kb(process)
            handles += process.num_fds() if hasattr(process, "num_fds") else process.num_handles()
            count += 1
    return Usage(at_s, pss_kb / 1024, handles, count)


def _pss_kb(process: psutil.Process) -> float:
    rollup = Path(f"/proc/{process.pid}/smaps_rollup")
    if not rollup.exists():
        return float(process.memory_full_info().uss) / 1024
    for line in rollup.read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return float(line.split()[1])
    return 0.0


class UsageWatch:
    """Samples from entering to leaving. `samples` is complete after leaving."""

    def __init__(self, process_ids: Sequence[int]) -> None:
        self.samples: list[Usage] = []
        self._process_ids = tuple(process_ids)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="usage-watch", daemon=True)

    def __enter__(self) -> UsageWatch:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self._thread.join(10)

    def _run(self) -> None:
        began_s = time.monotonic()
        while not self._ended.wait(SAMPLE_S):
            self.samples.append(usage(self._process_ids, time.monotonic() - began_s))
