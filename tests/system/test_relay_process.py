"""`gridwall relay` between one camera with one session and two machines (two brokers)."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.load import load_site
from config.site import CameraId
from ingest.cameras.health import StreamState
from ingest.cameras.lease import CameraLease, CameraSource, FrameWant, RuntimeInfo
from ingest.cameras.rtsp_out import RtspServerThread
from ingest.frames.frame import PixelFormat, WidthClass
from ingest.relay.address import through_relay
from tests.media import looping_feed

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(os.name != "posix", reason="kill -9 and /dev/shm are POSIX"),
]
CAMERA = CameraId("cam-0001")
DEADLINE_S = 30.0


def site_folder(folder: Path, camera_url: str) -> Path:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder.mkdir()
    (folder / "site.toml").write_text(
        f'name = "t"\n[relay]\ncameras = ["{CAMERA}"]\naddress = "127.0.0.1:{port}"\n'
        'password = "word"\n'
    )
    (folder / "cameras.csv").write_text(f"id,name,main_url\n{CAMERA},gate,{camera_url}\n")
    return folder


def relay_process(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "console.app.cli", "relay", "--site", str(folder), "--json"],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["cameras"] == 1
    return process


@contextlib.contextmanager
def machine(folder: Path, source: CameraSource) -> Iterator[CameraLease]:
    folder.mkdir()
    lease = CameraLease(RuntimeInfo("t", str(folder), linger_s=0.1))
    lease.start()
    lease.set_wants([source], [FrameWant(CAMERA, WidthClass.MEDIUM, PixelFormat.BGRA)])
    try:
        yield lease
    finally:
        lease.close()


def is_live(lease: CameraLease) -> bool:
    status = lease.status().get(CAMERA)
    return status is not None and status.health.state is StreamState.LIVE


def until_live(*leases: CameraLease, live: bool = True) -> float:
    began_s = time.monotonic()
    while any(is_live(lease) is not live for lease in leases):
        assert time.monotonic() - began_s < DEADLINE_S, [lease.status() for lease in leases]
        time.sleep(0.02)
    return time.monotonic() - began_s


def test_two_machines_see_one_session_and_again_after_the_relay_was_killed(tmp_path: Path) -> None:
    camera = RtspServerThread()
    camera.start()
    mount = camera.mount(CAMERA, looping_feed(width_px=320, height_px=180))
    mount.faults.session_limit = 1
    folder = site_folder(tmp_path / "site", camera.url(CAMERA))
    site = load_site(folder)
    seen = through_relay(site.cameras[0], site.settings.relay)
    source = CameraSource(seen.id, seen.main_url, seen.sub_url)
    relay = relay_process(folder)
    try:
        with machine(tmp_path / "a", source) as one, machine(tmp_path / "b", source) as other:
            until_live(one, other)
            assert mount.connection_count == 1
            relay.send_signal(signal.SIGKILL)
            relay.communicate(timeout=10)
            until_live(one, other, live=False)
            relay = relay_process(folder)
            until_live(one, other)
            assert mount.connection_count == 2
    finally:
        relay.terminate()
        assert relay.stdout is not None
        last = relay.stdout.read().splitlines()
        assert relay.wait(15) == 0
        relay.stdout.close()
        camera.close()
    assert json.loads(last[-1]) == {"ready": False, "left": True, "cameras": 1}
