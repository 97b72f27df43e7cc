"""The picture side of a tile: which images lie where, apart from what is written over them.

A tile is its picture parts, bottom first, and its look (bars, card, zones, box, plates, frames) over
them. Both compositors draw the same parts and the same look; only who draws the parts differs.
Works in device pixels of the window. Threads: GUI thread only.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.bridge.tile_image import TileImage
from console.state.tile_geometry import covers, source_px
from console.state.tiles import WHOLE, Region
from console.views import theme


class PartSource(enum.Enum):
    """Where the pixels of a part come from."""

    #: No picture: the colour of an empty tile.
    GROUND = enum.auto()
    #: The tile's own picture, as large as the tile asked for.
    PICTURE = enum.auto()
    #: The small whole picture of a tile that shows a part of it.
    WHOLE = enum.auto()


@dataclass(frozen=True, slots=True)
class PicturePart:
    """One image, or plain ground, on a rectangle of the window.

    Attributes:
        target: device pixels of the window.
        image: None for ground.
        source_px: x, y, width, height in the image that fill `target`, smoothly scaled; reaches
            outside the image where that does not cover it, and nothing is drawn there. None: the
            image is as large as `target` and is copied pixel by pixel.
    """

    source: PartSource
    target: QRect
    image: TileImage | None = None
    source_px: tuple[float, float, float, float] | None = None


def picture_parts(
    tile: QRect, target: QRect, shown: Region, image: TileImage | None, whole: TileImage | None
) -> tuple[PicturePart, ...]:
    """What is drawn of `image` so that `target` shows the region `shown`, bottom first.

    Args:
        tile: the whole tile, ground while there is no picture.
        whole: lies beneath where the part at hand does not reach: never a black gap.
    """
    if image is None:
        return (PicturePart(PartSource.GROUND, tile),)
    width, height = image.size
    if shown == image.region_norm and width == target.width() and height == target.height():
        return (PicturePart(PartSource.PICTURE, target, image),)
    source = source_px(shown, image.region_norm, width, height)
    picture = PicturePart(PartSource.PICTURE, target, image, source)
    if covers(image.region_norm, shown):
        return (picture,)
    if whole is None:
        return PicturePart(PartSource.GROUND, target), picture
    source = source_px(shown, whole.region_norm, *whole.size)
    return PicturePart(PartSource.WHOLE, target, whole, source), picture


def overview_place(
    tile: QRect, tile_region: Region, whole: TileImage | None, size_px: int, ratio: float
) -> QRect:
    """Where the little map of a zoomed picture lies, above the plates; empty: it has none."""
    if whole is None or tile_region == WHOLE:
        return QRect()
    margin, line = max(round(6 * ratio), size_px // 2), max(1, round(ratio))
    width, height = whole.size
    right = tile.right() + 1 - margin - line
    bottom = tile.bottom() + 1 - 2 * margin - 2 * size_px
    return QRect(right - width, bottom - height, width, height)


def paint_part(painter: QPainter, part: PicturePart) -> None:
    """Draws one part with QPainter."""
    if part.image is None:
        painter.fillRect(part.target, QColor(theme.COLOURS.panel))
    elif part.source_px is None:
        painter.drawImage(part.target.topLeft(), part.image.image)
    else:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(part.target), part.image.image, QRectF(*part.source_px))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)


def paint_bars(painter: QPainter, tile: QRect, picture: QRect) -> None:
    """Black beside a picture of another shape; clipped away when only the picture changed."""
    r, p = tile, picture
    black = Qt.GlobalColor.black
    painter.fillRect(r.x(), r.y(), r.width(), p.y() - r.y(), black)
    painter.fillRect(r.x(), p.bottom() + 1, r.width(), r.bottom() - p.bottom(), black)
    painter.fillRect(r.x(), p.y(), p.x() - r.x(), p.height(), black)
    painter.fillRect(p.right() + 1, p.y(), r.right() - p.right(), p.height(), black)


def paint_overview_marks(painter: QPainter, r: QRect, shown: Region, ratio: float) -> None:
    """A dark line round the little map at `r`, and the frame of the part `shown` in it."""
    line = max(1, round(ratio))
    ink = QColor(theme.DARK.background)
    painter.fillRect(r.x() - line, r.y() - line, r.width() + 2 * line, line, ink)
    painter.fillRect(r.x() - line, r.bottom() + 1, r.width() + 2 * line, line, ink)
    painter.fillRect(r.x() - line, r.y(), line, r.height(), ink)
    painter.fillRect(r.right() + 1, r.y(), line, r.height(), ink)
    x1, y1, x2, y2 = shown
    painter.setBrush(Qt.BrushStyle.NoBrush)
    width, height = r.width(), r.height()
    part = QRectF(r.x() + x1 * width, r.y() + y1 * height, (x2 - x1) * width, (y2 - y1) * height)
    for points, colour in ((3.0, theme.DARK.background), (1.0, theme.DARK.text)):
        painter.setPen(QPen(QColor(colour), points * ratio))
        painter.drawRect(part)
