"""Frame: one decoded picture with its three times. Created by an ingest process, never changed."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.site import CameraId


class PixelFormat(enum.IntEnum):
    """Layout of `Frame.pixels`."""

    BGRA = 1  #: (height, width, 4) uint8, what Qt paints as Format_RGB32
    I420 = 2  #: (height * 3 // 2, width) uint8, limited-range planes Y, U, V one under the other


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
