"""From a tile's need to a ring's: which size, rate and priority the lease is asked for. Pure.

Decides only the translation; importance and visibility come from `console.state.wall_wants`.
"""

from __future__ import annotations

from console.state.tile_geometry import placement
from console.state.tiles import WHOLE, Region
from console.state.wall_wants import TileWant
from ingest.cameras.health import StreamHealth
from ingest.cameras.wants import FrameWant
from ingest.frames.frame import PixelFormat, WidthClass

#: A ring may be this much narrower than its tile before the next class is taken: enlarging a
#: picture by 5 % cannot be seen and costs less than a ring of twice the width.
NARROWER = 0.95
#: Above any camera's rate: the stream's own rate is wanted.
FULL_FPS = 60.0
#: A hidden tile gets a key frame every 10 s at most, for its thumbnail; shown again, it is decoded from
#: the packets that are kept.
HIDDEN_FPS = 0.1


def width_class(width_px: int) -> WidthClass:
    """The smallest class that fills a picture of this width."""
    for size in (WidthClass.SMALL, WidthClass.MEDIUM, WidthClass.LARGE):
        if size >= width_px * NARROWER:
            return size
    return WidthClass.NATIVE


def picture_shape(health: StreamHealth | None) -> tuple[int, int]:
    """Width and height of a camera's picture in square pixels; 0, 0 while nobody knows."""
    if health is None or health.width_px <= 0 or health.height_px <= 0:
        return (0, 0)
    return round(health.width_px * health.pixel_aspect), health.height_px


def frame_want(want: TileWant, shape: tuple[int, int] = (0, 0)) -> FrameWant:
    """What the lease is asked for so that `want` can be painted.

    Args:
        want: `takes_planes` asks for pictures as decoded; a hidden tile's is for QPainter (thumbnails).
        shape: the camera's `picture_shape`. Once it is known the ring is made in exactly the
            tile's size, so that painting is a copy; until then in the next class of width.
    """
    if want.keyframes_only:
        return FrameWant(
            want.camera_id,
            WidthClass.SMALL,
            PixelFormat.BGRA,
            HIDDEN_FPS,
            int(want.importance),
            keyframes_only=True,
        )
    place = placement(want.width_px, want.height_px, *shape, want.aspect, want.region_norm)
    return FrameWant(
        want.camera_id,
        width_class(place.width_px),
        PixelFormat.PLANES if want.takes_planes else PixelFormat.BGRA,
        FULL_FPS,
        int(want.importance),
        None if place.region_norm == WHOLE else place.region_norm,
        size_px=(place.width_px, place.height_px) if shape[0] else None,
    )


def asks_planes(key: str) -> bool:
    """Whether a ring of this key (`ring_key`) was asked for as decoded planes."""
    return key.startswith(PixelFormat.PLANES.name.lower())


def region_of_key(key: str) -> Region:
    """The part of the picture that a ring of this key (`ring_key`) shows."""
    edges = key.partition("@")[2]
    if not edges:
        return WHOLE
    x1, y1, x2, y2 = (float(edge) for edge in edges.split(","))
    return (x1, y1, x2, y2)
