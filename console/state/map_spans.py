"""MapSpan: the map over the monitors of a wall as if they were one, bezels left out.

Decides which part of the world each monitor shows. The map lies over the tiles and changes nothing of
them: a monitor with a pinned tile takes no part, one with an alarm uncovers its tiles as long as
the alarm lasts, one whose tiles a person uses is let go.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from config.site import CameraId
from console.state.map_projection import MapProjection
from console.state.observable import Signal
from console.state.scenes import MapPosition
from console.state.spans import MonitorPlace, has_pin, with_bezels
from console.state.tiles import Tile, TileAddress, WindowId
from console.state.wall import WallState

#: Parts that differ by less were not moved by a person.
SAME_PX, SAME_ZOOM = 0.05, 1e-6

Cameras = tuple[CameraId | None, ...]


class MapSpan:
    """The one map of a seat's wall. Signals: `changed()`: monitors, cover or what the map shows.

    `is_toured(address)`, `is_lent(address)`: tiles whose cameras a tour or an alarm changes.
    """

    def __init__(self, wall: WallState) -> None:
        self.changed: Signal[[]] = Signal()
        self.is_toured: Callable[[TileAddress], bool] = lambda _address: False
        self.is_lent: Callable[[TileAddress], bool] = lambda _address: False
        self._wall = wall
        self._places: tuple[MonitorPlace, ...] = ()
        self._bezel_px = 0.0
        #: The monitors that take part, with the cameras their tiles had.
        self._taken: dict[WindowId, Cameras] = {}
        self._alarmed: frozenset[WindowId] = frozenset()
        self._whole = MapProjection()
        wall.window_changed.connect(self._on_window)
        wall.alarms.changed.connect(lambda _camera_id: self._on_alarms())

    @property
    def is_open(self) -> bool:
        return bool(self._taken)

    @property
    def whole(self) -> MapProjection:
        """What all monitors show together; pixels count from the wall's upper left corner."""
        return self._whole

    @property
    def position(self) -> MapPosition | None:
        """For a scene; None while the map is not on the wall."""
        if not self.is_open:
            return None
        whole = self._whole
        return MapPosition(whole.centre_x, whole.centre_y, whole.zoom, over_wall=True)

    @property
    def covered(self) -> tuple[WindowId, ...]:
        """The windows the map lies over now."""
        return tuple(window_id for window_id in self._taken if window_id not in self._alarmed)

    @property
    def leader(self) -> WindowId | None:
        """The covered monitor nearest to the middle: what is searched appears there, not behind a frame."""
        placed = [place for place in self._with_bezels() if place.window_id in self.covered]
        if not placed:
            return None
        middle = (self._whole.width_px / 2, self._whole.height_px / 2)
        return min(placed, key=lambda place: math.dist(_middle(place), middle)).window_id

    def set_monitors(self, places: Iterable[MonitorPlace], bezel_px: float) -> None:
        """The monitors that are there; the map shrinks and grows with them."""
        before = self._whole
        self._places, self._bezel_px = tuple(places), bezel_px
        there = {place.window_id for place in self._places}
        self._taken = {i: cameras for i, cameras in self._taken.items() if i in there}
        self._whole = before.resized(*self._size())
        self.changed.emit()

    def start(self, shown: MapProjection) -> bool:
        """Lays the map over every monitor without a pinned tile; False when there is none.

        Args:
            shown: what it begins with; the same ground fills the wall.
        """
        windows = [self._wall.window(place.window_id) for place in self._places]
        self._taken = {w.id: self._cameras(w.id) for w in windows if not has_pin(w)}
        if not self._taken:
            return False
        width, height = self._size()
        ratio = min(width / max(1, shown.width_px), height / max(1, shown.height_px))
        self._whole = replace(shown, zoom=shown.zoom + math.log2(ratio)).resized(width, height)
        self._see_alarms()
        self.changed.emit()
        return True

    def restore(self, position: MapPosition) -> bool:
        """As a scene kept it; False when no monitor can take part."""
        wanted = MapProjection(position.centre_x, position.centre_y, position.zoom, *self._size())
        return self.start(wanted)

    def end(self) -> None:
        """The tiles come back. Without a map on the wall nothing happens."""
        if self._taken:
            self._taken = {}
            self.changed.emit()

    def show(self, projection: MapProjection) -> None:
        """The whole wall shows this."""
        self._whole = projection.resized(*self._size())
        self.changed.emit()

    def part(self, window_id: WindowId) -> MapProjection:
        """What one monitor shows.

        Raises:
            KeyError: no such monitor.
        """
        place = self._place(window_id)
        centre_x, centre_y = self._whole.world_at(*_middle(place))
        return MapProjection(
            centre_x, centre_y, self._whole.zoom, round(place.width_px), round(place.height_px)
        )

    def moved(self, window_id: WindowId, projection: MapProjection) -> None:
        """A person moved the part on one monitor: the others follow. Nothing for a small error."""
        if window_id not in self._taken:
            return
        part = self.part(window_id)
        scale = projection.scale_px
        if (
            abs(projection.zoom - part.zoom) < SAME_ZOOM
            and abs(projection.centre_x - part.centre_x) * scale < SAME_PX
            and abs(projection.centre_y - part.centre_y) * scale < SAME_PX
        ):
            return
        x_px, y_px = _middle(self._place(window_id))
        self._whole = replace(
            self._whole,
            zoom=projection.zoom,
            centre_x=projection.centre_x - (x_px - self._whole.width_px / 2) / scale,
            centre_y=projection.centre_y - (y_px - self._whole.height_px / 2) / scale,
        )
        self.changed.emit()

    # -- inside

    def _with_bezels(self) -> Sequence[MonitorPlace]:
        return with_bezels(self._places, self._bezel_px)

    def _place(self, window_id: WindowId) -> MonitorPlace:
        found = [place for place in self._with_bezels() if place.window_id == window_id]
        if not found:
            raise KeyError(window_id)
        return found[0]

    def _size(self) -> tuple[int, int]:
        placed = self._with_bezels()
        width = max((place.x_px + place.width_px for place in placed), default=1.0)
        height = max((place.y_px + place.height_px for place in placed), default=1.0)
        return round(width), round(height)

    def _shown(self, window_id: WindowId) -> Iterable[tuple[TileAddress, Tile]]:
        window = self._wall.windows.get(window_id)
        if window is not None:
            for index, tile in enumerate(window.tiles[: len(window.layout.cells)]):
                yield TileAddress(window_id, index), tile

    def _cameras(self, window_id: WindowId) -> Cameras:
        """What a person put into the shown tiles; None where a tour or an alarm changes it."""
        return tuple(
            None if self.is_toured(address) or self.is_lent(address) else tile.camera_id
            for address, tile in self._shown(window_id)
        )

    def _on_window(self, window_id: WindowId) -> None:
        """A camera called into a covered window must be seen: the window is let go."""
        if window_id not in self._taken:
            return
        if (
            window_id not in self._wall.windows
            or has_pin(self._wall.window(window_id))
            or _was_used(self._taken[window_id], self._cameras(window_id))
        ):
            self._let_go(window_id)
        else:
            self._on_alarms()

    def _let_go(self, window_id: WindowId) -> None:
        del self._taken[window_id]
        self.changed.emit()

    def _on_alarms(self) -> None:
        if self._taken and self._see_alarms():
            self.changed.emit()

    def _see_alarms(self) -> bool:
        before = self._alarmed
        self._alarmed = frozenset(i for i in self._taken if self._has_alarm(i))
        return before != self._alarmed

    def _has_alarm(self, window_id: WindowId) -> bool:
        alarms = self._wall.alarms
        return any(
            self.is_lent(address) or (tile.camera_id is not None and alarms.of(tile.camera_id))
            for address, tile in self._shown(window_id)
        )


def _was_used(before: Cameras, now: Cameras) -> bool:
    """Whether a person changed a tile; what tours and alarms change does not count."""
    if len(before) != len(now):
        return True
    pairs = zip(before, now, strict=True)
    return any(one is not None and other is not None and one != other for one, other in pairs)


def _middle(place: MonitorPlace) -> tuple[float, float]:
    return place.x_px + place.width_px / 2, place.y_px + place.height_px / 2
