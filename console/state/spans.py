"""Spans: one camera over several monitors as if they were one, bezels left out.

Decides which part of the picture each monitor shows: what lies behind the frames between two monitors
is hidden, not squeezed, so that a straight street stays straight. A camera's parts are ordinary tiles
with a region, so that nothing else needs to know of spans. A window with a pinned tile takes no part.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from config.site import CameraId
from console.state.layout_cutting import CANVAS, Box, layout_of
from console.state.layouts import LAYOUTS, SINGLE, Layout, LayoutId
from console.state.observable import Signal
from console.state.tile_geometry import placement
from console.state.tiles import WHOLE, Aspect, Region, Tile, Window, WindowId
from console.state.wall import WallState

SPAN_LAYOUT = LayoutId("span")
#: The picture's shape while nobody knows it.
USUAL_SHAPE = (1920, 1080)


class MonitorPlace(Struct, frozen=True):
    """Where a wall window's monitor is on the desktop, in pixels."""

    window_id: WindowId
    x_px: float
    y_px: float
    width_px: float
    height_px: float


class SpanPart(Struct, frozen=True):
    """What one monitor shows of a spanning picture; no layout: none of it."""

    layout: Layout | None
    region_norm: Region


class Span(Struct, frozen=True):
    """One span. `before`: what the windows showed."""

    camera_id: CameraId
    before: tuple[Window, ...]
    region_norm: Region = WHOLE
    aspect: Aspect = Aspect.AUTO

    @property
    def window_ids(self) -> tuple[WindowId, ...]:
        return tuple(window.id for window in self.before)


def with_bezels(monitors: Sequence[MonitorPlace], bezel_px: float) -> list[MonitorPlace]:
    """The monitors where they are on the wall: pushed apart by the frames between them.

    Args:
        bezel_px: width of one monitor's frame in pixels of the picture.
    """
    columns = sorted({monitor.x_px for monitor in monitors})
    rows = sorted({monitor.y_px for monitor in monitors})
    return [
        msgspec.structs.replace(
            monitor,
            x_px=monitor.x_px - columns[0] + 2 * bezel_px * columns.index(monitor.x_px),
            y_px=monitor.y_px - rows[0] + 2 * bezel_px * rows.index(monitor.y_px),
        )
        for monitor in monitors
    ]


def parts_of(
    monitors: Sequence[MonitorPlace],
    bezel_px: float,
    shape: tuple[int, int],
    aspect: Aspect = Aspect.AUTO,
    region: Region = WHOLE,
) -> dict[WindowId, SpanPart]:
    """Which part of a picture of this shape each monitor shows, and where on it."""
    placed = with_bezels(monitors, bezel_px)
    width = max(monitor.x_px + monitor.width_px for monitor in placed)
    height = max(monitor.y_px + monitor.height_px for monitor in placed)
    whole = placement(round(width), round(height), *shape, aspect, region)
    x1, y1, x2, y2 = whole.region_norm
    found: dict[WindowId, SpanPart] = {}
    for monitor in placed:
        left = max(monitor.x_px, whole.x_px)
        top = max(monitor.y_px, whole.y_px)
        right = min(monitor.x_px + monitor.width_px, whole.x_px + whole.width_px)
        bottom = min(monitor.y_px + monitor.height_px, whole.y_px + whole.height_px)
        if right - left < 1 or bottom - top < 1:
            found[monitor.window_id] = SpanPart(None, WHOLE)
            continue
        across, down = (x2 - x1) / whole.width_px, (y2 - y1) / whole.height_px
        shown = (
            x1 + (left - whole.x_px) * across,
            y1 + (top - whole.y_px) * down,
            x1 + (right - whole.x_px) * across,
            y1 + (bottom - whole.y_px) * down,
        )
        box = Box(
            round((left - monitor.x_px) / monitor.width_px * CANVAS),
            round((top - monitor.y_px) / monitor.height_px * CANVAS),
            round((right - monitor.x_px) / monitor.width_px * CANVAS),
            round((bottom - monitor.y_px) / monitor.height_px * CANVAS),
        )
        found[monitor.window_id] = SpanPart(layout_of(SPAN_LAYOUT, [box]), shown)
    return found


class Spans:
    """The one span of a seat's wall, if there is one. Signals: `changed()`."""

    def __init__(self, wall: WallState) -> None:
        self.changed: Signal[[]] = Signal()
        self.bezel_px = 0.0
        self.shape_of: Callable[[CameraId], tuple[int, int]] = lambda _camera: USUAL_SHAPE
        self._wall = wall
        self._monitors: dict[WindowId, MonitorPlace] = {}
        self._span: Span | None = None
        self._parts: dict[WindowId, SpanPart] = {}
        self._shape = USUAL_SHAPE
        self._stepping = False
        wall.window_changed.connect(self._on_window)

    @property
    def span(self) -> Span | None:
        return self._span

    @property
    def monitors(self) -> Mapping[WindowId, MonitorPlace]:
        return self._monitors

    def set_monitors(self, monitors: Iterable[MonitorPlace]) -> None:
        """The monitors that are there; a span shrinks and grows with them."""
        self._monitors = {monitor.window_id: monitor for monitor in monitors}
        self._lay()

    def set_bezel(self, bezel_px: float) -> None:
        """The width of one monitor's frame in pixels."""
        self.bezel_px = bezel_px
        self._lay()

    def refresh(self) -> None:
        """Once a second: a picture whose shape became known is laid anew."""
        span = self._span
        if span is not None and self.shape_of(span.camera_id) != self._shape:
            self._lay()

    def start(self, camera_id: CameraId, window_ids: Sequence[WindowId]) -> bool:
        """Spreads a camera over these windows; False when none can take part."""
        self.end()
        windows = [self._wall.window(window_id) for window_id in window_ids]
        free = tuple(window for window in windows if not has_pin(window))
        if not free:
            return False
        self._span = Span(camera_id, free)
        self._lay()
        self.changed.emit()
        return True

    def end(self) -> None:
        """Every window shows again what it showed before. Without a span nothing happens."""
        span, self._span = self._span, None
        if span is None:
            return
        self._stepping = True
        for window in span.before:
            if window.id in self._wall.windows and not has_pin(self._wall.window(window.id)):
                self._wall.put_window(window)
        self._stepping = False
        self.changed.emit()

    def own_windows(self) -> dict[WindowId, Window]:
        """What the windows showed before: for the memory of the next start."""
        return {} if self._span is None else {w.id: w for w in self._span.before}

    # -- inside

    def _lay(self) -> None:
        """Every monitor of the span shows its part."""
        span = self._span
        if span is None:
            return
        there = [self._monitors[i] for i in span.window_ids if i in self._monitors]
        if not there:
            return
        self._shape = self.shape_of(span.camera_id)
        shape = self._shape if self._shape[0] > 0 else USUAL_SHAPE
        self._parts = parts_of(there, self.bezel_px, shape, span.aspect, span.region_norm)
        self._stepping = True
        for window in span.before:
            part = self._parts.get(window.id)
            if part is not None and window.id in self._wall.windows:
                self._wall.put_window(_window(window, span.camera_id, part))
        self._stepping = False

    def _on_window(self, window_id: WindowId) -> None:
        """A camera called into a part is called to all; a zoomed part zooms all; a cut ends it."""
        span, part = self._span, self._parts.get(window_id)
        if span is None or part is None or self._stepping or window_id not in span.window_ids:
            return
        window = self._wall.windows.get(window_id)
        if window is None or window.layout != (part.layout or LAYOUTS[SINGLE]):
            self._let_go(window_id)
            return
        tile = window.tiles[0]
        if tile.pinned:
            self._let_go(window_id)
        elif tile.camera_id is not None and tile.camera_id != span.camera_id:
            self._span = msgspec.structs.replace(span, camera_id=tile.camera_id, region_norm=WHOLE)
            self._lay()
            self.changed.emit()
        elif tile.region_norm != part.region_norm and part.layout is not None:
            region = _whole_region(span.region_norm, part.region_norm, tile.region_norm)
            self._span = msgspec.structs.replace(span, region_norm=region)
            self._lay()

    def _let_go(self, window_id: WindowId) -> None:
        """A person took one window for something else: it keeps that, the others go back."""
        if self._span is not None:
            before = tuple(w for w in self._span.before if w.id != window_id)
            self._span = msgspec.structs.replace(self._span, before=before)
            self.end()


def _window(before: Window, camera_id: CameraId, part: SpanPart) -> Window:
    recent = before.tiles[0].recent if before.tiles else ()
    shown = camera_id if part.layout is not None else None
    tile = Tile(shown, recent, region_norm=part.region_norm, aspect=Aspect.FILL)
    layout = part.layout or LAYOUTS[SINGLE]
    return msgspec.structs.replace(before, layout=layout, tiles=(tile,), full_index=None)


def has_pin(window: Window) -> bool:
    """Whether one of the tiles the window shows is pinned."""
    return any(tile.pinned for tile in window.tiles[: len(window.layout.cells)])


def _whole_region(whole: Region, part: Region, wanted: Region) -> Region:
    """The region of the whole picture with which the part shows `wanted`; clamped to the picture."""
    width = (wanted[2] - wanted[0]) / (part[2] - part[0]) * (whole[2] - whole[0])
    height = (wanted[3] - wanted[1]) / (part[3] - part[1]) * (whole[3] - whole[1])
    width, height = min(1.0, width), min(1.0, height)
    left = wanted[0] - (part[0] - whole[0]) / (whole[2] - whole[0]) * width
    top = wanted[1] - (part[1] - whole[1]) / (whole[3] - whole[1]) * height
    left, top = min(max(0.0, left), 1.0 - width), min(max(0.0, top), 1.0 - height)
    return (left, top, left + width, top + height)
