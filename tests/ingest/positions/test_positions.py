"""Reports of phones to fixes, and which fixes count."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.geometry import GeoPoint
from config.settings import PositionSettings
from config.site import DeviceId, GridId
from ingest.feed.envelope import parse_utc_ns
from ingest.positions.batch import FIXES_MOST, FixBatch
from ingest.positions.filter import FixFilter, Verdict
from ingest.positions.fix import Fix, FixSource, PositionFixedData
from ingest.positions.osmand import fix_from_json, fix_from_query
from ingest.positions.owntracks import fix_from_message
from ingest.positions.reading import FixInvalid, utc_ns

NOW_NS = parse_utc_ns("2026-03-01T10:00:00Z")
S = 1_000_000_000


def fix(age_s: float, *, north_m: float = 0.0, device: str = "d-1", late_s: float = 0.0) -> Fix:
    """A fix `age_s` before NOW, received `late_s` later than it was taken."""
    at_ns = NOW_NS - round(age_s * S)
    return Fix(
        DeviceId(device), GeoPoint(36.0 + north_m / 111_195, 120.0), at_ns,
        at_ns + round(late_s * S), FixSource.OSMAND,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1772359200", "2026-03-01T10:00:00Z"),
        ("1772359200000", "2026-03-01T10:00:00Z"),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
        ("2026-03-01T18:00:00+08:00", "2026-03-01T10:00:00Z"),
        ("2026-03-01 10:00:00", "2026-03-01T10:00:00Z"),
        ("2026-03-01T10:00:00.500Z", "2026-03-01T10:00:00.500Z"),
    ],
)
def test_time_stamps_of_every_kind_mean_the_same_moment(text: str, result: str) -> None:
    assert utc_ns(text) == parse_utc_ns(result)


@pytest.mark.parametrize("text", ["", "now", "1e999", "nan", "-1", "0", "99999999999999999", None])
def test_a_time_stamp_that_is_none_is_refused(text: Any) -> None:
    with pytest.raises(FixInvalid):
        utc_ns(text)


def test_the_query_form_is_in_knots_and_the_json_form_in_metres_a_second() -> None:
    query = fix_from_query({"id": "1", "lat": "36", "lon": "120", "speed": "10"}, NOW_NS)
    assert query.speed_mps == pytest.approx(5.14444, abs=1e-4)
    body = {
        "device_id": "1",
        "location": {"coords": {"latitude": 36, "longitude": 120, "speed": 10}},
    }
    assert fix_from_json(body, NOW_NS).speed_mps == 10


def test_a_phones_minus_one_means_unknown() -> None:
    body = {
        "device_id": "1",
        "location": {"timestamp": "2026-03-01T10:00:00Z",
                     "coords": {"latitude": 36, "longitude": 120, "speed": -1, "heading": -1}},
    }  # fmt: skip
    parsed = fix_from_json(body, NOW_NS)
    assert (parsed.speed_mps, parsed.course_deg) == (None, None)


def test_owntracks_is_in_kilometres_an_hour_and_other_messages_are_no_fix() -> None:
    body = {"_type": "location", "lat": 36, "lon": 120, "tst": 1772359200, "vel": 36, "tid": "ab"}
    parsed = fix_from_message(body, None, NOW_NS)
    assert parsed is not None
    assert parsed.speed_mps == pytest.approx(10)
    assert parsed.device_id == "ab"
    assert fix_from_message({"_type": "lwt"}, None, NOW_NS) is None


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["location", "coords", "latitude", "longitude", "device_id", "timestamp",
                         "speed", "heading", "accuracy", "_type", "lat", "lon", "tst", "topic"]),
        inner, max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@given(anything)
def test_no_json_breaks_a_door(body: Any) -> None:
    with contextlib.suppress(FixInvalid):
        fix_from_json(body, NOW_NS)
    with contextlib.suppress(FixInvalid):
        fix_from_message(body, None, NOW_NS)


@given(st.dictionaries(
    st.sampled_from(["id", "lat", "lon", "timestamp", "speed", "bearing", "accuracy", "location"]),
    st.text(max_size=20) | st.floats().map(str) | st.integers().map(str),
))  # fmt: skip
def test_no_query_breaks_a_door(query: dict[str, str]) -> None:
    with contextlib.suppress(FixInvalid):
        fix_from_query(query, NOW_NS)


def test_newer_fixes_are_live_and_older_ones_late() -> None:
    judge = FixFilter().judge
    assert judge(fix(60)) is Verdict.LIVE
    assert judge(fix(30)) is Verdict.LIVE
    assert judge(fix(45)) is Verdict.LATE
    assert judge(fix(30)) is Verdict.DUPLICATE
    assert judge(fix(10)) is Verdict.LIVE


def test_a_fix_that_arrives_after_a_long_time_is_late() -> None:
    assert FixFilter().judge(fix(0, late_s=3600)) is Verdict.LATE


def test_a_fix_from_the_future_is_refused_and_forgotten() -> None:
    judge = FixFilter().judge
    assert judge(fix(0, late_s=-3600)) is Verdict.FUTURE
    assert judge(fix(10)) is Verdict.LIVE


def test_zero_zero_is_no_place() -> None:
    at_zero = Fix(DeviceId("d"), GeoPoint(0, 0), NOW_NS, NOW_NS, FixSource.OSMAND)
    assert FixFilter().judge(at_zero) is Verdict.ZERO


def test_a_jump_nobody_can_drive_is_refused() -> None:
    judge = FixFilter().judge
    assert judge(fix(60)) is Verdict.LIVE
    assert judge(fix(59, north_m=5_000)) is Verdict.JUMP
    assert judge(fix(58, north_m=10)) is Verdict.LIVE


def test_jumps_that_agree_with_each_other_are_believed() -> None:
    """The first place was the outlier: without this a device would be stuck for ever."""
    judge = FixFilter().judge
    judge(fix(60))
    verdicts = [judge(fix(59 - n, north_m=5_000 + n)) for n in range(4)]
    assert verdicts == [Verdict.JUMP, Verdict.JUMP, Verdict.LIVE, Verdict.LIVE]


def test_scatter_of_a_standing_phone_is_no_jump() -> None:
    judge = FixFilter().judge
    judge(fix(60))
    assert judge(fix(59.9, north_m=80)) is Verdict.LIVE


def test_devices_are_judged_apart_and_zeros_in_front_do_not_count() -> None:
    judge = FixFilter().judge
    assert judge(fix(60, device="7")) is Verdict.LIVE
    assert judge(fix(60, device="8", north_m=9_000)) is Verdict.LIVE
    assert judge(fix(60, device="007")) is Verdict.DUPLICATE


def test_limits_come_from_the_site() -> None:
    judge = FixFilter(PositionSettings(future_max_s=5_000)).judge
    assert judge(fix(0, late_s=-3600)) is Verdict.LIVE


def test_a_batch_makes_one_event_a_street() -> None:
    batch = FixBatch("/t")
    for number in range(4):
        street = GridId("S1") if number % 2 else None
        batch.add(fix(number, device=str(number)), street, live=True)
    events = batch.take(NOW_NS)
    counts = [len(event.decode_data(PositionFixedData).fixes) for event in events]
    assert counts == [2, 2]
    assert batch.take(NOW_NS) == []


def test_a_long_batch_is_split() -> None:
    batch = FixBatch("/t")
    for number in range(FIXES_MOST + 1):
        batch.add(fix(number, device=str(number)), None, live=True)
    assert len(batch.take(NOW_NS)) == 2


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ((52.0, 179.9999), (52.0, -179.9999), Verdict.LIVE),  # 14 m over the date line
        ((0.0001, 32.5), (-0.0001, 32.5), Verdict.LIVE),  # over the equator
        ((-33.86, 151.2), (-33.8601, 151.2), Verdict.LIVE),  # far from China
        ((89.9999, 10.0), (89.9999, -170.0), Verdict.LIVE),  # over the pole
        ((52.0, 179.9), (52.0, -179.0), Verdict.JUMP),
    ],
)
def test_places_at_the_edges_of_the_map_are_places(
    before: tuple[float, float], after: tuple[float, float], verdict: Verdict
) -> None:
    judge = FixFilter().judge
    first = Fix(DeviceId("d"), GeoPoint(*before), NOW_NS, NOW_NS, FixSource.OSMAND)
    later = NOW_NS + 5 * S
    assert judge(first) is Verdict.LIVE
    assert judge(Fix(DeviceId("d"), GeoPoint(*after), later, later, FixSource.OSMAND)) is verdict
