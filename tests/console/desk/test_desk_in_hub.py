"""The desk inside a real hub, over real sockets: an alert in, a case on the feed, acts by query."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from feed_kit import Plain

from config.directory import SiteDirectory
from config.load import load_site
from config.site import DeviceId, HubAddresses, InspectorId
from console.desk.desk import Desk
from ingest.clock import ManualClock, SystemClock
from ingest.feed.envelope import Noun, encode_event, new_event, utc_text
from ingest.feed.hub import Hub, HubSettings
from ingest.feed.last_values import LastPositions
from ingest.feed.publisher import Publisher
from ingest.feed.query import QueryClient, QueryRefused
from ingest.feed.store import open_store
from ingest.positions.fix import PositionEntry, PositionFixedData
from tests.config.site_folder import write_site
from tests.console.desk.desk_bench import MONDAY_9
from vision.alerts import AlertData, AlertKind

ANY_PORT = HubAddresses(
    intake="tcp://127.0.0.1:*", feed="tcp://127.0.0.1:*", query="tcp://127.0.0.1:*"
)
ALERT = AlertData(
    "a1", AlertKind.STALL, "cam-1", "z1", "2026-11-23T00:59:00Z", (0.1, 0.1, 0.4, 0.4), 0.8,  # type: ignore[arg-type]
    None, None, None, "a" * 64, None, "m", "r",
)  # fmt: skip


@pytest.fixture
def hub(tmp_path: Path, store_url: str | None) -> Iterator[Hub]:
    directory = SiteDirectory(load_site(write_site(tmp_path / "site")))
    store = open_store(tmp_path / "state", ManualClock(utc_ns=MONDAY_9), store_url)
    running = Hub(HubSettings(addresses=ANY_PORT), store, (Desk(lambda: directory),))
    running.start()
    yield running
    running.close()
    store.close()


def publish(hub: Hub, folder: Path, *verbs: str) -> None:
    clock = SystemClock()
    publisher = Publisher(hub.addresses.intake, "worker", folder, clock=clock)
    publisher.start()
    try:
        for verb in verbs:
            publisher.publish(
                new_event(Noun.ALERT, verb, ALERT, source="worker", utc_ns=clock.utc_ns())
            )
        assert publisher.wait_acked(10)
    finally:
        publisher.close(2)


def test_an_alert_becomes_a_case_that_people_act_on(hub: Hub, tmp_path: Path) -> None:
    publish(hub, tmp_path / "spool", "raised", "cleared")
    with QueryClient(hub.addresses.query) as query:
        (case,) = query.ask("snapshot")["cases"]
        assert (case["state"], case["kind"], case["alert_active"]) == ("proposed", "stall", False)
        case_id = case["case_id"]
        filed = query.ask("act", case_id=case_id, act="file", version=1, actor="seat 3")["case"]
        assert filed["unit"] == "Street office"
        with pytest.raises(QueryRefused) as refused:
            query.ask("act", case_id=case_id, act="file", version=1, actor="seat 4")
        assert "already filed by seat 3" in refused.value.error
        assert refused.value.answer["case"]["state"] == "filed"
        replayed = query.ask("replay", **{"from": 0, "limit": 100})["events"]
        assert [event["type"].split(".", 1)[1] for event in replayed] == [
            "alert.raised.v1", "case.propose.v1", "alert.cleared.v1", "case.alert_cleared.v1", "case.file.v1",
        ]  # fmt: skip
        assert query.ask("count", by="state")["by"] == {"state": {"filed": 1}}
        assert query.ask("audit.verify")["intact"] is True


def test_of_many_who_file_at_once_one_wins_and_the_others_learn_who(
    hub: Hub, tmp_path: Path
) -> None:
    publish(hub, tmp_path / "spool", "raised")
    answers: dict[str, str] = {}

    def file_it(seat: str) -> None:
        with QueryClient(hub.addresses.query) as query:
            try:
                query.ask("act", case_id=CASE_ID, act="file", version=1, actor=seat)
                answers[seat] = "done"
            except QueryRefused as refusal:
                answers[seat] = refusal.error

    seats = [threading.Thread(target=file_it, args=(f"seat {n}",)) for n in range(5)]
    for seat in seats:
        seat.start()
    for seat in seats:
        seat.join(20)
    (winner,) = [seat for seat, answer in answers.items() if answer == "done"]
    others = [answer for seat, answer in answers.items() if seat != winner]
    assert len(others) == 4
    assert all(f"already filed by {winner}" in answer for answer in others)


#: The first case of the hub's Monday.
CASE_ID = "20261123-0001"


def test_candidates_know_a_position_the_moment_it_is_on_the_feed(tmp_path: Path) -> None:
    """The record of positions is written every 5 s: an operator who sees somebody on the map must not
    read "no position" beside it."""
    directory = SiteDirectory(load_site(write_site(tmp_path / "site")))
    positions = LastPositions()
    store = open_store(tmp_path / "state")
    hub = Hub(
        HubSettings(addresses=ANY_PORT),
        store,
        (Desk(lambda: directory, positions),),
        positions=positions,
    )
    hub.start()
    plain = Plain()
    try:
        place = {"lat_deg": 31.1997, "lon_deg": 121.4997}
        query, intake = plain.dealer(hub.addresses.query), plain.dealer(hub.addresses.intake)
        before = plain.ask(query, op="candidates", **place)["candidates"]
        who = before[0]["inspector_id"]
        assert any(m["id"] == "no_position" for m in before[0]["shortfalls"])
        for north in (0.0, 0.001):  # and when they move, they are elsewhere at once
            lat_deg = place["lat_deg"] + north
            entry = PositionEntry(
                InspectorId(who), DeviceId("d"), lat_deg, place["lon_deg"], None, None, None,
                utc_text(time.time_ns()), "osmand", True,
            )  # fmt: skip
            event = new_event(
                Noun.POSITION, "fixed", PositionFixedData((entry,)), source="/t",
                utc_ns=time.time_ns(),
            )  # fmt: skip
            assert plain.push(intake, event.id, encode_event(event))["ok"]
            rows = plain.ask(query, op="candidates", **place)["candidates"]
            found = {row["inspector_id"]: row for row in rows}
            assert found[who]["lat_deg"] == lat_deg
            assert all(m["id"] != "no_position" for m in found[who]["shortfalls"])
    finally:
        plain.close()
        hub.close()
        store.close()
