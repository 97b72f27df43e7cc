"""LiveFeed: what a camera sends right now, as a feed of the RTSP server, key frame first.

Threads: the server's loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from msgspec import structs

from ingest.cameras.packet_feed import EncodedPacket, VideoParameters
from ingest.cameras.waiting_packets import WaitingPackets

#: Pictures since the last key frame that are kept for the first viewer: 12 s at 25 a second.
KEPT_MOST: Final = 300
#: Pictures that wait for the server.
WAITING_MOST: Final = 50


class LiveFeed:
    """A `PacketFeed` without an end of its own. Packets are sent as they come, not by their times:
    a camera's clock that runs fast would otherwise be waited for, more every hour."""

    def __init__(self, parameters: VideoParameters) -> None:
        self.parameters = parameters
        self._since_key: list[EncodedPacket] = []
        self._waiting = WaitingPackets(WAITING_MOST)

    def put(self, packet: EncodedPacket) -> None:
        """One picture more. A viewer who is too slow loses whole groups of pictures."""
        packet = structs.replace(packet, dts_s=0.0)
        if packet.is_key:
            self._since_key = [packet]
        elif self._since_key and len(self._since_key) < KEPT_MOST:
            self._since_key.append(packet)
        else:
            self._since_key = []  # nothing can be begun in the middle
        self._waiting.put(packet)

    def end(self) -> None:
        """The relay lets the camera go: viewers are told by the end of the stream."""
        self._waiting.end()

    def packets(self) -> AsyncIterator[EncodedPacket]:
        return self._waiting.read(tuple(self._since_key))
