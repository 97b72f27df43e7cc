"""Ten thousand hostile messages on each socket of the hub and each endpoint of the gateway.

All the while honest clients are served within their deadline; memory, log and threads stay as they
were, no message reaches an `except Exception`, and every refusal is counted. In CI a short run.
"""

from __future__ import annotations

import http.client
import itertools
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import zmq
from feed_kit import Plain
from honest_clients import HonestPublisher, honest_crowd
from hostile import Hostile, HostileHttp
from hostile_requests import right_requests
from hub_process import HubProcess, write_site
from kill_load import everything, verified_rows

from console.app.hub_app import HubApp

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]

log = logging.getLogger(__name__)

#: How long an honest client may be kept waiting, seconds (a round of a seat is three requests).
DEADLINE_S = 5.0
#: What a run may add to a process's memory for good, bytes.
GROWTH_MOST = 150 << 20
#: What a run may add to the hub's log (and the gateway's, which writes into the same file), bytes.
LOG_MOST = 64 << 10
#: While huge messages arrive: what libzmq, the inboxes and the decoder may hold of them at once, and
#: how long they keep others waiting (a request of 16 MiB is decoded in the thread of the sockets).
PEAK_MOST = 600 << 20
HUGE_DEADLINE_S = 10.0
SHORT, FULL = 400, 10_000
SHORT_HTTP = 25
ATTACKERS = 3

#: Refusals in the words of an exception nobody expected.
FAILED: set[str] = set()

ENDPOINTS = (
    ("GET", "/osmand"), ("POST", "/osmand"), ("POST", "/owntracks"),
    ("GET", "/open311/discovery.json"), ("GET", "/open311/v2/services.xml"),
    ("GET", "/open311/v2/services/{}.json"), ("POST", "/open311/v2/requests.json"),
    ("GET", "/open311/v2/requests.xml"), ("GET", "/open311/v2/requests/{}.json"),
    ("GET", "/open311/v2/tokens/{}.json"), ("GET", "/status"), ("GET", "/evidence/{}"),
    ("PUT", "/evidence/{}"), ("GET", "/healthz"), ("GET", "/metrics"), ("GET", "/field/{}"),
    ("GET", "/field/api/me"), ("GET", "/field/api/tasks"), ("GET", "/field/api/route"),
    ("GET", "/field/api/round"), ("GET", "/field/api/evidence/{}"), ("POST", "/field/api/act"),
    ("POST", "/field/api/report"), ("POST", "/field/api/unit"), ("POST", "/field/api/checkpoint"),
    ("POST", "/field/api/fixes"), ("PUT", "/field/api/photo"), ("POST", "/field/api/live"),
    ("GET", "/field/api/live"), ("DELETE", "/field/api/live"), ("GET", "/nothing/{}"),
)  # fmt: skip


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Everything the query socket can be asked."""
    app = HubApp(write_site(tmp_path_factory.mktemp("names") / "site"), with_gateway=False)
    try:
        hub = app._hub
        return tuple(sorted({*hub._acting.operations, *hub._reading.operations, "hello"}))
    finally:
        app.close()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    site = write_site(tmp_path_factory.mktemp("hostile") / "site")
    process = HubProcess(site, gateway=True).start()
    yield process
    process.stop()


@pytest.fixture(autouse=True)
def _hub_first(hub: HubProcess) -> None:
    """The module's hub is there before a test's own look at child processes."""


@pytest.fixture
def plain() -> Iterator[Plain]:
    client = Plain()
    yield client
    client.close()


class Watch:
    """Hub and gateway before and after a run."""

    def __init__(self, hub: HubProcess, plain: Plain) -> None:
        self._hub, self._plain = hub, plain
        process = psutil.Process(hub.ready["pid"])
        self.processes = [process, *process.children(recursive=True)]
        self.rss = [one.memory_info().rss for one in self.processes]
        self.log_bytes = self._log().stat().st_size
        self.counts = self.counted()
        FAILED.clear()

    def _log(self) -> Path:
        return self._hub.site / "hub.log"

    def counted(self) -> dict[str, int]:
        rows = self._plain.ask(self._plain.dealer(self._hub.ready["query"]), op="hello")["counts"]
        totals: dict[str, int] = {}
        for name, label, value in rows:
            totals[name] = totals.get(name, 0) + value
            totals[f"{name} {label}"] = value
        return totals

    def added(self, name: str) -> int:
        return self.counted().get(name, 0) - self.counts.get(name, 0)

    def check(self, growth_most: int = GROWTH_MOST) -> None:
        """Alive, as large as before, nothing failed inside, the log not flooded."""
        for process, before in zip(self.processes, self.rss, strict=True):
            assert process.is_running(), f"{process} died: {self._hub.log()}"
            grown = process.memory_info().rss - before
            log.info("%s: %+d MiB", process.pid, grown >> 20)
            assert grown < growth_most, f"{process} grew by {grown >> 20} MiB"
        assert not FAILED, "\n".join(sorted(FAILED))
        with self._log().open(errors="replace") as file:
            file.seek(self.log_bytes)
            added = file.read()
        assert "Traceback" not in added, added[:6_000]
        assert len(added) < LOG_MOST, added[:6_000]
        for name in ("gridwall_hub_errors_total", "gridwall_participant_errors_total"):
            assert self.added(name) == 0, added[:6_000]


def attack(count: int, seed: int, one: Callable[[Hostile, int], None]) -> None:
    """`count` messages from several threads at once; each has its own seed."""
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            one(Hostile(seed * 100 + number), count // ATTACKERS + 1)
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(ATTACKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(1500)
        assert not thread.is_alive(), "the hub stopped reading"
    assert not failures, failures


def through_dealer(address: str, make: Callable[[Hostile], list[bytes]]) -> Any:
    """Sends and mostly reads what comes back; an answer is short whatever was asked."""

    def run(hostile: Hostile, count: int) -> None:
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        socket_ = context.socket(zmq.DEALER)
        socket_.setsockopt(zmq.SNDTIMEO, 30_000)
        socket_.connect(address)
        try:
            for _ in range(count):
                socket_.send_multipart(make(hostile))
                while socket_.poll(0):
                    check_answer(socket_.recv_multipart())
            while socket_.poll(2_000):
                check_answer(socket_.recv_multipart())
        finally:
            context.destroy(linger=0)

    return run


def check_answer(frames: list[bytes]) -> None:
    """A refusal is short whatever was asked, and is a decision, not an exception's words."""
    answer = json.loads(frames[-1])
    if answer["ok"] is False:
        assert len(frames[-1]) < 16_000, frames[-1][:400]
        if " failed: " in answer["error"]:
            FAILED.add(answer["error"][:300])


def fuzz_intake(hub: HubProcess, plain: Plain, count: int, seed: int) -> None:
    watch = Watch(hub, plain)
    with honest_crowd(hub, DEADLINE_S) as crowd:
        attack(count, seed, through_dealer(hub.ready["intake"], Hostile.event))
    watch.check()
    refused = watch.added("gridwall_events_refused_total")
    malformed = watch.added("gridwall_messages_malformed_total intake")
    assert refused + malformed > count // 2
    log.info("%d events refused, %d with wrong frames", refused, malformed)
    check_log(hub, plain, crowd)


def check_log(hub: HubProcess, plain: Plain, crowd: list[Any]) -> None:
    """What honest publishers were told stands; the audit chain is whole; nothing was forged."""
    events = everything(plain, hub.ready["query"])
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert {event["epoch"] for event in events} == {hub.ready["epoch"]}
    by_id = {event["id"]: event["sequence"] for event in events}
    honest = next(client for client in crowd if isinstance(client, HonestPublisher))
    assert {name: by_id.get(name) for name in honest.acked} == honest.acked
    verified_rows(plain, plain.dealer(hub.ready["query"]))


def fuzz_query(
    hub: HubProcess, plain: Plain, operations: tuple[str, ...], count: int, seed: int
) -> None:
    query = plain.dealer(hub.ready["query"])
    case = plain.ask(query, op="propose", camera_id="cam-1", title="in the way")["case"]
    link: str = plain.ask(query, op="field.link", inspector_id="p-2")["url"]
    right = right_requests(case["case_id"], link.rpartition("#")[2].rpartition("=")[2])
    watch = Watch(hub, plain)
    with honest_crowd(hub, DEADLINE_S) as crowd:
        make = lambda hostile: hostile.request(operations, right)  # noqa: E731
        attack(count, seed, through_dealer(hub.ready["query"], make))
    watch.check()
    malformed = watch.added("gridwall_messages_malformed_total query")
    refused = watch.added("gridwall_requests_refused_total")
    assert malformed + refused > count // 2
    log.info("%d requests refused, %d malformed", refused, malformed)
    check_log(hub, plain, crowd)


def fuzz_feed(hub: HubProcess, plain: Plain, count: int, seed: int) -> None:
    def run(hostile: Hostile, messages: int) -> None:
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        socket_ = context.socket(zmq.XSUB)
        socket_.setsockopt(zmq.SNDTIMEO, 30_000)
        socket_.connect(hub.ready["feed"])
        try:
            for _ in range(messages):
                socket_.send(hostile.subscription())
                while socket_.poll(0):
                    socket_.recv_multipart()
        finally:
            context.destroy(linger=1_000)

    watch = Watch(hub, plain)
    with honest_crowd(hub, DEADLINE_S) as crowd:
        attack(count, seed, run)
    watch.check()
    check_log(hub, plain, crowd)


def fuzz_raw(hub: HubProcess, plain: Plain, address: str, count: int, seed: int) -> None:
    """Bytes on the port itself: half a ZMTP greeting, a wrong one, HTTP, a length that never comes."""
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    greeting = b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16 + 32)

    def run(hostile: Hostile, messages: int) -> None:
        chance = hostile.chance
        for _ in range(messages):
            pieces = [
                chance.randbytes(chance.randint(1, 300)),
                greeting[: chance.randint(1, 64)],
                greeting + chance.randbytes(50),
                greeting + b"\x04\x26\x05READY\x0bSocket-Type\x00\x00\x00\x06DEALER",
                greeting + b"\x02" + (2**62).to_bytes(8, "big") + b"x",
                b"GET / HTTP/1.1\r\n\r\n",
                b"~\x02\x00" + chance.randbytes(30) + b"~",
            ]
            with socket.create_connection((host, int(port)), 30) as raw:
                raw.sendall(chance.choice(pieces))

    watch = Watch(hub, plain)
    with honest_crowd(hub, DEADLINE_S):
        attack(count, seed, run)
    watch.check()


def fuzz_http(hub: HubProcess, plain: Plain, each: int, seed: int) -> None:
    statuses: dict[int, int] = {}
    lock = threading.Lock()

    def run(hostile: Hostile, messages: int) -> None:
        sender = HttpSender(hub.ready["http"])
        wheel = itertools.cycle(ENDPOINTS)
        for _ in range(messages):
            status = sender.send(hostile.http(*next(wheel)))
            with lock:
                statuses[status] = statuses.get(status, 0) + 1
        sender.close()

    watch = Watch(hub, plain)
    with honest_crowd(hub, DEADLINE_S):
        attack(each * len(ENDPOINTS), seed, run)
    watch.check()
    log.info("answers by status: %s", dict(sorted(statuses.items())))
    assert 500 not in statuses, statuses
    assert sum(count for status, count in statuses.items() if 400 <= status < 500) > each


def fuzz_huge(hub: HubProcess, plain: Plain, count: int) -> None:
    """The longest frames there may be, sent by several at once who never read an answer."""
    bodies = {
        "intake": [b"x" * (31 << 20), b'{"id":"' + b"y" * (8 << 20) + b'"}'],
        "query": [
            b'{"op":"act","note":"' + b"z" * (15 << 20) + b'"}',
            b'{"op":"cases","filter":{"text":"' + b"t" * (8 << 20) + b'"}}',
            b'{"op":"register.put","name":"zones","text":"' + b"y" * (15 << 20) + b'"}',
            b'{"op":"register.put","name":"zones","content":[' + b"[1]," * 400_000 + b"1]}",
            b'{"op":"library.put","kind":"scenes","content":{"a":['
            + b"[1]," * (2 << 20) + b"1]}}",
            b"[" * (16 << 20),
        ],
    }  # fmt: skip

    def run(hostile: Hostile, messages: int) -> None:
        context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
        sockets = {name: context.socket(zmq.DEALER) for name in bodies}
        for name, socket_ in sockets.items():
            socket_.setsockopt(zmq.SNDHWM, 2)
            socket_.setsockopt(zmq.SNDTIMEO, 60_000)
            socket_.connect(hub.ready[name])
        try:
            for _ in range(messages):
                name = hostile.chance.choice(list(bodies))
                body = hostile.chance.choice(bodies[name])
                sockets[name].send_multipart([b"", b"1", body])
        finally:
            context.destroy(linger=30_000)

    watch = Watch(hub, plain)
    peak = PeakMemory(hub.ready["pid"])
    peak.start()
    try:
        with honest_crowd(hub, HUGE_DEADLINE_S):
            attack(count, 6, run)
    finally:
        grown = peak.stop() - watch.rss[0]
    log.info("while %d huge messages came the hub grew by at most %d MiB", count, grown >> 20)
    assert grown < PEAK_MOST
    watch.check(growth_most=PEAK_MOST)  # malloc gives back what it likes


class PeakMemory(threading.Thread):
    """The largest resident size of a process, looked at 20 times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self._end = threading.Event()
        self._peak = 0

    def run(self) -> None:
        while not self._end.wait(0.05):
            self._peak = max(self._peak, self._process.memory_info().rss)

    def stop(self) -> int:
        self._end.set()
        self.join(5)
        return self._peak


class HttpSender:
    """Keeps its connection while the server does; a raw request gets one of its own."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._connection = http.client.HTTPConnection(address, timeout=30)

    def send(self, request: HostileHttp) -> int:
        """The status; 0 where the server only hung up."""
        if request.raw is not None:
            return self._send_raw(request.raw)
        try:
            self._connection.request(request.method, request.path, request.body, request.headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException, ValueError):
            self._connection.close()
            return 0
        return answer.status

    def _send_raw(self, content: bytes) -> int:
        host, _, port = self._address.rpartition(":")
        with socket.create_connection((host, int(port)), 30) as raw:
            raw.sendall(content)
            raw.settimeout(0.05)
            try:
                line = raw.recv(64)
            except OSError:
                return 0
        words = line.split()
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0

    def close(self) -> None:
        self._connection.close()


def test_the_intake_refuses_in_words(hub: HubProcess, plain: Plain) -> None:
    fuzz_intake(hub, plain, SHORT, seed=1)


def test_every_operation_refuses_in_words(
    hub: HubProcess, plain: Plain, operations: tuple[str, ...]
) -> None:
    fuzz_query(hub, plain, operations, 2 * SHORT, seed=2)


def test_the_feed_takes_any_subscription(hub: HubProcess, plain: Plain) -> None:
    fuzz_feed(hub, plain, SHORT, seed=3)


@pytest.mark.parametrize("name", ["intake", "feed", "query", "jt808"])
def test_bytes_on_a_port_harm_nobody(hub: HubProcess, plain: Plain, name: str) -> None:
    address = hub.jt808 if name == "jt808" else hub.ready[name]
    fuzz_raw(hub, plain, address, SHORT // 2, seed=4)


def test_huge_messages_are_bounded_in_memory_and_time(hub: HubProcess, plain: Plain) -> None:
    fuzz_huge(hub, plain, 60)


def test_every_endpoint_refuses_in_words(hub: HubProcess, plain: Plain) -> None:
    fuzz_http(hub, plain, SHORT_HTTP, seed=5)


@pytest.mark.slow
def test_ten_thousand_on_the_intake(hub: HubProcess, plain: Plain) -> None:
    fuzz_intake(hub, plain, FULL, seed=11)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [12, 22, 32])
def test_ten_thousand_requests(
    hub: HubProcess, plain: Plain, operations: tuple[str, ...], seed: int
) -> None:
    fuzz_query(hub, plain, operations, FULL, seed)


@pytest.mark.slow
def test_ten_thousand_subscriptions(hub: HubProcess, plain: Plain) -> None:
    fuzz_feed(hub, plain, FULL, seed=13)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["intake", "feed", "query", "jt808"])
def test_ten_thousand_raw_connections(hub: HubProcess, plain: Plain, name: str) -> None:
    address = hub.jt808 if name == "jt808" else hub.ready[name]
    fuzz_raw(hub, plain, address, FULL, seed=14)


@pytest.mark.slow
def test_ten_thousand_at_each_endpoint(hub: HubProcess, plain: Plain) -> None:
    fuzz_http(hub, plain, FULL, seed=15)


@pytest.mark.slow
def test_a_thousand_huge_messages(hub: HubProcess, plain: Plain) -> None:
    fuzz_huge(hub, plain, 1_000)
