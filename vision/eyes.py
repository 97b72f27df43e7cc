"""Eye: one camera as the worker sees it: its pipeline, its frame ring and its counts.

A fault in one camera's pipeline is caught here, counted and named; after several in a row the
pipeline is made anew. It never reaches another camera.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from config.site import Camera
from ingest.cameras.wants import CameraStatus
from ingest.frames.frame import Frame
from ingest.frames.ring import RingGone, RingReader
from vision.alert_book import AlertEvent
from vision.detections import Detections
from vision.ears import Ears
from vision.pipeline import CameraPipeline
from vision.recent import RecentLife
from vision.rules.rule import Look, Moment
from vision.scene import MOVING

_log = logging.getLogger(__name__)

#: Faults in a row after which a pipeline is made anew: its state may be what is broken.
FAULTS_MAX = 5

PipelineMaker = Callable[[], CameraPipeline]


class Eye:
    """See module. Threads: the worker's one."""

    def __init__(
        self, camera: Camera, make_pipeline: PipelineMaker, recent: RecentLife | None = None
    ) -> None:
        """`recent`: where its last minutes are kept; None: nowhere."""
        self.camera = camera
        self.recent = recent
        self._view = ""
        self._make_pipeline = make_pipeline
        self.pipeline = make_pipeline()
        self.reader: RingReader | None = None
        self.picture_count = 0
        self.detected_count = 0
        self.torn_count = 0
        self.fault_count = 0
        self._faults_in_row = 0

    def attach(self, status: CameraStatus | None, key: str) -> None:
        """Follows the camera's ring to its newest generation, or lets it go."""
        ring = status.rings.get(key) if status is not None else None
        path = Path(ring.path) if ring is not None else None
        if self.reader is not None and self.reader.path != path:
            self.detach()
        if self.reader is None and path is not None:
            try:
                self.reader = RingReader.open(path)
            except RingGone as error:
                _log.debug("camera %s: %s", self.camera.id, error)

    def detach(self) -> None:
        if self.reader is not None:
            self.reader.close()
            self.reader = None

    def close(self) -> None:
        """Lets ring and files go."""
        self.detach()
        if self.recent is not None:
            self.recent.close()

    def turn(self, ears: Ears, now: Moment) -> None:
        """Tells the pipeline where the camera looks; what is out of its view rests."""
        if self.camera.ptz_url is None:
            return
        try:
            self._view = ears.view(self.camera.id)
            zones = self.pipeline.zones
            resting = frozenset(zone.id for zone in zones if not ears.fits(zone))
            self.pipeline.turn(self._view, resting, now)
        except Exception as error:  # noqa: BLE001 - one camera must not stop the others
            self._failed(error)

    def keep(self, frame: Frame, detections: Detections | None) -> None:
        """Keeps the picture for trials."""
        if self.recent is not None and self._view != MOVING:
            self.recent.take(frame.pixels, detections, frame.received_utc_ns, self._view)

    def wants(self, frame: Frame, now: Moment) -> bool:
        """The motion gate's decision; a broken pipeline wants nothing."""
        self.picture_count += 1
        try:
            wanted = self.pipeline.wants(frame.pixels, now)
        except Exception as error:  # noqa: BLE001 - one camera must not stop the others
            self._failed(error)
            return False
        self.detected_count += wanted
        return wanted

    def process(
        self, frame: Frame, detections: Detections | None, now: Moment, look: Look | None
    ) -> list[AlertEvent]:
        """Alert events of one picture; none where the pipeline fails."""
        try:
            events = self.pipeline.process(frame.pixels, detections, now, look)
        except Exception as error:  # noqa: BLE001 - one camera must not stop the others
            self._failed(error)
            return []
        self._faults_in_row = 0
        return events

    def _failed(self, error: Exception) -> None:
        self.fault_count += 1
        self._faults_in_row += 1
        if self._faults_in_row == 1:
            _log.error(
                "camera %s: analysis of a picture failed; the others go on",
                self.camera.id,
                exc_info=error,
            )
        if self._faults_in_row >= FAULTS_MAX:
            _log.error(
                "camera %s: analysis starts anew after %d faults", self.camera.id, FAULTS_MAX
            )
            self.pipeline = self._make_pipeline()
            self._faults_in_row = 0


def moment_of(frame: Frame) -> Moment:
    """When a frame was received, as rules count time."""
    return Moment(frame.received_mono_ns / 1e9, frame.received_utc_ns)
