"""A sheet of the map: blitted while it fits, made anew beside the frames, never late for good."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter

from console.state.map_projection import MapProjection
from console.views.map_layers.groups import Groups
from console.views.map_layers.markers import Labels
from console.views.map_layers.people import PeopleLayer
from console.views.map_layers.sheet import AT_ONCE_MS, Sheet
from tests.console.seat_kit import CENTRE
from tests.console.views.conftest import Seat

pytestmark = pytest.mark.usefixtures("qapp")
WINDOW = MapProjection(zoom=15.0, width_px=200, height_px=100)


class Layer:
    """Paints one ink in steps that take as long as told."""

    def __init__(self, step_ms: float) -> None:
        self.ink = QColor("red")
        self.step_ms = step_ms
        self.begun: list[MapProjection] = []
        self.sheet = Sheet(self.steps, lambda: QColor("black"), 0.5)

    def steps(self, painter: QPainter, projection: MapProjection, _ratio: float) -> Iterator[None]:
        self.begun.append(projection)
        ink = QColor(self.ink)
        for _ in range(10):
            end_s = time.perf_counter() + self.step_ms / 1e3
            while time.perf_counter() < end_s:
                pass
            yield
        painter.fillRect(0, 0, projection.width_px, projection.height_px, ink)

    def shown(self, projection: MapProjection, *, is_moving: bool = False) -> QColor:
        """The middle of the window."""
        image = QImage(projection.width_px, projection.height_px, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.blue)
        painter = QPainter(image)
        self.sheet.paint(painter, projection, 1.0, is_moving=is_moving)
        painter.end()
        return image.pixelColor(projection.width_px // 2, projection.height_px // 2)


def test_the_first_sheet_is_there_at_once_and_serves_pans_within_its_margin() -> None:
    layer = Layer(step_ms=1.0)
    assert layer.shown(WINDOW) == QColor("red")
    assert (layer.begun[0].width_px, layer.begun[0].height_px) == (400, 200)
    assert layer.shown(WINDOW.panned(30, 10)) == QColor("red")
    assert len(layer.begun) == 1
    assert not layer.sheet.is_working


def test_a_slow_layer_changes_in_slices_while_the_former_sheet_is_shown() -> None:
    layer = Layer(step_ms=1.0)
    layer.shown(WINDOW)
    assert layer.sheet.paint_ms > AT_ONCE_MS
    layer.ink = QColor("green")
    layer.sheet.outdate()
    assert layer.shown(WINDOW) == QColor("red")
    slices = 0
    while not layer.sheet.work(2.0):
        slices += 1
        assert layer.shown(WINDOW) == QColor("red")
        assert slices < 100
    assert slices >= 2
    assert layer.shown(WINDOW) == QColor("green")
    assert len(layer.begun) == 2


def test_a_change_while_a_sheet_is_being_made_is_in_the_one_after_it() -> None:
    layer = Layer(step_ms=1.0)
    layer.shown(WINDOW)
    layer.sheet.outdate()
    layer.shown(WINDOW)
    layer.ink = QColor("green")
    layer.sheet.outdate()
    for _ in range(2):
        while layer.sheet.is_working:
            layer.sheet.work(5.0)
        layer.shown(WINDOW)
    assert layer.shown(WINDOW) == QColor("green")
    assert not layer.sheet.is_working


def test_a_quick_layer_is_never_late() -> None:
    layer = Layer(step_ms=0.0)
    layer.shown(WINDOW)
    layer.ink = QColor("green")
    layer.sheet.outdate()
    assert layer.shown(WINDOW) == QColor("green")


def test_a_zoom_stretches_the_sheet_and_sharpens_when_it_rests() -> None:
    layer = Layer(step_ms=1.0)
    layer.shown(WINDOW)
    nearer = replace(WINDOW, zoom=16.0)
    assert layer.shown(nearer, is_moving=True) == QColor("red")
    assert not layer.sheet.is_working
    assert layer.shown(nearer) == QColor("red")
    assert layer.sheet.is_working
    while layer.sheet.is_working:
        layer.sheet.work(5.0)
    assert layer.sheet.shown.zoom == 16.0


def test_a_drag_beyond_the_sheet_begins_the_next_one_where_it_is_needed() -> None:
    layer = Layer(step_ms=1.0)
    layer.shown(WINDOW)
    far = WINDOW.panned(500, 0)
    layer.shown(far)
    assert not layer.sheet.covers(far)
    while layer.sheet.is_working:
        layer.sheet.work(5.0)
    assert layer.begun[1].centre_x == far.centre_x
    assert layer.shown(far) == QColor("red")
    assert layer.sheet.covers(far)


def test_what_is_forgotten_is_never_shown_again() -> None:
    layer = Layer(step_ms=1.0)
    layer.shown(WINDOW)
    layer.ink = QColor("green")
    layer.sheet.forget()
    assert layer.shown(WINDOW) == QColor("green")


def test_a_hidden_layer_stops_and_begins_again_when_it_is_shown() -> None:
    layer = Layer(step_ms=1.0)
    layer.shown(WINDOW)
    layer.ink = QColor("green")
    layer.sheet.outdate()
    layer.shown(WINDOW)
    layer.sheet.work(2.0)
    layer.sheet.stop()
    assert not layer.sheet.is_working
    layer.shown(WINDOW)
    while layer.sheet.is_working:
        layer.sheet.work(5.0)
    assert layer.shown(WINDOW) == QColor("green")


def test_positions_read_half_way_are_read_again(seat: Seat) -> None:
    seat.fill()
    layer = PeopleLayer(seat.session)
    image = QImage(200, 100, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    stopped = layer.steps(
        painter, WINDOW.centred(CENTRE), 1.0, Labels(), Groups(WINDOW, is_on=False)
    )
    next(stopped)
    stopped.close()
    shown: list[int] = []

    def whole() -> Iterator[None]:
        shown.append(
            len(
                (
                    yield from layer.steps(
                        painter, WINDOW.centred(CENTRE), 1.0, Labels(), Groups(WINDOW, is_on=False)
                    )
                )
            )
        )

    assert list(whole())
    assert shown == [len(seat.session.people)]
    painter.end()
