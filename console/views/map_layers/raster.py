"""The raster base map: pictures of a tile service or file over the streets, where there are some.

Where a picture is missing a coarser one stands in, else the streets below show. Threads: GUI thread only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from config.datum import from_wgs84
from config.geometry import GeoPoint
from config.site import Datum
from console.bridge.raster_tiles import RasterTiles, Where
from console.state.map_projection import MapProjection, world_of
from console.views import theme

#: Bright maps blind at night: this much of the ground's colour lies over them in the dark theme.
DIMMED = 0.45
#: A picture is looked for so many zooms up where its own is not there.
COARSER_MOST = 4


class RasterGround:
    """Draws what is at hand and asks for the rest."""

    def __init__(self, tiles: RasterTiles, datum: Datum) -> None:
        """`datum`: the coordinate system the pictures are drawn in (GCJ-02 of Chinese services)."""
        self.tiles, self._datum = tiles, datum

    def beside(self) -> RasterGround:
        """The same pictures for another map."""
        return RasterGround(self.tiles, self._datum)

    def leave(self) -> None:
        """This map wants none any more."""
        self.tiles.leave(self)

    def steps(self, painter: QPainter, projection: MapProjection, ratio: float) -> Iterator[None]:
        """Paints the pictures of a window, a few at a time."""
        low, high = self.tiles.zooms
        zoom = min(high, max(low, round(projection.zoom + math.log2(ratio) - 0.1)))
        if projection.zoom < low - 3:
            return  # hundreds of pictures a few pixels wide
        places = self._in_sight(projection, zoom)
        self.tiles.want(places, self)
        shift_x, shift_y = self._shift(projection.centre)
        smooth = QPainter.RenderHint.SmoothPixmapTransform
        for where in places:
            # a sheet may be given up at any step: no state of the painter is held over one
            painter.setRenderHint(smooth)
            self._paint(painter, projection, where, (shift_x, shift_y))
            painter.setRenderHint(smooth, False)
            yield
        if theme.COLOURS is theme.DARK:
            window = QRectF(0, 0, projection.width_px, projection.height_px)
            painter.fillRect(window, theme.colour(theme.COLOURS.background, DIMMED))

    def _in_sight(self, projection: MapProjection, zoom: int) -> list[Where]:
        """Pictures over the window, the middle first."""
        shift_x, shift_y = self._shift(projection.centre)
        count = 1 << zoom
        west, north = projection.world_at(0, 0)
        east, south = projection.world_at(projection.width_px, projection.height_px)
        columns = range(
            max(0, math.floor((west + shift_x) * count)),
            min(count - 1, math.floor((east + shift_x) * count)) + 1,
        )
        rows = range(
            max(0, math.floor((north + shift_y) * count)),
            min(count - 1, math.floor((south + shift_y) * count)) + 1,
        )
        middle = (projection.centre_x + shift_x) * count, (projection.centre_y + shift_y) * count
        found = [(zoom, column, row) for column in columns for row in rows]
        found.sort(key=lambda w: (w[1] + 0.5 - middle[0]) ** 2 + (w[2] + 0.5 - middle[1]) ** 2)
        return found

    def _shift(self, centre: GeoPoint) -> tuple[float, float]:
        """How far the pictures' system lies from ours here, in world coordinates; a city is small
        enough for one value a window."""
        if self._datum is Datum.WGS84:
            return 0.0, 0.0
        lat, lon = from_wgs84(self._datum, centre)
        theirs, ours = world_of(GeoPoint(lat, lon)), world_of(centre)
        return theirs[0] - ours[0], theirs[1] - ours[1]

    def _paint(
        self,
        painter: QPainter,
        projection: MapProjection,
        where: Where,
        shift: tuple[float, float],
    ) -> None:
        zoom, column, row = where
        count = 1 << zoom
        left, top = projection.screen_of_world(column / count - shift[0], row / count - shift[1])
        size = projection.scale_px / count
        target = QRectF(left, top, size, size)
        for up in range(COARSER_MOST + 1):
            image = self.tiles.at_hand((zoom - up, column >> up, row >> up))
            if image is not None:
                part = 1 << up
                width = image.width() / part
                source = QRectF(column % part * width, row % part * width, width, width)
                painter.drawImage(target, image, source)
                return
