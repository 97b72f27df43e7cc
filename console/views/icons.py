"""Icons: our own single-weight outline SVGs, drawn in any colour and size, remembered.

Threads: GUI thread only.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from console.views import theme

#: Case kind → icon; anything else is a plain case.
KIND_ICONS = {
    "smoke": "smoke",
    "fire": "fire",
    "parking": "parking",
    "stall": "stall",
    "cycle_parking": "cycle",
    "crowd": "crowd",
}


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return resources.files("resources").joinpath(f"icons/{name}.svg").read_text("utf-8")


@lru_cache(maxsize=512)
def _drawn(name: str, size_px: int, colour: str, ratio: float) -> QPixmap:
    svg = _source(name).replace("currentColor", colour)
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    pixmap = QPixmap(round(size_px * ratio), round(size_px * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def pixmap(name: str, size_px: int = 16, colour: str | None = None) -> QPixmap:
    """The icon in `colour` (default: the text colour) at device-independent `size_px`."""
    application = QGuiApplication.instance()
    ratio = application.devicePixelRatio() if isinstance(application, QGuiApplication) else 1.0
    return _drawn(name, size_px, colour or theme.COLOURS.text, ratio)


def icon(name: str, size_px: int = 16, colour: str | None = None) -> QIcon:
    return QIcon(pixmap(name, size_px, colour))


def kind_pixmap(kind: str, size_px: int = 16, colour: str | None = None) -> QPixmap:
    """The icon of a case's kind."""
    return pixmap(KIND_ICONS.get(kind, "case"), size_px, colour)
