"""TailShortCut: the last pictures before a key frame decoded without the loop filter, where it was measured.

What is left out there is gone with the key frame, so that it never adds up for long. How many pictures
a stream allows is measured on the stream itself: one group of pictures is decoded a second time without
the filter, and compared at the tile's own size. Pure but for that second decoder. Threads: the session's.
"""

from __future__ import annotations

import enum
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from ingest.cameras.h264_slices import NotUnderstood, is_idr
from ingest.cameras.packets import CompressedPacket
from ingest.cameras.pictures import DecodedPicture, PictureDecoder, PictureScaler
from ingest.cameras.slice_editor import SliceEditor
from ingest.cameras.stream_info import StreamInfo
from ingest.cameras.wants import FrameWant
from ingest.frames.frame import PixelFormat

#: A tile is to stay within 40 dB of the full decode; so much is asked of a measurement, because the next
#: groups of pictures differ: 2 dB and the bounds below held it in all of 534 others (ingest/README.md).
LEAST_DB: Final = 42.0
#: The run is at most this share of a group of pictures, and at most so many pictures.
_LONGEST_SHARE: Final = 0.66
_LONGEST_COUNT: Final = 100
#: A shorter run is not worth its reading.
_SHORTEST_COUNT: Final = 4
#: Pictures from comparison to comparison.
_COMPARED_EVERY: Final = 3
#: Coarser pictures than this are filtered always, and ones coarser than those that were measured; in
#: finer ones the filter has so little to do that leaving it out saves less than the reading costs.
_QP_MIN: Final = 16.0
_QP_MAX: Final = 28.0
_QP_SLACK: Final = 1.0
#: Quantisers are averaged over this many pictures, read before the run begins and within it.
_QP_COUNT: Final = 8
#: Pictures since the key frame larger than this share of the measured ones: something else happens there.
_BYTES_SLACK: Final = 1.3
#: A measurement is repeated after this time; sooner when the stream left what was measured.
_AGAIN_NS: Final = 300_000_000_000
_AGAIN_CHANGED_NS: Final = 60_000_000_000
#: How a picture begins that brings no parameter sets: a P slice behind a start code.
_BARE_SLICES: Final = (b"\x00\x00\x00\x01\x41", b"\x00\x00\x00\x01\x61", b"\x00\x00\x00\x01\x21")
#: A stream that is not understood is not looked at again for this long.
_DOUBT_NS: Final = 600_000_000_000


class MeasureTurns:
    """At most two cameras of a process are measured at once: each costs a second decode meanwhile.

    Threads: any (a lost race starts one measurement more).
    """

    def __init__(self, count: int = 2) -> None:
        self._until_ns = [0] * count

    def take(self, now_ns: int, length_ns: int) -> bool:
        """Whether a measurement of that length may begin now."""
        for place, until_ns in enumerate(self._until_ns):
            if until_ns <= now_ns:
                self._until_ns[place] = now_ns + length_ns
                return True
        return False


class _Plan(enum.Enum):
    """What is done with a group of pictures."""

    WHOLE = "whole"
    MEASURE = "measure"
    SHORTEN = "shorten"


class _Measured(Struct, frozen=True):
    """What one group of pictures allowed: `count` pictures at `width_px` or narrower.

    `qp`: mean quantiser of its run; `picture_bytes`: mean of its pictures but the key frame.
    """

    count: int
    width_px: int
    qp: float
    picture_bytes: float
    at_ns: int


class TailShortCut:
    """Decides for one connection which pictures the decoder gets with the filter switched off.

    Call `data` for every packet that is decoded, in order, and `compare` with what came out while
    `is_measuring`. Where anything is in doubt, packets come back as they are.
    """

    def __init__(self, info: StreamInfo, turns: MeasureTurns) -> None:
        self._info = info
        self._turns = turns
        self._editor = SliceEditor(info.extradata)
        self._at = -1  # pictures since the key frame; -1 before the first
        self._length = 0  # of the group before
        self._plan = _Plan.WHOLE
        self._from = 0
        self._measured: _Measured | None = None
        self._due_ns = 0
        self._bytes = 0  # behind the key frame
        self._qps: list[int] = []
        self._second: _SecondDecode | None = None
        self.shortened_count = 0

    @property
    def is_measuring(self) -> bool:
        return self._second is not None

    def data(self, packet: CompressedPacket, want: FrameWant | None) -> bytes:
        """What the decoder is to get for `packet`.

        Args:
            want: the widest tile this stream is decoded for; None where every picture is to be whole.
        """
        if packet.is_key:
            self._begin(packet, want)
        elif self._at < 0:
            return packet.data
        else:
            self._at += 1
            self._bytes += len(packet.data)
            if not packet.data.startswith(_BARE_SLICES):
                self._editor.learn(packet.data)
        if want is None or packet.is_damaged or self._is_too_wide(want):
            self._leave()
        if self._plan is _Plan.WHOLE:
            return packet.data
        try:
            return self._planned(packet)
        except NotUnderstood:
            self._leave()
            self._due_ns = packet.mono_ns + _DOUBT_NS
            self._measured = None
            return packet.data

    def compare(self, frame: DecodedPicture, pixel_aspect: float) -> None:
        """Compares the whole picture with the second decode of it."""
        if self._second is not None and self._at >= self._from:
            self._second.compare(frame, pixel_aspect)

    def _begin(self, packet: CompressedPacket, want: FrameWant | None) -> None:
        """A key frame: the group before is over, this one's plan is made."""
        length, self._length = self._length, self._at + 1
        second, self._second = self._second, None
        if second is not None:
            self._take(second, packet.mono_ns)
        self._at, self._bytes, self._qps = 0, 0, []
        self._plan = _Plan.WHOLE
        if want is None or packet.is_damaged:
            return
        self._editor.learn(packet.data)
        if not is_idr(packet.data):  # what is left out would outlive a key frame of another kind
            return
        if self._begins_measuring(packet, want):
            return
        known = self._measured
        if known is None or want.target_width_px > known.width_px or length != self._length:
            return
        if known.count >= _SHORTEST_COUNT:
            self._plan = _Plan.SHORTEN
            self._from = max(1, self._length - known.count)

    def _begins_measuring(self, packet: CompressedPacket, want: FrameWant) -> bool:
        known = self._measured
        is_due = packet.mono_ns >= self._due_ns
        is_wider = known is not None and want.target_width_px > known.width_px
        if not (is_due or is_wider) or self._length <= 2 * _SHORTEST_COUNT:
            return False
        if not self._turns.take(packet.mono_ns, self._length * self._info.interval_ns):
            return False
        self._plan = _Plan.MEASURE
        longest = min(_LONGEST_COUNT, int(self._length * _LONGEST_SHARE))
        self._from = self._length - longest
        self._second = _SecondDecode(self._info, want)
        return True

    def _take(self, second: _SecondDecode, now_ns: int) -> None:
        """The measured group is over; `self._at + 1` pictures it had."""
        is_whole = self._at + 1 == self._from + second.seen_count
        qp = sum(second.qps) / max(1, len(second.qps))
        count = second.good_count if is_whole and _QP_MIN <= qp <= _QP_MAX else 0
        self._measured = _Measured(
            count, second.width_px, qp, self._bytes / max(1, self._at), now_ns
        )
        self._due_ns = now_ns + _AGAIN_NS

    def _is_too_wide(self, want: FrameWant) -> bool:
        known = self._measured
        if known is None or self._plan is not _Plan.SHORTEN:
            return False
        return want.target_width_px > known.width_px

    def _leave(self) -> None:
        """This group is decoded as it came from here on."""
        self._plan, self._second = _Plan.WHOLE, None

    def _planned(self, packet: CompressedPacket) -> bytes:
        is_in_run = self._at >= self._from
        if self._second is not None:
            data = packet.data
            if is_in_run:
                data, qp = self._editor.without_filter(data)
                self._second.qps.append(qp)
            self._second.feed(data, packet, is_in_run=is_in_run)
            return packet.data
        if not is_in_run:
            if self._from - _QP_COUNT <= self._at and self._at:
                self._qps.append(self._editor.qp(packet.data))
            return packet.data
        if self._at >= self._length:  # the key frame is late
            self._leave()
            return packet.data
        data, qp = self._editor.without_filter(packet.data)
        self._qps.append(qp)
        if not self._is_as_measured():
            self._leave()
            assert self._measured is not None
            self._due_ns = min(self._due_ns, self._measured.at_ns + _AGAIN_CHANGED_NS)
            return packet.data
        self.shortened_count += 1
        return data

    def _is_as_measured(self) -> bool:
        known = self._measured
        assert known is not None
        last = self._qps[-_QP_COUNT:]
        qp = sum(last) / len(last)
        is_fine = qp <= min(_QP_MAX, known.qp + _QP_SLACK)
        return is_fine and self._bytes / self._at <= known.picture_bytes * _BYTES_SLACK


class _SecondDecode:
    """The measured group once more, with the filter off in its run."""

    def __init__(self, info: StreamInfo, want: FrameWant) -> None:
        self._decoder = PictureDecoder(info)
        self._want = want
        self.width_px = want.target_width_px
        self._scaler = PictureScaler(PixelFormat.BGRA, None)
        self._frames: dict[int, DecodedPicture] = {}
        self._is_good = True
        self.seen_count = 0
        self.good_count = 0
        self.qps: list[int] = []

    def feed(self, data: bytes, packet: CompressedPacket, *, is_in_run: bool) -> None:
        frame = self._decoder.decode(data, packet.pts_ns, is_key=packet.is_key)
        if frame is None:
            self._is_good = False
        elif is_in_run and frame.pts is not None:
            self._frames[frame.pts] = frame

    def compare(self, frame: DecodedPicture, pixel_aspect: float) -> None:
        """Notes whether the picture of the run is still good; none is behind one that was not."""
        other = None if frame.pts is None else self._frames.pop(frame.pts, None)
        if other is None:
            return
        self.seen_count += 1
        if not self._is_good or self.seen_count % _COMPARED_EVERY:
            return
        size = self._want.size_px or self._scaler.size(
            frame, int(self._want.width_class), pixel_aspect
        )
        pixels = _pixels(self._scaler, frame, *size)
        self._is_good = psnr_db(_pixels(self._scaler, other, *size), pixels) >= LEAST_DB
        if self._is_good:
            self.good_count = self.seen_count


def psnr_db(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Peak signal to noise of two pictures of equal shape, 8 bits; inf where they are equal."""
    difference = one.astype(np.float32) - other
    mean_square = float(np.dot(difference.ravel(), difference.ravel())) / difference.size
    return float("inf") if mean_square == 0 else float(10 * np.log10(255**2 / mean_square))


def _pixels(
    scaler: PictureScaler, frame: DecodedPicture, width_px: int, height_px: int
) -> NDArray[np.uint8]:
    """(height, width, 3) uint8 BGR, a copy."""
    lines = np.empty((height_px, width_px * 4), np.uint8)
    scaler.fill(frame, (lines,))
    return lines.reshape(height_px, width_px, 4)[..., :3].copy()
