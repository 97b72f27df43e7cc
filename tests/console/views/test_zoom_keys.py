"""The zoom tool in a real window: keys, hint, frame drawn by the mouse, way back."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from console.state.tiles import WHOLE, Aspect, TileAddress
from console.state.wall import MAIN_WINDOW
from tests.console.views.conftest import Seat

FIRST = TileAddress(MAIN_WINDOW, 0)


def _zoom(seat: Seat) -> float:
    return seat.wall.tile(FIRST).zoom


@pytest.fixture
def zooming(seat: Seat) -> Seat:
    seat.fill()
    seat.wall.fill([camera.id for camera in seat.session.site.cameras])
    seat.wall.select(FIRST)
    seat.key(Qt.Key.Key_Z)
    return seat


def test_z_takes_the_tool_up_and_its_keys_count_before_the_maps(zooming: Seat) -> None:
    seat = zooming
    scale = seat.window.map_view.projection.zoom
    assert _zoom(seat) == pytest.approx(2.0)
    assert "Esc" in seat.view.tile_painters[0].hint
    seat.key(Qt.Key.Key_Plus)
    assert _zoom(seat) == pytest.approx(2.5, abs=0.01)
    before = seat.wall.tile(FIRST).region_norm
    seat.key(Qt.Key.Key_Right)
    assert seat.wall.tile(FIRST).region_norm[0] > before[0]
    assert seat.window.map_view.projection.zoom == scale
    seat.key(Qt.Key.Key_Return)
    assert seat.opened is None, "Enter keeps the zoom, it opens nothing"
    assert not seat.view.tile_painters[0].hint
    assert _zoom(seat) == pytest.approx(2.5, abs=0.01)
    seat.key(Qt.Key.Key_Plus)
    assert seat.window.map_view.projection.zoom != scale
    seat.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ShiftModifier)
    assert seat.wall.tile(FIRST).region_norm == WHOLE


def test_escape_is_the_whole_picture_again(zooming: Seat) -> None:
    zooming.key(Qt.Key.Key_Escape)
    assert zooming.wall.tile(FIRST).region_norm == WHOLE
    assert zooming.session.tools.zoom.address is None


def test_a_frame_drawn_with_the_tool_is_what_is_shown(zooming: Seat) -> None:
    seat = zooming
    seat.wall.set_region(FIRST, WHOLE)
    seat.wait(lambda: seat.view.tile_painters[0].placement.region_norm == WHOLE)
    rect = seat.view.tile_painters[0].picture_rect
    at = QPoint(rect.left() + rect.width() // 4, rect.top() + rect.height() // 4)
    to = at + QPoint(rect.width() // 4, rect.height() // 4)
    QTest.mousePress(seat.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    QTest.mouseMove(seat.view, to)
    QTest.mouseRelease(seat.view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, to)
    assert seat.wall.tile(FIRST).region_norm == pytest.approx((0.25, 0.25, 0.5, 0.5), abs=0.02)
    assert seat.view.tile_painters[0].band is None


def test_without_a_camera_the_key_says_why_not(seat: Seat) -> None:
    seat.wall.put_camera(FIRST, None)
    seat.key(Qt.Key.Key_Z)
    assert "camera" in seat.window.notice_line.text()


def test_opening_a_case_zooms_its_tile_to_the_box_and_time_takes_it_back(seat: Seat) -> None:
    seat.fill()
    alarm = seat.wall.alarms.by_id["alert-1"]
    seat.wall.alarms.raised(msgspec.structs.replace(alarm, box_norm=(0.4, 0.5, 0.5, 0.6)))
    seat.key(Qt.Key.Key_Down)
    seat.key(Qt.Key.Key_Return)
    address = seat.wall.selected
    assert address is not None
    assert seat.wall.tile(address).zoomed_for is not None
    seat.clock.advance(13)
    seat.session.tick()
    assert seat.wall.tile(address).region_norm == WHOLE


def test_the_aspect_key_goes_round_and_says_what_it_did(seat: Seat) -> None:
    seat.wall.fill([camera.id for camera in seat.session.site.cameras])
    seen = []
    for _ in range(4):
        seat.key(Qt.Key.Key_A)
        seen.append((seat.wall.tile(FIRST).aspect, seat.window.notice_line.text()))
    assert [aspect for aspect, _ in seen] == [Aspect.FIT, Aspect.CROP, Aspect.FILL, Aspect.AUTO]
    assert len({text for _, text in seen}) == 4
