"""PhoneFeed: what a phone sends, as a mount of the RTSP server; nothing is encoded for nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from ingest.cameras.packet_feed import EncodedPacket, VideoParameters

#: Pictures that wait for the server: two seconds; then the oldest go, up to the next key frame.
WAITING_MOST: Final = 30


class PhoneFeed:
    """A `PacketFeed`. Threads: the event loop's."""

    def __init__(self, parameters: VideoParameters) -> None:
        self.parameters = parameters
        self._waiting: asyncio.Queue[EncodedPacket | None] | None = None
        self._needs_key = True

    @property
    def is_watched(self) -> bool:
        return self._waiting is not None

    @property
    def needs_key(self) -> bool:
        """The next picture must be one that decoding can begin with."""
        return self._needs_key

    def put(self, packet: EncodedPacket) -> None:
        """One picture more; dropped while nobody watches or before a needed key frame."""
        if self._waiting is None or (self._needs_key and not packet.is_key):
            return
        self._needs_key = False
        if self._waiting.full():
            self._empty()
            self._needs_key = not packet.is_key
            if self._needs_key:
                return
        self._waiting.put_nowait(packet)

    def end(self) -> None:
        """The phone is gone: the players are told by the end of the stream."""
        if self._waiting is not None:
            self._empty()
            self._waiting.put_nowait(None)

    def _empty(self) -> None:
        assert self._waiting is not None
        while not self._waiting.empty():
            self._waiting.get_nowait()

    async def packets(self) -> AsyncIterator[EncodedPacket]:
        waiting: asyncio.Queue[EncodedPacket | None] = asyncio.Queue(WAITING_MOST)
        self._waiting, self._needs_key = waiting, True
        try:
            while (packet := await waiting.get()) is not None:
                yield packet
        finally:
            if self._waiting is waiting:
                self._waiting = None
