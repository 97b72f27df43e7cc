"""The case sheet says what must be put right before a case is closed, and since when it is late."""

from __future__ import annotations

import msgspec
import pytest

from console.desk.case import CaseData, CaseState, Rectification
from console.views import theme
from ingest.feed.envelope import utc_text
from tests.console.seat_kit import case
from tests.console.views.conftest import Seat

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
HOUR_NS = 3_600 * 10**9


def shown(seat: Seat, **fields: object) -> tuple[str, str]:
    """What the sheet of an open case says of its hazard, and in which style."""
    now = seat.clock.utc_ns()
    seat.fill(1)
    made = case(7, now_utc_ns=now, age_s=50, state=CaseState.VERIFYING)
    changed: CaseData = msgspec.structs.replace(made, **fields)
    seat.session.cases.apply([changed], now)
    seat.session.open(changed.case_id)
    line = seat.window.case_view.hazard
    return (line.text() if not line.isHidden() else "", line.styleSheet())


def hazard(seat: Seat, due_in_ns: int, **fields: object) -> Rectification:
    now = seat.clock.utc_ns()
    made = Rectification("blocked exit", utc_text(now - HOUR_NS), utc_text(now + due_in_ns))
    return msgspec.structs.replace(made, **fields)


def test_a_case_without_a_hazard_says_nothing(seat: Seat) -> None:
    assert shown(seat)[0] == ""


def test_a_kind_that_needs_it_says_so_before_anybody_demanded(seat: Seat) -> None:
    text, _style = shown(seat, must_rectify=True)
    assert text == "Closed only once a hazard was put right and written off"


def test_it_waits_until_its_day_then_it_is_late_in_red(seat: Seat) -> None:
    text, style = shown(seat, rectification=hazard(seat, HOUR_NS))
    assert text.startswith("Hazard until ")
    assert theme.COLOURS.amber in style
    line = seat.window.case_view.hazard
    line.show_case(
        msgspec.structs.replace(
            case(7, now_utc_ns=seat.clock.utc_ns(), age_s=50),
            rectification=hazard(seat, -HOUR_NS),
        ),
        seat.clock.utc_ns(),
    )
    assert line.text().startswith("Hazard not put right since ")
    assert theme.COLOURS.alarm in line.styleSheet()


def test_reported_and_written_off_are_told_apart(seat: Seat) -> None:
    reported = hazard(seat, HOUR_NS, reported_utc=utc_text(seat.clock.utc_ns()))
    assert shown(seat, rectification=reported)[0] == (
        "Hazard put right, to be looked at: blocked exit"
    )
    line = seat.window.case_view.hazard
    done = msgspec.structs.replace(reported, written_off_utc=utc_text(seat.clock.utc_ns()))
    made = case(7, now_utc_ns=seat.clock.utc_ns(), age_s=50)
    line.show_case(msgspec.structs.replace(made, rectification=done), seat.clock.utc_ns())
    assert line.text() == "Hazard written off: blocked exit"
