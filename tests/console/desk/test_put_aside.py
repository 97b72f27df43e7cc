"""Maintenance and alerts put aside, through a real hub: seen by every seat, with an end and a reason."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from config.directory import SiteDirectory
from config.load import load_site
from console.desk.shelf import LONGEST_S, ShelfData, ShelfService
from ingest.clock import ManualClock
from ingest.feed.hub import Hub, HubSettings
from ingest.feed.query import QueryClient, QueryRefused
from ingest.feed.store import open_store
from tests.config.site_folder import write_site
from tests.console.desk.desk_bench import MONDAY_9
from tests.console.desk.test_desk_in_hub import ANY_PORT

ASKED = {
    "what": "maintenance", "camera_ids": ["cam-1"], "reason": " new switch ",
    "duration_s": 60.0, "by": "seat 1",
}  # fmt: skip


class Running:
    def __init__(self, folder: Path, clock: ManualClock) -> None:
        directory = SiteDirectory(load_site(folder / "site"))
        self.store = open_store(folder / "state", clock)
        self.hub = Hub(HubSettings(addresses=ANY_PORT), self.store, (ShelfService(lambda: directory),), clock=clock)  # fmt: skip
        self.hub.start()
        self.client = QueryClient(self.hub.addresses.query)

    def shelves(self) -> list[ShelfData]:
        return msgspec.convert(self.client.ask("snapshot")["shelves"], list[ShelfData])

    def events(self) -> list[str]:
        reply = self.client.ask("replay", **{"from": 0, "limit": 100})
        return [event["type"] for event in reply["events"]]

    def close(self) -> None:
        self.client.close()
        self.hub.close()
        self.store.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(utc_ns=MONDAY_9)


@pytest.fixture
def running(tmp_path: Path, clock: ManualClock) -> Iterator[Running]:
    write_site(tmp_path / "site")
    found = Running(tmp_path, clock)
    yield found
    found.close()


def test_maintenance_is_told_to_everybody_and_ended_by_hand(running: Running) -> None:
    made = running.client.ask("shelf.set", **ASKED)["shelf"]
    (shelf,) = running.shelves()
    assert shelf.shelf_id == made["shelf_id"]
    assert (shelf.reason, shelf.by, shelf.camera_ids) == ("new switch", "seat 1", ("cam-1",))
    running.client.ask("shelf.end", shelf_id=shelf.shelf_id, by="seat 2")
    assert running.shelves() == []
    assert running.events() == ["gridwall.shelf.set.v1", "gridwall.shelf.ended.v1"]
    with pytest.raises(QueryRefused, match="over already"):
        running.client.ask("shelf.end", shelf_id=shelf.shelf_id)


def test_it_survives_a_restart_and_ends_by_itself(tmp_path: Path, clock: ManualClock) -> None:
    write_site(tmp_path / "site")
    first = Running(tmp_path, clock)
    first.client.ask("shelf.set", **ASKED)
    first.close()
    second = Running(tmp_path, clock)
    assert len(second.shelves()) == 1
    clock.advance(61.0)
    for _ in range(5_000):  # the hub's tick comes within a second
        if second.events()[-1] == "gridwall.shelf.ended.v1":
            break
    assert second.shelves() == []
    assert second.events() == ["gridwall.shelf.set.v1", "gridwall.shelf.ended.v1"]
    second.close()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"reason": "  "}, "reason"),
        ({"camera_ids": []}, "length"),
        ({"camera_ids": ["nobody"]}, "nobody"),
        ({"duration_s": 0}, "0"),
        ({"duration_s": LONGEST_S + 1}, str(int(LONGEST_S))),
        ({"what": "holiday"}, "holiday"),
    ],
)
def test_nothing_is_put_aside_without_reason_end_and_camera(
    running: Running, wrong: dict[str, object], why: str
) -> None:
    with pytest.raises(QueryRefused, match=why):
        running.client.ask("shelf.set", **{**ASKED, **wrong})
    assert running.shelves() == []
