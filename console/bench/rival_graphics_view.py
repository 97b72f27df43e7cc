"""The map's rival: QGraphicsView with one pixmap item a marker on one picture of the ground."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from console.bench.map_stage import (
    BATCHES_A_SECOND,
    FRAMES_A_BATCH,
    FRAMES_A_WHEEL,
    HEIGHT_PX,
    WIDTH_PX,
    Stage,
    drag,
    expose,
    wheel,
)


def graphics_view(stage: Stage) -> tuple[Any, Callable[[int], None]]:
    """The view, and what one frame of it does: the drags, wheel and motion of the stage's own frames."""
    from PySide6.QtCore import QPointF, Qt
    from PySide6.QtGui import QPixmap
    from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene, QGraphicsView

    scene = QGraphicsScene(0, 0, WIDTH_PX, HEIGHT_PX)
    scene.addPixmap(stage.view.grab())
    sprite = QPixmap(18, 18)
    sprite.fill(Qt.GlobalColor.white)
    items = []
    for _ in range(stage.crowd.markers):
        item = scene.addPixmap(sprite)
        item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        item.setPos(stage.random.uniform(0, WIDTH_PX), stage.random.uniform(0, HEIGHT_PX))
        items.append(item)
    people = items[: stage.crowd.people]
    graphics = QGraphicsView(scene)
    graphics.setSceneRect(-WIDTH_PX, -HEIGHT_PX, 3 * WIDTH_PX, 3 * HEIGHT_PX)
    graphics.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
    graphics.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    graphics.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    graphics.resize(WIDTH_PX, HEIGHT_PX)
    graphics.show()
    expose()
    scene.setParent(graphics)  # a view does not keep its scene
    middle = QPointF(WIDTH_PX / 2, HEIGHT_PX / 2)

    def frame(number: int) -> None:
        if number % FRAMES_A_BATCH == 0:
            batch = number // FRAMES_A_BATCH
            for item in people[batch % BATCHES_A_SECOND :: BATCHES_A_SECOND]:
                item.moveBy(stage.random.uniform(-1, 1), stage.random.uniform(-1, 1))
        if number % FRAMES_A_WHEEL == FRAMES_A_WHEEL - 1:
            factor = 2.0 ** wheel(number)
            graphics.scale(factor, factor)
        scale = graphics.transform().m11()
        x_px, y_px = drag(number)
        nonlocal middle
        middle -= QPointF(x_px / scale, y_px / scale)
        graphics.centerOn(middle)
        graphics.viewport().repaint()

    return graphics, frame
