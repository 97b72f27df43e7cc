"""PhoneFeed: what a phone sends, as a mount of the RTSP server; nothing is encoded for nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from ingest.cameras.packet_feed import EncodedPacket, VideoParameters
from ingest.cameras.waiting_packets import WaitingPackets

#: Pictures that wait for the server: two seconds.
WAITING_MOST: Final = 30


class PhoneFeed:
    """A `PacketFeed`. Threads: the event loop's."""

    def __init__(self, parameters: VideoParameters) -> None:
        self.parameters = parameters
        self._waiting = WaitingPackets(WAITING_MOST)

    @property
    def is_watched(self) -> bool:
        return self._waiting.is_read

    @property
    def needs_key(self) -> bool:
        """The next picture must be one that decoding can begin with."""
        return self._waiting.needs_key

    def put(self, packet: EncodedPacket) -> None:
        """One picture more; dropped while nobody watches or before a needed key frame."""
        self._waiting.put(packet)

    def end(self) -> None:
        """The phone is gone: the players are told by the end of the stream."""
        self._waiting.end()

    def packets(self) -> AsyncIterator[EncodedPacket]:
        return self._waiting.read()
