"""Memory and open handles of a set of process trees, of each process, sampled in a thread of its own.

PSS: each page counts once, shared pages in equal shares, so that rings mapped by two processes are
not counted twice. Linux only; elsewhere the unique set size is taken.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import psutil
from msgspec import Struct

from console.bench.processes import trees

SAMPLE_S = 5.0


class Role(StrEnum):
    """What a process of a running wall is for."""

    CONSOLE = "console"
    BROKER = "broker"
    INGEST = "ingest"
    OTHER = "other"


class HandleKind(StrEnum):
    """What an open handle is of."""

    SOCKET = "socket"
    PIPE = "pipe"
    RING = "ring"
    FILE = "file"
    OTHER = "other"


class ProcessUsage(Struct, frozen=True):
    """One process at one moment. `heap_mb` is what it has alone, `shared_mb` its part of the rings.

    The rest of `pss_mb` is mapped files: code.
    """

    role: Role
    process_id: int
    pss_mb: float
    heap_mb: float
    shared_mb: float
    handles: dict[HandleKind, int]

    @property
    def own_mb(self) -> float:
        """Heap and rings. The code's share of `pss_mb` moves when strangers start or end."""
        return self.heap_mb + self.shared_mb

    @property
    def handle_count(self) -> int:
        return sum(self.handles.values())


class Usage(Struct, frozen=True):
    """All processes at one moment."""

    at_s: float
    processes: tuple[ProcessUsage, ...]

    @property
    def pss_mb(self) -> float:
        return sum(process.pss_mb for process in self.processes)

    @property
    def own_mb(self) -> float:
        return sum(process.own_mb for process in self.processes)

    @property
    def handles(self) -> int:
        return sum(process.handle_count for process in self.processes)

    def handles_of(self, kind: HandleKind) -> int:
        return sum(process.handles.get(kind, 0) for process in self.processes)


def usage(process_ids: Sequence[int], at_s: float) -> Usage:
    """Processes that end while they are asked count nothing."""
    found = []
    for process in trees(process_ids):
        with contextlib.suppress(psutil.Error, OSError):
            found.append(_usage_of(process))
    return Usage(at_s, tuple(sorted(found, key=lambda one: (one.role, one.process_id))))


def _usage_of(process: psutil.Process) -> ProcessUsage:
    """Raises psutil.Error or OSError when the process has ended."""
    role = role_of(process.cmdline())
    rollup = Path(f"/proc/{process.pid}/smaps_rollup")
    if not rollup.exists():
        own_mb = float(process.memory_full_info().uss) / (1 << 20)
        count = process.num_fds() if hasattr(process, "num_fds") else process.num_handles()
        return ProcessUsage(role, process.pid, own_mb, own_mb, 0.0, {HandleKind.OTHER: int(count)})
    sizes_mb = {}
    for line in rollup.read_text(encoding="ascii").splitlines()[1:]:
        name, size_kb, *_ = line.split()
        sizes_mb[name.rstrip(":")] = float(size_kb) / 1024
    return ProcessUsage(
        role,
        process.pid,
        sizes_mb["Pss"],
        sizes_mb["Pss_Anon"],
        sizes_mb["Pss_Shmem"],
        _handles(Path(f"/proc/{process.pid}/fd")),
    )


def role_of(command: Sequence[str]) -> Role:
    """By how it was started: our processes name their part."""
    if "console.bench.stage_job" in command:
        return Role.CONSOLE
    if "ingest.cameras" in command:
        return Role.BROKER if "broker" in command else Role.INGEST
    return Role.OTHER


def _handles(folder: Path) -> dict[HandleKind, int]:
    counts: Counter[HandleKind] = Counter()
    for entry in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            counts[handle_kind(os.readlink(entry))] += 1
    return dict(counts)


def handle_kind(target: str) -> HandleKind:
    """Of what a link under /proc/PID/fd says."""
    if target.startswith("socket:"):
        return HandleKind.SOCKET
    if target.startswith("pipe:"):
        return HandleKind.PIPE
    if "/rings/" in target:
        return HandleKind.RING
    return HandleKind.FILE if target.startswith("/") else HandleKind.OTHER


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
