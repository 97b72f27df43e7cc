"""What a CloudEvent of ours is, and what is refused with words."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.feed.envelope import (
    EnvelopeInvalid,
    decode_event,
    encode_event,
    extensions_of,
    parse_utc_ns,
    utc_text,
)

GOOD = {
    "specversion": "1.0",
    "id": "e-1",
    "source": "/test",
    "type": "gridwall.alert.raised.v1",
    "time": "2026-03-01T10:00:00.000Z",
    "datacontenttype": "application/json",
    "data": {"alert_id": "a"},
}


def test_what_was_decoded_encodes_to_the_same_object() -> None:
    event = decode_event(msgspec.json.encode(GOOD))
    assert msgspec.json.decode(encode_event(event)) == GOOD


def test_attributes_that_are_not_set_are_left_out() -> None:
    assert b"sequence" not in encode_event(decode_event(msgspec.json.encode(GOOD)))


def test_extension_attributes_of_a_publisher_are_kept() -> None:
    body = msgspec.json.encode({**GOOD, "traceparent": "00-ab", "subject": "x"})
    sent = msgspec.json.decode(encode_event(decode_event(body), extensions_of(body)))
    assert sent["traceparent"] == "00-ab"
    assert sent["subject"] == "x"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": ""}, "id"),
        ({"id": "x" * 300}, "id"),
        ({"source": ""}, "source"),
        ({"type": "gridwall.alert.v1"}, "type"),
        ({"type": "gridwall.weather.rain.v1"}, "type"),
        ({"type": "com.example.alert.raised.v1"}, "type"),
        ({"time": "yesterday"}, "time"),
        ({"time": "2026-03-01T10:00:00"}, "zone"),
        ({"data": [1]}, "data"),
        ({"data": "text"}, "data"),
        ({"id": 7}, "id"),
    ],
)
def test_a_wrong_attribute_is_refused_by_name(change: dict[str, object], says: str) -> None:
    with pytest.raises(EnvelopeInvalid, match=says):
        decode_event(msgspec.json.encode({**GOOD, **change}))


@pytest.mark.parametrize("missing", ["id", "source", "type", "time", "data"])
def test_a_missing_attribute_is_refused(missing: str) -> None:
    body = {key: value for key, value in GOOD.items() if key != missing}
    with pytest.raises(EnvelopeInvalid, match=missing):
        decode_event(msgspec.json.encode(body))


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_refusal(body: bytes) -> None:
    with contextlib.suppress(EnvelopeInvalid):
        decode_event(body)


def test_deep_nesting_is_refused_not_fatal() -> None:
    deep = b'{"specversion":"1.0","id":"1","source":"/","type":"gridwall.alert.raised.v1",'
    deep += b'"time":"2026-03-01T10:00:00Z","data":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(EnvelopeInvalid):
        decode_event(deep)


@pytest.mark.parametrize(
    "value",
    [
        b'"\xed\xa0\x80"', b'"\xff"', b'"\\ud800"', b"1e999", b'{"\xc3\x28": 1}',
        b"[" * 65 + b"]" * 65, b'{"a":' * 500 + b"1" + b"}" * 500,
    ],
)  # fmt: skip
def test_what_no_reader_could_decode_is_not_let_into_the_log(value: bytes) -> None:
    """One stored event with half a surrogate in its data made every page with it unreadable."""
    body = msgspec.json.encode(GOOD).replace(b'"a"', value)
    assert value in body
    with pytest.raises(EnvelopeInvalid):
        decode_event(body)


def test_data_may_be_as_deep_as_any_reader_can_read() -> None:
    decode_event(msgspec.json.encode(GOOD).replace(b'"a"', b"[" * 60 + b"]" * 60))


@given(st.integers(min_value=0, max_value=4_000_000_000_000))
def test_time_text_goes_there_and_back(milliseconds: int) -> None:
    assert parse_utc_ns(utc_text(milliseconds * 1_000_000)) == milliseconds * 1_000_000
