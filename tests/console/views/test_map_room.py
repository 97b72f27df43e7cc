"""Room on the map: names that would cover another are found, however many there are."""

from __future__ import annotations

import random

from PySide6.QtCore import QRectF

from console.views.map_layers.room import SQUARE_PX, Room


def test_what_is_taken_is_what_a_comparison_with_every_box_finds() -> None:
    chance = random.Random(3)
    room, taken = Room(), list[QRectF]()
    answers = []
    for _ in range(2_000):
        box = QRectF(
            chance.uniform(-100, 1_500), chance.uniform(-100, 900),
            chance.uniform(1, 3 * SQUARE_PX), chance.uniform(1, 30),
        )  # fmt: skip
        is_free = not any(box.intersects(other) for other in taken)
        assert room.is_free(box) == is_free
        answers.append(is_free)
        if is_free:
            room.take(box)
            taken.append(box)
    assert 50 < sum(answers) < len(answers)  # both answers were asked for


def test_boxes_that_only_touch_leave_each_other_room() -> None:
    room = Room()
    room.take(QRectF(0, 0, SQUARE_PX, 20))
    assert room.is_free(QRectF(SQUARE_PX, 0, 10, 20))
    assert not room.is_free(QRectF(SQUARE_PX - 1, 0, 10, 20))
