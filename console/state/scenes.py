"""Scenes: what a whole wall shows, kept by name and number, and how a window takes one over.

Decides what of a window gives way: a pinned tile never does. Pure values and one book; the scenes
themselves lie at the hub (`console.desk.library`).

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from config.site import CameraId
from console.state.layouts import Layout
from console.state.library_book import LibraryBook
from console.state.tiles import RECENT_COUNT, WHOLE, Aspect, Region, Tile, Window, WindowId
from console.state.wall import WallState
from console.state.window_edits import grown


class MapPosition(Struct, frozen=True, omit_defaults=True):
    """What a map shows: the centre in world coordinates (0..1, Web Mercator) and the zoom level.

    `over_wall`: it lies over the monitors of the wall, and the zoom is that of all together.
    """

    centre_x: float
    centre_y: float
    zoom: float
    over_wall: bool = False


class SceneTile(Struct, frozen=True, omit_defaults=True):
    """One tile of a scene; a tile's memory is the seat's own."""

    camera_id: CameraId | None = None
    pinned: bool = False
    hotspot: bool = False
    region_norm: Region = WHOLE
    aspect: Aspect = Aspect.AUTO


class SceneWindow(Struct, frozen=True):
    """What one window shows. `window_id`: where it was; elsewhere windows are matched in order."""

    window_id: WindowId
    layout: Layout
    tiles: tuple[SceneTile, ...]
    full_index: int | None = None


class SceneContent(Struct, frozen=True):
    """A scene as it lies on the hub's library."""

    windows: tuple[SceneWindow, ...]
    map: MapPosition | None = None


class Scene(Struct, frozen=True):
    """A scene with its name; `by`: who saved it last."""

    name: str
    number: int | None
    content: SceneContent
    by: str = ""
    version: int = 0

    @property
    def tile_count(self) -> int:
        return sum(len(window.layout.cells) for window in self.content.windows)


class SceneBook(LibraryBook[Scene]):
    """The site's scenes."""


def content_of(windows: Iterable[Window], map_position: MapPosition | None) -> SceneContent:
    """What these windows show now."""
    return SceneContent(tuple(scene_window(window) for window in windows), map_position)


def scene_window(window: Window) -> SceneWindow:
    """A window as a scene keeps it: the tiles of its layout, and those that wait."""
    tiles = tuple(
        SceneTile(tile.camera_id, tile.pinned, tile.hotspot, tile.region_norm, tile.aspect)
        for tile in window.tiles
    )
    return SceneWindow(window.id, window.layout, tiles, window.full_index)


def matched(content: SceneContent, windows: Sequence[WindowId]) -> dict[WindowId, SceneWindow]:
    """Which of these windows takes which part: the same id first, the rest in order."""
    by_id = {part.window_id: part for part in content.windows}
    found = {window_id: by_id[window_id] for window_id in windows if window_id in by_id}
    taken = {part.window_id for part in found.values()}
    rest = [part for part in content.windows if part.window_id not in taken]
    free = [window_id for window_id in windows if window_id not in found]
    found.update(zip(free, rest, strict=False))
    return found


def window_with(window: Window, part: SceneWindow) -> Window:
    """The window showing `part`; what is pinned in it stays, cameras that find no tile wait.

    A window with more pinned tiles than the part has room for keeps its own layout.
    """
    pinned = [i for i, tile in enumerate(window.tiles) if tile.pinned]
    shown = len(window.layout.cells)
    pinned = [i for i in pinned if i < shown]
    room = len(part.layout.cells)
    layout = part.layout if len(pinned) <= room else window.layout
    count = len(layout.cells)
    places = _places(pinned, count)
    arriving = list(part.tiles[: max(count, room)])
    tiles: list[Tile | None] = [None] * count
    for index, place in places.items():
        tiles[place] = window.tiles[index]
    waiting = [_tile(Tile(), tile) for tile in part.tiles[len(arriving) :]]
    for place, arrived in enumerate(arriving):
        former = window.tiles[place] if place < len(window.tiles) else Tile()
        if place < count and tiles[place] is None:
            tiles[place] = _tile(former, arrived)
        elif arrived.camera_id is not None and not _is_held(arrived.camera_id, window, pinned):
            waiting.append(_tile(Tile(), arrived))
    whole = tuple(tile or Tile() for tile in tiles) + tuple(
        tile for tile in waiting if tile.camera_id is not None
    )
    full = part.full_index if layout is part.layout and not pinned else None
    return grown(msgspec.structs.replace(window, layout=layout, tiles=whole, full_index=full))


def region_with(window: Window, part: SceneWindow, indexes: Sequence[int]) -> Window:
    """The window with the part's cameras in some of its tiles; layout and pinned tiles stay."""
    tiles = list(window.tiles)
    cameras = [tile for tile in part.tiles if tile.camera_id is not None]
    free = [i for i in indexes if i < len(window.layout.cells) and not tiles[i].pinned]
    for index, arrived in zip(free, cameras, strict=False):
        tiles[index] = _tile(tiles[index], arrived)
    return msgspec.structs.replace(window, tiles=tuple(tiles), full_index=None)


def call(wall: WallState, content: SceneContent) -> Mapping[WindowId, Window]:
    """Shows a scene on the wall's windows; returns what they showed before."""
    before = dict(wall.windows)
    for window_id, part in matched(content, list(before)).items():
        wall.put_window(window_with(before[window_id], part))
    return before


def _places(pinned: Sequence[int], count: int) -> dict[int, int]:
    """Where each pinned tile goes among `count`: its own place, else the last free one."""
    places = {index: index for index in pinned if index < count}
    free = [place for place in range(count) if place not in places]
    for index in pinned:
        if index not in places and free:
            places[index] = free.pop()
    return places


def _is_held(camera_id: CameraId, window: Window, pinned: Sequence[int]) -> bool:
    return any(window.tiles[index].camera_id == camera_id for index in pinned)


def _tile(former: Tile, arrived: SceneTile) -> Tile:
    """The scene's tile with the memory of the one it takes the place of."""
    past = (former.camera_id, *former.recent)
    recent = tuple(dict.fromkeys(c for c in past if c is not None and c != arrived.camera_id))
    return Tile(
        arrived.camera_id, recent[:RECENT_COUNT], arrived.pinned, arrived.region_norm,
        arrived.aspect, hotspot=arrived.hotspot,
    )  # fmt: skip
