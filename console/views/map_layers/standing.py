"""Standing: what does not move by itself, in a picture that is kept: shades, fences, points, cameras.

People move all the time. So that each of their steps does not paint seven thousand cameras again,
these are painted once for a wide window and laid under every sheet of the same zoom, until a camera
is lost, a register changes or the map is dragged beyond it. Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from console.state.map_projection import MapProjection
from console.state.session import SelectionKind
from console.views.map_layers.groups import Groups
from console.views.map_layers.markers import Labels, Markers

#: Painted beyond each edge of the sheet that asks, as a share of it: room for the next ones.
MARGIN = 0.22
#: The picture is laid down in bands: the whole of it takes half a frame.
BAND_PX = 360

Seen = dict[SelectionKind, Markers]
#: Paints everything that stands; ends with what is shown, for the pointer.
Paint = Callable[[QPainter, MapProjection, float, Labels, Groups], Generator[None, None, Seen]]


@dataclass(frozen=True, slots=True)
class _Kept:
    """A finished picture and what it holds."""

    projection: MapProjection
    ratio: float
    pixmap: QPixmap
    labels: Labels
    groups: Groups
    seen: Seen


class Standing:
    """`paint_count` is for the tests."""

    def __init__(self, paint: Paint) -> None:
        self._paint = paint
        self._kept: _Kept | None = None
        self._spare: QPixmap | None = None
        self.paint_count = 0

    def outdate(self) -> None:
        """Something that stands looks otherwise now."""
        kept, self._kept = self._kept, None
        if kept is not None:
            self._spare = kept.pixmap

    def steps(
        self,
        painter: QPainter,
        projection: MapProjection,
        ratio: float,
        labels: Labels,
        groups: Groups,
    ) -> Generator[None, None, Seen]:
        """Lays the picture under a sheet, made anew where the kept one does not reach."""
        kept = self._kept
        if kept is None or not _reaches(kept, projection, ratio):
            kept = yield from self._made(projection, ratio, is_grouped=groups.is_on)
        left, top = _offset(kept.projection, projection)
        for band_top in range(0, projection.height_px, BAND_PX):
            painter.setClipRect(QRect(0, band_top, projection.width_px, BAND_PX))
            painter.drawPixmap(left, top, kept.pixmap)
            yield
        painter.setClipping(False)
        yield from labels.take_over(kept.labels, left, top)
        groups.add(kept.groups, left, top)
        return {kind: markers.moved(left, top, 1.0) for kind, markers in kept.seen.items()}

    def _made(
        self, projection: MapProjection, ratio: float, *, is_grouped: bool
    ) -> Generator[None, None, _Kept]:
        wide = projection.resized(
            round(projection.width_px * (1 + 2 * MARGIN)),
            round(projection.height_px * (1 + 2 * MARGIN)),
        )
        self.outdate()
        size = QSize(round(wide.width_px * ratio), round(wide.height_px * ratio))
        spare, self._spare = self._spare, None
        pixmap = spare if spare is not None and spare.size() == size else QPixmap(size)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        yield
        labels, groups = Labels(), Groups(wide, is_on=is_grouped)
        brush = QPainter(pixmap)
        brush.setRenderHint(QPainter.RenderHint.Antialiasing)
        try:
            seen = yield from self._paint(brush, wide, ratio, labels, groups)
        finally:  # a sheet that is dropped half-way closes this, too
            brush.end()
        self.paint_count += 1
        self._kept = _Kept(wide, ratio, pixmap, labels, groups, seen)
        return self._kept


def _offset(kept: MapProjection, projection: MapProjection) -> tuple[int, int]:
    """Where the kept picture's corner lies in the other window, whole pixels: half a pixel's error."""
    left, top = projection.screen_of_world(*kept.world_at(0, 0))
    return round(left), round(top)


def _reaches(kept: _Kept, projection: MapProjection, ratio: float) -> bool:
    if kept.ratio != ratio or kept.projection.zoom != projection.zoom:
        return False
    left, top = _offset(kept.projection, projection)
    return (
        left <= 0
        and top <= 0
        and left + kept.projection.width_px >= projection.width_px
        and top + kept.projection.height_px >= projection.height_px
    )
