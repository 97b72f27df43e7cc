"""SiteStreets: which street a camera, an area or a place belongs to, for the topic's third word."""

from __future__ import annotations

from config.directory import SiteDirectory
from config.geometry import GeoPoint
from config.site import CameraId, GridId


class SiteStreets:
    """Look-ups over one state of the site; answers per camera are kept. Threads: any."""

    def __init__(self, directory: SiteDirectory) -> None:
        self._directory = directory
        self._of_camera: dict[CameraId, GridId | None] = {}

    def street_of_camera(self, camera_id: CameraId) -> GridId | None:
        if camera_id not in self._of_camera and self._directory.camera(camera_id) is not None:
            cell = self._directory.cell_of_camera(camera_id)
            self._of_camera[camera_id] = self._directory.street_of(cell.id) if cell else None
        return self._of_camera.get(camera_id)

    def street_of_grid(self, grid_id: GridId) -> GridId | None:
        return self._directory.street_of(grid_id)

    def street_at(self, place: GeoPoint) -> GridId | None:
        cell = self._directory.cell_at(place)
        return self._directory.street_of(cell.id) if cell else None
