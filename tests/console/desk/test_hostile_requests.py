"""Rubbish on the query socket and on the feed: refused or ignored, never an error of the desk."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.feed.envelope import Event, Noun
from ingest.feed.participant import OperationRefused
from ingest.feed.topics import SubjectInvalid
from tests.console.desk.desk_bench import DeskBench

OPERATIONS = ("act", "propose", "cases", "case", "count", "candidates", "audit.verify")
FIELDS = ("case_id", "id", "act", "version", "actor", "note", "inspector_id", "unit", "item_code", "grid_id",
          "priority", "title", "minutes", "into", "passed", "satisfaction", "filter", "sort", "after", "limit",
          "by", "from", "lat_deg", "lon_deg", "camera_id")  # fmt: skip
words = st.sampled_from(["20261123-0001", "file", "dispatch", "note", "void", "merge", "", "p1", "0505", "S1C1",
                         "cam-1", "opened", "state", "9999-12-31T23:59:59Z", "\u0000", "x" * 300])  # fmt: skip
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    words,
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["state", "since_utc", "until_utc", "text", "priority", "late", "open", "x"]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskBench]:
    bench = DeskBench(tmp_path_factory.mktemp("desk"))
    bench.raised_case()
    yield bench
    bench.close()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    op=st.sampled_from(OPERATIONS),
    fields=st.dictionaries(st.sampled_from(FIELDS), values, max_size=5),
)
def test_any_request_is_answered_or_refused(
    desk: DeskBench, op: str, fields: dict[str, Any]
) -> None:
    with contextlib.suppress(OperationRefused):
        desk.ask(op, **fields)


ALERT_FIELDS = (
    "alert_id",
    "kind",
    "camera_id",
    "since_utc",
    "box_norm",
    "score",
    "lat_deg",
    "lon_deg",
    "snapshot",
    "clip",
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    noun=st.sampled_from([Noun.ALERT, Noun.TICKET]),
    verb=st.sampled_from(["raised", "updated", "cleared", "received", "eaten"]),
    fields=st.dictionaries(st.sampled_from(ALERT_FIELDS), values, max_size=6),
)
def test_any_event_is_a_case_or_nothing(
    desk: DeskBench, noun: Noun, verb: str, fields: dict[str, Any]
) -> None:
    data = {"alert_id": "a", "ticket_id": "t", "kind": "smoke", "camera_id": "cam-1"} | fields
    event = Event(
        id=msgspec.json.encode(fields).hex()[:64] or "e", source="rubbish", type=f"gridwall.{noun.value}.{verb}.v1",
        time="2026-11-23T01:00:00Z", data=msgspec.Raw(msgspec.json.encode(data)),
    )  # fmt: skip
    with contextlib.suppress(SubjectInvalid):
        desk.publish(event)


def test_after_all_that_the_chain_is_whole(desk: DeskBench) -> None:
    assert desk.ask("audit.verify")["intact"] is True
