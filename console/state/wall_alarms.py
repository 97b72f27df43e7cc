"""WallAlarms: the alerts that frame tiles, by alert id; which one of a camera counts.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

from collections.abc import Mapping

from config.site import CameraId
from console.state.observable import Signal
from console.state.tiles import TileAlarm


class WallAlarms:
    """Signal `changed(camera_id)`."""

    def __init__(self) -> None:
        self.changed: Signal[[CameraId]] = Signal()
        self._by_id: dict[str, TileAlarm] = {}

    @property
    def by_id(self) -> Mapping[str, TileAlarm]:
        return self._by_id

    def raised(self, alarm: TileAlarm) -> None:
        """Frames every tile of the alarm's camera; the same alert again replaces the first."""
        if self._by_id.get(alarm.alert_id) == alarm:
            return
        self._by_id[alarm.alert_id] = alarm
        self.changed.emit(alarm.camera_id)

    def cleared(self, alert_id: str) -> None:
        """Takes one alert's frame away; unknown ids are ignored."""
        alarm = self._by_id.pop(alert_id, None)
        if alarm is not None:
            self.changed.emit(alarm.camera_id)

    def of(self, camera_id: CameraId | None) -> TileAlarm | None:
        """The most urgent, then oldest alarm of a camera."""
        mine = [a for a in self._by_id.values() if a.camera_id == camera_id]
        return min(mine, key=lambda a: (a.priority, a.since_utc_ns), default=None)
