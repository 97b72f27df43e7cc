"""LivePhones: whose phone sends pictures now. One thread."""

from __future__ import annotations

from collections.abc import Iterable

from config.site import CameraId
from console.desk.live_data import LiveVideoData
from console.state.observable import Signal


class LivePhones:
    """By inspector. `changed(data)`: somebody's pictures began or ended, told once."""

    def __init__(self) -> None:
        self.changed: Signal[[LiveVideoData]] = Signal()
        self._live: dict[str, LiveVideoData] = {}

    def replace(self, live: Iterable[LiveVideoData]) -> None:
        """What a snapshot says; nobody is told of what began while we were not there."""
        self._live = {data.inspector_id: data for data in live}

    def apply(self, data: LiveVideoData) -> None:
        if data.is_live:
            self._live[data.inspector_id] = data
        else:
            self._live.pop(data.inspector_id, None)
        self.changed.emit(data)

    def camera_of(self, inspector_id: str) -> CameraId | None:
        """The camera of somebody who is live."""
        data = self._live.get(inspector_id)
        return None if data is None else data.camera_id
