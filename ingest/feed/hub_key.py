"""HubKeyWatch: a new key of the hub is proved from the next second on, the old one until its time ends.

`gridwall keys rotate` writes both into keys/hub.toml. Nobody is disconnected by a new key; when the
old one's time is over everybody connects anew, and who only knows the old key stays outside. Runs
in the hub's socket thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from ingest.errors import Misconfigured
from ingest.feed.access import Access, domain_of
from ingest.feed.keys import HUB_FILE, HubKeys, hub_key_pairs
from ingest.feed.sockets import Endpoint, Sockets
from ingest.feed.work import Target

log = logging.getLogger(__name__)


class HubKeyWatch:
    """Threads: the socket thread's, but `told` may be read by any."""

    def __init__(
        self,
        folder: Path,
        sockets: Sockets,
        ends: Mapping[Target, Endpoint],
        access: Access,
        utc_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """`ends` are bound with the newest key alone."""
        self._file = folder / HUB_FILE
        self._folder = folder
        self._sockets = sockets
        self._ends = ends
        self._utc_ns = utc_ns
        self._stamp = self._file_stamp()
        self._keys = hub_key_pairs(folder)
        self._access = access
        access.hub_public_key = self._keys.current.public_key
        self._has_previous = self._open_previous(self._keys)

    @property
    def told(self) -> dict[str, str | None]:
        """For `hello`: which key to know, and until when the one before is proved, too."""
        until = self._keys.previous_until_utc if self._has_previous else None
        return {"public_key": self._keys.current.public_key, "previous_until_utc": until}

    def look(self) -> None:
        """Once a second: a changed file, an old key whose time is over."""
        stamp = self._file_stamp()
        if stamp != self._stamp:
            self._stamp = stamp
            self._adopt()
        elif self._has_previous and not self._keys.has_previous(self._utc_ns()):
            self._listen_with_current()
            log.info("the hub's previous key is over: it opens nothing any more")

    def _adopt(self) -> None:
        try:
            keys = hub_key_pairs(self._folder)
        except Misconfigured as error:
            log.error("%s; the hub goes on with the key it has", error)
            return
        was, self._keys = self._keys, keys
        self._access.hub_public_key = keys.current.public_key
        if keys.current == was.current:
            return
        if keys.previous is not None and keys.previous == was.current and not self._has_previous:
            for target, end in self._ends.items():  # the old listener stays, a new one comes beside
                self._sockets.listen_also(end, keys.current, domain_of(target, keys.current))
            self._has_previous = True
        else:  # a second change before the first was over: two keys, not three
            self._listen_with_current()
        log.info("the hub has a new key; the one before holds until %s", keys.previous_until_utc)

    def _listen_with_current(self) -> None:
        """Everybody connects anew."""
        current = self._keys.current
        for target, end in self._ends.items():
            self._sockets.listen_anew(end, current, domain_of(target, current))
        self._has_previous = self._open_previous(self._keys)

    def _open_previous(self, keys: HubKeys) -> bool:
        if keys.previous is None or not keys.has_previous(self._utc_ns()):
            return False
        for target, end in self._ends.items():
            self._sockets.listen_also(end, keys.previous, domain_of(target, keys.previous))
        return True

    def _file_stamp(self) -> tuple[int, int]:
        try:
            status = self._file.stat()
        except OSError:
            return (0, 0)
        return (status.st_ino, status.st_mtime_ns)
