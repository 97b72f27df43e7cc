"""MapLayers: what the map can show, and which of it is on. Decides what is on at first. One thread."""

from __future__ import annotations

import enum
from collections.abc import Iterable

from console.state.observable import Signal


class MapLayer(enum.Enum):
    """The map's own layers; a site's further ones are known by their file's name."""

    CASES = "cases"
    PEOPLE = "people"
    CAMERAS = "cameras"
    CHECKPOINTS = "checkpoints"
    FENCES = "fences"
    TILES = "tiles"
    GRID = "grid"
    LOAD = "load"
    HEAT = "heat"
    GROUPS = "groups"


#: Off until somebody wants them: the map is for what happens now.
FIRST_OFF = (MapLayer.LOAD.value, MapLayer.HEAT.value)


class MapLayers:
    """Signals: `changed()` after a switch; `known_changed()` when there are other site layers."""

    def __init__(self) -> None:
        self.changed: Signal[[]] = Signal()
        self.known_changed: Signal[[]] = Signal()
        self._off: set[str] = set(FIRST_OFF)
        self._site_names: tuple[str, ...] = ()
        self._has_tiles = False
        #: Only check points of this class; empty: of every class.
        self.checkpoint_class = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Every layer there is, by name."""
        own = [one.value for one in MapLayer if one is not MapLayer.TILES or self._has_tiles]
        return (*own, *map(site_layer_name, self._site_names))

    def know_tiles(self, *, has_tiles: bool) -> None:
        """Whether the site has a raster base map that can be read."""
        self._has_tiles = has_tiles
        self.known_changed.emit()

    @property
    def site_names(self) -> tuple[str, ...]:
        """The site's further layers, by file."""
        return self._site_names

    def know(self, site_names: Iterable[str]) -> None:
        """The site's further layers were read."""
        self._site_names = tuple(site_names)
        self.known_changed.emit()

    def is_on(self, layer: MapLayer | str) -> bool:
        return (layer.value if isinstance(layer, MapLayer) else layer) not in self._off

    def set(self, name: str, *, on: bool) -> None:
        """Switches a layer. One that is not known (yet) is remembered."""
        if on == (name not in self._off):
            return
        if on:
            self._off.discard(name)
        else:
            self._off.add(name)
        self.changed.emit()

    def show_class(self, name: str) -> None:
        """Only check points of a class, or (empty) all."""
        if name != self.checkpoint_class:
            self.checkpoint_class = name
            self.changed.emit()

    def hidden(self) -> tuple[str, ...]:
        """Names of what is off, for the seat's memory."""
        return tuple(sorted(self._off))

    def restore(self, hidden: Iterable[str]) -> None:
        """Exactly these are off, as the seat remembered."""
        self._off = set(hidden)
        self.changed.emit()


def site_layer_name(file_name: str) -> str:
    """The switch's name of a site layer; never one of ours."""
    return f"site:{file_name}"
