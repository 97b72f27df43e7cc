"""From a tile's need to a ring's: which size, rate and priority the lease is asked for. Pure.

Decides only the translation; importance and visibility come from `console.state.wall_wants`.
"""

from __future__ import annotations

from config.site import Camera
from console.state.tiles import WHOLE, Region
from console.state.wall_wants import TileWant
from ingest.cameras.wants import CameraSource, FrameWant
from ingest.frames.frame import PixelFormat, WidthClass

#: A ring may be this much narrower than its tile before the next class is taken: enlarging a
#: picture by 5 % cannot be seen and costs less than a ring of twice the width.
NARROWER = 0.95
#: Above any camera's rate: the stream's own rate is wanted.
FULL_FPS = 60.0
#: A hidden tile keeps its last key frame at this rate at most.
HIDDEN_FPS = 1.0


def width_class(width_px: int) -> WidthClass:
    """The smallest class that fills a picture of this width."""
    for size in (WidthClass.SMALL, WidthClass.MEDIUM, WidthClass.LARGE):
        if size >= width_px * NARROWER:
            return size
    return WidthClass.NATIVE


def frame_want(want: TileWant) -> FrameWant:
    """What the lease is asked for so that `want` can be painted."""
    if want.keyframes_only:
        return FrameWant(
            want.camera_id,
            WidthClass.SMALL,
            PixelFormat.BGRA,
            HIDDEN_FPS,
            int(want.importance),
            keyframes_only=True,
        )
    zoomed = want.region_norm != WHOLE
    return FrameWant(
        want.camera_id,
        width_class(want.width_px),
        PixelFormat.BGRA,
        FULL_FPS,
        int(want.importance),
        want.region_norm if zoomed else None,
    )


def camera_source(camera: Camera) -> CameraSource:
    """Where the lease finds the camera's streams."""
    return CameraSource(camera.id, camera.main_url, camera.sub_url)


def region_of_key(key: str) -> Region:
    """The part of the picture that a ring of this key (`ring_key`) shows."""
    _, _, edges = key.partition("@")
    if not edges:
        return WHOLE
    x1, y1, x2, y2 = (float(edge) for edge in edges.split(","))
    return (x1, y1, x2, y2)
