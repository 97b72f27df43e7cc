"""CPU seconds of a process and all its children, and children that never outlive a bench."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from types import TracebackType

import psutil


def cpu_s(process_ids: Iterable[int]) -> float:
    """User and system seconds so far of these processes and everything they started.

    Processes that have ended meanwhile count what their parent has reaped.
    """
    total = 0.0
    for process in trees(process_ids):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def own_cpu_s(process_id: int) -> float:
    """User and system seconds so far of this process alone. Raises psutil.NoSuchProcess."""
    times = psutil.Process(process_id).cpu_times()
    return float(times.user + times.system)


def strangers_s(process_ids: Iterable[int]) -> float:
    """CPU seconds so far of everything but these processes and the bench with its children."""
    times = psutil.cpu_times()
    busy = sum(times) - times.idle - getattr(times, "iowait", 0.0) - getattr(times, "guest", 0.0)
    return float(busy) - cpu_s([os.getpid(), *process_ids])


def trees(process_ids: Iterable[int]) -> set[psutil.Process]:
    """These processes and all their descendants that live now."""
    found: set[psutil.Process] = set()
    for process_id in process_ids:
        try:
            root = psutil.Process(process_id)
            found.update((root, *root.children(recursive=True)))
        except psutil.NoSuchProcess:
            continue
    return found


class Children:
    """Child processes of a bench; ended together, grandchildren included."""

    def __init__(self) -> None:
        self._children: list[subprocess.Popen[str]] = []

    def start(self, command: Sequence[str], *, quiet: bool = False) -> subprocess.Popen[str]:
        """A child with text pipes for standard input and output."""
        child = subprocess.Popen(
            list(command),
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL if quiet else subprocess.PIPE,
            stderr=subprocess.DEVNULL if quiet else None,
        )
        self._children.append(child)
        return child

    def end(self) -> None:
        """Ends every child that still lives, within 5 s."""
        living = trees(child.pid for child in self._children if child.poll() is None)
        for process in living:
            _quietly(process.terminate)
        _, left = psutil.wait_procs(list(living), timeout=5)
        for process in left:
            _quietly(process.kill)
        for child in self._children:
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()
            child.wait(timeout=5)
        self._children = []

    def __enter__(self) -> Children:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()


def _quietly(act: object) -> None:
    try:
        act()  # type: ignore[operator]
    except psutil.NoSuchProcess:
        return
