"""Terminals in bad times: all of them coming back at once, half-open and trickling peers, forged ids."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket
import struct
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from feed_kit import Plain, wait_for
from hub_process import HubProcess, write_site

from ingest.open_files import allow_open_files
from ingest.positions.jt808 import FrameReader, Message, MessageId, frame_of, parse

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

TERMINALS = 5_000
#: A mass return must be over within so many seconds, both processes on shared cores.
RETURN_S = 30.0
#: A phone asks meanwhile and is answered within so many seconds.
ANSWER_S = 3.0


def position(phone: str, number: int) -> Message:
    stamp = datetime.fromtimestamp(time.time() + 8 * 3600, UTC).strftime("%y%m%d%H%M%S")
    lat, lon = 36_100_000 + number * 10, 120_300_000 + number * 10
    body = struct.pack(">IIIIHHH", 0, 3, lat, lon, 30, 36, 90) + bytes.fromhex(stamp)
    return Message(MessageId.POSITION, phone, 7, body, False)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    assert allow_open_files(TERMINALS + 1_000) >= TERMINALS + 1_000
    site = write_site(tmp_path / "site")
    rows = [f"t-{n},Name {n},,,,{n:012d},\n" for n in range(1, TERMINALS + 1)]
    header = "id,name,phone,role,grid_id,device_id,shift\n"
    (site / "inspectors.csv").write_text(header + "".join(rows))
    process = HubProcess(site, gateway=True).start()
    yield process
    process.stop()


def door(hub: HubProcess) -> tuple[str, int]:
    text = (hub.site / "site.toml").read_text()
    host, port = text.split('jt808 = "')[1].split('"')[0].split(":")
    return host, int(port)


class Crowd:
    """Every terminal's connection."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self.streams: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def come(self) -> None:
        """All at once; returns when each has its position acknowledged."""
        self.streams = await asyncio.gather(*(self._one(n) for n in range(1, TERMINALS + 1)))

    async def _one(self, number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(*self._address)
        writer.write(frame_of(position(f"{number:012d}", number)))
        frames = FrameReader()
        while True:
            data = await reader.read(4096)
            assert data, "the gateway ended a connection that speaks"
            for frame in frames.feed(data):
                assert parse(frame).body[-1] == 0
                return reader, writer

    def leave(self) -> None:
        """As when the network breaks: reset, no goodbye."""
        for _, writer in self.streams:
            writer.transport.abort()
        self.streams = []


async def longest_answer_s(hub: HubProcess, until: asyncio.Event) -> float:
    """How long a phone waited at worst while `until` was not set."""
    longest = 0.0
    while not until.is_set():
        began = time.monotonic()
        await asyncio.to_thread(healthy, hub)
        longest = max(longest, time.monotonic() - began)
        await asyncio.sleep(0.1)
    return longest


def healthy(hub: HubProcess) -> None:
    connection = http.client.HTTPConnection(hub.ready["http"], timeout=15)
    try:
        connection.request("GET", "/healthz?self=1")
        assert connection.getresponse().status == 200
    finally:
        connection.close()


def test_five_thousand_terminals_come_back_at_once(hub: HubProcess) -> None:
    crowd = Crowd(door(hub))

    async def twice() -> tuple[list[float], float]:
        over = asyncio.Event()
        asking = asyncio.create_task(longest_answer_s(hub, over))
        took = []
        for _ in range(2):
            began = time.monotonic()
            await crowd.come()
            took.append(time.monotonic() - began)
            crowd.leave()
        over.set()
        return took, await asking

    took, longest = asyncio.run(twice())
    assert max(took) < RETURN_S, took
    assert longest < ANSWER_S, longest
    with contextlib.closing(Plain()) as plain:
        query = plain.dealer(hub.ready["query"])
        wait_for(lambda: len(plain.ask(query, op="snapshot")["positions"]) == TERMINALS, 20)


def ended_after_s(connection: socket.socket, *, byte_every_s: float | None) -> float:
    """When the gateway ends a connection that never says a whole message."""
    began = time.monotonic()
    connection.settimeout(byte_every_s or 10.0)
    while time.monotonic() - began < 10.0:
        try:
            if byte_every_s is not None:
                connection.sendall(b"\x7e" if time.monotonic() == began else b"a")
            if connection.recv(100) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began


@pytest.mark.parametrize("byte_every_s", [None, 0.1])
def test_a_connection_that_says_nothing_whole_is_ended(
    tmp_path: Path, byte_every_s: float | None
) -> None:
    more = "[jt808]\nfirst_message_s = 1.0"
    hub = HubProcess(write_site(tmp_path / "own", more=more), gateway=True).start()
    try:
        with socket.create_connection(door(hub), timeout=5) as connection:
            assert 0.5 < ended_after_s(connection, byte_every_s=byte_every_s) < 5.0
    finally:
        hub.stop()


def test_a_code_given_for_one_terminal_is_not_good_for_another(tmp_path: Path) -> None:
    more = '[jt808]\nrequire_auth = true\nauth_code = "sesame"'
    hub = HubProcess(write_site(tmp_path / "own", more=more), gateway=True).start()
    try:
        with socket.create_connection(door(hub), timeout=5) as connection:

            def result(message: Message) -> int:
                connection.sendall(frame_of(message))
                frames = FrameReader()
                while True:
                    for frame in frames.feed(connection.recv(4096)):
                        return parse(frame).body[-1]

            code = Message(MessageId.AUTHENTICATE, "000000000007", 1, b"sesame", False)
            assert result(code) == 0
            assert result(position("000000000007", 1)) == 0
            assert result(position("000000000008", 2)) == 1, "it never gave the code"
    finally:
        hub.stop()
