"""Measure: a line or an area drawn on the map, with its length and size. One thread."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from config.geometry import GeoPoint, distance_m, east_north_m
from config.planar import crossing_edges, ring_area
from console.state.observable import Signal

#: More points than anybody clicks.
POINTS_MOST = 200


class Measure:
    """`changed` fires when the tool is taken up or laid down, and with every point."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        #: The area inside these points shall be a fence.
        self.kept: Signal[[tuple[GeoPoint, ...]]] = Signal()
        self._points: tuple[GeoPoint, ...] = ()
        self._is_open = False

    @property
    def is_open(self) -> bool:
        """The tool is in the hand: clicks set points."""
        return self._is_open

    @property
    def points(self) -> tuple[GeoPoint, ...]:
        return self._points

    def open(self) -> None:
        self._is_open, self._points = True, ()
        self.changed.emit()

    def close(self) -> None:
        if self._is_open:
            self._is_open, self._points = False, ()
            self.changed.emit()

    def add(self, place: GeoPoint) -> None:
        if self._is_open and len(self._points) < POINTS_MOST:
            self._points = (*self._points, place)
            self.changed.emit()

    def remove_last(self) -> None:
        self._points = self._points[:-1]
        self.changed.emit()

    def keep(self) -> bool:
        """Hands the drawn area on as a fence and lays the tool down; False without an area."""
        points = self._points
        if self.area_m2 is None:
            return False
        self.close()
        self.kept.emit(points)
        return True

    @property
    def length_m(self) -> float:
        """Metres along the points."""
        return length_of(self._points)

    @property
    def area_m2(self) -> float | None:
        """Square metres inside; None for less than three points or a line that crosses itself."""
        return area_of(self._points)


def length_of(points: Sequence[GeoPoint]) -> float:
    return sum(distance_m(a, b) for a, b in itertools.pairwise(points))


def area_of(points: Sequence[GeoPoint]) -> float | None:
    """Square metres of the ring through `points`, on the plane at the first one."""
    if len(points) < 3:
        return None
    flat = [east_north_m(points[0], point) for point in points]
    return None if crossing_edges(flat) is not None else abs(ring_area(flat))
