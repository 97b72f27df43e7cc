"""Asking another relay what it lacks: RTSP GET_PARAMETER (RFC 2326 §10.8) at its root, with digest.

The answer is `away: ID,ID`, ids quoted as in an address. Any RTSP answer says that the relay is there;
one that does not know the question (an older one, another password) lacks nothing as far as is known.
Hostile answers end in "not there".
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import BinaryIO, Final, NamedTuple
from urllib.parse import quote, unquote

from config.host_port import host_and_port
from config.site import CameraId
from ingest.cameras.rtsp_auth import digest_authorization
from ingest.relay.address import RELAY_USER

_METHOD: Final = "GET_PARAMETER"
_NAME: Final = "away"
_LINE_MOST: Final = 4096
_LINES_MOST: Final = 32
#: Ten thousand cameras.
_BODY_MOST: Final = 1 << 20


class _Answer(NamedTuple):
    status: int
    challenge: str
    body: str


def away_text(camera_ids: Iterable[CameraId]) -> str:
    """What a relay answers that has no picture of these cameras."""
    return f"{_NAME}: {','.join(quote(each, safe='') for each in sorted(camera_ids))}\r\n"


def away_at(place: str, password: str | None, timeout_s: float) -> frozenset[CameraId] | None:
    """Cameras the relay at `place` (host:port) should have and cannot get; None: it is not there.

    A frozen relay accepts and says nothing: that is not there either. Waits at most `timeout_s` for
    the connection and for each of two answers.
    """
    where = host_and_port(place)
    if where is None:
        return None
    url = f"rtsp://{place}/"
    try:
        with socket.create_connection(where, timeout_s) as connection:
            connection.settimeout(timeout_s)
            with connection.makefile("rb") as lines:
                answer = _asked(connection, lines, url, "")
                if answer.status == 401 and password:
                    secret = digest_authorization(
                        answer.challenge, RELAY_USER, password, _METHOD, url
                    )
                    answer = _asked(connection, lines, url, f"Authorization: {secret}\r\n")
    except (OSError, ValueError):
        return None
    name, _, value = answer.body.strip().partition(":")
    if answer.status != 200 or name != _NAME:
        return frozenset()
    return frozenset(CameraId(unquote(each)) for each in value.strip().split(",") if each)


def _asked(connection: socket.socket, lines: BinaryIO, url: str, more: str) -> _Answer:
    """Raises OSError, and ValueError for what is no RTSP answer."""
    connection.sendall(f"{_METHOD} {url} RTSP/1.0\r\nCSeq: 1\r\n{more}\r\n".encode())
    version, status, *_ = lines.readline(_LINE_MOST).decode("utf-8", "replace").split(" ")
    if not version.startswith("RTSP/1."):
        raise ValueError(f"{version!r} is not RTSP/1.x")
    headers: dict[str, str] = {}
    for _ in range(_LINES_MOST):
        line = lines.readline(_LINE_MOST).decode("utf-8", "replace").strip()
        if not line:
            break
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= _BODY_MOST:
        raise ValueError(f"{length} bytes are no answer of a relay")
    body = lines.read(length).decode("utf-8", "replace")
    return _Answer(int(status), headers.get("www-authenticate", ""), body)
