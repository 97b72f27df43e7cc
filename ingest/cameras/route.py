"""Route: the addresses under which one stream is to be had, and which of them is asked now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit


class Route:
    """A camera has one address, a relayed one that of every relay, best first.

    After a loss the next is asked: who lost a relay does not know whether it is gone or only gave the
    camera back. All are asked in one go before anybody waits. Threads: one; `place` from any.
    """

    def __init__(self, url: str, relay_urls: Sequence[str] = ()) -> None:
        """`relay_urls`: empty for a camera that is asked itself, at `url`."""
        self._urls = tuple(relay_urls) or (url,)
        self._is_relayed = bool(relay_urls)
        self._at = 0
        self._lost_count = 0

    @property
    def url(self) -> str:
        return self._urls[self._at]

    @property
    def place(self) -> str:
        """host:port of the relay that is asked; empty: the camera itself."""
        return urlsplit(self.url).netloc.rpartition("@")[2] if self._is_relayed else ""

    def lost(self) -> bool:
        """The stream ended or could not be opened there; True every time each address had its turn."""
        self._at = (self._at + 1) % len(self._urls)
        self._lost_count = (self._lost_count + 1) % len(self._urls)
        return self._lost_count == 0
