"""Inspectors on the map: an arrow where they walk, a disc where they stand, name and age.

Greyed after 5 min with the age beside the name, hollow when offline (DOMAIN §3).
Threads: GUI thread only.
"""

from __future__ import annotations

import enum
import itertools
from collections.abc import Generator, Iterator

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF

from console.state.map_layers import MapLayer
from console.state.map_projection import MapProjection, worlds_of
from console.state.people import GREYED_AFTER_S, OFFLINE_AFTER_S, Person
from console.state.session import ConsoleSession, SelectionKind
from console.views import theme, words
from console.views.map_layers.groups import Groups
from console.views.map_layers.markers import Labels, Markers, parts_of, sprite

NAMES_FROM_ZOOM = 15.0
SPRITE_PX = 26
#: An age is shown from here on, seconds.
AGE_FROM_S = 60.0


class _Look(enum.Enum):
    LIVE = "live"
    SENT = "sent"
    GREYED = "greyed"
    OFFLINE = "offline"


#: Arrows are drawn once for each of so many headings.
TURNS = 32
TURN_DEG = 360.0 / TURNS
#: The "turn" of somebody who stands still.
RESTS = -1


class PeopleLayer:
    """Everybody with a position."""

    def __init__(self, session: ConsoleSession) -> None:
        self._session = session
        self._sprites: dict[tuple[_Look, float], list[QPixmap]] = {}
        self._people: list[Person] = []
        self._world: NDArray[np.float64] = np.zeros((0, 2))
        self._fix_utc_ns: NDArray[np.int64] = np.zeros(0, np.int64)
        self._turns: list[int] = []
        #: Batches of fixes that came, and how many of them the arrays hold.
        self._batches, self._read_batches = 1, 0
        session.people.changed.connect(self._on_people)

    def reload(self) -> None:
        """The theme changed."""
        self._sprites.clear()

    def _on_people(self) -> None:
        self._batches += 1

    def _read_steps(self) -> Iterator[None]:
        """Positions as arrays, once per batch of fixes; whoever stops half-way has read nothing."""
        batches = self._batches
        people = list(self._session.people.all())
        degrees, fixes = np.empty((len(people), 2)), np.empty(len(people), np.int64)
        turns: list[int] = []
        for part in parts_of(len(people)):
            some = people[part]
            degrees[part] = [(person.place.lat_deg, person.place.lon_deg) for person in some]
            fixes[part] = [person.fix_utc_ns for person in some]
            turns += [
                RESTS
                if person.heading_deg is None
                else round(person.heading_deg / TURN_DEG) % TURNS
                for person in some
            ]
            yield
        self._people, self._turns, self._fix_utc_ns = people, turns, fixes
        self._world = worlds_of(degrees[:, 0], degrees[:, 1])
        self._read_batches = batches

    def steps(
        self,
        painter: QPainter,
        projection: MapProjection,
        ratio: float,
        labels: Labels,
        groups: Groups,
    ) -> Generator[None, None, Markers]:
        """Paints everybody in sight, a little at a time; who was painted."""
        if self._read_batches != self._batches:
            yield from self._read_steps()
        screen = projection.screens_of(self._world)
        size = np.array((projection.width_px, projection.height_px))
        shown = np.flatnonzero(((screen > -40) & (screen < size + 40)).all(axis=1))
        looks = self._looks(shown)
        apart = np.array([look is _Look.SENT for look in looks], dtype=bool)
        singles = groups.singles(MapLayer.PEOPLE, screen[shown], apart)
        shown, looks = shown[singles], [looks[place] for place in singles.tolist()]
        points = screen[shown]
        yield
        # whole pixels: a pixmap between pixels is filtered, five times slower and less sharp
        corners = np.rint(points - SPRITE_PX / 2).astype(int).tolist()
        turns, draw = self._turns, painter.drawPixmap
        sprites = {look: self._sprites_of(look, ratio) for look in set(looks)}
        indexes = shown.tolist()
        for part in parts_of(len(indexes)):
            for index, look, (x, y) in zip(indexes[part], looks[part], corners[part], strict=True):
                draw(x, y, sprites[look][turns[index]])
            yield
        yield from self._name_steps(painter, projection, labels, shown, looks, points)
        ids = [self._people[index].inspector_id for index in indexes]
        return Markers(SelectionKind.INSPECTOR, ids, points)

    def _looks(self, shown: NDArray[np.intp]) -> list[_Look]:
        """Live, sent, greyed or offline; everybody is grey while the feed is not live."""
        age_s = (self._session.clock.utc_ns() - self._fix_utc_ns[shown]) / 1e9
        fresh = _Look.LIVE if self._session.feed.get().is_live else _Look.GREYED
        looks = [fresh] * len(shown)
        for place in np.flatnonzero(age_s >= GREYED_AFTER_S).tolist():
            looks[place] = _Look.OFFLINE if age_s[place] >= OFFLINE_AFTER_S else _Look.GREYED
        sent = {row.case.inspector_id for row in self._session.cases.open_rows()}
        if fresh is _Look.LIVE and sent:
            for place, index in enumerate(shown.tolist()):
                if looks[place] is fresh and self._people[index].inspector_id in sent:
                    looks[place] = _Look.SENT
        return looks

    def _sprites_of(self, look: _Look, ratio: float) -> list[QPixmap]:
        """One sprite a heading; the last is for somebody who stands still (`RESTS`)."""
        key = (look, ratio)
        if key not in self._sprites:
            self._sprites[key] = [_drawn(look, turn, ratio) for turn in (*range(TURNS), RESTS)]
        return self._sprites[key]

    def _name_steps(
        self,
        painter: QPainter,
        projection: MapProjection,
        labels: Labels,
        shown: NDArray[np.intp],
        looks: list[_Look],
        points: NDArray[np.float64],
    ) -> Iterator[None]:
        """Names of those who were sent first, then of the others where it is near enough."""
        now_utc_ns = self._session.clock.utc_ns()
        sent = [place for place, look in enumerate(looks) if look is _Look.SENT]
        for place in itertools.chain(sent, range(len(looks))):
            look = looks[place]
            if labels.is_full or (look is not _Look.SENT and projection.zoom < NAMES_FROM_ZOOM):
                return
            person = self._people[int(shown[place])]
            live = look in (_Look.LIVE, _Look.SENT)
            ink = theme.COLOURS.text if live else theme.COLOURS.disabled
            x, y = points[place].tolist()
            labels.paint(painter, self._label(person, now_utc_ns), x + 11, y, ink)
            yield

    def _label(self, person: Person, now_utc_ns: int) -> str:
        age_s = person.age_s(now_utc_ns)
        if age_s < AGE_FROM_S:
            return person.name
        return f"{person.name} · {words.duration_text(age_s)}"


def _drawn(look: _Look, turn: int, ratio: float) -> QPixmap:
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
    if turn != RESTS:
        painter.rotate(turn * TURN_DEG)
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
