"""CameraHealth: which cameras are away.

Decides what counts as lost: not what the register switched off, nor what is in acknowledged
maintenance. One thread.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from config.site import CameraId
from console.state.directory import CameraDirectory
from console.state.observable import Signal
from ingest.cameras.health import CameraHealthData, StreamState


class Mark(enum.IntEnum):
    """How a camera stands in a list; a lower one is worse. UNWATCHED: nobody has it open."""

    LOST = 0
    STALE = 1
    LIVE = 2
    MAINTENANCE = 3
    UNWATCHED = 4
    OFF = 5


_MARK_OF_STATE = {
    StreamState.LOST.value: Mark.LOST,
    StreamState.STALE.value: Mark.STALE,
    StreamState.LIVE.value: Mark.LIVE,
    StreamState.DISABLED.value: Mark.OFF,
}


class CameraHealth:
    """Last health event per camera. `changed` fires when a state changes; `marked(ids)` beside
    it, with the cameras whose mark may be another one now; `directory_changed` after a register."""

    def __init__(self, directory: CameraDirectory) -> None:
        self.changed: Signal[[]] = Signal()
        self.marked: Signal[[frozenset[CameraId]]] = Signal()
        self.directory_changed: Signal[[]] = Signal()
        self._directory = directory
        self._states: dict[CameraId, CameraHealthData] = {}
        self._maintenance: frozenset[CameraId] = frozenset()

    @property
    def directory(self) -> CameraDirectory:
        return self._directory

    def set_directory(self, directory: CameraDirectory) -> None:
        self._directory = directory
        self.directory_changed.emit()
        self.changed.emit()

    def set_maintenance(self, camera_ids: frozenset[CameraId]) -> None:
        """These cameras are worked on: they do not count as lost."""
        if camera_ids != self._maintenance:
            others = camera_ids ^ self._maintenance
            self._maintenance = camera_ids
            self.changed.emit()
            self.marked.emit(others)

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
        if camera_id in self._maintenance:
            return Mark.MAINTENANCE
        entry = self._states.get(camera_id)
        return Mark.UNWATCHED if entry is None else _MARK_OF_STATE.get(entry.state, Mark.UNWATCHED)

    def is_lost(self, camera_id: str) -> bool:
        entry = self._states.get(CameraId(camera_id))
        return entry is not None and entry.state == StreamState.LOST.value

    def lost(self) -> list[CameraHealthData]:
        """Cameras in use and not in maintenance that are lost, oldest loss first."""
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
        return camera is not None and camera.enabled and camera_id not in self._maintenance
