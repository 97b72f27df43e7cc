"""RtspSession: one client's connection to our RTSP server: requests in, answers and media out.

Decides which requests pass and when a slow client loses pictures (never its connection).
Runs in the server's asyncio loop; hostile input ends this connection and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

from ingest.cameras.sdp import TRACK, describe

if TYPE_CHECKING:
    from ingest.cameras.rtsp_out import Mount, RtspServer

log = logging.getLogger(__name__)

#: No request of ours is longer; more without an end is an attack or another protocol.
_MAX_REQUEST_BYTES: Final = 16_384
#: Above this many unsent bytes a client waits for the next key frame.
_MAX_UNSENT_BYTES: Final = 4 << 20
_SESSION_TIMEOUT_S: Final = 60
_METHODS: Final = "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER"
_REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    453: "Not Enough Bandwidth",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    461: "Unsupported Transport",
    503: "Service Unavailable",
}


class _Request:
    """Method, mount path and header lines of one request."""

    def __init__(self, head: bytes) -> None:
        """Raises ValueError when `head` is no RTSP request."""
        lines = head.decode("utf-8", "replace").split("\r\n")
        self.method, url, version = lines[0].split(" ")
        if not version.startswith("RTSP/1."):
            raise ValueError(f"{version!r} is not RTSP/1.x")
        self.url = url
        path = urlsplit(url).path.strip("/")
        self.path = path.removesuffix(TRACK).strip("/")
        self.headers: dict[str, str] = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if colon:
                self.headers[name.strip().lower()] = value.strip()


class RtspSession(asyncio.Protocol):
    """One connection. Created by the server for each client."""

    def __init__(self, server: RtspServer) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._id = secrets.token_hex(8)
        self._mount: Mount | None = None
        self._channel = 0
        self._is_set_up = False
        self._awaits_key = True
        self.skipped_count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._server.opened(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.closed(self)
        if self._mount is not None:
            self._mount.leave(self)

    def begin_anywhere(self) -> None:
        """The next picture is sent, key frame or not."""
        self._awaits_key = False

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._take_one():
            pass
        if len(self._buffer) > _MAX_REQUEST_BYTES + 65_540:
            self.close()

    def send_media(
        self, rtp_packets: list[bytes], blobs: dict[int, bytes], *, is_key: bool
    ) -> None:
        """Sends one picture. `blobs` keeps the bytes made for a channel for the next client."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if self._awaits_key and not is_key:
            return
        if transport.get_write_buffer_size() > _MAX_UNSENT_BYTES:
            self._awaits_key = True
            self.skipped_count += 1
            return
        self._awaits_key = False
        blob = blobs.get(self._channel)
        if blob is None:
            blob = b"".join(_interleaved(self._channel, packet) for packet in rtp_packets)
            blobs[self._channel] = blob
        transport.write(blob)

    def send_report(self, report: bytes) -> None:
        if self._transport is not None and not self._awaits_key:
            self._transport.write(_interleaved(self._channel + 1, report))

    def _take_one(self) -> bool:
        """Handles one request or one interleaved packet from the buffer, if one is whole."""
        buffer = self._buffer
        if not buffer:
            return False
        if buffer[0] == 0x24:  # '$': a receiver report
            if len(buffer) < 4:
                return False
            size = 4 + int.from_bytes(buffer[2:4], "big")
            if len(buffer) < size:
                return False
            del buffer[:size]
            return True
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(buffer) > _MAX_REQUEST_BYTES:
                self.close()
            return False
        return self._take_request(end)

    def _take_request(self, end: int) -> bool:
        try:
            request = _Request(bytes(self._buffer[:end]).lstrip(b"\r\n"))
            body_bytes = int(request.headers.get("content-length", "0"))
        except ValueError as error:
            log.debug("a client sent no RTSP: %s", error)
            self.close()
            return False
        total = end + 4 + body_bytes
        if not 0 <= body_bytes <= _MAX_REQUEST_BYTES or len(self._buffer) < total:
            return False
        del self._buffer[:total]
        self._handle(request)
        return True

    def _handle(self, request: _Request) -> None:
        mount = self._server.mounts.get(request.path)
        if self._server.is_silent or (mount is not None and mount.faults.is_silent):
            return
        if request.method == "OPTIONS":
            self._answer(request, 200, Public=_METHODS)
            return
        gate = self._server.gate
        if gate is not None and not gate.admits(
            request.method, request.headers.get("authorization")
        ):
            self._answer(request, 401, WWW_Authenticate=gate.challenge())
            return
        parameters = self._server.parameters
        if request.method == "GET_PARAMETER" and not request.path and parameters is not None:
            self._answer(request, 200, parameters(), Content_Type="text/parameters")
            return
        if mount is None or mount.faults.is_dropped:
            self._answer(request, 404)
            return
        handlers = {
            "DESCRIBE": self._describe,
            "SETUP": self._set_up,
            "PLAY": self._play,
            "PAUSE": self._pause,
            "TEARDOWN": self._tear_down,
        }
        if request.method in ("GET_PARAMETER", "SET_PARAMETER"):
            self._answer(request, 200, Session=self._id)
        elif request.method in handlers:
            handlers[request.method](request, mount)
        else:
            self._answer(request, 405)

    def _describe(self, request: _Request, mount: Mount) -> None:
        mount.attempt_count += 1
        self._answer(
            request,
            200,
            describe(mount.feed.parameters),
            Content_Base=request.url.rstrip("/") + "/",
            Content_Type="application/sdp",
        )

    def _set_up(self, request: _Request, mount: Mount) -> None:
        transport = request.headers.get("transport", "")
        offers = [offer for offer in transport.split(",") if "RTP/AVP/TCP" in offer]
        if not offers:
            self._answer(request, 461)
            return
        if mount.is_full and mount.faults.limit_status:
            self._answer(request, mount.faults.limit_status)
            return
        fields = dict(field.strip().partition("=")[::2] for field in offers[0].split(";"))
        try:
            self._channel = int(fields.get("interleaved", "0-1").split("-")[0]) & 0xFE
        except ValueError:
            self._answer(request, 400)
            return
        self._mount = mount
        self._is_set_up = True
        self._answer(
            request,
            200,
            Transport=f"RTP/AVP/TCP;unicast;interleaved={self._channel}-{self._channel + 1}",
            Session=f"{self._id};timeout={_SESSION_TIMEOUT_S}",
        )

    def _play(self, request: _Request, mount: Mount) -> None:
        if not self._is_set_up:
            self._answer(request, 455)
            return
        is_refused = mount.is_full and self not in mount.players
        if is_refused and mount.faults.limit_status:
            self._answer(request, mount.faults.limit_status)
            return
        self._answer(request, 200, Session=self._id, Range="npt=now-")
        if is_refused:
            assert self._transport is not None
            self._transport.close()
            return
        self._awaits_key = True
        mount.connection_count += 1
        mount.join(self)

    def _pause(self, request: _Request, mount: Mount) -> None:
        mount.leave(self)
        self._answer(request, 200, Session=self._id)

    def _tear_down(self, request: _Request, mount: Mount) -> None:
        mount.leave(self)
        self._is_set_up = False
        self._answer(request, 200, Session=self._id)

    def _answer(self, request: _Request, status: int, body: str = "", **headers: str) -> None:
        lines = [f"RTSP/1.0 {status} {_REASONS[status]}", f"CSeq: {request.headers.get('cseq', 0)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        content = body.encode()
        if content:
            lines.append(f"Content-Length: {len(content)}")
        if self._transport is not None:
            self._transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + content)


def _interleaved(channel: int, packet: bytes) -> bytes:
    """RFC 2326 §10.12."""
    return b"$" + bytes([channel]) + len(packet).to_bytes(2, "big") + packet
