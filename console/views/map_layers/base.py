"""BaseGround: what the map stands on, in one sheet: streets, over them pictures where the site has some, cells.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtGui import QPainter

from config.geometry import GeoPoint
from config.site import Camera, GridCell
from console.state.basemap import BaseMap
from console.state.map_layers import MapLayer, MapLayers
from console.state.map_projection import MapProjection, place_of
from console.views import theme
from console.views.map_layers.ground import Ground
from console.views.map_layers.raster import RasterGround
from console.views.map_layers.sheet import Sheet

#: Ground beyond each edge of the window, as a share of it: room to drag.
MARGIN = 0.35


class BaseGround:
    """`update` is called when there is more to see."""

    def __init__(
        self, grid: Sequence[GridCell], layers: MapLayers, update: Callable[[], None]
    ) -> None:
        self._layers, self._update = layers, update
        self._grid = grid
        self._raster: RasterGround | None = None
        self.basemap = BaseMap()
        self._ground = Ground(self.basemap, grid)
        self.sheet = Sheet(self._steps, lambda: theme.colour(theme.COLOURS.map_land), MARGIN)

    def set_basemap(self, basemap: BaseMap) -> None:
        self.basemap = basemap
        self.set_grid(self._grid)

    def set_grid(self, grid: Sequence[GridCell]) -> None:
        """Other cells, or other streets under them."""
        self._grid = grid
        self._ground = Ground(self.basemap, grid)
        self.sheet.forget()
        self._update()

    def set_raster(self, raster: RasterGround | None) -> None:
        """The pictures of a raster base map, or none; no other map may have been given `raster`."""
        self.leave_raster()
        self._raster = raster
        if raster is not None:
            raster.tiles.arrived.connect(self._on_arrived)
        self._layers.know_tiles(has_tiles=raster is not None)
        self.sheet.forget()
        self._update()

    def leave_raster(self) -> None:
        """This map ends, or gets other pictures: it asks for none and hears of none. Twice is harmless."""
        if self._raster is not None:
            self._raster.tiles.arrived.disconnect(self._on_arrived)
            self._raster.leave()
            self._raster = None

    def extent(self, cameras: Sequence[Camera]) -> list[GeoPoint]:
        """Places the whole area reaches to: cameras and cells, else the streets."""
        places = [camera.place for camera in cameras if camera.place]
        places += [point for cell in self._grid for ring in cell.rings for point in ring]
        bounds = self.basemap.bounds
        if not places and bounds is not None:
            places = [place_of(bounds[0], bounds[1]), place_of(bounds[2], bounds[3])]
        return places

    def is_empty(self, cameras: Sequence[Camera]) -> bool:
        """Whether there is nothing to stand on: no streets, cells or placed cameras."""
        if self.basemap.bounds is not None or self._grid:
            return False
        return not any(camera.place for camera in cameras)

    @property
    def attribution(self) -> str:
        """Whose map is shown."""
        shown = self._raster if self._layers.is_on(MapLayer.TILES) else None
        parts = ("" if shown is None else shown.tiles.attribution, self._ground.attribution)
        return " · ".join(part for part in parts if part)

    def _on_arrived(self) -> None:
        self.sheet.outdate()
        self._update()

    def _steps(self, painter: QPainter, projection: MapProjection, ratio: float) -> Iterator[None]:
        raster = self._raster if self._layers.is_on(MapLayer.TILES) else None
        over = None if raster is None else lambda: raster.steps(painter, projection, ratio)
        cells = self._layers.is_on(MapLayer.GRID)
        return self._ground.steps(painter, projection, cells=cells, over=over)
