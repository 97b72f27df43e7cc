"""Which cameras a worker analyses, and what the site says about each of their pictures."""

from __future__ import annotations

from fnmatch import fnmatchcase

from config.settings import Settings
from config.site import Calibration, Camera, CameraId, Site, Zone, ZoneKind
from ingest.cameras.wants import FrameWant, ring_key
from ingest.frames.frame import PixelFormat, WidthClass
from vision.ground import calibration_of
from vision.tuning import Tuning


def want_of(camera_id: CameraId, fps: float) -> FrameWant:
    """Full size: the second look and the evidence need every pixel; I420 is half of BGR."""
    return FrameWant(camera_id, WidthClass.NATIVE, PixelFormat.I420, fps)


#: The ring of every analysed camera.
RING_KEY = ring_key(want_of(CameraId(""), 1.0))


def view_of(site: Site, camera: Camera) -> tuple[tuple[Zone, ...], Calibration | None]:
    """What the site says about a camera's picture."""
    zones = tuple(zone for zone in site.zones if zone.camera_id == camera.id)
    return zones, calibration_of(camera, site.calibrations)


def analysed_cameras(site: Site, camera_glob: str) -> list[Camera]:
    """Enabled cameras of the glob with at least one zone that has a rule."""
    ruled = {zone.camera_id for zone in site.zones if zone.kind is not ZoneKind.MASK}
    return [
        camera
        for camera in site.cameras
        if camera.enabled and camera.id in ruled and fnmatchcase(camera.id, camera_glob)
    ]


def tuning_of(settings: Settings) -> Tuning:
    """Thresholds with what the site says on top."""
    return Tuning(
        lost_after_s=settings.vision.lost_after_s,
        update_interval_s=settings.vision.update_interval_s,
    )
