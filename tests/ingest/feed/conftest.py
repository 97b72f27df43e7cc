"""Fixtures of the feed's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from feed_kit import Plain, RunningHub

from ingest.clock import Clock, SystemClock
from ingest.feed.participant import Participant


@pytest.fixture
def start_hub(
    tmp_path: Path, new_store_url: Callable[[], str | None]
) -> Iterator[Callable[..., RunningHub]]:
    started: list[RunningHub] = []

    def start(
        participants: Sequence[Participant] = (), clock: Clock | None = None, **settings: Any
    ) -> RunningHub:
        hub = RunningHub(
            tmp_path / f"hub-{len(started)}",
            participants,
            clock or SystemClock(),
            url=new_store_url(),
            **settings,
        )
        started.append(hub)
        return hub.start()

    yield start
    for hub in started:
        hub.stop()


@pytest.fixture
def plain() -> Iterator[Plain]:
    client = Plain()
    yield client
    client.close()
