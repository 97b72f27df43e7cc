"""The seam between a wall window and whoever puts it on the screen: with QPainter or on the GPU.

The wall view says what became another picture or another look; the compositor decides what is
painted for it and when. Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from console.views.tile_painter import TilePainter
from console.views.wall_clock import WallClock
from ingest.errors import GridwallError


class CompositorFailed(GridwallError):
    """This way to the screen does not work (any more); the raster one goes on."""


@dataclass(slots=True)
class PaintCounts:
    """What painting cost, for the bench and the watchdog; outlives a change of compositor.

    Attributes:
        paint_count: paints of the window.
        longest_paint_ms: the slowest of them.
        repaint_count: pictures painted again because the ring had moved on under the brush.
        uploaded_bytes: bytes of pictures given to the graphics device.
    """

    paint_count: int = 0
    longest_paint_ms: float = 0.0
    repaint_count: int = 0
    uploaded_bytes: int = 0

    def paint_took(self, milliseconds: float) -> None:
        self.paint_count += 1
        self.longest_paint_ms = max(self.longest_paint_ms, milliseconds)


class WallScene(Protocol):
    """What is to be seen in a window: the wall view. All places in device pixels."""

    painting: PaintCounts

    @property
    def tile_painters(self) -> Mapping[int, TilePainter]: ...
    @property
    def tiles_region(self) -> QRegion:
        """What the tiles cover together."""
        ...

    @property
    def wall_clock(self) -> WallClock | None: ...


class Compositor(Protocol):
    """Shows a scene in a widget.

    `takes_planes`: whether it turns decoded planes into colours itself, so that they are asked for.
    """

    takes_planes: bool

    def pictures_changed(self, tiles: Collection[TilePainter]) -> None:
        """These tiles have another picture than the one painted last."""
        ...

    def look_changed(self, region: QRegion) -> None:
        """Anything may look different in this part of the window, device pixels."""
        ...

    def paint(self, event: QPaintEvent) -> None:
        """The widget's own paint event."""
        ...

    def resized(self) -> None:
        """The widget has another size or pixel ratio."""
        ...

    def look_alive(self) -> None:
        """Called ten times a second while the window can be seen: notices paints that never come."""
        ...

    def release(self) -> None:
        """Lets go of everything. Twice is harmless."""
        ...


#: widget, its scene, whom to tell the reason when it fails for good → a compositor.
CompositorMaker = Callable[[QWidget, WallScene, Callable[[str], None]], Compositor]
