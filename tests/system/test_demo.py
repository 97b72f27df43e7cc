"""`gridwall demo --headless` end to end: its JSON, its exit, and that nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.paths import runtime_folder
from ingest.stop import StopToken
from vision.alerts import AlertKind

pytestmark = [pytest.mark.system, pytest.mark.timeout(200)]

COMMAND = (sys.executable, "-m", "console.app.cli", "demo", "--headless", "--json")
LEAVE_S = 20.0


def processes_of(site: str) -> list[psutil.Process]:
    """Every process that was started for a site folder."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(site in word for word in process.info["cmdline"] or ())
    ]


def wait_gone(site: str) -> list[psutil.Process]:
    """What is left of a site's processes after at most `LEAVE_S`."""
    pause, end_s = StopToken(), time.monotonic() + LEAVE_S
    while (left := processes_of(site)) and time.monotonic() < end_s:
        pause.wait(0.2)
    return left


def lines_of(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    yield from iter(process.stdout.readline, "")


def site_in(lines: list[str]) -> str:
    return next(line.split()[1] for line in lines if line.startswith("site "))


def test_a_short_run_reports_what_it_saw_and_leaves_nothing() -> None:
    run = subprocess.run(
        [*COMMAND, "--seconds", "30"], capture_output=True, text=True, timeout=150, check=False
    )
    assert run.returncode == 0, run.stderr[-2000:] + run.stdout[-1000:]
    lines = run.stdout.splitlines()
    report = json.loads(lines[-1])
    assert report["cameras_live"] == 16
    assert report["fps_min"] > 0
    assert set(report["alerts"]) == {kind.value for kind in AlertKind}
    for counts in report["alerts"].values():
        assert {"raised", "hits", "misses", "false"} <= set(counts)
    assert set(report["alert_delay_s"]) == {"p50", "p95"}
    assert report["fixes"] > 100
    assert isinstance(report["cases"], dict)
    site = site_in(lines)
    assert wait_gone(site) == []
    assert not Path(site).exists()
    assert not any((runtime_folder(Path(site)) / "rings").glob("*"))
    runtime_folder(Path(site)).rmdir()


def test_a_killed_demonstration_takes_all_its_processes_with_it() -> None:
    process = subprocess.Popen(
        COMMAND, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    lines: list[str] = []
    for line in lines_of(process):
        lines.append(line)
        if line.startswith("running"):
            break
    site = site_in(lines)
    assert len(processes_of(site)) >= 3
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()
    assert wait_gone(site) == []
    rings = runtime_folder(Path(site)) / "rings"
    assert not any(rings.glob("*"))


def test_a_folder_without_clips_is_refused_in_words(tmp_path: Path) -> None:
    run = subprocess.run(
        [*COMMAND, "--videos", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 2
    assert "no clip can be played" in run.stderr
