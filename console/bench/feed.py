"""`gridwall bench feed`: the real hub process against bare pyzmq, in one run on one machine.

* durable: eight `Publisher`s (spool on disk, 1,000 credits each) to acknowledgement after full
  synchronisation, with one reader that decodes every event.
* latency: events paced at 1,000/s, from `publish` to the reader's hands, commit included.
* fan-out: durable rate with eight readers over the rate with one.
* ephemeral: position events through the hub to one reader, bare and with 20 fixes each as the
  gateway groups them.
* raw: PUB to SUB of bare pyzmq with the same JSON, encode and decode included, two processes.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
import zmq

from config.site import CameraId, DeviceId, InspectorId
from console.bench.hub_site import running_hub
from console.bench.report import print_result, say
from ingest.cameras.health import CameraHealthData
from ingest.errors import GridwallError
from ingest.feed.envelope import Event, Noun, encode_event, new_event
from ingest.feed.publisher import CREDIT, Publisher
from ingest.positions.fix import PositionEntry, PositionFixedData

PUBLISHERS = 8
READERS = 8
PACE_PER_S = 1_000
FIXES_AN_EVENT = 20
#: How long readers wait for one more message before they stop counting, ms.
QUIET_MS = 1_500
READY_S = 60.0
_spawn = multiprocessing.get_context("spawn")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seconds", type=float, default=6.0, metavar="S", help="length of each measurement"
    )


def run(arguments: argparse.Namespace) -> int:
    seconds: float = arguments.seconds
    with (
        tempfile.TemporaryDirectory(prefix="gridwall-bench-") as folder,
        running_hub(Path(folder), gateway=False) as site,
    ):
        spool = Path(folder) / "spool"
        say("durable events, one reader …")
        single = durable(site, spool, seconds, readers=1)
        say(f"durable events, {READERS} readers …")
        many = durable(site, spool, seconds, readers=READERS)
        say("latency, ephemeral events, bare pyzmq …")
        result = {
            "durable_events_per_s": round(single),
            **latency(site, spool, seconds),
            "fanout_ratio": round(many / single, 3),
            "fanout_readers": READERS,
            "ephemeral_events_per_s": round(ephemeral(site, seconds, fixes=0)),
            "ephemeral_fixes_per_s": round(
                FIXES_AN_EVENT * ephemeral(site, seconds, fixes=FIXES_AN_EVENT)
            ),
        }
    result["raw_pyzmq_events_per_s"] = round(raw(seconds))
    print_result(result, as_json=arguments.json)
    return 0


def _health(number: int) -> Event:
    data = CameraHealthData(
        CameraId(f"cam-{number % 4000:04d}"), "live", 25.0, 0.041, "2026-01-01T00:00:00.000Z"
    )
    return new_event(Noun.CAMERA, "health", data, source="/bench", utc_ns=time.time_ns())


def durable(site: dict[str, Any], spool: Path, seconds: float, *, readers: int) -> float:
    """Acknowledged events a second of all publishers while `readers` processes read them all."""
    with counting_readers(site["feed"], readers, "camera."):
        pipes = []
        processes = []
        for number in range(PUBLISHERS):
            ours, theirs = _spawn.Pipe()
            process = _spawn.Process(
                target=_publish,
                args=(site["intake"], spool / str(number), seconds, theirs),
                daemon=True,
            )
            process.start()
            processes.append(process)
            pipes.append(ours)
        for pipe in pipes:
            if not pipe.poll(READY_S):
                raise GridwallError("a publisher did not start in time")
            pipe.recv()
        started_s = time.perf_counter()
        for pipe in pipes:
            pipe.send("go")
        count = sum(_told_by(pipe, seconds) for pipe in pipes)
        elapsed_s = time.perf_counter() - started_s
        for process in processes:
            process.join(10)
    return count / elapsed_s


def _told_by(pipe: Connection, seconds: float) -> int:
    if not pipe.poll(seconds + READY_S):
        raise GridwallError("the hub did not acknowledge in time")
    return int(pipe.recv())


def _publish(intake: str, spool: Path, seconds: float, pipe: Connection) -> None:
    """Child process: publishes as fast as the hub acknowledges; tells how many it has."""
    publisher = Publisher(intake, f"/bench/{spool.name}", spool)
    publisher.start()
    pipe.send("ready")
    pipe.recv()
    number = 0
    until_s = time.perf_counter() + seconds
    while time.perf_counter() < until_s:
        if publisher.unacked_count > 2 * CREDIT:
            time.sleep(0.001)  # the spool is the queue; do not measure its growth
            continue
        publisher.publish(_health(number))
        number += 1
    if publisher.wait_acked(READY_S):
        pipe.send(number)
    publisher.close()


def latency(site: dict[str, Any], spool: Path, seconds: float) -> dict[str, float]:
    """Milliseconds from `publish` to a subscriber in this process, paced."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    subscriber = _subscriber(context, site["feed"], "camera.")
    publisher = Publisher(site["intake"], "/bench", spool)
    publisher.start()
    sent_s: dict[str, float] = {}
    delays_ms: list[float] = []
    count = round(seconds * PACE_PER_S)
    started_s = time.perf_counter()
    for number in range(count):
        event = _health(number)
        sent_s[event.id] = time.perf_counter()
        publisher.publish(event)
        while (left_s := started_s + (number + 1) / PACE_PER_S - time.perf_counter()) > 0:
            _receive(subscriber, left_s, sent_s, delays_ms)
    while len(delays_ms) < count and _receive(subscriber, QUIET_MS / 1000, sent_s, delays_ms):
        pass
    publisher.close(5.0)
    subscriber.close(linger=0)
    context.term()
    delays_ms.sort()
    if len(delays_ms) < count:
        raise GridwallError(f"only {len(delays_ms)} of {count} paced events arrived")
    return {
        "p50_ms": round(delays_ms[len(delays_ms) // 2], 2),
        "p99_ms": round(delays_ms[len(delays_ms) * 99 // 100], 2),
    }


def _receive(
    subscriber: zmq.Socket[bytes], timeout_s: float, sent_s: dict[str, float], out_ms: list[float]
) -> bool:
    if not subscriber.poll(max(1, round(timeout_s * 1000))):
        return False
    event = msgspec.json.decode(subscriber.recv_multipart()[1], type=Event)
    out_ms.append((time.perf_counter() - sent_s[event.id]) * 1000)
    return True


def _fix(number: int) -> PositionEntry:
    return PositionEntry(
        InspectorId(f"i{number}"), DeviceId(f"d{number}"), 36.06, 120.38, 1.2, 90.0, 5.0,
        "2026-01-01T00:00:00.000Z", "jt808", True,
    )  # fmt: skip


def ephemeral(site: dict[str, Any], seconds: float, *, fixes: int) -> float:
    """Position events a second that reach a reader through the hub."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    dealer = context.socket(zmq.DEALER)
    dealer.connect(site["intake"])
    on_way = 0
    with counting_readers(site["feed"], 1, "position.") as counts:
        started_s = time.perf_counter()
        while time.perf_counter() - started_s < seconds:
            data = PositionFixedData(tuple(_fix(on_way * fixes + n) for n in range(fixes)))
            event = new_event(Noun.POSITION, "fixed", data, source="/bench", utc_ns=time.time_ns())
            dealer.send_multipart([b"", event.id.encode(), encode_event(event)])
            on_way += 1
            while on_way >= CREDIT or dealer.poll(0):
                dealer.recv_multipart()
                on_way -= 1
        elapsed_s = time.perf_counter() - started_s
        for _ in range(on_way):
            dealer.recv_multipart()
    dealer.close(linger=0)
    context.term()
    return counts[0] / elapsed_s


def raw(seconds: float) -> float:
    """Events a second from a bare PUB to a bare SUB in another process, JSON both ways."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    publisher = context.socket(zmq.PUB)
    publisher.setsockopt(zmq.SNDHWM, 0)
    port = publisher.bind_to_random_port("tcp://127.0.0.1")
    ready, child = _spawn.Pipe()
    process = _spawn.Process(
        target=_count, args=(f"tcp://127.0.0.1:{port}", "camera.", child), daemon=True
    )
    process.start()
    while not ready.poll(0.05):  # the reader says that its subscription is there
        publisher.send_multipart([b"camera.welcome", encode_event(_health(0))])
    ready.recv()
    number = 0
    started_s = time.perf_counter()
    while time.perf_counter() - started_s < seconds:
        publisher.send_multipart([b"camera.health.-.x", encode_event(_health(number))])
        number += 1
    count, took_s = ready.recv()
    process.join(10)
    publisher.close(linger=0)
    context.term()
    return float(count / took_s)


@contextlib.contextmanager
def counting_readers(feed: str, count: int, topic: str) -> Iterator[list[int]]:
    """Processes that read and decode the feed; after the block their counts are in the list."""
    counts: list[int] = []
    pipes: list[Connection] = []
    processes = []
    for _ in range(count):
        ours, theirs = _spawn.Pipe()
        process = _spawn.Process(target=_count, args=(feed, topic, theirs), daemon=True)
        process.start()
        processes.append(process)
        pipes.append(ours)
    for pipe in pipes:
        if not pipe.poll(READY_S):
            raise GridwallError("a reader did not start in time")
        pipe.recv()
    yield counts
    for pipe, process in zip(pipes, processes, strict=True):
        counts.append(pipe.recv()[0])
        process.join(10)


def _subscriber(
    context: zmq.Context[zmq.Socket[bytes]], feed: str, topic: str
) -> zmq.Socket[bytes]:
    """A subscriber that is connected for sure: the hub welcomes it with a heartbeat."""
    subscriber = context.socket(zmq.SUB)
    subscriber.setsockopt(zmq.RCVHWM, 0)
    subscriber.setsockopt(zmq.SUBSCRIBE, topic.encode())
    subscriber.setsockopt(zmq.SUBSCRIBE, b"heartbeat.")
    subscriber.connect(feed)
    subscriber.recv_multipart()
    subscriber.setsockopt(zmq.UNSUBSCRIBE, b"heartbeat.")
    while subscriber.poll(100):
        subscriber.recv_multipart()
    return subscriber


def _count(feed: str, topic: str, pipe: Connection) -> None:
    """Child process: counts what it receives and decodes until it is quiet."""
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    subscriber = context.socket(zmq.SUB)
    subscriber.setsockopt(zmq.RCVHWM, 0)
    for prefix in (topic, "heartbeat."):
        subscriber.setsockopt(zmq.SUBSCRIBE, prefix.encode())
    subscriber.connect(feed)
    subscriber.recv_multipart()
    subscriber.setsockopt(zmq.UNSUBSCRIBE, b"heartbeat.")
    pipe.send("ready")
    count = 0
    first_s = last_s = time.perf_counter()
    while count == 0 or subscriber.poll(QUIET_MS):
        name, body = subscriber.recv_multipart()
        if not name.startswith(topic.encode()) or name.endswith(b"welcome"):
            continue
        msgspec.json.decode(body, type=Event)
        last_s = time.perf_counter()
        if count == 0:
            first_s = last_s
        count += 1
    pipe.send((count, max(last_s - first_s, 1e-9)))
    subscriber.close(linger=0)
    context.term()
