"""RtpPacketizer: access units into RTP packets (RFC 6184 for H.264, RFC 7798 for H.265). Pure.

One packetizer per mount: sequence numbers and synchronisation source belong to the stream, so
all clients are sent the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from ingest.cameras.nal import VideoCodec, is_parameter_set, split_annex_b, unit_type
from ingest.cameras.packet_feed import EncodedPacket

PAYLOAD_TYPE: Final = 96
CLOCK_HZ: Final = 90_000
#: Payload bytes of one packet: fits an Ethernet frame with IPv6, UDP and RTP headers.
MAX_PAYLOAD_BYTES: Final = 1400
#: Seconds between 1900 (NTP) and 1970 (RFC 5905 §6).
_NTP_OFFSET_S: Final = 2_208_988_800
_HEADER = struct.Struct(">BBHII")
_SENDER_REPORT = struct.Struct(">BBHIIIIII")


class RtpPacketizer:
    """Turns the pictures of one stream into RTP packets with going-on sequence numbers."""

    def __init__(self, codec: VideoCodec, synchronisation_source: int) -> None:
        self._codec = codec
        self._source = synchronisation_source
        self.next_sequence = 1
        self._packet_count = 0
        self._byte_count = 0

    def packets(self, packet: EncodedPacket, parameter_sets: tuple[bytes, ...]) -> list[bytes]:
        """RTP packets of one picture; parameter sets are put before a key frame that lacks them."""
        units = split_annex_b(packet.data)
        if packet.is_key and not any(is_parameter_set(self._codec, unit) for unit in units):
            units = [*parameter_sets, *units]
        payloads = [payload for unit in units for payload in self._payloads(unit)]
        timestamp = rtp_timestamp(packet.pts_s)
        last = len(payloads) - 1
        packed = []
        for index, payload in enumerate(payloads):
            kind = PAYLOAD_TYPE | (0x80 if index == last else 0)
            header = _HEADER.pack(0x80, kind, self.next_sequence, timestamp, self._source)
            self.next_sequence = (self.next_sequence + 1) & 0xFFFF
            self._byte_count += len(payload)
            packed.append(header + payload)
        self._packet_count += len(packed)
        return packed

    def sender_report(self, pts_s: float, utc_ns: int) -> bytes:
        """RTCP sender report (RFC 3550 §6.4.1): which wall-clock moment `pts_s` is."""
        seconds, nanoseconds = divmod(utc_ns, 1_000_000_000)
        return _SENDER_REPORT.pack(
            0x80,
            200,
            6,
            self._source,
            (seconds + _NTP_OFFSET_S) & 0xFFFFFFFF,
            (nanoseconds << 32) // 1_000_000_000,
            rtp_timestamp(pts_s),
            self._packet_count & 0xFFFFFFFF,
            self._byte_count & 0xFFFFFFFF,
        )

    def _payloads(self, unit: bytes) -> Iterator[bytes]:
        if len(unit) <= MAX_PAYLOAD_BYTES:
            yield unit
        elif self._codec is VideoCodec.H264:
            yield from _fragments(unit[1:], bytes([(unit[0] & 0xE0) | 28]), unit[0] & 0x1F)
        else:
            kind = unit_type(self._codec, unit)
            indicator = bytes([(unit[0] & 0x81) | (49 << 1), unit[1]])
            yield from _fragments(unit[2:], indicator, kind)


def rtp_timestamp(pts_s: float) -> int:
    """The stream's 90 kHz clock, 32 bits wide."""
    return round(pts_s * CLOCK_HZ) & 0xFFFFFFFF


def _fragments(body: bytes, indicator: bytes, kind: int) -> Iterator[bytes]:
    """FU-A (RFC 6184 §5.8) and FU (RFC 7798 §4.4.3): start and end bits before the unit's type."""
    size = MAX_PAYLOAD_BYTES - len(indicator) - 1
    for start in range(0, len(body), size):
        flags = (0x80 if start == 0 else 0) | (0x40 if start + size >= len(body) else 0)
        yield indicator + bytes([flags | kind]) + body[start : start + size]
