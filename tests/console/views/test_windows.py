"""What the windows show: queue, case, map; and that a hanging or lost part is never hidden."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from config.geometry import moved
from console.desk.case import CaseId, CaseState
from console.state.feed_status import FeedState
from console.state.layouts import LayoutId
from console.state.people import Presence
from console.state.queue import Scope
from console.state.session import SelectionKind
from console.state.tiles import TileAddress, WindowId
from console.state.wall_first import fill_new_window
from console.views import theme
from ingest.errors import GridwallError
from tests.console.seat_kit import CENTRE, alert, case, position
from tests.console.views.conftest import Seat

FIRST = CaseId("2026-000001")


def test_a_first_start_is_useful_and_says_what_to_do(seat: Seat) -> None:
    assert "hub" in seat.window.queue_view.empty_text()
    assert seat.window.case_view.empty_text()
    assert all(size > 120 for sizes in seat.window.splitter_sizes().values() for size in sizes)


def test_new_cases_wait_behind_a_chip_while_the_keyboard_is_in_the_list(seat: Seat) -> None:
    seat.fill()
    seat.key(Qt.Key.Key_Down)
    queue_view = seat.window.queue_view
    before = queue_view.list.model().rowCount()
    now = seat.clock.utc_ns()
    seat.session.cases.apply([case(8, now_utc_ns=now, age_s=500)], now)
    assert queue_view.list.model().rowCount() == before
    assert queue_view.chip.isVisible()
    assert "1" in queue_view.chip.text()
    seat.key(Qt.Key.Key_Home)
    assert queue_view.list.model().rowCount() == before + 1
    assert not queue_view.chip.isVisible()


def test_a_hundred_new_cases_and_a_case_that_ends_keep_list_and_model_together(seat: Seat) -> None:
    seat.fill(3)
    now = seat.clock.utc_ns()
    many = [case(number, now_utc_ns=now, age_s=number) for number in range(10, 110)]
    seat.session.cases.apply(many, now)
    model = seat.window.queue_view.list.model()
    assert model.rowCount() == 103
    ended = [case(20, now_utc_ns=now, state=CaseState.CLOSED, version=2)]
    seat.session.cases.apply(ended, now)
    assert model.rowCount() == 102
    shown = [model.data(model.index(row, 0)) for row in range(102)]
    assert len(set(shown)) == 102


def test_a_number_in_the_header_filters_the_queue(seat: Seat) -> None:
    seat.fill(3)
    now = seat.clock.utc_ns()
    seat.session.cases.apply([case(9, now_utc_ns=now, age_s=5000, limit_s=60)], now)
    seat.session.tick()
    button = seat.window.header.scope_button(Scope.LATE)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert seat.session.queue.order == (CaseId("2026-000009"),)
    QTest.mouseClick(seat.window.header.scope_button(Scope.OPEN), Qt.MouseButton.LeftButton)
    assert len(seat.session.queue.order) == 4


def test_the_case_view_shows_box_candidates_and_why_somebody_cannot_go(seat: Seat) -> None:
    seat.fill()
    seat.session.open(FIRST)
    seat.wait(lambda: len(seat.session.candidates.get()) == 2)
    text = seat.window.case_view.candidates.plain_text()
    assert "李晓梅" in text
    assert "own grid" in text
    assert "400 s" in text
    assert seat.window.case_view.acts.button("dispatch").isEnabled()


def test_where_nobody_can_go_dispatch_is_off_and_says_why(seat: Seat) -> None:
    seat.fill()
    seat.hub.answers["candidates"] = {"candidates": []}
    seat.session.open(FIRST)
    seat.wait(lambda: seat.session.detail.get() is not None)
    button = seat.window.case_view.acts.button("dispatch")
    assert not button.isEnabled()
    assert "nobody" in button.toolTip().lower()


def test_an_answer_that_does_not_fit_is_said_and_the_window_goes_on(seat: Seat) -> None:
    seat.fill()
    seat.hub.answers["candidates"] = {"candidates": [{"nonsense": 1}]}
    seat.session.open(FIRST)
    seat.wait(seat.window.notice_line.isVisible)
    seat.wait(lambda: seat.session.detail.get() is not None)


def test_evidence_that_cannot_be_fetched_says_so(seat: Seat) -> None:
    def gone(_sha: str) -> bytes:
        raise GridwallError("no evidence abc")

    seat.fill()
    seat.cache.set_fetch(gone)
    seat.session.open(FIRST)
    seat.wait(lambda: "no evidence" in seat.window.case_view.evidence.words())


def test_a_stale_feed_raises_the_banner_with_its_age_and_it_leaves_by_itself(seat: Seat) -> None:
    seat.fill()
    live = seat.session.feed.get()
    seat.session.feed.set(live.moved(FeedState.STALE, "silent", seat.clock.mono_ns()))
    seat.clock.advance(65)
    seat.window.banner.refresh()
    assert seat.window.banner.isVisible()
    assert "1 min" in seat.window.banner.text()
    seat.session.feed.set(live.moved(FeedState.LIVE, "", seat.clock.mono_ns()))
    assert not seat.window.banner.isVisible()


def test_a_click_on_a_marker_selects_it_and_on_bare_ground_the_cameras_that_see_it(
    seat: Seat,
) -> None:
    seat.fill()
    view = seat.window.map_view
    view.show_whole()
    view.grab()
    while view.work.is_needed:
        view.work.step()
        view.grab()
    marker = next(one for one in view.seen(SelectionKind.CASE) if one.id == FIRST)
    view.pick(marker.x_px, marker.y_px)
    assert seat.opened == FIRST
    view.set_projection(view.projection.centred(CENTRE))
    view.grab()
    person = next(
        one
        for one in view.seen(SelectionKind.INSPECTOR)
        if view.marker_at(one.x_px, one.y_px) == one  # a case's pin may lie over somebody
    )
    view.pick(person.x_px, person.y_px)
    selected = seat.session.selection.get()
    assert selected is not None
    assert selected.kind is SelectionKind.INSPECTOR
    x, y = view.projection.to_screen(moved(CENTRE, -60, -60))
    assert view.marker_at(x, y) is None
    view.pick(x, y)
    selected = seat.session.selection.get()
    assert selected is not None
    assert selected.kind is SelectionKind.PLACE


def test_the_map_is_dragged_wheeled_and_moved_by_keys(seat: Seat) -> None:
    seat.fill()
    view = seat.window.map_view
    before = view.projection
    middle = QPoint(view.width() // 2, view.height() // 2)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    QTest.mouseMove(view, middle + QPoint(60, 10))
    _drag(view, middle, middle + QPoint(60, 10))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton)
    assert view.projection.centre_x < before.centre_x
    zoom = view.projection.zoom
    wheel = QWheelEvent(
        QPointF(middle), QPointF(view.mapToGlobal(middle)), QPoint(), QPoint(0, 240),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, wheel)
    assert view.projection.zoom == pytest.approx(zoom + 1)
    view.setFocus()
    west = view.projection.centre_x
    seat.key(Qt.Key.Key_Left)
    assert view.projection.centre_x < west
    seat.key(Qt.Key.Key_G, Qt.KeyboardModifier.ShiftModifier)
    assert view.projection.zoom < zoom + 1


def _drag(view: object, start: QPoint, end: QPoint) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    event = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(end), QPointF(end), Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    assert start != end
    QApplication.sendEvent(view, event)  # type: ignore[arg-type]


def test_an_alert_pulses_once_and_then_rests(seat: Seat) -> None:
    seat.fill()
    data = alert(30, now_utc_ns=seat.clock.utc_ns())
    seat.session.alert_raised.emit(data)
    assert seat.window.map_view.markers.cases.is_pulsing
    seat.clock.advance(2)
    assert not seat.window.map_view.markers.cases.is_pulsing


def test_panning_and_markers_repaint_without_painting_the_ground_again(seat: Seat) -> None:
    seat.fill()
    view = seat.window.map_view
    view.show_whole()
    view.grab()
    painted = view.ground.paint_count
    view.set_projection(view.projection.panned(10, 10))
    view.grab()
    now = seat.clock.utc_ns()
    seat.session.people.apply([position(1, now_utc_ns=now + 5_000_000_000)])
    view.grab()
    assert view.ground.paint_count == painted


def test_a_layer_that_is_switched_off_is_neither_drawn_nor_picked(seat: Seat) -> None:
    seat.fill()
    view = seat.window.map_view
    view.grab()
    assert len(view.seen(SelectionKind.CAMERA)) > 0
    view.legend.set_layer("cameras", on=False)
    view.grab()
    assert len(view.seen(SelectionKind.CAMERA)) == 0


def test_light_and_dark_change_the_picture_and_back(seat: Seat) -> None:
    seat.fill()
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    dark = seat.window.map_view.grab().toImage().pixelColor(5, 5)
    theme.use(application, theme.LIGHT)
    seat.window.retheme()
    light = seat.window.map_view.grab().toImage().pixelColor(5, 5)
    assert light.lightness() > dark.lightness() + 100
    theme.use(application, theme.DARK)
    seat.window.retheme()
    assert seat.window.map_view.grab().toImage().pixelColor(5, 5) == dark


def test_what_the_person_moved_is_remembered_and_reset_brings_the_first_arrangement(
    seat: Seat,
) -> None:
    from console.state.seat_memory import SeatMemory

    first = seat.window.splitter_sizes()
    splitter = seat.window.splitters["main"]
    splitter.setSizes([600, 800])
    seat.window.map_view.legend.set_layer("grid", on=False)
    memory = seat.window.remembered(SeatMemory())
    assert memory.splitters["main"] != first["main"]
    assert memory.hidden_layers == ("grid", "heat", "load")
    assert memory.map_zoom is not None
    seat.window.reset_arrangement()
    assert seat.window.splitter_sizes()["main"] == first["main"]


def test_an_offline_inspector_is_shown_as_offline(seat: Seat) -> None:
    seat.fill()
    seat.clock.advance(700)
    person = seat.session.people.get("insp-1")
    assert person is not None
    assert person.presence(seat.clock.utc_ns()) is Presence.OFFLINE
    assert not seat.window.map_view.grab().isNull()


def test_the_window_settles_at_every_width(seat: Seat) -> None:
    """A picture whose height followed its width beside a scroll bar once resized for ever: the
    bar came, the picture shrank, the bar went, the picture grew. The window hung.
    """
    seat.fill()
    seat.session.open(FIRST)
    seat.wait(lambda: seat.session.detail.get() is not None)
    for height in range(680, 900, 20):
        for width in range(1120, 1500, 40):
            seat.window.resize(width, height)
            rounds = 0
            resized = -1
            while resized != seat.window.case_view.evidence.resize_count and rounds < 50:
                resized = seat.window.case_view.evidence.resize_count
                QApplication.processEvents()
                rounds += 1
            assert rounds < 50, f"{width}×{height} never settles"


def test_a_new_wall_window_shows_the_site_and_one_a_person_arranged_is_left_alone(
    seat: Seat,
) -> None:
    window_id = WindowId("R")
    cameras = [camera.id for camera in seat.session.site.cameras]
    seat.wall.open_window(window_id, LayoutId("2x2"))
    fill_new_window(seat.wall, window_id, cameras)
    shown = [tile.camera_id for tile in seat.wall.window(window_id).tiles[:4]]
    assert shown == cameras[:4]
    seat.wall.put_camera(TileAddress(window_id, 0), cameras[5])
    fill_new_window(seat.wall, window_id, cameras)
    assert seat.wall.tile(TileAddress(window_id, 0)).camera_id == cameras[5]
