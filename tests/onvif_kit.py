"""A network namespace with an ONVIF camera in it, reached over a veth pair.

The simulator binds all addresses of where it runs, so it gets a network of its own. Needs the right
to make namespaces (root); tests that use it skip with the reason elsewhere.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PORT = 8000
_SCRIPT = Path(__file__).with_name("onvif_camera.py")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, timeout=10)


class CameraNetwork:
    """One namespace; `here` is this side's address, `there` the cameras'. Cameras differ by port."""

    def __init__(self, number: int = 0) -> None:
        mark = (
            os.getpid() % 60_000 * 8 + number
        )  # neighbours in the process table test side by side
        self.name = f"gw-test-{os.getpid()}-{number}"
        self._link = f"gwt{mark}"
        subnet = f"10.{200 + mark // 16_384 % 40}.{mark // 64 % 256}.{mark % 64 * 4}"
        base, last = subnet.rsplit(".", 1)
        self.here, self.there = f"{base}.{int(last) + 1}", f"{base}.{int(last) + 2}"
        self._processes: list[subprocess.Popen[str]] = []

    def open(self) -> None:
        """Raises pytest's skip where namespaces are impossible."""
        if shutil.which("ip") is None:
            pytest.skip("needs the command ip (Debian package iproute2) for a network namespace")
        inside = f"{self._link}i"
        try:
            _ip("netns", "add", self.name)
            _ip("link", "add", self._link, "type", "veth", "peer", "name", inside)
            _ip("link", "set", inside, "netns", self.name)
            _ip("addr", "add", f"{self.here}/30", "dev", self._link)
            _ip("link", "set", self._link, "up")
            _ip("-n", self.name, "addr", "add", f"{self.there}/30", "dev", inside)
            _ip("-n", self.name, "link", "set", inside, "up")
            _ip("-n", self.name, "link", "set", "lo", "up")
            _ip("-n", self.name, "route", "add", "default", "via", self.here)
        except subprocess.CalledProcessError as error:
            self.close()
            reason = error.stderr.decode(errors="replace").strip()
            pytest.skip(f"needs the right to make network namespaces: {reason}")

    def camera(
        self,
        folder: Path,
        *,
        port: int = PORT,
        user: str = "",
        password: str = "",
        name: str = "Sim",
    ) -> subprocess.Popen[str]:
        """A camera on `port`; it keeps its presets in `folder`. Returns when it answers."""
        pytest.importorskip("ipycam", reason="needs the ONVIF simulator ipycam (extra dev)")
        folder.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.name, sys.executable, str(_SCRIPT),
             "--address", self.there, "--port", str(port), "--user", user,
             "--password", password, "--name", name],
            cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready", "the simulated camera did not start"
        return process

    def url(self, port: int = PORT, credentials: str = "") -> str:
        """Its `ptz_url`."""
        at = f"{credentials}@" if credentials else ""
        return f"http://{at}{self.there}:{port}/onvif/device_service"

    def cut(self) -> None:
        """The cable is pulled at the camera: the way there stays, nothing answers."""
        _ip("-n", self.name, "link", "set", f"{self._link}i", "down")

    def mend(self) -> None:
        _ip("-n", self.name, "link", "set", f"{self._link}i", "up")

    def close(self) -> None:
        """Ends the cameras and the network. Twice is harmless."""
        for process in self._processes:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.close()
            process.stdout.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
        self._processes = []
        for command in (["link", "del", self._link], ["netns", "del", self.name]):
            subprocess.run(["ip", *command], check=False, capture_output=True, timeout=10)
