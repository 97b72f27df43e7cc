"""Hotspots: tiles that show, large, whatever camera is selected elsewhere.

Decides only what a hotspot shows; a pinned one rests. Threads: GUI thread only.
"""

from __future__ import annotations

from console.state.tiles import TileAddress, WindowId
from console.state.wall import WallState


class Hotspots:
    """Follows the wall's selection."""

    def __init__(self, wall: WallState) -> None:
        self._wall = wall
        self._is_following = False
        wall.selected_changed.connect(self._on_selected)
        wall.window_changed.connect(self._on_window)

    def _on_selected(self, _address: TileAddress) -> None:
        self.follow()

    def _on_window(self, _window_id: WindowId) -> None:
        self.follow()

    def follow(self) -> None:
        """Brings the selected tile's camera to every hotspot that may change."""
        selected = self._wall.selected
        if selected is None or self._is_following:
            return
        chosen = self._wall.tile(selected)
        if chosen.hotspot or chosen.camera_id is None:
            return
        self._is_following = True
        for address in list(self._wall.addresses()):
            tile = self._wall.tile(address)
            if tile.hotspot and not tile.pinned:
                self._wall.put_camera(address, chosen.camera_id)
        self._is_following = False
