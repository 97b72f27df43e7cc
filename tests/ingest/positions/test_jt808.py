"""JT/T 808: both headers there and back, positions, replies, and anything a broken device sends."""

from __future__ import annotations

import contextlib
import struct

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.feed.envelope import utc_text
from ingest.positions.jt808 import (
    BIT_2019,
    FRAME_MOST,
    FrameInvalid,
    FrameReader,
    Message,
    MessageId,
    Result,
    Variant,
    auth_code_of,
    batch_of,
    check_of,
    escaped,
    fix_of,
    frame_of,
    general_reply,
    parse,
    unescaped,
)

NOW_NS = 1_772_359_200 * 10**9


def position_body(
    *, status: int = 3, lat: int = 36_100_000, lon: int = 120_300_000, speed: int = 360,
    stamp: str = "260301180000", extra: bytes = b"\x01\x04\x00\x00\x00\x64",
) -> bytes:  # fmt: skip
    fixed = struct.pack(">IIIIHHH", 0, status, lat, lon, 30, speed, 90)
    return fixed + bytes.fromhex(stamp) + extra


def position(phone: str = "013800000007", *, is_2019: bool = False, **fields: int) -> Message:
    return Message(MessageId.POSITION, phone, 1, position_body(**fields), is_2019)


def only(data: bytes) -> Message:
    (frame,) = FrameReader().feed(data)
    return parse(frame)


@pytest.mark.parametrize("is_2019", [False, True])
def test_a_message_survives_the_wire(*, is_2019: bool) -> None:
    phone = "013800000007".rjust(20 if is_2019 else 12, "0")
    message = Message(0x0002, phone, 0x7E7D, b"\x7e\x7d\x00body", is_2019)
    assert only(frame_of(message)) == message


def test_a_recorded_frame_is_understood() -> None:
    """A heartbeat written byte by byte: id 0002, no body, phone 013912345678, serial 10."""
    content = bytes.fromhex("00020000013912345678000a")
    check = 0
    for byte in content:
        check ^= byte
    message = only(b"\x7e" + content + bytes([check]) + b"\x7e")
    assert (message.message_id, message.phone, message.serial) == (2, "013912345678", 10)


def test_a_position_is_read_in_degrees_metres_a_second_and_utc() -> None:
    fix = fix_of(position(), position().body, NOW_NS)
    assert fix is not None
    assert (fix.place.lat_deg, fix.place.lon_deg) == (36.1, 120.3)
    assert fix.speed_mps == pytest.approx(10.0)
    assert fix.course_deg == 90
    assert utc_text(fix.fix_utc_ns) == "2026-03-01T10:00:00.000Z", "device time is Beijing time"


def test_south_and_west_are_negative_and_no_fix_is_none() -> None:
    fix = fix_of(position(), position_body(status=2 | 4 | 8), NOW_NS)
    assert fix is not None
    assert (fix.place.lat_deg, fix.place.lon_deg) == (-36.1, -120.3)
    assert fix_of(position(), position_body(status=1), NOW_NS) is None


@pytest.mark.parametrize("count", [1, 2, 65_535])
def test_a_batch_that_claims_more_than_it_holds_is_wrong_at_once(count: int) -> None:
    assert list(batch_of(struct.pack(">HB", 0, 0))) == []
    with pytest.raises(FrameInvalid):
        list(batch_of(struct.pack(">HB", count, 0)))


def test_a_batch_holds_its_positions() -> None:
    bodies = [position_body(speed=speed) for speed in (10, 20, 30)]
    batch = struct.pack(">HB", 3, 0) + b"".join(struct.pack(">H", len(b)) + b for b in bodies)
    assert list(batch_of(batch)) == bodies
    with pytest.raises(FrameInvalid):
        list(batch_of(batch[:40]))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-2] + bytes([data[-2] ^ 1]) + data[-1:],
        lambda data: data[:5] + data[6:],
        lambda data: b"\x7e\x00\x02\x7e",
        lambda data: b"\x7e" + b"\x7d\x05" * 10 + b"\x7e",
    ],
)
def test_a_damaged_frame_is_refused(damage: object) -> None:
    data = damage(frame_of(position()))  # type: ignore[operator]
    with pytest.raises(FrameInvalid):
        parse(next(FrameReader().feed(data)))


def test_a_check_over_the_escaped_bytes_is_understood_and_named() -> None:
    message = Message(0x0002, "013800000007", 1, b"one escape \x7e", False)  # two would cancel
    frame = next(FrameReader().feed(frame_of(message)))
    content = escaped(unescaped(frame)[:-1])
    found = parse(content + bytes([check_of(content)]))
    assert found == msgspec.structs.replace(message, variant=Variant.ESCAPED_CHECK)


def test_a_header_of_2019_without_its_flag_is_understood_and_named() -> None:
    message = position("00000000013800000007", is_2019=True)
    content = bytearray(unescaped(next(FrameReader().feed(frame_of(message))))[:-1])
    content[2] &= ~(BIT_2019 >> 8) & 0xFF
    found = parse(escaped(bytes(content) + bytes([check_of(bytes(content))])))
    assert found == msgspec.structs.replace(message, variant=Variant.UNFLAGGED_2019)
    content[4] = 7  # no version of the standard: not guessed
    with pytest.raises(FrameInvalid):
        parse(escaped(bytes(content) + bytes([check_of(bytes(content))])))


@pytest.mark.parametrize("stamp", ["261301000000", "ffffffffffff", "000000000000"])
def test_a_time_that_is_none_is_refused(stamp: str) -> None:
    with pytest.raises(FrameInvalid):
        fix_of(position(), position_body(stamp=stamp), NOW_NS)


@given(st.binary(max_size=60))
def test_escapes_go_there_and_back(content: bytes) -> None:
    assert unescaped(escaped(content)) == content
    assert b"\x7e" not in escaped(content)


@given(st.lists(st.binary(max_size=200), max_size=10))
def test_no_bytes_break_the_reader(pieces: list[bytes]) -> None:
    reader = FrameReader()
    for piece in pieces:
        for frame in reader.feed(piece):
            with contextlib.suppress(FrameInvalid):
                message = parse(frame)
                auth_code_of(message)
                fix_of(message, message.body, NOW_NS)
                list(batch_of(message.body))


@given(st.binary(min_size=1, max_size=12))
def test_frames_are_found_however_they_arrive_in_pieces(cut: bytes) -> None:
    data = frame_of(position()) * 3
    reader = FrameReader()
    found: list[bytes] = []
    while data:
        size = 1 + cut[len(data) % len(cut)] % 40
        found += reader.feed(data[:size])
        data = data[size:]
    assert [parse(frame) for frame in found] == [position()] * 3


def test_rubbish_without_end_is_bounded() -> None:
    reader = FrameReader()
    assert list(reader.feed(b"\x00" * (10 * FRAME_MOST))) == []
    assert reader.dropped_count == 1
    assert [parse(f) for f in reader.feed(frame_of(position()))] == [position()]


def test_a_reply_names_what_it_answers() -> None:
    reply = general_reply(position(), Result.OK, 9)
    assert reply.body == struct.pack(">HHB", 1, 0x0200, 0)
    assert reply.phone == position().phone
