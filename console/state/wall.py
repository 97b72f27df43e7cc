"""WallState: which camera is in which tile of which window, and what the operator points at.

Decides what is shown and which tile gives way; never touches a window, a thread or a stream.
What must be decoded for it is derived in `console.state.wall_wants`.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from config.site import CameraId
from console.state.eyesight import Eyesight
from console.state.layout_walk import neighbour
from console.state.layouts import LAYOUTS, SINGLE, Layout, LayoutId, PixelRect, place
from console.state.observable import Signal
from console.state.ptz import PtzFleet
from console.state.tile_geometry import clamped
from console.state.tiles import (
    RECENT_COUNT,
    WHOLE,
    Aspect,
    Region,
    Tile,
    TileAddress,
    WallMemory,
    Window,
    WindowId,
    remembered,
)
from console.state.wall_alarms import WallAlarms
from console.state.window_edits import grown, reordered
from ingest.errors import GridwallError

MAIN_WINDOW = WindowId("main")
FIRST_LAYOUT = LayoutId("2x2")

_WHOLE_WINDOW = LAYOUTS[SINGLE]


class UnknownTile(GridwallError):
    """A window, tile, layout or camera number that does not exist."""


class WallState:
    """The wall of one seat.

    Signals: `window_changed(window_id)`: tiles, layout or full tile of a window;
    `selected_changed(address)`;
    `wants_changed()`: which pictures are needed, after any of the above or a new window size.
    """

    def __init__(self, camera_of_number: Callable[[int], CameraId | None] | None = None) -> None:
        self.window_changed: Signal[[WindowId]] = Signal()
        self.windows_changed: Signal[[]] = Signal()
        self.selected_changed: Signal[[TileAddress]] = Signal()
        self.wants_changed: Signal[[]] = Signal()
        #: What frames tiles red; a change of it may change which pictures are needed.
        self.alarms = WallAlarms()
        self.alarms.changed.connect(lambda _camera_id: self.wants_changed.emit())
        #: Who turns which camera: a tile says so.
        self.ptz = PtzFleet()
        #: Cameras whose picture does not serve their rules.
        self.eyesight = Eyesight()
        self._camera_of_number = camera_of_number
        self._windows: dict[WindowId, Window] = {}
        self._selected: TileAddress | None = None

    # -- windows and layouts

    @property
    def windows(self) -> Mapping[WindowId, Window]:
        return self._windows

    def window(self, window_id: WindowId) -> Window:
        """Raises UnknownTile for a window that was never opened."""
        try:
            return self._windows[window_id]
        except KeyError:
            raise UnknownTile(f"there is no wall window {window_id!r}") from None

    def open_window(
        self, window_id: WindowId, layout_id: LayoutId = FIRST_LAYOUT, screen: str | None = None
    ) -> Window:
        """The window, made with `layout_id` when it is new, else as it was."""
        known = self._windows.get(window_id)
        if known is None:
            known = grown(Window(window_id, _known_layout(layout_id), screen=screen))
            self._windows[window_id] = known
            if self._selected is None:
                self._selected = TileAddress(window_id, 0)
            self.windows_changed.emit()
            self.wants_changed.emit()
        return known

    def close_window(self, window_id: WindowId) -> None:
        """Forgets a window and its content; unknown ones are ignored."""
        if self._windows.pop(window_id, None) is None:
            return
        if self._selected is not None and self._selected.window_id == window_id:
            first = next(iter(self._windows), None)
            self._selected = None if first is None else TileAddress(first, 0)
        self.windows_changed.emit()
        self.wants_changed.emit()

    def set_layout(self, window_id: WindowId, layout_id: LayoutId) -> None:
        """Cuts a window anew; cameras keep their order, those without a tile wait unseen.

        Raises UnknownTile for a layout that does not exist.
        """
        self.cut(window_id, _known_layout(layout_id))

    def cut(
        self, window_id: WindowId, layout: Layout, order: Sequence[int | None] | None = None
    ) -> None:
        """Cuts a window anew. `order`: which former tile each tile is (None: the next that waits).

        Tiles that are in no place any more wait unseen, in their former order.
        """
        window = self.window(window_id)
        tiles = window.tiles if order is None else reordered(window.tiles, order)
        changed = msgspec.structs.replace(window, layout=layout, tiles=tiles, full_index=None)
        selected = self._selected.index if self._selected is not None else 0
        in_order = order is not None and selected in order
        self._put_whole(changed, order.index(selected) if order and in_order else selected)

    def put_window(self, window: Window) -> None:
        """Replaces all that a window shows: a scene, or what was there before it."""
        self.window(window.id)
        self._put_whole(window, self._selected.index if self._selected is not None else 0)

    def placed(self, window_id: WindowId, width_px: int, height_px: int) -> dict[int, PixelRect]:
        """Tile index → rectangle, for the tiles a window of this size shows now."""
        window = self.window(window_id)
        if window.full_index is not None:
            return {window.full_index: place(_WHOLE_WINDOW, width_px, height_px)[0]}
        return dict(enumerate(place(window.layout, width_px, height_px)))

    # -- tiles

    def tile(self, address: TileAddress) -> Tile:
        """Raises UnknownTile."""
        window = self.window(address.window_id)
        if not 0 <= address.index < len(window.tiles):
            raise UnknownTile(f"window {address.window_id!r} has no tile {address.index}")
        return window.tiles[address.index]

    def shown_indexes(self, window: Window) -> range:
        """Indexes the window's layout has room for."""
        return range(len(window.layout.cells))

    def addresses(self) -> Iterable[TileAddress]:
        """Every tile of every window's layout, in reading order."""
        for window in self._windows.values():
            for index in self.shown_indexes(window):
                yield TileAddress(window.id, index)

    def tiles_of(self, camera_id: CameraId) -> list[TileAddress]:
        """Where a camera is, in reading order."""
        return [a for a in self.addresses() if self.tile(a).camera_id == camera_id]

    def put_camera(self, address: TileAddress, camera_id: CameraId | None) -> None:
        """Shows a camera in a tile, whole picture; the former one goes to the tile's memory."""
        tile = self.tile(address)
        if tile.camera_id == camera_id:
            return
        recent = [c for c in (tile.camera_id, *tile.recent) if c is not None and c != camera_id]
        self._put_tile(
            address,
            msgspec.structs.replace(
                tile,
                camera_id=camera_id,
                recent=tuple(recent[:RECENT_COUNT]),
                region_norm=WHOLE,
                zoomed_for=None,
            ),
        )

    def replace_tile(self, address: TileAddress, tile: Tile) -> None:
        """Puts back what a tile held: camera, region, pin and memory. Raises UnknownTile."""
        self.tile(address)
        self._put_tile(address, tile)

    def call(self, camera_id: CameraId, address: TileAddress | None = None) -> TileAddress:
        """Brings a camera to `address` (default: the selected tile) and returns where it is now.

        A camera that is already in the selected tile's window stays and is selected there when
        the tile it was called to is pinned; a pinned tile is never overwritten: the next one
        that is not pinned takes the camera.

        Raises UnknownTile when the wall has no window.
        """
        target = address or self._selected
        if target is None:
            raise UnknownTile("the wall has no window yet: open one first")
        target = self._unpinned_from(target)
        window = self.window(target.window_id)
        if window.full_index is not None and window.full_index != target.index:
            self._put(msgspec.structs.replace(window, full_index=target.index))
        self.put_camera(target, camera_id)
        self.select(target)
        return target

    def call_number(self, number: int) -> TileAddress:
        """Camera number + Enter. Raises UnknownTile for a number nobody has."""
        camera_id = self._camera_of_number(number) if self._camera_of_number else None
        if camera_id is None:
            raise UnknownTile(f"no camera has the number {number}")
        return self.call(camera_id)

    def step_back(self, address: TileAddress) -> None:
        """The tile's previous camera again; nothing happens when it has none."""
        recent = self.tile(address).recent
        if recent:
            self.put_camera(address, recent[0])

    def swap(self, a: TileAddress, b: TileAddress) -> None:
        """Exchanges two tiles with all they hold; works across windows."""
        tile_a, tile_b = self.tile(a), self.tile(b)
        self._put_tile(a, tile_b)
        self._put_tile(b, tile_a)

    def set_pinned(self, address: TileAddress, pinned: bool) -> None:
        """A pinned tile keeps its camera whatever is called or linked."""
        self._put_tile(address, msgspec.structs.replace(self.tile(address), pinned=pinned))

    def set_hotspot(self, address: TileAddress, hotspot: bool) -> None:
        """A hotspot shows whatever is selected elsewhere (`console.state.hotspot`)."""
        self._put_tile(address, msgspec.structs.replace(self.tile(address), hotspot=hotspot))

    def set_aspect(self, address: TileAddress, aspect: Aspect) -> None:
        self._put_tile(address, msgspec.structs.replace(self.tile(address), aspect=aspect))

    def set_region(
        self, address: TileAddress, region_norm: Region, *, for_alert: str | None = None
    ) -> None:
        """Digital zoom: the part of the picture the tile shows; clamped to the picture.

        `for_alert`: nobody asked for it, the tile follows this alert (see LinkedZoom).
        """
        tile = msgspec.structs.replace(
            self.tile(address), region_norm=clamped(region_norm), zoomed_for=for_alert
        )
        self._put_tile(address, tile)

    def toggle_full(self, address: TileAddress | None = None) -> None:
        """Lets one tile fill its window, or goes back to the layout."""
        target = address or self._selected
        if target is None:
            return
        window = self.window(target.window_id)
        full = None if window.full_index is not None else target.index
        self._put(msgspec.structs.replace(window, full_index=full))

    def fill(self, camera_ids: Sequence[CameraId]) -> None:
        """First start: puts cameras that are nowhere yet into the empty tiles, in order."""
        shown = {self.tile(a).camera_id for a in self.addresses()}
        free = [c for c in dict.fromkeys(camera_ids) if c not in shown]
        empty = [a for a in self.addresses() if self.tile(a).camera_id is None]
        for address, camera_id in zip(empty, free, strict=False):
            self.put_camera(address, camera_id)

    # -- selection

    @property
    def selected(self) -> TileAddress | None:
        return self._selected

    def select(self, address: TileAddress) -> None:
        """Points at a tile. Raises UnknownTile."""
        self.tile(address)
        if address != self._selected:
            self._selected = address
            self.selected_changed.emit(address)
            self.wants_changed.emit()

    def move_selection(self, dx: int, dy: int) -> None:
        """The next tile in a direction (−1, 0, 1 each), into the neighbouring window at an edge."""
        here = self._selected
        if here is None:
            return
        window = self.window(here.window_id)
        target = neighbour(window.layout, here.index, dx, dy)
        if target is not None:
            if window.full_index is not None:
                self._put(msgspec.structs.replace(window, full_index=target))
            self.select(TileAddress(here.window_id, target))
        elif dx:
            self._select_in_next_window(here.window_id, dx)

    # -- memory

    def remember(
        self,
        instead: Mapping[TileAddress, Tile] | None = None,
        own: Mapping[WindowId, Window] | None = None,
    ) -> bytes:
        """The wall as JSON, for the next start.

        Args:
            instead: tiles that are only lent to an alarm, as they were.
            own: windows that show a sent scene or a span, as the person had them.
        """
        now = {window.id: window for window in remembered(self._windows.values(), instead or {})}
        windows = tuple({**now, **(own or {})}.values())
        return msgspec.json.encode(WallMemory(windows, self._selected))

    def restore(self, memory: bytes) -> None:
        """Opens the windows of a `remember()`ed wall.

        Raises msgspec.DecodeError (a ValueError) for anything else; the wall stays as it was.
        """
        wall = msgspec.json.decode(memory, type=WallMemory)
        self._windows = {w.id: grown(w) for w in wall.windows}
        addresses = set(self.addresses())
        first = next(iter(addresses), None) if wall.selected not in addresses else wall.selected
        self._selected = first
        self.windows_changed.emit()
        for window_id in self._windows:
            self.window_changed.emit(window_id)
        if first is not None:
            self.selected_changed.emit(first)
        self.wants_changed.emit()

    # -- inside

    def _put(self, window: Window) -> None:
        if self._windows.get(window.id) == window:
            return
        self._windows[window.id] = window
        self.window_changed.emit(window.id)
        self.wants_changed.emit()

    def _put_whole(self, window: Window, selected_index: int) -> None:
        """As `_put`; a selection in this window is on a tile that exists before anybody is told."""
        former = self._selected
        if former is not None and former.window_id == window.id:
            last = len(window.layout.cells) - 1
            self._selected = TileAddress(window.id, min(selected_index, last))
        self._put(grown(window))
        if self._selected is not None and self._selected != former:
            self.selected_changed.emit(self._selected)
            self.wants_changed.emit()

    def _put_tile(self, address: TileAddress, tile: Tile) -> None:
        window = self.window(address.window_id)
        tiles = list(window.tiles)
        tiles[address.index] = tile
        self._put(msgspec.structs.replace(window, tiles=tuple(tiles)))

    def _unpinned_from(self, target: TileAddress) -> TileAddress:
        if not self.tile(target).pinned:
            return target
        window = self.window(target.window_id)
        count = len(self.shown_indexes(window))
        for step in range(1, count):
            index = (target.index + step) % count
            if not window.tiles[index].pinned:
                return TileAddress(window.id, index)
        raise UnknownTile("every tile of this window is pinned: unpin one first")

    def _select_in_next_window(self, window_id: WindowId, dx: int) -> None:
        order = list(self._windows)
        at = order.index(window_id) + dx
        if 0 <= at < len(order):
            count = len(self.shown_indexes(self._windows[order[at]]))
            self.select(TileAddress(order[at], 0 if dx > 0 else count - 1))


def _known_layout(layout_id: LayoutId) -> Layout:
    try:
        return LAYOUTS[layout_id]
    except KeyError:
        raise UnknownTile(f"there is no layout {layout_id!r}") from None
