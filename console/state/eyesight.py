"""Eyesight: cameras whose picture does not serve their rules now. One thread."""

from __future__ import annotations

from collections.abc import Iterable

from config.site import CameraId
from console.state.observable import Signal
from vision.sight import SightData


class Eyesight:
    """`changed(sight)`: one camera's sight became worse, better or good again."""

    def __init__(self) -> None:
        self.changed: Signal[[SightData]] = Signal()
        self._poor: dict[CameraId, SightData] = {}

    def of(self, camera_id: str | None) -> SightData | None:
        """What is wrong with a camera's sight; None where nothing is."""
        return self._poor.get(CameraId(camera_id)) if camera_id else None

    @property
    def poor(self) -> tuple[SightData, ...]:
        """All that do not see well, the longest first."""
        return tuple(sorted(self._poor.values(), key=lambda sight: sight.since_utc))

    def replace(self, sights: Iterable[SightData]) -> None:
        """The hub's snapshot: nothing is announced, it was so before."""
        self._poor = {sight.camera_id: sight for sight in sights if not sight.is_good}

    def apply(self, sight: SightData) -> None:
        if sight == self._poor.get(sight.camera_id):
            return
        if sight.is_good:
            self._poor.pop(sight.camera_id, None)
        else:
            self._poor[sight.camera_id] = sight
        self.changed.emit(sight)
