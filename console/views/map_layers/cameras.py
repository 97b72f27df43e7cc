"""Cameras on the map: view cones, state and number.

A lost camera is a crossed ring, not only another colour. Threads: GUI thread only.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QPixmap, QPolygonF, QRadialGradient

from config.geometry import GeoPoint, bearing_deg, distance_m
from config.site import Calibration, Camera, CameraId
from console.state.linkage import View
from console.state.map_layers import MapLayer
from console.state.map_projection import MapProjection, worlds_of
from console.state.session import ConsoleSession, SelectionKind
from console.views import theme
from console.views.map_layers.groups import Groups
from console.views.map_layers.markers import Labels, Markers, parts_of, sprite

#: A cone without calibration is drawn this long, metres.
CONE_LENGTH_M = 70.0
CONE_MAX_M = 160.0
CONE_FOV_DEG = 60.0
CONES_FROM_ZOOM = 14.8
#: With more cameras in sight only those that see the selected place keep their cone.
CONES_MAX = 250
NUMBERS_FROM_ZOOM = 16.4
#: Under this zoom a camera is a dot.
DOTS_BELOW_ZOOM = 14.0
SPRITE_PX = 18


class _Look(enum.Enum):
    """Numbers: thousands are looked up as an array."""

    PLAIN = 0
    SEES = 1
    LOST = 2
    OFF = 3
    DOT = 4


class CameraLayer:
    """All cameras with a place."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session
        self._cameras: list[Camera] = []
        self._world: NDArray[np.float64] = np.zeros((0, 2))
        self._row_of: dict[CameraId, int] = {}
        self._plain: NDArray[np.int8] = np.zeros(0, np.int8)
        self._cones: dict[CameraId, tuple[float, float, float]] = {}
        self._sprites: dict[tuple[_Look, float], QPixmap] = {}
        self.reload()

    def reload(self) -> None:
        """The register or the theme changed."""
        session = self._session
        self._sprites.clear()
        self._cameras = [camera for camera in session.directory.cameras if camera.place]
        self._row_of = {camera.id: row for row, camera in enumerate(self._cameras)}
        plain = [(_Look.PLAIN if each.enabled else _Look.OFF).value for each in self._cameras]
        self._plain = np.array(plain, np.int8)
        places = [camera.place for camera in self._cameras if camera.place]
        self._world = worlds_of(
            np.array([place.lat_deg for place in places]),
            np.array([place.lon_deg for place in places]),
        )
        self._cones = {
            camera.id: cone
            for camera in self._cameras
            if (cone := cone_of(camera, session.calibrations.get(camera.id))) is not None
        }

    def steps(
        self,
        painter: QPainter,
        projection: MapProjection,
        ratio: float,
        labels: Labels,
        groups: Groups,
    ) -> Generator[None, None, Markers]:
        """Paints all cameras in sight, a little at a time; what was painted."""
        screen = projection.screens_of(self._world)
        margin = 200.0
        size = np.array((projection.width_px, projection.height_px))
        shown = np.flatnonzero(((screen > -margin) & (screen < size + margin)).all(axis=1))
        sights = self._session.sights.get()
        seeing = {sight.camera_id for sight in sights if sight.view is not View.NEAREST}
        lost = {entry.camera_id for entry in self._session.health.lost()}
        looks = self._looks(seeing, lost)
        yield
        apart = (looks[shown] == _Look.SEES.value) | (looks[shown] == _Look.LOST.value)
        shown = shown[groups.singles(MapLayer.CAMERAS, screen[shown], apart)]
        points, looks = screen[shown], looks[shown]
        cameras = [self._cameras[index] for index in shown.tolist()]
        yield
        if projection.zoom >= CONES_FROM_ZOOM:
            coned = looks != _Look.LOST.value
            if len(cameras) > CONES_MAX:
                coned = looks == _Look.SEES.value
            for place in np.flatnonzero(coned).tolist():
                x, y = points[place].tolist()
                sees = bool(looks[place] == _Look.SEES.value)
                self._paint_cone(painter, projection, cameras[place], x, y, sees)
                yield
        sprites = {look.value: self._sprite(look, ratio) for look in _Look}
        if projection.zoom < DOTS_BELOW_ZOOM:
            sprites[_Look.PLAIN.value] = sprites[_Look.DOT.value]
        corners = np.rint(points - SPRITE_PX / 2).astype(int).tolist()
        draw, numbers = painter.drawPixmap, looks.tolist()
        for part in parts_of(len(cameras)):
            for look, (left, top) in zip(numbers[part], corners[part], strict=True):
                draw(left, top, sprites[look])
            yield
        if projection.zoom >= NUMBERS_FROM_ZOOM:
            for camera, (x, y) in zip(cameras, points.tolist(), strict=True):
                if labels.is_full:
                    break
                number = self._session.directory.number_of(camera.id)
                labels.paint(painter, str(number), x + 9, y, theme.COLOURS.secondary)
                yield
        return Markers(SelectionKind.CAMERA, [camera.id for camera in cameras], points)

    def _looks(self, seeing: set[CameraId], lost: set[CameraId]) -> NDArray[np.int8]:
        """(N,) the value of every camera's look."""
        looks = self._plain.copy()
        for camera_ids, look in ((seeing, _Look.SEES), (lost, _Look.LOST)):
            for camera_id in camera_ids:
                if (row := self._row_of.get(camera_id)) is not None:
                    looks[row] = look.value
        return looks

    def _sprite(self, look: _Look, ratio: float) -> QPixmap:
        key = (look, ratio)
        if key not in self._sprites:
            self._sprites[key] = _drawn(look, ratio)
        return self._sprites[key]

    def _paint_cone(
        self,
        painter: QPainter,
        projection: MapProjection,
        camera: Camera,
        x: float,
        y: float,
        sees: bool,
    ) -> None:
        cone = self._cones.get(camera.id)
        if cone is None:
            return
        bearing, fov, length_m = cone
        length = length_m / projection.metres_per_px
        gradient = QRadialGradient(QPointF(x, y), length)
        colour = theme.COLOURS.accent if sees else theme.COLOURS.secondary
        gradient.setColorAt(0.0, theme.colour(colour, 0.42 if sees else 0.26))
        gradient.setColorAt(1.0, theme.colour(colour, 0.04 if sees else 0.02))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(gradient))
        painter.drawPolygon(_wedge(x, y, bearing, fov, length))


def cone_of(camera: Camera, calibration: Calibration | None) -> tuple[float, float, float] | None:
    """(bearing, field of view, length in metres) of what a camera sees on the ground.

    From the calibration's own ground points where there are any; else from the register.
    """
    if camera.place is None:
        return None
    if calibration is not None:
        return _calibrated_cone(camera.place, calibration)
    if camera.bearing_deg is None:
        return None
    return camera.bearing_deg, camera.fov_deg or CONE_FOV_DEG, CONE_LENGTH_M


def _calibrated_cone(place: GeoPoint, calibration: Calibration) -> tuple[float, float, float]:
    ground = [pair.place for pair in calibration.pairs]
    middle = GeoPoint(
        sum(p.lat_deg for p in ground) / len(ground), sum(p.lon_deg for p in ground) / len(ground)
    )
    bearing = bearing_deg(place, middle)
    off = [(bearing_deg(place, point) - bearing + 180.0) % 360.0 - 180.0 for point in ground]
    length_m = min(CONE_MAX_M, max(distance_m(place, point) for point in ground) * 1.15)
    fov = min(120.0, max(24.0, (max(off) - min(off)) * 1.1))
    return bearing + (max(off) + min(off)) / 2, fov, length_m


def _wedge(x: float, y: float, bearing: float, fov: float, length: float) -> QPolygonF:
    steps = 10
    points = [QPointF(x, y)]
    for step in range(steps + 1):
        turn = math.radians(bearing - fov / 2 + fov * step / steps)
        points.append(QPointF(x + length * math.sin(turn), y - length * math.cos(turn)))
    return QPolygonF(points)


def _drawn(look: _Look, ratio: float) -> QPixmap:
    pixmap, painter = sprite(SPRITE_PX, ratio)
    colours = theme.COLOURS
    rim = QPen(theme.colour(colours.background), 1.5)
    painter.setPen(rim)
    if look is _Look.LOST:
        painter.setBrush(theme.colour(colours.background))
        painter.setPen(QPen(theme.colour(colours.red), 1.8))
        painter.drawEllipse(QPointF(0, 0), 5.5, 5.5)
        painter.drawLine(QPointF(-3.6, 3.6), QPointF(3.6, -3.6))
    elif look is _Look.OFF:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour(colours.disabled), 1.5))
        painter.drawEllipse(QPointF(0, 0), 4.5, 4.5)
    else:
        ink = colours.accent if look is _Look.SEES else colours.secondary
        painter.setBrush(theme.colour(ink))
        radius = 2.6 if look is _Look.DOT else (6.0 if look is _Look.SEES else 4.6)
        painter.drawEllipse(QPointF(0, 0), radius, radius)
    painter.end()
    return pixmap
