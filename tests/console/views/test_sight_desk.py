"""An operator is told what a camera cannot see: a line when it changes, a badge while it lasts."""

from __future__ import annotations

import time

import msgspec

from config.site import CameraId
from console.state.intake import FeedIntake
from console.state.snapshot_parts import SnapshotParts
from console.views.sight_desk import SightDesk
from console.views.tile_badges import badges_of
from ingest.feed.envelope import Noun, new_event
from tests.console.views.conftest import Seat
from vision.sight import Sanity, SightData

CAMERA = CameraId("cam-0001")


def tell(seat: Seat, state: Sanity, *rules_off: str) -> str:
    sight = SightData(CAMERA, state, rules_off, "2026-11-23T00:00:00Z")
    event = new_event(Noun.SIGHT, "changed", sight, source="/worker", utc_ns=time.time_ns())
    FeedIntake(seat.session).take_events((event,))
    notice = seat.session.notice.get()
    return "" if notice is None else notice.text


def badges(seat: Seat) -> tuple[str, ...]:
    return badges_of(seat.wall, CAMERA, seat.clock.utc_ns())


def test_a_covered_camera_is_said_once_and_shown_until_it_sees_again(seat: Seat) -> None:
    seat.session.notice.set(None)
    desk = SightDesk(seat.session)
    assert "stand still" in tell(seat, Sanity.BLOCKED)
    assert badges(seat) == ("picture covered",)
    number = seat.session.notice.get()
    tell(seat, Sanity.BLOCKED)
    assert seat.session.notice.get() == number  # not again
    assert "sees well again" in tell(seat, Sanity.GOOD)
    assert badges(seat) == ()
    assert "zone z1 failed" in tell(seat, Sanity.GOOD, "z1")
    assert desk is not None


def test_a_seat_that_comes_later_knows_it_from_the_snapshot(seat: Seat) -> None:

    sight = SightData(CAMERA, Sanity.MOVED, (), "2026-11-23T00:00:00Z")
    raw = msgspec.Raw(msgspec.json.encode(sight))
    FeedIntake(seat.session).take_snapshot(SnapshotParts(sights=(raw,)))
    assert badges(seat) == ("camera turned: zones do not fit",)
    FeedIntake(seat.session).take_snapshot(SnapshotParts())
    assert badges(seat) == ()
