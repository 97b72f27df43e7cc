"""ViewWatch: which PTZ cameras are asked now where they look. Pure but for the time it is handed.

Others than us turn cameras, too (their own web page, another platform). Those whose view matters,
because zones were drawn on it or presets calibrated, are asked in turn, a few at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

from config.directory import SiteDirectory
from config.site import Camera, CameraId

#: Cameras asked in one second at most; the rest wait for the next.
AT_ONCE_MOST = 4


class ViewWatch:
    """Threads: one."""

    def __init__(self) -> None:
        self._asked_ns: dict[CameraId, int] = {}

    def due(self, directory: SiteDirectory, every_s: float, now_ns: int) -> Sequence[Camera]:
        """The cameras to ask now, the one that waited longest first; none where `every_s` is 0."""
        if every_s <= 0:
            return ()
        site = directory.site
        matters = {zone.camera_id for zone in site.zones}
        matters |= {mount.camera_id for mount in site.ptz_mounts if mount.presets}
        waiting = [
            camera
            for camera in site.cameras
            if camera.id in matters
            and camera.enabled
            and camera.ptz_url is not None
            and now_ns - self._asked_ns.get(camera.id, -(10**18)) >= every_s * 1e9
        ]
        waiting.sort(key=lambda camera: self._asked_ns.get(camera.id, -(10**18)))
        chosen = waiting[:AT_ONCE_MOST]
        for camera in chosen:
            self._asked_ns[camera.id] = now_ns
        return chosen
