"""Burns a visible watermark into exported clips and stills; the pictures are encoded again.

Every picture keeps its place in time; what could not be decoded is not invented, so that the
count of pictures in the manifest is that of the new file. The file gets its own name only when it
is whole and on the disk; after any failure nothing stays.

Threads: the exporter's errand thread. Decoding and encoding release the interpreter lock and run
on one core, so that the wall beside it keeps the others.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import av
import av.error
import numpy as np
from av.video.frame import PictureType
from numpy.typing import NDArray

from console.bridge.stamp_plate import StampPlate, lay_over, lay_over_rgb, size_px_for, stamp_plate
from console.state.exports import (
    DiskFull,
    ExportCancelled,
    ExportFailed,
    MarkedFile,
    file_hash,
)
from console.state.watermark import STEP_NS, Watermark
from ingest.cameras.wants import ClipInfo
from ingest.stop import StopToken

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.video.stream import VideoStream

#: What a job may take: this, and so many times the length of the clip. A wall may be at work beside it.
LEAST_S, TIMES_LENGTH = 30.0, 10.0
#: A new file of the same quality is about as large as what was received; a coarse stream grows.
_GROWTH: Final = 2
_SPARE_BYTES: Final = 8 << 20
#: Seconds between key frames of the new file: players jump to them.
_KEY_S: Final = 2
#: Distance of the plate from the picture's edges as a share of its height.
_MARGIN_SHARE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoder with its quality. `tick`: its unit of time; MPEG-4 part 2 counts in 16 bits."""

    codec: str
    tick: Fraction
    options: dict[str, str]
    quality: str


#: The first that this FFmpeg has is taken.
ENCODINGS: Final = (
    Encoding(
        "libx264", Fraction(1, 90_000), {"crf": "18", "preset": "veryfast", "bf": "0"},
        "H.264 (libx264), CRF 18, veryfast",
    ),
    Encoding(
        "mpeg4", Fraction(1, 1_000), {"qmin": "2", "qmax": "4"}, "MPEG-4 part 2, quantiser 2–4"
    ),
)  # fmt: skip


@dataclass(slots=True)
class BurnJob:
    """How a job is watched and ended. `told(share)` is called on the job's thread, 0..1."""

    told: Callable[[float], None] = lambda _share: None
    stop: StopToken = field(default_factory=StopToken)

    def go_on(self, until_mono_s: float) -> None:
        """Raises ExportCancelled when it was, ExportFailed when the time is up."""
        if self.stop.stopped:
            raise ExportCancelled("cancelled by the operator")
        if time.monotonic() > until_mono_s:
            raise ExportFailed(
                "the watermark was not finished in its time: this machine is too busy; "
                "export a shorter span, or as received"
            )


def first_encoding() -> Encoding:
    """The best encoder of this FFmpeg. Raises ExportFailed when it has none of ours."""
    for encoding in ENCODINGS:
        if encoding.codec in av.codecs_available:
            return encoding
    raise ExportFailed("this FFmpeg has no encoder for a watermark: export as received")


def burn_clip(
    source: ClipInfo, target: Path, mark: Watermark, job: BurnJob, encoding: Encoding | None = None
) -> MarkedFile:
    """Writes `source` with `mark` to `target`, an MP4.

    Raises DiskFull, ExportCancelled, ExportFailed (cannot be decoded or written, out of time).
    """
    chosen = encoding or first_encoding()
    until_mono_s = time.monotonic() + LEAST_S + TIMES_LENGTH * source.duration_s
    with _whole(target, source.byte_count) as unfinished, _told_errors(target):
        picture_count = _burn(source, unfinished, mark, job, chosen, until_mono_s)
    written = ClipInfo(
        str(target), source.start_mono_ns, source.end_mono_ns, source.start_utc_ns, picture_count,
        target.stat().st_size, chosen.codec, source.width_px // 2 * 2, source.height_px // 2 * 2,
    )  # fmt: skip
    return MarkedFile(written, file_hash(Path(source.path)), chosen.quality, _said(source, mark))


def burn_still(source: ClipInfo, target: Path, mark: Watermark) -> MarkedFile:
    """Writes the PNG `source` with `mark` to `target`. Raises DiskFull, ExportFailed."""
    with _whole(target, source.byte_count) as unfinished, _told_errors(target):
        with av.open(source.path) as container:
            pixels = np.array(next(container.decode(video=0)).to_ndarray(format="rgb24"), np.uint8)
        height, width = pixels.shape[:2]
        plate, margin = _Stamps(mark, width, height).at(source.start_utc_ns)
        lay_over_rgb(pixels, plate, *_corner(plate, margin, height))
        encoder = av.CodecContext.create("png", "w")
        encoder.width, encoder.height, encoder.pix_fmt = width, height, "rgb24"
        encoder.time_base = Fraction(1, 25)
        packets = [
            *encoder.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")),
            *encoder.encode(None),
        ]
        unfinished.write_bytes(b"".join(bytes(packet) for packet in packets))
    written = ClipInfo(
        str(target), source.start_mono_ns, source.end_mono_ns, source.start_utc_ns, 1,
        target.stat().st_size, "png", width, height,
    )  # fmt: skip
    return MarkedFile(written, file_hash(Path(source.path)), "PNG, lossless", _said(source, mark))


class _Stamps:
    """The plate of a moment; painted again only when its text changes."""

    def __init__(self, mark: Watermark, width_px: int, height_px: int) -> None:
        self._mark = mark
        self._margin = round(height_px * _MARGIN_SHARE)
        self._room = width_px - 2 * self._margin
        self._size_px = size_px_for(mark.lines(0), self._room, height_px)
        self._step = -1
        self._plate: StampPlate | None = None

    def at(self, utc_ns: int) -> tuple[StampPlate, int]:
        """(plate, margin in pixels) for a picture received at `utc_ns`."""
        step = utc_ns // STEP_NS
        if self._plate is None or step != self._step:
            self._step = step
            self._plate = stamp_plate(self._mark.lines(utc_ns), self._size_px, self._room)
        return self._plate, self._margin


def _burn(
    source: ClipInfo,
    unfinished: Path,
    mark: Watermark,
    job: BurnJob,
    encoding: Encoding,
    until_mono_s: float,
) -> int:
    """Decodes, stamps and encodes every picture; returns how many there were."""
    with (
        av.open(source.path) as container,
        av.open(str(unfinished), "w", format="mp4", options={"movflags": "+faststart"}) as output,
    ):
        video = container.streams.video[0]
        video.thread_type = "NONE"
        width, height = video.width // 2 * 2, video.height // 2 * 2
        stream = _opened(output, encoding, video, width, height)
        stamps = _Stamps(mark, width, height)
        length_s = max(0.04, source.duration_s)
        count, first_s, told, last_tick = 0, 0.0, -1, -1
        lengths: dict[int, int] = {}
        for frame in _frames(container, video):
            job.go_on(until_mono_s)
            media_s = frame.time or 0.0
            shown_s = Fraction(frame.duration or 0) * (frame.time_base or 0)
            first_s = media_s if count == 0 else first_s
            passed_s = media_s - first_s
            utc_ns = source.start_utc_ns + round(passed_s * 1e9)
            picture = _writable(frame, "yuv420p", width, height)
            _stamp(picture, stamps.at(utc_ns))
            last_tick = max(last_tick + 1, round(passed_s / encoding.tick))
            picture.pts, picture.time_base = last_tick, encoding.tick
            picture.pict_type = PictureType.NONE  # the encoder chooses; kept types force key frames
            lengths[last_tick] = round(shown_s / encoding.tick)
            output.mux(_timed(stream.encode(picture), lengths))
            count += 1
            percent = min(99, int(100 * passed_s / length_s))
            if percent != told:
                told = percent
                job.told(percent / 100)
        output.mux(_timed(stream.encode(None), lengths))
    if count == 0:
        raise ExportFailed("no picture of the clip can be decoded: export it as received")
    job.told(1.0)
    return count


def _timed(
    packets: list[av.Packet[VideoStream]], lengths: dict[int, int]
) -> list[av.Packet[VideoStream]]:
    """Each picture is shown as long as it was: the encoder would guess by the mean rate."""
    for packet in packets:
        length = lengths.pop(packet.pts or 0, 0)
        if length:
            packet.duration = length
    return packets


def _opened(
    output: OutputContainer, encoding: Encoding, video: VideoStream, width_px: int, height_px: int
) -> VideoStream:
    rate = video.average_rate or Fraction(25)
    stream = cast("VideoStream", output.add_stream(encoding.codec, rate=round(rate) or 25))
    stream.width, stream.height, stream.pix_fmt = width_px, height_px, "yuv420p"
    context = stream.codec_context
    context.time_base = encoding.tick
    context.thread_count = 1
    context.gop_size = max(1, round(float(rate) * _KEY_S))
    context.bit_rate = width_px * height_px * 4  # a bound for quantiser-led encoders only
    if video.sample_aspect_ratio:
        context.sample_aspect_ratio = video.sample_aspect_ratio
    context.options = dict(encoding.options)
    if encoding.codec == "libx264":
        context.bit_rate = 0  # CRF leads
    return stream


def _frames(container: InputContainer, video: VideoStream) -> Iterator[av.VideoFrame]:
    """Pictures in order; a packet that cannot be decoded costs its own pictures only."""
    for packet in container.demux(video):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue


def _writable(
    frame: av.VideoFrame, pix_fmt: str, width_px: int | None = None, height_px: int | None = None
) -> av.VideoFrame:
    """A picture of its own: the decoder still refers to the one it gave."""
    made = frame.reformat(format=pix_fmt, width=width_px, height=height_px)
    made.make_writable()
    return made


def _stamp(frame: av.VideoFrame, stamp: tuple[StampPlate, int]) -> None:
    """Lays the plate at the bottom left of a 4:2:0 picture."""
    plate, margin = stamp
    planes = [_pixels(frame, at) for at in range(3)]
    lay_over(planes, plate, *_corner(plate, margin, frame.height))


def _corner(plate: StampPlate, margin: int, height_px: int) -> tuple[int, int]:
    """(left, top), both even."""
    return margin // 2 * 2, max(0, height_px - margin - plate.luma.shape[0]) // 2 * 2


def _pixels(frame: av.VideoFrame, at: int) -> NDArray[np.uint8]:
    plane = frame.planes[at]
    return np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)


def _said(source: ClipInfo, mark: Watermark) -> str:
    return " | ".join(mark.lines(source.start_utc_ns))


class _whole:
    """Gives the unfinished file's path; on success it becomes `target`, on failure nothing stays."""

    def __init__(self, target: Path, source_bytes: int) -> None:
        self._target = target
        self._needed = source_bytes * _GROWTH + _SPARE_BYTES
        self._unfinished = target.with_name(f".{target.stem}.part{target.suffix}")

    def __enter__(self) -> Path:
        free = shutil.disk_usage(self._target.parent).free
        if free < self._needed:
            raise DiskFull(f"{self._needed >> 20} MiB are needed, {free >> 20} MiB are free")
        return self._unfinished

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                with self._unfinished.open("rb") as file:
                    os.fsync(file.fileno())
                self._unfinished.replace(self._target)
        finally:
            self._unfinished.unlink(missing_ok=True)


class _told_errors:
    """Errors of FFmpeg and of the file system as failures of an export."""

    def __init__(self, target: Path) -> None:
        self._target = target

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, (av.error.FFmpegError, OSError)):
            if error.errno == errno.ENOSPC:
                raise DiskFull(f"{self._target.parent}: {error.strerror}") from error
            raise ExportFailed(f"{self._target.name}: {error.strerror or error}") from error
