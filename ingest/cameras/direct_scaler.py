"""DirectScaler, PlaneScaler: FFmpeg's scaler, told to write where the picture is wanted, which is the ring.

PyAV offers each scaled picture as a new frame of its own: half a megabyte a tile, written, read and
written again. The scaler's C interface (libswscale/swscale.h) takes the address it is to write to.
The library is the one PyAV has loaded; where it is not found, or is of another version, nothing here
is used and PyAV does it all.

Values belong to one thread each; the interpreter lock is not held while pixels move.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import functools
import logging
import weakref
from pathlib import Path
from typing import Final, Self

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from msgspec import Struct

from ingest.frames.frame import ColourMatrix, Colours
from ingest.frames.frame import ColourRange as RangeOfRing
from ingest.frames.ring import Slot

log = logging.getLogger(__name__)

#: Where wheels of PyAV keep their libraries, seen from the package, on Linux, macOS and Windows.
_BUNDLED: Final = (
    "../av.libs/libswscale*",
    ".dylibs/libswscale*",
    "../av.libs/swscale*.dll",
)
#: enum AVPixelFormat (libavutil/pixfmt.h): these stand at its beginning and never move.
_FORMATS: Final = {"yuv420p": 0, "yuvj420p": 12}
_SCALED_AS: Final = {"yuv420p": 4, "yuvj420p": 13}  # the same with whole chroma lines: yuv(j)422p
_BGRA: Final = 28
_FULL_RANGE: Final = ("yuvj420p",)
#: What can be shown as it is: 4:2:0 of 8 bits; devices that decode interleave its chroma.
_PLANES_OF: Final = (*_FORMATS, "nv12")
#: enum AVColorSpace (libavutil/pixfmt.h) → matrix; the library takes 0 and 2 (not said) for BT.601.
_MATRICES: Final = {
    1: ColourMatrix.BT709,
    0: ColourMatrix.BT601, 2: ColourMatrix.BT601, 5: ColourMatrix.BT601, 6: ColourMatrix.BT601,
}  # fmt: skip
_FAST_BILINEAR: Final = 1
_DEFAULT_COLOURS: Final = 5  # SWS_CS_DEFAULT: BT.601
_ONE: Final = 1 << 16
#: The library's vector code writes this many pixels at once and leaves out a rest.
_STEP_PX: Final = 16
#: Lines of the picture in between begin at multiples of this.
_LINE_BYTES: Final = 64

_Pointers = ctypes.c_void_p * 4
_Strides = ctypes.c_int * 4


class PictureKind(Struct, frozen=True):
    """What a scaler is made for. `colours`: enum AVColorSpace; `is_full_range`: 0..255."""

    format: str
    width_px: int
    height_px: int
    colours: int
    is_full_range: bool

    @classmethod
    def of(cls, frame: VideoFrame) -> PictureKind:
        name = frame.format.name
        full = name in _FULL_RANGE or frame.color_range == ColorRange.JPEG
        return cls(name, frame.width, frame.height, int(frame.colorspace), full)

    @property
    def meant(self) -> Colours:
        """How its luma and chroma are meant."""
        matrix = _MATRICES.get(self.colours, ColourMatrix.OTHER)
        return Colours(matrix, RangeOfRing.FULL if self.is_full_range else RangeOfRing.LIMITED)

    @property
    def has_planes(self) -> bool:
        """Whether its planes can go to the screen unconverted."""
        return self.format in _PLANES_OF and self.meant.matrix is not ColourMatrix.OTHER


@functools.cache
def _library() -> ctypes.CDLL | None:
    """The scaler PyAV has loaded; None: not found."""
    home = Path(av.__file__).parent
    names = [str(path) for pattern in _BUNDLED for path in home.glob(pattern)]
    system = ctypes.util.find_library("swscale")
    for name in (*names, *(() if system is None else (system,))):
        with contextlib.suppress(OSError, AttributeError):
            library = ctypes.CDLL(name)
            if _version_of(library) == av.library_versions["libswscale"]:
                return _declared(library)
    log.info("PyAV's scaler was not found: pictures are copied into their rings")
    return None


def _version_of(library: ctypes.CDLL) -> tuple[int, int, int]:
    version: int = library.swscale_version()
    return version >> 16, version >> 8 & 0xFF, version & 0xFF


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    pointer, number = ctypes.c_void_p, ctypes.c_int
    library.sws_getContext.restype = pointer
    library.sws_getContext.argtypes = [number] * 7 + [pointer] * 3
    library.sws_freeContext.restype = None
    library.sws_freeContext.argtypes = [pointer]
    library.sws_getCoefficients.restype = pointer
    library.sws_getCoefficients.argtypes = [number]
    library.sws_setColorspaceDetails.argtypes = [
        pointer, pointer, number, pointer, number, number, number, number,
    ]  # fmt: skip
    library.sws_scale.argtypes = [pointer, pointer, pointer, number, number, pointer, pointer]
    return library


class _Scaler:
    """What both ways have in common: where the decoded planes are, and the library's contexts."""

    def __init__(
        self, library: ctypes.CDLL, kind: PictureKind, width_px: int, height_px: int
    ) -> None:
        self.kind = kind
        self.size_px = (width_px, height_px)
        self._library = library
        self._source, self._source_strides = _Pointers(), _Strides()
        self._target, self._target_strides = _Pointers(), _Strides()

    @classmethod
    def made(cls, kind: PictureKind, width_px: int, height_px: int) -> Self | None:
        """A scaler, or None where this is not for it: another format, a width of odd steps, no library."""
        library = _library()
        if library is None or kind.format not in _FORMATS or width_px % _STEP_PX:
            return None
        try:
            return cls(library, kind, width_px, height_px)
        except ValueError as error:
            log.info("%s: pictures are copied into their rings", error)
            return None

    def _aim(self, frame: VideoFrame, slot: Slot) -> None:
        """From the planes of `frame` to those of `slot`."""
        for index, plane in enumerate(frame.planes):
            self._source[index] = plane.buffer_ptr
            self._source_strides[index] = plane.line_size
        for index, target in enumerate(slot):
            self._target[index] = target.ctypes.data
            self._target_strides[index] = target.shape[1]

    def _context(self, width_px: int, height_px: int, format: int, target_format: int) -> int:
        context = self._library.sws_getContext(
            width_px, height_px, format, *self.size_px, target_format,
            _FAST_BILINEAR, None, None, None,
        )  # fmt: skip
        if not context:
            raise ValueError(f"no scaler from {width_px}×{height_px} to {self.size_px}")
        weakref.finalize(self, self._library.sws_freeContext, context)
        return int(context)


class DirectScaler(_Scaler):
    """From one kind of picture to BGRA of one size, written to an address. See `made`."""

    def __init__(
        self, library: ctypes.CDLL, kind: PictureKind, width_px: int, height_px: int
    ) -> None:
        super().__init__(library, kind, width_px, height_px)
        self._middle, self._middle_strides = _Pointers(), _Strides()
        self._scaling: int | None = None
        converted = _FORMATS[kind.format]
        if (kind.width_px, kind.height_px) != self.size_px:
            converted = _SCALED_AS[kind.format]
            self._make_middle(converted)
        self._converting = self._context(width_px, height_px, converted, _BGRA)
        colours = library.sws_getCoefficients(kind.colours)
        default = library.sws_getCoefficients(_DEFAULT_COLOURS)
        library.sws_setColorspaceDetails(
            self._converting, colours, kind.is_full_range, default, False, 0, _ONE, _ONE
        )

    def fill(self, frame: VideoFrame, slot: Slot) -> None:
        """Writes `frame`, of this scaler's kind, to a slot of (height_px, width_px × 4) bytes."""
        scale = self._library.sws_scale
        height_px = self.kind.height_px
        self._aim(frame, slot)
        source, strides = self._source, self._source_strides
        if self._scaling is not None:
            scale(self._scaling, source, strides, 0, height_px, self._middle, self._middle_strides)
            source, strides, height_px = self._middle, self._middle_strides, self.size_px[1]
        scale(self._converting, source, strides, 0, height_px, self._target, self._target_strides)

    def _make_middle(self, format: int) -> None:
        """The scaled picture before its colours are converted: three planes, halved chroma columns."""
        width_px, height_px = self.size_px
        self._scaling = self._context(
            self.kind.width_px, self.kind.height_px, _FORMATS[self.kind.format], format
        )
        line_bytes = -(-width_px // _LINE_BYTES) * _LINE_BYTES
        self._planes = np.zeros((3, height_px + 1, line_bytes), np.uint8)
        for index, plane in enumerate(self._planes):
            self._middle[index] = plane.ctypes.data
            self._middle_strides[index] = line_bytes


class PlaneScaler(_Scaler):
    """From one kind of picture to its planes at one size, colours untouched. See `made`."""

    def __init__(
        self, library: ctypes.CDLL, kind: PictureKind, width_px: int, height_px: int
    ) -> None:
        super().__init__(library, kind, width_px, height_px)
        format = _FORMATS[kind.format]
        self._scaling = self._context(kind.width_px, kind.height_px, format, format)

    def fill(self, frame: VideoFrame, slot: Slot) -> None:
        """Writes `frame`, of this scaler's kind, to a slot of three planes."""
        self._aim(frame, slot)
        self._library.sws_scale(
            self._scaling, self._source, self._source_strides, 0, self.kind.height_px,
            self._target, self._target_strides,
        )  # fmt: skip
