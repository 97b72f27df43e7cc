"""Cases on the map: a pin in the colour and shape of its light, alerts that pulse once, and the
way of whoever was sent.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF

from config.geometry import GeoPoint
from console.desk.case import CaseId
from console.state.cases import CaseRow, Light
from console.state.map_layers import MapLayer
from console.state.map_projection import MapProjection, worlds_of
from console.state.session import ConsoleSession, SelectionKind
from console.views import icons, theme
from console.views.lights import light_colour, paint_light
from console.views.map_layers.groups import Groups
from console.views.map_layers.markers import Labels, Markers, sprite

PULSE_S = 1.6
PULSE_RADIUS_PX = 46.0
_PIN_PX = 24
#: A pin with its tip and its light, and where its tip is in it.
_SPRITE_PX = 48
_TIP_PX = 16
_PINS_A_STEP = 50


class _Look(NamedTuple):
    """All that makes one pin look unlike another."""

    kind: str
    light: Light
    is_urgent: bool
    is_open: bool


class Pin(NamedTuple):
    """One case to be painted, its tip in pixels."""

    case_id: CaseId
    x_px: float
    y_px: float
    look: _Look


class CaseLayer:
    """Open cases with a place, the most urgent on top."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session
        self._pulses: list[tuple[GeoPoint, int]] = []
        self._sprites: dict[tuple[_Look, float], QPixmap] = {}
        self._rows: list[tuple[CaseId, _Look]] = []
        self._world: NDArray[np.float64] = np.zeros((0, 2))
        self._is_outdated = True
        #: World points of the way to show, and whether it follows streets.
        self.route: NDArray[np.float64] | None = None
        self.route_follows_streets = False

    def pulse(self, place: GeoPoint) -> None:
        """An alert was raised here: one ring spreads, once."""
        self._pulses.append((place, self._session.clock.mono_ns()))

    @property
    def is_pulsing(self) -> bool:
        now = self._session.clock.mono_ns()
        self._pulses = [item for item in self._pulses if now - item[1] < PULSE_S * 1e9]
        return bool(self._pulses)

    def reload(self) -> None:
        """The theme changed."""
        self._sprites.clear()
        self.outdate()

    def outdate(self) -> None:
        """Cases, or their lights, changed."""
        self._is_outdated = True

    def plan(
        self, projection: MapProjection, labels: Labels, groups: Groups
    ) -> Generator[None, None, list[Pin]]:
        """Which cases are in sight as pins of their own; no name is written under one."""
        if self._is_outdated:
            yield from self._read_steps()
        screen = projection.screens_of(self._world)
        size = np.array((projection.width_px, projection.height_px))
        shown = np.flatnonzero(((screen > -40) & (screen < size + 40)).all(axis=1))
        points = screen[shown]
        rows = [self._rows[index] for index in shown.tolist()]
        pins = [
            Pin(case_id, x, y, look)
            for (case_id, look), (x, y) in zip(rows, points.tolist(), strict=True)
        ]
        yield
        apart = np.array([pin.look.is_urgent or pin.look.is_open for pin in pins], dtype=bool)
        lights = [pin.look.light for pin in pins]
        singles = groups.singles(MapLayer.CASES, points, apart, lights)
        pins = [pins[index] for index in singles.tolist()]
        yield
        for number, pin in enumerate(pins):
            left, top = pin.x_px - _PIN_PX / 2, pin.y_px - _PIN_PX - 8
            labels.keep_free(QRectF(left, top, _PIN_PX, _PIN_PX + 8))
            if number % _PINS_A_STEP == 0:
                yield
        return pins

    def _read_steps(self) -> Iterator[None]:
        """Every case with a place, the most urgent last, the open one on top."""
        self._is_outdated = False
        now_utc_ns = self._session.clock.utc_ns()
        rows = [row for row in self._session.cases.open_rows() if row.place is not None]
        yield
        rows.sort(key=lambda row: row.urgency(now_utc_ns), reverse=True)
        opened = self._session.open_case.get()
        rows.sort(key=lambda row: row.id == opened)
        yield
        found: list[tuple[CaseId, _Look]] = []
        for number, row in enumerate(rows):
            is_urgent = self._is_urgent(row)
            look = _Look(row.case.kind, row.light(now_utc_ns), is_urgent, row.id == opened)
            found.append((row.id, look))
            if number % _PINS_A_STEP == 0:
                yield
        places = [row.place for row in rows if row.place is not None]
        self._rows = found
        self._world = worlds_of(
            np.array([place.lat_deg for place in places]),
            np.array([place.lon_deg for place in places]),
        )

    def steps(
        self, painter: QPainter, pins: list[Pin], ratio: float
    ) -> Generator[None, None, Markers]:
        """Paints the planned pins, a few at a time; which were painted."""
        for number, pin in enumerate(pins):
            left = round(pin.x_px - _SPRITE_PX / 2)
            top = round(pin.y_px - _SPRITE_PX / 2 - _TIP_PX)
            painter.drawPixmap(left, top, self._sprite(pin.look, ratio))
            if number % _PINS_A_STEP == 0:
                yield
        points = np.array([(pin.x_px, pin.y_px - _PIN_PX) for pin in pins]).reshape(-1, 2)
        return Markers(SelectionKind.CASE, [pin.case_id for pin in pins], points)

    def _is_urgent(self, row: CaseRow) -> bool:
        return row.case.priority == 1 and row.id not in self._session.asking.acknowledged

    def _sprite(self, look: _Look, ratio: float) -> QPixmap:
        key = (look, ratio)
        if key not in self._sprites:
            self._sprites[key] = _drawn(look, ratio)
        return self._sprites[key]

    def paint_pulses(self, painter: QPainter, projection: MapProjection) -> None:
        """A ring a new alert, once; painted over everything in every frame."""
        if not self.is_pulsing:
            return
        now = self._session.clock.mono_ns()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place, began in self._pulses:
            share = (now - began) / 1e9 / PULSE_S
            x, y = projection.to_screen(place)
            painter.setPen(QPen(theme.colour(theme.COLOURS.alarm, 1.0 - share), 3.0))
            radius = 8 + PULSE_RADIUS_PX * share
            painter.drawEllipse(QPointF(x, y), radius, radius)

    def paint_route(self, painter: QPainter, projection: MapProjection) -> None:
        """The way of whoever is on the open case."""
        if self.route is None:
            return
        points = [QPointF(x, y) for x, y in projection.screens_of(self.route).tolist()]
        casing = QPen(theme.colour(theme.COLOURS.background, 0.9), 7.0)
        line = QPen(theme.colour(theme.COLOURS.accent), 3.5)
        if not self.route_follows_streets:
            line.setDashPattern([2.0, 2.0])
        for pen in (casing, line):
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPolyline(QPolygonF(points))


def _drawn(look: _Look, ratio: float) -> QPixmap:
    pixmap, painter = sprite(_SPRITE_PX, ratio)
    painter.translate(0, _TIP_PX)  # the tip is the origin
    colours = theme.COLOURS
    box = QRectF(-_PIN_PX / 2, -_PIN_PX - 8, _PIN_PX, _PIN_PX)
    rim = colours.accent if look.is_open else light_colour(look.light)
    fill = colours.alarm if look.is_urgent else colours.raised
    painter.setPen(QPen(theme.colour(colours.background), 3.0))
    painter.setBrush(theme.colour(fill))
    tip = [QPointF(-5, box.bottom() - 1), QPointF(0, 0), QPointF(5, box.bottom() - 1)]
    painter.drawPolygon(QPolygonF(tip))
    painter.drawRoundedRect(box, 6, 6)
    painter.setPen(QPen(theme.colour(rim), 2.0))
    painter.drawRoundedRect(box, 6, 6)
    ink = "#FFFFFF" if look.is_urgent else colours.text
    icon = icons.kind_pixmap(look.kind, 16, ink)
    painter.drawPixmap(QPointF(box.left() + 4, box.top() + 4), icon)
    if look.light is not Light.GREEN:
        paint_light(painter, QPointF(box.right() - 1, box.top() + 1), look.light, 4.5)
    painter.end()
    return pixmap
