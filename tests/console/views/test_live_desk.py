"""A phone that goes live: told at every seat, on the wall of who works on its case."""

from __future__ import annotations

import time

import msgspec

from config.site import Camera, CameraId, InspectorId
from console.desk.live_data import LiveVideoData
from console.state.intake import FeedIntake
from console.state.snapshot_parts import SnapshotParts
from console.views.live_desk import LiveDesk
from ingest.feed.envelope import Noun, new_event
from tests.console.views.conftest import Seat

PHONE = CameraId("phone-i-001")


def data(*, is_live: bool = True, case_id: str | None = None) -> LiveVideoData:
    since_utc = "2026-11-26T00:00:00Z"
    return LiveVideoData(InspectorId("i-001"), PHONE, is_live, since_utc, case_id)  # type: ignore[arg-type]


def tell(seat: Seat, live: LiveVideoData) -> str:
    event = new_event(Noun.UNIT, "live", live, source="/hub", utc_ns=time.time_ns())
    FeedIntake(seat.session).take_events((event,))
    notice = seat.session.notice.get()
    return "" if notice is None else notice.text


def register(seat: Seat) -> None:
    site = seat.session.site
    phone = Camera(id=PHONE, name="Phone", main_url="rtsp://127.0.0.1/phone-i-001")
    seat.session.set_site(msgspec.structs.replace(site, cameras=(*site.cameras, phone)))


def shown(seat: Seat) -> set[CameraId]:
    return {
        tile.camera_id for w in seat.wall.windows.values() for tile in w.tiles if tile.camera_id
    }


def test_a_phone_on_the_open_case_comes_to_the_wall_once_it_is_in_the_register(seat: Seat) -> None:
    desk = LiveDesk(seat.session)
    seat.fill()
    case_id = seat.session.cases.rows()[0].id
    seat.session.open(case_id)
    assert "live from the spot" in tell(seat, data(case_id=case_id))
    assert PHONE not in shown(seat), "the register does not know it yet"
    register(seat)
    assert PHONE in shown(seat)
    assert "not live any more" in tell(seat, data(is_live=False))
    assert seat.session.live.camera_of("i-001") is None
    assert desk is not None


def test_other_seats_are_told_and_choose_it_with_the_inspector(seat: Seat) -> None:
    desk = LiveDesk(seat.session)
    register(seat)
    assert "is live" in tell(seat, data())
    assert PHONE not in shown(seat), "nobody's tile is taken"
    seat.session.select_inspector("i-001")
    assert PHONE in shown(seat)
    assert desk is not None


def test_a_seat_that_comes_later_knows_it_from_the_snapshot(seat: Seat) -> None:
    raw = msgspec.Raw(msgspec.json.encode(data()))
    FeedIntake(seat.session).take_snapshot(SnapshotParts(live=(raw,)))
    assert seat.session.live.camera_of("i-001") == PHONE
