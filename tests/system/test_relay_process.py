"""`gridwall relay` between one camera with one session and two machines (two brokers)."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
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
from ingest.cameras.wants import source_of
from ingest.frames.frame import PixelFormat, WidthClass
from ingest.relay.address import through_relay
from tests.media import looping_feed, wait_until
from tests.system.network_leg import NetworkLeg

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(os.name != "posix", reason="kill -9 and /dev/shm are POSIX"),
]
CAMERA = CameraId("cam-0001")
DEADLINE_S = 30.0
log = logging.getLogger(__name__)


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def site_folder(folder: Path, camera_url: str) -> Path:
    port, stand_in = free_ports(2)
    folder.mkdir()
    (folder / "site.toml").write_text(
        f'name = "t"\n[relay]\ncameras = ["{CAMERA}"]\naddress = "127.0.0.1:{port}"\n'
        f'stand_ins = ["127.0.0.1:{stand_in}"]\npassword = "word"\n'
    )
    (folder / "cameras.csv").write_text(f"id,name,main_url\n{CAMERA},gate,{camera_url}\n")
    return folder


def relay_process(folder: Path, *more: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "console.app.cli", "relay", "--site", str(folder), "--json", *more],
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
    source = source_of(seen)
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


def relayed_by(lease: CameraLease) -> str:
    status = lease.status().get(CAMERA)
    return "" if status is None or not is_live(lease) else status.health.relayed_by


def until_relayed_by(place: str, lease: CameraLease) -> float:
    began_s = time.monotonic()
    while relayed_by(lease) != place:
        assert time.monotonic() - began_s < DEADLINE_S, lease.status()
        time.sleep(0.02)
    return time.monotonic() - began_s


def test_a_stand_in_takes_the_session_over_and_gives_it_back(tmp_path: Path) -> None:
    camera = RtspServerThread()
    camera.start()
    mount = camera.mount(CAMERA, looping_feed(width_px=320, height_px=180))
    mount.faults.session_limit = 1
    folder = site_folder(tmp_path / "site", camera.url(CAMERA))
    settings = load_site(folder).settings.relay
    first, second = settings.places
    source = source_of(through_relay(load_site(folder).cameras[0], settings))
    relay, stand_in = relay_process(folder), relay_process(folder, "--address", second)
    try:
        with machine(tmp_path / "a", source) as lease:
            until_relayed_by(first, lease)
            assert mount.connection_count == 1
            relay.kill()
            relay.communicate(timeout=10)
            taken_s = until_relayed_by(second, lease)
            assert len(mount.players) == 1
            relay = relay_process(folder)
            back_s = until_relayed_by(first, lease)
            assert len(mount.players) == 1
    finally:
        for process in (relay, stand_in):
            process.terminate()
            process.communicate(timeout=15)
        camera.close()
    log.info("taken over %.1f s after the relay died, given back after %.1f s", taken_s, back_s)
    assert taken_s < 8
    assert back_s < 25


def test_a_stand_in_takes_a_camera_the_first_relay_lost_its_way_to(tmp_path: Path) -> None:
    """The first relay lives and answers; only its own cable to the camera is cut."""
    camera = RtspServerThread()
    camera.start()
    mount = camera.mount(CAMERA, looping_feed(width_px=320, height_px=180))
    mount.faults.session_limit = 1
    leg = NetworkLeg(camera.server.port)
    near = site_folder(tmp_path / "site", camera.url(CAMERA))
    far = Path(shutil.copytree(near, tmp_path / "far"))
    (far / "cameras.csv").write_text(
        f"id,name,main_url\n{CAMERA},gate,rtsp://127.0.0.1:{leg.port}/{CAMERA}\n"
    )
    settings = load_site(near).settings.relay
    first, second = settings.places
    source = source_of(through_relay(load_site(near).cameras[0], settings))
    relay, stand_in = relay_process(far), relay_process(near, "--address", second)
    try:
        with machine(tmp_path / "a", source) as lease:
            until_relayed_by(first, lease)
            leg.cut()
            taken_s = until_relayed_by(second, lease)
            opened_count, attempt_count = mount.connection_count, mount.attempt_count
            leg.mend()
            wait_until(
                lambda: mount.attempt_count >= attempt_count + 2, DEADLINE_S, "it asks again"
            )
            assert relayed_by(lease) == second  # no picture is interrupted to restore an order
            assert mount.connection_count == opened_count
            stand_in.kill()
            stand_in.communicate(timeout=10)
            back_s = until_relayed_by(first, lease)
    finally:
        for process in (relay, stand_in):
            process.terminate()
            process.communicate(timeout=15)
        leg.close()
        camera.close()
    log.info("taken over %.1f s after the cut, back %.1f s after the other died", taken_s, back_s)
    assert taken_s < 16
    assert back_s < 16
