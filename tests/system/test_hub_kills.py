"""kill -9 of the real hub at random moments of a working day: nothing that was answered is lost.

Several publishers and seats work all the time (`kill_load`); the hub dies in the middle of commits,
checkpoints, answers and of its own start. The books of all clients are held against the log.
"""

from __future__ import annotations

import logging
import random
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from feed_kit import Plain, health, wait_for
from hub_process import HubProcess, write_site
from kill_load import (
    Client,
    Figures,
    PlainPublisher,
    Seat,
    check_order,
    check_publishers,
    check_seats,
    check_story,
    everything,
)

from ingest.feed.publisher import Publisher
from ingest.feed.reader import FeedReader
from tests.postgres_server import PostgresServer

pytestmark = [pytest.mark.system, pytest.mark.beside]

log = logging.getLogger(__name__)

#: Clocks run around the clock, so that a test can tell by plain arithmetic where they must stand.
ALL_DAY = "[calendar]\nhours = ['00:00-24:00']\nworking_days = [0, 1, 2, 3, 4, 5, 6]\n"
#: Share of kills that hit the hub while it starts: recovery is interrupted, too.
AT_START = 0.15
#: Events our own publisher (with its spool on disk) adds before each kill.
OWN_EVENTS = 100


@pytest.fixture
def plain() -> Iterator[Plain]:
    client = Plain()
    yield client
    client.close()


def killed_day(hub: HubProcess, plain: Plain, folder: Path, *, kills: int, seed: int) -> Figures:
    """Two plain publishers, our own one, three seats and a reader; `kills` times the hub dies."""
    chance = random.Random(seed)
    stop, pause = threading.Event(), threading.Event()
    intake, query = hub.ready["intake"], hub.ready["query"]
    seen: list[int] = []
    reader = FeedReader(
        query, ("",),
        lambda events: seen.extend(e.sequence for e in events if e.sequence is not None),
        lambda snapshot: seen.extend(range(1, snapshot.sequence + 1)),
        lambda state, _: None,
    )  # fmt: skip
    reader.start()
    own = Publisher(intake, "/own", folder / "spool")
    own.start()
    own_ids: list[str] = []
    publishers = [PlainPublisher(intake, f"plain-{n}", stop) for n in range(2)]
    seats = [Seat(query, f"seat-{n}", stop, seed + n) for n in range(3)]
    clients: list[Client] = [*publishers, *seats]
    for client in clients:
        client.start()
    figures = Figures()
    try:
        for _ in range(kills):
            for number in range(OWN_EVENTS):
                event = health(number, source="/own")
                own.publish(event)
                own_ids.append(event.id)
            pause.wait(chance.uniform(0.02, 0.6))
            hub.kill()
            figures.kills += 1
            while chance.random() < AT_START:
                _kill_while_it_starts(hub, pause, chance)
                figures.kills_at_start += 1
            hub.start()
        wait_for(lambda: any(seat.done for seat in seats), 30)
    finally:
        stop.set()
        for client in clients:
            client.join(60)
        is_acked = own.wait_acked(60)
        own.close()
    assert is_acked
    events = everything(plain, query)
    wait_for(lambda: len(seen) >= len(events), 60)
    reader.close()
    check_order(events)
    check_publishers(events, publishers)
    assert set(own_ids) <= {event["id"] for event in events}
    assert seen == list(range(1, len(events) + 1)), "a reader missed or repeated an event"
    happened = check_seats(events, seats)
    cases, rows = check_story(plain, query, events)
    acts = Counter(done.act for seat in seats for done in seat.done.values())
    figures.events, figures.cases, figures.audit_rows = len(events), cases, rows
    figures.acknowledged = len(own_ids) + sum(len(one.acked) for one in publishers)
    figures.resent = sum(one.resent_count for one in publishers)
    figures.acts, figures.acts_done = dict(acts), acts.total()
    figures.acts_refused = sum(len(seat.refused) for seat in seats)
    figures.acts_unknown = sum(len(seat.unknown) for seat in seats)
    figures.unknown_that_happened = happened
    log.info("%s", figures)
    return figures


def _kill_while_it_starts(hub: HubProcess, pause: threading.Event, chance: random.Random) -> None:
    process = hub.spawn()
    pause.wait(chance.uniform(0.1, 1.2))
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    assert process.stdout is not None
    process.stdout.close()


def day_on(site: Path, plain: Plain, *, kills: int, seed: int) -> Figures:
    hub = HubProcess(site).start()
    try:
        return killed_day(hub, plain, site, kills=kills, seed=seed)
    finally:
        hub.stop()


@pytest.mark.logs_warnings("the publisher says that its hub was away")
def test_kill_nine_under_load_loses_nothing_that_was_answered(plain: Plain, tmp_path: Path) -> None:
    figures = day_on(write_site(tmp_path / "site", more=ALL_DAY), plain, kills=8, seed=1)
    assert figures.acts_done > 0
    assert figures.resent > 0, "no kill hit a publisher that waited for its answer"


@pytest.mark.logs_warnings("the publisher says that its hub was away")
def test_kill_nine_of_the_hub_loses_nothing_on_postgres_either(
    plain: Plain, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    more = f'{ALL_DAY}[store]\nurl = "{postgres_server.database()}"\n'
    figures = day_on(write_site(tmp_path / "site", more=more), plain, kills=3, seed=5)
    assert figures.acts_done > 0


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.logs_warnings("the publisher says that its hub was away")
def test_two_hundred_kills_of_one_day(plain: Plain, tmp_path: Path) -> None:
    figures = day_on(write_site(tmp_path / "site", more=ALL_DAY), plain, kills=200, seed=7)
    assert figures.kills == 200
    assert figures.unknown_that_happened > 0, "no kill fell between a commit and its answer"


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.logs_warnings("the publisher says that its hub was away")
def test_fifty_kills_of_one_day_on_postgres(
    plain: Plain, tmp_path: Path, postgres_server: PostgresServer
) -> None:
    more = f'{ALL_DAY}[store]\nurl = "{postgres_server.database()}"\n'
    day_on(write_site(tmp_path / "site", more=more), plain, kills=50, seed=9)
