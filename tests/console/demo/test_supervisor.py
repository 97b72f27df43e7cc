"""Children start in order, come back after a crash, and end in reverse order."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from console.app.supervisor import ChildFailed, ChildSpec, Supervisor
from ingest.stop import StopToken

SLEEPER = (
    "import signal,sys,time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\ntime.sleep(60)"
)


def child(name: str, code: str, **more: object) -> ChildSpec:
    return ChildSpec(name, (sys.executable, "-c", code), **more)  # type: ignore[arg-type]


def wait_until(supervisor: Supervisor, done: object, deadline_s: float = 10.0) -> None:
    pause = StopToken()
    end_s = time.monotonic() + deadline_s
    while not done():  # type: ignore[operator]
        assert time.monotonic() < end_s, "it did not happen in time"
        supervisor.look_after()
        pause.wait(0.02)


@pytest.mark.logs_warnings("a child ends")
def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    with Supervisor(tmp_path, said.append) as supervisor:
        supervisor.start(child("short", "raise SystemExit(3)"), StopToken())
        wait_until(supervisor, lambda: supervisor.restart_count() >= 1)
    assert "short ended (code 3)" in said[0]


def test_a_child_that_must_not_restart_ends_the_run(tmp_path: Path) -> None:
    with Supervisor(tmp_path, lambda _text: None) as supervisor:
        supervisor.start(child("window", "raise SystemExit(0)", restarts=False), StopToken())
        wait_until(supervisor, lambda: "window" in supervisor.ended)
        assert supervisor.ended == {"window": 0}
        assert supervisor.restart_count() == 0


def test_who_never_gets_ready_is_named_with_its_last_words(tmp_path: Path) -> None:
    spec = child("mute", "print('no such table'); raise SystemExit(1)", ready=lambda: False)
    with (
        Supervisor(tmp_path, lambda _text: None) as supervisor,
        pytest.raises(ChildFailed, match=r"(?s)mute ended with code 1.*no such table"),
    ):
        supervisor.start(spec, StopToken())


def test_close_ends_all_children_and_twice_is_harmless(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, lambda _text: None)
    for name in ("first", "second"):
        supervisor.start(child(name, SLEEPER), StopToken())
    assert supervisor.pid_of("first") is not None
    supervisor.close()
    supervisor.close()
    assert supervisor.pid_of("first") is None
