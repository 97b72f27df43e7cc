"""RingHeader: how a ring file is laid out. Pure; shared by writer and readers, changed with the magic.

One page of header (a fixed part, then words of 8 bytes that move), then `SLOT_COUNT` slots of
whole pages, each one picture with its planes one under the other.
"""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.site import CameraId
from ingest.errors import GridwallError
from ingest.frames.frame import (
    USUAL_COLOURS,
    ColourMatrix,
    ColourRange,
    Colours,
    PixelFormat,
    WidthClass,
)

SLOT_COUNT: Final = 4
PAGE_BYTES: Final = 4096
_MAGIC: Final = b"GWRING02"
#: magic, width, height, format, width class, slot count, slot bytes, fps, camera id, matrix, range
_STATIC: Final = struct.Struct("<8sIIIIIQd256sII")
STATIC_BYTES: Final = _STATIC.size
#: Words of 8 bytes; the moving part starts at byte 1024, one cache line (8 words) a group.
LATEST_WORD: Final = 128
CLOSED_WORD: Final = 129
#: Per slot: sequence, number, media ns, monotonic ns, UTC ns.
SLOT_WORDS: Final = 136
WORDS_PER_SLOT: Final = 8


class RingGone(GridwallError):
    """The file is no ring, is of another version, or was removed: ask the lease for the new path."""


def plane_shapes(
    width_px: int, height_px: int, pixel_format: PixelFormat
) -> tuple[tuple[int, int], ...]:
    """(lines, bytes a line) of each plane, in the order they lie in a slot.

    Raises ValueError for odd I420 sizes and empty pictures.
    """
    if width_px <= 0 or height_px <= 0:
        raise ValueError(f"picture size {width_px}×{height_px}: both must be positive")
    if pixel_format is PixelFormat.BGRA:
        return ((height_px, width_px * 4),)
    if pixel_format is PixelFormat.I420 and (width_px % 2 or height_px % 2):
        raise ValueError(f"I420 size {width_px}×{height_px}: both must be even")
    half = (-(-height_px // 2), -(-width_px // 2))
    return ((height_px, width_px), half, half)


class RingHeader:
    """The fixed part of a ring's first page."""

    __slots__ = (
        "camera_id",
        "colours",
        "file_bytes",
        "format",
        "fps",
        "height_px",
        "picture_bytes",
        "planes",
        "slot_bytes",
        "width_class",
        "width_px",
    )

    def __init__(
        self,
        camera_id: CameraId,
        width_class: WidthClass,
        width_px: int,
        height_px: int,
        pixel_format: PixelFormat,
        fps: float,
        colours: Colours = USUAL_COLOURS,
    ) -> None:
        self.camera_id = camera_id
        self.width_class = width_class
        self.width_px = width_px
        self.height_px = height_px
        self.format = pixel_format
        self.fps = fps
        self.colours = colours
        self.planes = plane_shapes(width_px, height_px, pixel_format)
        self.picture_bytes = sum(lines * line_bytes for lines, line_bytes in self.planes)
        self.slot_bytes = -(-self.picture_bytes // PAGE_BYTES) * PAGE_BYTES
        self.file_bytes = PAGE_BYTES + SLOT_COUNT * self.slot_bytes

    def file_stem(self) -> str:
        camera = re.sub(r"[^0-9A-Za-z_-]", "_", self.camera_id)[:80]
        return f"{camera}.{self.format.name.lower()}{int(self.width_class)}"

    def packed(self) -> bytes:
        return _STATIC.pack(
            _MAGIC,
            self.width_px,
            self.height_px,
            self.format,
            self.width_class,
            SLOT_COUNT,
            self.slot_bytes,
            self.fps,
            self.camera_id.encode()[:256],
            self.colours.matrix,
            self.colours.range,
        )

    @classmethod
    def unpacked(cls, raw: bytes) -> RingHeader:
        """Raises RingGone when `raw` is no header of this version, ValueError for unknown values."""
        magic, width_px, height_px, form, width_class, slots, _, fps, camera, matrix, span = (
            _STATIC.unpack(raw)
        )
        if magic != _MAGIC or slots != SLOT_COUNT:
            raise RingGone("not a frame ring of this version")
        return cls(
            CameraId(camera.rstrip(b"\0").decode()),
            WidthClass(width_class),
            width_px,
            height_px,
            PixelFormat(form),
            fps,
            Colours(ColourMatrix(matrix), ColourRange(span)),
        )


def slot_start(header: RingHeader, slot: int) -> int:
    return PAGE_BYTES + slot * header.slot_bytes


def plane_views(mapping: mmap.mmap, header: RingHeader, slot: int) -> tuple[NDArray[np.uint8], ...]:
    flat = np.frombuffer(
        mapping, dtype=np.uint8, count=header.picture_bytes, offset=slot_start(header, slot)
    )
    return split_planes(flat, header.planes)


def split_planes(
    flat: NDArray[np.uint8], shapes: Iterable[tuple[int, int]]
) -> tuple[NDArray[np.uint8], ...]:
    """Views of the planes that lie one behind the other in `flat`, shapes as `plane_shapes` names them."""
    views = []
    start = 0
    for lines, line_bytes in shapes:
        views.append(flat[start : start + lines * line_bytes].reshape(lines, line_bytes))
        start += lines * line_bytes
    return tuple(views)


def picture_view(mapping: mmap.mmap, header: RingHeader, slot: int) -> NDArray[np.uint8]:
    """The whole picture of a slot in `Frame.pixels`' shape, read-only as the mapping is."""
    flat = np.frombuffer(
        mapping, dtype=np.uint8, count=header.picture_bytes, offset=slot_start(header, slot)
    )
    if header.format is PixelFormat.BGRA:
        return flat.reshape(header.height_px, header.width_px, 4)
    if header.format is PixelFormat.PLANES:
        return flat
    return flat.reshape(header.height_px * 3 // 2, header.width_px)
