"""ZoneDraft: the zones of one camera while somebody draws them, with every step to be taken back.

Decides what is selected, what a step does and what is wrong with a zone; the site folder decides
again when it is saved. Zones of other cameras are never touched.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import time
from typing import Any

import msgspec
from msgspec import Struct, structs

from config.geometry import ImagePoint
from config.planar import XY, crossing_edges, ring_area, ring_contains
from config.site import ALL_DAYS, CameraId, Hours, Zone, ZoneId, ZoneKind
from config.zones import AREA_MIN_NORM, DEFAULT_LIMIT_S, LIMIT_MAX_S
from console.state.observable import Signal
from console.state.steps import Steps

#: A key moves a corner by this share of the picture; with Shift by ten of them.
KEY_STEP_NORM = 0.002
#: A new zone stands in the middle and is this large.
_NEW_HALF_NORM = 0.15


class ZoneProblem(enum.Enum):
    """Why a zone cannot be saved as it is."""

    TOO_FEW_CORNERS = "too_few_corners"
    CROSSES_ITSELF = "crosses_itself"
    NO_AREA = "no_area"
    LIMIT_OUT_OF_RANGE = "limit_out_of_range"


class _Drawn(Struct, frozen=True):
    """The whole draft at one moment."""

    zones: tuple[Zone, ...]
    selected: int | None
    corner: int | None


def problem_of(zone: Zone) -> ZoneProblem | None:
    """The first thing that is wrong; None for a zone that can be saved."""
    ring = ring_of(zone)
    if len(ring) < 3:
        return ZoneProblem.TOO_FEW_CORNERS
    if crossing_edges(ring) is not None:
        return ZoneProblem.CROSSES_ITSELF
    if abs(ring_area(ring)) < AREA_MIN_NORM:
        return ZoneProblem.NO_AREA
    if zone.kind is not ZoneKind.MASK and not 0 < zone.limit_s <= LIMIT_MAX_S:
        return ZoneProblem.LIMIT_OUT_OF_RANGE
    return None


def ring_of(zone: Zone) -> list[XY]:
    """The corners as (x, y), 0..1 of the picture."""
    return [(point.x_norm, point.y_norm) for point in zone.polygon]


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
        """Index of the corner in the hand, of the selected zone."""
        return self._now.corner

    @property
    def zone(self) -> Zone | None:
        return None if self._now.selected is None else self._now.zones[self._now.selected]

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

    def zone_at(self, x: float, y: float) -> int | None:
        """The zone under a point of the picture; the smallest where several are."""
        found = [
            (abs(ring_area(ring_of(zone))), index)
            for index, zone in enumerate(self._now.zones)
            if len(zone.polygon) >= 3 and ring_contains(ring_of(zone), x, y)
        ]
        return min(found)[1] if found else None

    # -- selection (nothing to take back)

    def select(self, index: int | None, corner: int | None = None) -> None:
        if index is not None and not 0 <= index < len(self._now.zones):
            return
        self._steps.look(structs.replace(self._now, selected=index, corner=corner))

    def select_next(self, step: int = 1) -> None:
        """The next zone, round and round."""
        count = len(self._now.zones)
        if count:
            before = self._now.selected if self._now.selected is not None else -step
            self.select((before + step) % count)

    def next_corner(self, step: int = 1) -> None:
        """The next corner of the zone in the hand."""
        zone = self.zone
        if zone is not None and zone.polygon:
            before = self._now.corner if self._now.corner is not None else -1 if step > 0 else 0
            self.select(self._now.selected, (before + step) % len(zone.polygon))

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
        )
        self._steps.step(_Drawn((*self._now.zones, zone), len(self._now.zones), None))

    def remove(self) -> None:
        """Takes the zone in the hand away."""
        index = self._now.selected
        if index is None:
            return
        zones = (*self._now.zones[:index], *self._now.zones[index + 1 :])
        self._steps.step(_Drawn(zones, min(index, len(zones) - 1) if zones else None, None))

    def remove_corner(self) -> None:
        """Takes the corner in the hand away; three stay."""
        zone, corner = self.zone, self._now.corner
        if zone is None or corner is None or len(zone.polygon) <= 3:
            return
        rest = (*zone.polygon[:corner], *zone.polygon[corner + 1 :])
        self._change(structs.replace(zone, polygon=rest), corner % len(rest))

    def insert_corner(self, after: int, x: float, y: float) -> None:
        """A new corner behind corner `after`; it is in the hand then."""
        zone = self.zone
        if zone is not None:
            points = (*zone.polygon[: after + 1], _point(x, y), *zone.polygon[after + 1 :])
            self._change(structs.replace(zone, polygon=points), after + 1)

    def split_edge(self) -> None:
        """A new corner in the middle of the edge behind the one in the hand."""
        zone, corner = self.zone, self._now.corner
        if zone is None or len(zone.polygon) < 2:
            return
        first = zone.polygon[corner or 0]
        second = zone.polygon[((corner or 0) + 1) % len(zone.polygon)]
        x, y = (first.x_norm + second.x_norm) / 2, (first.y_norm + second.y_norm) / 2
        self.insert_corner(corner or 0, x, y)

    def nudge(self, dx: float, dy: float) -> None:
        """Moves the corner in the hand, or the whole zone where none is."""
        zone, corner = self.zone, self._now.corner
        if zone is None:
            return
        if corner is None:
            self._change(structs.replace(zone, polygon=_moved(zone.polygon, dx, dy)), None)
        else:
            point = zone.polygon[corner]
            self._place(corner, point.x_norm + dx, point.y_norm + dy)

    def drag_corner(self, x: float, y: float) -> None:
        if self._now.corner is not None:
            self._place(self._now.corner, x, y)

    def drag_zone(self, dx: float, dy: float) -> None:
        zone = self.zone
        if zone is not None:
            self._change(structs.replace(zone, polygon=_moved(zone.polygon, dx, dy)), None)

    def set_kind(self, kind: ZoneKind) -> None:
        """Another rule; a limit that was the old rule's own becomes the new one's."""
        zone = self.zone
        if zone is None or zone.kind is kind:
            return
        own = zone.limit_s == DEFAULT_LIMIT_S[zone.kind] or zone.limit_s <= 0
        limit_s = DEFAULT_LIMIT_S[kind] if own else zone.limit_s
        self._change(structs.replace(zone, kind=kind, limit_s=limit_s), self._now.corner)

    def set_limit(self, limit_s: float) -> None:
        if self.zone is not None:
            self._change(structs.replace(self.zone, limit_s=limit_s), self._now.corner)

    def set_hours(self, start: time, end: time) -> None:
        """When the rule holds, local time; the same twice: all day."""
        if self.zone is not None:
            self._change(structs.replace(self.zone, hours=Hours(start, end)), self._now.corner)

    def set_day(self, day: int, *, holds: bool) -> None:
        """Switches one day (0 = Monday); the last one stays."""
        zone = self.zone
        if zone is None:
            return
        days = zone.days | {day} if holds else zone.days - {day}
        if days and days <= ALL_DAYS:
            self._change(structs.replace(zone, days=frozenset(days)), self._now.corner)

    def set_preset(self, preset: str | None) -> None:
        """The view of a PTZ camera the zone is drawn on; None: the home view."""
        if self.zone is not None:
            self._change(structs.replace(self.zone, preset=preset or None), self._now.corner)

    # -- inside

    def _place(self, corner: int, x: float, y: float) -> None:
        zone = self.zone
        if zone is not None:
            points = list(zone.polygon)
            points[corner] = _point(x, y)
            self._change(structs.replace(zone, polygon=tuple(points)), corner)

    def _change(self, zone: Zone, corner: int | None) -> None:
        index = self._now.selected
        if index is None:
            return
        zones = (*self._now.zones[:index], zone, *self._now.zones[index + 1 :])
        self._steps.step(_Drawn(zones, index, corner))

    def _free_id(self) -> ZoneId:
        taken = {zone.id for zone in (*self._others, *self._first, *self._now.zones)}
        number = 1
        while f"{self.camera_id}-z{number}" in taken:
            number += 1
        return ZoneId(f"{self.camera_id}-z{number}")


def _point(x: float, y: float) -> ImagePoint:
    """A corner inside the picture, to a tenth of a thousandth."""
    return ImagePoint(round(min(1.0, max(0.0, x)), 4), round(min(1.0, max(0.0, y)), 4))


def _moved(polygon: Sequence[ImagePoint], dx: float, dy: float) -> tuple[ImagePoint, ...]:
    """All corners by the same way, as far as the picture reaches."""
    xs, ys = [p.x_norm for p in polygon], [p.y_norm for p in polygon]
    dx = min(max(dx, -min(xs)), 1 - max(xs))
    dy = min(max(dy, -min(ys)), 1 - max(ys))
    return tuple(_point(p.x_norm + dx, p.y_norm + dy) for p in polygon)
