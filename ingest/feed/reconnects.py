"""CameraReconnects: counts cameras that came back, from their own health events."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from ingest.cameras.health import StreamState
from ingest.feed.envelope import Event, Noun
from ingest.feed.work import Counts

NAME = "gridwall_camera_reconnects_total"
#: Cameras remembered; far more than any district has.
CAMERAS_MOST = 50_000


class _State(Struct, frozen=True):
    camera_id: str = ""
    state: str = ""


class CameraReconnects:
    """Threads: the acting thread's."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._lost: set[str] = set()
        counts.add(NAME, count=0)

    def note(self, event: Event) -> None:
        """A camera that was lost and is live again counts once."""
        if event.noun is not Noun.CAMERA:
            return
        try:
            health = msgspec.json.decode(event.data, type=_State)
        except msgspec.ValidationError:
            return
        if health.state == StreamState.LOST.value and len(self._lost) < CAMERAS_MOST:
            self._lost.add(health.camera_id)
        elif health.state == StreamState.LIVE.value and health.camera_id in self._lost:
            self._lost.discard(health.camera_id)
            self._counts.add(NAME)
