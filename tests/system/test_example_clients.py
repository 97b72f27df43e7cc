"""The example clients of resources/examples/feed for real: receive, replay, act, go on after a kill.

Python with pyzmq alone (every package of ours is made unimportable), Node with the `zeromq` package
from its registry, and a shell with the `gridwall` command.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zmq
from feed_kit import Plain
from hub_process import HubProcess, write_site

from ingest.feed.keys import KeyRole, new_client_key, write_client_key

pytestmark = [pytest.mark.system, pytest.mark.beside, pytest.mark.timeout(300)]

EXAMPLES = Path(__file__).parents[2] / "resources" / "examples" / "feed"
#: The program runs as on a machine that never saw us: pyzmq and the standard library are all.
ALONE = (
    "import runpy, sys\n"
    "for name in ('config', 'console', 'ingest', 'vision', 'msgspec', 'numpy'):\n"
    "    sys.modules[name] = None\n"
    "sys.argv = sys.argv[1:]\n"
    "runpy.run_path(sys.argv[0], run_name='__main__')\n"
)
#: How long a client may take to start and to print what it was sent.
CLIENT_S = 60.0


class Client:
    """An example as its own process; `events` is what it printed."""

    def __init__(self, command: list[str], folder: Path, env: dict[str, str]) -> None:
        self._errors = (folder / "client.err").open("a+")
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._errors, text=True, cwd=folder, env=env,
            start_new_session=True,
        )  # fmt: skip
        self._lines: queue.Queue[str] = queue.Queue()
        self._reading = threading.Thread(target=self._read)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def next_durable(self) -> dict[str, Any]:
        """The next event with a sequence."""
        end_s = time.monotonic() + CLIENT_S
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, end_s - time.monotonic()))
            except queue.Empty:
                self._errors.seek(0)
                pytest.fail(f"the client printed nothing: {self._errors.read()[-2000:]}")
            event: dict[str, Any] = json.loads(line)
            if "sequence" in event:
                return event

    def stop(self) -> None:
        """kill -9 of the whole group: a client must bear it."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, 9)
        self.process.wait(10)
        self._reading.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._errors.close()


StartClient = Callable[..., Client]


@pytest.fixture(params=["", "[curve]\nenabled = true\n"], ids=["clear", "curve"])
def hub(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[HubProcess]:
    process = HubProcess(write_site(tmp_path / "site", more=request.param)).start()
    yield process
    process.stop()


@pytest.fixture(scope="session")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Node example with its one dependency, installed as an integrator would."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("needs Node and npm (Debian packages nodejs and npm)")
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "client.mjs"):
        shutil.copy(EXAMPLES / name, folder)
    installed = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True,
        timeout=240,
    )  # fmt: skip
    if installed.returncode != 0 and "network" in installed.stderr.lower():
        pytest.skip("npm cannot reach its registry from here")
    assert installed.returncode == 0, installed.stderr[-2000:]
    return folder


@pytest.fixture(params=["python", "node", "shell"])
def command(request: pytest.FixtureRequest, hub: HubProcess, tmp_path: Path) -> list[str]:
    """How the example is started on this hub; all it needs to know is in it."""
    name: str = request.param
    query = hub.ready["query"]
    place = ["--place", str(tmp_path / "seen.txt"), "--file-item", "0101"]
    folder = hub.site / "keys"
    if folder.exists():
        key = tmp_path / "integrator.key.toml"
        write_client_key(new_client_key(KeyRole.OPERATOR, "integrator", folder), key)
        place += ["--keys", str(key)]
    if name == "node":
        node: Path = request.getfixturevalue("node_folder")
        return ["node", str(node / "client.mjs"), query, *place]
    if name == "python":
        return [sys.executable, "-I", "-c", ALONE, str(EXAMPLES / "client.py"), query, *place]
    if folder.exists():
        pytest.skip("the shell example is shown without keys")
    if shutil.which("jq") is None:
        pytest.skip("needs jq (Debian package jq)")
    return ["bash", str(EXAMPLES / "client.sh"), query, "0101"]


@pytest.fixture
def start_client(command: list[str], tmp_path: Path) -> Iterator[StartClient]:
    started: list[Client] = []
    binaries = tmp_path / "bin"
    binaries.mkdir()
    gridwall = binaries / "gridwall"
    gridwall.write_text(f'#!/bin/sh\nexec {sys.executable} -m console.app.cli "$@"\n')
    gridwall.chmod(0o755)
    env = {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}"}

    def start() -> Client:
        started.append(Client(command, tmp_path, env))
        return started[-1]

    yield start
    for client in started:
        if not client._errors.closed:
            client.stop()


@pytest.fixture
def raise_alert(hub: HubProcess) -> Iterator[Callable[[str], None]]:
    """Publishes an alert, over CURVE where the hub speaks it."""
    plain = Plain()
    socket = plain.context.socket(zmq.DEALER)
    plain._sockets.append(socket)
    socket.setsockopt(zmq.LINGER, 0)
    socket.setsockopt(zmq.RCVTIMEO, 10_000)
    folder = hub.site / "keys"
    if folder.exists():
        key = new_client_key(KeyRole.PUBLISHER, "neighbour", folder)
        socket.curve_publickey = key.public_key.encode()
        socket.curve_secretkey = key.secret_key.encode()
        socket.curve_serverkey = key.hub_public_key.encode()
    socket.connect(hub.ready["intake"])

    def publish(alert_id: str) -> None:
        body = json.dumps({
            "specversion": "1.0", "id": f"event-{alert_id}", "source": "/neighbour",
            "type": "gridwall.alert.raised.v1", "time": "2026-03-01T10:00:00Z",
            "datacontenttype": "application/json",
            "data": {
                "alert_id": alert_id, "kind": "stall", "camera_id": "cam-1", "zone_id": None,
                "since_utc": "2026-03-01T09:59:50Z", "box_norm": [0.1, 0.1, 0.3, 0.4],
                "score": 0.9, "lat_deg": None, "lon_deg": None, "place_error_m": None,
                "snapshot": None, "clip": None, "model": "m", "rule": "r",
            },
        }).encode()  # fmt: skip
        assert plain.push(socket, f"event-{alert_id}", body)["ok"] is True

    yield publish
    plain.close()


def verbs(client: Client, count: int) -> list[tuple[int, str]]:
    events = [client.next_durable() for _ in range(count)]
    return [(event["sequence"], event["type"].split(".", 1)[1]) for event in events]


def test_it_receives_replays_and_acts(
    hub: HubProcess, start_client: StartClient, raise_alert: Callable[[str], None]
) -> None:
    raise_alert("before")
    client = start_client()
    story = ["alert.raised.v1", "case.propose.v1", "case.file.v1"]
    assert verbs(client, 3) == list(zip([1, 2, 3], story, strict=True)), (
        "what was stored, then its own act"
    )
    raise_alert("meanwhile")
    assert verbs(client, 3) == list(zip([4, 5, 6], story, strict=True))
    hub.kill()
    hub.start()
    raise_alert("after the hub was killed")
    assert verbs(client, 3) == list(zip([7, 8, 9], story, strict=True)), "nothing missing or twice"


@pytest.mark.parametrize("command", ["python", "node"], indirect=True)
def test_it_goes_on_where_it_was_killed(
    start_client: StartClient, raise_alert: Callable[[str], None]
) -> None:
    first = start_client()
    raise_alert("seen")
    assert [sequence for sequence, _ in verbs(first, 3)] == [1, 2, 3]
    first.stop()
    raise_alert("while it was away")
    second = start_client()
    sequences = [sequence for sequence, _ in verbs(second, 3)]
    if sequences[0] == 3:  # killed between its work and the note of it: done again, not left out
        sequences = [*sequences[1:], second.next_durable()["sequence"]]
    assert sequences == [4, 5, 6]
