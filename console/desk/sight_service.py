"""SightService: what seats ask of the eyes — a quiet place watched again, zones tried before saving.

A `Participant` of the hub: it checks who asks for what and puts it on the feed, where the worker of
that camera hears it; the answer to a trial comes back over the feed, too. Keeps nothing.

Threads: the hub's acting thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from config.directory import SiteDirectory
from config.site import CameraId
from console.desk.queries import convert
from ingest.feed.envelope import Event, Noun, new_event
from ingest.feed.log import StoredEvent, Transaction
from ingest.feed.participant import Caller, Operation, OperationRefused, OperationResult
from vision.asked import SightReset, TrialAsked


class SightService:
    """`directory` gives the site as it is now."""

    nouns: frozenset[Noun] = frozenset()

    def __init__(self, directory: Callable[[], SiteDirectory]) -> None:
        self._directory = directory

    def create_tables(self, tx: Transaction) -> None:
        """Nothing is kept here."""

    def on_event(self, tx: Transaction, event: StoredEvent) -> Sequence[Event]:
        return ()

    def operations(self) -> Mapping[str, Operation]:
        return {"sight.reset": self._reset, "sight.tryout": self._tryout}

    def snapshot(self, tx: Transaction) -> dict[str, Any]:
        return {}

    def tick(self, tx: Transaction, now_utc_ns: int) -> Sequence[Event]:
        return ()

    def _reset(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: SightReset = convert({"by": caller.name, **request}, SightReset)
        self._check(asked.camera_id, caller)
        return OperationResult({}, (_event("reset", asked, tx),))

    def _tryout(self, tx: Transaction, request: dict[str, Any], caller: Caller) -> OperationResult:
        asked: TrialAsked = convert({"by": caller.name, **request}, TrialAsked)
        self._check(asked.camera_id, caller)
        if any(zone.camera_id != asked.camera_id for zone in asked.zones):
            raise OperationRefused(f"a trial is about zones of {asked.camera_id} alone")
        return OperationResult({"trial_id": asked.trial_id}, (_event("tryout", asked, tx),))

    def _check(self, camera_id: CameraId, caller: Caller) -> None:
        if "operator" not in caller.roles:
            raise OperationRefused(
                f"{caller.name} may not ask this of a camera", who_may="operator"
            )
        if self._directory().camera(camera_id) is None:
            raise OperationRefused(f"no camera of this site is called {camera_id!r}")


def _event(verb: str, data: SightReset | TrialAsked, tx: Transaction) -> Event:
    return new_event(Noun.SIGHT, verb, data, source="hub", utc_ns=tx.now_utc_ns)
