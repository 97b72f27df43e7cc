"""ReplayTape: a camera's last minute as pictures in the order they are shown. Pure.

Decides which picture belongs to a moment, which comes before and after, where the stream had a
gap, and from which packet a picture can be decoded. Knows no decoder, no clock, no thread.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.cameras.packet_history import PacketSegment
from ingest.cameras.packets import KEPT_BYTES, CompressedPacket

#: More than this between two pictures is a gap: nothing was received.
GAP_NS = 2_000_000_000
#: A tape that follows its live stream for long loses its beginning above this.
TAPE_BYTES = 2 * KEPT_BYTES


@dataclass(frozen=True, slots=True)
class TapePicture:
    """One picture of the tape: its connection, its time there, and when it was received."""

    session: int
    pts_ns: int
    dts_ns: int
    mono_ns: int
    utc_ns: int


class ReplayTape:
    """Immutable. `pictures` in the order of showing; their `mono_ns` never go back."""

    def __init__(self, segments: Sequence[PacketSegment]) -> None:
        self._segments = tuple(segments)
        self._by_session = {segment.session: segment for segment in self._segments}
        self.pictures = tuple(
            picture for segment in self._segments for picture in _pictures(segment)
        )
        self._times_ns = [picture.mono_ns for picture in self.pictures]
        pairs = zip(self._times_ns, self._times_ns[1:], strict=False)
        #: Spans (from, to) in which nothing was received.
        self.gaps = tuple((a, b) for a, b in pairs if b - a > GAP_NS)

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def from_mono_ns(self) -> int:
        return self._times_ns[0] if self._times_ns else 0

    @property
    def to_mono_ns(self) -> int:
        return self._times_ns[-1] if self._times_ns else 0

    def at(self, mono_ns: int) -> int:
        """Index of the newest picture not after a moment; the first one before all of them."""
        return max(0, bisect.bisect_right(self._times_ns, mono_ns) - 1)

    def segment_of(self, picture: TapePicture) -> PacketSegment:
        return self._by_session[picture.session]

    def packets_to(
        self, picture: TapePicture, fed: tuple[int, int] | None, reorder: int
    ) -> tuple[list[CompressedPacket], bool]:
        """What must be decoded to get a picture.

        Args:
            fed: session and dts of the packet a decoder took last; None for a new decoder.
            reorder: packets after the picture's own that may be needed to push it out.

        Returns:
            The packets, and whether the decoder goes on (False: it begins anew at a key frame).
        """
        packets = self.segment_of(picture).packets
        own = bisect.bisect_left(packets, picture.dts_ns, key=lambda packet: packet.dts_ns)
        key = next((at for at in range(own, -1, -1) if packets[at].is_key), 0)
        if fed is not None and fed[0] == picture.session:
            after = bisect.bisect_right(packets, fed[1], key=lambda packet: packet.dts_ns)
            if key <= after <= own + 1:
                return list(packets[after : own + 1 + reorder]), True
        return list(packets[key : own + 1 + reorder]), False

    def extended(self, segments: Sequence[PacketSegment]) -> ReplayTape:
        """This tape and what came since; `segments` as the history gives them now."""
        merged = list(self._segments)
        for segment in segments:
            known = next((at for at, s in enumerate(merged) if s.session == segment.session), None)
            if known is None:
                if not merged or segment.from_mono_ns > merged[-1].to_mono_ns:
                    merged.append(segment)
                continue
            last_ns = merged[known].packets[-1].dts_ns
            fresh = tuple(packet for packet in segment.packets if packet.dts_ns > last_ns)
            if fresh:
                merged[known] = replace(merged[known], packets=merged[known].packets + fresh)
        return ReplayTape(_bounded(merged))


def _bounded(segments: list[PacketSegment]) -> list[PacketSegment]:
    """Without the oldest groups of pictures while it is too many bytes."""
    spare = sum(segment.byte_count for segment in segments) - TAPE_BYTES
    while spare > 0 and segments:
        packets = segments[0].packets
        keys = [at for at, packet in enumerate(packets) if packet.is_key]
        cut = keys[1] if len(keys) > 1 else len(packets)
        spare -= sum(len(packet.data) for packet in packets[:cut])
        rest = packets[cut:]
        segments = [replace(segments[0], packets=rest), *segments[1:]] if rest else segments[1:]
    return segments


def _pictures(segment: PacketSegment) -> list[TapePicture]:
    """The pictures of a connection by presentation time, with times of receipt that never go back."""
    latest_ns = 0
    found = []
    for packet in sorted(segment.packets, key=lambda packet: packet.pts_ns):
        latest_ns = max(latest_ns, packet.mono_ns)
        found.append(
            TapePicture(packet.session, packet.pts_ns, packet.dts_ns, latest_ns, packet.utc_ns)
        )
    return found
