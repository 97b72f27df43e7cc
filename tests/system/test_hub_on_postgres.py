"""The real hub process on a real PostgreSQL server: killed, cut off, restarted mid-day, disputed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from feed_kit import Plain, health
from hub_process import HubProcess, write_site
from kill_load import everything

from ingest.errors import RetryLater
from ingest.feed.envelope import Noun, new_event
from ingest.feed.publisher import Publisher
from ingest.feed.query import QueryClient
from tests.console.desk.test_desk_survives_kill import alert
from tests.postgres_server import PostgresServer, start_or_skip

pytestmark = [pytest.mark.system, pytest.mark.beside]


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of this module's own: it is killed here."""
    own = start_or_skip()
    yield own
    own.remove()


@pytest.fixture
def plain() -> Iterator[Plain]:
    client = Plain()
    yield client
    client.close()


@pytest.fixture
def site(tmp_path: Path, server: PostgresServer) -> Path:
    return write_site(tmp_path / "site", more=f'[store]\nurl = "{server.database()}"\n')


@pytest.fixture
def hub(site: Path) -> Iterator[HubProcess]:
    running = HubProcess(site).start()
    yield running
    running.stop()


def heartbeat(plain: Plain, hub: HubProcess, *, with_error: bool) -> dict[str, Any]:
    """The next heartbeat that tells (or no longer tells) a store error."""
    feed = plain.subscriber(hub.ready["feed"], "heartbeat.")
    end_s = time.monotonic() + 30
    while time.monotonic() < end_s:
        data: dict[str, Any] = msgspec.json.decode(feed.recv_multipart()[1])["data"]
        if bool(data.get("store_error")) is with_error:
            return data
    pytest.fail(f"no heartbeat with store_error {with_error}")


@pytest.mark.logs_warnings("the publisher says that its hub cannot store")
def test_a_server_restarted_mid_day_loses_nothing_and_operators_are_told(
    hub: HubProcess, plain: Plain, server: PostgresServer, tmp_path: Path
) -> None:
    publisher = Publisher(hub.ready["intake"], "worker", tmp_path / "spool")
    publisher.start()
    ids: list[str] = []

    def publish(count: int) -> None:
        for number in range(count):
            data = alert(len(ids))
            event = new_event(
                Noun.ALERT, "raised", data, source="worker", utc_ns=time.time_ns() + number
            )
            publisher.publish(event)
            ids.append(event.id)

    try:
        for at_once in (True, False):
            publish(40)
            server.stop(at_once=at_once)
            publish(20)
            told = heartbeat(plain, hub, with_error=True)["store_error"]
            assert "event log" in told
            with QueryClient(hub.ready["query"]) as query:
                with pytest.raises(RetryLater):
                    query.ask("cases", 30.0)
                with pytest.raises(RetryLater):
                    query.ask("propose", 30.0, camera_id="cam-1", actor="seat 1")
            server.start()
            heartbeat(plain, hub, with_error=False)
            assert publisher.wait_acked(60)
    finally:
        publisher.close()
    with QueryClient(hub.ready["query"]) as query:
        cases = query.ask("cases", limit=1000)["cases"]
        assert len(cases) == len(ids) == 120
        assert query.ask("audit.verify")["intact"] is True
    events = everything(plain, hub.ready["query"])
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    alerts = [event["id"] for event in events if event["type"].startswith("gridwall.alert.")]
    assert sorted(alerts) == sorted(ids)
    assert {event["epoch"] for event in events} == {hub.ready["epoch"]}
    assert "can be written again" in hub.log()


def test_a_second_hub_on_the_same_database_is_refused_and_takes_over_later(
    hub: HubProcess, site: Path, tmp_path: Path, plain: Plain
) -> None:
    """A stand-by: another machine, the same database."""
    first = health(1)
    publisher = Publisher(hub.ready["intake"], "/own", tmp_path / "spool")
    publisher.start()
    publisher.publish(first)
    assert publisher.wait_acked(10)
    publisher.close()
    url = next(line for line in (site / "site.toml").read_text().splitlines() if "url" in line)
    stand_by = HubProcess(write_site(tmp_path / "stand-by", more=f"[store]\n{url}\n"))
    process = stand_by.spawn()
    assert process.wait(30) == 1
    assert process.stdout is not None
    process.stdout.close()
    assert "another hub writes to postgresql://" in stand_by.log()
    hub.kill()
    stand_by.start()
    try:
        assert stand_by.ready["epoch"] == hub.ready["epoch"]
        assert [event["id"] for event in everything(plain, stand_by.ready["query"])] == [first.id]
    finally:
        stand_by.stop()


def test_an_unreachable_server_is_told_at_the_start(tmp_path: Path) -> None:
    url = "postgresql://gridwall:${GRIDWALL_TEST_SECRET}@127.0.0.1:9/none"
    site = write_site(tmp_path / "site", more=f'[store]\nurl = "{url}"\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRIDWALL_TEST_SECRET", "geheim")
        hub = HubProcess(site)
        process = hub.spawn()
        assert process.wait(30) == 1
        assert process.stdout is not None
        process.stdout.close()
    assert "cannot be opened" in hub.log()
    assert "geheim" not in hub.log()
