"""What the wall needs decoded: one want per tile, from what is shown and how large.

Decides importance (alarm, selected, rest, hidden) and the size in device pixels; knows nothing
of rings or leases. A tile nobody can see wants key frames only, so that it has a picture the
moment it is shown; a camera kept beyond the layout wants nothing.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

from msgspec import Struct

from config.site import CameraId
from console.state.tiles import WHOLE, Aspect, Region, TileAddress, Window, WindowId
from console.state.wall import WallState


class Importance(enum.IntEnum):
    """Who loses rate last (DESIGN §3); the values are the lease's priorities."""

    ALARM = 0
    SELECTED = 1
    REST = 2
    HIDDEN = 3


class ViewSize(Struct, frozen=True):
    """A window's picture area in device pixels, and whether anybody can see it.

    `takes_planes`: who paints it turns decoded planes into colours itself.
    """

    width_px: int
    height_px: int
    visible: bool = True
    takes_planes: bool = False


class TileWant(Struct, frozen=True):
    """One tile's need. `width_px`, `height_px`: the tile in device pixels (not the picture)."""

    address: TileAddress
    camera_id: CameraId
    width_px: int
    height_px: int
    importance: Importance
    region_norm: Region = WHOLE
    aspect: Aspect = Aspect.AUTO
    takes_planes: bool = False

    @property
    def keyframes_only(self) -> bool:
        return self.importance is Importance.HIDDEN


def wants(wall: WallState, views: Mapping[WindowId, ViewSize]) -> tuple[TileWant, ...]:
    """The full set of needs now, most important first.

    Args:
        views: each window's size; a window without one is not on a screen and is hidden.
    """
    found = [
        want
        for window in wall.windows.values()
        for want in _window_wants(wall, window, views.get(window.id))
    ]
    return tuple(sorted(found, key=lambda want: (want.importance, want.address)))


def _window_wants(wall: WallState, window: Window, view: ViewSize | None) -> list[TileWant]:
    seen = view is not None and view.visible
    size = view or ViewSize(1, 1, visible=False)
    placed = wall.placed(window.id, size.width_px, size.height_px) if seen else {}
    result = []
    for index in wall.shown_indexes(window):
        tile = window.tiles[index]
        if tile.camera_id is None:
            continue
        address = TileAddress(window.id, index)
        rect = placed.get(index)
        result.append(
            TileWant(
                address,
                tile.camera_id,
                rect.width_px if rect else 1,
                rect.height_px if rect else 1,
                _importance(wall, address, tile.camera_id) if rect else Importance.HIDDEN,
                tile.region_norm,
                tile.aspect,
                size.takes_planes,
            )
        )
    return result


def _importance(wall: WallState, address: TileAddress, camera_id: CameraId) -> Importance:
    if wall.alarms.of(camera_id) is not None:
        return Importance.ALARM
    return Importance.SELECTED if wall.selected == address else Importance.REST
