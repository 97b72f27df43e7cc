"""Shelves: what a seat put aside for a time, with a reason — cameras in maintenance, alerts not to ring.

A `Participant` of the hub, so that every seat sees the same and the log keeps who, why and how
long. Nothing is put aside without an end; the hub ends it by itself.

Threads: the hub's acting thread.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from config.directory import SiteDirectory
from config.site import CameraId
from console.desk.queries import convert
from console.desk.shelf_data import REASON_CHARS, ShelfData, ShelfKind
from ingest.feed.envelope import Event, Noun, new_event, parse_utc_ns, utc_text
from ingest.feed.log import StoredEvent, Transaction
from ingest.feed.participant import Caller, Operation, OperationRefused, OperationResult

#: Longer than this nobody remembers why: it must be put aside again.
LONGEST_S = 30 * 86_400.0
#: A whole site at once, with room.
CAMERAS_MOST = 20_000


class SetRequest(Struct, frozen=True):
    """`shelf.set`."""

    what: ShelfKind
    camera_ids: Annotated[tuple[CameraId, ...], Meta(min_length=1, max_length=CAMERAS_MOST)]
    reason: Annotated[str, Meta(max_length=REASON_CHARS)]
    duration_s: Annotated[float, Meta(gt=0.0, le=LONGEST_S)]
    by: str = ""
    kinds: tuple[str, ...] = ()


class EndRequest(Struct, frozen=True):
    """`shelf.end`."""

    shelf_id: str
    by: str = ""


class ShelfService:
    """Sets, ends and lets expire. `directory` gives the site as it is now."""

    nouns: frozenset[Noun] = frozenset()

    def __init__(self, directory: Callable[[], SiteDirectory]) -> None:
        self._directory = directory

    def create_tables(self, tx: Transaction) -> None:
        """Shelves are kept as last values; there is no table of their own."""

    def on_event(self, tx: Transaction, event: StoredEvent) -> Sequence[Event]:
        return ()

    def operations(self) -> Mapping[str, Operation]:
        return {"shelf.set": self._set, "shelf.end": self._end}

    def snapshot(self, tx: Transaction) -> dict[str, Any]:
        """What is put aside now."""
        return {"shelves": tx.last_values_of(Noun.SHELF)}

    def tick(self, tx: Transaction, now_utc_ns: int) -> Sequence[Event]:
        """Ends what is over."""
        return [
            _event("ended", shelf, now_utc_ns)
            for shelf in _open(tx)
            if parse_utc_ns(shelf.until_utc) <= now_utc_ns
        ]

    def _set(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: SetRequest = convert(request, SetRequest)
        reason = asked.reason.strip()
        if not reason:
            raise OperationRefused("a reason must be given: others read it")
        unknown = [one for one in asked.camera_ids if self._directory().camera(one) is None]
        if unknown:
            raise OperationRefused(f"no camera of this site is called {unknown[0]!r}")
        now = tx.now_utc_ns
        shelf = ShelfData(
            shelf_id=uuid.uuid4().hex[:12],
            what=asked.what,
            camera_ids=asked.camera_ids,
            reason=reason,
            by=asked.by or caller.name,
            from_utc=utc_text(now),
            until_utc=utc_text(now + round(asked.duration_s * 1e9)),
            kinds=asked.kinds,
        )
        return OperationResult({"shelf": shelf}, (_event("set", shelf, now),))

    def _end(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: EndRequest = convert(request, EndRequest)
        shelf = next((one for one in _open(tx) if one.shelf_id == asked.shelf_id), None)
        if shelf is None:
            raise OperationRefused("it is over already")
        ended = msgspec.structs.replace(shelf, ended_by=asked.by or caller.name)
        return OperationResult({"shelf": ended}, (_event("ended", ended, tx.now_utc_ns),))


def _open(tx: Transaction) -> list[ShelfData]:
    return [msgspec.json.decode(raw, type=ShelfData) for raw in tx.last_values_of(Noun.SHELF)]


def _event(verb: str, shelf: ShelfData, now_utc_ns: int) -> Event:
    return new_event(Noun.SHELF, verb, shelf, source="hub", utc_ns=now_utc_ns)
