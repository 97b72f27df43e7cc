"""Shapes of the zone editor: zones and licensed places, what is wrong with one, how one moves. Pure."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from config.geometry import ImagePoint
from config.planar import XY, crossing_edges, ring_area
from config.site import Licence, Zone, ZoneKind
from config.zones import AREA_MIN_NORM, LIMIT_MAX_S, PEOPLE_MAX_DEFAULT

#: What has corners, hours and days.
Shape = Zone | Licence


class ZoneProblem(enum.Enum):
    """Why a zone cannot be saved as it is."""

    TOO_FEW_CORNERS = "too_few_corners"
    CROSSES_ITSELF = "crosses_itself"
    NO_AREA = "no_area"
    LIMIT_OUT_OF_RANGE = "limit_out_of_range"


def problem_of(zone: Zone) -> ZoneProblem | None:
    """The first thing that is wrong; None for a zone that can be saved."""
    shapes: tuple[Shape, ...] = (zone, *zone.licences)
    for shape in shapes:
        ring = ring_of(shape)
        if len(ring) < 3:
            return ZoneProblem.TOO_FEW_CORNERS
        if crossing_edges(ring) is not None:
            return ZoneProblem.CROSSES_ITSELF
        if abs(ring_area(ring)) < AREA_MIN_NORM:
            return ZoneProblem.NO_AREA
    if zone.kind is not ZoneKind.MASK and not 0 < zone.limit_s <= LIMIT_MAX_S:
        return ZoneProblem.LIMIT_OUT_OF_RANGE
    return None


def ring_of(shape: Shape) -> list[XY]:
    """The corners as (x, y), 0..1 of the picture."""
    return [(point.x_norm, point.y_norm) for point in shape.polygon]


def people_of(kind: ZoneKind, people_max: int) -> int:
    """The limit of a crowd; other kinds have none."""
    return (people_max or PEOPLE_MAX_DEFAULT) if kind is ZoneKind.CROWD_WATCH else 0


def point_at(x: float, y: float) -> ImagePoint:
    """A corner inside the picture, to a tenth of a thousandth."""
    return ImagePoint(round(min(1.0, max(0.0, x)), 4), round(min(1.0, max(0.0, y)), 4))


def moved_ring(polygon: Sequence[ImagePoint], dx: float, dy: float) -> tuple[ImagePoint, ...]:
    """All corners by the same way, as far as the picture reaches."""
    xs, ys = [p.x_norm for p in polygon], [p.y_norm for p in polygon]
    dx = min(max(dx, -min(xs)), 1 - max(xs))
    dy = min(max(dy, -min(ys)), 1 - max(ys))
    return tuple(point_at(p.x_norm + dx, p.y_norm + dy) for p in polygon)
