"""StreamInfo, RawPacket, StreamLost: what is known of a stream without the library that reads it. Pure."""

from __future__ import annotations

from msgspec import Struct

from ingest.cameras.health import LossCause
from ingest.cameras.wants import Region
from ingest.errors import RetryLater


class StreamLost(RetryLater):
    """The stream cannot be opened or went away; `cause` says why."""

    def __init__(self, cause: LossCause, text: str) -> None:
        super().__init__(text)
        self.cause = cause


class StreamInfo(Struct, frozen=True):
    """What a stream says about itself; size 0 until the first picture where it keeps silent."""

    codec: str
    extradata: bytes
    width_px: int
    height_px: int
    interval_ns: int


class RawPacket(Struct, frozen=True):
    """One access unit with the stream's own stamps in nanoseconds; None where it gave none."""

    data: bytes
    dts_ns: int | None
    pts_ns: int | None
    is_key: bool
    is_corrupt: bool


def even_box(region: Region, width: int, height: int) -> tuple[int, int, int, int]:
    """Pixels of `region` inside the picture, on even edges, at least 16 wide and high."""
    left, right = _even_span(region[0], region[2], width)
    top, bottom = _even_span(region[1], region[3], height)
    return left, top, right, bottom


def _even_span(start_norm: float, end_norm: float, length: int) -> tuple[int, int]:
    length &= ~1
    least = min(16, length)
    start = max(0, min(round(start_norm * length), length - least)) & ~1
    end = max(start + least, min(length, round(end_norm * length)) & ~1)
    return start, end
