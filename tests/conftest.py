"""Every test leaves the machine as it found it: threads, sockets, shared memory, child processes.

A virtual screen is started once for tests marked `gui`; Qt warnings and log records of level
WARNING fail a test unless it is marked `logs_warnings(reason)`.

`.ci/tests` runs two passes. Two processes share the first: tests in process, and real processes
marked `beside`. The second has the machine for itself: `gui`, `alone` and `system` without `beside`.
Mark a test `alone` that compares a measured time with a promise; a deadline of a wait is none.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.monitors import two_monitors_on
from tests.postgres_server import PostgresServer, start_or_skip

# In-process windows need no screen; tests of real screens start processes with `virtual_screen`.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

#: Threads that libraries keep for the life of the process (named by prefix).
KEPT_THREADS = ("pytest-timeout", "ThreadPoolExecutor", "asyncio_", "Dummy", "QThread", "pydevd")
#: Servers that live as long as the test session.
KEPT_PROCESSES = ("Xvfb", "postgres")
SHARED_MEMORY = Path("/dev/shm")
SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder of real clips and tools beside the checkout; tests that need it skip without it."""
    if not SHARED.is_dir():
        pytest.skip(
            "needs ../shared (real clips and the independent RTSP server), which is not here"
        )
    return SHARED


def _threads() -> set[threading.Thread]:
    return {
        thread
        for thread in threading.enumerate()
        if thread.is_alive() and not thread.name.startswith(KEPT_THREADS)
    }


def _rings() -> set[str]:
    if not SHARED_MEMORY.is_dir():
        return set()
    return {path.name for path in SHARED_MEMORY.glob(f"gridwall-test-{os.getpid()}-*")}


def _may_have_children() -> bool:
    """Asks the kernel about this process alone; psutil looks at every process of the machine."""
    lists = list(Path("/proc/self/task").glob("*/children"))
    try:
        return not lists or any(children.read_text() for children in lists)
    except OSError:  # a thread left while we looked, or the system keeps no such list
        return True


def _children() -> set[int]:
    found: set[int] = set()
    if not _may_have_children():
        return found
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # it left while we looked
            if child.name() not in KEPT_PROCESSES and child.status() != psutil.STATUS_ZOMBIE:
                found.add(child.pid)
    return found


def _belongs_to(pid: object, elders: set[int]) -> bool:
    """Whether a process that was there before the test started `pid`: then it is its business."""
    try:
        return any(parent.pid in elders for parent in psutil.Process(int(str(pid))).parents())
    except psutil.NoSuchProcess:
        return True


def _settled(
    now: set[object], before: set[object], look: object, deadline_s: float = 3.0
) -> set[object]:
    """What is still left over after at most `deadline_s`: ends take a moment to be seen."""
    waiter = threading.Event()
    left = now - before
    for _ in range(round(deadline_s / 0.05)):
        if not left:
            break
        waiter.wait(0.05)
        left = look() - before  # type: ignore[operator]
    return left


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves a thread, a child process or a shared-memory ring."""
    before = (_threads(), _children(), _rings())
    yield
    for name, look, was in zip(
        ("threads", "child processes", "shared memory"),
        (_threads, _children, _rings),
        before,
        strict=True,
    ):
        left = _settled(look(), was, look)
        if name == "child processes":
            left = {pid for pid in left if not _belongs_to(pid, was)}
        assert not left, f"the test left {name} behind: {left}"


@pytest.fixture(autouse=True)
def no_unannounced_warning(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """Fails a test whose code logs WARNING or worse, unless marked `logs_warnings(reason)`."""
    yield
    if request.node.get_closest_marker("logs_warnings"):
        return
    loud = [
        record.getMessage()
        for record in caplog.get_records("call")
        if record.levelno >= logging.WARNING
    ]
    assert not loud, f"the test logged warnings nobody announced: {loud}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL server for all tests; skips where the package is missing."""
    server = start_or_skip()
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_store_url(request: pytest.FixtureRequest) -> Iterator[Callable[[], str | None]]:
    """Gives `[store] url` of a new database, of each kind in turn; None is SQLite."""
    if request.param == "sqlite":
        yield lambda: None
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    made: list[str] = []

    def new() -> str:
        made.append(server.database())
        return made[-1]

    yield new
    for url in made:
        server.give_back(url)


@pytest.fixture
def store_url(new_store_url: Callable[[], str | None]) -> str | None:
    """`[store] url` of one new database, of each kind in turn."""
    return new_store_url()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests about SQLite's own file are not run again on PostgreSQL; real processes get two tries.

    A busy shared machine may starve a process for longer than a test waits. One second try tells
    that from a fault; the summary names every test that needed it, so a rare race stays seen.
    """
    items[:] = [
        item
        for item in items
        if not (item.get_closest_marker("sqlite_only") and "[postgresql" in item.name)
    ]
    for item in items:
        if item.get_closest_marker("system") or item.get_closest_marker("gui"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def virtual_screen() -> Iterator[str]:
    """A display for real windows; an existing DISPLAY is used as it is."""
    if shutil.which("Xvfb") is None:
        pytest.skip("needs Xvfb (Debian package xvfb) for real windows")
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "3840x1080x24", "-noreset",
         "+extension", "GLX", "+extension", "RANDR", "-nolisten", "tcp"],
        pass_fds=[write_end], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        number = pipe.readline().strip()
    if not number:
        pytest.fail("Xvfb did not start: run it by hand to see why")
    yield f":{number}"
    server.terminate()
    server.wait(timeout=10)


@pytest.fixture
def two_monitors(virtual_screen: str) -> Iterator[str]:
    """The display, with two monitors side by side."""
    with two_monitors_on(virtual_screen) as display:
        yield display
