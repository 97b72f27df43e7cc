"""Messages between platforms: what is sent about a case, and the receipt each message gets. Wire types.

One JSON object a message, one a receipt; unknown keys are ignored, so that either side may grow. What a
message causes is the desk's to decide (`console.desk.partners`).
"""

from __future__ import annotations

import enum
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ingest.errors import GridwallError

#: `schema` of both sides; another major number is another door.
MESSAGE_SCHEMA = "gridwall.exchange.message.v1"
RECEIPT_SCHEMA = "gridwall.exchange.receipt.v1"
#: Longest message, and most pieces of evidence with one.
MESSAGE_BYTES_MOST = 256 << 10
EVIDENCE_MOST = 40
_Id = Annotated[str, Meta(min_length=1, max_length=80)]


class Kind(enum.Enum):
    """What a message says. From who found the matter (origin) to who handles it:
    offer, urged, rework, withdrawn, settled. Back: progress, closed, declined."""

    OFFER = "offer"
    URGED = "urged"
    REWORK = "rework"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"
    PROGRESS = "progress"
    CLOSED = "closed"
    DECLINED = "declined"


#: Said by the side that handles the case.
FROM_HANDLER = frozenset({Kind.PROGRESS, Kind.CLOSED, Kind.DECLINED})


class Matter(Struct, frozen=True):
    """`case` of a message: what the other side needs to know of it. Places WGS-84, times RFC 3339 UTC."""

    title: Annotated[str, Meta(max_length=400)] = ""
    note: Annotated[str, Meta(max_length=4_000)] = ""
    state: Annotated[str, Meta(max_length=40)] = ""
    item_code: Annotated[str, Meta(max_length=40)] | None = None
    priority: Annotated[int, Meta(ge=1, le=9)] = 3
    lat_deg: Annotated[float, Meta(ge=-90, le=90)] | None = None
    lon_deg: Annotated[float, Meta(ge=-180, le=180)] | None = None
    opened_utc: Annotated[str, Meta(max_length=40)] = ""
    due_utc: Annotated[str, Meta(max_length=40)] | None = None
    unit: Annotated[str, Meta(max_length=200)] | None = None


class Message(Struct, frozen=True):
    """One message.

    Attributes:
        message_id: unique; the same again is answered with the first receipt and does nothing.
        sender, receiver: as the two call each other; checked against the key that signed it.
        case_ref: the origin's number of the case, the same in both directions.
        number: rises with every message of a sender; one that is not above the last of its case is
            out of order and refused.
        evidence: SHA-256 of pictures and clips, which were put before the message.
    """

    message_id: _Id
    sender: _Id
    receiver: _Id
    kind: Kind
    case_ref: _Id
    number: Annotated[int, Meta(ge=1)]
    sent_utc: Annotated[str, Meta(max_length=40)]
    case: Matter = Matter()
    evidence: Annotated[tuple[str, ...], Meta(max_length=EVIDENCE_MOST)] = ()
    schema: str = MESSAGE_SCHEMA


class Result(enum.Enum):
    ACCEPTED = "accepted"
    REFUSED = "refused"


class Receipt(Struct, frozen=True):
    """The answer to a message. `reason`: a code for programs, `reason_text` for people;
    `their_ref`: the receiver's own number of the case."""

    message_id: str
    result: Result
    utc: str
    reason: str = ""
    reason_text: Annotated[str, Meta(max_length=1_000)] = ""
    their_ref: Annotated[str, Meta(max_length=80)] | None = None
    schema: str = RECEIPT_SCHEMA


class MessageInvalid(GridwallError):
    """What was sent is no message of this version."""


def decoded(body: bytes) -> Message:
    """Raises MessageInvalid with what was expected."""
    try:
        message = msgspec.json.decode(body, type=Message)
    except msgspec.DecodeError as error:
        raise MessageInvalid(f"no exchange message: {error}") from error
    if message.schema != MESSAGE_SCHEMA:
        raise MessageInvalid(f"schema is {message.schema[:80]!r}; expected {MESSAGE_SCHEMA}")
    return message


def json_schemas() -> dict[str, Any]:
    """JSON Schemas of message and receipt, for partners that are not ours."""
    return {
        MESSAGE_SCHEMA: msgspec.json.schema(Message),
        RECEIPT_SCHEMA: msgspec.json.schema(Receipt),
    }
