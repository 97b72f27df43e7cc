"""SnapshotParts: the hub's snapshot as a seat takes it. Data only."""

from __future__ import annotations

from msgspec import Raw, Struct


class SnapshotParts(Struct, frozen=True):
    """The hub's snapshot, raw as it came."""

    cases: tuple[Raw, ...] = ()
    alerts: tuple[Raw, ...] = ()
    positions: tuple[Raw, ...] = ()
    camera_health: tuple[Raw, ...] = ()
    shelves: tuple[Raw, ...] = ()
    units: tuple[Raw, ...] = ()
    ptz: tuple[Raw, ...] = ()
    scenes: tuple[Raw, ...] = ()
    sights: tuple[Raw, ...] = ()
    live: tuple[Raw, ...] = ()
