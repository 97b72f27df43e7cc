"""Real clips over an independent RTSP server, through hub and worker, to a plain pyzmq client.

The client imports nothing of ours: it is what an integrator writes from the contract.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq
from hub_process import free_port, free_ports

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]

SYSTEM_PYTHON = Path("/usr/bin/python3")
#: Starting hub, broker and six streams takes seconds; a loaded machine makes it a minute.
READY_S = 60.0
ALERTS_S = 120.0
WHOLE = "[[0, 0], [1, 0], [1, 1], [0, 1]]"
#: Name of the camera → clip, and its zones as in zones.toml.
CAMERAS: dict[str, tuple[str, list[str]]] = {
    "plume": ("forest_plume.mp4", [f'kind = "smoke_watch"\npolygon = {WHOLE}']),
    "hillside": ("hillside_fire.mp4", [f'kind = "smoke_watch"\npolygon = {WHOLE}']),
    "roadside": ("roadside_fire.mp4", [f'kind = "smoke_watch"\npolygon = {WHOLE}']),
    "kerb": (
        "kerb_parking_street.mp4",
        [
            'kind = "no_parking"\nlimit_s = 5\n'
            "polygon = [[0.1, 0.18], [0.5, 0.18], [0.5, 0.36], [0.3, 0.42], [0.1, 0.46]]"
        ],
    ),
    "crossing": (
        "crossing_queue.mp4",
        [f'kind = "no_parking"\nlimit_s = 120\npolygon = {WHOLE}'],
    ),
    "shopping": ("shopping_street.mp4", [f'kind = "smoke_watch"\npolygon = {WHOLE}']),
}
EXPECTED = {("plume", "smoke"), ("hillside", "smoke"), ("roadside", "smoke"), ("kerb", "parking")}
#: Vehicles the kerb's clip shows parked from its first picture; how many are found is eval's matter.
PARKED_BEFORE = 1
#: Cameras on which nothing may be raised.
QUIET = {"crossing", "shopping"}


def _site(folder: Path, rtsp_port: int) -> dict[str, str]:
    """Writes a site folder; returns the hub's addresses."""
    folder.mkdir()
    ports = free_ports(5)
    addresses = {name: f"tcp://127.0.0.1:{ports.pop()}" for name in ("intake", "feed", "query")} | {
        name: f"127.0.0.1:{ports.pop()}" for name in ("http", "jt808")
    }
    lines = "\n".join(f'{name} = "{address}"' for name, address in addresses.items())
    (folder / "site.toml").write_text(f'name = "Real clips"\nlanguage = "en"\n[hub]\n{lines}\n')
    rows = [f"{name},{name},rtsp://127.0.0.1:{rtsp_port}/{name},36.08,120.37" for name in CAMERAS]
    (folder / "cameras.csv").write_text("\n".join(["id,name,main_url,lat,lon", *rows]) + "\n")
    zones = [
        f'[[zone]]\nid = "{name}-{number}"\ncamera = "{name}"\n{zone}\n'
        for name, (_, given) in CAMERAS.items()
        for number, zone in enumerate(given)
    ]
    (folder / "zones.toml").write_text("\n".join(zones))
    return addresses


def _started(
    command: list[str], ready: Callable[[str], bool], **more: Any
) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, **more
    )
    good = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if ready(line):
                good.set()

    threading.Thread(target=read, daemon=True, name="Dummy-reader").start()
    if not good.wait(READY_S):
        _stop(process)
        pytest.fail(f"{command[:3]} was not ready within {READY_S:.0f} s")
    return process


def _stop(process: subprocess.Popen[str]) -> int:
    process.terminate()
    try:
        return process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(timeout=10)
    finally:
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


@pytest.fixture
def running(tmp_path: Path, shared_folder: Path) -> Iterator[tuple[dict[str, str], Path]]:
    """RTSP server, hub and worker; yields the addresses and the site folder."""
    videos, peer = shared_folder / "data/videos", shared_folder / "tools/rtsp_peer.py"
    has_gi = (
        SYSTEM_PYTHON.exists()
        and not subprocess.run(
            [str(SYSTEM_PYTHON), "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"],
            capture_output=True,
            check=False,
        ).returncode
    )
    if not (videos.is_dir() and peer.is_file() and has_gi):
        pytest.skip("needs ../shared clips and tools, and the system Python with gst-rtsp-server")
    port = free_port()
    site = tmp_path / "site"
    addresses = _site(site, port)
    environment = dict(os.environ)
    if not (Path(__file__).parents[2] / "resources/weights/default.toml").exists():
        model = shared_folder / "models/street8n_640_int8_openvino_model"
        environment.setdefault("GRIDWALL_MODEL", str(model))
    gridwall = [sys.executable, "-m", "console.app.cli"]
    with contextlib.ExitStack() as stack:
        streams = [f"{name}={videos / clip}" for name, (clip, _) in CAMERAS.items()]
        server = _started(
            [str(SYSTEM_PYTHON), str(peer), str(port), *streams],
            lambda line: "ready" in line,
            stderr=subprocess.DEVNULL,
        )
        stack.callback(_stop, server)
        hub = _started(
            [*gridwall, "hub", "--site", str(site), "--json"],
            lambda line: "ready" in line,
            stderr=stack.enter_context((tmp_path / "hub.log").open("w")),
        )
        stack.callback(_stop, hub)
        worker = _started(
            [*gridwall, "worker", "--site", str(site), "--json"],
            lambda line: "ready" in line,
            stderr=stack.enter_context((tmp_path / "worker.log").open("w")),
            env=environment,
        )
        stack.callback(_stop, worker)
        yield addresses, site


class PlainReader:
    """A subscriber written from the contract alone."""

    def __init__(self, feed: str) -> None:
        self._context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.SUBSCRIBE, b"alert.")
        self._socket.connect(feed)
        self.alerts: list[tuple[str, dict[str, Any]]] = []

    def read(self, until: Callable[[], bool], deadline_s: float) -> bool:
        """Collects alert events until the condition holds; False at the deadline."""
        end_s = time.monotonic() + deadline_s
        while time.monotonic() < end_s:
            if until():
                return True
            if self._socket.poll(200):
                topic, body = self._socket.recv_multipart()
                event = json.loads(body)
                assert topic.decode().split(".")[1] == event["data"]["kind"]
                self.alerts.append((event["type"].split(".")[2], event["data"]))
        return until()

    def raised(self) -> set[tuple[str, str]]:
        return {(data["camera_id"], data["kind"]) for verb, data in self.alerts if verb == "raised"}

    def parked_before(self) -> int:
        """Parking alerts of vehicles that stood before the worker first looked."""
        return sum(
            data["since_before"]
            for verb, data in self.alerts
            if verb == "raised" and data["kind"] == "parking"
        )

    def close(self) -> None:
        self._socket.close()
        self._context.term()


def _evidence(http: str, name: str) -> bytes:
    with urllib.request.urlopen(f"http://{http}/evidence/{name}", timeout=10) as answer:
        return bytes(answer.read())


def test_right_alerts_reach_a_plain_client(running: tuple[dict[str, str], Path]) -> None:
    addresses, site = running
    reader = PlainReader(addresses["feed"])
    try:
        complete = reader.read(lambda: reader.raised() >= EXPECTED, ALERTS_S)
        log = (site.parent / "worker.log").read_text()[-3000:]
        assert complete, f"raised only {reader.raised()}\n{log}"
        assert reader.read(
            lambda: any(verb == "updated" and data["clip"] for verb, data in reader.alerts), 60
        ), f"no update brought a clip\n{log}"
        wrong = {(camera, kind) for camera, kind in reader.raised() if camera in QUIET}
        assert not wrong
        assert reader.read(lambda: reader.parked_before() >= PARKED_BEFORE, ALERTS_S)
        _check_events(reader, addresses["http"])
    finally:
        reader.close()


def _check_events(reader: PlainReader, http: str) -> None:
    for verb, data in reader.alerts:
        assert data["model"]
        assert "/" in data["rule"]
        assert data["lat_deg"] == pytest.approx(36.08)
        assert data["place_error_m"] >= 50
        assert 0 <= data["box_norm"][0] < data["box_norm"][2] <= 1
        if verb == "raised":
            assert data["clip"] is None
    with_snapshot = [data for _, data in reader.alerts if data["snapshot"]]
    assert with_snapshot
    assert _evidence(http, with_snapshot[0]["snapshot"])[:2] == b"\xff\xd8"
    clip = next(data["clip"] for _, data in reader.alerts if data["clip"])
    assert _evidence(http, clip)[4:8] == b"ftyp"
