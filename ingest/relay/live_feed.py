"""LiveFeed: what a camera sends right now, as a feed of the RTSP server, key frame first.

Threads: the server's loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from msgspec import structs

from ingest.cameras.packet_feed import EncodedPacket, VideoParameters

#: Pictures since the last key frame that are kept for the first viewer: 12 s at 25 a second.
KEPT_MOST: Final = 300
#: Pictures that wait for the server; then all go, up to the next key frame.
WAITING_MOST: Final = 50


class LiveFeed:
    """A `PacketFeed` without an end of its own. Packets are sent as they come, not by their times:
    a camera's clock that runs fast would otherwise be waited for, more every hour."""

    def __init__(self, parameters: VideoParameters) -> None:
        self.parameters = parameters
        self._since_key: list[EncodedPacket] = []
        self._waiting: asyncio.Queue[EncodedPacket | None] | None = None
        self._needs_key = False

    def put(self, packet: EncodedPacket) -> None:
        """One picture more. A viewer who is too slow loses whole groups of pictures."""
        packet = structs.replace(packet, dts_s=0.0)
        if packet.is_key:
            self._since_key = [packet]
        elif self._since_key and len(self._since_key) < KEPT_MOST:
            self._since_key.append(packet)
        else:
            self._since_key = []  # nothing can be begun in the middle
        waiting = self._waiting
        if waiting is None or (self._needs_key and not packet.is_key):
            return
        if waiting.full():
            while not waiting.empty():
                waiting.get_nowait()
            self._needs_key = not packet.is_key
            if self._needs_key:
                return
        self._needs_key = False
        waiting.put_nowait(packet)

    def end(self) -> None:
        """The relay lets the camera go: viewers are told by the end of the stream."""
        if self._waiting is not None:
            while not self._waiting.empty():
                self._waiting.get_nowait()
            self._waiting.put_nowait(None)

    async def packets(self) -> AsyncIterator[EncodedPacket]:
        waiting: asyncio.Queue[EncodedPacket | None] = asyncio.Queue(WAITING_MOST)
        kept, self._waiting = list(self._since_key), waiting
        self._needs_key = not kept
        try:
            for packet in kept:
                yield packet
            while (following := await waiting.get()) is not None:
                yield following
        finally:
            if self._waiting is waiting:
                self._waiting = None
