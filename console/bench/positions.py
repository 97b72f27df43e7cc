"""`gridwall bench positions`: reports in, fixes on the feed and on the disk, through the real hub and gateway.

* jt808: terminals over TCP that send batches (0x0704) and wait for each answer; fixes a second, and the
  processor seconds hub and gateway took for them (decode, filter, feed, trail).
* http: OsmAnd posts over kept connections.
* delay: single reports, paced, from the terminal's socket to a subscriber of the feed.
* limit: the same bytes from a socket to a process that only reads them and counts frames.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import socket
import struct
import tempfile
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import zmq

from console.bench.hub_site import running_hub
from console.bench.report import print_result, say
from ingest.errors import GridwallError
from ingest.positions.jt808 import FrameReader, Message, MessageId, frame_of

TERMINALS = 200
FIXES_A_BATCH = 20
HTTP_CONNECTIONS = 64
PACE_PER_S = 100
FIRST_PHONE = 13_900_000_000
LAT_DEG, LON_DEG = 36.06, 120.38
READY_S = 60.0
_spawn = multiprocessing.get_context("spawn")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--seconds", type=float, default=8.0, metavar="S", help="length of each measurement"
    )


def run(arguments: argparse.Namespace) -> int:
    seconds: float = arguments.seconds
    rows = "\n".join(f"i{n},inspector {n},{FIRST_PHONE + n}" for n in range(2 * TERMINALS))
    registers = {"inspectors.csv": f"id,name,device_id\n{rows}\n"}
    with (
        tempfile.TemporaryDirectory(prefix="gridwall-bench-") as folder,
        running_hub(Path(folder), gateway=True, registers=registers) as hub,
    ):
        say(f"JT/T 808: {TERMINALS} terminals, batches of {FIXES_A_BATCH} …")
        jt808 = _with_cpu(hub, lambda: _client(_send_batches, hub["jt808"], seconds))
        dropped = trail_drops(hub)
        say("HTTP …")
        http = _with_cpu(hub, lambda: _client(_post, hub["http"], seconds))
        say("terminal to feed …")
        delays = delay_ms(hub, seconds)
    say("the limit: the same bytes, only read")
    limit = only_read(seconds)
    print_result(
        {
            "jt808_fixes_per_s": round(jt808.count * FIXES_A_BATCH / jt808.took_s),
            "jt808_fixes_per_cpu_s": round(jt808.count * FIXES_A_BATCH / jt808.cpu_s),
            "jt808_fixes_stored_per_s": round(
                (jt808.count * FIXES_A_BATCH - dropped) / jt808.took_s
            ),
            "http_posts_per_s": round(http.count / http.took_s),
            "http_posts_per_cpu_s": round(http.count / http.cpu_s),
            "delay_p50_ms": round(float(np.percentile(delays, 50)), 1),
            "delay_p95_ms": round(float(np.percentile(delays, 95)), 1),
            "limit_jt808_fixes_per_s": round(limit * FIXES_A_BATCH),
        },
        as_json=arguments.json,
    )
    return 0


class Spent(msgspec.Struct, frozen=True):
    """What a client got done, how long it took, and what it cost hub and gateway."""

    count: int
    took_s: float
    cpu_s: float


def _cpu_s(hub: dict[str, Any]) -> float:
    """Processor seconds of hub and gateway so far."""
    family = [hub["process"], *hub["process"].children(recursive=True)]
    return float(sum(sum(one.cpu_times()[:2]) for one in family))


def _with_cpu(hub: dict[str, Any], work: Any) -> Spent:
    before = _cpu_s(hub)
    count, took_s = work()
    time.sleep(1.5)  # trails are written once a second: their cost belongs to it
    return Spent(count, took_s, _cpu_s(hub) - before)


def _client(send: Any, address: str, seconds: float) -> tuple[int, float]:
    """Runs `send` in a process of its own; what it got done and how long it took."""
    ours, theirs = _spawn.Pipe()
    process = _spawn.Process(target=send, args=(address, seconds, theirs), daemon=True)
    process.start()
    if not ours.poll(READY_S + seconds):
        raise GridwallError("the bench's client did not finish in time")
    count, took_s = ours.recv()
    process.join(10)
    return int(count), float(took_s)


def _position(number: int, step: int, at: datetime) -> bytes:
    """The body of 0x0200: a place that moves a metre a step, at walking pace."""
    stamp = bytes.fromhex(at.strftime("%y%m%d%H%M%S"))
    lat, lon = round((LAT_DEG + step * 1e-5) * 1e6), round((LON_DEG + number * 1e-4) * 1e6)
    return struct.pack(">IIIIHHH6s", 0, 2, lat, lon, 10, 12, 0, stamp)


def _batch(number: int, step: int, begin: datetime) -> bytes:
    """One 0x0704 frame of a terminal, a fix a second."""
    bodies = [
        _position(number, step + n, begin + timedelta(seconds=step + n))
        for n in range(FIXES_A_BATCH)
    ]
    content = struct.pack(">HB", FIXES_A_BATCH, 0)
    content += b"".join(struct.pack(">H", len(body)) + body for body in bodies)
    phone = f"{FIRST_PHONE + number:012d}"
    return frame_of(Message(MessageId.POSITION_BATCH, phone, step & 0xFFFF, content, is_2019=False))


def _beijing() -> datetime:
    return datetime.now(UTC) + timedelta(hours=8)


def _batches(number: int, count: int) -> list[bytes]:
    begin = _beijing() - timedelta(seconds=count * FIXES_A_BATCH)
    return [_batch(number, step * FIXES_A_BATCH, begin) for step in range(count)]


def _send_batches(address: str, seconds: float, pipe: Connection) -> None:
    """Child process: every terminal sends its next batch when the last one was answered."""
    host, _, port = address.rpartition(":")
    prepared = [_batches(number, round(12 * seconds)) for number in range(TERMINALS)]

    async def terminal(frames: list[bytes], until_s: float) -> int:
        reader, writer = await asyncio.open_connection(host, int(port))
        answers, done = FrameReader(), 0
        for frame in frames:
            writer.write(frame)
            while not any(True for _ in answers.feed(await reader.read(4096))):
                pass
            done += 1
            if time.perf_counter() >= until_s:
                break
        writer.close()
        return done

    async def everybody() -> int:
        until_s = time.perf_counter() + seconds
        return sum(await asyncio.gather(*(terminal(frames, until_s) for frames in prepared)))

    began = time.perf_counter()
    count = asyncio.run(everybody())
    pipe.send((count, time.perf_counter() - began))


def _post(address: str, seconds: float, pipe: Connection) -> None:
    """Child process: OsmAnd posts over kept connections, one after the other on each."""
    host, _, port = address.rpartition(":")

    async def phone(number: int, until_s: float) -> int:
        reader, writer = await asyncio.open_connection(host, int(port))
        done, begin = 0, time.time() - 400
        while time.perf_counter() < until_s:
            body = (
                f"id={FIRST_PHONE + number}&lat={LAT_DEG + done * 1e-5:.6f}&lon={LON_DEG:.6f}"
                f"&timestamp={begin + done * 0.5:.3f}"
            ).encode()
            writer.write(
                b"POST /osmand HTTP/1.1\r\nHost: gateway\r\nContent-Type: "
                b"application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s"
                % (len(body), body)
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise GridwallError(f"the gateway answered {head[:40]!r}")
            length = head.lower().split(b"content-length:")[1].split(b"\r\n")[0]
            await reader.readexactly(int(length))
            done += 1
        writer.close()
        return done

    async def everybody() -> int:
        until_s = time.perf_counter() + seconds
        return sum(await asyncio.gather(*(phone(n, until_s) for n in range(HTTP_CONNECTIONS))))

    began = time.perf_counter()
    count = asyncio.run(everybody())
    pipe.send((count, time.perf_counter() - began))


def delay_ms(hub: dict[str, Any], seconds: float) -> list[float]:
    """Milliseconds from a terminal's socket to a subscriber, single reports at a steady pace."""
    host, _, port = hub["jt808"].rpartition(":")
    context: zmq.Context[zmq.Socket[bytes]] = zmq.Context()
    subscriber = context.socket(zmq.SUB)
    subscriber.setsockopt(zmq.SUBSCRIBE, b"position.")
    subscriber.connect(hub["feed"])
    time.sleep(0.5)  # the subscription reaches the hub
    sent_s: dict[tuple[str, int], float] = {}
    delays: list[float] = []
    count = round(seconds * PACE_PER_S)
    began_s, begin = time.perf_counter(), _beijing()
    with socket.create_connection((host, int(port))) as terminal:
        for number in range(count):
            phone, step = TERMINALS + number % TERMINALS, number // TERMINALS
            body = _position(phone, step, begin + timedelta(seconds=number // TERMINALS))
            message = Message(
                MessageId.POSITION, f"{FIRST_PHONE + phone:012d}", number & 0xFFFF, body, False
            )
            sent_s[f"i{phone}", round((LAT_DEG + step * 1e-5) * 1e6)] = time.perf_counter()
            terminal.sendall(frame_of(message))
            terminal.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                terminal.recv(65_536)
            terminal.setblocking(True)
            while (left_s := began_s + (number + 1) / PACE_PER_S - time.perf_counter()) > 0:
                _receive(subscriber, left_s, sent_s, delays)
        while len(delays) < count and _receive(subscriber, 2.0, sent_s, delays):
            pass
    subscriber.close(linger=0)
    context.term()
    if len(delays) < 0.99 * count:
        raise GridwallError(f"only {len(delays)} of {count} reports came onto the feed")
    return delays


def _receive(
    subscriber: zmq.Socket[bytes],
    timeout_s: float,
    sent_s: dict[tuple[str, int], float],
    out_ms: list[float],
) -> bool:
    if not subscriber.poll(max(1, round(timeout_s * 1000))):
        return False
    event = msgspec.json.decode(subscriber.recv_multipart()[1])
    now_s = time.perf_counter()
    for fix in event["data"]["fixes"]:
        sent = sent_s.pop((fix["inspector_id"], round(fix["lat_deg"] * 1e6)), None)
        if sent is not None:
            out_ms.append((now_s - sent) * 1e3)
    return True


def trail_drops(hub: dict[str, Any]) -> int:
    """Fixes so far that the disk was too slow for."""
    with urllib.request.urlopen(f"http://{hub['http']}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    rows = [line for line in lines if line.startswith("gridwall_trail_fixes_dropped_total")]
    return round(sum(float(row.split()[-1]) for row in rows))


def only_read(seconds: float) -> float:
    """Batches a second that one process can take from sockets when it looks for frames only."""
    ours, theirs = _spawn.Pipe()
    process = _spawn.Process(target=_read_frames, args=(theirs,), daemon=True)
    process.start()
    if not ours.poll(READY_S):
        raise GridwallError("the bench's reader did not start in time")
    count, took_s = _client(_send_batches, ours.recv(), seconds)
    process.terminate()
    process.join(10)
    return count / took_s


def _read_frames(pipe: Connection) -> None:
    """Child process: answers every frame with an empty one, and does nothing else."""

    async def serve() -> None:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            frames = FrameReader()
            while data := await reader.read(4096):
                for _frame in frames.feed(data):
                    writer.write(b"\x7e0\x7e")

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()[:2]
        pipe.send(f"{host}:{port}")
        await server.serve_forever()

    asyncio.run(serve())
