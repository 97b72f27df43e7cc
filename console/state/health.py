"""CameraHealth: which cameras are away, and when many of them are one failure.

Decides what the header counts as lost. Cameras switched off by the register are not lost.
One thread.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from config.site import CameraId
from console.state.directory import CameraDirectory
from console.state.observable import Signal
from ingest.cameras.health import CameraHealthData, StreamState

#: This many lost cameras of one group, and this share of it, are one failure (a switch).
MASS_COUNT_MIN = 4
MASS_SHARE_MIN = 0.6


class Mark(enum.IntEnum):
    """How a camera stands in a list; a lower one is worse. UNWATCHED: nobody has it open."""

    LOST = 0
    STALE = 1
    LIVE = 2
    UNWATCHED = 3
    OFF = 4


_MARK_OF_STATE = {
    StreamState.LOST.value: Mark.LOST,
    StreamState.STALE.value: Mark.STALE,
    StreamState.LIVE.value: Mark.LIVE,
    StreamState.DISABLED.value: Mark.OFF,
}


class MassFailure(Struct, frozen=True):
    """Cameras lost together: shown as one line."""

    group: str
    lost_count: int


class CameraHealth:
    """Last health event per camera. `changed` fires when a state changes; `marked(ids)` beside
    it, with the cameras whose mark is another one now."""

    def __init__(self, directory: CameraDirectory) -> None:
        self.changed: Signal[[]] = Signal()
        self.marked: Signal[[frozenset[CameraId]]] = Signal()
        self._directory = directory
        self._states: dict[CameraId, CameraHealthData] = {}

    def set_directory(self, directory: CameraDirectory) -> None:
        self._directory = directory
        self.changed.emit()

    def replace(self, entries: Iterable[CameraHealthData]) -> None:
        before = self._states
        self._states = {entry.camera_id: entry for entry in entries}
        self.changed.emit()
        self.marked.emit(frozenset(before) | frozenset(self._states))

    def apply(self, entry: CameraHealthData) -> None:
        known = self._states.get(entry.camera_id)
        self._states[entry.camera_id] = entry
        if known is None or known.state != entry.state or known.cause != entry.cause:
            self.changed.emit()
            self.marked.emit(frozenset((entry.camera_id,)))

    def of(self, camera_id: str) -> CameraHealthData | None:
        return self._states.get(CameraId(camera_id))

    def mark_of(self, camera_id: CameraId) -> Mark:
        """What a list shows beside the camera."""
        camera = self._directory.camera(camera_id)
        if camera is not None and not camera.enabled:
            return Mark.OFF
        entry = self._states.get(camera_id)
        return Mark.UNWATCHED if entry is None else _MARK_OF_STATE.get(entry.state, Mark.UNWATCHED)

    def is_lost(self, camera_id: str) -> bool:
        entry = self._states.get(CameraId(camera_id))
        return entry is not None and entry.state == StreamState.LOST.value

    def lost(self) -> list[CameraHealthData]:
        """Enabled cameras of the register that are lost, oldest loss first."""
        return sorted(
            (
                entry
                for entry in self._states.values()
                if entry.state == StreamState.LOST.value and self._counts(entry.camera_id)
            ),
            key=lambda entry: (entry.since_utc, entry.camera_id),
        )

    def _counts(self, camera_id: CameraId) -> bool:
        camera = self._directory.camera(camera_id)
        return camera is not None and camera.enabled

    def mass_failures(self) -> list[MassFailure]:
        """Groups of which most cameras are lost, worst first."""
        sizes = Counter(
            camera.group for camera in self._directory.cameras if camera.group and camera.enabled
        )
        groups = (self._directory.camera(entry.camera_id) for entry in self.lost())
        lost = Counter(camera.group for camera in groups if camera and camera.group)
        found = [
            MassFailure(group, count)
            for group, count in lost.items()
            if count >= MASS_COUNT_MIN and count >= MASS_SHARE_MIN * sizes[group]
        ]
        return sorted(found, key=lambda failure: (-failure.lost_count, failure.group))
