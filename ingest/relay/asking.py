"""Asking another relay what it lacks: RTSP GET_PARAMETER (RFC 2326 §10.8) at its root, with digest.

The answer is `away: ID,ID`, ids quoted as in an address. One that does not know the question (an older
relay) lacks nothing as far as is known. Hostile answers and cut ones end in "not there".
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from typing import Final, NamedTuple
from urllib.parse import quote, unquote

from config.host_port import host_and_port
from config.site import CameraId
from ingest.cameras.rtsp_auth import digest_authorization
from ingest.errors import GridwallError
from ingest.relay.address import RELAY_USER

_METHOD: Final = "GET_PARAMETER"
_NAME: Final = "away"
_HEAD_MOST: Final = 1 << 16
#: Ten thousand cameras.
_BODY_MOST: Final = 1 << 20


class PasswordRefused(GridwallError):
    """The relay is there and does not take the password."""


class _Answer(NamedTuple):
    status: int
    challenge: str
    body: str


def away_text(camera_ids: Iterable[CameraId]) -> str:
    """What a relay answers that has no picture of these cameras."""
    return f"{_NAME}: {','.join(quote(each, safe='') for each in sorted(camera_ids))}\r\n"


def away_of(body: str) -> frozenset[CameraId] | None:
    """What `away_text` was made of; None: it is something else."""
    name, _, value = body.strip().partition(":")
    if name != _NAME:
        return None
    return frozenset(CameraId(unquote(each)) for each in value.strip().split(",") if each)


def away_at(place: str, password: str | None, timeout_s: float) -> frozenset[CameraId] | None:
    """Cameras the relay at `place` (host:port) should have and cannot get; None: it is not there.

    A frozen relay accepts and says nothing: that is not there either. Waits at most `timeout_s` for
    the connection and as long again for all that is said. Raises PasswordRefused.
    """
    where = host_and_port(place)
    if where is None:
        return None
    url = f"rtsp://{place}/"
    try:
        with socket.create_connection(where, timeout_s) as connection:
            until_s = time.monotonic() + timeout_s
            answer = _asked(connection, until_s, 1, url, "")
            if answer.status == 401 and password:
                secret = digest_authorization(answer.challenge, RELAY_USER, password, _METHOD, url)
                answer = _asked(connection, until_s, 2, url, f"Authorization: {secret}\r\n")
    except (OSError, ValueError):
        return None
    if answer.status == 401:
        raise PasswordRefused(f"{place} does not take the password")
    return (away_of(answer.body) if answer.status == 200 else None) or frozenset()


def _asked(connection: socket.socket, until_s: float, number: int, url: str, more: str) -> _Answer:
    """Raises OSError, and ValueError for what is no whole RTSP answer."""
    connection.sendall(f"{_METHOD} {url} RTSP/1.0\r\nCSeq: {number}\r\n{more}\r\n".encode())
    got = bytearray()
    while (end := got.find(b"\r\n\r\n")) < 0:
        if len(got) > _HEAD_MOST:
            raise ValueError("no answer of a relay")
        _receive(connection, got, until_s)
    first, *lines = got[:end].decode("utf-8", "replace").split("\r\n")
    version, status, *_ = first.split(" ")
    if not version.startswith("RTSP/1."):
        raise ValueError(f"{version!r} is not RTSP/1.x")
    parts = [line.partition(":") for line in lines]
    headers = {name.lower(): value.strip() for name, _, value in parts}
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= _BODY_MOST:
        raise ValueError(f"{length} bytes are no answer of a relay")
    whole = end + 4 + length
    while len(got) < whole:
        _receive(connection, got, until_s)
    body = got[end + 4 : whole].decode("utf-8", "replace")
    return _Answer(int(status), headers.get("www-authenticate", ""), body)


def _receive(connection: socket.socket, got: bytearray, until_s: float) -> None:
    """Waits for more until the moment `until_s` (monotonic)."""
    left_s = until_s - time.monotonic()
    if left_s <= 0:
        raise TimeoutError("the relay did not say all of it in time")
    connection.settimeout(left_s)
    piece = connection.recv(1 << 16)
    if not piece:
        raise ValueError("the answer ended early")
    got += piece
