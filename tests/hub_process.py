"""For system tests: the real hub process of a small site on free ports."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
import tomllib
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

#: A hub with the desk starts in about a second; a busy machine takes longer.
READY_S = 40.0


def _is_ours(port: int) -> bool:
    """Test processes side by side share the free ports out: a port known free stays free of the other."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return port // 2 % count == int(worker.removeprefix("gw"))  # the system gives odd ones first


def free_ports(count: int) -> list[int]:
    """Free ports, all different: held together until the last one is known."""
    ports: list[int] = []
    with ExitStack() as held:
        while len(ports) < count:
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
            if _is_ours(port):
                ports.append(port)
    return ports


def free_port() -> int:
    return free_ports(1)[0]


def write_site(folder: Path, *, more: str = "", hub: str = "") -> Path:
    """A smallest site with free ports; `more` is added to site.toml, `hub` to its [hub]."""
    folder.mkdir(parents=True, exist_ok=True)
    intake, feed, query, http, jt808 = free_ports(5)
    (folder / "site.toml").write_text(
        f'name = "Test"\nlanguage = "en"\n[hub]\nintake = "tcp://127.0.0.1:{intake}"\n'
        f'feed = "tcp://127.0.0.1:{feed}"\nquery = "tcp://127.0.0.1:{query}"\n'
        f'http = "127.0.0.1:{http}"\njt808 = "127.0.0.1:{jt808}"\n{hub}\n{more}\n'
    )
    (folder / "cameras.csv").write_text(
        "id,name,main_url,lat,lon\ncam-1,One,rtsp://127.0.0.1/one,36.10,120.30\n"
    )
    (folder / "inspectors.csv").write_text(
        "id,name,phone,role,grid_id,device_id,shift\np-1,Wang,,,,0007,\np-2,Li,,,,0008,\n"
    )
    (folder / "items.csv").write_text(
        "code,name_zh,name_en,unit_rule,limit_value,limit_unit,standard\n"
        "0101,占道经营,Street stall,,4,working_hour,\n"
    )
    return folder


class HubProcess:
    """`gridwall hub` as its own process; `ready` is its ready line."""

    def __init__(self, site: Path, *options: str, gateway: bool = False) -> None:
        self.site = site
        self._options = [*options, *([] if gateway else ["--no-gateway"])]
        self.ready: dict[str, Any] = {}
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> HubProcess:
        self.process = self.spawn()
        assert self.process.stdout is not None
        end_s = time.monotonic() + READY_S
        while time.monotonic() < end_s:
            if select.select([self.process.stdout], [], [], 0.2)[0]:
                line = self.process.stdout.readline()
                if line:
                    self.ready = json.loads(line)
                    return self
            if self.process.poll() is not None:
                break
        self.stop()
        pytest.fail(f"the hub did not become ready: {self.log()}")

    @property
    def jt808(self) -> str:
        return str(tomllib.loads((self.site / "site.toml").read_text())["hub"]["jt808"])

    def spawn(self) -> subprocess.Popen[str]:
        """Starts the process without waiting for its ready line."""
        with (self.site / "hub.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "console.app.cli", "hub", "--site", str(self.site),
                 "--json", *self._options],
                stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ},
            )  # fmt: skip

    def log(self) -> str:
        return (self.site / "hub.log").read_text(errors="replace")[-4000:]

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self._collect()

    def stop(self) -> int | None:
        """SIGTERM and the exit code; kills what does not leave in time."""
        if self.process is None:
            return None
        process = self.process
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
        self._collect()
        return process.returncode

    def _collect(self) -> None:
        assert self.process is not None
        self.process.wait(20)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
