"""Envelope: the CloudEvents 1.0 header of every event on the feed (CONTRACT §5).

Knows no payload: `data` is any msgspec-encodable value going out and raw JSON coming in, so
that a payload type can live in the package that creates it.
"""

from __future__ import annotations

import builtins
import contextlib
import enum
import functools
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from ingest.feed.json_depth import DEPTH_MOST, is_too_deep

T = TypeVar("T")

#: A publisher's event may be this long at most; pictures travel as evidence, never in an event.
MAX_EVENT_BYTES = 1 << 20
#: CloudEvents asks for ids of any length; ours bound them so that an index stays an index.
MAX_ID_CHARS = 256


class Noun(enum.Enum):
    """First word of a topic and second of a type."""

    ALERT = "alert"
    CASE = "case"
    TICKET = "ticket"
    CAMERA = "camera"
    SCENE = "scene"
    REGISTER = "register"
    UNIT = "unit"
    PTZ = "ptz"
    SHELF = "shelf"
    ESCALATION = "escalation"
    SIGHT = "sight"
    TRACK = "track"
    POSITION = "position"
    HEARTBEAT = "heartbeat"


#: Nouns without a sequence: only the last value matters.
EPHEMERAL = frozenset({Noun.POSITION, Noun.TRACK, Noun.HEARTBEAT})


class _TypeWords(Struct, frozen=True):
    """What a type says, taken apart once: it is asked many times an event, and types are few."""

    noun: Noun
    noun_text: str
    verb: str
    is_durable: bool


@functools.lru_cache(maxsize=256)
def _words_of(event_type: str) -> _TypeWords:
    _, noun_text, verb, *_ = event_type.split(".")
    noun = Noun(noun_text)
    return _TypeWords(noun, noun_text, verb, noun not in EPHEMERAL)


class Event(Struct, frozen=True, kw_only=True, gc=False):
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
        return _words_of(self.type).noun

    @property
    def noun_text(self) -> str:
        return _words_of(self.type).noun_text

    @property
    def verb(self) -> str:
        return _words_of(self.type).verb

    @property
    def is_durable(self) -> bool:
        """True when the event gets a sequence and stays in the log."""
        return _words_of(self.type).is_durable

    def decode_data(self, kind: builtins.type[T]) -> T:
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


class EnvelopeInvalid(ValueError):
    """A body is no CloudEvent of ours; the text says what was expected."""


_TYPE = re.compile(
    r"gridwall\.(?:(?P<noun>[a-z]+)\.[a-z][a-z0-9_]*|(?P<beat>heartbeat))\.v[0-9]+\Z"
)
_NOUNS = {noun.value for noun in Noun}
_decoder = msgspec.json.Decoder(Event)
#: Reads what `Raw` only steps over: text that is no UTF-8, half a surrogate, a number nobody can
#: hold. Once stored, one such event would make every page of the log that has it unreadable.
_any_decoder = msgspec.json.Decoder()


class _Bare(Event, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event with our attributes only."""


_bare_decoder = msgspec.json.Decoder(_Bare)
_attributes_decoder = msgspec.json.Decoder(dict[str, Raw])
_OURS = frozenset(Event.__struct_fields__)
_SET_BY_HUB = ("dataschema", "sequence", "prevsequence", "epoch")


def decode_event(body: bytes) -> Event:
    """One event from the feed or from a publisher.

    Raises:
        EnvelopeInvalid: no JSON object, a missing or wrong attribute, an unknown type.
    """
    if len(body) > MAX_EVENT_BYTES:
        raise EnvelopeInvalid(f"the event has {len(body)} bytes; at most {MAX_EVENT_BYTES}")
    try:
        event = _decoder.decode(body)
        whole = _any_decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EnvelopeInvalid(f"not a CloudEvent in JSON: {error}") from error
    if is_too_deep(body, whole):
        raise EnvelopeInvalid(f"objects and lists may be {DEPTH_MOST} deep; this goes deeper")
    _check(event)
    return event


def _check(event: Event) -> None:
    if event.specversion != "1.0":
        raise EnvelopeInvalid(f"specversion is {event.specversion!r}; expected '1.0'")
    if not 0 < len(event.id) <= MAX_ID_CHARS:
        raise EnvelopeInvalid(f"id must have 1 to {MAX_ID_CHARS} characters")
    if not event.source:
        raise EnvelopeInvalid("source is empty; name the publisher, for example /worker/3")
    match = _TYPE.match(event.type)
    if match is None or (match["beat"] or match["noun"]) not in _NOUNS:
        raise EnvelopeInvalid(
            f"type is {event.type[:80]!r}; expected gridwall.<noun>.<verb>.v1 with a noun of "
            + ", ".join(sorted(_NOUNS))
        )
    try:
        parse_utc_ns(event.time)
    except (ValueError, OverflowError) as error:
        raise EnvelopeInvalid(f"time is {event.time[:40]!r}: {error}") from error
    if not bytes(event.data).lstrip().startswith(b"{"):
        raise EnvelopeInvalid("data must be a JSON object")


def extensions_of(body: bytes) -> dict[str, Raw]:
    """Attributes of a publisher's event beyond ours (`subject`, `traceparent`, …), kept as sent."""
    with contextlib.suppress(msgspec.ValidationError):
        _bare_decoder.decode(body)  # most events have none: the quick way to know
        return {}
    attributes = _attributes_decoder.decode(body)
    return {name: value for name, value in attributes.items() if name not in _OURS}


def encode_event(event: Event, extensions: Mapping[str, Raw] | None = None) -> bytes:
    """The body of `event` as sent: attributes that are None are left out, `data` comes last."""
    attributes: dict[str, object] = {
        "specversion": event.specversion,
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "time": event.time,
        "datacontenttype": event.datacontenttype,
    }
    for name in _SET_BY_HUB:
        value = getattr(event, name)
        if value is not None:
            attributes[name] = value
    if extensions:
        attributes.update(extensions)
    attributes["data"] = event.data
    return msgspec.json.encode(attributes)
