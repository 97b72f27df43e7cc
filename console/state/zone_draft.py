"""ZoneDraft: the zones of one camera while somebody draws them, with every step to be taken back.

Decides what is selected, what a step does and what is wrong with a zone; the site folder decides
again when it is saved. Zones of other cameras are never touched. What is in the hand is a zone or
one of its licensed places: both have corners, hours and days, and steps go to whichever it is.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

import msgspec
from msgspec import Struct, structs

from config.geometry import ImagePoint
from config.planar import ring_area, ring_contains
from config.site import ALL_DAYS, CameraId, Hours, Licence, Zone, ZoneId, ZoneKind
from config.zones import (
    DEFAULT_LIMIT_S,
    LICENCES_MAX,
    PEOPLE_MAX_RANGE,
)
from console.state.observable import Signal
from console.state.steps import Steps
from console.state.zone_shapes import (
    Shape,
    ZoneProblem,
    moved_ring,
    people_of,
    point_at,
    problem_of,
    ring_of,
)

#: A key moves a corner by this share of the picture; with Shift by ten of them.
KEY_STEP_NORM = 0.002
#: A new zone stands in the middle and is this large.
_NEW_HALF_NORM = 0.15

#: A row of the list: a zone, or one of its licensed places.
Row = tuple[int, int | None]


class _Drawn(Struct, frozen=True):
    """The whole draft at one moment."""

    zones: tuple[Zone, ...]
    selected: int | None
    corner: int | None
    licence: int | None = None


class ZoneDraft:
    """What is drawn. `changed` tells every change of zones or selection.

    Args:
        zones: every zone of the site as it was read; `taken`: ids no new zone may have follow.
    """

    def __init__(self, camera_id: CameraId, zones: Sequence[Zone]) -> None:
        self.changed: Signal[[]] = Signal()
        self.camera_id = camera_id
        self._others = tuple(zone for zone in zones if zone.camera_id != camera_id)
        self._first = tuple(zone for zone in zones if zone.camera_id == camera_id)
        self._steps = Steps(
            _Drawn(self._first, 0 if self._first else None, None),
            self.changed.emit,
            lambda one, other: one.zones == other.zones,
        )

    # -- what is

    @property
    def zones(self) -> tuple[Zone, ...]:
        return self._now.zones

    @property
    def selected(self) -> int | None:
        """Index of the zone in the hand."""
        return self._now.selected

    @property
    def corner(self) -> int | None:
        """Index of the corner in the hand, of the shape in the hand."""
        return self._now.corner

    @property
    def zone(self) -> Zone | None:
        return None if self._now.selected is None else self._now.zones[self._now.selected]

    @property
    def licence(self) -> int | None:
        """Index of the licensed place in the hand; None: the zone itself is."""
        return self._now.licence

    @property
    def shape(self) -> Shape | None:
        """What is in the hand."""
        zone = self.zone
        return zone if zone is None or self.licence is None else zone.licences[self.licence]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every zone, each followed by its licensed places."""
        return tuple(
            (index, place)
            for index, zone in enumerate(self._now.zones)
            for place in (None, *range(len(zone.licences)))
        )

    @property
    def may_license(self) -> bool:
        """Whether the zone in the hand may get one more licensed place."""
        zone = self.zone
        return (
            zone is not None
            and zone.kind is ZoneKind.NO_TRADING
            and len(zone.licences) < LICENCES_MAX
        )

    @property
    def steps(self) -> Steps[_Drawn]:
        """What was done, to be taken back and done again."""
        return self._steps

    @property
    def is_changed(self) -> bool:
        return self._steps.is_changed

    @property
    def _now(self) -> _Drawn:
        return self._steps.now

    @property
    def problems(self) -> dict[int, ZoneProblem]:
        """Zone index → what is wrong with it; empty: all can be saved."""
        found = ((index, problem_of(zone)) for index, zone in enumerate(self._now.zones))
        return {index: problem for index, problem in found if problem is not None}

    def entries(self) -> list[dict[str, Any]]:
        """All zones of the site with this draft in place, as `register.put` takes them."""
        built: list[dict[str, Any]] = msgspec.to_builtins(
            [*self._others, *self._now.zones], enc_hook=str
        )
        return built

    def row_at(self, x: float, y: float) -> Row | None:
        """What is under a point of the picture; the smallest where several are."""
        found = [
            (abs(ring_area(ring_of(shape))), row)
            for row in self.rows
            for shape in (self._shape_of(row),)
            if len(shape.polygon) >= 3 and ring_contains(ring_of(shape), x, y)
        ]
        return min(found, key=lambda each: each[0])[1] if found else None

    def _shape_of(self, row: Row) -> Shape:
        zone = self._now.zones[row[0]]
        return zone if row[1] is None else zone.licences[row[1]]

    # -- selection (nothing to take back)

    def select(self, row: Row | None) -> None:
        """Takes a zone or a licensed place in the hand; what is not there changes nothing."""
        if row is None:
            self._steps.look(_Drawn(self._now.zones, None, None))
        elif row in self.rows:
            self._steps.look(_Drawn(self._now.zones, row[0], None, row[1]))

    def select_corner(self, corner: int | None) -> None:
        """Takes a corner of what is in the hand; None: all of it again."""
        self._steps.look(structs.replace(self._now, corner=corner))

    def select_next(self, step: int = 1) -> None:
        """The next zone or licensed place, round and round."""
        rows = self.rows
        if rows:
            now = (self._now.selected, self._now.licence)
            before = rows.index((now[0], now[1])) if now[0] is not None else -step
            self.select(rows[(before + step) % len(rows)])

    def next_corner(self, step: int = 1) -> None:
        """The next corner of what is in the hand."""
        shape = self.shape
        if shape is not None and shape.polygon:
            before = self._now.corner if self._now.corner is not None else -1 if step > 0 else 0
            self.select_corner((before + step) % len(shape.polygon))

    # -- steps

    def add(self, kind: ZoneKind) -> None:
        """A square in the middle, to be pulled into shape."""
        low, high = 0.5 - _NEW_HALF_NORM, 0.5 + _NEW_HALF_NORM
        corners = ((low, low), (high, low), (high, high), (low, high))
        zone = Zone(
            self._free_id(),
            self.camera_id,
            kind,
            tuple(ImagePoint(x, y) for x, y in corners),
            DEFAULT_LIMIT_S[kind],
            people_max=people_of(kind, 0),
        )
        self._steps.step(_Drawn((*self._now.zones, zone), len(self._now.zones), None))

    def add_licence(self) -> None:
        """A licensed place in the middle of the no-trading zone in the hand, half as large."""
        zone, index = self.zone, self._now.selected
        if zone is None or index is None or not self.may_license:
            return
        xs, ys = [p.x_norm for p in zone.polygon], [p.y_norm for p in zone.polygon]
        x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
        wide, high = (max(xs) - min(xs)) / 4, (max(ys) - min(ys)) / 4
        corners = ((-wide, -high), (wide, -high), (wide, high), (-wide, high))
        place = Licence(tuple(point_at(x + dx, y + dy) for dx, dy in corners))
        zone = structs.replace(zone, licences=(*zone.licences, place))
        self._steps.step(self._with_zone(zone, None, len(zone.licences) - 1))

    def remove(self) -> None:
        """Takes away what is in the hand."""
        index, place = self._now.selected, self._now.licence
        if index is None:
            return
        if place is not None:
            zone = self._now.zones[index]
            rest = (*zone.licences[:place], *zone.licences[place + 1 :])
            self._steps.step(self._with_zone(structs.replace(zone, licences=rest), None, None))
            return
        zones = (*self._now.zones[:index], *self._now.zones[index + 1 :])
        self._steps.step(_Drawn(zones, min(index, len(zones) - 1) if zones else None, None))

    def remove_corner(self) -> None:
        """Takes the corner in the hand away; three stay."""
        shape, corner = self.shape, self._now.corner
        if shape is None or corner is None or len(shape.polygon) <= 3:
            return
        rest = (*shape.polygon[:corner], *shape.polygon[corner + 1 :])
        self._change(structs.replace(shape, polygon=rest), corner % len(rest))

    def insert_corner(self, after: int, x: float, y: float) -> None:
        """A new corner behind corner `after`; it is in the hand then."""
        shape = self.shape
        if shape is not None:
            points = (*shape.polygon[: after + 1], point_at(x, y), *shape.polygon[after + 1 :])
            self._change(structs.replace(shape, polygon=points), after + 1)

    def split_edge(self) -> None:
        """A new corner in the middle of the edge behind the one in the hand."""
        shape, corner = self.shape, self._now.corner
        if shape is None or len(shape.polygon) < 2:
            return
        first = shape.polygon[corner or 0]
        second = shape.polygon[((corner or 0) + 1) % len(shape.polygon)]
        x, y = (first.x_norm + second.x_norm) / 2, (first.y_norm + second.y_norm) / 2
        self.insert_corner(corner or 0, x, y)

    def nudge(self, dx: float, dy: float) -> None:
        """Moves the corner in the hand, or the whole shape where none is."""
        shape, corner = self.shape, self._now.corner
        if shape is None:
            return
        if corner is None:
            self.drag_zone(dx, dy)
        else:
            point = shape.polygon[corner]
            self._place(corner, point.x_norm + dx, point.y_norm + dy)

    def drag_corner(self, x: float, y: float) -> None:
        if self._now.corner is not None:
            self._place(self._now.corner, x, y)

    def drag_zone(self, dx: float, dy: float) -> None:
        """Moves what is in the hand as a whole; a zone takes its licensed places along."""
        shape = self.shape
        if shape is None:
            return
        moved = moved_ring(shape.polygon, dx, dy)
        if isinstance(shape, Zone) and shape.licences:
            dx = moved[0].x_norm - shape.polygon[0].x_norm
            dy = moved[0].y_norm - shape.polygon[0].y_norm
            places = tuple(
                structs.replace(place, polygon=moved_ring(place.polygon, dx, dy))
                for place in shape.licences
            )
            self._change(structs.replace(shape, polygon=moved, licences=places), None)
        else:
            self._change(structs.replace(shape, polygon=moved), None)

    def set_kind(self, kind: ZoneKind) -> None:
        """Another rule; a limit that was the old rule's own becomes the new one's."""
        zone = self.zone
        if zone is None or zone.kind is kind:
            return
        own = zone.limit_s == DEFAULT_LIMIT_S[zone.kind] or zone.limit_s <= 0
        limit_s = DEFAULT_LIMIT_S[kind] if own else zone.limit_s
        places = zone.licences if kind is ZoneKind.NO_TRADING else ()
        people_max = people_of(kind, zone.people_max)
        zone = structs.replace(
            zone, kind=kind, limit_s=limit_s, licences=places, people_max=people_max
        )
        self._steps.step(self._with_zone(zone, None, None))

    def set_limit(self, limit_s: float) -> None:
        if self.zone is not None:
            self._change_zone(structs.replace(self.zone, limit_s=limit_s))

    def set_people(self, people_max: int) -> None:
        """How many people are no crowd yet."""
        zone = self.zone
        if zone is not None and zone.kind is ZoneKind.CROWD_WATCH:
            low, high = PEOPLE_MAX_RANGE
            self._change_zone(structs.replace(zone, people_max=min(high, max(low, people_max))))

    def set_name(self, name: str) -> None:
        """Whose licence it is."""
        if isinstance(self.shape, Licence):
            self._change(structs.replace(self.shape, name=name.strip()), self._now.corner)

    def set_hours(self, start: time, end: time) -> None:
        """When the rule or licence holds, local time; the same twice: all day."""
        if self.shape is not None:
            self._change(structs.replace(self.shape, hours=Hours(start, end)), self._now.corner)

    def set_day(self, day: int, *, holds: bool) -> None:
        """Switches one day (0 = Monday); the last one stays."""
        shape = self.shape
        if shape is None:
            return
        days = shape.days | {day} if holds else shape.days - {day}
        if days and days <= ALL_DAYS:
            self._change(structs.replace(shape, days=frozenset(days)), self._now.corner)

    def set_preset(self, preset: str | None) -> None:
        """The view of a PTZ camera the zone is drawn on; None: the home view."""
        if self.zone is not None:
            self._change_zone(structs.replace(self.zone, preset=preset or None))

    # -- inside

    def _place(self, corner: int, x: float, y: float) -> None:
        shape = self.shape
        if shape is not None:
            points = list(shape.polygon)
            points[corner] = point_at(x, y)
            self._change(structs.replace(shape, polygon=tuple(points)), corner)

    def _change(self, shape: Shape, corner: int | None) -> None:
        """Puts the changed shape where the one in the hand was."""
        zone, place = self.zone, self._now.licence
        if isinstance(shape, Zone):
            self._steps.step(self._with_zone(shape, corner, place))
        elif zone is not None and place is not None:
            places = (*zone.licences[:place], shape, *zone.licences[place + 1 :])
            zone = structs.replace(zone, licences=places)
            self._steps.step(self._with_zone(zone, corner, place))

    def _change_zone(self, zone: Zone) -> None:
        """A setting of the zone itself, whatever part of it is in the hand."""
        self._steps.step(self._with_zone(zone, self._now.corner, self._now.licence))

    def _with_zone(self, zone: Zone, corner: int | None, place: int | None) -> _Drawn:
        index = self._now.selected
        assert index is not None  # every caller has a zone in the hand
        zones = (*self._now.zones[:index], zone, *self._now.zones[index + 1 :])
        return _Drawn(zones, index, corner, place)

    def _free_id(self) -> ZoneId:
        taken = {zone.id for zone in (*self._others, *self._first, *self._now.zones)}
        number = 1
        while f"{self.camera_id}-z{number}" in taken:
            number += 1
        return ZoneId(f"{self.camera_id}-z{number}")
