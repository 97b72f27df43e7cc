"""Frame: one decoded picture with its three times. Created by an ingest process, never changed."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from config.site import CameraId


class PixelFormat(enum.IntEnum):
    """Layout of `Frame.pixels`."""

    BGRA = 1  #: (height, width, 4) uint8, what Qt paints as Format_RGB32
    I420 = 2  #: (height * 3 // 2, width) uint8, limited-range planes Y, U, V one under the other
    #: (bytes,) uint8: planes Y, U, V as decoded, `Frame.colours` says how they are meant; what is
    #: halved is rounded up, so that any size can be had
    PLANES = 3


class ColourMatrix(enum.IntEnum):
    """How luma and chroma are made of red, green and blue."""

    OTHER = 0  #: neither of these; `PLANES` never have it
    BT601 = 1  #: what a stream that does not say is taken for
    BT709 = 2


class ColourRange(enum.IntEnum):
    """Which numbers stand for black and white."""

    LIMITED = 1  #: luma 16..235, chroma 16..240
    FULL = 2  #: 0..255


@dataclass(frozen=True, slots=True)
class Colours:
    """What turns planes into red, green and blue; means nothing for BGRA."""

    matrix: ColourMatrix = ColourMatrix.BT601
    range: ColourRange = ColourRange.LIMITED


#: Of a stream that does not say.
USUAL_COLOURS: Final = Colours()


class WidthClass(enum.IntEnum):
    """Width a ring is scaled to, pixels; NATIVE keeps the stream's own size."""

    SMALL = 240
    MEDIUM = 480
    LARGE = 960
    NATIVE = 0


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of one camera.

    Attributes:
        camera_id: whose picture.
        width_px, height_px: size of the picture.
        format: layout of `pixels`.
        pixels: read-only uint8 array; shape by `format`. A view into a ring's shared memory
            unless `owned`; ask the ring's `still_valid(frame)` after use.
        number: 1 for the first frame of a ring's generation, counting every frame written.
        media_ns: the camera's presentation time, its own zero.
        received_mono_ns: CLOCK_MONOTONIC when the last packet of the frame arrived.
        received_utc_ns: the same moment in UTC.
        owned: True when `pixels` is a private copy.
        colours: matrix and range of planes.
    """

    camera_id: CameraId
    width_px: int
    height_px: int
    format: PixelFormat
    pixels: NDArray[np.uint8]
    number: int
    media_ns: int
    received_mono_ns: int
    received_utc_ns: int
    owned: bool = False
    colours: Colours = USUAL_COLOURS
