"""Wrong keys, ended keys and repeated commands at a hub with CURVE: refused, counted, told in few lines."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import zmq
from hub_process import HubProcess, write_site

from ingest.feed.envelope import utc_text
from ingest.feed.keys import KeyRole, new_client_key, read_client_key
from ingest.feed.query import QueryClient
from ingest.feed.sockets import CurveClient

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

SHORT, FULL = 150, 10_000
#: How long an honest asker may wait meanwhile, seconds.
DEADLINE_S = 5.0
LOG_MOST = 16 << 10


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    process = HubProcess(write_site(tmp_path / "site", more="[curve]\nenabled = true\n")).start()
    yield process
    process.stop()


@pytest.fixture
def local(hub: HubProcess) -> CurveClient:
    return read_client_key(hub.site / "keys" / "local.toml")


def wrong_keys(hub: HubProcess, local: CurveClient) -> list[CurveClient | None]:
    """Nobody's, ended ones, one for another hub, one that is only half known, none at all."""
    folder, server = hub.site / "keys", local.server_public_key
    over = utc_text(time.time_ns() - 10**9)
    ended = new_client_key(KeyRole.OPERATOR, "ended", folder, until_utc=over)
    stranger = new_client_key(KeyRole.OPERATOR, "stranger", None)
    return [
        CurveClient(stranger.public_key, stranger.secret_key, server),
        CurveClient(ended.public_key, ended.secret_key, server),
        CurveClient(local.public_key, local.secret_key, stranger.public_key),
        CurveClient(local.public_key, stranger.secret_key, server),
        None,
    ]


def try_keys(hub: HubProcess, keys: list[CurveClient | None], count: int) -> None:
    """Connects again and again, and sends a command whether it was let in or not."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    context.set(zmq.MAX_SOCKETS, 4_000)
    waiting: list[zmq.Socket[bytes]] = []
    addresses = [hub.ready["query"], hub.ready["intake"], hub.ready["feed"]]
    for number in range(count):
        socket = context.socket(zmq.DEALER if number % 3 < 2 else zmq.XSUB)
        key = keys[number % len(keys)]
        if key is not None:
            socket.setsockopt(zmq.CURVE_PUBLICKEY, key.public_key.encode())
            socket.setsockopt(zmq.CURVE_SECRETKEY, key.secret_key.encode())
            socket.setsockopt(zmq.CURVE_SERVERKEY, key.server_public_key.encode())
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(addresses[number % 3])
        if number % 3 < 2:
            socket.send_multipart([b"", b"1", b'{"op": "hello"}'], zmq.NOBLOCK)
        waiting.append(socket)
        if len(waiting) >= 30:
            first = waiting.pop(0)
            first.poll(20)
            assert not first.poll(0), "somebody with a wrong key was answered"
            first.close()
    context.destroy(linger=0)


def attack_with_keys(hub: HubProcess, local: CurveClient, count: int) -> None:
    keys = wrong_keys(hub, local)
    process = psutil.Process(hub.ready["pid"])
    before, log_bytes = process.memory_info().rss, (hub.site / "hub.log").stat().st_size
    attackers = [
        threading.Thread(target=try_keys, args=(hub, keys, count // 3), daemon=True)
        for _ in range(3)
    ]
    worst_s = 0.0
    with QueryClient(hub.ready["query"], local) as honest:
        for attacker in attackers:
            attacker.start()
        while any(attacker.is_alive() for attacker in attackers):
            started_s = time.monotonic()
            counts = honest.ask("hello", DEADLINE_S)["counts"]
            worst_s = max(worst_s, time.monotonic() - started_s)
            attackers[0].join(0.05)
        refused = sum(n for name, _, n in counts if name == "gridwall_connections_refused_total")
    assert worst_s < DEADLINE_S
    assert refused > count // 5, "strangers and ended keys are two of five"
    assert process.memory_info().rss - before < 100 << 20
    log = (hub.site / "hub.log").read_text(errors="replace")[log_bytes:]
    assert "its key is not authorised" in log
    assert len(log) < LOG_MOST


def test_wrong_and_ended_keys_are_refused_while_others_are_served(
    hub: HubProcess, local: CurveClient
) -> None:
    attack_with_keys(hub, local, SHORT)


@pytest.mark.slow
def test_ten_thousand_connections_with_wrong_keys(hub: HubProcess, local: CurveClient) -> None:
    attack_with_keys(hub, local, FULL)


def ask_plainly(
    context: zmq.Context[zmq.Socket[bytes]], address: str, key: CurveClient, frames: list[bytes]
) -> dict[str, Any]:
    """One message over a connection of its own, as somebody who recorded it would send it."""
    socket = context.socket(zmq.DEALER)
    socket.setsockopt(zmq.CURVE_PUBLICKEY, key.public_key.encode())
    socket.setsockopt(zmq.CURVE_SECRETKEY, key.secret_key.encode())
    socket.setsockopt(zmq.CURVE_SERVERKEY, key.server_public_key.encode())
    socket.connect(address)
    socket.send_multipart(frames)
    assert socket.poll(10_000)
    answer: dict[str, Any] = json.loads(socket.recv_multipart()[2])
    socket.close(linger=0)
    return answer


def test_a_command_sent_again_is_refused_and_told_and_an_event_counts_once(
    hub: HubProcess, local: CurveClient
) -> None:
    """Ten times the very same bytes: one act, one event; nine refusals that name who was first."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    query, intake = hub.ready["query"], hub.ready["intake"]

    def ask(**request: Any) -> dict[str, Any]:
        return ask_plainly(context, query, local, [b"", b"7", json.dumps(request).encode()])

    case = ask(op="propose", camera_id="cam-1", title="t")["case"]
    command = {"op": "act", "case_id": case["case_id"], "act": "file", "item_code": "0101",
               "version": case["version"], "actor": "seat 3"}  # fmt: skip
    answers = [ask(**command) for _ in range(10)]
    assert [answer["ok"] for answer in answers] == [True] + [False] * 9
    assert all("seat 3" in answer["error"] for answer in answers[1:])
    event = {
        "specversion": "1.0", "id": "once", "source": "/neighbour", "type": "gridwall.camera.health.v1",
        "time": "2026-01-01T00:00:00Z", "datacontenttype": "application/json",
        "data": {"camera_id": "cam-1", "state": "live"},
    }  # fmt: skip
    frames = [b"", b"once", json.dumps(event).encode()]
    told = [ask_plainly(context, intake, local, frames) for _ in range(10)]
    assert {answer["sequence"] for answer in told} == {3}
    page = ask(op="replay", **{"from": 0})
    assert page["sequence"] == 3
    counts = {(name, label): n for name, label, n in ask(op="hello")["counts"]}
    assert counts[("gridwall_requests_refused_total", "act")] == 9
    assert "refused, requests_refused act" in hub.log()
    context.destroy(linger=0)
