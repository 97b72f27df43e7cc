"""Marks of camera health: a shape and a colour each, and their words (colour never speaks alone).

Threads: GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from console.state.cases import Light
from console.state.health import Mark
from console.state.keys import QT_TRANSLATE_NOOP
from console.views import theme
from console.views.lights import paint_light
from console.views.words import translate

_LIGHTS = {
    Mark.LOST: Light.RED,
    Mark.STALE: Light.AMBER,
    Mark.LIVE: Light.GREEN,
    Mark.UNWATCHED: Light.NONE,
}

_WORDS = {
    Mark.LOST: QT_TRANSLATE_NOOP("Cameras", "lost"),
    Mark.STALE: QT_TRANSLATE_NOOP("Cameras", "picture is old"),
    Mark.LIVE: QT_TRANSLATE_NOOP("Cameras", "live"),
    Mark.UNWATCHED: QT_TRANSLATE_NOOP("Cameras", "not open"),
    Mark.MAINTENANCE: QT_TRANSLATE_NOOP("Cameras", "in maintenance"),
    Mark.OFF: QT_TRANSLATE_NOOP("Cameras", "switched off"),
}


def mark_text(mark: Mark) -> str:
    """The mark in a word or two."""
    return translate("Cameras", _WORDS[mark])


def mark_colour(mark: Mark) -> str:
    """`#rrggbb` of a mark."""
    colours = theme.COLOURS
    return {
        Mark.LOST: colours.red,
        Mark.STALE: colours.amber,
        Mark.LIVE: colours.green,
        Mark.MAINTENANCE: colours.accent,
    }.get(mark, colours.disabled)


def paint_mark(painter: QPainter, centre: QPointF, mark: Mark, radius_px: float = 4.5) -> None:
    """Disc = live, triangle = old picture, diamond = lost, ring = not open,
    square = in maintenance, bar = switched off."""
    light = _LIGHTS.get(mark)
    if light is not None:
        paint_light(painter, centre, light, radius_px)
        return
    if mark is Mark.MAINTENANCE:
        _paint_square(painter, centre, radius_px)
        return
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(theme.COLOURS.disabled))
    bar = QRectF(0, 0, radius_px * 1.8, radius_px * 0.55)
    bar.moveCenter(centre)
    painter.drawRect(bar)
    painter.restore()


def _paint_square(painter: QPainter, centre: QPointF, radius_px: float) -> None:
    painter.save()
    painter.setPen(QPen(theme.colour(theme.COLOURS.accent), 1.4))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    box = QRectF(0, 0, radius_px * 1.5, radius_px * 1.5)
    box.moveCenter(centre)
    painter.drawRect(box)
    painter.restore()
