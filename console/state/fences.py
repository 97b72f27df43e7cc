"""Fences of the site as a seat shows them: who is inside now, and what a changed register would hold. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from config.geometry import GeoPoint
from config.planar import ring_contains
from config.site import Fence, FenceId, FenceWatch
from console.state.people import Person, Presence

_NEXT_WATCH = {
    FenceWatch.BOTH: FenceWatch.ENTER,
    FenceWatch.ENTER: FenceWatch.LEAVE,
    FenceWatch.LEAVE: FenceWatch.BOTH,
}


def inside(fence: Fence, people: Iterable[Person], now_utc_ns: int) -> list[Person]:
    """Who is within the fence by a live position."""
    ring = [(point.lon_deg, point.lat_deg) for point in fence.ring]
    return [
        person
        for person in people
        if person.presence(now_utc_ns) is Presence.LIVE
        and ring_contains(ring, person.place.lon_deg, person.place.lat_deg)
    ]


def middle(fence: Fence) -> GeoPoint:
    """A place to fly to."""
    count = len(fence.ring)
    lat_deg = sum(point.lat_deg for point in fence.ring) / count
    return GeoPoint(lat_deg, sum(point.lon_deg for point in fence.ring) / count)


def added(fences: Sequence[Fence], name: str, ring: tuple[GeoPoint, ...]) -> list[Fence]:
    """The register with one more."""
    return [*fences, Fence(FenceId(f"fence-{secrets.token_hex(4)}"), name, ring)]


def renamed(fences: Sequence[Fence], fence_id: FenceId, name: str) -> list[Fence]:
    return [
        msgspec.structs.replace(each, name=name) if each.id == fence_id else each for each in fences
    ]


def watched_otherwise(fences: Sequence[Fence], fence_id: FenceId) -> list[Fence]:
    """Both ways → entering → leaving → both ways."""
    return [
        msgspec.structs.replace(each, watch=_NEXT_WATCH[each.watch])
        if each.id == fence_id
        else each
        for each in fences
    ]


def removed(fences: Sequence[Fence], fence_id: FenceId) -> list[Fence]:
    return [each for each in fences if each.id != fence_id]


def entries(fences: Sequence[Fence]) -> list[dict[str, Any]]:
    """As `register.put` takes them."""
    found: list[dict[str, Any]] = msgspec.to_builtins(list(fences))
    return found
