"""HealthEvents: camera.health on the feed, from the broker's statuses. Runs in the broker's main thread."""

from __future__ import annotations

import logging
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from config.site import CameraId
from ingest.cameras.health import CameraHealthData, StreamHealth
from ingest.cameras.health_tracker import DurableHealth
from ingest.cameras.wants import CameraStatus
from ingest.clock import Clock
from ingest.errors import GridwallError
from ingest.feed.envelope import Noun, new_event, utc_text
from ingest.feed.keys import read_client_key
from ingest.feed.publisher import Publisher

log = logging.getLogger(__name__)

_STEP_NS: Final = 500_000_000
_CLOSE_S: Final = 1.0


class HealthEvents:
    """Publishes what lasted; until it is told an intake address it does nothing."""

    def __init__(self, runtime_folder: Path, clock: Clock) -> None:
        self._runtime_folder = runtime_folder
        self._clock = clock
        self._durable = DurableHealth()
        self._due_ns = 0
        self._publisher: Publisher | None = None

    def use(self, intake: str | None, spool_folder: str | None, key_file: str | None) -> None:
        """Publishes to `intake` from now on; the first address stays."""
        if intake is None or self._publisher is not None:
            return
        spool = Path(spool_folder) if spool_folder else self._runtime_folder / "spool"
        source = f"/ingest/{socket.gethostname()}"
        try:
            keys = None if key_file is None else read_client_key(Path(key_file))
            publisher = Publisher(intake, source, spool, keys=keys, clock=self._clock)
        except (GridwallError, OSError) as error:
            log.error("camera health is not published: %s", error)
            return
        publisher.start()
        self._publisher = publisher

    def step(self, statuses: Mapping[CameraId, CameraStatus]) -> None:
        """Looks at all cameras about twice a second; cheap when called more often."""
        now_ns = self._clock.mono_ns()
        if self._publisher is None or now_ns < self._due_ns:
            return
        self._due_ns = now_ns + _STEP_NS
        healths = (status.health for status in statuses.values())
        for health in self._durable.step(healths, now_ns):
            self._publish(self._publisher, health, now_ns)

    def forget(self, camera_id: CameraId) -> None:
        self._durable.forget(camera_id)

    def close(self) -> None:
        if self._publisher is not None:
            self._publisher.close(_CLOSE_S)

    def _publish(self, publisher: Publisher, health: StreamHealth, now_ns: int) -> None:
        utc_ns = self._clock.utc_ns()
        age_ns = None
        if health.last_frame_mono_ns is not None:
            age_ns = now_ns - health.last_frame_mono_ns
        data = CameraHealthData(
            camera_id=health.camera_id,
            state=health.state.value,
            fps=health.fps,
            frame_age_s=None if age_ns is None else round(age_ns / 1e9, 3),
            since_utc=utc_text(utc_ns - (now_ns - health.since_mono_ns)),
            cause=None if health.cause is None else health.cause.value,
        )
        event = new_event(Noun.CAMERA, "health", data, source=publisher.source, utc_ns=utc_ns)
        try:
            publisher.publish(event)
        except GridwallError as error:
            log.error("%s: health event lost: %s", health.camera_id, error)
