"""NAL units of H.264 and H.265: splitting, naming, parameter sets. Pure functions on bytes.

Files carry units behind lengths (ISO/IEC 14496-15), streams behind start codes (Annex B);
everything of ours uses Annex B.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable

START_CODE = b"\x00\x00\x00\x01"
_START = re.compile(rb"\x00\x00\x01")


class VideoCodec(enum.Enum):
    """Codecs we pass on; the value is the decoder's name."""

    H264 = "h264"
    H265 = "hevc"


def split_annex_b(data: bytes) -> list[bytes]:
    """The units between start codes, without them and without trailing zero bytes."""
    starts = [match.end() for match in _START.finditer(data)]
    if not starts:
        return []
    ends = [start - 3 for start in starts[1:]] + [len(data)]
    units = (data[start:end] for start, end in zip(starts, ends, strict=True))
    return [trimmed for unit in units if (trimmed := unit.rstrip(b"\x00"))]


def split_length_prefixed(data: bytes, length_size: int) -> list[bytes]:
    """The units behind big-endian lengths. Raises ValueError when a length leads outside."""
    units = []
    at = 0
    while at + length_size <= len(data):
        length = int.from_bytes(data[at : at + length_size], "big")
        at += length_size
        if at + length > len(data):
            raise ValueError(f"unit of {length} bytes at {at}, only {len(data) - at} are there")
        units.append(data[at : at + length])
        at += length
    return [unit for unit in units if unit]


def join_annex_b(units: Iterable[bytes]) -> bytes:
    return b"".join(START_CODE + unit for unit in units)


def as_annex_b(data: bytes, length_size: int) -> bytes:
    """An access unit with start codes; `length_size` as `configuration` tells it, 0: it has them.

    Raises ValueError as `split_length_prefixed`.
    """
    return join_annex_b(split_length_prefixed(data, length_size)) if length_size else data


def unit_type(codec: VideoCodec, unit: bytes) -> int:
    """nal_unit_type (H.264 table 7-1, H.265 table 7-1)."""
    return unit[0] & 0x1F if codec is VideoCodec.H264 else (unit[0] >> 1) & 0x3F


def is_parameter_set(codec: VideoCodec, unit: bytes) -> bool:
    """SPS and PPS, with H.265 also VPS."""
    return unit_type(codec, unit) in ((7, 8) if codec is VideoCodec.H264 else (32, 33, 34))


def is_key_unit(codec: VideoCodec, unit: bytes) -> bool:
    """A slice from which decoding can begin (IDR; H.265 also the other IRAP pictures)."""
    kind = unit_type(codec, unit)
    return kind == 5 if codec is VideoCodec.H264 else 16 <= kind <= 23


def configuration(codec: VideoCodec, extradata: bytes) -> tuple[int, tuple[bytes, ...]]:
    """(length size, parameter sets) of a decoder configuration; length size 0 means Annex B.

    Reads avcC and hvcC records (ISO/IEC 14496-15 §5.3.3.1, §8.3.3.1) and Annex B.
    Raises ValueError for a record that ends too early.
    """
    if not extradata or extradata.startswith((b"\x00\x00\x01", START_CODE)):
        units = split_annex_b(extradata)
        return 0, tuple(unit for unit in units if is_parameter_set(codec, unit))
    try:
        return _avcc(extradata) if codec is VideoCodec.H264 else _hvcc(extradata)
    except IndexError as error:
        raise ValueError("decoder configuration ends too early") from error


def _avcc(record: bytes) -> tuple[int, tuple[bytes, ...]]:
    length_size = (record[4] & 3) + 1
    units: list[bytes] = []
    at = 5
    for mask in (0x1F, 0xFF):  # sets of SPS, then of PPS
        count = record[at] & mask
        at = _take_units(record, at + 1, count, units)
    return length_size, tuple(units)


def _hvcc(record: bytes) -> tuple[int, tuple[bytes, ...]]:
    length_size = (record[21] & 3) + 1
    units: list[bytes] = []
    at = 23
    for _ in range(record[22]):
        count = int.from_bytes(record[at + 1 : at + 3], "big")
        at = _take_units(record, at + 3, count, units)
    return length_size, tuple(unit for unit in units if is_parameter_set(VideoCodec.H265, unit))


def _take_units(record: bytes, at: int, count: int, units: list[bytes]) -> int:
    for _ in range(count):
        length = (record[at] << 8) | record[at + 1]
        units.append(record[at + 2 : at + 2 + length])
        at += 2 + length
    return at
