"""The seat by keyboard alone: linkage, dispatch with its hold, digits, palette."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from console.desk.case import CaseId, CaseState
from console.state.feed_status import FeedState
from console.state.tiles import TileAddress
from console.state.wall import MAIN_WINDOW
from console.views.key_sheet import columns_of
from ingest.feed.query import QueryRefused
from tests.console.seat_kit import camera_id, case
from tests.console.views.conftest import Seat

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
FIRST, SECOND = CaseId("2026-000001"), CaseId("2026-000002")


def _open_first(seat: Seat) -> None:
    seat.key(Qt.Key.Key_Down)
    seat.key(Qt.Key.Key_Return)
    seat.wait(lambda: seat.session.candidates.get())


def test_enter_opens_the_case_under_the_cursor_with_wall_map_and_evidence(seat: Seat) -> None:
    seat.fill()
    seat.key(Qt.Key.Key_Down)
    seat.key(Qt.Key.Key_Down)
    assert seat.opened is None
    seat.key(Qt.Key.Key_Return)
    assert seat.opened == SECOND
    assert seat.wall.tile(TileAddress(MAIN_WINDOW, 0)).camera_id == camera_id(3)
    row = seat.session.cases.get(SECOND)
    assert row is not None
    assert row.case.snapshot is not None
    seat.wait(lambda: seat.cache.image(row.case.snapshot) is not None)

    def map_is_there() -> bool:
        assert row.place is not None
        x, y = seat.window.map_view.projection.to_screen(row.place)
        view = seat.window.map_view
        return abs(x - view.width() / 2) < 2 and abs(y - view.height() / 2) < 2

    seat.wait(map_is_there)
    seat.wait(lambda: seat.session.candidates.get())
    seat.wait(lambda: seat.session.detail.get() is not None)


def test_a_dispatch_is_held_five_seconds_and_then_sent_once(seat: Seat) -> None:
    seat.fill()
    _open_first(seat)
    seat.key(Qt.Key.Key_D)
    assert seat.window.hold_bar.isVisible()
    assert "5" in seat.window.hold_bar.text
    seat.clock.advance(4.9)
    seat.qtbot.wait(120)
    assert seat.hub.acts == []
    seat.clock.advance(0.2)
    seat.wait(lambda: seat.hub.acts)
    assert seat.hub.acts[0]["act"] == "dispatch"
    assert seat.hub.acts[0]["inspector_id"] == "insp-2"
    assert seat.hub.acts[0]["version"] == 1
    assert seat.hub.acts[0]["actor"] == "seat 1"
    assert not seat.window.hold_bar.isVisible()
    seat.wait(lambda: seat.session.cases.get(FIRST).case.state is CaseState.DISPATCHED)  # type: ignore[union-attr]
    assert len(seat.hub.acts) == 1


def test_escape_takes_a_held_dispatch_back(seat: Seat) -> None:
    seat.fill()
    _open_first(seat)
    seat.key(Qt.Key.Key_D)
    seat.key(Qt.Key.Key_Escape)
    assert not seat.window.hold_bar.isVisible()
    seat.clock.advance(10)
    seat.qtbot.wait(120)
    assert seat.hub.acts == []


def test_d_on_a_case_that_is_not_open_opens_it_first_so_that_the_operator_sees_whom(
    seat: Seat,
) -> None:
    seat.fill()
    seat.key(Qt.Key.Key_Down)
    seat.key(Qt.Key.Key_D)
    assert seat.opened == FIRST
    seat.wait(seat.window.hold_bar.isVisible)
    seat.key(Qt.Key.Key_Escape)


def test_digits_and_enter_call_a_camera_from_the_keypad_too(seat: Seat) -> None:
    seat.fill()
    seat.keypad("6")
    assert seat.window.digit_badge.isVisible()
    assert "6" in seat.window.digit_badge.text()
    seat.key(Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    assert seat.wall.tile(TileAddress(MAIN_WINDOW, 0)).camera_id == camera_id(6)
    assert not seat.window.digit_badge.isVisible()
    assert seat.opened is None


def test_expired_digits_are_not_a_camera_and_enter_means_open_again(seat: Seat) -> None:
    seat.fill()
    seat.key(Qt.Key.Key_5)
    seat.clock.advance(3.1)
    seat.key(Qt.Key.Key_Return)
    assert seat.wall.tile(TileAddress(MAIN_WINDOW, 0)).camera_id != camera_id(5)
    assert seat.opened == FIRST


def test_an_unknown_number_is_said(seat: Seat) -> None:
    seat.fill()
    for key in (Qt.Key.Key_9, Qt.Key.Key_9, Qt.Key.Key_Return):
        seat.key(key)
    assert "99" in seat.window.notice_line.text()


def test_shift_enter_files_a_proposal(seat: Seat) -> None:
    seat.fill(state=CaseState.PROPOSED)
    seat.key(Qt.Key.Key_Down)
    seat.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    seat.wait(lambda: seat.hub.acts)
    assert seat.hub.acts[0]["act"] == "file"
    assert seat.hub.acts[0]["case_id"] == FIRST


def test_void_asks_why_and_without_a_reason_nothing_is_sent(seat: Seat) -> None:
    seat.fill(state=CaseState.PROPOSED)
    seat.key(Qt.Key.Key_Down)
    seat.reason = None
    seat.key(Qt.Key.Key_X, CTRL_SHIFT)
    assert seat.hub.acts == []
    seat.reason = "a shadow"
    seat.key(Qt.Key.Key_X, CTRL_SHIFT)
    seat.wait(lambda: seat.hub.acts)
    assert seat.hub.acts[0]["note"] == "a shadow"


def test_the_second_operator_is_told_who_was_first(seat: Seat) -> None:
    seat.fill(state=CaseState.PROPOSED)
    values = {"act": "file", "actor": "seat 3", "utc": "2026-01-01T00:00:00Z"}
    answer = {"reason": "overtaken", "values": values}
    seat.hub.answers["act"] = QueryRefused("already filed", None, answer)
    seat.key(Qt.Key.Key_Down)
    seat.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    seat.wait(seat.window.notice_line.isVisible)
    assert "seat 3" in seat.window.notice_line.text()


def test_while_the_hub_is_away_nothing_is_sent_and_the_reason_is_said(seat: Seat) -> None:
    seat.fill(state=CaseState.PROPOSED)
    _open_first(seat)
    status = seat.session.feed.get()
    seat.session.feed.set(status.moved(FeedState.STALE, "silent", seat.clock.mono_ns()))
    assert seat.window.banner.isVisible()
    seat.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert seat.hub.acts == []
    assert "hub" in seat.window.notice_line.text()
    assert not seat.window.case_view.acts.button("file").isEnabled()
    assert "hub" in seat.window.case_view.acts.button("file").toolTip()
    seat.session.feed.set(status.moved(FeedState.LIVE, "", seat.clock.mono_ns()))
    assert not seat.window.banner.isVisible()
    assert seat.window.case_view.acts.button("file").isEnabled()


def test_space_acknowledges_the_priority_strip(seat: Seat) -> None:
    seat.fill()
    now = seat.clock.utc_ns()
    seat.session.cases.apply([case(9, now_utc_ns=now, kind="smoke", priority=1)], now)
    assert seat.window.strip.isVisible()
    assert seat.session.asking.urgent()
    seat.key(Qt.Key.Key_Space)
    assert not seat.session.asking.urgent()
    assert seat.window.strip.isVisible()


def test_the_palette_finds_and_calls_a_camera_and_keeps_letters_to_itself(seat: Seat) -> None:
    seat.fill()
    seat.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert seat.window.palette_card.isVisible()
    QTest.keyClicks(seat.window.palette_card.edit, "ddf")
    seat.key(Qt.Key.Key_D)
    assert not seat.window.hold_bar.isVisible()
    seat.window.palette_card.edit.setText("利津")
    seat.key(Qt.Key.Key_Return)
    assert not seat.window.palette_card.isVisible()
    assert seat.wall.tile(TileAddress(MAIN_WINDOW, 0)).camera_id == camera_id(6)


@pytest.mark.parametrize(
    ("key", "layout"),
    [
        (Qt.Key.Key_F1, "1x1"),
        (Qt.Key.Key_F2, "2x2"),
        (Qt.Key.Key_F3, "3x2"),
        (Qt.Key.Key_F8, "2+8"),
    ],
)
def test_function_keys_cut_the_wall(seat: Seat, key: Qt.Key, layout: str) -> None:
    seat.key(key)
    assert seat.wall.window(MAIN_WINDOW).layout_id == layout


def test_f_fills_the_wall_with_the_selected_tile_and_escape_goes_back(seat: Seat) -> None:
    seat.fill()
    seat.key(Qt.Key.Key_F)
    assert seat.wall.window(MAIN_WINDOW).full_index == 0
    seat.key(Qt.Key.Key_Escape)
    assert seat.wall.window(MAIN_WINDOW).full_index is None


def test_the_key_sheet_shows_every_key_and_closes_by_escape(seat: Seat) -> None:
    seat.key(Qt.Key.Key_Question, Qt.KeyboardModifier.ShiftModifier)
    assert seat.window.key_sheet.isVisible()
    seat.key(Qt.Key.Key_Escape)
    assert not seat.window.key_sheet.isVisible()


def test_the_input_method_is_off_but_in_text_fields(seat: Seat) -> None:
    hint = Qt.InputMethodQuery.ImEnabled
    for widget in (seat.window.queue_view.list, seat.window.map_view, seat.view, seat.window):
        assert not widget.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled), widget
    assert seat.window.palette_card.edit.inputMethodQuery(hint)


def test_a_desk_shows_four_linked_tiles(desk_seat: Seat) -> None:
    desk_seat.fill()
    desk_seat.key(Qt.Key.Key_Down)
    desk_seat.key(Qt.Key.Key_Return)
    shown = [tile.camera_id for tile in desk_seat.wall.window(MAIN_WINDOW).tiles[:4]]
    assert shown[0] == camera_id(2)
    assert None not in shown


def test_the_key_sheet_never_leaves_the_window(seat: Seat) -> None:
    seat.window.resize(1000, 640)
    seat.window.key_sheet.open()
    assert seat.window.rect().contains(seat.window.key_sheet.geometry())


def test_a_long_text_of_the_key_sheet_is_wrapped_and_whole(seat: Seat) -> None:
    seat.window.key_sheet.open()
    labels = seat.window.key_sheet.findChildren(QLabel)
    [long] = [
        label for label in labels if label.isVisible() and label.text().startswith("Stick turns")
    ]
    assert long.width() < long.fontMetrics().horizontalAdvance(long.text())
    assert long.height() >= long.heightForWidth(long.width())


@pytest.mark.parametrize("count", [1, 2, 3, 4, 9])
def test_groups_of_keys_fill_columns_evenly_in_their_order(count: int) -> None:
    heights = [11, 5, 20, 8, 13]
    columns = columns_of(heights, count)
    assert sum(columns) == len(heights)
    assert len(columns) <= count
    ends = [sum(columns[: i + 1]) for i in range(len(columns))]
    tallest = max(sum(heights[end - n : end]) for n, end in zip(columns, ends, strict=True))
    assert tallest == {1: 57, 2: 36, 3: 21, 4: 20, 9: 20}[count]
