"""Route and Routing: what the desk asks of a street network, whatever makes one. Values only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from config.geometry import GeoPoint
from config.travel import Travel
from console.desk.map_matching import StreetGraph


class Route(Struct, frozen=True):
    """A way along the streets, `points` from start to end."""

    distance_m: float
    points: tuple[GeoPoint, ...]


class Routing(Struct, frozen=True):
    """What the street network answers; None everywhere and `cause` where there is none.

    Attributes:
        distances_m: road metres to a place from others, followed up to a limit (m), by a kind of
            traveller: None = no way at all, infinite = further than the limit.
        route: the way from one place to another (None = no way).
        graph: the streets people walk, for laying trails onto them.
        streets_near: pieces of street within a margin (m) around points, a bounded number.
    """

    distances_m: (
        Callable[[GeoPoint, Sequence[GeoPoint], float, Travel], Sequence[float | None]] | None
    )
    cause: str = ""
    route: Callable[[GeoPoint, GeoPoint, Travel], Route | None] | None = None
    graph: StreetGraph | None = None
    streets_near: (
        Callable[[Sequence[GeoPoint], float, int], Sequence[tuple[GeoPoint, GeoPoint]]] | None
    ) = None
