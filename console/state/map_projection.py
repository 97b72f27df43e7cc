"""MapProjection: WGS-84 places to map pixels and back (spherical web mercator, EPSG:3857).

World coordinates run 0..1 from west to east and from north to south. Frozen: panning and
zooming give a new value, so that a view is one comparison away from knowing it must redraw.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from config.geometry import EARTH_RADIUS_M, GeoPoint

#: Web mercator ends here (the square world); places beyond are drawn at its edge.
LATITUDE_MAX_DEG = 85.05112878
#: One tile of zoom level 0, by the convention of every tile server.
TILE_PX = 256
ZOOM_MIN = 3.0
ZOOM_MAX = 21.0


def world_of(place: GeoPoint) -> tuple[float, float]:
    """World x, y of a place, each 0..1."""
    lat_deg = max(-LATITUDE_MAX_DEG, min(LATITUDE_MAX_DEG, place.lat_deg))
    y = 0.5 - math.asinh(math.tan(math.radians(lat_deg))) / (2 * math.pi)
    return place.lon_deg / 360.0 + 0.5, y


def worlds_of(lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64]) -> NDArray[np.float64]:
    """World coordinates, shape (N, 2), of arrays of degrees."""
    clipped = np.clip(lat_deg, -LATITUDE_MAX_DEG, LATITUDE_MAX_DEG)
    y = 0.5 - np.arcsinh(np.tan(np.radians(clipped))) / (2 * math.pi)
    return np.column_stack((lon_deg / 360.0 + 0.5, y))


def place_of(x: float, y: float) -> GeoPoint:
    """The place at world x, y."""
    lat_deg = math.degrees(math.atan(math.sinh((0.5 - y) * 2 * math.pi)))
    return GeoPoint(lat_deg, max(-180.0, min(180.0, (x - 0.5) * 360.0)))


@dataclass(frozen=True, slots=True)
class MapProjection:
    """A window on the world: its centre (world), zoom (tile convention) and size in pixels."""

    centre_x: float = 0.5
    centre_y: float = 0.5
    zoom: float = 15.0
    width_px: int = 640
    height_px: int = 480

    @property
    def scale_px(self) -> float:
        """Pixels across the whole world."""
        return TILE_PX * float(2.0**self.zoom)

    @property
    def metres_per_px(self) -> float:
        """Ground metres of one pixel at the centre."""
        latitude = math.radians(place_of(self.centre_x, self.centre_y).lat_deg)
        return 2 * math.pi * EARTH_RADIUS_M * math.cos(latitude) / self.scale_px

    @property
    def centre(self) -> GeoPoint:
        return place_of(self.centre_x, self.centre_y)

    def screen_of_world(self, x: float, y: float) -> tuple[float, float]:
        scale = self.scale_px
        return (
            (x - self.centre_x) * scale + self.width_px / 2,
            (y - self.centre_y) * scale + self.height_px / 2,
        )

    def to_screen(self, place: GeoPoint) -> tuple[float, float]:
        """Pixel x, y of a place (may lie outside the window)."""
        return self.screen_of_world(*world_of(place))

    def screens_of(self, worlds: NDArray[np.float64]) -> NDArray[np.float64]:
        """Pixels, shape (N, 2), of world coordinates, shape (N, 2)."""
        centre = np.array((self.centre_x, self.centre_y))
        middle = np.array((self.width_px / 2, self.height_px / 2))
        screens: NDArray[np.float64] = (worlds - centre) * self.scale_px + middle
        return screens

    def world_at(self, x_px: float, y_px: float) -> tuple[float, float]:
        scale = self.scale_px
        return (
            self.centre_x + (x_px - self.width_px / 2) / scale,
            self.centre_y + (y_px - self.height_px / 2) / scale,
        )

    def to_place(self, x_px: float, y_px: float) -> GeoPoint:
        """The place under a pixel."""
        return place_of(*self.world_at(x_px, y_px))

    def centred(self, place: GeoPoint) -> MapProjection:
        x, y = world_of(place)
        return replace(self, centre_x=x, centre_y=y)

    def panned(self, dx_px: float, dy_px: float) -> MapProjection:
        """The map dragged by so many pixels."""
        scale = self.scale_px
        return replace(
            self,
            centre_x=min(1.0, max(0.0, self.centre_x - dx_px / scale)),
            centre_y=min(1.0, max(0.0, self.centre_y - dy_px / scale)),
        )

    def zoomed(self, levels: float, x_px: float, y_px: float) -> MapProjection:
        """Zoomed by `levels` with the place under x, y kept where it is."""
        zoom = max(ZOOM_MIN, min(ZOOM_MAX, self.zoom + levels))
        x, y = self.world_at(x_px, y_px)
        scale = TILE_PX * 2.0**zoom
        return replace(
            self,
            zoom=zoom,
            centre_x=x - (x_px - self.width_px / 2) / scale,
            centre_y=y - (y_px - self.height_px / 2) / scale,
        )

    def resized(self, width_px: int, height_px: int) -> MapProjection:
        return replace(self, width_px=width_px, height_px=height_px)

    def fitted(self, places: Iterable[GeoPoint], margin: float = 0.08) -> MapProjection:
        """Shows all `places` with a margin; unchanged when there are none."""
        worlds = [world_of(place) for place in places]
        if not worlds:
            return self
        west, east = min(x for x, _y in worlds), max(x for x, _y in worlds)
        north, south = min(y for _x, y in worlds), max(y for _x, y in worlds)
        room = 1.0 - 2 * margin
        scale = min(
            self.width_px * room / max(east - west, 1e-9),
            self.height_px * room / max(south - north, 1e-9),
        )
        zoom = max(ZOOM_MIN, min(18.0, math.log2(max(scale, 1.0) / TILE_PX)))
        return replace(self, centre_x=(west + east) / 2, centre_y=(north + south) / 2, zoom=zoom)


#: Lengths a scale bar may have, metres.
_BAR_STEPS_M = tuple(step * 10**power for power in range(1, 7) for step in (1, 2, 5))


def scale_bar(metres_per_px: float, longest_px: int = 120) -> tuple[int, float]:
    """(metres, pixels) of the longest round bar that fits `longest_px`."""
    fitting = [step for step in _BAR_STEPS_M if step / metres_per_px <= longest_px]
    metres = fitting[-1] if fitting else _BAR_STEPS_M[0]
    return metres, metres / metres_per_px
