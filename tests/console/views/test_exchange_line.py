"""How a case stands with other platforms is told at the case, troubles first to see."""

from __future__ import annotations

from console.state.candidates import Exchanged
from console.views.exchange_line import exchanged_text
from tests.console.views.conftest import Seat


def test_a_receipt_and_a_wait_read_as_what_they_are(seat: Seat) -> None:
    utc = "2026-11-27T02:00:00Z"
    good = Exchanged("out", "City", "offer", "accepted", utc, their_ref="C-4")
    assert exchanged_text(good).startswith("→ City: handed over")
    assert exchanged_text(good).endswith("receipt: accepted (C-4)")
    waits = Exchanged("out", "City", "closed", "waiting", utc, 3, "answers 503")
    assert exchanged_text(waits).endswith("no receipt yet, 3 tries: answers 503")
    came = Exchanged("in", "City", "withdrawn", "refused", utc, reason_text="not with you")
    assert exchanged_text(came).startswith("← City: withdrawn")


def test_a_low_disk_of_the_hub_is_told_once(seat: Seat) -> None:
    seat.hub.answers["count"] = {
        "open": 1,
        "late": 0,
        "today": 1,
        "disk_low_mb": 700,
        "disk_least_mb": 500,
    }
    seat.desk.read_head()
    seat.wait(lambda: seat.session.disk_low.get() == (700, 500))
    notice = seat.session.notice.get()
    assert notice is not None
    assert "700 MB" in notice.text
    seat.session.say("something else")
    seat.session.disk_low.set((699, 500))
    assert seat.session.notice.get().text == "something else"  # type: ignore[union-attr]
    seat.session.disk_low.set(None)
    seat.session.disk_low.set((600, 500))
    assert "600 MB" in seat.session.notice.get().text  # type: ignore[union-attr]


def test_a_case_nobody_else_knows_of_has_no_such_line(seat: Seat) -> None:
    assert not seat.window.case_view.exchange.isVisible()
