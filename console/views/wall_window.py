"""WallWindow: one monitor of the wall, borderless; WallScreens: one of them per further monitor.

Decides which monitor has a window, never what it shows: content is `WallState`'s and outlives a
monitor that is unplugged; plugged in again, it shows what it showed.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QScreen,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.bridge.tile_image import PictureSource
from console.state.layouts import LayoutId
from console.state.tile_tools import TileTools
from console.state.tiles import WindowId
from console.state.wall import WallState
from console.views.compositor import CompositorMaker
from console.views.map_view import MapView
from console.views.tile_painter import TileNames
from console.views.wall_chrome import WallChrome
from console.views.wall_view import WallView

#: Without a movement of the mouse for this long, chrome and pointer are gone (UI.md).
CHROME_MS = 2500
#: What a monitor shows the first time it is seen.
NEW_MONITOR_LAYOUT = LayoutId("4x4")
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class WallWindow(QWidget):
    """A borderless window that fills `screen` with the tiles of `window_id`."""

    def __init__(
        self,
        wall: WallState,
        window_id: WindowId,
        source: PictureSource,
        names: TileNames,
        screen: QScreen,
        tools: TileTools | None = None,
        compositor: CompositorMaker | None = None,
    ) -> None:
        super().__init__(None, Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle(f"gridwall {window_id}")
        self.setMouseTracking(True)
        self.window_id = window_id
        self._wall = wall
        self.view = WallView(
            wall, window_id, source, names, tools=tools, compositor=compositor, parent=self
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.chrome = WallChrome(wall, window_id, self)
        self.chrome.hide()
        self._chrome_timer = QTimer(self)
        self._chrome_timer.setSingleShot(True)
        self._chrome_timer.setInterval(CHROME_MS)
        self._chrome_timer.timeout.connect(self._hide_chrome)
        self.view.installEventFilter(self)
        self._cover: MapView | None = None
        #: Tiles paint their clock every second; so does what lies over them.
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._repaint_cover)
        self.setScreen(screen)
        self.setGeometry(screen.geometry())

    def release(self) -> None:
        """Lets go of wall and source and closes. Twice is harmless."""
        self.cover(None)
        self.view.removeEventFilter(self)
        self._chrome_timer.stop()
        self.view.release()
        self.chrome.release()
        self.close()

    @property
    def paint_count(self) -> int:
        """Paints of tiles and of what covers them: one a second at least, for the watchdog."""
        over = 0 if self._cover is None else self._cover.paint_count
        return self.view.painting.paint_count + over

    def cover(self, widget: MapView | None) -> None:
        """Shows `widget` instead of the tiles, which are hidden and not decoded; None: the tiles."""
        if widget is self._cover:
            return
        layout = self.layout()
        assert layout is not None
        if self._cover is not None:
            self._cover.removeEventFilter(self)
            self._cover.hide()
            layout.removeWidget(self._cover)
            self._cover.setParent(None)
        self._cover = widget
        self.view.setVisible(widget is None)
        self._second.stop()
        if widget is not None:
            self._second.start()
            layout.addWidget(widget)
            widget.installEventFilter(self)
            widget.show()
            widget.setFocus()
        self.chrome.raise_()

    def _repaint_cover(self) -> None:
        if self._cover is not None:
            self._cover.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched in (self.view, self._cover) and event.type() == QEvent.Type.MouseMove:
            assert isinstance(event, QMouseEvent)
            self.show_pointer()
        return False

    def show_pointer(self) -> None:
        """Chrome and pointer, for a while."""
        self.view.unsetCursor()
        self.chrome.show()
        self.chrome.raise_()
        self._chrome_timer.start()

    @Slot()
    def _hide_chrome(self) -> None:
        if self.chrome.underMouse():
            self._chrome_timer.start()
            return
        self.chrome.hide()
        self.view.setCursor(Qt.CursorShape.BlankCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go from tile to tile; nothing else here wants them."""
        step = _ARROWS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._wall.move_selection(*step)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.chrome.place_in(self.width())

    def closeEvent(self, event: QCloseEvent) -> None:
        self.view.release()
        super().closeEvent(event)


class WallScreens(QObject):
    """Keeps one wall window on every monitor that `wanted` says yes to.

    `wanted(screen)`: True for the monitors of the wall; the default is every monitor but the
    primary one, where the main window is.
    """

    def __init__(
        self,
        wall: WallState,
        source: PictureSource,
        names: TileNames,
        *,
        wanted: Callable[[QScreen], bool] | None = None,
        on_open: Callable[[WallWindow], None] | None = None,
        tools: TileTools | None = None,
        on_close: Callable[[WallWindow], None] | None = None,
        compositor: CompositorMaker | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._wall, self._source, self._names = wall, source, names
        self._wanted = wanted or _further_monitor
        self._on_open = on_open
        self._tools = tools
        self._on_close = on_close
        self._compositor = compositor
        self._windows: dict[WindowId, WallWindow] = {}
        self._started = False

    @property
    def windows(self) -> Mapping[WindowId, WallWindow]:
        return self._windows

    def start(self) -> None:
        """Opens the windows of the monitors that are there, and follows their coming and going."""
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        self._started = True
        application.screenAdded.connect(self._screen_added)
        application.screenRemoved.connect(self._screen_removed)
        for screen in QGuiApplication.screens():
            self._screen_added(screen)

    def close(self) -> None:
        """Closes all windows; their content stays in the wall. Twice is harmless."""
        application = QGuiApplication.instance()
        if self._started and isinstance(application, QGuiApplication):
            self._started = False
            application.screenAdded.disconnect(self._screen_added)
            application.screenRemoved.disconnect(self._screen_removed)
        for window in self._windows.values():
            self._release(window)
        self._windows = {}

    @Slot(QScreen)
    def _screen_added(self, screen: QScreen) -> None:
        window_id = monitor_window_id(screen)
        if not self._wanted(screen) or window_id in self._windows:
            return
        self._wall.open_window(window_id, NEW_MONITOR_LAYOUT, screen=screen.name())
        window = WallWindow(
            self._wall, window_id, self._source, self._names, screen, self._tools, self._compositor
        )
        self._windows[window_id] = window
        window.showFullScreen()
        if self._on_open is not None:
            self._on_open(window)

    @Slot(QScreen)
    def _screen_removed(self, screen: QScreen) -> None:
        window = self._windows.pop(monitor_window_id(screen), None)
        if window is not None:
            self._release(window)

    def _release(self, window: WallWindow) -> None:
        if self._on_close is not None:
            self._on_close(window)
        window.release()
        window.deleteLater()


def monitor_window_id(screen: QScreen) -> WindowId:
    """The window of a monitor: its connector, and its serial number where it tells one."""
    serial = screen.serialNumber()
    return WindowId(f"monitor {screen.name()}" + (f" {serial}" if serial else ""))


def _further_monitor(screen: QScreen) -> bool:
    return screen is not QGuiApplication.primaryScreen()
