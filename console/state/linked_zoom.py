"""LinkedZoom: a tile that shows the camera of an alert goes to the alert's box by itself, and back.

Decides when and how far. A zoom of the operator's own is never overridden: a tile that is zoomed
already, or pinned, is left alone, and the first touch of the operator makes the zoom theirs
(`Tile.zoomed_for` is then None). The way back is time, the end of the alert, or another case.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from config.site import CameraId
from console.state.tiles import WHOLE, TileAddress, TileAlarm
from console.state.wall import WallState
from console.state.zoom import around
from ingest.clock import Clock

#: Long enough to recognise a matter; the surroundings count too, so it goes back by itself.
HOLD_S = 12.0
#: The box takes a good third of the tile: what it stands in stays in sight.
WIDENING = 2.6
#: At most five-fold; a box of more than a half of the picture is not worth a zoom.
SIDE_MIN, SIDE_MAX = 0.2, 0.8
#: Tiles zoomed at once: each one needs its camera's main stream.
TILES_MOST = 4


class LinkedZoom:
    """Follows alerts on the wall. `tick` some times a minute at least, better once a second."""

    def __init__(self, wall: WallState, clock: Clock) -> None:
        self._wall = wall
        self._clock = clock
        self._due_ns: dict[str, int] = {}
        wall.alarms.changed.connect(self._on_alarms)

    def follow(self, camera_id: str | None, alert_ids: Collection[str]) -> None:
        """The operator turned to these alerts: their camera's tiles go to the box, others back."""
        self._back(alert_id for alert_id in self._due_ns if alert_id not in alert_ids)
        alarm = self._alarm(camera_id, alert_ids)
        if alarm is None or alarm.box_norm is None:
            return
        region = around(alarm.box_norm, WIDENING, SIDE_MIN)
        if region[2] - region[0] > SIDE_MAX:
            return
        room = TILES_MOST - len(self._zoomed())
        for address in self._wall.tiles_of(alarm.camera_id)[:room]:
            tile = self._wall.tile(address)
            if tile.region_norm == WHOLE and not tile.pinned:
                self._wall.set_region(address, region, for_alert=alarm.alert_id)
                self._due_ns[alarm.alert_id] = self._clock.mono_ns() + round(HOLD_S * 1e9)

    def tick(self) -> None:
        """Takes back what was shown long enough."""
        now_ns = self._clock.mono_ns()
        self._back(alert_id for alert_id, due_ns in self._due_ns.items() if due_ns <= now_ns)

    def _alarm(self, camera_id: str | None, alert_ids: Collection[str]) -> TileAlarm | None:
        mine = [a for a in self._wall.alarms.by_id.values() if a.alert_id in alert_ids]
        mine = [a for a in mine if a.camera_id == camera_id and a.box_norm is not None]
        return min(mine, key=lambda a: (a.priority, -a.since_utc_ns), default=None)

    def _zoomed(self) -> list[TileAddress]:
        return [a for a in self._wall.addresses() if self._wall.tile(a).zoomed_for is not None]

    def _back(self, alert_ids: Iterable[str]) -> None:
        over = set(alert_ids)
        for address in self._zoomed():
            if self._wall.tile(address).zoomed_for in over:
                self._wall.set_region(address, WHOLE)
        for alert_id in over:
            self._due_ns.pop(alert_id, None)

    def _on_alarms(self, _camera_id: CameraId) -> None:
        self._back(alert_id for alert_id in self._due_ns if alert_id not in self._wall.alarms.by_id)
