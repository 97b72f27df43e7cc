"""Where a picture lies in its tile, and what a point of the tile shows. Pure arithmetic.

Two coordinate systems: the tile (pixels, origin top left of the tile) and the camera's whole
picture (0..1). A zoomed tile shows a region of the picture.
"""

from __future__ import annotations

from msgspec import Struct

from console.state.tiles import WHOLE, Aspect, Region
from ingest.cameras.stream_info import even_box

#: AUTO stretches a picture to its tile up to this distortion, else it adds bars.
STRETCH_LIMIT = 1.2
#: The little map of a zoomed tile takes this share of the tile's sides at most.
OVERVIEW_SHARE = 0.22
#: Edges of a region are as exact as in the key of its ring (`ring_key`), so that they compare equal.
REGION_DIGITS = 4


class Placement(Struct, frozen=True):
    """The shown part of the picture and the part of the tile that it covers, in pixels."""

    x_px: int
    y_px: int
    width_px: int
    height_px: int
    region_norm: Region = WHOLE

    def point_norm(self, x_px: float, y_px: float) -> tuple[float, float]:
        """Tile pixel → point of the whole picture (may lie outside 0..1)."""
        x1, y1, x2, y2 = self.region_norm
        return (
            x1 + (x_px - self.x_px) / max(1, self.width_px) * (x2 - x1),
            y1 + (y_px - self.y_px) / max(1, self.height_px) * (y2 - y1),
        )

    def box_px(self, box: Region) -> tuple[float, float, float, float]:
        """A box of the whole picture → x, y, width, height in tile pixels."""
        x1, y1, x2, y2 = self.region_norm
        scale_x = self.width_px / (x2 - x1)
        scale_y = self.height_px / (y2 - y1)
        return (
            self.x_px + (box[0] - x1) * scale_x,
            self.y_px + (box[1] - y1) * scale_y,
            (box[2] - box[0]) * scale_x,
            (box[3] - box[1]) * scale_y,
        )


def placement(
    tile_width_px: int,
    tile_height_px: int,
    picture_width_px: int,
    picture_height_px: int,
    aspect: Aspect,
    region: Region = WHOLE,
) -> Placement:
    """How a picture of this shape is shown in a tile of that size.

    Args:
        picture_width_px, picture_height_px: the whole picture; 0 when nobody knows it yet,
            which fills the tile.
        region: the zoomed part, in the whole picture's 0..1.
    """
    if picture_width_px <= 0 or picture_height_px <= 0:
        return Placement(0, 0, tile_width_px, tile_height_px, region)
    region = _on_pixels(region, picture_width_px, picture_height_px)
    filled = Placement(0, 0, tile_width_px, tile_height_px, region)
    if aspect is Aspect.FILL:
        return filled
    shape = (
        picture_width_px * (region[2] - region[0]) / (picture_height_px * (region[3] - region[1]))
    )
    tile_shape = tile_width_px / tile_height_px
    distortion = max(shape / tile_shape, tile_shape / shape)
    if aspect is Aspect.AUTO and distortion <= STRETCH_LIMIT:
        return filled
    if aspect is Aspect.CROP:
        region = _cropped(region, tile_shape / shape)
        region = _on_pixels(region, picture_width_px, picture_height_px)
        return Placement(0, 0, tile_width_px, tile_height_px, region)
    return _fitted(tile_width_px, tile_height_px, shape, region)


def overview_size(
    tile_width_px: int, tile_height_px: int, picture_width_px: int, picture_height_px: int
) -> tuple[int, int]:
    """Width and height of the little map of a zoomed tile; the tile's shape while none is known."""
    known = picture_width_px > 0 and picture_height_px > 0
    shape = picture_width_px / picture_height_px if known else tile_width_px / tile_height_px
    height = min(OVERVIEW_SHARE * tile_height_px, OVERVIEW_SHARE * tile_width_px / shape)
    return max(16, round(height * shape) & ~1), max(16, round(height) & ~1)


def clamped(region: Region) -> Region:
    """Inside the picture, at most 20-fold, keeping its size where it can."""
    width = min(1.0, max(0.05, region[2] - region[0]))
    height = min(1.0, max(0.05, region[3] - region[1]))
    x = min(max(0.0, region[0]), 1.0 - width)
    y = min(max(0.0, region[1]), 1.0 - height)
    return _rounded((x, y, x + width, y + height))


def _rounded(region: Region) -> Region:
    x1, y1, x2, y2 = (round(edge, REGION_DIGITS) for edge in region)
    return (x1, y1, x2, y2)


def _on_pixels(region: Region, width_px: int, height_px: int) -> Region:
    """`region` on the even pixels that are cut out for it: what is painted lies where it says."""
    if region == WHOLE:
        return region
    left, top, right, bottom = even_box(region, width_px, height_px)
    return _rounded((left / width_px, top / height_px, right / width_px, bottom / height_px))


def _fitted(width_px: int, height_px: int, shape: float, region: Region) -> Placement:
    if width_px / height_px > shape:
        shown = max(1, round(height_px * shape))
        return Placement((width_px - shown) // 2, 0, shown, height_px, region)
    shown = max(1, round(width_px / shape))
    return Placement(0, (height_px - shown) // 2, width_px, shown, region)


def _cropped(region: Region, widening: float) -> Region:
    """`region` cut so that it becomes `widening` times as wide in relation to its height."""
    x1, y1, x2, y2 = region
    if widening < 1:
        cut = (x2 - x1) * (1 - widening) / 2
        return (x1 + cut, y1, x2 - cut, y2)
    cut = (y2 - y1) * (1 - 1 / widening) / 2
    return (x1, y1 + cut, x2, y2 - cut)


def covers(held: Region, shown: Region) -> bool:
    """Whether an image that holds the region `held` has all of `shown`."""
    left, top = held[0] <= shown[0], held[1] <= shown[1]
    return left and top and held[2] >= shown[2] and held[3] >= shown[3]


def source_px(
    shown: Region, held: Region, width_px: int, height_px: int
) -> tuple[float, float, float, float]:
    """Which pixels of an image that holds the region `held` show the region `shown`.

    Returns:
        x, y, width, height in the image; reaches outside it where `held` does not cover `shown`.
    """
    held_w, held_h = held[2] - held[0], held[3] - held[1]
    return (
        (shown[0] - held[0]) / held_w * width_px,
        (shown[1] - held[1]) / held_h * height_px,
        (shown[2] - shown[0]) / held_w * width_px,
        (shown[3] - shown[1]) / held_h * height_px,
    )
