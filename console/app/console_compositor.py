"""SeatCompositors: which compositor the windows of this seat get; a failure is announced once.

Threads: GUI thread only.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtGui import QSurfaceFormat
from PySide6.QtWidgets import QWidget

from config.settings import WallCompositor
from console.state.session import ConsoleSession, Severity
from console.views import words
from console.views.compositor import Compositor, WallScene
from console.views.gpu.capability import GlRenderer, chosen, probe
from console.views.gpu.drawing import surface_format
from console.views.gpu.gpu_compositor import GpuCompositor
from console.views.raster_painting import RasterCompositor

_log = logging.getLogger(__name__)


class SeatCompositors:
    """Decides with the first window, and against the GPU for good once it failed in one."""

    def __init__(self, session: ConsoleSession, asked: WallCompositor | None = None) -> None:
        """`asked`: as the command line said; None: as the site says."""
        self._session = session
        self._asked = asked or session.site.settings.wall.compositor
        self._kind: WallCompositor | None = None

    def make(
        self, widget: QWidget, scene: WallScene, on_failed: Callable[[str], None]
    ) -> Compositor:
        """A `CompositorMaker`."""
        if self._decided() is WallCompositor.RASTER:
            return RasterCompositor(widget, scene)

        def failed(reason: str) -> None:
            on_failed(reason)
            self._give_up(reason)

        return GpuCompositor(widget, scene, failed)

    def _decided(self) -> WallCompositor:
        if self._kind is None:
            renderer = None if self._asked is WallCompositor.RASTER else probe()
            self._kind = chosen(self._asked, renderer)
            name = "none" if renderer is None else renderer.name
            _log.info(
                "compositor: %s (asked: %s, OpenGL: %s)", self._kind.value, self._asked.value, name
            )
            if self._kind is WallCompositor.GPU:
                QSurfaceFormat.setDefaultFormat(surface_format())
            elif self._asked is WallCompositor.GPU:
                self._announce(_too_little(renderer))
        return self._kind

    def _give_up(self, reason: str) -> None:
        if self._kind is not WallCompositor.RASTER:
            self._kind = WallCompositor.RASTER
            self._announce(reason)

    def _announce(self, reason: str) -> None:
        _log.warning("the wall is painted without the graphics device from now on: %s", reason)
        text = words.translate(
            "Compositor", "The wall is painted without the graphics device from now on: {0}"
        )
        self._session.say(text.format(reason), Severity.PROBLEM)


def _too_little(renderer: GlRenderer | None) -> str:
    if renderer is None:
        return words.translate("Compositor", "there is no OpenGL here")
    return words.translate("Compositor", "{0} has too old an OpenGL").format(renderer.name)
