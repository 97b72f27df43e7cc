"""People drawn into a tile's picture: a ring on the ground where their position says they stand, with
name and age of the position. Grey and dashed when it is too old to be believed.

Threads: GUI thread only.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from console.state.people_in_view import PersonInView
from console.state.tile_geometry import Placement
from console.views import theme
from console.views.tile_look import PLATE_ALPHA, PlateCache, PlateKey, Span
from console.views.tile_texts import person_text

#: A ring that lies on the ground, in type sizes; the plate stands above it on a stem.
_RING = QPointF(0.8, 0.32)
_STEM = 1.1


def paint_people(
    painter: QPainter,
    people: Sequence[PersonInView],
    placement: Placement,
    tile: QRect,
    picture: QRect,
    size_px: int,
    plates: PlateCache,
) -> None:
    """Rings and plates of `people`, furthest first, clipped to the picture; device pixels of the window.

    A plate that would cover another one moves up.
    """
    painter.save()
    painter.setClipRect(picture, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    taken: list[QRect] = []
    for person in reversed(people):  # who is nearest has the first choice of room
        x, y, _, _ = placement.box_px((person.x_norm, person.y_norm, person.x_norm, person.y_norm))
        foot = QPointF(tile.x() + x, tile.y() + y)
        if not picture.contains(foot.toPoint()):
            continue  # outside the zoomed part
        ink = theme.DARK.secondary if person.is_old else theme.DARK.text
        span = Span(person_text(person.name, person.age_s), ink, bold=not person.is_old)
        key = PlateKey((span,), size_px, theme.DARK.background, PLATE_ALPHA)
        plate = plates.plate(key)
        place = _free(foot, plate.size().width(), plate.size().height(), picture, size_px, taken)
        taken.append(place)
        _paint_stand(painter, foot, place, size_px, ink, is_old=person.is_old)
        painter.drawPixmap(place.topLeft(), plate)
    painter.restore()


def _free(
    foot: QPointF, width: int, height: int, picture: QRect, size_px: int, taken: Sequence[QRect]
) -> QRect:
    """Above the foot, inside the picture, over nobody else's plate."""
    left = round(foot.x() - width / 2)
    left = max(picture.left(), min(left, picture.right() + 1 - width))
    place = QRect(QPoint(left, round(foot.y() - _STEM * size_px) - height), QPoint())
    place.setSize(QRect(0, 0, width, height).size())
    for other in sorted(taken, key=lambda rect: -rect.bottom()):
        if place.intersects(other):
            place.moveBottom(other.top() - 2)
    if place.top() < picture.top():
        place.moveTop(picture.top())
    return place


def _paint_stand(
    painter: QPainter, foot: QPointF, plate: QRect, size_px: int, ink: str, *, is_old: bool
) -> None:
    """A dark line beneath a light one: seen on any picture."""
    radius = _RING * size_px
    top = QPointF(foot.x(), min(foot.y(), plate.bottom() + 1))
    style = Qt.PenStyle.DotLine if is_old else Qt.PenStyle.SolidLine
    width = max(1.0, size_px / 7)
    for points, colour, line in (
        (2 * width, theme.colour(theme.DARK.background, 0.7), Qt.PenStyle.SolidLine),
        (width, QColor(ink), style),
    ):
        painter.setPen(QPen(colour, points, line))
        painter.drawEllipse(foot, radius.x(), radius.y())
        painter.drawLine(foot, top)
