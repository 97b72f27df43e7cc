"""SeatTiles: the raster base map of a seat: opened beside the windows, again when site.toml changed.

Joins parts; decides nothing. Threads: GUI thread; a tile file is opened in the seat's errands.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from config.paths import user_state_folder
from config.settings import MapSettings
from config.site import Datum
from console.bridge.gui_thread import Errands
from console.bridge.raster_tiles import RasterTiles
from console.bridge.tile_sources import TileSource, open_tiles
from console.state.session import ConsoleSession, Severity
from console.views.map_layers.raster import RasterGround
from ingest.errors import GridwallError


class SeatTiles(QObject):
    """`show` gets the pictures, or None where the site has none that can be read."""

    def __init__(
        self,
        session: ConsoleSession,
        errands: Errands,
        show: Callable[[RasterGround | None], None],
    ) -> None:
        super().__init__()
        self._session, self._errands, self._show = session, errands, show
        self._opened: tuple[str | None, MapSettings] | None = None
        self._tiles: RasterTiles | None = None

    def start(self) -> None:
        """Opens what site.toml names, and again whenever it names something else. Call once."""
        self._session.site_changed.connect(self._prepare)
        self._prepare()

    def _prepare(self) -> None:
        site = self._session.site
        wanted = site.tiles, site.settings.map
        if wanted == self._opened:
            return
        self._opened = wanted
        self.close()
        tiles, settings = wanted
        if tiles is None:
            return
        folder, cache = site.folder, user_state_folder() / "map"
        self._errands.run(
            lambda: open_tiles(folder, tiles, settings, cache), self._take, self._on_problem
        )

    def close(self) -> None:
        """Nothing is read any more; the map shows streets."""
        if self._tiles is not None:
            self._show(None)
            self._tiles.close()
            self._tiles = None

    def _take(self, source: TileSource) -> None:
        self._tiles = RasterTiles(source)
        self._tiles.failed.connect(self._say)
        self._show(RasterGround(self._tiles, Datum(self._session.site.settings.map.coordinates)))

    def _on_problem(self, error: GridwallError) -> None:
        self._say(str(error))

    def _say(self, text: str) -> None:
        self._session.say(text, Severity.PROBLEM)
