"""What one does on the map: layers by mouse and key, further layers, measuring, a frame around cameras."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import time
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from config.geometry import distance_m, moved
from config.site import Checkpoint, Datum, Hours, PatrolRound, RoundId
from console.state.map_layers import FIRST_OFF, MapLayer, site_layer_name
from console.state.patrol_route import route_of
from console.state.session import SelectionKind
from console.state.site_layers import read_site_layers
from console.views.map_layers.shading import HEAT_CELL_PX, heat_of
from console.views.map_view import MapView
from console.views.people_words import moment_text
from console.views.shade_key import shade_texts
from tests.console.seat_kit import CENTRE
from tests.console.views.conftest import Seat

LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def view(seat: Seat) -> MapView:
    seat.fill()
    site = msgspec.structs.replace(
        seat.session.site,
        checkpoints=(
            Checkpoint("p1", "hydrant", "消防栓", moved(CENTRE, -120, 250)),
            Checkpoint("p2", "hydrant", "井盖", moved(CENTRE, 400, 300)),
        ),
    )
    seat.session.set_site(site)
    view = seat.window.map_view
    view.show_whole()
    view.grab()
    return view


def at(view: MapView, east: float, north: float) -> QPoint:
    x, y = view.projection.to_screen(moved(CENTRE, east, north))
    return QPoint(round(x), round(y))


def finished(view: MapView) -> QImage:
    """The map when every sheet is made."""
    image = view.grab().toImage()
    while view.work.is_needed:
        view.work.step()
        image = view.grab().toImage()
    return image


def test_layers_are_opened_and_switched_by_keys_alone(seat: Seat, view: MapView) -> None:
    seat.key(Qt.Key.Key_L, SHIFT)
    assert view.legend.isVisible()
    for _ in range(view.layers.names.index(MapLayer.LOAD.value)):  # off at first
        QTest.keyClick(seat.window.focusWidget(), Qt.Key.Key_Down)
    QTest.keyClick(seat.window.focusWidget(), Qt.Key.Key_Space)
    assert view.layers.is_on(MapLayer.LOAD)
    QTest.keyClick(seat.window.focusWidget(), Qt.Key.Key_Escape)
    assert not view.legend.isVisible()
    assert view.hasFocus()
    assert not seat.hub.acts  # Space switched a layer, it acknowledged nothing


def test_cells_and_heat_change_the_picture_only_when_wanted(view: MapView) -> None:
    assert set(view.layers.hidden()) == set(FIRST_OFF)
    plain = finished(view)
    for layer in (MapLayer.LOAD, MapLayer.HEAT):
        view.layers.set(layer.value, on=True)
        assert finished(view) != plain
        view.layers.set(layer.value, on=False)
        assert finished(view) == plain


def test_the_legend_says_what_the_shades_mean_while_they_are_shown(
    seat: Seat, view: MapView
) -> None:
    assert shade_texts() == ["1–2", "3–5", "6–11", "12+"]
    seat.key(Qt.Key.Key_L, SHIFT)
    assert not view.legend.shade_key.isVisible()
    low = view.legend.height()
    view.legend.set_layer(MapLayer.LOAD.value, on=True)
    assert view.legend.shade_key.isVisible()
    assert view.legend.height() > low  # the card makes room for it
    view.legend.set_layer(MapLayer.LOAD.value, on=False)
    assert not view.legend.shade_key.isVisible()
    assert view.legend.height() == low


def test_a_crowd_of_cases_glows_where_it_is() -> None:
    screen = np.array([[400.0, 300.0]] * 3 + [[1000.0, 100.0]])
    heat = heat_of(screen, 1280, 720)
    assert heat[300 // HEAT_CELL_PX, 400 // HEAT_CELL_PX] == pytest.approx(3.0, abs=0.01)
    assert heat[100 // HEAT_CELL_PX, 1000 // HEAT_CELL_PX] == pytest.approx(1.0, abs=0.01)
    assert heat[650 // HEAT_CELL_PX, 700 // HEAT_CELL_PX] < 1e-3
    assert heat_of(np.array([[-4_000.0, 10.0]]), 640, 480).max() == 0.0


def test_a_crowd_and_a_fast_drag_starve_neither_sheet(view: MapView) -> None:
    view.ground.paint_ms = view.markers.sheet.paint_ms = 50.0  # as with a whole district
    before = view.ground.paint_count, view.markers.sheet.paint_count
    for number in range(240):
        view.set_projection(view.projection.panned(40 if number // 40 % 2 else -40, 0))
        view.markers.sheet.outdate()
        view.grab()
        view.work.step()
        view.ground.paint_ms = view.markers.sheet.paint_ms = 50.0
    assert view.ground.paint_count > before[0]
    assert view.markers.sheet.paint_count > before[1]


def test_check_points_say_whether_they_were_visited(seat: Seat, view: MapView) -> None:
    seat.session.patrol.set({"p1": 1_767_230_000_000, "p2": None})
    finished(view)
    marker = view.marker_at(*at(view, -120, 250).toTuple())
    assert marker is not None
    assert (marker.kind, marker.id) == (SelectionKind.CHECKPOINT, "p1")
    card = view._card
    card.show_for(marker)
    assert card.text() == "消防栓\nhydrant · visited " + moment_text(1_767_230_000_000)
    card.show_for(view.marker_at(*at(view, 400, 300).toTuple()))
    assert "missed so far" in card.text()


def test_a_sites_own_layers_are_shown_named_and_switched(
    seat: Seat, view: MapView, tmp_path: Path
) -> None:
    spot = moved(CENTRE, 330, 250)
    features = [
        {"type": "Feature", "properties": {"name": "油库"},
         "geometry": {"type": "Point", "coordinates": [spot.lon_deg, spot.lat_deg]}},
        {"type": "Feature", "properties": {},
         "geometry": {"type": "Point", "coordinates": [spot.lat_deg, spot.lon_deg]}},
    ]  # fmt: skip
    path = tmp_path / "hazards.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    layers = read_site_layers((path, tmp_path / "gone.geojson"), Datum.WGS84)
    assert "swapped" in layers[0].problems[0]
    assert "cannot be read" in layers[1].problems[0]
    view.set_site_layers(layers)
    finished(view)
    marker = view.marker_at(*at(view, 330, 250).toTuple())
    assert marker is not None
    view._card.show_for(marker)
    assert view._card.text() == "hazards · 油库"
    view.legend.set_layer(site_layer_name("hazards"), on=False)
    finished(view)
    assert view.marker_at(*at(view, 330, 250).toTuple()) is None
    assert site_layer_name("hazards") in view.layers.hidden()


def test_a_line_is_measured_by_mouse_and_an_area_closes(seat: Seat, view: MapView) -> None:
    seat.key(Qt.Key.Key_M, SHIFT)
    for east, north in ((0, 0), (100, 0), (100, 100)):
        QTest.mouseClick(view, LEFT, pos=at(view, east, north))
    measure = view.hand.measure
    assert measure.length_m == pytest.approx(200, rel=0.03)
    assert measure.area_m2 == pytest.approx(5_000, rel=0.05)
    assert "m²" in view.hand.measure_text()
    QTest.keyClick(view, Qt.Key.Key_Backspace)
    assert measure.area_m2 is None
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not measure.is_open
    assert seat.session.selection.get() is None  # no click selected anything


def test_a_line_is_measured_by_keys_alone(seat: Seat, view: MapView) -> None:
    seat.key(Qt.Key.Key_M, SHIFT)
    QTest.keyClick(view, Qt.Key.Key_Return)
    first = view.hand.measure.points[0]
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Return)
    walked = distance_m(first, view.projection.centre)
    assert view.hand.measure.length_m == pytest.approx(walked, rel=1e-6)
    assert walked > 10


def test_markers_are_chosen_by_keys_alone(seat: Seat, view: MapView) -> None:
    finished(view)
    seat.key(Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    picker = view.hand.picker
    began = picker.chosen
    assert began is not None
    assert view._card.isVisible()
    everything = {(marker.kind, marker.id) for kind in SelectionKind for marker in view.seen(kind)}
    reached = {(began.kind, began.id)}
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left, Qt.Key.Key_Down) * 2:
        before = picker.chosen
        assert before is not None
        QTest.keyClick(view, key)
        after = picker.chosen
        assert after is not None
        if after != before:  # nothing lies that way, or the step goes that way
            moved_px = (after.x_px - before.x_px, after.y_px - before.y_px)
            forward = {
                Qt.Key.Key_Right: moved_px[0],
                Qt.Key.Key_Left: -moved_px[0],
                Qt.Key.Key_Down: moved_px[1],
                Qt.Key.Key_Up: -moved_px[1],
            }[key]
            assert forward > 0
        reached.add((after.kind, after.id))
    assert len(reached) > 2
    assert reached <= everything
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert not picker.is_open
    assert not view._card.isVisible()
    assert seat.session.selection.get() is not None or seat.session.open_case.get() is not None


def test_the_chosen_marker_is_followed_and_escape_opens_nothing(seat: Seat, view: MapView) -> None:
    finished(view)
    seat.key(Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    before = view.hand.picker.chosen
    assert before is not None
    view.set_projection(view.projection.panned(30, 20))
    after = view.hand.picker.chosen
    assert after is not None
    assert after.id == before.id
    assert (after.x_px - before.x_px, after.y_px - before.y_px) == pytest.approx((30, 20))
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.hand.picker.is_open
    assert seat.session.selection.get() is None


def test_choosing_ends_where_the_keys_go_elsewhere(seat: Seat, view: MapView) -> None:
    finished(view)
    control = Qt.KeyboardModifier.ControlModifier
    seat.key(Qt.Key.Key_M, control)
    assert view.hand.picker.is_open
    seat.window.queue_view.list.setFocus()
    assert not view.hand.picker.is_open
    assert not view._card.isVisible()
    for is_open in (True, False):  # the same key takes it up and lays it down
        seat.key(Qt.Key.Key_M, control)
        assert view.hand.picker.is_open is is_open


def test_a_frame_around_cameras_brings_them_to_empty_tiles(seat: Seat, view: MapView) -> None:
    wall = seat.wall
    for address in wall.addresses():
        wall.put_camera(address, None)
    QTest.mousePress(view, LEFT, SHIFT, at(view, -60, 60))
    for end in (at(view, 100, 0), at(view, 340, -60)):
        QTest.mouseMove(view, end)
    QTest.mouseRelease(view, LEFT, SHIFT, at(view, 340, -60))
    shown = {wall.tile(address).camera_id for address in wall.addresses()}
    assert {"cam-0001", "cam-0002", "cam-0003"} <= shown
    assert "cam-0004" not in shown
    assert "3 cameras" in (seat.session.notice.get().text or "")  # type: ignore[union-attr]


def test_dragging_faster_than_sheets_are_made_still_renews_the_ground(view: MapView) -> None:
    """A crowd that always has another sheet to make must not keep the ground from being made."""
    view.ground.paint_ms = view.markers.sheet.paint_ms = 50.0  # as with a whole district
    before = view.ground.paint_count
    for _ in range(120):
        view.set_projection(view.projection.panned(9, 4))
        view.markers.sheet.outdate()
        view.grab()
        view.work.step()
    assert view.ground.paint_count > before


def test_a_frame_with_ctrl_lists_the_people_inside(seat: Seat, view: MapView) -> None:
    people = seat.session.people.all()
    xs, ys = zip(*(view.projection.to_screen(person.place) for person in people), strict=True)
    first = QPoint(round(min(xs)) - 20, round(min(ys)) - 20)
    last = QPoint(round(max(xs)) + 20, round(max(ys)) + 20)
    both = SHIFT | Qt.KeyboardModifier.ControlModifier
    QTest.mousePress(view, LEFT, both, first)
    for end in (QPoint((first + last) / 2), last):
        QTest.mouseMove(view, end)
    QTest.mouseRelease(view, LEFT, both, last)
    sheet = seat.window.people_sheet
    assert sheet.isVisible()
    assert {row.inspector_id for row in sheet.rows()} == {person.inspector_id for person in people}
    seat.key(Qt.Key.Key_Escape)
    assert not sheet.isVisible()
    assert len(sheet.rows()) == len(seat.session.site.inspectors)
    inside = people[0]
    x, y = view.projection.to_screen(inside.place)
    QTest.mousePress(view, LEFT, both, QPoint(round(x) - 9, round(y) - 9))
    QTest.mouseMove(view, QPoint(round(x) + 5, round(y) + 5))
    QTest.mouseMove(view, QPoint(round(x) + 9, round(y) + 9))
    QTest.mouseRelease(view, LEFT, both, QPoint(round(x) + 9, round(y) + 9))
    assert inside.inspector_id in {row.inspector_id for row in sheet.rows()}
    assert len(sheet.rows()) < len(seat.session.site.inspectors)


def crowd(seat: Seat, count: int) -> None:
    """`count` check points of two classes within 300 m."""
    points = tuple(
        Checkpoint(f"k{n}", "井盖" if n % 4 else "消防栓", f"点 {n}", moved(CENTRE, n % 20 * 15, n // 20 * 15))
        for n in range(count)
    )  # fmt: skip
    seat.session.set_site(msgspec.structs.replace(seat.session.site, checkpoints=points))


def test_what_stands_too_close_is_one_plate_that_opens(seat: Seat, view: MapView) -> None:
    crowd(seat, 400)
    view.set_projection(
        dataclasses.replace(view.projection.centred(moved(CENTRE, 150, 150)), zoom=14.0)
    )
    finished(view)
    plates = list(view.seen(SelectionKind.GROUP))
    alone = list(view.seen(SelectionKind.CHECKPOINT))
    assert plates
    texts = [view.markers.name_of(plate) for plate in plates]
    counts = [int(re.search(r"(\d+) check points", text).group(1)) for text in texts]  # type: ignore[union-attr]
    assert sum(counts) + len(alone) == 400, "everybody is counted once"
    assert view.seen(SelectionKind.CASE), "cases are never grouped"
    before = view.projection.zoom
    plate = plates[0]
    view.pick_marker(plate)
    assert view.projection.zoom > before
    view.legend.set_layer(MapLayer.GROUPS.value, on=False)
    view.set_projection(
        dataclasses.replace(view.projection, zoom=14.0).centred(moved(CENTRE, 150, 150))
    )
    finished(view)
    assert not list(view.seen(SelectionKind.GROUP))
    assert len(list(view.seen(SelectionKind.CHECKPOINT))) == 400


def test_plates_stay_on_their_ground_while_the_map_is_dragged(seat: Seat, view: MapView) -> None:
    crowd(seat, 400)
    view.set_projection(
        dataclasses.replace(view.projection.centred(moved(CENTRE, 150, 150)), zoom=14.0)
    )
    finished(view)
    before = sorted(view.markers.name_of(plate) for plate in view.seen(SelectionKind.GROUP))
    view.set_projection(view.projection.panned(37, 23))
    view.markers.sheet.outdate()
    finished(view)
    assert sorted(view.markers.name_of(plate) for plate in view.seen(SelectionKind.GROUP)) == before


def test_one_class_of_check_points_is_chosen_in_the_legend(seat: Seat, view: MapView) -> None:
    crowd(seat, 40)
    finished(view)
    assert len(list(view.seen(SelectionKind.CHECKPOINT))) == 40
    view.legend.button.setChecked(True)
    box = view.legend.class_box
    assert [box.itemText(n) for n in range(box.count())] == ["Every class", "井盖", "消防栓"]
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    QTest.keyClick(box, Qt.Key.Key_Down)
    finished(view)
    assert len(list(view.seen(SelectionKind.CHECKPOINT))) == 10
    assert box.isVisible()
    view.legend.set_layer(MapLayer.CHECKPOINTS.value, on=False)
    assert not box.isVisible()


def test_the_planned_route_of_a_round_is_drawn(seat: Seat, view: MapView) -> None:
    planned = PatrolRound(
        RoundId("r"), "上午", Hours(time(8), time(11)), route=("p2", "p1", "gone")
    )
    site = msgspec.structs.replace(seat.session.site, rounds=(planned,))
    seat.session.set_site(site)
    before = finished(view)
    route = route_of(site, "r")
    assert [round(place.lat_deg, 6) for place in route] == [
        round(point.place.lat_deg, 6) for point in reversed(site.checkpoints)
    ]
    assert route_of(site, None) == ()
    seat.session.patrol_route.set(route)
    assert finished(view) != before
    seat.session.patrol_route.set(())
    assert finished(view) == before
