"""PacketHistory: what one camera sent in the last minute, over reconnects and changes of stream.

A camera's runs come and go (sub-stream, main stream); each has a PacketRing. The history keeps the
rings of runs that were left until they are too old or too many bytes, and gives everything as
segments that decode on their own. Called by the group's thread; `segments` from any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.cameras.packets import KEPT_BYTES, KEPT_S, CompressedPacket, PacketRing
from ingest.cameras.stream_info import StreamInfo


@dataclass(frozen=True, slots=True)
class PacketSegment:
    """Packets of one connection, the first a key frame, in decoding order, with what they carry."""

    info: StreamInfo
    packets: tuple[CompressedPacket, ...]

    @property
    def session(self) -> int:
        return self.packets[0].session

    @property
    def from_mono_ns(self) -> int:
        return self.packets[0].mono_ns

    @property
    def to_mono_ns(self) -> int:
        return self.packets[-1].mono_ns

    @property
    def byte_count(self) -> int:
        return sum(len(packet.data) for packet in self.packets)


class PacketHistory:
    """The rings of a camera's former runs, and the one of its present run."""

    def __init__(self, kept_bytes: int = KEPT_BYTES) -> None:
        self._kept_bytes = kept_bytes
        self._former: tuple[PacketRing, ...] = ()
        self._active: PacketRing | None = None

    def use(self, ring: PacketRing) -> None:
        """From now on the camera's packets come into `ring`; the former one is kept for a while."""
        if self._active is not None and self._active is not ring:
            self._former = (*self._former, self._active)
        self._active = ring

    def trim(self, now_ns: int) -> None:
        """Gives up what is older than a minute or more than one ring's bytes in all."""
        kept = [ring for ring in self._former if ring.newest_mono_ns > now_ns - KEPT_S * 1e9]
        active = 0 if self._active is None else self._active.byte_count
        while kept and active + sum(ring.byte_count for ring in kept) > self._kept_bytes:
            kept.pop(0)
        self._former = tuple(kept)

    def segments(self) -> tuple[PacketSegment, ...]:
        """Everything that is kept, oldest first; where two streams overlap the later one counts."""
        rings = [*self._former, *([] if self._active is None else [self._active])]
        found = [segment for ring in rings for segment in ring_segments(ring)]
        found.sort(key=lambda segment: segment.from_mono_ns)
        return tuple(_without_overlap(found))


def ring_segments(ring: PacketRing) -> list[PacketSegment]:
    """A ring's packets by connection, each from its first key frame on."""
    infos, packets = ring.snapshot()
    by_session: dict[int, list[CompressedPacket]] = {}
    for packet in packets:
        listed = by_session.setdefault(packet.session, [])
        if listed or packet.is_key:
            listed.append(packet)
    return [
        PacketSegment(infos[session], tuple(listed))
        for session, listed in by_session.items()
        if listed and session in infos
    ]


def _without_overlap(segments: Sequence[PacketSegment]) -> list[PacketSegment]:
    """Each segment cut where the next one begins; what is left of nothing is left out."""
    cut: list[PacketSegment] = []
    for at, segment in enumerate(segments):
        end_ns = min((s.from_mono_ns for s in segments[at + 1 :]), default=None)
        packets = segment.packets
        if end_ns is not None and packets[-1].mono_ns >= end_ns:
            packets = tuple(packet for packet in packets if packet.mono_ns < end_ns)
        if packets:
            cut.append(replace(segment, packets=packets))
    return cut
