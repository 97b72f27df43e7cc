"""A publisher loses nothing: hub away, hub restarted, process killed, disk full, events refused."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zmq
from feed_kit import ANY_PORT, Plain, RunningHub, health, wait_for
from msgspec import Raw, structs

from config.site import HubAddresses
from ingest.feed.envelope import MAX_EVENT_BYTES, EnvelopeInvalid, Event, encode_event
from ingest.feed.file_lock import LockTaken
from ingest.feed.publisher import FLEETING_MOST, Publisher
from ingest.feed.spool import Entry, Spool, SpoolFull

StartHub = Callable[..., RunningHub]


@pytest.fixture
def start_publisher(tmp_path: Path) -> Iterator[Callable[[HubAddresses], Publisher]]:
    started: list[Publisher] = []

    def start(addresses: HubAddresses) -> Publisher:
        publisher = Publisher(addresses.intake, "/test", tmp_path / "spool")
        started.append(publisher)
        publisher.start()
        return publisher

    yield start
    for publisher in started:
        publisher.close()


StartPublisher = Callable[[HubAddresses], Publisher]


def test_events_arrive_in_order_and_leave_the_spool(
    start_hub: StartHub, start_publisher: StartPublisher, plain: Plain, tmp_path: Path
) -> None:
    hub = start_hub()
    publisher = start_publisher(hub.addresses)
    for number in range(3_000):
        publisher.publish(health(number))
    assert publisher.wait_acked(20)
    query = plain.dealer(hub.addresses.query)
    events = plain.ask(query, op="replay", **{"from": 1, "limit": 10_000})["events"]
    assert [e["data"]["camera_id"] for e in events] == [f"cam-{n}" for n in range(3_000)]
    assert sum(path.stat().st_size for path in (tmp_path / "spool").glob("*.jsonl")) == 0


def test_events_wait_on_disk_while_the_hub_is_away(
    start_hub: StartHub, start_publisher: StartPublisher
) -> None:
    hub = start_hub()
    hub.stop()
    publisher = start_publisher(hub.addresses)
    for number in range(10):
        publisher.publish(health(number))
    assert not publisher.wait_acked(0.3)
    assert publisher.unacked_count == 10
    hub.start()
    assert publisher.wait_acked(10)
    assert hub.store.position.sequence == 10


def test_a_new_process_sends_what_the_killed_one_left(
    start_hub: StartHub, tmp_path: Path, plain: Plain
) -> None:
    spool = Spool(tmp_path / "spool", "first")
    events = [health(number) for number in range(5)]
    for event in events:
        spool.append(event.id, encode_event(event))
    spool.close()
    with next((tmp_path / "spool").glob("0*.jsonl")).open("ab") as file:
        file.write(b'{"specversion":"1.0","id":"torn')  # killed in the middle of a write
    hub = start_hub()
    publisher = Publisher(hub.addresses.intake, "/test", tmp_path / "spool")
    publisher.start()
    try:
        assert publisher.wait_acked(10)
    finally:
        publisher.close()
    replay = plain.ask(plain.dealer(hub.addresses.query), op="replay", **{"from": 0})
    assert [event["id"] for event in replay["events"]] == [event.id for event in events]


@pytest.mark.logs_warnings("a refused event is told")
def test_a_refused_event_is_kept_aside_and_blocks_nobody(
    start_hub: StartHub, start_publisher: StartPublisher, tmp_path: Path
) -> None:
    hub = start_hub()
    publisher = start_publisher(hub.addresses)
    good = health(1)
    publisher.publish(Event(**{**_fields(good), "id": "bad", "type": "gridwall.case.file.v1"}))
    publisher.publish(good)
    assert publisher.wait_acked(10)
    assert publisher.rejected_count == 1
    assert '"bad"' in (tmp_path / "spool" / "rejected.jsonl").read_text()
    assert hub.store.position.sequence == 1


def _fields(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def test_ephemeral_events_drop_the_oldest_and_are_counted(tmp_path: Path) -> None:
    publisher = Publisher("tcp://127.0.0.1:9", "/test", tmp_path / "spool")
    for number in range(FLEETING_MOST + 5):
        publisher.publish_ephemeral(health(number))
    assert publisher.dropped_ephemeral_count == 5
    publisher.close()


def test_two_publishers_never_share_a_spool(tmp_path: Path) -> None:
    first = Publisher("tcp://127.0.0.1:9", "/one", tmp_path / "spool")
    with pytest.raises(LockTaken, match="one"):
        Publisher("tcp://127.0.0.1:9", "/two", tmp_path / "spool")
    first.close()
    Publisher("tcp://127.0.0.1:9", "/two", tmp_path / "spool").close()


def test_a_full_spool_refuses_loudly(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", "me", bytes_most=2_000)

    def fill() -> None:
        for number in range(100):
            event = health(number)
            spool.append(event.id, encode_event(event))

    with pytest.raises(SpoolFull, match="start the hub"):
        fill()
    kept = len(spool)
    spool.close()
    again = Spool(tmp_path / "spool", "me")
    assert len(again) == kept > 0
    again.close()


def test_a_spool_that_drains_leaves_no_files_behind(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", "me")
    body = encode_event(health(1))
    count = 20_000  # more than one file
    for number in range(count):
        spool.append(str(number), body)
    assert len(list((tmp_path / "spool").glob("0*.jsonl"))) > 1
    entries: list[Entry] = []
    while (entry := spool.take()) is not None:
        entries.append(entry)
    assert len(entries) == count
    for entry in entries:
        spool.done(entry)
    assert sum(path.stat().st_size for path in (tmp_path / "spool").glob("0*.jsonl")) == 0
    assert len(list((tmp_path / "spool").glob("0*.jsonl"))) <= 1
    spool.close()


def test_publishing_from_many_threads_keeps_every_event(
    start_hub: StartHub, start_publisher: StartPublisher
) -> None:
    hub = start_hub()
    publisher = start_publisher(hub.addresses)

    def publish(first: int) -> None:
        for number in range(200):
            publisher.publish(health(first + number))

    threads = [threading.Thread(target=publish, args=(1_000 * n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert publisher.wait_acked(20)
    assert hub.store.position.sequence == 1_000


@pytest.mark.logs_warnings("a publisher says that its hub is away")
def test_an_address_nobody_can_reach_keeps_events(tmp_path: Path) -> None:
    publisher = Publisher("no-address", "/test", tmp_path / "spool")
    publisher.start()
    publisher.publish(health(1))
    assert publisher.unacked_count == 1
    publisher.close()
    assert os.path.getsize(next((tmp_path / "spool").glob("0*.jsonl"))) > 0


def test_an_event_no_hub_takes_is_refused_before_it_is_spooled(
    start_hub: StartHub, start_publisher: StartPublisher
) -> None:
    publisher = start_publisher(start_hub().addresses)
    event = health(1)
    data = Raw(b'{"camera_id": "cam-1", "note": "' + b"x" * MAX_EVENT_BYTES + b'"}')
    with pytest.raises(EnvelopeInvalid, match="at most"):
        publisher.publish(structs.replace(event, data=data))
    assert publisher.unacked_count == 0


def test_closing_twice_is_no_harm(start_hub: StartHub, start_publisher: StartPublisher) -> None:
    hub = start_hub()
    publisher = start_publisher(hub.addresses)
    publisher.close()
    publisher.close()
    assert ANY_PORT.intake.endswith("*")
    wait_for(lambda: publisher.unacked_count == 0)


def test_an_event_lost_on_the_way_is_sent_again_while_others_are_answered(
    start_publisher: StartPublisher, plain: Plain
) -> None:
    """A hub restarted within two seconds never saw what was on the way; answers to later events
    must not hide that."""
    router = plain.context.socket(zmq.ROUTER)
    plain._sockets.append(router)
    port = router.bind_to_random_port("tcp://127.0.0.1")
    publisher = start_publisher(HubAddresses(intake=f"tcp://127.0.0.1:{port}"))
    lost = health(0)
    publisher.publish(lost)
    seen = 0
    for number in range(1, 200):
        publisher.publish(health(number))
        while router.poll(50):
            peer, empty, event_id, _ = router.recv_multipart()
            if event_id == lost.id.encode():
                seen += 1
                if seen == 1:
                    continue
            router.send_multipart([peer, empty, event_id, b'{"ok": true, "sequence": 1}'])
        if seen == 2:
            break
    assert seen == 2
    assert publisher.wait_acked(5)
