"""Tile, window and alarm: the frozen values of which a wall is made. No Qt, no behaviour."""

from __future__ import annotations

import enum
from typing import NewType

from msgspec import Struct

from config.site import CameraId
from console.state.layouts import LayoutId
from vision.alerts import AlertKind

WindowId = NewType("WindowId", str)

#: x1, y1, x2, y2 in 0..1 of a camera's whole picture.
Region = tuple[float, float, float, float]
WHOLE: Region = (0.0, 0.0, 1.0, 1.0)

#: How many cameras a tile remembers (UI.md: last eight cameras of a tile).
RECENT_COUNT = 8


def clamped(region: Region) -> Region:
    """Inside the picture, at most 20-fold, keeping its size where it can."""
    width = min(1.0, max(0.05, region[2] - region[0]))
    height = min(1.0, max(0.05, region[3] - region[1]))
    x = min(max(0.0, region[0]), 1.0 - width)
    y = min(max(0.0, region[1]), 1.0 - height)
    return (x, y, x + width, y + height)


class Aspect(enum.Enum):
    """How a picture of another shape meets its tile.

    AUTO stretches while the distortion stays under 20 %, else fits; FIT shows all with bars;
    FILL stretches edge to edge; CROP cuts the overhang.
    """

    AUTO = "auto"
    FIT = "fit"
    FILL = "fill"
    CROP = "crop"


class TileAddress(Struct, frozen=True, order=True):
    """One tile of one window; `index` counts the layout's cells from 0."""

    window_id: WindowId
    index: int


class Tile(Struct, frozen=True):
    """What an operator put into a tile. `recent`: newest first, without the present camera."""

    camera_id: CameraId | None = None
    recent: tuple[CameraId, ...] = ()
    pinned: bool = False
    region_norm: Region = WHOLE
    aspect: Aspect = Aspect.AUTO

    @property
    def zoom(self) -> float:
        """1 for the whole picture, 2 for half its width."""
        return 1.0 / max(1e-6, self.region_norm[2] - self.region_norm[0])


class Window(Struct, frozen=True):
    """One wall window. `tiles` may be longer than the layout: the rest waits for a larger one."""

    id: WindowId
    layout_id: LayoutId
    tiles: tuple[Tile, ...] = ()
    full_index: int | None = None
    screen: str | None = None


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
