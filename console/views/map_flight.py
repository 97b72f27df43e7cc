"""MapFlight: the map's way from one view to another, a quarter of a second long. GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation

from console.state.map_projection import MapProjection

FLY_MS = 260


class MapFlight:
    """`step` is told every view on the way, `arrived` is called at its end."""

    def __init__(
        self, parent: QObject, step: Callable[[MapProjection], None], arrived: Callable[[], None]
    ) -> None:
        self._step = step
        self._ends: tuple[MapProjection, MapProjection] | None = None
        self._animation = QVariantAnimation(parent)
        self._animation.setDuration(FLY_MS)
        self._animation.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.valueChanged.connect(self._on_value)
        self._animation.finished.connect(arrived)

    @property
    def is_flying(self) -> bool:
        return self._animation.state() == QVariantAnimation.State.Running

    def start(self, begin: MapProjection, end: MapProjection) -> None:
        self.stop()
        self._ends = (begin, end)
        self._animation.start()

    def stop(self) -> None:
        """Stays where it is."""
        self._animation.stop()

    def _on_value(self, share: object) -> None:
        if self._ends is None or not isinstance(share, float):
            return
        start, end = self._ends
        self._step(
            replace(
                end,
                centre_x=start.centre_x + (end.centre_x - start.centre_x) * share,
                centre_y=start.centre_y + (end.centre_y - start.centre_y) * share,
                zoom=end.zoom if share >= 1.0 else start.zoom + (end.zoom - start.zoom) * share,
            )
        )
