"""Sheet: one painted layer of the map with a margin, made in slices while the former one is shown.

What a frame costs is a blit: a pan moves the sheet, a zoom stretches it. A new sheet is begun when
the window nears its edge, when the zoom rests or when the content changed; it is painted a few
milliseconds at a time. A layer that paints quickly is simply painted at once.

Threads: GUI thread only.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap

from console.state.map_projection import MapProjection

#: Paints a layer on a painter of the sheet, in steps of about a millisecond.
Steps = Callable[[QPainter, MapProjection, float], Iterator[None]]

#: A layer that took no longer than this is painted within the frame that needs it.
AT_ONCE_MS = 5.0
#: A new sheet is begun when less than this share of the margin is left.
NEAR_EDGE = 0.5


class _Job:
    """A sheet being painted."""

    def __init__(
        self,
        projection: MapProjection,
        ratio: float,
        steps: Steps,
        ground: QColor,
        spare: QPixmap | None,
    ) -> None:
        self.projection, self.ratio = projection, ratio
        self.took_ms = 0.0
        size = QSize(round(projection.width_px * ratio), round(projection.height_px * ratio))
        # fresh memory costs more than all the filling
        self.pixmap = spare if spare is not None and spare.size() == size else QPixmap(size)
        self._painter = QPainter()
        self._steps = self._all_steps(steps, ground)

    def _all_steps(self, steps: Steps, ground: QColor) -> Generator[None, None, None]:
        """Filling tens of megabytes is a step, too: the frame that begins a sheet pays nothing."""
        self.pixmap.setDevicePixelRatio(self.ratio)
        self.pixmap.fill(ground)
        yield
        self._painter.begin(self.pixmap)
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        yield from steps(self._painter, self.projection, self.ratio)

    def work(self, budget_ms: float) -> bool:
        """Paints for about so long; True when the sheet is finished."""
        began = time.perf_counter()
        for _ in self._steps:
            if (time.perf_counter() - began) * 1e3 >= budget_ms:
                self.took_ms += (time.perf_counter() - began) * 1e3
                return False
        self.took_ms += (time.perf_counter() - began) * 1e3
        self._painter.end()
        return True

    def drop(self) -> None:
        """Ends half-way: whatever the steps hold open is closed."""
        self._steps.close()
        if self._painter.isActive():
            self._painter.end()


class Sheet:
    """See module. `paint_count` and `paint_ms` (of the last sheet) are for the bench and the tests."""

    def __init__(self, steps: Steps, ground: Callable[[], QColor], margin: float) -> None:
        """`margin`: painted beyond each edge of the window, as a share of it.
        `ground`: what the sheet is filled with first.
        """
        self.paint_count = 0
        self.paint_ms = 0.0
        self._steps, self._ground, self._margin = steps, ground, margin
        self._pixmap: QPixmap | None = None
        self._shown = MapProjection()
        self._ratio = 1.0
        self._is_outdated = False
        self._spare: QPixmap | None = None
        self._job: _Job | None = None

    @property
    def shown(self) -> MapProjection:
        """The window on the world the sheet covers, margin included."""
        return self._shown

    @property
    def is_working(self) -> bool:
        return self._job is not None

    def covers(self, projection: MapProjection) -> bool:
        """Whether the sheet fills the whole window."""
        return self._pixmap is not None and _fills(self._shown, projection)

    def forget(self) -> None:
        """Nothing of it is true any more (theme, layers, registers): the next paint is a fresh one."""
        self._drop_job()
        self._pixmap = None

    def stop(self) -> None:
        """Nobody looks: a sheet being made is dropped, and made when somebody does."""
        if self._job is not None:
            self._drop_job()
            self._is_outdated = True

    def outdate(self) -> None:
        """The content changed: a new sheet is made; the former is shown until it is there."""
        self._is_outdated = True

    def paint(
        self, painter: QPainter, projection: MapProjection, ratio: float, *, is_moving: bool
    ) -> None:
        """Blits the layer for `projection`. `is_moving`: the zoom does not rest yet."""
        self._renew(projection, ratio, is_moving=is_moving)
        pixmap = self._pixmap
        if pixmap is None:
            return
        left, top = projection.screen_of_world(*self._shown.world_at(0, 0))
        scale = projection.scale_px / self._shown.scale_px
        if abs(scale - 1.0) < 1e-9:
            painter.drawPixmap(round(left), round(top), pixmap)  # whole pixels stay sharp
            return
        painter.save()
        # not smoothed: the sharp one is being made, and smoothing would cost more than it shows
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        painter.setClipRect(QRectF(0, 0, projection.width_px, projection.height_px))
        painter.translate(left, top)
        painter.scale(scale, scale)
        painter.drawPixmap(QPointF(0, 0), pixmap)
        painter.restore()

    def work(self, budget_ms: float) -> bool:
        """Goes on with a sheet that is being made; True when a new one is there."""
        job = self._job
        if job is None or not job.work(budget_ms):
            return False
        self._take(job)
        return True

    def _renew(self, projection: MapProjection, ratio: float, *, is_moving: bool) -> None:
        """Begins a new sheet where the one that is there will not do."""
        if self._pixmap is None or self._ratio != ratio:
            self._begin(projection, ratio)
            self._finish()
            return
        is_other_zoom = self._shown.zoom != projection.zoom
        if not (self._is_outdated or is_other_zoom or self._nears_edge(self._shown, projection)):
            return
        if self.paint_ms <= AT_ONCE_MS:
            self._begin(projection, ratio)
            self._finish()
        elif self._job is not None and _fills(self._job.projection, projection):
            return  # of another zoom, too: stretched it is newer than what is shown
        elif not (is_other_zoom and is_moving):
            self._begin(projection, ratio)

    def _nears_edge(self, shown: MapProjection, projection: MapProjection) -> bool:
        left, top = projection.screen_of_world(*shown.world_at(0, 0))
        spare = self._margin * NEAR_EDGE
        room = (spare * projection.width_px, spare * projection.height_px)
        return (
            left > -room[0]
            or top > -room[1]
            or left + shown.width_px < projection.width_px + room[0]
            or top + shown.height_px < projection.height_px + room[1]
        )

    def _begin(self, projection: MapProjection, ratio: float) -> None:
        self._drop_job()
        self._is_outdated = False
        wide = projection.resized(
            round(projection.width_px * (1 + 2 * self._margin)),
            round(projection.height_px * (1 + 2 * self._margin)),
        )
        spare, self._spare = self._spare, None
        self._job = _Job(wide, ratio, self._steps, self._ground(), spare)

    def _finish(self) -> None:
        assert self._job is not None
        self._job.work(float("inf"))
        self._take(self._job)

    def _take(self, job: _Job) -> None:
        self._spare = self._pixmap
        self._pixmap, self._shown, self._ratio = job.pixmap, job.projection, job.ratio
        self.paint_ms = job.took_ms
        self.paint_count += 1
        self._job = None

    def _drop_job(self) -> None:
        if self._job is not None:
            self._job.drop()
            self._spare, self._job = self._job.pixmap, None


def _fills(made: MapProjection, window: MapProjection) -> bool:
    """Whether `made` reaches over all four edges of `window`."""
    left, top = window.screen_of_world(*made.world_at(0, 0))
    right, bottom = window.screen_of_world(*made.world_at(made.width_px, made.height_px))
    return left <= 0 and top <= 0 and right >= window.width_px and bottom >= window.height_px
