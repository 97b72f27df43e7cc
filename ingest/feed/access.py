"""Access: answers libzmq's question who may connect (ZAP, RFC 27), and who a caller is.

Runs in the hub's socket thread. Keys are read again when the folder changes, so a new key works
and a removed one stops working without a restart.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from ingest.errors import Misconfigured
from ingest.feed.keys import AUTHORIZED, IMPLIED, Authorized, authorized_keys
from ingest.feed.participant import Caller
from ingest.feed.sockets import Endpoint, Message, z85_text
from ingest.feed.work import Counts, Target

log = logging.getLogger(__name__)

ZAP_ADDRESS = "inproc://zeromq.zap.01"
#: Which roles may connect to which socket.
MAY_CONNECT = {
    Target.INTAKE.value: frozenset({"publisher", "operator"}),
    Target.FEED.value: frozenset({"reader", "operator"}),
    Target.QUERY.value: frozenset({"publisher", "reader", "operator"}),
}
NOBODY = Caller("unknown", frozenset())


class Access:
    """Authorised keys of a folder. Threads: the hub's socket thread."""

    def __init__(self, folder: Path, counts: Counts) -> None:
        self._folder = folder
        self._counts = counts
        self._stamp: tuple[int, ...] = ()
        self._keys: dict[str, Authorized] = {}

    def caller_of(self, message: Message) -> Caller:
        """Who sent a message, by the key the connection proved."""
        entry = self._known().get(message.user_id or "")
        return NOBODY if entry is None else Caller(entry.name, IMPLIED[entry.role])

    def handler(self, zap: Endpoint) -> Callable[[], None]:
        """What answers the ZAP socket."""

        def answer_all() -> None:
            while (message := zap.receive()) is not None:
                zap.send(self._answer(message.frames))

        return answer_all

    def _answer(self, frames: list[bytes]) -> list[bytes]:
        """ZAP reply: version, request id, status, text, user id, metadata."""
        request_id = frames[1] if len(frames) > 1 else b""
        domain = frames[2].decode(errors="replace") if len(frames) > 2 else ""
        if len(frames) == 7 and frames[5] == b"CURVE" and len(frames[6]) == 32:
            public = z85_text(frames[6])
            entry = self._known().get(public)
            if entry is not None and IMPLIED[entry.role] & MAY_CONNECT.get(domain, frozenset()):
                return [b"1.0", request_id, b"200", b"OK", public.encode(), b""]
        self._counts.add("gridwall_connections_refused_total", domain)
        log.info("a connection to %s was refused: its key is not authorised for it", domain)
        return [b"1.0", request_id, b"400", b"key not authorised", b"", b""]

    def _known(self) -> dict[str, Authorized]:
        stamp = self._folder_stamp()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._keys = authorized_keys(self._folder)
            except Misconfigured as error:
                log.error("%s; the keys read before stay in force", error)
        return self._keys

    def _folder_stamp(self) -> tuple[int, ...]:
        try:
            status = (self._folder / AUTHORIZED).stat()
        except FileNotFoundError:
            return (0,)
        return (status.st_mtime_ns, status.st_ino)
