"""The camera server's control door: one JSON object a line over loopback TCP, and its client.

Operations: `go`, `resolve {camera_id}`, `truth`, `players`. Only for processes of the
demonstration; listens on 127.0.0.1 alone.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from console.demo.truth import TrueEvent
from ingest.errors import RetryLater

#: Longest line either side accepts.
LINE_BYTES = 1 << 20


class ControlRequest(Struct, frozen=True):
    op: str
    camera_id: str = ""


class ControlReply(Struct, frozen=True):
    ok: bool
    error: str = ""
    events: tuple[TrueEvent, ...] = ()
    active: bool = False


class ControlAway(RetryLater):
    """The camera server does not answer."""


async def serve_control(
    port: int, answer: Callable[[ControlRequest], ControlReply]
) -> asyncio.Server:
    """Listens on 127.0.0.1:`port`. Raises OSError when it is taken."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(msgspec.json.encode(_answered(line, answer)) + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass  # a client that left, or a line that never ends
        finally:
            writer.close()

    return await asyncio.start_server(talk, "127.0.0.1", port, limit=LINE_BYTES)


def _answered(line: bytes, answer: Callable[[ControlRequest], ControlReply]) -> ControlReply:
    try:
        request = msgspec.json.decode(line, type=ControlRequest)
    except msgspec.DecodeError as error:
        return ControlReply(False, str(error))
    return answer(request)


def ask_control(port: int, op: str, *, timeout_s: float = 3.0, **fields: Any) -> ControlReply:
    """One request to the camera server. Raises ControlAway."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout_s) as connection:
            connection.sendall(msgspec.json.encode({"op": op, **fields}) + b"\n")
            with connection.makefile("rb") as stream:
                line = stream.readline(LINE_BYTES)
        return msgspec.json.decode(line, type=ControlReply)
    except (OSError, msgspec.DecodeError) as error:
        raise ControlAway(f"the demonstration's camera server does not answer: {error}") from error
