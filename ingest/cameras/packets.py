"""PacketRing: the last seconds of a camera's compressed packets, for clips and instant pictures.

Bounded in time and bytes; the oldest leave first. Holds copies: nothing of the library lives here.
"""

from __future__ import annotations

import itertools
import threading
from collections import deque
from dataclasses import dataclass
from typing import Final

from ingest.cameras.stream_info import StreamInfo

#: Instant replay; pre-roll of evidence (10 s), a rule's limit and a 10 s key-frame interval fit.
KEPT_S: Final = 60.0
#: 60 s of a 4 Mbit/s stream and some; 64 cameras stay within 2 GB at worst.
KEPT_BYTES: Final = 32 << 20

#: Numbers of connections, unique in a process: packets of two never mix, whoever keeps them.
SESSION_NUMBERS: Final = itertools.count(1)


@dataclass(frozen=True, slots=True)
class CompressedPacket:
    """One access unit as it came.

    Attributes:
        dts_ns, pts_ns: continuous media time (see TimestampChecker).
        mono_ns, utc_ns: when it was received.
        session: number of the connection it came through; units of two never mix.
        is_damaged: something before it was lost on the way.
    """

    data: bytes
    dts_ns: int
    pts_ns: int
    is_key: bool
    mono_ns: int
    utc_ns: int
    session: int
    is_damaged: bool = False


class PacketRing:
    """Threads: one writer, any readers."""

    def __init__(self, kept_s: float = KEPT_S, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_ns = round(kept_s * 1e9)
        self._kept_bytes = kept_bytes
        self._packets: deque[CompressedPacket] = deque()
        self._byte_count = 0
        self._infos: dict[int, StreamInfo] = {}
        self._lock = threading.Lock()

    @property
    def byte_count(self) -> int:
        return self._byte_count

    @property
    def newest_mono_ns(self) -> int:
        """When the last packet came; 0 while there is none."""
        with self._lock:
            return self._packets[-1].mono_ns if self._packets else 0

    def describe(self, session: int, info: StreamInfo) -> None:
        """What the packets of a connection carry; told before the first of them."""
        with self._lock:
            kept = {packet.session for packet in self._packets}
            self._infos = {number: known for number, known in self._infos.items() if number in kept}
            self._infos[session] = info

    def snapshot(self) -> tuple[dict[int, StreamInfo], list[CompressedPacket]]:
        """What is known of each connection, and all packets, oldest first."""
        with self._lock:
            return dict(self._infos), list(self._packets)

    def append(self, packet: CompressedPacket) -> None:
        """Keeps `packet`; drops what is too old or too much."""
        with self._lock:
            self._packets.append(packet)
            self._byte_count += len(packet.data)
            oldest_ns = packet.mono_ns - self._kept_ns
            while self._byte_count > self._kept_bytes or self._packets[0].mono_ns < oldest_ns:
                self._byte_count -= len(self._packets.popleft().data)
                if not self._packets:
                    return

    def since_last_key(self, session: int) -> list[CompressedPacket]:
        """What decodes to the newest picture of `session`: its last key frame and all after it."""
        tail: list[CompressedPacket] = []
        with self._lock:
            for packet in reversed(self._packets):
                if packet.session != session:
                    break
                tail.append(packet)
                if packet.is_key:
                    return tail[::-1]
        return []

    def between(self, from_mono_ns: int, to_mono_ns: int) -> list[CompressedPacket]:
        """Packets received in the span, begun at the key frame before it, of one session.

        Of several sessions the one with most packets in the span. Empty when there is no key frame.
        """
        with self._lock:
            packets = [packet for packet in self._packets if packet.mono_ns <= to_mono_ns]
        inside: dict[int, int] = {}
        for packet in packets:
            if packet.mono_ns >= from_mono_ns:
                inside[packet.session] = inside.get(packet.session, 0) + 1
        if not inside:
            return []
        session = max(inside, key=lambda number: (inside[number], number))
        mine = [packet for packet in packets if packet.session == session]
        keys = [at for at, packet in enumerate(mine) if packet.is_key]
        before = [at for at in keys if mine[at].mono_ns <= from_mono_ns]
        if not keys:
            return []
        return mine[before[-1] if before else keys[0] :]
