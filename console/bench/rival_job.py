"""What a rival of the wall bench is told and what it says."""

from __future__ import annotations

from msgspec import Struct


class RivalJob(Struct, frozen=True):
    """Show these streams at this tile size; after `warm_up_s` count for `seconds`."""

    urls: tuple[str, ...]
    tile_width_px: int
    tile_height_px: int
    warm_up_s: float
    seconds: float


class RivalResult(Struct, frozen=True):
    """Printed twice: at the end of the warm-up (0 s) and at the end. `shown`: on what it was."""

    seconds: float
    frames: tuple[int, ...]
    shown: str
