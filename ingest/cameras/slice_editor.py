"""SliceEditor: H.264 pictures with the loop filter switched off, in the bitstream. Pure.

What `h264_slices` does not understand is refused as a whole, never changed in part.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from ingest.cameras.h264_slices import (
    FILTER_OFF,
    IDR_SLICE,
    PPS,
    SLICE,
    SPS,
    NotUnderstood,
    Pps,
    SliceHeader,
    SliceType,
    Sps,
    escaped,
    read_pps,
    read_slice,
    read_sps,
    unescaped,
    unit_spans,
)

#: A slice's header lies within these bytes; one that does not is not understood.
_HEADER_BYTES: Final = 64
#: A header like the last one is read from so many bytes.
_USUAL_BYTES: Final = 16
_START: Final = re.compile(rb"\x00\x00\x01")
#: ue(1): how "filter off" is written.
_OFF_BITS, _OFF_BIT_COUNT = 0b010, 3


class _Usual(Struct, frozen=True):
    """A header's bits before the quantiser, less the picture's numbers: `shift` bits stand behind."""

    first_byte: int
    shift: int
    mask: int
    pattern: int
    first_qp: int


class SliceEditor:
    """Knows a stream's parameter sets and switches the loop filter off in its pictures.

    Holds the sets of one connection; a set that is not understood makes its slices not understood.
    """

    def __init__(self, extradata: bytes) -> None:
        self._raw: dict[bytes, None] = {}
        self._sps: dict[int, Sps] = {}
        self._pps: dict[int, Pps] = {}
        self._is_beyond = False
        self._usual: _Usual | None = None
        self.learn(extradata)

    def learn(self, data: bytes) -> None:
        """Takes the parameter sets that stand before a picture's first slice (Annex B)."""
        self._first_slice(data)

    def qp(self, data: bytes) -> int:
        """The quantiser of a picture's first slice. Raises NotUnderstood."""
        start = self._first_slice(data)
        if start < 0:
            raise NotUnderstood("a picture without a slice")
        usual = self._usual_slice(data, start)
        return usual[0] if usual else self._header(data, start, len(data))[0].qp

    def without_filter(self, data: bytes) -> tuple[bytes, int]:
        """The picture with the loop filter switched off in every slice (Annex B), and its quantiser.

        Raises NotUnderstood when one of them cannot be: then no part of it is to be changed.
        """
        first = self._first_slice(data)
        if first < 0:
            raise NotUnderstood("a picture without a slice")
        if _START.search(data, first) is None:
            usual = self._usual_slice(data, first)
            if usual is not None:
                qp, size, head = usual
                return b"".join((data[: first + 1], head, data[first + 1 + size :])), qp
        qp = self._header(data, first, len(data))[0].qp
        parts: list[bytes] = []
        done = 0
        for start, end in unit_spans(data):
            kind = data[start] & 0x1F
            if kind in (SLICE, IDR_SLICE):
                parts += (data[done:start], self._edited(data, start, end))
                done = end
            elif 2 <= kind <= 4 or kind >= 14:
                raise NotUnderstood("data partitions or extensions")
        parts.append(data[done:])
        return b"".join(parts), qp

    def _first_slice(self, data: bytes) -> int:
        """Where the first slice's unit begins, -1: nowhere; takes the sets before it."""
        start = data.find(b"\x00\x00\x01") + 3
        while 3 <= start < len(data):
            kind = data[start] & 0x1F
            if kind in (SLICE, IDR_SLICE):
                return start
            after = data.find(b"\x00\x00\x01", start)
            if kind in (SPS, PPS):
                unit = data[start : len(data) if after < 0 else after].rstrip(b"\x00")
                if unit not in self._raw:
                    self._take(kind, unit)
            start = after + 3
        return -1

    def _usual_slice(self, data: bytes, start: int) -> tuple[int, int, bytes] | None:
        """(quantiser, header bytes, the same with the filter off) of a slice like the last; None: read it.

        Most headers of a stream differ in nothing but the picture's number and the quantiser.
        """
        usual = self._usual
        if usual is None or data[start] != usual.first_byte:
            return None
        head = data[start + 1 : start + 1 + _USUAL_BYTES]
        value = int.from_bytes(head, "big")
        if value >> usual.shift & usual.mask != usual.pattern or b"\x00\x00" in head:
            return None
        rest = value & ((1 << usual.shift) - 1)
        zeros = usual.shift - rest.bit_length()
        left = usual.shift - 2 * zeros - 1
        if left < 16 or rest >> (left - 3) & 7 != 7:  # filter on, both offsets 0
            return None
        code = (rest >> left) - 1
        qp = usual.first_qp + ((code + 1) // 2 if code & 1 else -(code // 2))
        new = (value ^ (5 << (left - 3))).to_bytes(len(head), "big")
        if not 0 <= qp <= 51 or b"\x00\x00" in new:
            return None
        return qp, len(head), new

    def _take(self, kind: int, unit: bytes) -> None:
        if len(self._raw) > 64:  # a stream of ever new sets: not one of ours
            self._is_beyond = True
            return
        self._usual = None
        self._raw = {known: None for known in self._raw if known[0] & 0x1F != kind}
        self._raw[unit] = None
        try:
            if kind == SPS:
                number, sps = read_sps(unit)
                self._sps[number] = sps
            else:
                number, pps = read_pps(unit)
                self._pps[number] = pps
        except NotUnderstood:
            self._is_beyond = True

    def _header(self, data: bytes, start: int, end: int) -> tuple[SliceHeader, bytes, int]:
        """(header, its payload without escapes, where the rest of the unit begins)."""
        cut = min(end, start + _HEADER_BYTES)
        while cut < end and data[cut - 1] <= 3:  # no escape lies at or across the cut
            cut += 1
        payload = unescaped(data[start + 1 : cut])
        if self._is_beyond:
            raise NotUnderstood("a parameter set is not understood")
        header = read_slice(data[start], payload, self._sps, self._pps)
        if header.kind is SliceType.P:
            self._usual = _usual(header, data[start], payload)
        return header, payload, cut

    def _edited(self, data: bytes, start: int, end: int) -> bytes:
        header, payload, cut = self._header(data, start, end)
        if header.filter_mode == FILTER_OFF:
            return data[start:end]
        count = len(payload) * 8
        value = int.from_bytes(payload, "big")
        if header.end_at == header.filter_at + _OFF_BIT_COUNT:
            shift = count - header.end_at
            kept = value & ~(((1 << _OFF_BIT_COUNT) - 1) << shift)
            new = (kept | _OFF_BITS << shift).to_bytes(len(payload), "big")
        elif header.is_cabac:
            head = value >> (count - header.filter_at) << _OFF_BIT_COUNT | _OFF_BITS
            bit_count = header.filter_at + _OFF_BIT_COUNT
            padding = -bit_count % 8  # cabac_alignment_one_bit
            head = head << padding | (1 << padding) - 1
            rest = payload[(header.end_at + 7) // 8 :]
            new = head.to_bytes((bit_count + padding) // 8, "big") + rest
        else:
            raise NotUnderstood("all bits behind the header would move")
        return data[start : start + 1] + escaped(new) + data[cut:end]


def _usual(header: SliceHeader, first_byte: int, payload: bytes) -> _Usual | None:
    """What the next header is compared with; None where it is too long for that."""
    bit_count = _USUAL_BYTES * 8
    shift = bit_count - header.qp_at
    if shift < 32 or len(payload) < _USUAL_BYTES:
        return None
    begin, end = header.numbers
    numbers = ((1 << (end - begin)) - 1) << (header.qp_at - end)
    mask = ((1 << header.qp_at) - 1) & ~numbers
    value = int.from_bytes(payload[:_USUAL_BYTES], "big")
    return _Usual(first_byte, shift, mask, value >> shift & mask, header.first_qp)
