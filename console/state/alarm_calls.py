"""AlarmCalls: joins the session's alerts and acknowledgements to the alarm regions of the wall.

Decides which cameras of a place an alert brings (`linkage.sights_of`) and when it is over for
this seat: cleared by the rule, acknowledged, or its case ended. Asks the hub nothing. One thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from config.geometry import GeoPoint
from config.site import CameraId
from console.desk.case import CaseId
from console.state.alarm_regions import AlarmRegions, Demand
from console.state.linkage import sights_of
from console.state.session import ConsoleSession
from console.state.tiles import Tile, TileAddress, WindowId
from vision.alerts import AlertData


class AlarmCalls:
    """The alarm regions of one seat, fed by its session. `tick` once a second."""

    def __init__(self, session: ConsoleSession, windows: Callable[[], Sequence[WindowId]]) -> None:
        """`windows`: the wall windows that are on a screen now, the main window first."""
        self._session = session
        self._cameras: dict[str, tuple[CameraId, ...]] = {}
        linkage = session.site.settings.linkage
        self.regions = AlarmRegions(session.wall, linkage, windows, session.clock.mono_ns())
        self._disconnect = (
            session.alerts_changed.connect(self._on_alerts),
            session.asking.changed.connect(self._on_acknowledged),
            session.cases.changed.connect(self._on_cases),
            session.site_changed.connect(self._on_site),
        )

    def close(self) -> None:
        """Gives every tile back. Twice is harmless."""
        for disconnect in self._disconnect:
            disconnect()
        self.regions.close()

    def tick(self) -> None:
        """Time passed: what was held long enough goes back."""
        self.regions.tick(self._session.clock.mono_ns())

    def before(self) -> Mapping[TileAddress, Tile]:
        """What the lent tiles hold when nothing is the matter."""
        return self.regions.before()

    def _on_alerts(self) -> None:
        session, regions = self._session, self.regions
        wanted = [
            alert
            for alert in session.alerts.values()
            if regions.takes(alert.kind)
            and session.shelves.puts_aside(alert.camera_id, alert.kind.value) is None
        ]
        alarms = session.wall.alarms.by_id
        self._cameras = {alert.alert_id: self._cameras_of(alert) for alert in wanted}
        demands = [
            Demand(alarms[alert.alert_id], self._cameras[alert.alert_id])
            for alert in wanted
            if alert.alert_id in alarms
        ]
        regions.want(demands, session.clock.mono_ns())

    def _cameras_of(self, alert: AlertData) -> tuple[CameraId, ...]:
        """The alert's camera and the next best views of its place, worked out once an alert."""
        known = self._cameras.get(alert.alert_id)
        if known is not None:
            return known
        session = self._session
        place = _place_of(alert)
        if place is None:
            camera = session.directory.camera(alert.camera_id)
            place = camera.place if camera is not None else None
        views = self.regions.views_of(alert.kind)
        if place is None or views < 2:
            return (alert.camera_id,)
        sights = sights_of(
            place, session.directory.cameras, session.calibrations,
            first=alert.camera_id, limit=views,
        )  # fmt: skip
        found = dict.fromkeys((alert.camera_id, *(sight.camera_id for sight in sights)))
        return tuple(found)[:views]

    def _on_acknowledged(self) -> None:
        self._acknowledge(self._session.asking.acknowledged)

    def _on_cases(self, ids: frozenset[CaseId]) -> None:
        rows = (self._session.cases.get(case_id) for case_id in ids)
        self._acknowledge({row.id for row in rows if row is not None and row.ended})

    def _acknowledge(self, case_ids: set[CaseId]) -> None:
        rows = (self._session.cases.get(case_id) for case_id in case_ids)
        alert_ids = {alert_id for row in rows if row is not None for alert_id in row.case.alert_ids}
        if alert_ids:
            self.regions.acknowledge(alert_ids, self._session.clock.mono_ns())

    def _on_site(self) -> None:
        self._cameras = {}
        self.regions.set_settings(self._session.site.settings.linkage)
        self._on_alerts()


def _place_of(alert: AlertData) -> GeoPoint | None:
    if alert.lat_deg is None or alert.lon_deg is None:
        return None
    return GeoPoint(alert.lat_deg, alert.lon_deg)
