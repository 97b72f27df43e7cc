"""WaitingPackets: live pictures on their way to the RTSP server; who reads too slowly loses whole groups."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from ingest.cameras.packet_feed import EncodedPacket


class WaitingPackets:
    """A bounded queue for one reader at a time. Full: all that waits goes, up to the next key frame.

    Threads: the event loop's.
    """

    def __init__(self, most_count: int) -> None:
        self._most_count = most_count
        self._queue: asyncio.Queue[EncodedPacket | None] | None = None
        self._needs_key = True

    @property
    def is_read(self) -> bool:
        return self._queue is not None

    @property
    def needs_key(self) -> bool:
        """The next picture must be one that decoding can begin with."""
        return self._needs_key

    def put(self, packet: EncodedPacket) -> None:
        """One picture more; dropped while nobody reads or before a needed key frame."""
        queue = self._queue
        if queue is None or (self._needs_key and not packet.is_key):
            return
        if queue.full():
            _empty(queue)
            self._needs_key = not packet.is_key
            if self._needs_key:
                return
        self._needs_key = False
        queue.put_nowait(packet)

    def end(self) -> None:
        """The reader is told that nothing more comes."""
        if self._queue is not None:
            _empty(self._queue)
            self._queue.put_nowait(None)

    async def read(self, first: Sequence[EncodedPacket] = ()) -> AsyncIterator[EncodedPacket]:
        """What is put from now on, after `first`, which begins with a key frame if it is not empty."""
        queue: asyncio.Queue[EncodedPacket | None] = asyncio.Queue(self._most_count)
        self._queue, self._needs_key = queue, not first
        try:
            for packet in first:
                yield packet
            while (following := await queue.get()) is not None:
                yield following
        finally:
            if self._queue is queue:
                self._queue = None


def _empty(queue: asyncio.Queue[EncodedPacket | None]) -> None:
    while not queue.empty():
        queue.get_nowait()
