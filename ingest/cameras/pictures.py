"""PictureDecoder, PictureScaler: from compressed pictures to the pixels of a ring, by PyAV.

Nobody but this module, `source` and `direct_scaler` imports `av`. Values of this module belong to one thread each.
"""

from __future__ import annotations

import contextlib
import functools
import logging
from fractions import Fraction
from typing import Final, cast

import av
import av.error
import numpy as np
from av.codec.hwaccel import HWAccel, hwdevices_available
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame
from av.video.reformatter import ColorRange, Interpolation, VideoReformatter

from config.settings import HardwareDecoding
from ingest.cameras.direct_scaler import DirectScaler, PictureKind, PlaneScaler
from ingest.cameras.stream_info import StreamInfo, even_box
from ingest.cameras.wants import Region
from ingest.frames.frame import USUAL_COLOURS, Colours, PixelFormat
from ingest.frames.ring import Plane, Slot, copy_planes

log = logging.getLogger(__name__)

#: A picture as the library decodes it; only this module looks inside.
DecodedPicture = VideoFrame

_PLANAR_420: Final = ("yuv420p", "yuvj420p")
#: What a picture is scaled as on its way to BGRA, keeping its range.
_SCALED_AS: Final = {"yuv420p": "yuv422p", "yuvj420p": "yuvj422p"}
#: File suffix → encoder and its pixels.
_STILLS: Final = {".png": ("png", "rgb24"), ".jpg": ("mjpeg", "yuvj444p")}
_SCALING: Final = Interpolation.FAST_BILINEAR
_FAST_STEP_PX: Final = 8

#: Pictures in a row that a device may fail to decode once it has decoded any: damage does that, too.
_DEVICE_PATIENCE_COUNT: Final = 100


@functools.cache
def decoding_device(codec: str, wish: HardwareDecoding) -> str | None:
    """FFmpeg's name of the device that decodes `codec` here; None: the processor does.

    Tried once a process and told in its log; the frames it decodes are fetched into memory.
    """
    if wish is HardwareDecoding.OFF:
        return None
    built_for = hwdevices_available()
    names = built_for if wish is HardwareDecoding.AUTO else [wish.value]
    reasons = []
    for name in names:
        try:
            context = av.CodecContext.create(codec, "r", hwaccel=HWAccel(name))
        except (av.error.FFmpegError, NotImplementedError, OSError, ValueError) as error:
            reasons.append(f"{name}: {getattr(error, 'strerror', None) or error}")
            continue
        if context.is_hwaccel:
            log.info("%s is decoded by %s", codec, name)
            return name
        reasons.append(f"{name}: does not decode it")
    level = logging.INFO if wish is HardwareDecoding.AUTO else logging.WARNING
    log.log(level, "%s is decoded by the processor (%s)", codec, "; ".join(reasons) or "no device")
    return None


def _context(codec: str, hardware: HardwareDecoding) -> VideoCodecContext:
    device = decoding_device(codec, hardware)
    if device is not None:
        with contextlib.suppress(av.error.FFmpegError, NotImplementedError, OSError):
            return cast(
                VideoCodecContext, av.CodecContext.create(codec, "r", hwaccel=HWAccel(device))
            )
    return cast(VideoCodecContext, av.CodecContext.create(codec, "r"))


#: enum AVColorSpace (libavutil/pixfmt.h): what the scaler converts; it refuses a picture of any other.
_CONVERTED: Final = frozenset((0, 1, 2, 4, 5, 6, 7, 9))
_NOT_SAID, _BT2020, _BT2020_CONSTANT = 2, 9, 10


class PictureDecoder:
    """Decodes one stream from a key frame on; damaged pictures are held back, never shown grey.

    `held_count` pictures were held back since the last good one.
    """

    def __init__(
        self,
        info: StreamInfo,
        *,
        hardware: HardwareDecoding = HardwareDecoding.OFF,
    ) -> None:
        self._context = _context(info.codec, hardware)
        self._has_decoded = False
        self._context.thread_count = 1  # frame threads cost 80 ms of delay, slices gain nothing
        if info.extradata:
            self._context.extradata = info.extradata
        self.held_count = 0
        self._is_damaged = False
        self._awaits_key = True

    def decode(self, data: bytes, pts_ns: int, *, is_key: bool) -> VideoFrame | None:
        """The newest whole picture that came out, with its time in `pts` (ns); None: none yet."""
        if self._awaits_key:
            if not is_key:
                self.held_count += self._is_damaged
                return None
            self._awaits_key = False
        packet = av.Packet(data)
        packet.pts = packet.dts = pts_ns
        try:
            frames = self._context.decode(packet)
        except av.error.FFmpegError:
            self._hold()
            return None
        for frame in frames:
            if frame.is_corrupt:
                self._hold()
                return None
        if not frames:
            return None
        self.held_count = 0
        self._is_damaged = False
        self._has_decoded = True
        frame = frames[-1]
        if frame.colorspace not in _CONVERTED:
            frame.colorspace = _BT2020 if frame.colorspace == _BT2020_CONSTANT else _NOT_SAID
        return frame

    @property
    def awaits_key(self) -> bool:
        """Whether nothing comes out before the next key frame."""
        return self._awaits_key

    @property
    def has_failed_device(self) -> bool:
        """Whether a device decodes this stream and gives no picture of it: software is to be tried."""
        limit = _DEVICE_PATIENCE_COUNT if self._has_decoded else 1
        return self._context.is_hwaccel and self.held_count >= limit

    @property
    def is_device(self) -> bool:
        """Whether a device decodes this stream."""
        return self._context.is_hwaccel

    @property
    def pixel_aspect(self) -> float:
        """Width of a pixel over its height; 1 where the stream does not say or says nonsense."""
        ratio = self._context.sample_aspect_ratio
        if not ratio:
            return 1.0
        aspect = ratio.numerator / ratio.denominator  # comparing fractions costs 40 µs
        return aspect if 0.4 <= aspect <= 2.5 else 1.0

    def damage(self) -> None:
        """Something before this decoder was lost: nothing is whole until the next key frame."""
        self._hold()

    def _hold(self) -> None:
        self.held_count += 1
        self._is_damaged = True
        self._awaits_key = True


class PictureScaler:
    """Crops, scales and converts for one output; keeps its scalers (a fresh one costs 75 % more).

    BGRA at another size is made in two steps, scaled as 4:2:2 first: the library converts at
    equal size with vector code only (0.32 ms instead of 0.51 ms for 704×576 → 480×270, 49 dB
    against the one-step picture; halved chroma lines, as 4:2:0 has them, would leave 36 dB).
    PLANES are scaled alone: matrix and range stay the stream's own.
    """

    def __init__(self, pixel_format: PixelFormat, region_norm: Region | None) -> None:
        self._format = pixel_format
        self._region = region_norm
        self._scaler = VideoReformatter()
        self._converter = VideoReformatter()
        self._direct: DirectScaler | PlaneScaler | None = None
        self._made_for: tuple[PictureKind, PixelFormat, int, int] | None = None

    def layout(self, frame: VideoFrame) -> tuple[PixelFormat, Colours]:
        """What a ring of this picture holds; BGRA where its planes cannot be shown as they are.

        Of the whole picture: a crop keeps its matrix and range.
        """
        if self._format is not PixelFormat.PLANES:
            return self._format, USUAL_COLOURS
        kind = PictureKind.of(frame)
        if kind.has_planes:
            return PixelFormat.PLANES, kind.meant
        return PixelFormat.BGRA, USUAL_COLOURS

    def size(self, frame: VideoFrame, width_px: int, pixel_aspect: float) -> tuple[int, int]:
        """(width, height) of the output: at most `width_px` wide in square pixels; 0: as it is."""
        width, height = frame.width, frame.height
        if self._region is not None:
            left, top, right, bottom = even_box(self._region, width, height)
            width, height = right - left, bottom - top
        if width_px == 0:
            return width & ~1, height & ~1
        shown_width = width * pixel_aspect
        target = min(width_px, round(shown_width)) & ~1
        return max(2, target), max(2, round(height * target / shown_width / 2) * 2)

    def fill(self, frame: VideoFrame, slot: Slot) -> None:
        """Writes the picture into a slot of a ring made as `layout` said; its first plane tells the size."""
        if self._region is not None:
            frame = _cropped(frame, self._region)
        height_px, line_bytes = slot[0].shape
        is_planar = len(slot) > 1
        width_px = line_bytes if is_planar else line_bytes // 4
        if is_planar and self._format is PixelFormat.I420:
            copy_planes(self._limited_planes(frame, width_px, height_px), slot)
            return
        pixel_format = PixelFormat.PLANES if is_planar else PixelFormat.BGRA
        direct = self._direct_for(frame, pixel_format, width_px, height_px)
        if direct is not None:
            direct.fill(frame, slot)
        elif is_planar:
            copy_planes(self._own_planes(frame, width_px, height_px), slot)
        else:
            copy_planes(self._bgra(frame, width_px, height_px), slot)

    def _direct_for(
        self, frame: VideoFrame, pixel_format: PixelFormat, width_px: int, height_px: int
    ) -> DirectScaler | PlaneScaler | None:
        kind = PictureKind.of(frame)
        wanted = (kind, pixel_format, width_px, height_px)
        if wanted != self._made_for:
            scaler = PlaneScaler if pixel_format is PixelFormat.PLANES else DirectScaler
            self._made_for, self._direct = wanted, scaler.made(kind, width_px, height_px)
        return self._direct

    def _limited_planes(self, frame: VideoFrame, width_px: int, height_px: int) -> list[Plane]:
        """The picture as planes of limited range; the buffers live as long as the list."""
        done = self._converter.reformat(
            frame, width_px, height_px, "yuv420p",
            interpolation=_SCALING, dst_color_range=ColorRange.MPEG, threads=1,
        )  # fmt: skip
        return [(memoryview(plane), plane.line_size) for plane in done.planes]

    def _own_planes(self, frame: VideoFrame, width_px: int, height_px: int) -> list[Plane]:
        """The picture scaled, its numbers meaning what they meant."""
        name = frame.format.name if frame.format.name in _PLANAR_420 else "yuv420p"
        done = self._converter.reformat(
            frame, width_px, height_px, name, interpolation=_SCALING, threads=1
        )
        return [(memoryview(plane), plane.line_size) for plane in done.planes]

    def _bgra(self, frame: VideoFrame, width_px: int, height_px: int) -> list[Plane]:
        middle = _SCALED_AS.get(frame.format.name)
        is_same_size = (frame.width, frame.height) == (width_px, height_px)
        if middle is not None and not is_same_size:
            frame = self._scaler.reformat(
                frame, width_px, height_px, middle, interpolation=_SCALING, threads=1
            )
        # the fast conversion leaves out columns behind the last eight whole ones
        is_whole = width_px % _FAST_STEP_PX == 0
        done = self._converter.reformat(
            frame,
            width_px,
            height_px,
            "bgra",
            interpolation=_SCALING if is_whole else _SCALING | Interpolation.ACCURATE_RND,
            threads=1,
        )
        return [(memoryview(plane), plane.line_size) for plane in done.planes]


def encoded_still(frame: VideoFrame, pixel_aspect: float, suffix: str) -> tuple[bytes, int, int]:
    """A whole picture as PNG (`.png`) or JPEG (`.jpg`), in square pixels, and its width and height.

    Raises ValueError for another suffix.
    """
    if suffix not in _STILLS:
        raise ValueError(f"{suffix} is no picture file: .png and .jpg are")
    codec, pixels = _STILLS[suffix]
    width = round(frame.width * pixel_aspect)
    picture = frame.reformat(width, frame.height, pixels, dst_color_range=ColorRange.JPEG)
    context = cast(VideoCodecContext, av.CodecContext.create(codec, "w"))
    context.width, context.height, context.pix_fmt = width, frame.height, pixels
    context.time_base = Fraction(1, 25)
    if codec == "mjpeg":
        context.options = {"qmin": "2", "qmax": "2"}  # the finest the encoder makes
        context.color_range = ColorRange.JPEG
    picture.pts, picture.time_base, picture.pict_type = 0, Fraction(1, 25), PictureType.NONE
    packets = [*context.encode(picture), *context.encode(None)]
    return b"".join(bytes(packet) for packet in packets), width, frame.height


def _cropped(frame: VideoFrame, region: Region) -> VideoFrame:
    if frame.format.name not in _PLANAR_420:
        frame = frame.reformat(format="yuv420p")
    left, top, right, bottom = even_box(region, frame.width, frame.height)
    part = VideoFrame(right - left, bottom - top, frame.format.name)
    part.color_range, part.colorspace = frame.color_range, frame.colorspace
    for shift, source, target in zip((0, 1, 1), frame.planes, part.planes, strict=True):
        lines = np.frombuffer(memoryview(source), np.uint8).reshape(-1, source.line_size)
        into = np.frombuffer(memoryview(target), np.uint8).reshape(-1, target.line_size)
        wide, high = (right - left) >> shift, (bottom - top) >> shift
        x, y = left >> shift, top >> shift
        into[:high, :wide] = lines[y : y + high, x : x + wide]
    return part
