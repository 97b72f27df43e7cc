"""TileTools: what a seat does to single tiles beside choosing their camera.

Holds the parts together and tells which keys a tile's tool has taken; decides nothing itself.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

from console.state.keys import KeyMode
from console.state.linked_zoom import LinkedZoom
from console.state.replay import TileReplays
from console.state.tile_marks import TileMarks
from console.state.wall import WallState
from console.state.zoom import ZoomTool
from ingest.clock import Clock


class TileTools:
    """Tools of the tiles of one seat's wall."""

    def __init__(self, wall: WallState, clock: Clock) -> None:
        self.zoom = ZoomTool(wall)
        self.linked = LinkedZoom(wall, clock)
        self.replays = TileReplays(wall, clock)
        self.marks = TileMarks(clock)
        self._wall = wall

    def key_mode(self) -> KeyMode | None:
        """Whose keys count before the common ones now."""
        if self.zoom.address is not None:
            return KeyMode.ZOOM
        return KeyMode.REPLAY if self.replays.of(self._wall.selected) is not None else None

    def tick(self) -> None:
        """Once a second."""
        self.linked.tick()
