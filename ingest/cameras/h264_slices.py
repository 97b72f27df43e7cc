"""H.264 parameter sets and slice headers (ITU-T H.264 §7.3), as far as the loop filter's switch. Pure.

Only what is understood for certain is read: progressive 4:2:0 streams of I and P slices whose headers
carry the switch. Everything else raises `NotUnderstood`.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from ingest.errors import GridwallError

#: nal_unit_type (table 7-1).
SLICE, IDR_SLICE, SPS, PPS = 1, 5, 7, 8
#: profile_idc of what cameras send in 4:2:0 with 8 bits: baseline, main, extended, high.
_PROFILES: Final = (66, 77, 88, 100)
_HIGH_PROFILE: Final = 100
#: Larger values of ue(v) mean damage wherever they are read here.
_LONGEST_CODE_BITS: Final = 24
_ESCAPED: Final = re.compile(rb"\x00\x00(?=[\x00-\x03])")
#: disable_deblocking_filter_idc.
_FILTER_ON, FILTER_OFF, _FILTER_INSIDE = 0, 1, 2


class NotUnderstood(GridwallError):
    """The stream or this piece of it is beyond this module, or damaged."""


class SliceType(enum.IntEnum):
    """slice_type modulo 5 (table 7-6)."""

    P = 0
    B = 1
    I = 2  # noqa: E741 - the standard's own name


class Sps(Struct, frozen=True):
    """What a slice header's reader needs of a sequence parameter set."""

    frame_num_bits: int
    poc_type: int
    poc_lsb_bits: int
    has_poc_deltas: bool


class Pps(Struct, frozen=True):
    """What a slice header's reader needs of a picture parameter set."""

    sps_id: int
    is_cabac: bool
    has_frame_poc_delta: bool
    reference_count: int
    is_weighted: bool
    first_qp: int


class SliceHeader(Struct, frozen=True):
    """A slice's header as far as it matters. Bits count from the byte behind the unit's first.

    Attributes:
        qp, first_qp, qp_at: quantiser of the slice, SliceQPY, 0..51; what its difference is to, and
            the first bit of that.
        numbers: first bit and end of what differs from picture to picture by its place alone.
        filter_at: first bit of disable_deblocking_filter_idc.
        end_at: first bit behind the header.
    """

    kind: SliceType
    qp: int
    first_qp: int
    qp_at: int
    numbers: tuple[int, int]
    filter_mode: int
    filter_at: int
    end_at: int
    is_cabac: bool


class BitReader:
    """Reads a raw byte sequence payload bit by bit. Raises NotUnderstood at its end."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = len(data) * 8
        self._count = self._left

    @property
    def at(self) -> int:
        return self._count - self._left

    def bits(self, count: int) -> int:
        """u(count)."""
        self._left -= count
        if self._left < 0:
            raise NotUnderstood("it ends too early")
        return (self._value >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        return self.bits(1) == 1

    def unsigned(self) -> int:
        """ue(v)."""
        rest = self._value & ((1 << self._left) - 1)
        zeros = self._left - rest.bit_length()
        if zeros > _LONGEST_CODE_BITS or rest == 0:
            raise NotUnderstood("a number is too large")
        return self.bits(2 * zeros + 1) - 1

    def signed(self) -> int:
        """se(v)."""
        code = self.unsigned()
        return (code + 1) // 2 if code & 1 else -(code // 2)


def unescaped(data: bytes) -> bytes:
    """Without emulation prevention bytes."""
    return data.replace(b"\x00\x00\x03", b"\x00\x00")


def escaped(data: bytes) -> bytes:
    """With emulation prevention bytes."""
    return _ESCAPED.sub(b"\x00\x00\x03", data)


def read_sps(unit: bytes) -> tuple[int, Sps]:
    """(id, set). Raises NotUnderstood."""
    reader = BitReader(unescaped(unit[1:]))
    profile = reader.bits(8)
    reader.bits(16)
    number = reader.unsigned()
    if profile not in _PROFILES:
        raise NotUnderstood(f"profile {profile}")
    if profile == _HIGH_PROFILE:
        if reader.unsigned() != 1 or reader.unsigned() or reader.unsigned():
            raise NotUnderstood("not 4:2:0 of 8 bits")
        reader.flag()
        if reader.flag():
            raise NotUnderstood("scaling matrices")
    frame_num_bits = reader.unsigned() + 4
    poc_type = reader.unsigned()
    poc_lsb_bits, has_deltas = 0, False
    if poc_type == 0:
        poc_lsb_bits = reader.unsigned() + 4
    elif poc_type == 1:
        has_deltas = not reader.flag()
        reader.signed()
        reader.signed()
        for _ in range(min(256, reader.unsigned())):
            reader.signed()
    elif poc_type != 2:
        raise NotUnderstood("picture order")
    reader.unsigned()  # max_num_ref_frames
    reader.flag()
    reader.unsigned()
    reader.unsigned()
    if not reader.flag():
        raise NotUnderstood("interlaced")
    if frame_num_bits > 16 or poc_lsb_bits > 16:
        raise NotUnderstood("lengths beyond the standard's")
    return number, Sps(frame_num_bits, poc_type, poc_lsb_bits, has_deltas)


def read_pps(unit: bytes) -> tuple[int, Pps]:
    """(id, set). Raises NotUnderstood, also where slices do not carry the filter's switch."""
    reader = BitReader(unescaped(unit[1:]))
    number, sps_id = reader.unsigned(), reader.unsigned()
    is_cabac, has_frame_delta = reader.flag(), reader.flag()
    if reader.unsigned():
        raise NotUnderstood("slice groups")
    reference_count = reader.unsigned() + 1
    reader.unsigned()
    is_weighted = reader.flag()
    reader.bits(2)
    first_qp = 26 + reader.signed()
    reader.signed()
    reader.signed()
    has_switch = reader.flag()
    reader.flag()
    if reader.flag():
        raise NotUnderstood("redundant pictures")
    if not has_switch:
        raise NotUnderstood("slices without a switch for the loop filter")
    return number, Pps(sps_id, is_cabac, has_frame_delta, reference_count, is_weighted, first_qp)


def is_idr(data: bytes) -> bool:
    """Whether the picture (Annex B) is one from which everything begins anew."""
    kinds = (data[start] & 0x1F for start, _ in unit_spans(data))
    return next((kind == IDR_SLICE for kind in kinds if kind in (SLICE, IDR_SLICE)), False)


def unit_spans(data: bytes) -> Iterator[tuple[int, int]]:
    """(first byte, end) of each unit behind its start code; zeros before the next code count to none."""
    start = data.find(b"\x00\x00\x01") + 3
    while 3 <= start < len(data):
        after = data.find(b"\x00\x00\x01", start)
        end = len(data) if after < 0 else after
        if after > 0 and data[after - 1] == 0:
            end -= 1
        if end > start:
            yield start, end
        if after < 0:
            return
        start = after + 3


def read_slice(
    first_byte: int, payload: bytes, all_sps: dict[int, Sps], all_pps: dict[int, Pps]
) -> SliceHeader:
    """slice_header() of §7.3.3. Raises NotUnderstood."""
    is_idr, reference_idc = first_byte & 0x1F == IDR_SLICE, first_byte >> 5 & 3
    reader = BitReader(payload)
    reader.unsigned()  # first_mb_in_slice
    kind = reader.unsigned() % 5
    if kind not in (SliceType.P, SliceType.I):
        raise NotUnderstood(f"slice type {kind}")
    pps = all_pps.get(reader.unsigned())
    sps = None if pps is None else all_sps.get(pps.sps_id)
    if pps is None or sps is None:
        raise NotUnderstood("a slice of unknown parameter sets")
    numbers_at = reader.at
    reader.bits(sps.frame_num_bits)
    if is_idr:
        reader.unsigned()
    numbers_end = reader.at
    if sps.poc_type == 0:
        reader.bits(sps.poc_lsb_bits)
        numbers_end = reader.at
        if pps.has_frame_poc_delta:
            reader.signed()
    elif sps.has_poc_deltas:
        reader.signed()
        if pps.has_frame_poc_delta:
            reader.signed()
    if kind == SliceType.P:
        _skip_references(reader, pps)
    if reference_idc:
        _skip_marking(reader, is_idr=is_idr)
    if pps.is_cabac and kind == SliceType.P and reader.unsigned() > 2:
        raise NotUnderstood("cabac_init_idc")
    qp_at = reader.at
    qp = pps.first_qp + reader.signed()
    if not 0 <= qp <= 51:
        raise NotUnderstood(f"quantiser {qp}")
    filter_at = reader.at
    mode = reader.unsigned()
    if mode > _FILTER_INSIDE:
        raise NotUnderstood(f"loop filter {mode}")
    if mode != FILTER_OFF and not (abs(reader.signed()) <= 6 and abs(reader.signed()) <= 6):
        raise NotUnderstood("the loop filter's offsets")
    return SliceHeader(
        SliceType(kind),
        qp,
        pps.first_qp,
        qp_at,
        (numbers_at, numbers_end),
        mode,
        filter_at,
        reader.at,
        pps.is_cabac,
    )


def _skip_references(reader: BitReader, pps: Pps) -> None:
    """Reference counts, their order and their weights in a P slice (§7.3.3.1, §7.3.3.2)."""
    count = reader.unsigned() + 1 if reader.flag() else pps.reference_count
    if count > 32:
        raise NotUnderstood(f"{count} references")
    if reader.flag():
        for _ in range(count + 2):
            operation = reader.unsigned()
            if operation == 3:
                break
            if operation > 3:
                raise NotUnderstood("reference list")
            reader.unsigned()
        else:
            raise NotUnderstood("reference list without an end")
    if pps.is_weighted:
        if reader.unsigned() > 7 or reader.unsigned() > 7:
            raise NotUnderstood("weights")
        for _ in range(count):
            for value_count in (2, 4):  # luma; both chroma
                if reader.flag():
                    for _ in range(value_count):
                        reader.signed()


def _skip_marking(reader: BitReader, *, is_idr: bool) -> None:
    """dec_ref_pic_marking() of §7.3.3.3."""
    if is_idr:
        reader.bits(2)
        return
    if not reader.flag():
        return
    for _ in range(66):
        operation = reader.unsigned()
        if operation == 0:
            return
        if operation > 6:
            break
        for _ in range({3: 2, 5: 0}.get(operation, 1)):
            reader.unsigned()
    raise NotUnderstood("reference marking")
