"""Inspectors on the map: an arrow where they walk, a disc where they stand, name and age.

Greyed after 5 min with the age beside the name, hollow and grey when offline (DOMAIN §3); hollow and
bright: says busy, or is off duty.
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
    """Numbers: ten thousand are looked up as an array."""

    LIVE = 0
    SENT = 1
    GREYED = 2
    OFFLINE = 3
    UNAVAILABLE = 4


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
        self._row_of: dict[str | None, int] = {}
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

    @property
    def batches(self) -> int:
        """Batches of positions that came; for the bench."""
        return self._batches

    @property
    def read_batches(self) -> int:
        """How many of them are in what is painted."""
        return self._read_batches

    def _read_steps(self) -> Iterator[None]:
        """Positions as arrays, of those who moved; whoever stops half-way has read nothing."""
        batches = self._batches
        people = list(self._session.people.all())
        known = self._people
        if len(known) == len(people):
            moved = [row for row, person in enumerate(people) if known[row] is not person]
        else:
            moved = list(range(len(people)))
        yield
        count = len(people)
        world, fixes = np.empty((count, 2)), np.empty(count, np.int64)
        turns = [RESTS] * count
        if len(moved) < count:
            world[:], fixes[:], turns = self._world, self._fix_utc_ns, list(self._turns)
        for part in parts_of(len(moved)):
            rows = moved[part]
            some = [people[row] for row in rows]
            lat, lon = np.array([(one.place.lat_deg, one.place.lon_deg) for one in some]).T
            world[rows] = worlds_of(lat, lon)
            fixes[rows] = [person.fix_utc_ns for person in some]
            for row, person in zip(rows, some, strict=True):
                turns[row] = _turn_of(person)
            yield
        if len(known) != count:
            self._row_of = {person.inspector_id: row for row, person in enumerate(people)}
        self._people, self._turns, self._fix_utc_ns, self._world = people, turns, fixes, world
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
        singles = groups.singles(MapLayer.PEOPLE, screen[shown], looks == _Look.SENT.value)
        shown, looks = shown[singles], looks[singles]
        points = screen[shown]
        yield
        # whole pixels: a pixmap between pixels is filtered, five times slower and less sharp
        corners = np.rint(points - SPRITE_PX / 2).astype(int).tolist()
        turns, draw = self._turns, painter.drawPixmap
        sprites = {look.value: self._sprites_of(look, ratio) for look in _Look}
        indexes, numbers = shown.tolist(), looks.tolist()
        yield
        for part in parts_of(len(indexes)):
            some = zip(indexes[part], numbers[part], corners[part], strict=True)
            for index, look, (x, y) in some:
                draw(x, y, sprites[look][turns[index]])
            yield
        yield from self._name_steps(painter, projection, labels, shown, looks, points)
        ids = [self._people[index].inspector_id for index in indexes]
        return Markers(SelectionKind.INSPECTOR, ids, points)

    def _looks(self, shown: NDArray[np.intp]) -> NDArray[np.int8]:
        """Live, sent, greyed or offline by number; everybody is grey while the feed is not live."""
        age_s = (self._session.clock.utc_ns() - self._fix_utc_ns) / 1e9
        is_live = self._session.feed.get().is_live
        looks = np.full(len(age_s), (_Look.LIVE if is_live else _Look.GREYED).value, np.int8)
        if is_live:
            for who in self._session.units.unavailable():
                if (index := self._row_of.get(who)) is not None:
                    looks[index] = _Look.UNAVAILABLE.value
            for row in self._session.cases.open_rows():
                if (index := self._row_of.get(row.case.inspector_id)) is not None:
                    looks[index] = _Look.SENT.value
        looks[age_s >= GREYED_AFTER_S] = _Look.GREYED.value
        looks[age_s >= OFFLINE_AFTER_S] = _Look.OFFLINE.value
        return looks[shown]

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
        looks: NDArray[np.int8],
        points: NDArray[np.float64],
    ) -> Iterator[None]:
        """Names of those who were sent first, then of the others where it is near enough."""
        now_utc_ns = self._session.clock.utc_ns()
        sent = np.flatnonzero(looks == _Look.SENT.value).tolist()
        for place in itertools.chain(sent, range(len(looks))):
            look = _Look(int(looks[place]))
            if labels.is_full or (look is not _Look.SENT and projection.zoom < NAMES_FROM_ZOOM):
                return
            person = self._people[int(shown[place])]
            live = look in (_Look.LIVE, _Look.SENT, _Look.UNAVAILABLE)
            ink = theme.COLOURS.text if live else theme.COLOURS.disabled
            x, y = points[place].tolist()
            labels.paint(painter, self._label(person, now_utc_ns), x + 11, y, ink)
            yield

    def _label(self, person: Person, now_utc_ns: int) -> str:
        age_s = person.age_s(now_utc_ns)
        if age_s < AGE_FROM_S:
            return person.name
        return f"{person.name} · {words.duration_text(age_s)}"


def _turn_of(person: Person) -> int:
    """Which of the drawn headings; `RESTS` for somebody who stands."""
    if person.heading_deg is None:
        return RESTS
    return round(person.heading_deg / TURN_DEG) % TURNS


def _drawn(look: _Look, turn: int, ratio: float) -> QPixmap:
    pixmap, painter = sprite(SPRITE_PX, ratio)
    colours = theme.COLOURS
    fill = {
        _Look.LIVE: colours.text,
        _Look.SENT: colours.accent,
        _Look.GREYED: colours.disabled,
        _Look.OFFLINE: colours.background,
        _Look.UNAVAILABLE: colours.background,
    }[look]
    rims = {_Look.OFFLINE: colours.disabled, _Look.UNAVAILABLE: colours.text}
    rim = rims.get(look, colours.background)
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
