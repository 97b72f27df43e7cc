"""ReplayBars: a bar for every tile of a window that is in replay. Threads: GUI thread only."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget

from console.state.replay import TileReplays
from console.state.tiles import TileAddress
from console.views.replay_bar import ReplayBar
from console.views.tile_painter import TilePainter


class ReplayBars:
    """The bars over one wall view."""

    def __init__(self, replays: TileReplays, view: QWidget) -> None:
        self._replays = replays
        self._view = view
        self._bars: dict[TileAddress, ReplayBar] = {}

    def arrange(self, painters: Iterable[TilePainter]) -> None:
        """Makes, places and removes bars after the tiles or their replays changed."""
        shown = {p.address: p for p in painters if self._replays.of(p.address) is not None}
        for address in self._bars.keys() - shown.keys():
            self._drop(address)
        for address, painter in shown.items():
            if address not in self._bars:
                self._bars[address] = ReplayBar(self._replays, address, self._view)
            rect, ratio = painter.rect, painter.ratio
            self._bars[address].place_in(
                QRect(
                    round(rect.x() / ratio),
                    round(rect.y() / ratio),
                    round(rect.width() / ratio),
                    round(rect.height() / ratio),
                )
            )
            self._bars[address].show()

    def close(self) -> None:
        """Removes all bars. Twice is harmless."""
        for address in list(self._bars):
            self._drop(address)

    def _drop(self, address: TileAddress) -> None:
        bar = self._bars.pop(address)
        bar.release()
        bar.hide()
        bar.deleteLater()
