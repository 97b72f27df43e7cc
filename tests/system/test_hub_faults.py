"""The real hub process beside a second hub, under rubbish, on a full disk; a killed publisher."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import zmq
from feed_kit import Plain, health, wait_for
from hub_process import HubProcess, write_site
from kill_load import everything

from ingest.feed.envelope import encode_event
from ingest.feed.publisher import Publisher

pytestmark = [pytest.mark.system, pytest.mark.beside]


@pytest.fixture
def start_hub(tmp_path: Path) -> Iterator[Callable[..., HubProcess]]:
    started: list[HubProcess] = []

    def start(*options: str, gateway: bool = False, **site: str) -> HubProcess:
        folder = write_site(tmp_path / f"site-{len(started)}", **site)
        hub = HubProcess(folder, *options, gateway=gateway)
        started.append(hub)
        return hub.start()

    yield start
    for hub in started:
        hub.stop()


@pytest.fixture
def plain() -> Iterator[Plain]:
    client = Plain()
    yield client
    client.close()


StartHub = Callable[..., HubProcess]


KILLED_PUBLISHER = """
import sys, time
from pathlib import Path
from ingest.cameras.health import CameraHealthData
from ingest.feed.envelope import Noun, new_event
from ingest.feed.publisher import Publisher
publisher = Publisher(sys.argv[1], "/killed", Path(sys.argv[2]))
publisher.start()
for number in range(100_000):
    data = CameraHealthData(f"cam-{number}", "live", 25.0, None, "2026-01-01T00:00:00Z")
    event = new_event(Noun.CAMERA, "health", data, source="/killed", utc_ns=time.time_ns())
    publisher.publish(event)
    print(event.id, flush=True)
"""


def test_a_killed_publisher_loses_nothing_it_took(
    start_hub: StartHub, plain: Plain, tmp_path: Path
) -> None:
    """Its spool survives kill -9; the next process of the same name sends it."""
    hub = start_hub()
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED_PUBLISHER, hub.ready["intake"], str(tmp_path / "spool")],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    promised = [process.stdout.readline().strip() for _ in range(500)]
    process.send_signal(signal.SIGKILL)
    promised += [line.strip() for line in process.stdout if len(line) == 33]
    process.wait(10)
    process.stdout.close()
    successor = Publisher(hub.ready["intake"], "/killed", tmp_path / "spool")
    successor.start()
    try:
        assert successor.wait_acked(30)
    finally:
        successor.close()
    stored = [event["id"] for event in everything(plain, hub.ready["query"])]
    assert len(set(stored)) == len(stored)
    assert set(promised) <= set(stored)


def test_a_second_hub_on_the_same_site_is_refused_with_a_reason(start_hub: StartHub) -> None:
    hub = start_hub()
    second = subprocess.run(
        [sys.executable, "-m", "console.app.cli", "hub", "--site", str(hub.site)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert second.returncode == 1
    assert "another hub serves this site" in second.stderr
    assert str(hub.ready["pid"]) in second.stderr


def test_two_sites_on_the_same_ports_are_told_apart(start_hub: StartHub, tmp_path: Path) -> None:
    hub = start_hub()
    other = write_site(tmp_path / "other")
    (other / "site.toml").write_bytes((hub.site / "site.toml").read_bytes())
    second = subprocess.run(
        [sys.executable, "-m", "console.app.cli", "hub", "--site", str(other)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert second.returncode == 1
    assert "in use" in second.stderr


def test_an_invalid_site_is_wrong_configuration(tmp_path: Path) -> None:
    site = write_site(tmp_path / "site")
    (site / "cameras.csv").write_text("id,name\ncam-1,One\n")
    result = subprocess.run(
        [sys.executable, "-m", "console.app.cli", "hub", "--site", str(site)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert result.returncode == 2
    assert "main_url" in result.stderr


def test_rubbish_on_every_socket_harms_nobody(start_hub: StartHub, plain: Plain) -> None:
    """Raw bytes on the ports and random frames on the sockets; the hub still serves in order."""
    hub = start_hub()
    chance = random.Random(7)
    addresses = [hub.ready[name] for name in ("intake", "feed", "query")]
    for address in addresses:
        host, port = address.removeprefix("tcp://").split(":")
        for _ in range(20):
            with socket.create_connection((host, int(port)), 5) as raw:
                raw.sendall(chance.randbytes(chance.randint(1, 3000)))
    for address in (hub.ready["intake"], hub.ready["query"]):
        socket_ = plain.dealer(address)
        for _ in range(500):
            frames = [chance.randbytes(chance.randint(0, 200)) for _ in range(chance.randint(1, 5))]
            socket_.send_multipart([b"", *frames] if chance.random() < 0.7 else frames)
    intruder = plain.context.socket(zmq.XSUB)
    plain._sockets.append(intruder)
    intruder.setsockopt(zmq.LINGER, 0)
    intruder.connect(hub.ready["feed"])
    for _ in range(200):
        intruder.send(chance.randbytes(chance.randint(0, 100)))
    event = health(1)
    answer = plain.push(plain.dealer(hub.ready["intake"]), event.id, encode_event(event))
    assert answer["ok"] is True
    assert plain.ask(plain.dealer(hub.ready["query"]), op="snapshot")["ok"] is True
    assert hub.process is not None
    assert hub.process.poll() is None


def test_an_oversized_frame_costs_the_sender_its_connection_only(
    start_hub: StartHub, plain: Plain
) -> None:
    hub = start_hub()
    greedy = plain.dealer(hub.ready["intake"])
    greedy.send_multipart([b"", b"big", b"x" * (33 << 20)])
    event = health(1)
    answer = plain.push(plain.dealer(hub.ready["intake"]), event.id, encode_event(event))
    assert answer["ok"] is True


def test_sigterm_leaves_in_order_and_nothing_is_lost(start_hub: StartHub, plain: Plain) -> None:
    hub = start_hub()
    event = health(1)
    plain.push(plain.dealer(hub.ready["intake"]), event.id, encode_event(event))
    assert hub.stop() == 0
    hub.start()
    assert [e["id"] for e in everything(plain, hub.ready["query"])] == [event.id]


FULL_DISK_S = 20.0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MiB that can be filled without harm."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("needs the right to mount a small file system (root)")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill_up(ballast: Path) -> None:
    """Writes until the file system is full to the brim."""
    with ballast.open("wb", buffering=0) as file:
        for piece in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(b"\0" * piece):
                    pass


@pytest.mark.logs_warnings("the publisher is told that the disk is full")
def test_a_full_disk_keeps_events_with_their_publishers_and_tells_operators(
    small_disk: Path, start_hub: StartHub, plain: Plain, tmp_path: Path
) -> None:
    state = small_disk / "state"
    hub = start_hub(more=f'[store]\nfolder = "{state}"')
    publisher = Publisher(hub.ready["intake"], "/test", tmp_path / "spool")
    publisher.start()
    query = plain.dealer(hub.ready["query"])
    try:
        publisher.publish(health(0))
        assert publisher.wait_acked(10)
        ballast = small_disk / "ballast"
        fill_up(ballast)
        for number in range(3_000):
            publisher.publish(health(number))
        wait_for(lambda: bool(plain.ask(query, op="hello")["store_error"]), FULL_DISK_S)
        assert publisher.unacked_count > 0
        beats = plain.subscriber(hub.ready["feed"], "heartbeat.")

        def is_told() -> bool:
            beat = msgspec.json.decode(beats.recv_multipart()[1])
            return "cannot be written" in beat["data"].get("store_error", "")

        wait_for(is_told, FULL_DISK_S)
        assert plain.ask(query, op="snapshot")["ok"] is True, "reading still works"
        ballast.unlink()
        assert publisher.wait_acked(FULL_DISK_S)
        wait_for(lambda: plain.ask(query, op="hello")["store_error"] is None, FULL_DISK_S)
    finally:
        publisher.close()
    events = everything(plain, hub.ready["query"])
    assert [event["sequence"] for event in events] == list(range(1, 3_002))
    assert os.path.exists(state)


def test_the_hub_leaves_with_the_process_that_started_it(tmp_path: Path) -> None:
    """Also when that was killed with -9 and could not say goodbye."""
    site = write_site(tmp_path / "site")
    code = (
        "import subprocess, sys, time\n"
        "p = subprocess.Popen([sys.executable, '-m', 'console.app.cli', 'hub', '--site', "
        f"{str(site)!r}, '--no-gateway', '--json', '--leave-with-parent'], stdout=subprocess.PIPE)\n"
        "print(p.pid, p.stdout.readline().decode(), flush=True)\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline().split()[0])
    parent.kill()
    parent.wait(10)
    parent.stdout.close()
    wait_for(lambda: not _runs(pid), 10)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3]
