"""What is drawn into pictures goes round by one key: boxes, zones, trails, nothing. Read from painted pixels."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from config.geometry import ImagePoint, moved
from config.site import Zone, ZoneId, ZoneKind
from console.state.intake import FeedIntake
from console.state.tile_marks import MarkLevel
from console.state.tiles import TileAddress
from console.state.wall import MAIN_WINDOW
from console.views import theme
from console.views.tile_look import text_px
from ingest.feed.envelope import Noun, new_event, utc_text
from tests.console.seat_kit import camera_id, position, position_event
from tests.console.views.conftest import Seat
from vision.track_news import TrackSeen, TracksSeenData

SQUARE = tuple(ImagePoint(x, y) for x, y in ((0.1, 0.2), (0.3, 0.2), (0.3, 0.6), (0.1, 0.6)))


def _has_ink(seat: Seat, x_norm: float, y_norm: float, ink: str) -> bool:
    """Whether a pixel within 2 px of a point of the first tile's picture has about this colour."""
    painter = seat.view.tile_painters[0]
    x, y, _, _ = painter.placement.box_px((x_norm, y_norm, x_norm, y_norm))
    image = seat.view.grab().toImage()
    left, top = round(painter.rect.x() + x), round(painter.rect.y() + y)
    around = [(left + dx, top + dy) for dx in range(-2, 3) for dy in range(-2, 3)]
    found = [image.pixelColor(at_x, at_y) for at_x, at_y in around]
    want = QColor(ink)
    return any(
        max(
            abs(one.red() - want.red()),
            abs(one.green() - want.green()),
            abs(one.blue() - want.blue()),
        )
        < 45
        for one in found
    )


def test_one_key_goes_round_boxes_zones_and_bare_pictures(seat: Seat) -> None:
    seat.fill()
    zone = Zone(ZoneId("z"), camera_id(2), ZoneKind.NO_PARKING, SQUARE, 180)
    seat.session.set_site(msgspec.structs.replace(seat.session.site, zones=(zone,)))
    seat.wall.put_camera(TileAddress(MAIN_WINDOW, 0), camera_id(2))
    marks, alarm_ink = seat.session.tools.marks, theme.COLOURS.alarm
    seat.clock.advance(1.0)
    box = seat.wall.alarms.by_id["alert-1"].box_norm
    assert box is not None
    on_box, on_zone = (box[0], (box[1] + box[3]) / 2), (0.1, 0.4)
    seat.wait(lambda: _has_ink(seat, *on_box, alarm_ink))
    assert not _has_ink(seat, *on_zone, theme.DARK.text)

    seat.key(Qt.Key.Key_O)
    assert marks.level.get() is MarkLevel.ZONES
    seat.wait(lambda: _has_ink(seat, *on_zone, theme.DARK.text))
    assert _has_ink(seat, *on_box, alarm_ink)

    seat.key(Qt.Key.Key_O)
    assert marks.level.get() is MarkLevel.TRACKS
    assert _has_ink(seat, *on_zone, theme.DARK.text)
    seat.key(Qt.Key.Key_O)
    assert marks.level.get() is MarkLevel.PEOPLE
    assert _has_ink(seat, *on_zone, theme.DARK.text)
    seat.key(Qt.Key.Key_O)
    assert marks.level.get() is MarkLevel.NONE
    seat.wait(lambda: not _has_ink(seat, *on_box, alarm_ink))
    assert not _has_ink(seat, *on_zone, theme.DARK.text)
    # the caption of an alarm is never switched off
    assert seat.view.tile_painters[0].top_px > 0
    assert "nothing" in seat.window.notice_line.text()

    seat.key(Qt.Key.Key_O)
    seat.wait(lambda: _has_ink(seat, *on_box, alarm_ink))


def test_a_trail_comes_over_the_feed_into_its_tile_and_goes_when_nothing_is_seen(
    seat: Seat,
) -> None:
    seat.fill()
    seat.wall.put_camera(TileAddress(MAIN_WINDOW, 0), camera_id(9))
    seat.clock.advance(1.0)
    for _ in range(2):
        seat.key(Qt.Key.Key_O)
    assert seat.session.tools.marks.level.get() is MarkLevel.TRACKS
    points = tuple((2.0 - at / 10, 0.2 + at * 0.03, 0.5) for at in range(21))
    now_ns = seat.clock.utc_ns()
    seen = TracksSeenData(camera_id(9), utc_text(now_ns), (TrackSeen("1-1", "car", points),))
    event = new_event(Noun.TRACK, "seen", seen, source="/worker", utc_ns=now_ns)
    FeedIntake(seat.session).take_events([event])
    foot, past, beside = (0.8, 0.5), (0.7, 0.5), (0.7, 0.7)
    seat.wait(lambda: _has_ink(seat, *foot, theme.DARK.text))
    assert _has_ink(seat, *past, theme.DARK.text)
    assert not _has_ink(seat, *beside, theme.DARK.text)
    seat.clock.advance(4.5)
    seat.wait(lambda: not _has_ink(seat, *foot, theme.DARK.text))
    assert not _has_ink(seat, *past, theme.DARK.text)


def test_an_inspector_is_drawn_where_the_position_says_and_goes_with_its_age(seat: Seat) -> None:
    seat.fill()
    seat.wall.put_camera(TileAddress(MAIN_WINDOW, 0), camera_id(1))
    place = moved(seat.session.site.cameras[0].place, 20.0, 20.0)
    now_ns = seat.clock.utc_ns()
    fix = msgspec.structs.replace(
        position(1, now_utc_ns=now_ns, age_s=0.0), lat_deg=place.lat_deg, lon_deg=place.lon_deg
    )
    FeedIntake(seat.session).take_events([position_event([fix], now_ns)])
    marks = seat.session.tools.marks
    (seen,) = seat.session.tools.marks.people.of(camera_id(1), now_ns)
    foot = (seen.x_norm, seen.y_norm)
    painter = seat.view.tile_painters[0]
    ring = (
        foot[0] + 0.8 * text_px(painter.rect.height(), painter.ratio) / painter.rect.width(),
        foot[1],
    )
    assert not _has_ink(seat, *ring, theme.DARK.text)
    while marks.level.get() is not MarkLevel.PEOPLE:
        seat.key(Qt.Key.Key_O)
    assert "positions" in seat.window.notice_line.text()
    seat.wait(lambda: _has_ink(seat, *ring, theme.DARK.text))
    seat.clock.advance(301.0)
    seat.wait(lambda: painter.people[0].age_s == 301)
    assert painter.people[0].is_old
    assert _has_ink(seat, *foot, theme.DARK.secondary) or _has_ink(
        seat, *ring, theme.DARK.secondary
    )
    seat.clock.advance(300.0)
    seat.wait(lambda: not painter.people)
    assert not _has_ink(seat, *ring, theme.DARK.secondary)
