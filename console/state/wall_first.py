"""What a wall window shows the first time: the site's cameras in the register's order. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from config.site import CameraId
from console.state.tiles import TileAddress, WindowId
from console.state.wall import WallState


def fill_new_window(wall: WallState, window_id: WindowId, cameras: Sequence[CameraId]) -> None:
    """Fills a window that holds nothing; one that a person arranged is left alone.

    A camera may be in another window, too: each monitor shows the site by itself.
    """
    window = wall.window(window_id)
    if any(tile.camera_id is not None for tile in window.tiles):
        return
    for index, camera_id in zip(wall.shown_indexes(window), cameras, strict=False):
        wall.put_camera(TileAddress(window_id, index), camera_id)
