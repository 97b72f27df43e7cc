"""RasterTiles: pictures of the base map for the GUI thread: those at hand at once, others later.

Reading and decoding run on threads of their own; what is no longer in sight is not read. A bounded
number is held; the longest unused goes first. Several maps may share them: each asks for its own
window and they are read in turn. Threads: GUI thread only.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from console.bridge.gui_thread import Errands
from console.bridge.image_bytes import decoded_image
from console.bridge.tile_sources import TileSource
from ingest.errors import GridwallError, RetryLater

#: Pictures held, a quarter of a MiB each; a 4K window shows some 200.
KEPT_COUNT = 400
#: So many more for each further map that asks.
KEPT_MORE_COUNT = 200
#: Pictures being read at once.
READING_MOST = 3

Where = tuple[int, int, int]


class RasterTiles(QObject):
    """Signals: `arrived()`: more can be drawn; `failed(text)`: once per kind of trouble."""

    arrived = Signal()
    failed = Signal(str)

    def __init__(self, source: TileSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._errands = Errands(READING_MOST)
        self._kept: OrderedDict[Where, QImage | None] = OrderedDict()
        #: Map → what it wants, in the order the maps get their turn.
        self._wanted: OrderedDict[Hashable, list[Where]] = OrderedDict()
        self._reading: set[Where] = set()
        self._told: set[str] = set()

    @property
    def zooms(self) -> tuple[int, int]:
        return self._source.zooms

    @property
    def attribution(self) -> str:
        return self._source.attribution

    def at_hand(self, where: Where) -> QImage | None:
        """The picture of (zoom, column, row), if it is here."""
        if where in self._kept:
            self._kept.move_to_end(where)
        return self._kept.get(where)

    def want(self, places: Iterable[Where], asker: Hashable = None) -> None:
        """These are in sight now, most important first; what was wanted before and is not, is not read.

        Args:
            asker: the map that asks; it speaks for itself only.
        """
        self._wanted[asker] = [where for where in places if where not in self._kept]
        self._read_more()

    def leave(self, asker: Hashable) -> None:
        """A map that asked is gone. One that never asked is no error."""
        self._wanted.pop(asker, None)

    def close(self) -> None:
        self._wanted.clear()
        self._errands.close()
        self._source.close()

    def _read_more(self) -> None:
        while len(self._reading) < READING_MOST:
            where = self._next()
            if where is None:
                return
            if where in self._reading or where in self._kept:
                continue
            self._reading.add(where)
            self._errands.run(
                lambda at=where: _decoded(self._source.read(*at)),  # type: ignore[misc]
                lambda image, at=where: self._take(at, image),  # type: ignore[misc]
                lambda error, at=where: self._on_failed(at, error),  # type: ignore[misc]
            )

    def _next(self) -> Where | None:
        for asker, wanted in self._wanted.items():
            if wanted:
                self._wanted.move_to_end(asker)
                return wanted.pop(0)
        return None

    def _take(self, where: Where, image: QImage | None) -> None:
        self._reading.discard(where)
        self._kept[where] = image
        most = KEPT_COUNT + KEPT_MORE_COUNT * (len(self._wanted) - 1)
        while len(self._kept) > most:
            self._kept.popitem(last=False)
        if image is not None:
            self.arrived.emit()
        self._read_more()

    def _on_failed(self, where: Where, error: GridwallError) -> None:
        self._reading.discard(where)
        if not isinstance(error, RetryLater):
            self._kept[where] = None
        text = str(error)
        if text not in self._told:
            self._told.add(text)
            self.failed.emit(text)
        self._read_more()


def _decoded(content: bytes | None) -> QImage | None:
    """A picture as it is drawn fastest; None where the map has none. Raises GridwallError."""
    if content is None:
        return None
    image = decoded_image(content)
    if image.isNull():
        raise GridwallError("map tiles: a picture that cannot be read; the map shows streets there")
    return image.convertToFormat(QImage.Format.Format_RGB32)
