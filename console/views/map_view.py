"""MapView: the district's map in one widget, painted in one paintEvent.

Two sheets, the ground and what stands on it, are blitted in every frame and made anew beside it, a
few milliseconds at a time. Decides no linkage: a click tells the session what was meant.

Threads: GUI thread only.
"""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from config.geometry import GeoPoint
from console.state.basemap import BaseMap
from console.state.map_layers import MapLayer, MapLayers
from console.state.map_projection import MapProjection
from console.state.session import ConsoleSession, SelectionKind
from console.state.site_layers import SiteLayer
from console.views import theme
from console.views.key_router import OWN_KEYS
from console.views.map_chrome import HoverCard, MapChrome
from console.views.map_flight import MapFlight
from console.views.map_hand import MapHand
from console.views.map_layers.base import BaseGround
from console.views.map_layers.markers import Marker, Markers
from console.views.map_layers.on_ground import OnGround
from console.views.map_legend import MapLegend
from console.views.map_route import RouteKeeper
from console.views.sheet_work import SheetWork
from console.views.trail_bar import TrailBar
from vision.alerts import AlertData

#: A wheel step and a key step, in zoom levels.
WHEEL_LEVELS = 0.5
KEY_LEVELS = 0.5
#: A click on a plate goes so much closer.
GROUP_LEVELS = 1.5
#: The map flies to a place at least this near.
FLY_ZOOM_MIN = 16.2
#: The sharp ground is painted when the zoom rested this long; until then the old one is stretched.
SHARPEN_MS = 90
PULSE_MS = 40
REFRESH_MS = 5_000


class MapView(QWidget):
    """The map of a session. `longest_paint_ms` is for the bench. Signal: `moved()`, once a frame.

    `layers`: shared with another map that is to show the same.
    """

    moved = Signal()

    def __init__(
        self,
        session: ConsoleSession,
        parent: QWidget | None = None,
        layers: MapLayers | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(200, 140)
        self.paint_count = 0
        self.longest_paint_ms = 0.0
        self._session = session
        self._projection = MapProjection()
        self._is_placed = False
        #: The window on the world that was painted last.
        self._painted = self._projection
        self.layers = layers or MapLayers()
        self.base = BaseGround(session.site.grid, self.layers, self.update)
        self.ground = self.base.sheet
        self.markers = OnGround(session, self.layers)
        self._route = RouteKeeper(session, self.markers.cases)
        self.legend = MapLegend(self.layers, self.markers.counts, self.markers.classes, self)
        self.chrome = MapChrome(self)
        self.trail_bar = TrailBar(session.replay, self)
        self._card = HoverCard(session, self.markers.name_of, self)
        self.hand = MapHand(self, session, self._card)
        self._flight = MapFlight(self, self._on_flight, self.update)
        self._sharpen = QTimer(self, singleShot=True, interval=SHARPEN_MS)
        self._pulse = QTimer(self, interval=PULSE_MS)
        #: Ages and lights move with the clock.
        self._refresh = QTimer(self, interval=REFRESH_MS)
        self.work = SheetWork((self.ground, self.markers.sheet), self)
        self._connect()

    def _connect(self) -> None:
        session = self._session
        buttons = self.chrome.buttons
        buttons["plus"].clicked.connect(self.zoom_in)
        buttons["minus"].clicked.connect(self.zoom_out)
        buttons["whole"].clicked.connect(self.show_whole)
        self._sharpen.timeout.connect(self.update)
        self._pulse.timeout.connect(self._on_pulse)
        self._refresh.timeout.connect(self._on_lights)
        self._refresh.start()
        self.layers.changed.connect(self._on_layers)
        self.hand.measure.changed.connect(self._on_tool)
        self.hand.picker.changed.connect(self._on_tool)
        session.map_wanted.connect(self.fly_to)
        session.people.changed.connect(self._on_people)
        session.units.changed.connect(self._on_lights)
        session.open_case.changed.connect(self._on_cases)
        session.cases.changed.connect(self._on_cases)
        session.cases.replaced.connect(self._on_cases)
        session.health.changed.connect(self._on_standing)
        session.feed.changed.connect(self._on_lights)
        session.sights.changed.connect(self._on_standing)
        session.asking.changed.connect(self._on_lights)
        session.alert_raised.connect(self._on_alert)
        session.site_changed.connect(self._on_site)
        session.replay.changed.connect(self._on_lights)
        session.patrol.changed.connect(self._on_standing)
        session.patrol_route.changed.connect(self._on_standing)

    # -- what others ask for

    @property
    def projection(self) -> MapProjection:
        return self._projection

    def set_projection(self, projection: MapProjection) -> None:
        """Shows exactly this window on the world (its size stays the widget's)."""
        self._is_placed = True
        self._projection = projection.resized(max(1, self.width()), max(1, self.height()))
        self.update()

    def set_basemap(self, basemap: BaseMap) -> None:
        """The streets arrived."""
        self._route.set_basemap(basemap)
        self.base.set_basemap(basemap)
        if not self._is_placed:
            self.show_whole()

    def set_site_layers(self, layers: tuple[SiteLayer, ...]) -> None:
        """The site's further layers were read."""
        self.markers.site_layers.set(layers)
        self.layers.know(layer.name for layer in layers)
        self._on_standing()

    def fly_to(self, place: GeoPoint) -> None:
        """Moves the map to a place, near enough to read it."""
        target = self._projection.centred(place)
        if target.zoom < FLY_ZOOM_MIN:
            target = replace(target, zoom=FLY_ZOOM_MIN)
        self._is_placed = True
        if self.isVisible():
            self._flight.start(self._projection, target)
        else:
            self._flight.stop()
            self._projection = target

    def show_whole(self) -> None:
        """The whole area."""
        self._flight.stop()
        size = max(1, self.width()), max(1, self.height())
        self._projection = self.whole_in(self._projection.resized(*size))
        self.update()

    def whole_in(self, window: MapProjection) -> MapProjection:
        """The whole area in a window on the world of this size."""
        return window.fitted(self.base.extent(self._session.site.cameras))

    def restore(self, centre: tuple[float, float], zoom: float) -> None:
        """The map as it was: centre in world coordinates and zoom."""
        self.set_projection(
            replace(self._projection, centre_x=centre[0], centre_y=centre[1], zoom=zoom)
        )

    def measure(self) -> None:
        """Takes the measure up, with the keyboard; again: lays it down."""
        if self.hand.measure.is_open:
            self.hand.measure.close()
        else:
            self.hand.picker.close()
            self.hand.measure.open()
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose(self) -> None:
        """Goes over the markers by keys; again: ends it."""
        if self.hand.picker.is_open:
            self.hand.picker.close()
        else:
            self.hand.measure.close()
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            self.hand.picker.open()

    def _on_tool(self) -> None:
        """While something is measured or chosen the map takes every key for itself."""
        self.setProperty(OWN_KEYS, self.hand.measure.is_open or self.hand.picker.is_open)
        self.update()

    def zoom_in(self) -> None:
        self.zoom_by(KEY_LEVELS)

    def zoom_out(self) -> None:
        self.zoom_by(-KEY_LEVELS)

    def zoom_by(self, levels: float) -> None:
        self._zoom(levels, self.width() / 2, self.height() / 2)

    def retranslate(self) -> None:
        self.legend.retranslate()
        self.chrome.retranslate()
        self.trail_bar.refresh()
        self.update()

    def retheme(self) -> None:
        """Colours changed: every cached picture is drawn again."""
        self.ground.forget()
        self.markers.reload()
        self.update()

    # -- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        began = time.perf_counter()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        projection, ratio = self._projection, self.devicePixelRatioF()
        is_moving = self._sharpen.isActive() or self._flight.is_flying
        if not self.ground.covers(projection):
            painter.fillRect(self.rect(), theme.colour(theme.COLOURS.map_land))
        self.ground.paint(painter, projection, ratio, is_moving=is_moving)
        self.markers.sheet.paint(painter, projection, ratio, is_moving=is_moving)
        if self.layers.is_on(MapLayer.CASES):
            self.markers.cases.paint_pulses(painter, projection)
        self.hand.paint(painter)
        self.chrome.paint(painter, projection, self.base.attribution)
        if self.base.is_empty(self._session.site.cameras):
            self.chrome.paint_empty(painter)
        painter.end()
        self.paint_count += 1
        took_ms = (time.perf_counter() - began) * 1e3
        self.work.painted(began, took_ms, is_moving=self._projection != self._painted)
        if self._projection != self._painted:
            self._painted = self._projection
            self.moved.emit()
        self.longest_paint_ms = max(self.longest_paint_ms, took_ms)

    # -- from the state

    def _on_site(self) -> None:
        self.markers.reload()
        self.base.set_grid(self._session.site.grid)

    def _on_layers(self) -> None:
        self.ground.forget()
        self.markers.forget()
        self.update()

    def _on_standing(self, *_what: object) -> None:
        """What stands on the ground looks otherwise now."""
        self.markers.outdate()
        self.update()

    def _on_lights(self, *_what: object) -> None:
        """Ages, lights, presence: what stands is not painted again."""
        self.markers.on_lights()
        self.update()

    def _on_people(self) -> None:
        self._route.refresh()
        self.markers.sheet.outdate()
        self.update()

    def _on_cases(self, *_what: object) -> None:
        self._route.refresh()
        self.markers.on_cases()
        self.update()

    def _on_alert(self, alert: AlertData) -> None:
        if alert.lat_deg is not None and alert.lon_deg is not None:
            self.markers.cases.pulse(GeoPoint(alert.lat_deg, alert.lon_deg))
            self._pulse.start()

    def _on_pulse(self) -> None:
        if not self.markers.cases.is_pulsing:
            self._pulse.stop()
        self.update()

    def _on_flight(self, projection: MapProjection) -> None:
        self._projection = projection.resized(self._projection.width_px, self._projection.height_px)
        self.update()

    # -- from the person

    def _zoom(self, levels: float, x_px: float, y_px: float) -> None:
        self._flight.stop()
        self._is_placed = True
        self._projection = self._projection.zoomed(levels, x_px, y_px)
        self._sharpen.start()
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120.0
        position = event.position()
        self._zoom(steps * WHEEL_LEVELS, position.x(), position.y())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.hand.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.hand.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.hand.release(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._card.hide()
        super().leaveEvent(event)

    def seen(self, kind: SelectionKind) -> Markers:
        return self.markers.seen(kind, self._projection)

    def marker_at(self, x_px: float, y_px: float) -> Marker | None:
        """The marker under a pixel; cases before people before cameras."""
        return self.markers.marker_at(x_px, y_px, self._projection)

    def again(self, marker: Marker) -> Marker | None:
        """The same marker where it is now."""
        return self.seen(marker.kind).find(marker.id)

    def beside(self, x_px: float, y_px: float, way: tuple[float, float] | None) -> Marker | None:
        """The next marker in a direction; without one the nearest."""
        return self.markers.beside(x_px, y_px, way, self._projection)

    def pick(self, x_px: float, y_px: float) -> None:
        """A click: selects what is there; bare ground means the cameras that see it."""
        marker = self.marker_at(x_px, y_px)
        if marker is None:
            self._session.select_place(self._projection.to_place(x_px, y_px))
        else:
            self.pick_marker(marker)

    def pick_marker(self, marker: Marker) -> None:
        """Opens a case, selects a person or a camera; of anything else its place."""
        if marker.kind is SelectionKind.CASE:
            row = self._session.cases.get(marker.id)
            if row is not None:
                self._session.open(row.id)
        elif marker.kind is SelectionKind.INSPECTOR:
            self._session.select_inspector(marker.id)
        elif marker.kind is SelectionKind.CAMERA:
            self._session.select_camera(marker.id)
        elif marker.kind is SelectionKind.GROUP:
            self._zoom(GROUP_LEVELS, marker.x_px, marker.y_px)
        else:
            self._session.select_place(self._projection.to_place(marker.x_px, marker.y_px))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.hand.key(event):
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.hand.picker.close()

    def pan(self, dx_px: float, dy_px: float) -> None:
        """Drags the map by so many pixels."""
        self._flight.stop()
        self._is_placed = True
        self._projection = self._projection.panned(dx_px, dy_px)
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.work.stop()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._projection = self._projection.resized(max(1, self.width()), max(1, self.height()))
        if not self._is_placed:
            self.show_whole()
        self.legend.place(QPoint(self.width(), 0))
        self.chrome.place()
        self.trail_bar.place()
