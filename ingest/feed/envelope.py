"""Envelope: the CloudEvents 1.0 header of every event on the feed (CONTRACT §5).

Knows no payload: `data` is any msgspec-encodable value going out and raw JSON coming in, so
that a payload type can live in the package that creates it.
"""

from __future__ import annotations

import enum
import uuid
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

T = TypeVar("T")


class Noun(enum.Enum):
    """First word of a topic and second of a type."""

    ALERT = "alert"
    CASE = "case"
    TICKET = "ticket"
    CAMERA = "camera"
    SCENE = "scene"
    REGISTER = "register"
    POSITION = "position"
    HEARTBEAT = "heartbeat"


#: Nouns without a sequence: only the last value matters.
EPHEMERAL = frozenset({Noun.POSITION, Noun.HEARTBEAT})


class Event(Struct, frozen=True, kw_only=True):
    """One CloudEvent. `sequence`, `prevsequence`, `epoch` and `dataschema` are set by the hub.

    Attributes:
        id: unique per source; the same id is stored once.
        type: `gridwall.<noun>.<verb>.v1`.
        time: RFC 3339 UTC, when it happened.
        data: the payload as raw JSON; decode with `decode_data`.
    """

    id: str
    source: str
    type: str
    time: str
    data: Raw
    specversion: str = "1.0"
    datacontenttype: str = "application/json"
    dataschema: str | None = None
    sequence: int | None = None
    prevsequence: int | None = None
    epoch: str | None = None

    @property
    def noun(self) -> Noun:
        return Noun(self.type.split(".")[1])

    @property
    def verb(self) -> str:
        return self.type.split(".")[2]

    def decode_data(self, kind: type[T]) -> T:
        """The payload as `kind`. Raises msgspec.ValidationError where it does not fit."""
        return msgspec.json.decode(self.data, type=kind)


def utc_text(utc_ns: int) -> str:
    """RFC 3339 with milliseconds and Z, from nanoseconds since 1970 UTC."""
    moment = datetime.fromtimestamp(utc_ns / 1e9, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_utc_ns(text: str) -> int:
    """Nanoseconds since 1970 UTC, from RFC 3339. Raises ValueError on anything else."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"time {text!r} has no zone: write it in UTC with a trailing Z")
    return round(moment.timestamp() * 1000) * 1_000_000


def new_event(noun: Noun, verb: str, data: Struct, *, source: str, utc_ns: int) -> Event:
    """A fresh event with a random id; the hub adds sequence and epoch."""
    return Event(
        id=uuid.uuid4().hex,
        source=source,
        type=f"gridwall.{noun.value}.{verb}.v1",
        time=utc_text(utc_ns),
        data=Raw(msgspec.json.encode(data)),
    )
