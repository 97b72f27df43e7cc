"""Pure edits of a window's values, for `WallState` and the scenes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from console.state.tiles import Tile, Window


def grown(window: Window) -> Window:
    """With at least as many tiles as its layout has cells."""
    missing = len(window.layout.cells) - len(window.tiles)
    if missing <= 0:
        return window
    return msgspec.structs.replace(window, tiles=window.tiles + (Tile(),) * missing)


def reordered(tiles: Sequence[Tile], order: Sequence[int | None]) -> tuple[Tile, ...]:
    """Tiles in their new places; empty ones that fall out are dropped, others wait at the end."""
    used = {index for index in order if index is not None}
    waiting = [
        tile for index, tile in enumerate(tiles) if index not in used and tile.camera_id is not None
    ]
    placed = [
        tiles[index] if index is not None else (waiting.pop(0) if waiting else Tile())
        for index in order
    ]
    return (*placed, *waiting)
