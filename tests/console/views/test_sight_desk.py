"""An operator is told what a camera cannot see: a line when it changes, a badge while it lasts."""

from __future__ import annotations

import time

import msgspec
import pytest

from config.site import CameraId
from console.state.intake import FeedIntake
from console.state.snapshot_parts import SnapshotParts
from console.views.sight_desk import SightDesk
from console.views.tile_badges import badges_of
from console.views.words import note_text
from ingest.feed.envelope import Noun, new_event
from tests.console.views.conftest import Seat
from vision.alerts import AlertKind
from vision.sight import QuietPlace, Sanity, SightData

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


def test_a_suppressed_place_is_said_once_with_the_way_back_and_is_no_poor_sight(seat: Seat) -> None:
    seat.session.notice.set(None)
    desk = SightDesk(seat.session)
    quiet = QuietPlace(
        AlertKind.SMOKE, (0.1, 0.1, 0.2, 0.2), 4, "2026-11-20T08:00:00Z", "2026-11-23T08:00:00Z"
    )
    sight = SightData(CAMERA, Sanity.GOOD, (), "2026-11-23T00:00:00Z", quiet=(quiet,))
    event = new_event(Noun.SIGHT, "changed", sight, source="/worker", utc_ns=time.time_ns())
    FeedIntake(seat.session).take_events((event,))
    notice = seat.session.notice.get()
    assert notice is not None
    assert "4 were rejected there" in notice.text
    assert "zone editor" in notice.text
    assert badges(seat) == ()
    assert seat.wall.eyesight.poor == ()
    held = msgspec.structs.replace(sight, quiet=(msgspec.structs.replace(quiet, held_count=1),))
    event = new_event(Noun.SIGHT, "changed", held, source="/worker", utc_ns=time.time_ns())
    FeedIntake(seat.session).take_events((event,))
    assert seat.session.notice.get() == notice  # not again for every alert that is held
    known = seat.wall.eyesight.known(CAMERA)
    assert known is not None
    assert known.quiet[0].held_count == 1
    assert desk is not None


def test_a_camera_that_looks_elsewhere_wears_it_as_a_badge(seat: Seat) -> None:
    sight = SightData(CAMERA, Sanity.GOOD, (), "2026-11-23T00:00:00Z", resting=("z1", "z2"))
    event = new_event(Noun.SIGHT, "changed", sight, source="/worker", utc_ns=time.time_ns())
    FeedIntake(seat.session).take_events((event,))
    assert badges(seat) == ("looks elsewhere: 2 zone(s) rest",)


@pytest.mark.parametrize(
    ("note", "text"),
    [
        (
            "crowd.dense level=1.7 trend=rising limit_s=20",
            "denser than allowed (1.7× the limit), getting denser, limit 20 s",
        ),
        (
            "smoke.persists seen_s=4 limit_s=3 rejected_here=2 "
            "rejected_since=2026-01-01T00:00:00Z rejected_last=2026-01-02T08:30:00Z",
            "seen for 4 s, limit 3 s · 2 like it were rejected here, last at 2026-01-02 08:30",
        ),
    ],
)
def test_a_rules_words_are_the_operators(note: str, text: str) -> None:
    assert note_text(note) == text
