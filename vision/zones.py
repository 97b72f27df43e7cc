"""ZoneArea: how much of a box lies in a zone, and whether the zone is in force now."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

import cv2
import numpy as np

from config.geometry import ImagePoint
from config.site import Hours, Licence, Zone
from vision.boxes import Box, clipped, lower_half

#: Raster the polygon is drawn on; 1/256 of the picture is finer than any detector's edge.
GRID = 256


class Anchor(enum.Enum):
    """Which part of a thing decides whether it is in a zone."""

    WHOLE = "whole"  #: smoke: any of it
    LOWER_HALF = "lower_half"  #: vehicles and stalls: what stands on the ground


class ZoneArea:
    """A zone on a raster, with areas answered in constant time. Immutable."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self._raster = _Raster(zone.polygon)

    def share(self, box: Box, anchor: Anchor = Anchor.WHOLE) -> float:
        """Share, 0..1, of the box (or its anchor part) that lies in the zone."""
        return self._raster.share(lower_half(box) if anchor is Anchor.LOWER_HALF else box)

    def in_force(self, utc_ns: int, zone_info: tzinfo | None) -> bool:
        """Whether hours and days apply; a span over midnight belongs to the day it began."""
        return zone_in_force(self.zone, utc_ns, zone_info)


class LicensedPlace:
    """A licence on a raster: whether a stall may stand there now. Immutable."""

    def __init__(self, licence: Licence) -> None:
        self._licence = licence
        self._raster = _Raster(licence.polygon)

    def covers(self, box: Box, share_min: float) -> bool:
        """Whether that much of the box's lower half stands in the place."""
        return self._raster.share(lower_half(box)) >= share_min

    def in_force(self, utc_ns: int, zone_info: tzinfo | None) -> bool:
        """Whether its hours and days apply; a span over midnight belongs to the day it began."""
        return _applies(self._licence.hours, self._licence.days, utc_ns, zone_info)


class _Raster:
    """A polygon whose share of any box is answered in constant time."""

    def __init__(self, polygon: Sequence[ImagePoint]) -> None:
        mask = np.zeros((GRID, GRID), np.uint8)
        corners = np.array([[p.x_norm * GRID, p.y_norm * GRID] for p in polygon])
        cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 1)
        self._sums = cv2.integral(mask)

    def share(self, box: Box) -> float:
        part = clipped(box)
        left = min(GRID - 1, int(part[0] * GRID))
        top = min(GRID - 1, int(part[1] * GRID))
        right = min(GRID, max(left + 1, round(part[2] * GRID)))
        bottom = min(GRID, max(top + 1, round(part[3] * GRID)))
        sums = self._sums
        inside = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
        return float(inside) / ((right - left) * (bottom - top))


def zone_in_force(zone: Zone, utc_ns: int, zone_info: tzinfo | None) -> bool:
    """Whether a zone's hours and days apply at a moment, in the site's local time.

    Args:
        zone_info: the site's time zone; None = this machine's.
    """
    return _applies(zone.hours, zone.days, utc_ns, zone_info)


def _applies(hours: Hours, days: frozenset[int], utc_ns: int, zone_info: tzinfo | None) -> bool:
    local = datetime.fromtimestamp(utc_ns / 1e9, UTC).astimezone(zone_info)
    at = local.time()
    if not hours.contains(at):
        return False
    over_midnight = hours.start > hours.end and at < hours.end
    day = local - timedelta(days=1) if over_midnight else local
    return day.weekday() in days
