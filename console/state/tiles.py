"""Tile, window and alarm: the frozen values of which a wall is made. No Qt, no behaviour."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import NewType

from msgspec import Struct, structs

from config.site import CameraId
from console.state.layouts import Layout, LayoutId
from vision.alerts import AlertKind

WindowId = NewType("WindowId", str)

#: x1, y1, x2, y2 in 0..1 of a camera's whole picture.
Region = tuple[float, float, float, float]
WHOLE: Region = (0.0, 0.0, 1.0, 1.0)

#: How many cameras a tile remembers (UI.md: last eight cameras of a tile).
RECENT_COUNT = 8


class Aspect(enum.Enum):
    """How a picture of another shape meets its tile.

    AUTO stretches while the distortion stays under 20 %, else fits; FIT shows all with bars;
    FILL stretches edge to edge; CROP cuts the overhang.
    """

    AUTO = "auto"
    FIT = "fit"
    FILL = "fill"
    CROP = "crop"


#: The order in which the aspect key goes round.
ASPECT_ROUND = (Aspect.AUTO, Aspect.FIT, Aspect.CROP, Aspect.FILL)


def next_aspect(aspect: Aspect) -> Aspect:
    """The way of showing a picture after this one."""
    return ASPECT_ROUND[(ASPECT_ROUND.index(aspect) + 1) % len(ASPECT_ROUND)]


class TileAddress(Struct, frozen=True, order=True):
    """One tile of one window; `index` counts the layout's cells from 0."""

    window_id: WindowId
    index: int


class Tile(Struct, frozen=True):
    """What an operator put into a tile. `recent`: newest first, without the present camera.

    `zoomed_for`: the alert the tile was zoomed to by itself; None once an operator zoomed.
    `hotspot`: it shows whatever camera is selected elsewhere.
    """

    camera_id: CameraId | None = None
    recent: tuple[CameraId, ...] = ()
    pinned: bool = False
    region_norm: Region = WHOLE
    aspect: Aspect = Aspect.AUTO
    zoomed_for: str | None = None
    hotspot: bool = False

    @property
    def zoom(self) -> float:
        """1 for the whole picture, 2 for half its width."""
        return 1.0 / max(1e-6, self.region_norm[2] - self.region_norm[0])


class Window(Struct, frozen=True):
    """One wall window. `tiles` may be longer than the layout: the rest waits for a larger one."""

    id: WindowId
    layout: Layout
    tiles: tuple[Tile, ...] = ()
    full_index: int | None = None
    screen: str | None = None

    @property
    def layout_id(self) -> LayoutId:
        return self.layout.id


class TileAlarm(Struct, frozen=True):
    """Why a tile has an alarm frame.

    Attributes:
        place: where, in the operator's words (camera or street name).
        since_utc_ns: when it began; the tile shows the age.
        key: the key that opens it, as shown to the operator ("Enter").
        box_norm: the alert's box in the whole picture, None when there is none to draw.
        priority: 1 is the most urgent; the most urgent alarm of a camera is shown.
        is_further_view: the camera only sees the same place; another one raised the alert.
        waiting_count: alarms that found no tile of this region; its last tile tells.
    """

    alert_id: str
    camera_id: CameraId
    kind: AlertKind
    place: str
    since_utc_ns: int
    key: str = "Enter"
    box_norm: Region | None = None
    priority: int = 3
    is_further_view: bool = False
    waiting_count: int = 0


class WallMemory(Struct, frozen=True):
    """What a wall looks like again after a restart."""

    windows: tuple[Window, ...]
    selected: TileAddress | None = None
    version: int = 1


def remembered(
    windows: Iterable[Window], instead: Mapping[TileAddress, Tile]
) -> tuple[Window, ...]:
    """Windows as a restart brings them back: what is the operator's own.

    Args:
        instead: tiles that are only lent, as they were before.
    """
    return tuple(
        structs.replace(
            window,
            tiles=tuple(
                _unlinked(instead.get(TileAddress(window.id, index), tile))
                for index, tile in enumerate(window.tiles)
            ),
        )
        for window in windows
    )


def _unlinked(tile: Tile) -> Tile:
    """`tile` without a zoom that it made by itself."""
    if tile.zoomed_for is None:
        return tile
    return structs.replace(tile, region_norm=WHOLE, zoomed_for=None)
