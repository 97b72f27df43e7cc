"""Shelves of a seat: which cameras are in maintenance and which alerts are put aside, as the hub says.

Decides what does not count and what does not ring; the hub ends a shelf, a seat that lost the hub
ends it by the clock. One thread.
"""

from __future__ import annotations

from collections.abc import Iterable

from config.site import CameraId
from console.desk.shelf_data import ShelfData, ShelfKind
from console.state.observable import Signal
from ingest.feed.envelope import parse_utc_ns


class Shelves:
    """`changed` fires when another set of shelves is open."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self._open: dict[str, ShelfData] = {}
        self._in_maintenance: frozenset[CameraId] = frozenset()

    @property
    def open(self) -> tuple[ShelfData, ...]:
        """What is put aside, the one that ends first first."""
        return tuple(sorted(self._open.values(), key=lambda shelf: shelf.until_utc))

    @property
    def in_maintenance(self) -> frozenset[CameraId]:
        return self._in_maintenance

    def replace(self, shelves: Iterable[ShelfData]) -> None:
        """The hub's snapshot."""
        self._put({shelf.shelf_id: shelf for shelf in shelves})

    def set(self, shelf: ShelfData) -> None:
        self._put({**self._open, shelf.shelf_id: shelf})

    def end(self, shelf_id: str) -> None:
        self._put({known: shelf for known, shelf in self._open.items() if known != shelf_id})

    def tick(self, now_utc_ns: int) -> None:
        """A shelf whose time is up is over, even while the hub is away."""
        self._put(
            {
                shelf_id: shelf
                for shelf_id, shelf in self._open.items()
                if parse_utc_ns(shelf.until_utc) > now_utc_ns
            }
        )

    def puts_aside(self, camera_id: str | None, kind: str) -> ShelfData | None:
        """The shelf an alert of this kind and camera lies on; None: it asks for attention."""
        return next(
            (
                shelf
                for shelf in self._open.values()
                if shelf.what is ShelfKind.ALERTS
                and camera_id in shelf.camera_ids
                and (not shelf.kinds or kind in shelf.kinds)
            ),
            None,
        )

    def _put(self, shelves: dict[str, ShelfData]) -> None:
        if shelves == self._open:
            return
        self._open = shelves
        self._in_maintenance = frozenset(
            camera_id
            for shelf in shelves.values()
            if shelf.what is ShelfKind.MAINTENANCE
            for camera_id in shelf.camera_ids
        )
        self.changed.emit()
