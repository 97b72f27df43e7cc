"""TapeReader: decodes any picture of a tape; the last ones stay, so that a step back is at once.

Decides what is decoded again and what is kept. One thread: the replay's own.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from ingest.cameras.packets import CompressedPacket
from ingest.cameras.pictures import DecodedPicture, PictureDecoder
from ingest.cameras.replay_tape import ReplayTape, TapePicture

#: Decoded pictures kept for steps back: 15 of 1080p, bounded in number for small ones.
CACHE_BYTES = 48 << 20
CACHE_COUNT = 64
#: Packets behind a picture's own that a stream with reordered pictures may need.
REORDER_COUNT = 16


@dataclass(frozen=True, slots=True)
class ReadPicture:
    """A decoded picture and the width of its pixels over their height."""

    frame: DecodedPicture
    pixel_aspect: float


class TapeReader:
    """Reads the tape it was given last."""

    def __init__(self) -> None:
        self._decoder: PictureDecoder | None = None
        self._fed: tuple[int, int] | None = None
        self._kept: OrderedDict[tuple[int, int], ReadPicture] = OrderedDict()

    def picture(self, tape: ReplayTape, wanted: TapePicture) -> ReadPicture | None:
        """The picture; None where damage or a decoder's delay keeps it back."""
        name = (wanted.session, wanted.pts_ns)
        known = self._kept.get(name)
        if known is not None:
            self._kept.move_to_end(name)
            return known
        packets, goes_on = tape.packets_to(wanted, self._fed, REORDER_COUNT)
        if self._decoder is None or not goes_on:
            info = tape.segment_of(wanted).info
            self._decoder = PictureDecoder(info)
            packets, _ = tape.packets_to(wanted, None, REORDER_COUNT)
        for packet in packets:
            self._feed(self._decoder, packet)
            found = self._kept.get(name)
            if found is not None:
                return found
        return None

    def _feed(self, decoder: PictureDecoder, packet: CompressedPacket) -> None:
        self._fed = (packet.session, packet.dts_ns)
        if packet.is_damaged:
            decoder.damage()
        frame = decoder.decode(packet.data, packet.pts_ns, is_key=packet.is_key)
        if frame is None:
            return
        pts_ns = packet.pts_ns if frame.pts is None else frame.pts
        self._kept[(packet.session, pts_ns)] = ReadPicture(frame, decoder.pixel_aspect)
        picture_bytes = max(1, frame.width * frame.height * 3 // 2)
        count = max(4, min(CACHE_COUNT, CACHE_BYTES // picture_bytes))
        while len(self._kept) > count:
            self._kept.popitem(last=False)
