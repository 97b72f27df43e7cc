"""ZoneArea: how much of a box lies in a zone, and whether the zone is in force now."""

from __future__ import annotations

import enum
from datetime import UTC, datetime, timedelta, tzinfo

import cv2
import numpy as np

from config.site import Zone
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
        mask = np.zeros((GRID, GRID), np.uint8)
        corners = np.array([[p.x_norm * GRID, p.y_norm * GRID] for p in zone.polygon])
        cv2.fillPoly(mask, [np.round(corners).astype(np.int32)], 1)
        self._sums = cv2.integral(mask)

    def share(self, box: Box, anchor: Anchor = Anchor.WHOLE) -> float:
        """Share, 0..1, of the box (or its anchor part) that lies in the zone."""
        part = clipped(lower_half(box) if anchor is Anchor.LOWER_HALF else box)
        left = min(GRID - 1, int(part[0] * GRID))
        top = min(GRID - 1, int(part[1] * GRID))
        right = min(GRID, max(left + 1, round(part[2] * GRID)))
        bottom = min(GRID, max(top + 1, round(part[3] * GRID)))
        sums = self._sums
        inside = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
        return float(inside) / ((right - left) * (bottom - top))

    def in_force(self, utc_ns: int, zone_info: tzinfo | None) -> bool:
        """Whether hours and days apply; a span over midnight belongs to the day it began."""
        return zone_in_force(self.zone, utc_ns, zone_info)


def zone_in_force(zone: Zone, utc_ns: int, zone_info: tzinfo | None) -> bool:
    """Whether a zone's hours and days apply at a moment, in the site's local time.

    Args:
        zone_info: the site's time zone; None = this machine's.
    """
    local = datetime.fromtimestamp(utc_ns / 1e9, UTC).astimezone(zone_info)
    at = local.time()
    if not zone.hours.contains(at):
        return False
    over_midnight = zone.hours.start > zone.hours.end and at < zone.hours.end
    day = local - timedelta(days=1) if over_midnight else local
    return day.weekday() in zone.days
