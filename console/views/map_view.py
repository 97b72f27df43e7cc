"""MapView: the district's map in one widget, painted in one paintEvent.

The ground is a pixmap with a margin, painted anew when zoom or region leave it; markers are
painted on every frame. Decides no linkage: a click tells the session what was meant.

Threads: GUI thread only.
"""

from __future__ import annotations

import time
from dataclasses import replace

from PySide6.QtCore import QEasingCurve, QEvent, QPoint, QPointF, Qt, QTimer, QVariantAnimation
from PySide6.QtGui import (
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
from console.state.map_projection import MapProjection, place_of
from console.state.session import ConsoleSession, SelectionKind
from console.views.map_chrome import HoverCard, MapChrome
from console.views.map_layers.cameras import CameraLayer
from console.views.map_layers.cases import CaseLayer
from console.views.map_layers.ground import Ground
from console.views.map_layers.ground_cache import GroundCache
from console.views.map_layers.markers import Labels, Marker, Markers
from console.views.map_layers.people import PeopleLayer
from console.views.map_layers.trails import TrailLayer
from console.views.map_legend import MapLayers, MapLegend
from console.views.map_route import RouteKeeper
from console.views.trail_bar import TrailBar
from vision.alerts import AlertData

#: A wheel step and a key step, in zoom levels.
WHEEL_LEVELS = 0.5
KEY_LEVELS = 0.5
KEY_PAN_PX = 120
#: The map flies to a place in this time, and at least this near.
FLY_MS = 260
FLY_ZOOM_MIN = 16.2
#: The sharp ground is painted when the zoom rested this long; until then the old one is stretched.
SHARPEN_MS = 90
PULSE_MS = 40
#: A press that moves less than this is a click.
CLICK_SLACK_PX = 5


class MapView(QWidget):
    """The map of a session. `longest_paint_ms` is for the bench."""

    def __init__(self, session: ConsoleSession, parent: QWidget | None = None) -> None:
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
        self._basemap = BaseMap()
        self.ground = GroundCache(Ground(BaseMap(), session.site.grid))
        self.cameras = CameraLayer(session)
        self.people = PeopleLayer(session)
        self.cases = CaseLayer(session)
        self.trails = TrailLayer(session.replay, session.people)
        self._route = RouteKeeper(session, self.cases)
        self.layers = MapLayers()
        self.legend = MapLegend(self.layers, self)
        self._chrome = MapChrome(self)
        self.trail_bar = TrailBar(session.replay, self)
        self._card = HoverCard(session, self)
        self._press: QPointF | None = None
        self._dragged = False
        self._flight = QVariantAnimation(self)
        self._flight.setDuration(FLY_MS)
        self._flight.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._flight.setStartValue(0.0)
        self._flight.setEndValue(1.0)
        self._flight_ends: tuple[MapProjection, MapProjection] | None = None
        self._sharpen = QTimer(self, singleShot=True, interval=SHARPEN_MS)
        self._pulse = QTimer(self, interval=PULSE_MS)
        self._connect()

    def _connect(self) -> None:
        session = self._session
        buttons = self._chrome.buttons
        buttons["plus"].clicked.connect(self.zoom_in)
        buttons["minus"].clicked.connect(self.zoom_out)
        buttons["whole"].clicked.connect(self.show_whole)
        self._flight.valueChanged.connect(self._on_flight)
        self._flight.finished.connect(self.update)
        self._sharpen.timeout.connect(self.update)
        self._pulse.timeout.connect(self._on_pulse)
        self.layers.changed.connect(self._on_layers)
        session.map_wanted.connect(self.fly_to)
        session.people.changed.connect(self._on_people)
        session.open_case.changed.connect(self._on_cases)
        session.cases.changed.connect(self._on_cases)
        session.cases.replaced.connect(self.update)
        session.health.changed.connect(self.update)
        session.feed.changed.connect(self._on_sights)
        session.sights.changed.connect(self._on_sights)
        session.asking.changed.connect(self.update)
        session.alert_raised.connect(self._on_alert)
        session.site_changed.connect(self._on_site)
        session.replay.changed.connect(self.update)

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
        self._basemap = basemap
        self._route.set_basemap(basemap)
        self._renew_ground()
        if not self._is_placed:
            self.show_whole()

    def fly_to(self, place: GeoPoint) -> None:
        """Moves the map to a place, near enough to read it."""
        target = self._projection.centred(place)
        if target.zoom < FLY_ZOOM_MIN:
            target = replace(target, zoom=FLY_ZOOM_MIN)
        self._is_placed = True
        self._flight.stop()
        self._flight_ends = (self._projection, target)
        if self.isVisible():
            self._flight.start()
        else:
            self._projection = target

    def show_whole(self) -> None:
        """The whole area: the streets' extent, else cameras and cells."""
        places = [camera.place for camera in self._session.site.cameras if camera.place]
        places += [
            point for cell in self._session.site.grid for ring in cell.rings for point in ring
        ]
        bounds = self._basemap.bounds
        if not places and bounds is not None:
            places = [place_of(bounds[0], bounds[1]), place_of(bounds[2], bounds[3])]
        self._flight.stop()
        self._projection = self._projection.resized(
            max(1, self.width()), max(1, self.height())
        ).fitted(places)
        self.update()

    def restore(self, centre: tuple[float, float], zoom: float) -> None:
        """The map as it was: centre in world coordinates and zoom."""
        self.set_projection(
            replace(self._projection, centre_x=centre[0], centre_y=centre[1], zoom=zoom)
        )

    def zoom_in(self) -> None:
        self.zoom_by(KEY_LEVELS)

    def zoom_out(self) -> None:
        self.zoom_by(-KEY_LEVELS)

    def zoom_by(self, levels: float) -> None:
        self._zoom(levels, self.width() / 2, self.height() / 2)

    def retranslate(self) -> None:
        self.legend.retranslate()
        self._chrome.retranslate()
        self.trail_bar.refresh()
        self.update()

    def retheme(self) -> None:
        """Colours changed: every cached picture is drawn again."""
        self.ground.forget()
        self.cameras.reload()
        self.people.reload()
        self.update()

    # -- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        began = time.perf_counter()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.ground.paint(
            painter,
            self._projection,
            self.devicePixelRatioF(),
            cells=self.layers.grid,
            is_moving=self._sharpen.isActive() or self._is_flying(),
        )
        self._paint_markers(painter)
        self._chrome.paint(painter, self._projection, self.ground.ground.attribution)
        if self._basemap.bounds is None and not self._has_places():
            self._chrome.paint_empty(painter)
        painter.end()
        self.paint_count += 1
        self.longest_paint_ms = max(self.longest_paint_ms, (time.perf_counter() - began) * 1e3)

    def _paint_markers(self, painter: QPainter) -> None:
        ratio = self.devicePixelRatioF()
        labels = Labels()
        for layer, kind in (
            (self.cameras, SelectionKind.CAMERA),
            (self.people, SelectionKind.INSPECTOR),
            (self.cases, SelectionKind.CASE),
        ):
            layer.visible = Markers(kind)
        if self.layers.cases:
            self.cases.keep_free(self._projection, labels)
            self.cases.paint_ways(painter, self._projection)
        if self.layers.cameras:
            self.cameras.paint(painter, self._projection, ratio, labels)
        if self._session.replay.is_open:  # not now: nobody is shown in two places at once
            self.trails.paint(painter, self._projection, labels)
        elif self.layers.people:
            self.people.paint(painter, self._projection, ratio, labels)
        if self.layers.cases:
            self.cases.paint(painter, self._projection)

    def _has_places(self) -> bool:
        site = self._session.site
        return bool(site.grid) or any(camera.place for camera in site.cameras)

    def _renew_ground(self) -> None:
        self.ground.set_ground(Ground(self._basemap, self._session.site.grid))
        self.update()

    # -- from the state

    def _on_site(self) -> None:
        self.cameras.reload()
        self._renew_ground()

    def _on_layers(self) -> None:
        self.ground.forget()
        self.update()

    def _on_cases(self, _ids: object) -> None:
        self._route.refresh()
        self.update()

    def _on_people(self) -> None:
        self._route.refresh()
        self.update()

    def _on_sights(self, _sights: object) -> None:
        self.update()

    def _on_alert(self, alert: AlertData) -> None:
        if alert.lat_deg is not None and alert.lon_deg is not None:
            self.cases.pulse(GeoPoint(alert.lat_deg, alert.lon_deg))
            self._pulse.start()

    def _on_pulse(self) -> None:
        if not self.cases.is_pulsing:
            self._pulse.stop()
        self.update()

    def _is_flying(self) -> bool:
        return self._flight.state() == QVariantAnimation.State.Running

    def _on_flight(self, share: object) -> None:
        if self._flight_ends is None or not isinstance(share, float):
            return
        start, end = self._flight_ends
        self._projection = replace(
            self._projection,
            centre_x=start.centre_x + (end.centre_x - start.centre_x) * share,
            centre_y=start.centre_y + (end.centre_y - start.centre_y) * share,
            zoom=end.zoom if share >= 1.0 else start.zoom + (end.zoom - start.zoom) * share,
        )
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
        if event.button() == Qt.MouseButton.LeftButton:
            self._press, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position()
        if self._press is not None and event.buttons() & Qt.MouseButton.LeftButton:
            moved = position - self._press
            if self._dragged or moved.manhattanLength() > CLICK_SLACK_PX:
                self._dragged = True
                self._flight.stop()
                self._is_placed = True
                self._projection = self._projection.panned(moved.x(), moved.y())
                self._press = position
                self._card.hide()
                self.update()
            return
        marker = self.marker_at(position.x(), position.y())
        pointing = Qt.CursorShape.PointingHandCursor if marker else Qt.CursorShape.ArrowCursor
        self.setCursor(pointing)
        self._card.show_for(marker)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._press = self._press, None
        if pressed is None or self._dragged or event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position()
        self.pick(at.x(), at.y())
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._session.aim_wanted.emit(self._projection.to_place(at.x(), at.y()))

    def leaveEvent(self, event: QEvent) -> None:
        self._card.hide()
        super().leaveEvent(event)

    def marker_at(self, x_px: float, y_px: float) -> Marker | None:
        """The marker under a pixel; cases before people before cameras."""
        for markers in (self.cases.visible, self.people.visible, self.cameras.visible):
            found = markers.nearest(x_px, y_px)
            if found is not None:
                return found
        return None

    def pick(self, x_px: float, y_px: float) -> None:
        """A click: selects what is there; bare ground means the cameras that see it."""
        marker = self.marker_at(x_px, y_px)
        if marker is None:
            self._session.select_place(self._projection.to_place(x_px, y_px))
        elif marker.kind is SelectionKind.CASE:
            row = self._session.cases.get(marker.id)
            if row is not None:
                self._session.open(row.id)
        elif marker.kind is SelectionKind.INSPECTOR:
            self._session.select_inspector(marker.id)
        else:
            self._session.select_camera(marker.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {
            Qt.Key.Key_Left: (KEY_PAN_PX, 0),
            Qt.Key.Key_Right: (-KEY_PAN_PX, 0),
            Qt.Key.Key_Up: (0, KEY_PAN_PX),
            Qt.Key.Key_Down: (0, -KEY_PAN_PX),
        }.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        self._flight.stop()
        self._projection = self._projection.panned(*step)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._projection = self._projection.resized(max(1, self.width()), max(1, self.height()))
        if not self._is_placed:
            self.show_whole()
        self.legend.place(QPoint(self.width(), 0))
        self._chrome.place()
        self.trail_bar.place()
