"""StampPlate: lines of text as luma and opacity, ready to be laid over decoded pictures.

Text is Qt's: it finds a font for every script of a line (Noto Sans CJK for Chinese), which
libavfilter's drawtext does not, and PyAV's wheels are built without it. QImage and QFont may be
used outside the GUI thread as long as a QGuiApplication exists.

Threads: any; a plate belongs to the thread that made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter

#: Asked for in this order; what none of them has, Qt takes from another font.
FAMILIES = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "Inter", "DejaVu Sans",
)  # fmt: skip
#: Type size as a share of the picture's height, never below what can be read.
SIZE_SHARE, SMALLEST_PX = 0.034, 10
#: How much of the picture is left under the plate: it stays recognisable.
GROUND_ALPHA = 0.55
#: Luma of white ink and dark ground in limited range (BT.601/709).
INK, GROUND = 235, 16


@dataclass(frozen=True, slots=True)
class StampPlate:
    """Both arrays (h, w), h and w even: `luma` uint8 in limited range, `alpha` uint16 in 0..256."""

    luma: NDArray[np.uint8]
    alpha: NDArray[np.uint16]

    @property
    def chroma_alpha(self) -> NDArray[np.uint16]:
        """(h / 2, w / 2): opacity at the places of 4:2:0 colour."""
        return self.alpha[::2, ::2]


def size_px_for(lines: Sequence[str], width_px: int, height_px: int) -> int:
    """The type size for a picture: by its height, smaller where a line would not fit."""
    size = max(SMALLEST_PX, round(height_px * SIZE_SHARE))
    while size > SMALLEST_PX and _extent(lines, size)[0] > width_px:
        size -= 1
    return size


def stamp_plate(lines: Sequence[str], size_px: int, most_width_px: int) -> StampPlate:
    """The plate of `lines`, cut at `most_width_px`."""
    wide, high = _extent(lines, size_px)
    width, height = min(wide, most_width_px) // 2 * 2, high
    image = QImage(width, height, QImage.Format.Format_Grayscale8)
    image.fill(0)
    font = _font(size_px)
    metrics = QFontMetrics(font)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    painter.setFont(font)
    painter.setPen(QColor(Qt.GlobalColor.white))
    for row, line in enumerate(lines):
        baseline = _inset(size_px) + row * metrics.height() + metrics.ascent()
        painter.drawText(QPointF(_inset(size_px), baseline), line)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())
    ink = rows[:, :width].astype(np.float32) / 255.0
    luma = np.round(GROUND + ink * (INK - GROUND)).astype(np.uint8)
    alpha = np.round(256 * (GROUND_ALPHA + (1.0 - GROUND_ALPHA) * ink)).astype(np.uint16)
    return StampPlate(luma, alpha)


def lay_over(
    planes: Sequence[NDArray[np.uint8]], plate: StampPlate, left_px: int, top_px: int
) -> None:
    """Blends a plate into the Y, U and V planes (4:2:0, writable) at an even place, in place."""
    height, width = plate.luma.shape
    _blend(planes[0][top_px : top_px + height, left_px : left_px + width], plate.luma, plate.alpha)
    grey = np.full_like(plate.luma[::2, ::2], 128)
    half = slice(top_px // 2, (top_px + height) // 2), slice(left_px // 2, (left_px + width) // 2)
    for plane in planes[1:3]:
        _blend(plane[half], grey, plate.chroma_alpha)


def lay_over_rgb(pixels: NDArray[np.uint8], plate: StampPlate, left_px: int, top_px: int) -> None:
    """The same for (h, w, 3) RGB in full range; every pixel outside the plate stays what it was."""
    height, width = plate.luma.shape
    luma = plate.luma.astype(np.uint16)
    grey = ((luma - GROUND) * 255 // (INK - GROUND)).astype(np.uint8)
    for channel in range(3):
        part = pixels[top_px : top_px + height, left_px : left_px + width, channel]
        _blend(part, grey, plate.alpha)


def _blend(under: NDArray[np.uint8], over: NDArray[np.uint8], alpha: NDArray[np.uint16]) -> None:
    mixed = under.astype(np.uint16) * (256 - alpha) + over.astype(np.uint16) * alpha
    under[:] = (mixed >> 8).astype(np.uint8)


def _extent(lines: Sequence[str], size_px: int) -> tuple[int, int]:
    """(width, height) in pixels, both even."""
    metrics = QFontMetrics(_font(size_px))
    wide = max((metrics.horizontalAdvance(line) for line in lines), default=0)
    width, height = wide + 2 * _inset(size_px), len(lines) * metrics.height() + 2 * _inset(size_px)
    return width + width % 2, height + height % 2


def _inset(size_px: int) -> int:
    return max(2, size_px // 3)


def _font(size_px: int) -> QFont:
    font = QFont()
    font.setFamilies(FAMILIES)
    font.setPixelSize(size_px)
    return font
