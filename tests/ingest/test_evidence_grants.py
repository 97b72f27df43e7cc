"""A grant opens what it names, for as long as it says, and cannot be made without the secret."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.clock import ManualClock
from ingest.evidence_grants import GRANT_MOST_S, EvidenceGrants, Purpose

SHA, OTHER = "a" * 64, "b" * 64


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(utc_ns=1_800_000_000 * 10**9)


@pytest.fixture
def grants(clock: ManualClock) -> EvidenceGrants:
    return EvidenceGrants(b"s" * 32, clock)


def test_it_opens_its_purpose_and_its_piece_only(grants: EvidenceGrants) -> None:
    one = grants.give(Purpose.GET, SHA).token
    assert grants.allows(one, Purpose.GET, SHA)
    assert not grants.allows(one, Purpose.GET, OTHER)
    assert not grants.allows(one, Purpose.PUT, SHA)
    every = grants.give(Purpose.PUT).token
    assert grants.allows(every, Purpose.PUT, OTHER)
    assert not grants.allows(every, Purpose.GET, OTHER)


def test_it_ends(grants: EvidenceGrants, clock: ManualClock) -> None:
    given = grants.give(Purpose.GET, lasts_s=60)
    clock.advance(59)
    assert grants.allows(given.token, Purpose.GET, SHA)
    clock.advance(2)
    assert not grants.allows(given.token, Purpose.GET, SHA)
    longest = grants.give(Purpose.GET, lasts_s=1e9)
    assert longest.until_utc_ns - clock.utc_ns() <= (GRANT_MOST_S + 1) * 1e9


@pytest.mark.parametrize("place", [0, 5, 15, 40, -1])
def test_a_changed_letter_closes_it(grants: EvidenceGrants, place: int) -> None:
    token = grants.give(Purpose.GET, SHA).token
    letters = list(token)
    letters[place] = "0" if letters[place] != "0" else "1"
    assert not grants.allows("".join(letters), Purpose.GET, SHA)


def test_another_hubs_grant_is_none(grants: EvidenceGrants, clock: ManualClock) -> None:
    foreign = EvidenceGrants(b"t" * 32, clock).give(Purpose.GET).token
    assert not grants.allows(foreign, Purpose.GET, SHA)


@given(st.text(max_size=600))
def test_any_text_is_refused_quietly(text: str) -> None:
    grants = EvidenceGrants(b"s" * 32, ManualClock(utc_ns=0))
    assert not grants.allows(text, Purpose.GET, SHA)
