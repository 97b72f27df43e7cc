"""JT/T 808 terminals: frames, the 2013 and 2019 headers, positions and replies. Pure.

0x7E frames with 7D escapes and an XOR check; multi-byte numbers are big-endian. Real devices send
wrong checks and lengths (DOMAIN §3): what cannot be read raises `FrameInvalid` and is counted.
"""

from __future__ import annotations

import enum
import functools
import operator
import struct
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from msgspec import Struct

from config.geometry import GeoPoint
from config.site import DeviceId
from ingest.positions.fix import Fix, FixSource

FLAG = 0x7E
ESCAPE = 0x7D
#: Longest frame between two flags, escapes included: 1,023 bytes of body twice over, and a header.
FRAME_MOST = 4_096
#: Attribute bits of the header: version flag (2019), sub-packets, encryption, body length.
BIT_2019 = 0x4000
BIT_PARTS = 0x2000
BITS_ENCRYPTED = 0x1C00
BITS_LENGTH = 0x03FF
#: Longest text of 0x8300, bytes: fits into one message without parts.
TEXT_MOST = 1_000
#: Status bits of a position: fixed, south, west.
STATUS_FIXED, STATUS_SOUTH, STATUS_WEST = 0x2, 0x4, 0x8
#: Times in position messages are Beijing time (JT/T 808, table 23).
BEIJING = timezone(timedelta(hours=8))
#: Fixed part of a position: alarm, status, lat, lon, altitude, speed, course, BCD time.
_POSITION = struct.Struct(">IIIIHHH6s")


class FrameInvalid(ValueError):
    """Bytes that are no message; the text says why."""


class MessageId(enum.IntEnum):
    """Messages that are understood; others get a general reply."""

    TERMINAL_REPLY = 0x0001
    HEARTBEAT = 0x0002
    REGISTER = 0x0100
    UNREGISTER = 0x0003
    AUTHENTICATE = 0x0102
    POSITION = 0x0200
    EVENT_REPORT = 0x0301
    POSITION_BATCH = 0x0704
    PLATFORM_REPLY = 0x8001
    REGISTER_REPLY = 0x8100
    TEXT = 0x8300


class Result(enum.IntEnum):
    """Result byte of replies; NO_TERMINAL answers a registration only."""

    OK = 0
    FAILED = 1
    WRONG = 2
    UNSUPPORTED = 3
    NO_TERMINAL = 4


class Variant(enum.Enum):
    """Ways in which terminals in the field differ from the standard and are understood all the same."""

    #: The check is made over the escaped bytes.
    ESCAPED_CHECK = "escaped_check"
    #: The header of 2019 without the attribute bit that says so.
    UNFLAGGED_2019 = "unflagged_2019"


class Message(Struct, frozen=True):
    """One message. `phone` is the terminal's number as sent, zeros in front included."""

    message_id: int
    phone: str
    serial: int
    body: bytes
    is_2019: bool
    variant: Variant | None = None


class FrameReader:
    """Cuts a byte stream into frames. Bounded: longer rubbish is dropped and counted.

    Threads: one. `dropped_count` counts bytes outside frames and frames that are too long.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.dropped_count = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Contents of complete frames, still escaped."""
        self._buffer += data
        while True:
            end = self._buffer.find(FLAG)
            if end < 0:
                break
            frame = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            if frame:
                yield frame
        if len(self._buffer) > FRAME_MOST:
            self.dropped_count += 1
            self._buffer.clear()


#: What follows an escape byte, and what both stand for.
_ESCAPE = bytes((ESCAPE,))
_UNESCAPED = {b"\x01": _ESCAPE, b"\x02": bytes((FLAG,))}


def unescaped(frame: bytes) -> bytes:
    """Raises FrameInvalid on an escape that means nothing."""
    first, *rest = frame.split(_ESCAPE)
    if any(part[:1] not in _UNESCAPED for part in rest):
        raise FrameInvalid("an escape byte without its code")
    return first + b"".join(_UNESCAPED[part[:1]] + part[1:] for part in rest)


def escaped(content: bytes) -> bytes:
    return content.replace(b"\x7d", b"\x7d\x01").replace(b"\x7e", b"\x7d\x02")


def check_of(content: bytes) -> int:
    """XOR of all bytes."""
    return functools.reduce(operator.xor, content, 0)


def parse(frame: bytes) -> Message:
    """A message from the content of a frame. Raises FrameInvalid."""
    content = unescaped(frame)
    if len(content) < 13:
        raise FrameInvalid(f"{len(content)} bytes are no message")
    variant = None
    if check_of(content[:-1]) != content[-1]:
        if check_of(frame[:-1]) != frame[-1]:
            raise FrameInvalid("wrong check byte")
        variant = Variant.ESCAPED_CHECK
    message_id, attributes = struct.unpack_from(">HH", content)
    is_2019 = bool(attributes & BIT_2019)
    if not is_2019 and _is_unflagged(content, attributes):
        is_2019, variant = True, Variant.UNFLAGGED_2019
    phone_end = 15 if is_2019 else 10
    header_end = phone_end + 2 + (4 if attributes & BIT_PARTS else 0)
    body = content[header_end:-1]
    if len(content) < header_end + 1 or len(body) != attributes & BITS_LENGTH:
        raise FrameInvalid(f"the body has {len(body)} bytes, not {attributes & BITS_LENGTH}")
    if attributes & BITS_ENCRYPTED:
        raise FrameInvalid("encrypted messages are not understood")
    if attributes & BIT_PARTS:
        raise FrameInvalid("messages in parts are not understood")
    phone = content[5 if is_2019 else 4 : phone_end].hex()
    (serial,) = struct.unpack_from(">H", content, phone_end)
    return Message(message_id, phone, serial, body, is_2019, variant)


def _is_unflagged(content: bytes, attributes: int) -> bool:
    """Whether the lengths add up with the header of 2019 (version byte, 20 digits) only."""
    length = attributes & BITS_LENGTH
    more = 4 if attributes & BIT_PARTS else 0
    return (
        len(content) == 15 + 2 + more + length + 1
        and content[4] == 1
        and all(digit >> 4 < 10 and digit & 15 < 10 for digit in content[5:15])
    )


def frame_of(message: Message) -> bytes:
    """The bytes of a message, flags included."""
    attributes = len(message.body) | (BIT_2019 if message.is_2019 else 0)
    digits = 20 if message.is_2019 else 12
    content = struct.pack(">HH", message.message_id, attributes)
    content += b"\x01" if message.is_2019 else b""
    content += bytes.fromhex(message.phone.rjust(digits, "0")[-digits:])
    content += struct.pack(">H", message.serial) + message.body
    content += bytes((check_of(content),))
    return b"\x7e" + escaped(content) + b"\x7e"


def general_reply(to: Message, result: Result, serial: int) -> Message:
    """0x8001: the platform's answer to a terminal's message."""
    body = struct.pack(">HHB", to.serial, to.message_id, result)
    return Message(MessageId.PLATFORM_REPLY, to.phone, serial, body, to.is_2019)


def register_reply(to: Message, result: Result, code: str, serial: int) -> Message:
    """0x8100: with the code the terminal authenticates with."""
    body = struct.pack(">HB", to.serial, result)
    body += code.encode("gbk", "replace") if result is Result.OK else b""
    return Message(MessageId.REGISTER_REPLY, to.phone, serial, body, to.is_2019)


def text_message(phone: str, text: str, serial: int, *, is_2019: bool) -> Message:
    """0x8300: a text for the terminal's display, read aloud where it can.

    Flags (table 36): terminal display and TTS; the 2019 version has a text type (1 = notice). Text
    is GBK; longer than a message holds is cut at a character.
    """
    flags = b"\x0c\x01" if is_2019 else b"\x0c"
    content = text.encode("gbk", "replace")[: TEXT_MOST - len(flags)]
    content = content.decode("gbk", "ignore").encode("gbk")
    return Message(MessageId.TEXT, phone, serial, flags + content, is_2019)


def auth_code_of(message: Message) -> str:
    """The code of 0x0102; the 2019 version says its length and appends IMEI and version."""
    body = message.body
    if message.is_2019 and body:
        body = body[1 : 1 + body[0]]
    return body.rstrip(b"\0").decode("gbk", "replace")


def fix_of(message: Message, body: bytes, received_utc_ns: int) -> Fix | None:
    """A fix from the body of 0x0200; None while the receiver has no fix. Raises FrameInvalid."""
    if len(body) < _POSITION.size:
        raise FrameInvalid(f"a position of {len(body)} bytes; at least {_POSITION.size}")
    _, status, lat, lon, _, speed, course, stamp = _POSITION.unpack_from(body)
    if not status & STATUS_FIXED:
        return None
    lat_deg = lat / 1e6 * (-1 if status & STATUS_SOUTH else 1)
    lon_deg = lon / 1e6 * (-1 if status & STATUS_WEST else 1)
    try:
        place = GeoPoint(lat_deg, lon_deg)
    except ValueError as error:
        raise FrameInvalid(str(error)) from error
    return Fix(
        device_id=DeviceId(message.phone),
        place=place,
        fix_utc_ns=_time_ns(stamp),
        received_utc_ns=received_utc_ns,
        source=FixSource.JT808,
        speed_mps=speed / 36.0,
        course_deg=float(course % 360),
    )


def batch_of(body: bytes) -> Iterator[bytes]:
    """Bodies of the positions in 0x0704. Raises FrameInvalid where lengths do not add up."""
    if len(body) < 3:
        raise FrameInvalid("an empty batch")
    (count,) = struct.unpack_from(">H", body)
    offset = 3
    for _ in range(count):
        if offset + 2 > len(body):
            raise FrameInvalid("a batch that is shorter than it says")
        (length,) = struct.unpack_from(">H", body, offset)
        yield body[offset + 2 : offset + 2 + length]
        offset += 2 + length


@functools.lru_cache(maxsize=4_096)  # a thousand terminals report the same second
def _time_ns(stamp: bytes) -> int:
    text = stamp.hex()
    try:
        year, month, day, hour, minute, second = (int(text[at : at + 2]) for at in range(0, 12, 2))
        local = datetime(2000 + year, month, day, hour, minute, second, tzinfo=BEIJING)
    except ValueError as error:
        raise FrameInvalid(f"{text} is no time") from error
    return round(local.timestamp()) * 1_000_000_000
