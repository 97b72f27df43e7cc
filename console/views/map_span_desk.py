"""MapSpanDesk: puts the map over the wall's monitors and keeps its parts together.

What each monitor shows is `console.state.map_spans`'. The maps are made once per monitor and kept, since
a map follows the whole session.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from console.state.basemap import BaseMap
from console.state.keys import CommandId
from console.state.map_layers import MapLayers
from console.state.map_projection import MapProjection
from console.state.scenes import MapPosition
from console.state.session import ConsoleSession
from console.state.site_layers import SiteLayer
from console.state.tiles import WindowId
from console.views.map_layers.raster import RasterGround
from console.views.map_view import MapView
from console.views.wall_window import WallWindow
from console.views.words import translate


class MapSpanDesk(QObject):
    """`follow(map_view)`: the main window's map, whose switches and place the wall takes over."""

    def __init__(self, session: ConsoleSession) -> None:
        super().__init__()
        self._session = session
        self._span = session.arrangement.map_span
        self._layers = MapLayers()
        self._main: MapView | None = None
        self._basemap = BaseMap()
        self._raster: RasterGround | None = None
        self._site_layers: tuple[SiteLayer, ...] = ()
        self._windows: dict[WindowId, WallWindow] = {}
        self._maps: dict[WindowId, MapView] = {}
        self._disconnect = self._span.changed.connect(self._lay)

    def follow(self, map_view: MapView) -> None:
        self._main = map_view
        self._layers = map_view.layers

    def set_basemap(self, basemap: BaseMap) -> None:
        """The streets arrived."""
        self._basemap = basemap
        for map_view in self._maps.values():
            map_view.set_basemap(basemap)

    def set_raster(self, raster: RasterGround | None) -> None:
        """The pictures of the raster base map; None: there are none (any more)."""
        self._raster = raster
        for map_view in self._maps.values():
            map_view.base.set_raster(None if raster is None else raster.beside())

    def set_site_layers(self, layers: tuple[SiteLayer, ...]) -> None:
        """The site's further layers were read."""
        self._site_layers = layers
        for map_view in self._maps.values():
            map_view.set_site_layers(layers)

    def set_windows(self, windows: Iterable[WallWindow]) -> None:
        """The wall windows that are on a monitor now; before their places are told to the span."""
        self._windows = {window.window_id: window for window in windows}

    def release(self) -> None:
        """The tiles come back; the maps end with the console. Twice is harmless."""
        self._disconnect()
        for window in self._windows.values():
            window.cover(None)
        for map_view in self._maps.values():
            map_view.base.leave_raster()
            map_view.close()
            map_view.deleteLater()
        self._maps = {}

    def run(self, command_id: CommandId) -> bool:
        """Does a command of the key table; False for one that is somebody else's.

        The map's own keys mean the wall's map while a covered wall window is worked in.
        """
        if command_id is CommandId.MAP_SPAN:
            self.toggle()
            return True
        here = self._map_here()
        if here is None:
            return False
        actions: dict[CommandId, Callable[[], object]] = {
            CommandId.MAP_WHOLE: self._show_whole,
            CommandId.MAP_IN: here.zoom_in,
            CommandId.MAP_OUT: here.zoom_out,
            CommandId.MAP_LAYERS: here.legend.open_by_key,
            CommandId.MAP_MEASURE: here.measure,
            CommandId.MAP_CHOOSE: here.choose,
        }
        act = actions.get(command_id)
        if act is not None:
            act()
        return act is not None

    def toggle(self) -> None:
        """The map over all monitors of the wall, or the tiles again."""
        if self._span.is_open:
            self._span.end()
            return
        self._session.arrangement.spans.end()
        if not self._windows:
            self._session.say(
                translate("Span", "There is no wall window: connect a further monitor")
            )
        elif not self._span.start(self._first()):
            text = translate("Span", "Every monitor has a pinned tile: let one go first")
            self._session.say(text)

    def restore(self, position: MapPosition) -> bool:
        """A scene's map; False when it is the main window's business."""
        if position.over_wall and self._windows and self._span.restore(position):
            return True
        self._span.end()
        return False

    # -- inside

    def _first(self) -> MapProjection:
        """What the main map shows, or the whole area where there is none."""
        if self._main is not None:
            return self._main.projection
        extent = next(iter(self._maps.values()), None) or self._map_of(next(iter(self._windows)))
        return extent.whole_in(self._span.whole)

    def _show_whole(self) -> None:
        leader = self._span.leader
        if leader is not None:
            self._span.show(self._maps[leader].whole_in(self._span.whole))

    def _map_here(self) -> MapView | None:
        active = QApplication.activeWindow()
        if not isinstance(active, WallWindow) or active.window_id not in self._span.covered:
            return None
        return self._maps.get(active.window_id)

    def _map_of(self, window_id: WindowId) -> MapView:
        found = self._maps.get(window_id)
        if found is None:
            found = self._maps[window_id] = MapView(self._session, layers=self._layers)
            found.set_basemap(self._basemap)
            found.set_site_layers(self._site_layers)
            if self._raster is not None:
                found.base.set_raster(self._raster.beside())
            found.moved.connect(partial(self._on_moved, window_id))
        return found

    def _on_moved(self, window_id: WindowId) -> None:
        if window_id in self._span.covered:
            self._span.moved(window_id, self._maps[window_id].projection)

    def _lay(self) -> None:
        """Every covered monitor shows its part, every other one its tiles."""
        covered, leader = self._span.covered, self._span.leader
        for window_id, window in self._windows.items():
            if window_id not in covered:
                window.cover(None)
                continue
            map_view = self._map_of(window_id)
            part = self._span.part(window_id)
            if map_view.projection.resized(part.width_px, part.height_px) != part:
                map_view.set_projection(part)
            self._lead(map_view, leads=window_id == leader)
            window.cover(map_view)

    def _lead(self, map_view: MapView, *, leads: bool) -> None:
        """Of the maps that show one picture only the leader has switches and flies."""
        self._session.map_wanted.disconnect(map_view.fly_to)
        if leads:
            self._session.map_wanted.connect(map_view.fly_to)
        map_view.chrome.set_visible(visible=leads)
        map_view.legend.button.setVisible(leads)
        if not leads:
            map_view.legend.hide()
