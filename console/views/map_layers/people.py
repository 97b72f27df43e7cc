"""Inspectors on the map: an arrow where they walk, a disc where they stand, name and age.

Greyed after 5 min with the age beside the name, hollow when offline (DOMAIN §3).
Threads: GUI thread only.
"""

from __future__ import annotations

import enum

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF

from console.state.map_projection import MapProjection
from console.state.people import Person, Presence
from console.state.session import ConsoleSession, SelectionKind
from console.views import theme, words
from console.views.map_layers.markers import Labels, Marker, sprite

NAMES_FROM_ZOOM = 15.0
SPRITE_PX = 26
#: An age is shown from here on, seconds.
AGE_FROM_S = 60.0


class _Look(enum.Enum):
    LIVE = "live"
    SENT = "sent"
    GREYED = "greyed"
    OFFLINE = "offline"


_LOOKS = {
    Presence.LIVE: _Look.LIVE,
    Presence.GREYED: _Look.GREYED,
    Presence.OFFLINE: _Look.OFFLINE,
    Presence.UNKNOWN: _Look.OFFLINE,
}


class PeopleLayer:
    """Everybody with a position. `visible` is what the last paint drew."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session
        self._sprites: dict[tuple[_Look, bool, float], QPixmap] = {}
        self.visible: list[Marker] = []

    def reload(self) -> None:
        """The theme changed."""
        self._sprites.clear()

    def paint(
        self, painter: QPainter, projection: MapProjection, ratio: float, labels: Labels
    ) -> None:
        self.visible = []
        now_utc_ns = self._session.clock.utc_ns()
        is_feed_live = self._session.feed.get().is_live
        sent = {row.case.inspector_id for row in self._session.cases.open_rows()}
        everybody = sorted(
            self._session.people.all(), key=lambda one: (one.inspector_id not in sent, one.name)
        )
        for person in everybody:
            x, y = projection.to_screen(person.place)
            if not (-40 < x < projection.width_px + 40 and -40 < y < projection.height_px + 40):
                continue
            presence = person.presence(now_utc_ns)
            if presence is Presence.LIVE and not is_feed_live:
                presence = Presence.GREYED  # where somebody was when the hub fell silent
            is_sent = person.inspector_id in sent and presence is Presence.LIVE
            look = _Look.SENT if is_sent else _LOOKS[presence]
            self._paint_one(painter, person, look, x, y, ratio)
            if projection.zoom >= NAMES_FROM_ZOOM or is_sent:
                ink = (
                    theme.COLOURS.text
                    if look in (_Look.LIVE, _Look.SENT)
                    else theme.COLOURS.disabled
                )
                labels.paint(painter, self._label(person, now_utc_ns), x + 11, y, ink)
            self.visible.append(Marker(SelectionKind.INSPECTOR, person.inspector_id, x, y))

    def _label(self, person: Person, now_utc_ns: int) -> str:
        age_s = person.age_s(now_utc_ns)
        if age_s < AGE_FROM_S:
            return person.name
        return f"{person.name} · {words.duration_text(age_s)}"

    def _paint_one(
        self, painter: QPainter, person: Person, look: _Look, x: float, y: float, ratio: float
    ) -> None:
        moves = person.heading_deg is not None
        key = (look, moves, ratio)
        if key not in self._sprites:
            self._sprites[key] = _drawn(look, moves, ratio)
        painter.save()
        painter.translate(x, y)
        if person.heading_deg is not None:
            painter.rotate(person.heading_deg)
        painter.drawPixmap(QPointF(-SPRITE_PX / 2, -SPRITE_PX / 2), self._sprites[key])
        painter.restore()


def _drawn(look: _Look, moves: bool, ratio: float) -> QPixmap:
    pixmap, painter = sprite(SPRITE_PX, ratio)
    colours = theme.COLOURS
    fill = {
        _Look.LIVE: colours.text,
        _Look.SENT: colours.accent,
        _Look.GREYED: colours.disabled,
        _Look.OFFLINE: colours.background,
    }[look]
    rim = colours.disabled if look is _Look.OFFLINE else colours.background
    painter.setPen(QPen(theme.colour(rim), 1.6))
    painter.setBrush(theme.colour(fill))
    if moves:
        arrow = [QPointF(0, -10), QPointF(6.5, 7), QPointF(0, 3.5), QPointF(-6.5, 7)]
        painter.drawPolygon(QPolygonF(arrow))
    else:
        painter.drawEllipse(QPointF(0, 0), 6.0, 6.0)
        if look is not _Look.OFFLINE:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour(colours.background))
            painter.drawEllipse(QPointF(0, 0), 2.0, 2.0)
    painter.end()
    return pixmap
