"""Fences by keys: drawn on the map, listed, watched otherwise, removed; crossings are said."""

from __future__ import annotations

import time
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from config.geometry import GeoPoint, moved
from config.site import Fence, FenceId, FenceWatch, InspectorId
from console.bridge.register_line import RegisterLine
from console.desk.fence_data import FenceCrossed
from console.state import fences
from console.state.intake import FeedIntake
from console.views.fence_commands import FenceCommands
from console.views.fences_dialog import FenceDeed, FencesDialog
from console.views.map_view import MapView
from console.views.name_dialog import NameDialog
from ingest.feed.envelope import Noun, new_event
from tests.console.seat_kit import CENTRE
from tests.console.views.conftest import Seat

SHIFT = Qt.KeyboardModifier.ShiftModifier


def square(middle: GeoPoint, metres: float) -> tuple[GeoPoint, ...]:
    ways = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return tuple(moved(middle, east * metres, north * metres) for east, north in ways)


HARBOUR = Fence(FenceId("f1"), "码头", square(CENTRE, 400))


class Answers:
    """What the person does in each dialog that comes."""

    def __init__(self) -> None:
        self.dialogs: list[QDialog] = []
        self.name = "集市"
        self.deed = FenceDeed.SHOW

    def __call__(self, dialog: QDialog) -> bool:
        self.dialogs.append(dialog)
        if isinstance(dialog, NameDialog):
            dialog.name_edit.setText(self.name)
        if isinstance(dialog, FencesDialog):
            dialog.deed = self.deed
        return True


class Desk:
    def __init__(self, seat: Seat, view: MapView) -> None:
        self.answers = Answers()
        self.written: list[dict[str, Any]] = []
        line = RegisterLine(seat.hub, seat.errands, "seat 1")
        self.commands = FenceCommands(seat.session, line, view.measure, self.answers)
        view.hand.measure.kept.connect(self.commands.keep)
        content = fences.entries([HARBOUR])
        seat.hub.answers["register.get"] = {"content": content, "version": "v7"}
        seat.hub.answers["register.put"] = self._put

    def _put(self, fields: dict[str, Any]) -> dict[str, Any]:
        assert (fields["name"], fields["version"]) == ("fences", "v7")
        self.written = fields["content"]
        return {"warnings": []}


@pytest.fixture
def view(seat: Seat) -> MapView:
    seat.fill()
    view = seat.window.map_view
    view.show_whole()
    view.grab()
    return view


@pytest.fixture
def desk(seat: Seat, view: MapView) -> Desk:
    return Desk(seat, view)


def said(seat: Seat) -> str:
    notice = seat.session.notice.get()
    return "" if notice is None else notice.text


def test_an_area_is_drawn_and_kept_by_keys_alone(seat: Seat, view: MapView, desk: Desk) -> None:
    seat.key(Qt.Key.Key_M, SHIFT)
    QTest.keyClick(view, Qt.Key.Key_Return)
    QTest.keyClick(view, Qt.Key.Key_F)
    assert "three corners" in said(seat)
    for way in (Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(view, way)
        QTest.keyClick(view, Qt.Key.Key_Return)
    QTest.keyClick(view, Qt.Key.Key_F)
    assert not view.hand.measure.is_open
    seat.wait(lambda: len(desk.written) == 2)
    assert [entry["name"] for entry in desk.written] == ["码头", "集市"]
    assert len(desk.written[1]["ring"]) == 3
    assert desk.written[1]["watch"] == "both"
    seat.wait(lambda: "集市" in said(seat))


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_the_list_says_who_is_inside_and_changes_what_is_told(
    seat: Seat, view: MapView, desk: Desk
) -> None:
    site = seat.session.site
    seat.session.set_site(type(site)(**{**_fields(site), "fences": (HARBOUR,)}))
    desk.answers.deed = FenceDeed.WATCH
    desk.commands.open_list()
    (dialog,) = desk.answers.dialogs
    assert isinstance(dialog, FencesDialog)
    row = dialog.list.topLevelItem(0)
    assert row is not None
    assert [row.text(column) for column in (0, 1)] == ["码头", "entering and leaving"]
    now_utc_ns = seat.clock.utc_ns()
    within = fences.inside(HARBOUR, seat.session.people.all(), now_utc_ns)
    assert within
    assert row.text(3) == str(len(within))
    seat.wait(lambda: len(desk.written) == 1)
    assert desk.written[0]["watch"] == FenceWatch.ENTER.value
    desk.answers.deed = FenceDeed.REMOVE
    desk.commands.open_list()
    seat.wait(lambda: desk.written == [])


def _fields(site: Any) -> dict[str, Any]:
    return {name: getattr(site, name) for name in site.__struct_fields__}


def test_a_crossing_is_said_at_the_seat(seat: Seat, desk: Desk) -> None:
    crossed = FenceCrossed(
        InspectorId("insp-2"), HARBOUR.id, HARBOUR.name, True, 36.1, 120.3, "2026-11-27T00:00:00Z"
    )
    event = new_event(Noun.UNIT, "fence", crossed, source="/hub", utc_ns=time.time_ns())
    FeedIntake(seat.session).take_events((event,))
    assert "entered 码头" in said(seat)


def test_a_fence_is_drawn_where_it_is(seat: Seat, view: MapView) -> None:
    def picture() -> bytes:
        image = view.grab().toImage()
        while view.work.is_needed:
            view.work.step()
            image = view.grab().toImage()
        return bytes(image.constBits())

    before = picture()
    site = seat.session.site
    seat.session.set_site(type(site)(**{**_fields(site), "fences": (HARBOUR,)}))
    assert picture() != before
    view.legend.set_layer("fences", on=False)
    assert picture() == before
