"""SiteDirectory: look-ups over a `Site` (by id, by place, by device), indexed once.

Immutable after construction; any thread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from config.geometry import GeoPoint, distance_m
from config.planar import XY, box_of, ring_contains
from config.registers import canonical_device_id
from config.site import (
    Calibration,
    Camera,
    CameraId,
    GridCell,
    GridId,
    GridLevel,
    Inspector,
    InspectorId,
    Item,
    ItemCode,
    Partner,
    PartnerId,
    Site,
    Zone,
    ZoneId,
)

K = TypeVar("K")
V = TypeVar("V")

#: Buckets of the place index: 0.01 ° ≈ 1 km.
_BUCKET_DEG = 0.01
#: The finest level first: a place belongs to the smallest cell around it.
_FINE_FIRST = tuple(reversed(GridLevel))
_Box = tuple[float, float, float, float]


class SiteDirectory:
    """Answers "which" questions about one site.

    Attributes:
        site: the values it was made from.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self._cameras = {camera.id: camera for camera in site.cameras}
        self._cells = {cell.id: cell for cell in site.grid}
        self._inspectors = {inspector.id: inspector for inspector in site.inspectors}
        self._partners = {partner.id: partner for partner in site.partners}
        self._items = {item.code: item for item in site.items}
        self._zones = {zone.id: zone for zone in site.zones}
        self._calibrations = {entry.camera_id: entry for entry in site.calibrations}
        self._zones_by_camera = _grouped((zone.camera_id, zone) for zone in site.zones)
        self._devices = {
            canonical_device_id(inspector.device_id): inspector
            for inspector in reversed(site.inspectors)
            if inspector.device_id
        }
        self._children = _grouped((cell.parent, cell) for cell in site.grid if cell.parent)
        self._places = {level: _PlaceIndex(site.grid, level) for level in GridLevel}

    def camera(self, camera_id: str) -> Camera | None:
        return self._cameras.get(CameraId(camera_id))

    def cell(self, grid_id: str | None) -> GridCell | None:
        return self._cells.get(GridId(grid_id)) if grid_id else None

    def inspector(self, inspector_id: str) -> Inspector | None:
        return self._inspectors.get(InspectorId(inspector_id))

    def inspector_of_device(self, device_id: str) -> Inspector | None:
        """Compares without leading zeros."""
        return self._devices.get(canonical_device_id(device_id))

    def partner(self, partner_id: str | None) -> Partner | None:
        return self._partners.get(PartnerId(partner_id)) if partner_id else None

    def item(self, code: str | None) -> Item | None:
        return self._items.get(ItemCode(code)) if code else None

    def zone(self, zone_id: str | None) -> Zone | None:
        return self._zones.get(ZoneId(zone_id)) if zone_id else None

    def zones_of(self, camera_id: str) -> tuple[Zone, ...]:
        return self._zones_by_camera.get(CameraId(camera_id), ())

    def calibration_of(self, camera_id: str) -> Calibration | None:
        return self._calibrations.get(CameraId(camera_id))

    def children_of(self, grid_id: str) -> tuple[GridCell, ...]:
        return self._children.get(GridId(grid_id), ())

    def cell_at(self, place: GeoPoint) -> GridCell | None:
        """The smallest cell around a place; None outside the grid."""
        for level in _FINE_FIRST:
            cell = self._places[level].at(place)
            if cell is not None:
                return cell
        return None

    def ancestors(self, grid_id: str | None) -> tuple[GridCell, ...]:
        """The cell itself, its parent, and so on to the top."""
        found: list[GridCell] = []
        cell = self.cell(grid_id)
        while cell is not None and cell not in found:
            found.append(cell)
            cell = self.cell(cell.parent)
        return tuple(found)

    def street_of(self, grid_id: str | None) -> GridId | None:
        """The street a cell belongs to; a street's own id for itself; None above streets."""
        for cell in self.ancestors(grid_id):
            if cell.level is GridLevel.STREET:
                return cell.id
        return None

    def cell_of_camera(self, camera_id: str) -> GridCell | None:
        """By the register, else by the camera's place."""
        camera = self.camera(camera_id)
        if camera is None:
            return None
        declared = self.cell(camera.grid_id)
        if declared is not None or camera.place is None:
            return declared
        return self.cell_at(camera.place)

    def nearest_cameras(self, place: GeoPoint, count: int) -> tuple[tuple[Camera, float], ...]:
        """Cameras with a place, nearest first, with their distance in metres."""
        pairs = [
            (camera, distance_m(place, camera.place))
            for camera in self.site.cameras
            if camera.place is not None
        ]
        return tuple(sorted(pairs, key=lambda pair: pair[1])[:count])


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, tuple[V, ...]]:
    groups: dict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}


class _PlaceIndex:
    """Rings of one level by bucket; a look-up tests a handful of boxes."""

    def __init__(self, cells: Iterable[GridCell], level: GridLevel) -> None:
        self._buckets: dict[tuple[int, int], list[tuple[_Box, list[XY], GridCell]]] = defaultdict(
            list
        )
        for cell in cells:
            if cell.level is not level:
                continue
            for ring in cell.rings:
                points = [(p.lon_deg, p.lat_deg) for p in ring]
                self._add(points, cell)

    def _add(self, points: list[XY], cell: GridCell) -> None:
        left, low, right, high = box = box_of(points)
        for column in range(_bucket(left), _bucket(right) + 1):
            for row in range(_bucket(low), _bucket(high) + 1):
                self._buckets[column, row].append((box, points, cell))

    def at(self, place: GeoPoint) -> GridCell | None:
        x, y = place.lon_deg, place.lat_deg
        for (left, low, right, high), ring, cell in self._buckets.get((_bucket(x), _bucket(y)), ()):
            if left <= x <= right and low <= y <= high and ring_contains(ring, x, y):
                return cell
        return None


def _bucket(value: float) -> int:
    return int(value // _BUCKET_DEG)
