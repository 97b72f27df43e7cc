"""What a seat knows of cameras that can be turned: who has each, where it looks. No Qt, no hub.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from config.site import CameraId
from console.state.observable import Signal
from ingest.feed.envelope import parse_utc_ns
from ingest.ptz.states import PtzStateData


class PtzOwner(Struct, frozen=True):
    """Who turns a camera; `left_s` until it is free again, None while it is being moved."""

    seat: str
    left_s: int | None


class PtzFleet:
    """The last state of every PTZ camera. Signal: `changed(state)`."""

    def __init__(self) -> None:
        self._states: dict[CameraId, PtzStateData] = {}
        self.changed: Signal[[PtzStateData]] = Signal()

    def get(self, camera_id: CameraId) -> PtzStateData | None:
        return self._states.get(camera_id)

    def apply(self, state: PtzStateData) -> None:
        self._states[state.camera_id] = state
        self.changed.emit(state)

    def replace(self, states: Iterable[PtzStateData]) -> None:
        """The hub's snapshot."""
        self._states = {}
        for state in states:
            self.apply(state)

    def is_turned(self, camera_id: CameraId) -> bool:
        """Whether a camera is being turned, or is known to look elsewhere than home."""
        state = self._states.get(camera_id)
        return state is not None and (state.is_moving or state.is_home is False)

    def owner(self, camera_id: CameraId, utc_ns: int) -> PtzOwner | None:
        """Who has the camera at this moment; a lease that ran out is nobody's."""
        state = self._states.get(camera_id)
        if state is None or state.owner is None:
            return None
        if state.owner_until_utc is None:
            return PtzOwner(state.owner, None)
        left_s = (parse_utc_ns(state.owner_until_utc) - utc_ns) / 1e9
        return PtzOwner(state.owner, max(1, round(left_s))) if left_s > 0 else None
