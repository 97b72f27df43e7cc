"""PtzViews: where cameras look now, followed on the feed, for whoever watches their pictures.

The vision worker asks `zone_fits(zone)` before it lets a rule judge. Without a hub, and before its
first word, every zone fits: the picture's own judgement (vision/sanity) is all there is then.

Threads: `zone_fits` and `state` any; a feed reader of its own.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import msgspec

from config.site import CameraId, Zone
from ingest.feed.envelope import Event
from ingest.feed.reader import FeedReader, ReaderState, Snapshot
from ingest.feed.sockets import CurveClient
from ingest.ptz.states import PtzStateData, zone_holds

log = logging.getLogger(__name__)


class PtzViews:
    """The last state of every PTZ camera, live."""

    def __init__(self, query_address: str, keys: CurveClient | None = None) -> None:
        self._states: dict[CameraId, PtzStateData] = {}
        self._reader = FeedReader(
            query_address, ("ptz.state.",), self._on_events, self._on_snapshot, self._on_state,
            keys=keys,
        )  # fmt: skip

    def start(self) -> None:
        self._reader.start()

    def close(self) -> None:
        """Ends the reader. Twice is harmless."""
        self._reader.close()

    def state(self, camera_id: CameraId) -> PtzStateData | None:
        return self._states.get(camera_id)

    def zone_fits(self, zone: Zone) -> bool:
        """Whether the camera looks now at what the zone was drawn on."""
        return zone_holds(zone.preset, self._states.get(zone.camera_id))

    def _on_events(self, events: Sequence[Event]) -> None:
        for event in events:
            try:
                state = event.decode_data(PtzStateData)
            except msgspec.ValidationError as error:
                log.warning("a PTZ state left out: %s", error)
            else:
                self._states[state.camera_id] = state

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        states = [msgspec.json.decode(raw, type=PtzStateData) for raw in snapshot.ptz]
        self._states = {state.camera_id: state for state in states}

    def _on_state(self, moved: ReaderState, detail: str) -> None:
        """A hub that is away changes nothing: what was known last is the best there is."""
