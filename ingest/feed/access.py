"""Access: answers libzmq's question who may connect (ZAP, RFC 27), and who a caller is.

Runs in the hub's socket thread. Keys are read again when the folder changes, so a new key works
and a removed one stops working without a restart.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

from ingest.errors import Misconfigured
from ingest.feed.keys import AUTHORIZED, IMPLIED, Authorized, authorized_keys
from ingest.feed.participant import Caller
from ingest.feed.sockets import CurveServer, Endpoint, Message, z85_text
from ingest.feed.work import Counts, Target

log = logging.getLogger(__name__)

ZAP_ADDRESS = "inproc://zeromq.zap.01"
#: Which roles may connect to which socket.
MAY_CONNECT = {
    Target.INTAKE.value: frozenset({"publisher", "operator"}),
    Target.FEED.value: frozenset({"reader", "operator"}),
    Target.QUERY.value: frozenset({"publisher", "reader", "operator"}),
}
_Stamp = tuple[tuple[int, int, int], ...]
#: Its files are looked at this often: a message a tenth of a millisecond must not cost a listing.
LOOK_S = 0.2
#: Between a socket's name and the hub key of the listener, in a ZAP domain.
KEY_MARK = "#"
NOBODY = Caller("unknown", frozenset())


def domain_of(target: Target, curve: CurveServer) -> str:
    """What a listener tells ZAP of itself: the socket, and with which of the hub's keys."""
    return f"{target.value}{KEY_MARK}{curve.public_key}"


class Access:
    """Authorised keys of a folder. Threads: the hub's socket thread."""

    def __init__(
        self, folder: Path, counts: Counts, utc_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._folder = folder
        self._utc_ns = utc_ns
        self._counts = counts
        self._stamp: _Stamp = ((-1, 0, 0),)
        self._keys: dict[str, Authorized] = {}
        self._files: _Stamp = ()
        self._next_look_s = 0.0
        #: The hub's newest key: who connects with the one before is named in the log and counted.
        self.hub_public_key = ""

    def caller_of(self, message: Message) -> Caller:
        """Who sent a message, by the key the connection proved."""
        entry = self._entry(message.user_id or "")
        return NOBODY if entry is None else Caller(entry.name, IMPLIED[entry.role])

    def _entry(self, public_key: str) -> Authorized | None:
        """Whose key it is, while it counts: removed, replaced or ended it does not."""
        entry = self._known().get(public_key)
        return None if entry is None or entry.is_over(self._utc_ns()) else entry

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
        domain, _, hub_key = domain.partition(KEY_MARK)
        if len(frames) == 7 and frames[5] == b"CURVE" and len(frames[6]) == 32:
            public = z85_text(frames[6])
            self._next_look_s = 0.0  # a connection is rare, and a refused one is not tried again
            entry = self._entry(public)
            if entry is not None and IMPLIED[entry.role] & MAY_CONNECT.get(domain, frozenset()):
                if hub_key and hub_key != self.hub_public_key:
                    self._counts.add("gridwall_previous_hub_key_total", entry.name)
                    log.info("%s connected with the hub's previous key", entry.name)
                return [b"1.0", request_id, b"200", b"OK", public.encode(), b""]
        why = f"a connection to {domain}: its key is not authorised for it"
        self._counts.refuse("gridwall_connections_refused_total", domain, why)
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

    def _folder_stamp(self) -> _Stamp:
        """Of every file: a key that is replaced in place leaves the folder's own time as it was."""
        folder = self._folder / AUTHORIZED
        try:
            status = folder.stat()
            now_s = time.monotonic()
            if now_s >= self._next_look_s:
                self._next_look_s = now_s + LOOK_S
                files = [entry.stat() for entry in os.scandir(folder)]
                self._files = tuple(sorted((f.st_ino, f.st_mtime_ns, f.st_size) for f in files))
        except FileNotFoundError:
            return ()
        return ((status.st_ino, status.st_mtime_ns, 0), *self._files)
