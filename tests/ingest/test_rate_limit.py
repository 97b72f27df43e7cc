"""RateLimit: a burst passes, then an even trickle; clients do not pay for each other."""

from __future__ import annotations

import pytest

from ingest.gateway.rate_limit import CLIENTS_MOST, RateLimit


def test_a_burst_then_a_trickle_and_each_client_alone() -> None:
    now = [0.0]
    limit = RateLimit(6, lambda: now[0])
    assert [limit.take("a") for _ in range(6)] == [None] * 6
    assert limit.take("a") == pytest.approx(10.0)
    assert limit.take("b") is None
    now[0] = 9.9
    assert limit.take("a") is not None
    now[0] = 10.1
    assert limit.take("a") is None
    assert limit.take("a") is not None
    now[0] = 10_000.0
    assert [limit.take("a") for _ in range(7)].count(None) == 6, "no more than a minute is saved"


def test_the_book_of_clients_is_bounded() -> None:
    limit = RateLimit(1, lambda: 0.0)
    for number in range(CLIENTS_MOST + 50):
        limit.take(str(number))
    assert len(limit._buckets) == CLIENTS_MOST
