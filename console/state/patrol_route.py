"""The planned route of a patrol round: places in their order. Pure."""

from __future__ import annotations

from config.geometry import GeoPoint
from config.site import Site


def route_of(site: Site, round_id: str | None) -> tuple[GeoPoint, ...]:
    """Empty for a round without a route, and for none."""
    planned = next((each for each in site.rounds if each.id == round_id), None)
    if planned is None:
        return ()
    places = {point.id: point.place for point in site.checkpoints}
    return tuple(places[each] for each in planned.route if each in places)
