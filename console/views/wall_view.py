"""WallView: all tiles of one wall window in one widget, painted in one paintEvent.

Decides only what must be repainted; what is shown is `WallState`'s, how a tile looks is
`TilePainter`'s. A tick looks which rings have a new frame and asks for a repaint of exactly
those pictures, so that a window costs one paint per tick however many tiles changed.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QHideEvent,
    QMouseEvent,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from config.site import CameraId
from console.bridge.tile_image import PictureSource
from console.state.tile_tools import TileTools
from console.state.tiles import TileAddress, WindowId
from console.state.wall import WallState
from console.state.wall_wants import ViewSize
from console.views.compositor import Compositor, CompositorMaker, PaintCounts
from console.views.raster_painting import RasterCompositor
from console.views.replay_bars import ReplayBars
from console.views.tile_badges import badges_of, hint_of
from console.views.tile_look import PlateCache
from console.views.tile_painter import TileNames, TilePainter
from console.views.tile_status import CARDS
from console.views.wall_clock import WallClock
from console.views.wall_mouse import WallMouse
from ingest.clock import Clock, SystemClock

#: How often rings are looked at. 16 ms adds 8 ms to the latency on average and never lets two
#: frames of a 25 fps stream fall into one tick; a tick without a new frame costs some 30 µs.
TICK_MS = 16
#: How often ages, cards and the clock are worked out: an age is told in tenths of a second.
STATUS_MS = 100


class WallView(QWidget):
    """The tiles of window `window_id`; embeddable.

    `painting` counts paints, for the bench and the watchdog.
    Signals: `statuses_changed`: a tile says something else about its picture.
    """

    statuses_changed = Signal()

    def __init__(
        self,
        wall: WallState,
        window_id: WindowId,
        source: PictureSource,
        names: TileNames,
        *,
        clock: Clock | None = None,
        show_clock: bool = True,
        tools: TileTools | None = None,
        compositor: CompositorMaker | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`compositor`: who puts the tiles on the screen; None: QPainter."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setMinimumSize(160, 90)
        self.window_id = window_id
        self.painting = PaintCounts()
        self._wall, self._source, self._names = wall, source, names
        self._clock = clock or SystemClock()
        self._plates = PlateCache()
        self._wall_clock = WallClock(self._plates) if show_clock else None
        self._painters: dict[int, TilePainter] = {}
        self._tiles_region = QRegion()
        self._watched: QWidget | None = None
        self._tools = tools
        self.compositor: Compositor = RasterCompositor(self, self)
        if compositor is not None:
            self.compositor = compositor(self, self, self._on_compositor_failed)
        self._mouse = WallMouse(
            wall, window_id, self.tile_at, lambda tile: self._update_device(tile.rect), tools
        )
        wall.open_window(window_id)
        self._disconnect = [
            wall.window_changed.connect(self._window_changed),
            wall.selected_changed.connect(self._selected_changed),
            wall.alarms.changed.connect(self._alarms_changed),
            wall.wants_changed.connect(self._contents_changed),
        ]
        self._bars: ReplayBars | None = None
        if tools is not None:
            self._bars = ReplayBars(tools.replays, self)
            for changed in (tools.zoom.changed, tools.replays.changed):
                self._disconnect.append(changed.connect(self._selected_changed))
            changes = tools.marks.level.changed
            self._disconnect.append(changes.connect(lambda _level: self._contents_changed()))
        self._tick_timer = self._timer(TICK_MS, self._tick, Qt.TimerType.PreciseTimer)
        self._status_timer = self._timer(STATUS_MS, self._status_tick, Qt.TimerType.CoarseTimer)
        self._rebuild()

    def release(self) -> None:
        """Stops ticking and lets go of wall and source; the widget can be deleted then."""
        self._tick_timer.stop()
        self._status_timer.stop()
        for disconnect in self._disconnect:
            disconnect()
        self._disconnect = []
        self._painters = {}
        self.compositor.release()
        if self._bars is not None:
            self._bars.close()
        self._source.set_view(self.window_id, None)

    def set_names(self, names: TileNames) -> None:
        """Takes over a changed register."""
        self._names = names
        self._rebuild()

    # -- geometry

    def tile_at(self, position: QPoint) -> TilePainter | None:
        """The tile under a point of the widget."""
        at = position * self._ratio
        return next((p for p in self._painters.values() if p.rect.contains(at)), None)

    @property
    def tile_painters(self) -> dict[int, TilePainter]:
        """Tile index → painter, of the tiles shown now."""
        return self._painters

    @property
    def tiles_region(self) -> QRegion:
        return self._tiles_region

    @property
    def wall_clock(self) -> WallClock | None:
        return self._wall_clock

    @property
    def repaint_count(self) -> int:
        """Pictures painted again because the ring had moved on under the brush."""
        return self.painting.repaint_count

    @property
    def _ratio(self) -> float:
        return self.devicePixelRatioF()

    def _device_size(self) -> tuple[int, int]:
        return round(self.width() * self._ratio), round(self.height() * self._ratio)

    def _tell_view(self) -> None:
        if not self._disconnect:  # released: the source must not hear of this window again
            return
        width, height = self._device_size()
        takes_planes = self.compositor.takes_planes
        self._source.set_view(
            self.window_id, ViewSize(width, height, self._seen(), takes_planes=takes_planes)
        )

    def _rebuild(self) -> None:
        """Tiles anew after a new layout, full tile or size."""
        if self.window_id not in self._wall.windows:
            self._painters = {}
            self.compositor.resized()
            return
        width, height = self._device_size()
        placed = self._wall.placed(self.window_id, width, height)
        self._painters = {
            index: TilePainter(
                TileAddress(self.window_id, index),
                QRect(r.x_px, r.y_px, r.width_px, r.height_px),
                self._ratio,
                self._plates,
            )
            for index, r in placed.items()
        }
        self._tiles_region = QRegion()
        for painter in self._painters.values():
            self._tiles_region += painter.rect
        self._contents_changed()
        self.compositor.resized()

    # -- what the wall says

    def _window_changed(self, window_id: WindowId) -> None:
        if window_id != self.window_id or window_id not in self._wall.windows:
            return
        width, height = self._device_size()
        placed = self._wall.placed(window_id, width, height)
        if {i: (r.x_px, r.width_px, r.height_px) for i, r in placed.items()} != {
            i: (p.rect.x(), p.rect.width(), p.rect.height()) for i, p in self._painters.items()
        }:
            self._rebuild()
        else:
            self._contents_changed()

    def _contents_changed(self) -> None:
        """Cameras, feeds, alarms or the selection may be others: tiles that differ repaint."""
        for painter in self._painters.values():
            self._update_content(painter)
        first_empty = next((p for p in self._painters.values() if p.feed is None), None)
        for painter in self._painters.values():
            painter.tells_empty = painter.selected or painter is first_empty
        self._refresh_statuses()
        if self._bars is not None:
            self._bars.arrange(self._painters.values())

    def _update_content(self, painter: TilePainter) -> None:
        tile = self._wall.tile(painter.address)
        feed = self._source.feed(painter.address)
        alarm = self._wall.alarms.of(tile.camera_id) if tile.camera_id is not None else None
        selected = self._wall.selected == painter.address
        hint = hint_of(self._tools, painter.address)
        badges = badges_of(self._wall, tile.camera_id, self._clock.utc_ns())
        before = (
            painter.tile, painter.feed, painter.alarm, painter.selected, painter.hint,
            painter.badges,
        )  # fmt: skip
        if before != (tile, feed, alarm, selected, hint, badges):
            label = self._label(tile.camera_id)
            painter.show(tile, feed, alarm, label, selected=selected, badges=badges, hint=hint)
            self._update_device(painter.rect)
        if self._tools is not None and painter.mark(self._tools.marks):
            self._update_device(painter.rect)

    def _label(self, camera_id: CameraId | None) -> tuple[str, str]:
        if camera_id is None:
            return ("", "")
        number = self._names.number_of(camera_id)
        return "" if number is None else str(number), self._names.name_of(camera_id)

    def _selected_changed(self, _address: TileAddress) -> None:
        self._contents_changed()

    def _alarms_changed(self, _camera_id: CameraId) -> None:
        self._contents_changed()

    # -- time

    def _timer(self, interval_ms: int, slot: Callable[[], None], kind: Qt.TimerType) -> QTimer:
        timer = QTimer(self)
        timer.setTimerType(kind)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer

    def _tick(self) -> None:
        """Asks for a repaint of every picture that has a new frame."""
        changed = []
        fading = False
        for painter in self._painters.values():
            if painter.feed is not None and painter.feed.advance():
                changed.append(painter)
                fading = fading or painter.mode in CARDS
            fading = fading or painter.fading
        if changed:
            self.compositor.pictures_changed(changed)
        if fading:
            self._refresh_statuses()

    def _status_tick(self) -> None:
        self._contents_changed()
        self.compositor.look_alive()
        if self._wall_clock is not None and self._wall_clock.step(self._clock.utc_ns()):
            margin = round(6 * self._ratio)
            first = next(
                (p for p in self._painters.values() if p.rect.contains(margin, margin)), None
            )
            top = 0 if first is None else first.top_px
            self._update_device(self._wall_clock.place(self._device_size()[1], top, self._ratio))

    def _refresh_statuses(self) -> None:
        mono_ns, utc_ns = self._clock.mono_ns(), self._clock.utc_ns()
        changed = [p for p in self._painters.values() if p.refresh(mono_ns, utc_ns)]
        for painter in changed:
            self._update_device(painter.rect)
        if changed:
            self.statuses_changed.emit()

    def _update_device(self, rect: QRect) -> None:
        self.compositor.look_changed(QRegion(rect))

    def _on_compositor_failed(self, _reason: str) -> None:
        """The picture never disappears: QPainter goes on at once, with what is there."""
        self.compositor.release()
        self.compositor = RasterCompositor(self, self)
        self.compositor.resized()
        self._tell_view()

    # -- Qt events

    def paintEvent(self, event: QPaintEvent) -> None:
        self.compositor.paint(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rebuild()
        self._tell_view()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._rebuild()
        self._status_tick()
        if self._watched is not self.window():
            self._watched = self.window()
            self._watched.installEventFilter(self)
        self._sleep_or_wake()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._sleep_or_wake()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Of the window around: minimised it is as good as hidden; another screen, other pixels."""
        if event.type() == QEvent.Type.WindowStateChange:
            self._sleep_or_wake()
        elif event.type() == QEvent.Type.DevicePixelRatioChange:
            self._rebuild()
            self._tell_view()
        return False

    def _seen(self) -> bool:
        return self.isVisible() and not self.window().isMinimized()

    def _sleep_or_wake(self) -> None:
        """Ticks only while somebody can see it."""
        self._tell_view()
        for timer in (self._tick_timer, self._status_timer):
            if not self._seen() or not self._disconnect:
                timer.stop()
            elif not timer.isActive():
                timer.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.PaletteChange):
            self._plates.clear()
            for painter in self._painters.values():
                painter.forget_overlays()
            self._refresh_statuses()
            self.compositor.resized()

    # -- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._mouse.pressed(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse.moved(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._mouse.released(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._mouse.double_clicked(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._mouse.wheel(event)
