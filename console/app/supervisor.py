"""Supervisor: child processes of one terminal; started in order, restarted with back-off, ended in reverse.

Every child gets a log file and leaves by itself when this process is gone (each is started with
its own `--leave-with-parent` or `--parent`). `look_after` never waits, so the owner's loop keeps
its own pace. Threads: one.
"""

from __future__ import annotations

import logging
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import GridwallError
from ingest.stop import StopToken

log = logging.getLogger(__name__)

#: Waits between two starts of a child that ended: first, and at most, seconds.
BACK_OFF_S = 0.5
BACK_OFF_MAX_S = 15.0
#: A child that ran this long starts with the first wait again.
STEADY_S = 30.0
#: How long a child may take to leave before it is killed.
LEAVE_S = 10.0
POLL_S = 0.1
#: Lines of a child's log that a failure message quotes.
_QUOTED_LINES = 6


class ChildFailed(GridwallError):
    """A child did not become ready, or ended where it must not."""


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """How to start one child.

    Attributes:
        name: for people, and the name of its log file.
        command: program and arguments.
        ready: asked until it says True; must answer within a second. None: ready when started.
        ready_s: deadline for that.
        restarts: whether it is started again when it ends; if not, its end is `Supervisor.ended`.
        environment: added to this process's.
    """

    name: str
    command: Sequence[str]
    ready: Callable[[], bool] | None = None
    ready_s: float = 30.0
    restarts: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)


class _Child:
    """One child's process and its waits. Threads: the supervisor's."""

    def __init__(self, spec: ChildSpec, log_folder: Path) -> None:
        self.spec = spec
        self.log_path = log_folder / f"{spec.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.start_count = 0
        self._wait_s = BACK_OFF_S
        self._started_s = 0.0
        self._next_start_s = 0.0

    def start(self) -> None:
        with self.log_path.open("ab") as output:
            self.process = subprocess.Popen(
                list(self.spec.command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **self.spec.environment},
                start_new_session=os.name == "posix",  # Ctrl+C is ours: children end in order
            )
        self.start_count += 1
        self._started_s = time.monotonic()

    def look_after(self) -> int | None:
        """Restarts it when it ended and its wait is over; the exit code the moment it ended."""
        now_s = time.monotonic()
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return None
            self.process = None
            if now_s - self._started_s > STEADY_S:
                self._wait_s = BACK_OFF_S
            self._next_start_s = now_s + self._wait_s
            self._wait_s = min(BACK_OFF_MAX_S, 2 * self._wait_s)
            return code
        if self.spec.restarts and now_s >= self._next_start_s:
            self.start()
        return None

    def end(self) -> None:
        """Asks it to leave, kills it when it does not. Idempotent."""
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            process.wait(LEAVE_S)
        except subprocess.TimeoutExpired:
            log.warning("%s did not leave in %.0f s and is killed", self.spec.name, LEAVE_S)
            process.kill()
            process.wait(LEAVE_S)

    def last_words(self) -> str:
        """The end of its log."""
        try:
            lines = self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-_QUOTED_LINES:])


class Supervisor:
    """Children of this process. Use as a context manager: `close` ends all, in reverse order."""

    def __init__(self, log_folder: Path, say: Callable[[str], None]) -> None:
        """`say` gets one line for people per event."""
        log_folder.mkdir(parents=True, exist_ok=True)
        self._log_folder = log_folder
        self._say = say
        self._children: list[_Child] = []
        #: Names and exit codes of children that ended and are not started again.
        self.ended: dict[str, int] = {}

    def start(self, spec: ChildSpec, stop: StopToken) -> None:
        """Starts a child and waits until it is ready.

        Raises ChildFailed when it ends before, or is not ready in time; returns early when
        `stop` is set.
        """
        child = _Child(spec, self._log_folder)
        child.start()
        self._children.append(child)
        end_s = time.monotonic() + spec.ready_s
        while spec.ready is not None and not spec.ready():
            code = None if child.process is None else child.process.poll()
            if code is not None:
                raise ChildFailed(
                    f"{spec.name} ended with code {code} before it was ready:\n{child.last_words()}"
                )
            if time.monotonic() > end_s:
                raise ChildFailed(
                    f"{spec.name} is not ready after {spec.ready_s:.0f} s "
                    f"(its log: {child.log_path}):\n{child.last_words()}"
                )
            if stop.wait(POLL_S):
                return

    def look_after(self) -> None:
        """Notices children that ended; starts them again when their wait is over."""
        for child in self._children:
            code = child.look_after()
            if code is None:
                continue
            if child.spec.restarts:
                self._say(f"{child.spec.name} ended (code {code}) and is started again")
                log.warning("%s ended with code %s:\n%s", child.spec.name, code, child.last_words())
            else:
                self.ended[child.spec.name] = code

    def pid_of(self, name: str) -> int | None:
        """Process id of a running child."""
        for child in self._children:
            if child.spec.name == name and child.process is not None:
                return child.process.pid
        return None

    def restart_count(self) -> int:
        """How often children had to be started again, in all."""
        return sum(max(0, child.start_count - 1) for child in self._children)

    def close(self) -> None:
        """Ends all children, the last started first. Idempotent."""
        while self._children:
            self._children.pop().end()

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
