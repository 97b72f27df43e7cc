"""YuvPlanes: a picture as the decoder gave it, for a painter that turns it into colours itself.

Whoever needs one picture of it as a QImage (editors, thumbnails, QPainter while a wall falls back to
it) has it converted; nothing here is done a picture of a running wall.

Any thread; the arrays may lie in shared memory, see `TileImage`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from ingest.frames.frame import ColourMatrix, ColourRange, Colours, Frame, PixelFormat
from ingest.frames.ring import plane_shapes, split_planes

#: Share of red and blue in luma (ITU-R BT.601 and BT.709).
_WEIGHTS = {ColourMatrix.BT601: (0.299, 0.114), ColourMatrix.BT709: (0.2126, 0.0722)}

#: Lines that are converted at once, so that what is worked on stays in the processor's cache.
_BAND_LINES = 32


@dataclass(frozen=True, slots=True)
class Conversion:
    """Red, green and blue of luma y and chroma u, v, all 0..255.

    With grey = luma_gain (y - luma_zero): red is grey + red_v (v - 128), green is
    grey - green_u (u - 128) - green_v (v - 128), blue is grey + blue_u (u - 128). The fragment
    shader has the same numbers.
    """

    luma_zero: float
    luma_gain: float
    red_v: float
    green_u: float
    green_v: float
    blue_u: float

    @classmethod
    def of(cls, colours: Colours) -> Conversion:
        """Raises KeyError for a matrix that planes never have."""
        red, blue = _WEIGHTS[colours.matrix]
        green = 1.0 - red - blue
        is_full = colours.range is ColourRange.FULL
        zero, gain, chroma = (0.0, 1.0, 1.0) if is_full else (16.0, 255 / 219, 255 / 224)
        red_v, blue_u = 2 * (1 - red) * chroma, 2 * (1 - blue) * chroma
        return cls(zero, gain, red_v, blue_u * blue / green, red_v * red / green, blue_u)


@dataclass(frozen=True, slots=True, eq=False)
class YuvPlanes:
    """Three planes, each (lines, pixels) uint8, contiguous unless `coarse`; chroma is halved, rounded up."""

    luma: NDArray[np.uint8]
    chroma_u: NDArray[np.uint8]
    chroma_v: NDArray[np.uint8]
    colours: Colours

    @classmethod
    def over(cls, frame: Frame) -> YuvPlanes:
        """The planes of a picture of `PixelFormat.PLANES`, not copied."""
        shapes = plane_shapes(frame.width_px, frame.height_px, PixelFormat.PLANES)
        luma, chroma_u, chroma_v = split_planes(frame.pixels, shapes)
        return cls(luma, chroma_u, chroma_v, frame.colours)

    @property
    def width_px(self) -> int:
        return int(self.luma.shape[1])

    @property
    def height_px(self) -> int:
        return int(self.luma.shape[0])

    @property
    def byte_count(self) -> int:
        return self.luma.nbytes + self.chroma_u.nbytes + self.chroma_v.nbytes

    def copy(self) -> YuvPlanes:
        """A copy that needs no ring."""
        return YuvPlanes(self.luma.copy(), self.chroma_u.copy(), self.chroma_v.copy(), self.colours)

    def coarse(self, least_width_px: int, least_height_px: int) -> YuvPlanes:
        """Every n-th pixel of it, as few as fill this size; views, or itself where it is small."""
        step = min(self.width_px // least_width_px, self.height_px // least_height_px)
        if step < 2:
            return self
        luma, chroma_u, chroma_v = (
            part[::step, ::step] for part in (self.luma, self.chroma_u, self.chroma_v)
        )
        return YuvPlanes(luma, chroma_u, chroma_v, self.colours)

    def image(self) -> QImage:
        """The picture in colours: Format_RGB32, a copy. 0.5 ms at 320×180, 14 ms at 1920×1080."""
        image = QImage(self.width_px, self.height_px, QImage.Format.Format_RGB32)
        image.fill(0xFF000000)
        flat = np.frombuffer(image.bits(), np.uint8)
        pixels = flat.reshape(self.height_px, self.width_px, 4)
        how = Conversion.of(self.colours)
        for top in range(0, self.height_px, _BAND_LINES):
            self._convert(how, top, pixels[top : top + _BAND_LINES])
        return image

    def _convert(self, how: Conversion, top: int, pixels: NDArray[np.uint8]) -> None:
        """Fills `pixels` (lines, width, 4) with the lines from `top`, an even one, on."""
        lines, width, _ = pixels.shape
        chroma = slice(top // 2, (top + lines + 1) // 2)
        grey = (self.luma[top : top + lines].astype(np.float32) - how.luma_zero) * how.luma_gain
        grey += 0.5
        u = self.chroma_u[chroma].astype(np.float32) - 128.0
        v = self.chroma_v[chroma].astype(np.float32) - 128.0
        tints = (how.blue_u * u, -how.green_u * u - how.green_v * v, how.red_v * v)
        for channel, tint in enumerate(tints):
            wide = tint.repeat(2, axis=0)[:lines].repeat(2, axis=1)[:, :width]
            np.clip(grey + wide, 0, 255, out=wide)
            pixels[..., channel] = wide
