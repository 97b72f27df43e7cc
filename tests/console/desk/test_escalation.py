"""What one seat cannot answer is told to all, once, through a real hub; an act ends it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.directory import SiteDirectory
from config.load import load_site
from console.desk.desk import Desk
from console.desk.escalation import EscalationService
from ingest.clock import ManualClock
from ingest.feed.hub import Hub, HubSettings
from ingest.feed.query import QueryClient, QueryRefused
from ingest.feed.store import open_store
from tests.config.site_folder import write_site
from tests.console.desk.desk_bench import MONDAY_9
from tests.console.desk.test_desk_in_hub import ANY_PORT, publish


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    directory = SiteDirectory(load_site(write_site(tmp_path / "site")))
    store = open_store(tmp_path / "state", ManualClock(utc_ns=MONDAY_9))
    running = Hub(
        HubSettings(addresses=ANY_PORT), store, (Desk(lambda: directory), EscalationService())
    )
    running.start()
    yield running
    running.close()
    store.close()


def test_the_first_seat_that_waited_is_told_and_a_persons_act_ends_it(
    hub: Hub, tmp_path: Path
) -> None:
    publish(hub, tmp_path / "spool", "raised")
    client = QueryClient(hub.addresses.query)
    (case,) = client.ask("snapshot")["cases"]
    for seat in ("seat 1", "seat 2"):
        reply = client.ask(
            "escalate", case_id=case["case_id"], waited_s=120.0, by=seat, to="seat 9"
        )
        assert reply["escalation"]["by"] == "seat 1"
    (open_one,) = client.ask("snapshot")["escalations"]
    assert (open_one["kind"], open_one["to"]) == ("stall", "seat 9")
    client.ask(
        "act",
        case_id=case["case_id"],
        act="void",
        version=case["version"],
        actor="seat 2",
        note="x",
    )
    types: list[str] = []
    for _ in range(5_000):  # the hub's tick comes within a second
        events = client.ask("replay", **{"from": 0, "limit": 100})["events"]
        types = [event["type"] for event in events]
        if types[-1] == "gridwall.escalation.ended.v1":
            break
    assert client.ask("snapshot")["escalations"] == []
    assert types.count("gridwall.escalation.raised.v1") == 1
    assert types[-1] == "gridwall.escalation.ended.v1"
    with pytest.raises(QueryRefused, match="no case"):
        client.ask("escalate", case_id="nobody", waited_s=1.0)
    client.close()
