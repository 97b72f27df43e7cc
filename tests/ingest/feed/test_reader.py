"""A reader ends live with nothing missing: late, slow, filtered, across restarts and new logs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from feed_kit import Plain, RunningHub, health, wait_for
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from config.site import HubAddresses
from ingest.feed.addresses import addresses_via, reachable
from ingest.feed.cursor import Cursor, widened
from ingest.feed.envelope import Event, encode_event
from ingest.feed.publisher import Publisher
from ingest.feed.reader import FeedReader, ReaderState, Snapshot
from ingest.feed.store import open_store

StartHub = Callable[..., RunningHub]


class Seen:
    """What a reader's callbacks were given."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.snapshots: list[Snapshot] = []
        self.states: list[tuple[ReaderState, str]] = []
        self.gate = threading.Event()
        self.gate.set()

    def on_events(self, events: Sequence[Event]) -> None:
        self.gate.wait(20)
        self.events.extend(events)

    def on_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)

    def on_state(self, state: ReaderState, text: str) -> None:
        self.states.append((state, text))

    @property
    def sequences(self) -> list[int | None]:
        return [event.sequence for event in self.events if event.sequence is not None]

    @property
    def is_live(self) -> bool:
        return bool(self.states) and self.states[-1][0] is ReaderState.LIVE


@pytest.fixture
def follow() -> Iterator[Callable[..., Seen]]:
    readers: list[FeedReader] = []

    def start(hub: RunningHub, *topics: str) -> Seen:
        seen = Seen()
        reader = FeedReader(
            hub.addresses.query, topics, seen.on_events, seen.on_snapshot, seen.on_state
        )
        readers.append(reader)
        reader.start()
        return seen

    yield start
    for reader in readers:
        reader.close()


@pytest.fixture
def publish(tmp_path: Path) -> Iterator[Callable[[RunningHub, int], None]]:
    publishers: list[Publisher] = []

    def send(hub: RunningHub, count: int) -> None:
        if not publishers:
            publishers.append(Publisher(hub.addresses.intake, "/test", tmp_path / "spool"))
            publishers[0].start()
        for number in range(count):
            publishers[0].publish(health(number))
        assert publishers[0].wait_acked(60)

    yield send
    for publisher in publishers:
        publisher.close()


Follow = Callable[..., Seen]
Publish = Callable[[RunningHub, int], None]


def test_a_late_reader_gets_the_snapshot_and_what_follows(
    start_hub: StartHub, follow: Follow, publish: Publish
) -> None:
    hub = start_hub()
    publish(hub, 20)
    seen = follow(hub)
    wait_for(lambda: seen.is_live)
    publish(hub, 10)
    wait_for(lambda: len(seen.sequences) == 10)
    assert seen.snapshots[0].sequence == 20
    assert len(seen.snapshots[0].camera_health) == 20
    assert seen.sequences == list(range(21, 31))


def test_nothing_is_missing_or_twice_across_a_restart_of_the_hub(
    start_hub: StartHub, follow: Follow, publish: Publish
) -> None:
    hub = start_hub()
    seen = follow(hub)
    wait_for(lambda: seen.is_live)
    publish(hub, 10)
    hub.stop()
    store = open_store(
        hub.folder, url=hub.url
    )  # committed, but the hub died before it could publish
    with store.transaction() as tx:
        for number in range(5):
            tx.append(health(number), "camera.health.-.x")
    store.close()
    hub.start()
    publish(hub, 10)
    wait_for(lambda: len(seen.sequences) >= 25)
    assert seen.sequences == list(range(1, 26))


def test_a_silent_hub_makes_the_reader_stale_and_its_return_live(
    start_hub: StartHub, follow: Follow
) -> None:
    hub = start_hub()
    seen = follow(hub)
    wait_for(lambda: seen.is_live)
    hub.stop()
    wait_for(lambda: seen.states[-1][0] is ReaderState.STALE)
    hub.start()
    wait_for(lambda: seen.is_live)


@pytest.mark.sqlite_only
def test_a_replaced_log_is_read_from_its_snapshot(
    start_hub: StartHub, follow: Follow, publish: Publish
) -> None:
    hub = start_hub()
    seen = follow(hub)
    wait_for(lambda: seen.is_live)
    publish(hub, 3)
    wait_for(lambda: len(seen.sequences) == 3)
    hub.stop()
    for file in hub.folder.iterdir():
        file.unlink()
    hub.start()
    wait_for(lambda: len(seen.snapshots) == 2)
    assert seen.snapshots[0].epoch != seen.snapshots[1].epoch
    wait_for(lambda: seen.is_live)


def test_a_slow_reader_catches_up_by_replay(
    start_hub: StartHub, follow: Follow, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.feed.sockets.FEED_MARK", 50)
    hub = start_hub()
    seen = follow(hub)
    wait_for(lambda: seen.is_live)
    seen.gate.clear()
    publish(hub, 20_000)
    seen.gate.set()
    wait_for(lambda: len(seen.sequences) >= 20_000, 30)
    assert seen.sequences == list(range(1, 20_001))
    assert ReaderState.REPLAYING in [state for state, _ in seen.states]


def test_a_narrow_filter_sees_its_events_only_and_no_false_gap(
    start_hub: StartHub, follow: Follow, publish: Publish
) -> None:
    hub = start_hub()
    seen = follow(hub, "camera.health.-.cam-7")
    wait_for(lambda: seen.is_live)
    publish(hub, 30)
    wait_for(lambda: len(seen.events) == 1)
    assert seen.sequences == [8]
    assert ReaderState.REPLAYING not in [state for state, _ in seen.states]


def test_malformed_messages_on_the_feed_do_not_stop_a_reader(
    start_hub: StartHub, follow: Follow, publish: Publish, plain: Plain
) -> None:
    """A subscriber may send to the feed socket; the hub drops and counts it."""
    hub = start_hub()
    intruder = plain.subscriber(hub.addresses.feed)
    intruder.recv_multipart()
    seen = follow(hub)
    wait_for(lambda: seen.is_live)
    publish(hub, 2)
    wait_for(lambda: seen.sequences == [1, 2])


@pytest.mark.parametrize(
    ("filters", "wide"),
    [
        (("alert.smoke.",), ("alert.",)),
        (("alert.smoke.", "alert.fire."), ("alert.",)),
        (("",), ("",)),
        (("alert",), ("alert",)),
        (("case.", "camera.health.S1."), ("case.", "camera.")),
    ],
)
def test_filters_widen_to_whole_nouns(filters: tuple[str, ...], wide: tuple[str, ...]) -> None:
    assert widened(filters) == wide


@pytest.mark.parametrize(
    ("address", "via", "result"),
    [
        ("tcp://0.0.0.0:7401", "tcp://10.0.0.5:7402", "tcp://10.0.0.5:7401"),
        ("tcp://127.0.0.1:7401", "tcp://10.0.0.5:7402", "tcp://127.0.0.1:7401"),
        ("tcp://*:7401", "tcp://hub.example:7402", "tcp://hub.example:7401"),
        ("0.0.0.0:7480", "tcp://10.0.0.5:7402", "10.0.0.5:7480"),
        ("tcp://0.0.0.0:7401", "", "tcp://127.0.0.1:7401"),
        ("ipc:///tmp/x", "tcp://10.0.0.5:7402", "ipc:///tmp/x"),
    ],
)
def test_a_wildcard_address_is_reached_where_the_query_was(
    address: str, via: str, result: str
) -> None:
    assert reachable(address, via) == result


@given(lost=st.sets(st.integers(1, 30)), takes_all=st.booleans())
def test_what_a_cursor_applies_and_replays_is_the_whole_log(
    lost: set[int], *, takes_all: bool
) -> None:
    """Whatever is dropped, live events plus replays give every event once, per noun in order."""
    nouns = {number: "alert" if number % 3 else "camera" for number in range(1, 31)}
    last: dict[str, int] = {}
    log: list[Event] = []
    for number, noun in nouns.items():
        type_ = f"gridwall.{noun}.{'raised' if noun == 'alert' else 'health'}.v1"
        log.append(
            structs.replace(
                health(number), type=type_, sequence=number,
                prevsequence=last.get(noun, 0), epoch="e",
            )
        )  # fmt: skip
        last[noun] = number
    cursor = Cursor(("",) if takes_all else ("alert.", "camera."))
    cursor.begin("e", 0, {})
    seen: list[int] = []

    def catch_up(upto: int) -> None:
        start = cursor.replay_from()
        while True:
            gap = False
            for event in log[start - 1 : upto]:
                if cursor.is_old(event):
                    continue
                gap = not cursor.follows(event)
                if gap:
                    break
                cursor.advance(event)
                seen.append(event.sequence or 0)
            if not gap:
                cursor.caught_up()
                return
            start = cursor.replay_from()

    for event in log:
        if event.sequence in lost or cursor.is_old(event):
            continue
        if cursor.follows(event):
            cursor.advance(event)
            seen.append(event.sequence or 0)
        else:
            catch_up(event.sequence or 0)
    if cursor.is_behind(last):
        catch_up(30)
    assert sorted(seen) == list(range(1, 31))
    for noun in ("alert", "camera"):
        own = [number for number in seen if nouns[number] == noun]
        assert own == sorted(own)


def test_encoded_events_round_trip_through_the_reader() -> None:
    assert encode_event(health(1)).startswith(b"{")


def test_every_address_of_a_hub_is_reached_the_same_way() -> None:
    everywhere = HubAddresses(query="tcp://0.0.0.0:1", http="0.0.0.0:2", feed="tcp://10.9.9.9:3")
    found = addresses_via(everywhere, "tcp://10.0.0.5:1")
    assert (found.query, found.http, found.feed) == (
        "tcp://10.0.0.5:1", "10.0.0.5:2", "tcp://10.9.9.9:3",
    )  # fmt: skip
