"""Digital zoom of a tile: regions, and the zoom tool that works the selected tile by keyboard.

Decides which part of a picture is shown next; what must be fetched for it follows from the wall's
wants. Regions are in 0..1 of the whole picture and always of its shape.

Threads: GUI thread only (or a test's).
"""

from __future__ import annotations

from console.state.observable import Signal
from console.state.tiles import WHOLE, Region, TileAddress
from console.state.wall import WallState

#: One notch of a wheel (120 eighths of a degree) or one key press zooms by this factor.
ZOOM_PER_NOTCH = 1.25
LARGEST_ZOOM = 20.0
#: What the tool shows of a whole picture the moment it is taken up.
FIRST_ZOOM = 2.0
#: One arrow key moves by this share of what is shown.
PAN_SHARE = 0.2


def zoomed(region: Region, x_norm: float, y_norm: float, notches: float) -> Region:
    """`region` zoomed by wheel notches so that the picture point stays under the pointer."""
    x1, y1, x2, y2 = region
    now = 1.0 / (x2 - x1)
    then = min(LARGEST_ZOOM, max(1.0, now * ZOOM_PER_NOTCH**notches))
    if then <= 1.001:
        return WHOLE
    share = now / then
    left = x_norm - (x_norm - x1) * share
    top = y_norm - (y_norm - y1) * share
    return (left, top, left + (x2 - x1) * share, top + (y2 - y1) * share)


def moved(region: Region, dx_norm: float, dy_norm: float) -> Region:
    """`region` moved over the picture, stopping at its edges."""
    x1, y1, x2, y2 = region
    dx = min(max(dx_norm, -x1), 1.0 - x2)
    dy = min(max(dy_norm, -y1), 1.0 - y2)
    return (x1 + dx, y1 + dy, x2 + dx, y2 + dy)


def around(box: Region, widening: float, side_min: float = 1.0 / LARGEST_ZOOM) -> Region:
    """A region of the picture's shape around a box of the picture.

    Args:
        widening: how many times as wide as the box (its longer side) the region is.
        side_min: smallest side of the region, 0..1.
    """
    side = min(1.0, max(side_min, widening * max(box[2] - box[0], box[3] - box[1])))
    centred = ((box[0] + box[2] - side) / 2, (box[1] + box[3] - side) / 2)
    x = min(max(0.0, centred[0]), 1.0 - side)
    y = min(max(0.0, centred[1]), 1.0 - side)
    return WHOLE if side >= 1.0 else (x, y, x + side, y + side)


class ZoomTool:
    """The tool `Z` takes up: it is about the selected tile and laid down when another is selected.

    Signals: `changed(address)`: the tool was taken up or laid down at a tile.
    """

    def __init__(self, wall: WallState) -> None:
        self.changed: Signal[[TileAddress]] = Signal()
        self._wall = wall
        self._address: TileAddress | None = None
        wall.selected_changed.connect(self._on_selected)
        wall.windows_changed.connect(self._on_windows)

    @property
    def address(self) -> TileAddress | None:
        """The tile the tool is at, None while it is laid down."""
        return self._address

    def toggle(self) -> bool:
        """Takes the tool up at the selected tile, or lays it down; the zoom itself stays.

        False when the selected tile has no camera to zoom.
        """
        if self._address is not None:
            self.leave()
            return True
        selected = self._wall.selected
        if selected is None or self._wall.tile(selected).camera_id is None:
            return False
        self._address = selected
        if self._wall.tile(selected).region_norm == WHOLE:
            self._wall.set_region(selected, around((0.5, 0.5, 0.5, 0.5), 0.0, 1.0 / FIRST_ZOOM))
        self.changed.emit(selected)
        return True

    def leave(self) -> None:
        """Lays the tool down; the tile keeps what it shows."""
        address, self._address = self._address, None
        if address is not None:
            self.changed.emit(address)

    def whole(self) -> None:
        """Whole picture in the tool's tile, else in the selected one, and the tool laid down."""
        target = self._address or self._wall.selected
        if target is not None:
            self._wall.set_region(target, WHOLE)
        self.leave()

    def zoom(self, notches: float) -> None:
        """Zooms about the middle of what is shown."""
        if self._address is not None:
            x1, y1, x2, y2 = region = self._wall.tile(self._address).region_norm
            wanted = zoomed(region, (x1 + x2) / 2, (y1 + y2) / 2, notches)
            self._wall.set_region(self._address, wanted)

    def pan(self, dx: int, dy: int) -> None:
        """Moves what is shown by a fifth of itself; −1, 0 or 1 each way."""
        if self._address is not None:
            x1, y1, x2, y2 = region = self._wall.tile(self._address).region_norm
            step = moved(region, dx * PAN_SHARE * (x2 - x1), dy * PAN_SHARE * (y2 - y1))
            self._wall.set_region(self._address, step)

    def _on_selected(self, address: TileAddress) -> None:
        if address != self._address:
            self.leave()

    def _on_windows(self) -> None:
        if self._address is not None and self._address.window_id not in self._wall.windows:
            self._address = None
