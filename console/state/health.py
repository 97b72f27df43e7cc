"""CameraHealth: which cameras are away, and when many of them are one failure.

Decides what the header counts as lost. Cameras switched off by the register are not lost.
One thread.
"""

from __future__ import annotations

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


class MassFailure(Struct, frozen=True):
    """Cameras lost together: shown as one line."""

    group: str
    lost_count: int


class CameraHealth:
    """Last health event per camera. `changed` fires when a state changes."""

    def __init__(self, directory: CameraDirectory) -> None:
        self.changed: Signal[[]] = Signal()
        self._directory = directory
        self._states: dict[CameraId, CameraHealthData] = {}

    def set_directory(self, directory: CameraDirectory) -> None:
        self._directory = directory
        self.changed.emit()

    def replace(self, entries: Iterable[CameraHealthData]) -> None:
        self._states = {entry.camera_id: entry for entry in entries}
        self.changed.emit()

    def apply(self, entry: CameraHealthData) -> None:
        known = self._states.get(entry.camera_id)
        self._states[entry.camera_id] = entry
        if known is None or known.state != entry.state or known.cause != entry.cause:
            self.changed.emit()

    def of(self, camera_id: str) -> CameraHealthData | None:
        return self._states.get(CameraId(camera_id))

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
