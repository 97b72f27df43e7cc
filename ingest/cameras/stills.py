"""Stills: one native picture of a camera as a file, of now or of any moment that is kept.

Decides where the picture comes from: a moment of the tape, or the main stream's next picture when
the camera is held by its sub-stream. Called in the still's own thread of an ingest process.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

from ingest.cameras.health import LossCause
from ingest.cameras.packet_history import PacketSegment
from ingest.cameras.packets import CompressedPacket
from ingest.cameras.pictures import DecodedPicture, PictureDecoder, encoded_still
from ingest.cameras.replay_reader import TapeReader
from ingest.cameras.replay_tape import ReplayTape
from ingest.cameras.session import SessionSettings, run_session
from ingest.cameras.stream_info import StreamInfo, StreamLost
from ingest.cameras.wants import ClipInfo
from ingest.clock import Clock
from ingest.frames.timestamps import TimestampChecker
from ingest.stop import StopToken

#: A main stream that has sent no whole picture after this long is given up.
_MAIN_STREAM_S: Final = 8.0


def still_of_tape(segments: tuple[PacketSegment, ...], at_mono_ns: int, path: Path) -> ClipInfo:
    """The picture shown at a moment. Raises StreamLost when none can be decoded, OSError."""
    tape = ReplayTape(segments)
    reader = TapeReader()
    for index in range(tape.at(at_mono_ns), -1, -1):
        picture = tape.pictures[index] if len(tape) else None
        found = None if picture is None else reader.picture(tape, picture)
        if picture is not None and found is not None:
            times = (picture.mono_ns, picture.utc_ns)
            return _written(path, found.frame, found.pixel_aspect, times)
    raise StreamLost(LossCause.NO_VIDEO, "no picture of that moment is kept")


def still_of_stream(url: str, path: Path, clock: Clock) -> ClipInfo:
    """The next picture of a stream, over a connection of its own. Raises StreamLost, OSError."""
    sink = _FirstPicture()
    settings = SessionSettings(open_timeout_s=_MAIN_STREAM_S / 2, read_timeout_s=2.0)
    run_session(url, settings, sink, TimestampChecker(), 0, clock, sink.stop)
    if sink.found is None:
        raise StreamLost(LossCause.BAD_STREAM, "the main stream sent no whole picture")
    frame, pixel_aspect, packet = sink.found
    return _written(path, frame, pixel_aspect, (packet.mono_ns, packet.utc_ns))


class _FirstPicture:
    """A session's sink that stops it with the first whole picture, or when it took too long."""

    def __init__(self) -> None:
        self.stop = StopToken()
        self.found: tuple[DecodedPicture, float, CompressedPacket] | None = None
        self._decoder: PictureDecoder | None = None
        self._until_s = time.monotonic() + _MAIN_STREAM_S

    def opened(self, info: StreamInfo) -> None:
        self._decoder = PictureDecoder(info)

    def packet(self, packet: CompressedPacket, *, is_damaged: bool) -> None:
        decoder = self._decoder
        if decoder is None or self.found is not None:
            return
        if is_damaged:
            decoder.damage()
        frame = decoder.decode(packet.data, packet.pts_ns, is_key=packet.is_key)
        if frame is not None:
            self.found = (frame, decoder.pixel_aspect, packet)
        if frame is not None or time.monotonic() > self._until_s:
            self.stop.stop()


def _written(
    path: Path, frame: DecodedPicture, pixel_aspect: float, times: tuple[int, int]
) -> ClipInfo:
    content, width_px, height_px = encoded_still(frame, pixel_aspect, path.suffix.lower())
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return ClipInfo(
        path=str(path),
        start_mono_ns=times[0],
        end_mono_ns=times[0],
        start_utc_ns=times[1],
        packet_count=1,
        byte_count=len(content),
        codec=path.suffix.lower().lstrip("."),
        width_px=width_px,
        height_px=height_px,
    )
